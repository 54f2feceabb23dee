"""How a tensor prints. PyTorch: torch/_tensor_str.py."""

import contextlib
import dataclasses
import math

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor


@dataclasses.dataclass
class _Options:
    precision: int = 4  # digits after the point
    threshold: float = 1000  # elements above which only the corners are printed
    edgeitems: int = 3  # how many at each end of a dimension then
    linewidth: int = 80
    sci_mode: bool | None = None  # None: where the values are spread, very large or small


_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
_options = _Options()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors print from now on; `profile` is "default", "short" or "full".

    PyTorch: torch.set_printoptions.
    """
    global _options
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    changes = {name: value for name, value in given.items() if value is not None}
    changes = {**_PROFILES.get(profile, {}), **changes, "sci_mode": sci_mode}
    _options = dataclasses.replace(_options, **changes)


def get_printoptions() -> dict:
    """The present options, as arguments for set_printoptions. PyTorch: torch._tensor_str.get_printoptions."""
    return dataclasses.asdict(_options)


@contextlib.contextmanager
def printoptions(**options):
    """Set the options for the length of a `with` block. PyTorch: torch._tensor_str.printoptions."""
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_str(tensor: Tensor, tensor_contents: str | None = None) -> str:
    """The text of repr(tensor): values, then what is not the default (size, dtype, grad_fn).

    `tensor_contents` replaces the values. PyTorch: torch._tensor_str._str.
    """
    kind = type(tensor).__name__
    head = "tensor(" if kind in ("Tensor", "Parameter") else f"{kind}("
    notes = [f"device='{tensor.device}'"] if tensor.is_cuda else []
    if tensor.array.size == 0:
        contents = "[]"
        if tensor.array.ndim != 1:
            notes.append(f"size={tuple(tensor.shape)}")
        if tensor.dtype is not types.get_default_dtype():
            notes.append(f"dtype={tensor.dtype}")
    else:
        contents = array_str(tensor.kernels.to_host(tensor.array), len(head)) if tensor_contents is None else tensor_contents
        if not _options.edgeitems:
            notes.append(f"size={tuple(tensor.shape)}")
        if tensor.dtype not in (types.get_default_dtype(), types.int64, types.bool):
            notes.append(f"dtype={tensor.dtype}")
    if (name := _origin(tensor)) is not None:
        notes.append(f"grad_fn=<{name}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    return _with_notes(head + contents, notes, len(head))


def _origin(tensor: Tensor) -> str | None:
    """The name of its node; "Invalid" for a view that can have no history any more."""
    try:
        node = tensor.grad_fn
    except RuntimeError:
        return "Invalid"
    return None if node is None else type(node).__name__


def format_tensor(tensor: Tensor, spec: str) -> str:
    """What f"{tensor:spec}" gives: a plain tensor without dimensions formats as its number.

    PyTorch: Tensor.__format__.
    """
    if tensor.array.ndim == 0 and type(tensor) is Tensor:
        return format(tensor.array.item(), spec)
    return object.__format__(tensor, spec)


def array_str(array: np.ndarray, indent: int) -> str:
    """The values of a tensor that is not empty in nested brackets; lines after the first are indented."""
    summarize = array.size > _options.threshold
    style = _Style(_corners(array) if summarize else array)
    return _nested(array, indent, summarize, style)


def _nested(array: np.ndarray, indent: int, summarize: bool, style: "_Style") -> str:
    if array.ndim == 0:
        return style.text(array.item())
    edge = _options.edgeitems
    skip = summarize and len(array) > 2 * edge
    if array.ndim == 1:
        if skip:
            first, last = array[:edge].tolist(), array[len(array) - edge :].tolist()
            items = [*map(style.text, first), " ..." if edge else "...", *map(style.text, last)]
        else:
            items = [style.text(value) for value in array.tolist()]
        per_line = max(1, (_options.linewidth - indent) // (style.width + 2))
        lines = [", ".join(items[start : start + per_line]) for start in range(0, len(items), per_line)]
    elif skip:
        lines = [
            *[_nested(each, indent + 1, summarize, style) for each in array[:edge]],
            "...",
            *[_nested(each, indent + 1, summarize, style) for each in array[len(array) - edge :]],
        ]
    else:
        lines = [_nested(each, indent + 1, summarize, style) for each in array]
    return "[" + ("," + "\n" * max(1, array.ndim - 1) + " " * (indent + 1)).join(lines) + "]"


class _Style:
    """How to write one number, chosen so that all that will be printed line up."""

    def __init__(self, array: np.ndarray):
        self.spec = ""
        self.point = ""  # what follows a whole number of a floating-point tensor
        if array.dtype.kind != "f":
            self.width = max([1, *[len(str(value)) for value in array.reshape(-1).tolist()]])
            return
        self.width = 1
        self.spec = ".0f"
        self.point = "."
        shown = array[np.isfinite(array) & (array != 0)]  # zeros and non-finite numbers have no say
        if shown.size == 0:
            return
        low, high = float(np.abs(shown).min()), float(np.abs(shown).max())
        scientific = _options.sci_mode
        if scientific is None:
            scientific = high / low > 1000 or high > 1e8 or low < 1e-4
        if scientific or not np.array_equal(shown, np.ceil(shown)):
            self.spec = f".{_options.precision}{'e' if scientific else 'f'}"
            self.point = ""
        self.width = max([len(format(value, self.spec) + self.point) for value in shown.tolist()])

    def text(self, value: bool | int | float) -> str:
        text = format(value, self.spec) if self.spec else str(value)
        if self.point and math.isfinite(value):
            text += self.point
        return text.rjust(self.width)


def _corners(array: np.ndarray) -> np.ndarray:
    """Only the elements that a summary shows."""
    edge = _options.edgeitems
    for axis, size in enumerate(array.shape):
        if size > 2 * edge:
            array = np.take(array, [*range(edge), *range(size - edge, size)], axis)
    return array


def _with_notes(text: str, notes: list[str], indent: int) -> str:
    """Append the notes, each on the last line where it fits and on a new one where not."""
    length = len(text) - text.rfind("\n") + 1
    for note in notes:
        if length + len(note) + 2 > _options.linewidth:
            text += ",\n" + " " * indent + note
            length = indent + len(note)
        else:
            text += ", " + note
            length += len(note) + 2
    return text + ")"
