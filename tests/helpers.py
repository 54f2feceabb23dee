"""Run one body in minitorch and in PyTorch and compare. PyTorch: torch/testing/_comparison.py, gradcheck.py.

    def test_softmax_of_a_transposed_matrix(device):
        check(lambda torch, x: torch.softmax(x, dim=1), Input((3, 4), layout="transposed"), double=True)

The body gets the library first, then one tensor for each `Input` or NumPy array, anything else as it is.
Whatever it returns is compared: tensors (values, dtype, shape, requires_grad), numbers, strings, sizes,
dtypes, or tuples, lists and dicts of these. Then the gradients under a random cotangent, because
`.sum().backward()` cannot see a wrong softmax.
"""

import contextlib
import dataclasses
import math
import os
import subprocess
import sys
import zlib
from collections.abc import Callable

import numpy as np
import places
import pytest
from inputs import LAYOUTS as LAYOUTS
from inputs import Input as Input
from inputs import array as array

import minitorch

try:
    import torch
except ImportError:
    torch = None

WITHOUT_TORCH = "torch is not installed: there is nothing to compare with (pip install 'minitorch[compare]')"
needs_torch = pytest.mark.skipif(torch is None, reason=WITHOUT_TORCH)

# (relative, absolute): float32 as torch.testing, the absolute part ten times smaller thanks to the referee.
TOLERANCE = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-6), "float64": (1e-11, 1e-11)}

uncompared: list[str] = []  # bodies that were checked without torch; reported at the end of the run


def check(
    body: Callable,
    *inputs,
    grad: bool = True,
    double: bool = False,
    strides: bool = False,
    exact: bool = False,
    rtol: float | None = None,
    atol: float | None = None,
    raises: type[BaseException] | None = None,
    may_raise: bool = False,
    text: bool = True,
    seed: int | None = 0,
    differentiable: bool = True,
) -> None:
    """Fail unless `body(library, *tensors)` does the same in both libraries.

    `grad`: compare the gradients of all floating-point inputs under a random cotangent; `double`: theirs too.
    `strides`: compare strides and storage offset of results. `exact`: bit for bit. `rtol`, `atol`: instead of
    TOLERANCE.
    `raises`: the body must raise this in both, with the same first line (`text=False`,
    and where PyTorch lists
    overloads: the type only);
    `may_raise`: it may, for random arguments. `seed`: what both generators are seeded with.
    `differentiable=False`: the gradient is not that of the values (a hook changes it).
    Where the body draws from generators of different devices, values are not compared; where it raises, or may, PyTorch's
    tensors are on the CPU.

    Where float32 numbers differ by more than the tolerance, the body runs once more in PyTorch in float64,
    and only numbers of ours that are farther from that than PyTorch's fail (see _as_close).
    Without torch: `finite_differences`.
    """
    inputs = _as_inputs(inputs)
    if torch is None:
        differences = grad and differentiable and _suits_finite_differences(inputs)
        _check_alone(
            body, inputs, grad=grad, raises=raises, may_raise=may_raise, seed=seed, differences=differences
        )
        return
    with places.theirs_on_the_cpu() if raises or may_raise else contextlib.nullcontext():
        with places.watched_draws() as watch:
            theirs = _run(torch, body, inputs, grad, double, seed)
        ours = _run(minitorch, body, inputs, grad, double, seed)
        case = _Case(body, inputs, ours, theirs, strides, exact, rtol, atol)
        if theirs.error is not None or ours.error is not None:
            case.compare_errors(raises, may_raise, text)
            return
        if raises is not None:
            raise AssertionError(f"neither library raised {raises.__name__}{case.sides()}")
        case.values = not watch.drew
        case.referee = lambda: _run(torch, body, inputs, grad, double, seed, "float64")
        case.compare("result", ours.result, theirs.result)
        for stage in ("gradients", "second gradients"):
            for number, (mine, other) in enumerate(
                zip(getattr(ours, _SLOT[stage]), getattr(theirs, _SLOT[stage]))
            ):
                case.compare(f"{stage}[{number}]", mine, other)


