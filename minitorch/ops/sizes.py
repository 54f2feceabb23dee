"""Arithmetic of shapes and strides; memory formats. PyTorch: c10/core/WrapDimMinimal.h, MemoryFormat.h."""

import math
from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import contiguous_strides

MAX = 2**63 - 1


def wrap_dim(dim: int, ndim: int, argument: str = "argument 'dim'") -> int:
    """A dimension counted from the front. Raises IndexError in PyTorch's words, TypeError with `argument`."""
    if type(dim) is not int:
        try:
            dim = dim.__index__()
        except AttributeError:
            raise TypeError(f"{argument} must be int, not {type(dim).__name__}") from None
    limit = ndim or 1
    if not -limit <= dim < limit:
        check_int64(dim)
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim})"
        )
    return dim + limit if dim < 0 else dim


def wrap_existing(dim: int, ndim: int) -> int:
    """As wrap_dim, of a tensor that must have dimensions."""
    place = wrap_dim(dim, ndim)
    if ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return place


def numpy_names(function: str, names: dict[str, object], dim, keepdim: bool = False) -> tuple:
    """dim and keepdim, where `names` may say axis and keepdims. Raises TypeError for any other name.

    PyTorch: numpy_compatibility_arg_names in torch/csrc/utils/python_arg_parser.cpp.
    """
    for name, value in names.items():
        if name == "axis":
            dim = value
        elif name == "keepdims":
            keepdim = value
        else:
            raise TypeError(f"{function}() got an unexpected keyword argument '{name}'")
    return dim, keepdim


def sizes_of(sizes: tuple, function: str, argument: str = "size") -> tuple[int, ...]:
    """The sizes in `f(2, 3)`, `f((2, 3))` or `f([2, 3])` alike, as Python integers."""
    nested = len(sizes) == 1 and isinstance(sizes[0], (tuple, list))
    if nested:
        sizes = sizes[0]
    for size in sizes:
        if type(size) is not int:
            break
    else:
        return tuple(sizes)
    result = []
    for place, size in enumerate(sizes):
        index = getattr(size, "__index__", None)
        kind, name = types.name_of_type(size), f"{function}(): argument '{argument}'"
        if index is None or isinstance(size, bool):
            if place == 0 and nested:
                raise TypeError(f"{name} (position 1) must be tuple of ints, but found element of type {kind} at pos 0")
            if place == 0:
                raise TypeError(f"{name} (position 1) must be tuple of ints, not {kind}")
            raise TypeError(
                f"{name} failed to unpack the object at pos {place + 1} with error "
                f'"type must be tuple of ints,but got {kind}"'
            )
        try:
            result.append(index())
        except TypeError:
            raise TypeError(f"{name} (position 1) must be tuple of ints, not {kind}") from None
    return tuple(result)


def check_int64(value: int) -> None:
    """Raise ValueError in PyTorch's words for an integer beyond its int64."""
    if not -MAX - 1 <= value <= MAX:
        raise ValueError("Overflow when unpacking long long")


def checked_numel(shape: Sequence[int]) -> int:
    """The number of elements. Raises RuntimeError where PyTorch's int64 would overflow."""
    count = math.prod(shape)
    if count > MAX:
        raise RuntimeError("numel: integer multiplication overflow")
    return count


def infer_size(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The shape with -1 filled in. Raises RuntimeError in PyTorch's words where it does not fit `count` elements."""
    known, unknown = 1, None
    for axis, size in enumerate(shape):
        if size == -1:
            if unknown is not None:
                raise RuntimeError("only one dimension can be inferred")
            unknown = axis
        elif size < 0:
            raise RuntimeError(f"invalid shape dimension {size} at index {axis} of shape {list(shape)}")
        else:
            known *= size
    if unknown is None and known == count:
        return shape
    if unknown is not None and known == 0 and count == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous"
        )
    if unknown is None or known == 0 or count % known:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    return (*shape[:unknown], count // known, *shape[unknown + 1 :])


def view_strides(shape: tuple[int, ...], stride: tuple[int, ...], new: tuple[int, ...]) -> tuple[int, ...] | None:
    """The strides that show the same elements in a new shape, or None if there are none. PyTorch: computeStride.

    Runs of dimensions that are contiguous among themselves are found from the back; each must hold whole new dimensions.
    """
    if 0 in shape or not shape:
        return contiguous_strides(new) if shape != new else stride
    result = [0] * len(new)
    place = len(new) - 1
    run_step, run_count, held = stride[-1], 1, 1
    for axis in range(len(shape) - 1, -1, -1):
        run_count *= shape[axis]
        if axis == 0 or (shape[axis - 1] != 1 and stride[axis - 1] != run_count * run_step):
            while place >= 0 and (held < run_count or new[place] == 1):
                result[place] = held * run_step
                held *= new[place]
                place -= 1
            if held != run_count:
                return None
            if axis > 0:
                run_step, run_count, held = stride[axis - 1], 1, 1
    return tuple(result) if place == -1 else None


def is_expandable_to(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether broadcasting can make `target` of `shape`."""
    if len(shape) > len(target):
        return False
    return all(size in (1, want) for size, want in zip(shape[::-1], target[::-1]))


def check_sizes(size: tuple[int, ...]) -> None:
    """Raise RuntimeError for a negative size. PyTorch: at::native::check_size_nonnegative."""
    for each in size:
        if each < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {each}: {list(size)}")


def several(dim: int | Sequence[int]) -> Sequence[int]:
    """One dimension as a sequence of one. PyTorch: the arguments `dim: int or tuple of ints`."""
    return dim if isinstance(dim, (tuple, list)) else (dim,)


class memory_format:
    """One of `contiguous_format`, `preserve_format`, `channels_last`. PyTorch: torch.memory_format."""

    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name  # pickled as the name of a module-level constant


class layout(memory_format):
    """How a tensor is stored: `strided`, or by coordinates. PyTorch: torch.layout."""

    __slots__ = ()


contiguous_format = memory_format("contiguous_format")  # row-major
preserve_format = memory_format("preserve_format")  # as the example
channels_last = memory_format("channels_last")  # images with their channels innermost
channels_last_3d = memory_format("channels_last_3d")  # volumes with their channels innermost
strided = layout("strided")
sparse_coo = layout("sparse_coo")

CHANNELS_LAST_ORDER = (0, 2, 3, 1)  # the dimensions of an image batch from the outermost to the innermost
CHANNELS_LAST_3D_ORDER = (0, 2, 3, 4, 1)


def check_format(value: object, function: str) -> None:
    """Raise TypeError in PyTorch's words unless it is a memory format or None."""
    if value is not None and type(value) is not memory_format:
        raise TypeError(
            f"{function}(): argument 'memory_format' must be torch.memory_format, not {type(value).__name__}"
        )