def finite_differences(
    body: Callable, *inputs, directions: int = 3, rtol: float = 1e-6, atol: float = 1e-7
) -> None:
    """Fail unless minitorch's gradients agree with central differences, in float64.

    Each floating-point input moves along random directions; the results are weighted with a random cotangent.
    """
    inputs = _as_inputs(inputs)
    wide = tuple(
        dataclasses.replace(each, dtype="float64") if _is_float_input(each) else each for each in inputs
    )
    outcome = _run(minitorch, body, wide, True, False, 0)
    if outcome.error is not None:
        raise outcome.error
    places = [i for i, each in enumerate(wide) if _is_float_input(each) and each.requires_grad is not False]
    rng = np.random.default_rng(1)
    eps = 1e-6

    def weighted(place: int, move: np.ndarray) -> float:
        moved = list(wide)
        moved[place] = dataclasses.replace(wide[place], values=wide[place].numbers() + move)
        results = _run(minitorch, body, tuple(moved), True, False, 0)
        if results.error is not None:
            raise results.error
        tensors = [each for each in _flatten(results.result) if _is_float_tensor(each)]
        return sum(
            float((_cotangent(number, each) * numpy(each)).sum()) for number, each in enumerate(tensors)
        )

    for gradient, place in zip(outcome.gradients, places):
        gradient = np.zeros(wide[place].shape) if gradient is None else numpy(gradient)
        for _ in range(directions):
            move = rng.standard_normal(wide[place].shape)
            move = dataclasses.replace(wide[place], values=move).numbers()
            numeric = (weighted(place, eps * move) - weighted(place, -eps * move)) / (2 * eps)
            analytic = float((gradient * move).sum())
            if not math.isclose(numeric, analytic, rel_tol=rtol, abs_tol=atol * max(1, move.size)):
                raise AssertionError(
                    f"gradient of argument {place} along a random direction: {analytic!r} from backward(), "
                    f"{numeric!r} from finite differences\n  {describe(body)} {wide}"
                )


def assert_same(
    ours, theirs, *, exact: bool = False, rtol: float | None = None, atol: float | None = None
) -> None:
    """Fail unless a value of minitorch and one of PyTorch (tensors, numbers, nests of them) are the same."""
    _Case(None, (), None, None, False, exact, rtol, atol).compare("value", ours, theirs)


def numpy(tensor) -> np.ndarray:
    """The numbers of a tensor of either library."""
    return tensor.detach().cpu().numpy(force=True)


def describe(body: Callable) -> str:
    code = getattr(body, "__code__", None)
    return f"{body!r}" if code is None else f"{body.__qualname__} ({code.co_filename}:{code.co_firstlineno})"


def in_new_process(program: str, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess:
    """Run Python code by itself, where it may crash, with this minitorch and this environment on top."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(minitorch.__file__)))
    path = os.pathsep.join(each for each in (root, os.environ.get("PYTHONPATH")) if each)
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )


# ---- One run in one library ----


def _as_inputs(values: tuple) -> tuple:
    return tuple(array(each, each.dtype.name) if isinstance(each, np.ndarray) else each for each in values)


def _is_float_input(value) -> bool:
    return isinstance(value, Input) and value.is_floating_point


_SLOT = {"gradients": "gradients", "second gradients": "second"}


@dataclasses.dataclass
class _Outcome:
    """What a body did in one library."""

    result: object = None
    gradients: tuple = ()
    second: tuple = ()
    error: Exception | None = None


def _run(library, body, inputs, grad, double, seed, dtype=None) -> _Outcome:
    outcome = _Outcome()
    wide = [dtype if _is_float_input(each) else None for each in inputs]
    arguments = [
        each.make(library, places.of(library), grad, wider) if isinstance(each, Input) else each
        for each, wider in zip(inputs, wide)
    ]
    leaves = [each for each in arguments if _is_tensor(each) and each.requires_grad]
    if seed is not None:
        library.manual_seed(seed)
    try:
        with places.default(library):
            outcome.result = body(library, *arguments)
        if grad and leaves:
            _differentiate(library, outcome, leaves, double)
    except Exception as error:
        outcome.error = error
    return outcome


def _differentiate(library, outcome: _Outcome, leaves: list, double: bool) -> None:
    outputs = [each for each in _flatten(outcome.result) if _is_float_tensor(each)]
    cotangents = [places.here(library, library.from_numpy(_cotangent(i, each))) for i, each in enumerate(outputs)]
    pairs = [(each, weight) for each, weight in zip(outputs, cotangents) if each.requires_grad]
    if not pairs:
        outcome.gradients = (None,) * len(leaves)
        return
    outputs, cotangents = [each for each, _ in pairs], [weight for _, weight in pairs]
    if double:
        cotangents = [each.requires_grad_() for each in cotangents]
    outcome.gradients = library.autograd.grad(
        outputs, leaves, cotangents, create_graph=double, allow_unused=True
    )
    if not double:
        return
    first = [each for each in outcome.gradients if each is not None and each.requires_grad]
    weights = [places.here(library, library.from_numpy(_cotangent(100 + i, each))) for i, each in enumerate(first)]
    second = library.autograd.grad(first, [*leaves, *cotangents], weights, allow_unused=True)
    outcome.second = tuple(
        library.zeros_like(leaf) if each is None else each  # PyTorch itself gives either, by operation
        for each, leaf in zip(second, [*leaves, *cotangents])
    )


def _cotangent(number: int, tensor) -> np.ndarray:
    shape = tuple(tensor.shape)
    weights = np.random.default_rng([number, *shape]).standard_normal(shape)
    return weights.astype(str(tensor.dtype).removeprefix("torch."))


def _check_alone(body, inputs, *, grad, raises, may_raise, seed, differences) -> None:
    uncompared.append(describe(body))
    outcome = _run(minitorch, body, inputs, grad, False, seed)
    if raises is not None:
        assert isinstance(outcome.error, raises), f"expected {raises.__name__}, got {outcome.error!r}"
    elif outcome.error is not None:
        if not may_raise:
            raise outcome.error
    elif differences:
        finite_differences(body, *inputs)


def _suits_finite_differences(inputs: tuple) -> bool:
    """Whether all floats are float64, as the differences are, and none given: those may sit on a kink."""
    floats = [each for each in inputs if _is_float_input(each)]
    return bool(floats) and all(each.dtype == "float64" and each.values is None for each in floats)


# ---- The comparison ----


class _Case:
    """Both sides of one check."""

    def __init__(self, body, inputs, ours, theirs, strides, exact, rtol, atol):
        self.body, self.inputs, self.ours, self.theirs = body, inputs, ours, theirs
        self.strides, self.exact, self.rtol, self.atol = strides, exact, rtol, atol
        self.single = any(_is_float_input(each) and each.dtype == "float32" for each in inputs)
        self.values = True  # if they are compared, and not shapes and dtypes alone
        self.referee: Callable[[], _Outcome] | None = None
        self._true: _Outcome | None = None

    def sides(self, ours=None, theirs=None) -> str:
        ours = self.ours and (self.ours.error or self.ours.result) if ours is None else ours
        theirs = self.theirs and (self.theirs.error or self.theirs.result) if theirs is None else theirs
        case = "" if self.body is None else f"\n  body: {describe(self.body)}\n  inputs: {self._inputs()}"
        return f"{case}\n  minitorch: {_show(ours)}\n  torch:     {_show(theirs)}"

    def _inputs(self) -> str:
        lines = []
        for each in self.inputs:
            lines.append(
                f"\n    {each!r}" + (f" = {_short(each.numbers())}" if isinstance(each, Input) else "")
            )
        return "".join(lines)

    def compare_errors(self, raises, may_raise: bool, text: bool) -> None:
        ours, theirs = self.ours.error, self.theirs.error
        if ours is None or theirs is None:
            who, error = ("torch", theirs) if ours is None else ("minitorch", ours)
            raise AssertionError(f"only {who} raised{self.sides()}") from error
        if raises is None and not may_raise:
            raise AssertionError(f"both raised (say raises= if that is meant){self.sides()}") from theirs
        if raises is not None and not isinstance(theirs, raises):
            raise AssertionError(f"{raises.__name__} was expected{self.sides()}") from theirs
        if type(ours).__name__ != type(theirs).__name__:
            raise AssertionError(f"different exceptions{self.sides()}") from ours
        if text and first_line(ours) != first_line(theirs) and not _about_overloads(theirs):
            raise AssertionError(f"different words{self.sides()}") from ours

    def compare(self, path: str, ours, theirs) -> None:
        """Fail unless both are the same; `path` says where in the result we are."""
        if _is_tensor(ours) or _is_tensor(theirs):
            if not (_is_tensor(ours) and _is_tensor(theirs)):
                self._differ(path, "only one is a tensor", ours, theirs)
            self._compare_tensors(path, ours, theirs)
        elif isinstance(theirs, dict):
            self._equal(path, "keys", list(ours), list(theirs), ours, theirs)
            for key in theirs:
                self.compare(f"{path}[{key!r}]", ours[key], theirs[key])
        elif isinstance(theirs, tuple | list):
            self._equal(path, "length", len(ours), len(theirs), ours, theirs)
            for number, (mine, other) in enumerate(zip(ours, theirs)):
                self.compare(f"{path}[{number}]", mine, other)
        elif isinstance(theirs, float) and isinstance(ours, float):
            same = not self.values or ours == theirs or (math.isnan(ours) and math.isnan(theirs))
            if not same and (self.exact or not math.isclose(ours, theirs, rel_tol=self.rtol or 1.3e-6)):
                self._differ(path, "value", ours, theirs)
        elif isinstance(theirs, np.ndarray):
            self._equal(path, "dtype", ours.dtype, theirs.dtype, ours, theirs)
            np.testing.assert_array_equal(ours, theirs)
        elif torch is not None and isinstance(theirs, torch.dtype | torch.device | torch.layout):
            self._equal(path, "value", repr(ours), repr(theirs), ours, theirs)
        else:
            self._equal(path, "type", type(ours), type(theirs), ours, theirs)
            self._equal(path, "value", ours, theirs, ours, theirs)

    def _compare_tensors(self, path: str, ours, theirs) -> None:
        self._equal(path, "dtype", str(ours.dtype), str(theirs.dtype), ours, theirs)
        self._equal(path, "shape", tuple(ours.shape), tuple(theirs.shape), ours, theirs)
        if path.startswith("result"):
            self._equal(path, "requires_grad", ours.requires_grad, theirs.requires_grad, ours, theirs)
            if self.strides:
                self._equal(path, "stride", ours.stride(), theirs.stride(), ours, theirs)
                offsets = ours.storage_offset(), theirs.storage_offset()
                self._equal(path, "storage_offset", *offsets, ours, theirs)
        if not self.values:
            return
        mine, other = numpy(ours), numpy(theirs)
        wrong = self._wrong(mine, other)
        single = self.single or other.dtype == np.float32
        if wrong.any() and not self.exact and single and self.referee is not None:
            truth = self._truth(path, other.shape)
            if truth is not None:
                wrong &= ~_as_close(mine, other, truth)
        if wrong.any():
            places = np.argwhere(wrong)
            with np.errstate(invalid="ignore"):
                largest = np.abs(mine.astype(np.float64) - other.astype(np.float64))[wrong].max()
            where = f"{len(places)} of {wrong.size} numbers, first at {places[0].tolist()}"
            self._differ(path, f"{where}, largest difference {largest:g}", ours, theirs)

    def _wrong(self, mine: np.ndarray, other: np.ndarray) -> np.ndarray:
        if mine.dtype.kind != "f":
            return mine != other
        if self.exact:  # NaN has many bit patterns, zero has two signs
            same = (mine == other) & (np.signbit(mine) == np.signbit(other))
            return ~(same | (np.isnan(mine) & np.isnan(other)))
        rtol, atol = TOLERANCE["float32" if self.single else mine.dtype.name]
        rtol = rtol if self.rtol is None else self.rtol
        atol = atol if self.atol is None else self.atol
        return ~np.isclose(mine, other, rtol=rtol, atol=atol, equal_nan=True)

    def _truth(self, path: str, shape: tuple[int, ...]) -> np.ndarray | None:
        """What stands at `path` in a float64 run of PyTorch."""
        if self._true is None:
            self._true = self.referee()
        if self._true.error is not None:
            return None
        stage, *keys = path.replace("]", "").split("[")
        value = self._true.result if stage == "result" else getattr(self._true, _SLOT[stage])
        for key in keys:
            value = value[key.strip("'") if isinstance(value, dict) else int(key)]
        return numpy(value) if _is_tensor(value) and tuple(value.shape) == shape else None

    def _equal(self, path: str, what: str, a, b, ours, theirs) -> None:
        if a != b and not (isinstance(a, str) and places.as_theirs(a) == b):
            self._differ(path, f"{what}: {a} and {b}", ours, theirs)

    def _differ(self, path: str, what: str, ours, theirs) -> None:
        raise AssertionError(f"{path} differs in {what}{self.sides(ours, theirs)}")


def _as_close(mine: np.ndarray, other: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Where ours is no farther from the truth than PyTorch's number, or 4 times its worst in the tensor.

    Sums in another order round to other sides, so numbers cannot be compared one by one; and 576 products
    added one after the other are 2 to 3 times less exact than oneDNN's blocks of 16.
    """
    with np.errstate(invalid="ignore"):
        error, allowed = np.abs(mine - truth), np.abs(other - truth)
        worst = allowed[np.isfinite(allowed)].max(initial=0.0)
        return (error <= allowed) | (error <= 4 * worst)


def first_line(error: BaseException) -> str:
    """The first line of an error's text."""
    return str(error).split("\n", 1)[0].strip()


def _about_overloads(error: BaseException) -> bool:
    """Whether PyTorch's argument parser complains by counting arguments or listing its overloads."""
    text = first_line(error)
    return isinstance(error, TypeError) and any(
        words in text
        for words in (
            "received an invalid combination of arguments",
            "missing 1 required positional",
            " takes ",
        )
    )


def _show(value) -> str:
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {first_line(value)}"
    if _is_tensor(value):
        return f"{value.dtype} {tuple(value.shape)} stride {value.stride()} {_short(numpy(value))}"
    if isinstance(value, tuple | list):
        return "(" + ", ".join(_show(each) for each in value) + ")"
    return repr(value)


def _short(numbers: np.ndarray) -> str:
    text = np.array2string(numbers, threshold=40, edgeitems=3, precision=9, max_line_width=120)
    return text.replace("\n", "\n      ")


def _is_tensor(value) -> bool:
    return isinstance(value, minitorch.Tensor) or (torch is not None and isinstance(value, torch.Tensor))


def _is_float_tensor(value) -> bool:
    return _is_tensor(value) and value.is_floating_point()


def _flatten(value) -> list:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [leaf for each in value for leaf in _flatten(each)]
    return [value]


def checksum(values) -> int:
    """A short fingerprint of an array's bytes, for golden values."""
    return zlib.crc32(np.ascontiguousarray(values).tobytes())
