"""Elements that index tensors name, read and written. PyTorch: ATen/native/TensorAdvancedIndexing.cpp.

Every index is checked here, before a kernel runs, and becomes part of `Places`. Whatever reads at places is
an `Index`, and whatever writes there an `IndexPut`: each is the other's derivative.
"""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops import inplace
from minitorch.ops.creation import zeros
from minitorch.ops.devices import on_host
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import is_expandable_to, view_strides


def index_put(
    input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False
) -> Tensor:
    """A copy with `copy[indices] = values`, or with accumulate, += where equal indices add up.

    PyTorch: torch.index_put.
    """
    places = _check_put("index_put", input, indices, values)
    return IndexPut.apply(input, values, places, accumulate, tuple(indices))


def index_put_(
    input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False
) -> Tensor:
    """index_put in place. PyTorch: Tensor.index_put_."""
    places = _check_put("index_put_", input, indices, values)
    return write_(input, values, places, accumulate, IndexPut, tuple(indices))


class Places(NamedTuple):
    """Which elements are read or written: checked indices, none negative, as kernels.index takes them."""

    # Per dimension: int64 arrays that broadcast, side by side, or None for all of it.
    indices: tuple[np.ndarray | None, ...]
    # The order in which the dimensions are meant, where it is not their own.
    axes: tuple[int, ...] | None = None

    def of(self, array: np.ndarray) -> np.ndarray:
        """The array with its dimensions in that order; one without dimensions as its one element."""
        if array.ndim == 0:
            return array.reshape(1)
        return array if self.axes is None else array.transpose(self.axes)

    def kept(self) -> "Places":
        """With indices of its own: the user's may change, unchecked, before the backward pass."""
        return Places(tuple([None if each is None else each.copy() for each in self.indices]), self.axes)


class Index(Function):
    """derivatives.yaml: index. Base of all that read elements at places."""

    @staticmethod
    def forward(ctx, input, places, order, tensors):
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(*tensors)  # to notice that one was changed, or backward ran before
            ctx.shape, ctx.places = input.array.shape, places.kept()
        return wrap(input.kernels.index(places.of(input.array), places.indices, order))

    @staticmethod
    def backward(ctx, grad):
        ctx.saved_tensors  # noqa: B018
        return IndexInto.apply(grad, ctx.shape, ctx.places), None, None, None


class IndexInto(Function):
    """Zeros with the gradient added at the places: the derivative of Index."""

    node_name = "IndexPutBackward0"

    @staticmethod
    def forward(ctx, grad, shape, places):
        ctx.places = places
        result = grad.kernels.zeros(shape, grad.array.dtype)
        grad.kernels.index_add(places.of(result), places.indices, grad.array)
        return wrap(result)

    @staticmethod
    def backward(ctx, grad):
        return Index.apply(grad, ctx.places, None, ()), None, None


class IndexPut(Function):
    """derivatives.yaml: index_put. Base of all that write values, or add them, at places."""

    @staticmethod
    def forward(ctx, input, values, places, accumulate, tensors):
        return _put(ctx, input.clone(), values, places, accumulate, tensors)

    @staticmethod
    def backward(ctx, grad):
        ctx.saved_tensors  # noqa: B018
        grad_input = grad_values = None
        if ctx.needs_input_grad[0]:
            zero = zeros((), dtype=grad.dtype)
            grad_input = grad if ctx.accumulate else IndexPut.apply(grad, zero, ctx.places, False, ())
        if ctx.needs_input_grad[1]:
            grad_values = Index.apply(grad, ctx.places, None, ())
        return grad_input, grad_values, None, None, None


class RowMajorPut(IndexPut):
    """Base of those whose result is row-major whatever the strides of the input."""

    @staticmethod
    def forward(ctx, input, values, places, accumulate, tensors):
        return _put(ctx, wrap(input.kernels.contiguous(input.array)), values, places, accumulate, tensors)


def _put(ctx, result: Tensor, values: Tensor, places: Places, accumulate: bool, tensors: tuple) -> Tensor:
    ctx.accumulate = accumulate
    if True in ctx.needs_input_grad:
        ctx.save_for_backward(*tensors)
        ctx.places = places.kept()
    _write(result, values, places, accumulate)
    return result


def write_(
    input: Tensor, values: Tensor, places: Places, accumulate: bool, function: type, tensors: tuple
) -> Tensor:
    """Write values at places of `input`; `function`, a kind of IndexPut, is what is recorded."""
    recorded = inplace.check(input, values)
    check_values(input, values, places)
    if recorded:
        return inplace.assign(input, function.apply(input, values, places, accumulate, tensors))
    if values._storage.array is input._storage.array:
        values = wrap(values.array.copy())
    _write(input, values, places, accumulate)
    input._storage.version += 1
    return input


def _write(target: Tensor, values: Tensor, places: Places, accumulate: bool) -> None:
    kernel = target.kernels.index_add if accumulate else target.kernels.index_put
    kernel(places.of(target.array), places.indices, values.array)


def check_values(input: Tensor, values: Tensor, places: Places) -> None:
    """Raise RuntimeError in PyTorch's words unless values have the dtype and fit the shape of the places."""
    if values.array.dtype != input.array.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{types.SCALAR_NAME[input.dtype]} for the destination and {types.SCALAR_NAME[values.dtype]} "
            "for the source."
        )
    shape = input.kernels.index_shape(places.of(input.array).shape, places.indices)
    if not is_expandable_to(values.array.shape, shape):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.array.shape)} cannot be broadcast to "
            f"indexing result of shape {list(shape)}"
        )


def advanced_places(input: Tensor, picked: Sequence[tuple[int, Tensor]]) -> Places:
    """Check index tensors, each with the dimension it indexes, and make of them what kernels take."""
    shape = input.array.shape
    arrays: list[np.ndarray | None] = [None] * len(shape)
    for _, tensor in picked:
        if tensor.array.dtype.kind == "f" or tensor.array.dtype in (np.int8, np.int16):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    for dim, tensor in picked:
        array = tensor.array
        if holds_positions(tensor):
            arrays[dim] = on_host(tensor)
            continue
        if array.dtype == np.uint8:
            warnings.warn(
                "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
                UserWarning,
                stacklevel=4,
            )
        for axis, size in enumerate(array.shape):
            if size != shape[dim + axis]:
                raise IndexError(
                    f"The shape of the mask {list(array.shape)} at index {axis} does not match the shape of "
                    f"the indexed tensor {list(shape)} at index {dim + axis}"
                )
        for axis, indices in enumerate(tensor.kernels.to_host(tensor.kernels.nonzero(array))):
            arrays[dim + axis] = indices
    used = [dim for dim, array in enumerate(arrays) if array is not None]
    if not used:
        raise RuntimeError("index_put: expected at least one index tensor")
    indices = [arrays[dim] for dim in used]
    block = _broadcast(indices)
    indices = checked_indices(indices, [shape[dim] for dim in used], block, shape)
    if used[-1] - used[0] + 1 == len(used):
        return Places((*[None] * used[0], *indices))
    rest = [dim for dim in range(len(shape)) if dim not in used]
    return Places(tuple(indices), (*used, *rest))


def _broadcast(indices: list[np.ndarray]) -> tuple[int, ...]:
    if len(indices) == 1:
        return indices[0].shape
    try:
        return np.broadcast_shapes(*[each.shape for each in indices])
    except ValueError:
        shapes = ", ".join([str(list(each.shape)) for each in indices])
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


def checked_indices(
    indices: list[np.ndarray], sizes: list[int], block: tuple[int, ...], shape: tuple[int, ...]
) -> list[np.ndarray]:
    """As int64 without negative ones. Raises IndexError for one that is not in [-size, size)."""
    if 0 in block:
        return [each.astype(np.int64, copy=False) for each in indices]
    if 0 in sizes:
        raise IndexError("index is out of bounds for dimension with size 0")
    if 0 in shape:  # nothing will be read, and PyTorch checks nothing
        return [np.zeros(each.shape, np.int64) for each in indices]
    result = []
    for each, size in zip(indices, sizes):
        low, high = int(each.min()), int(each.max())
        if low < -size or high >= size:
            _raise_out_of_bounds(indices, sizes, block)
        each = each.astype(np.int64, copy=False)
        result.append(np.where(each < 0, each + size, each) if low < 0 else each)
    return result


def _raise_out_of_bounds(indices: list[np.ndarray], sizes: list[int], block: tuple[int, ...]) -> None:
    """Name the first element that is wrong, as a loop over the elements would meet it."""
    found = []
    for number, (each, size) in enumerate(zip(indices, sizes)):
        each = np.broadcast_to(each, block).reshape(-1)
        wrong = np.flatnonzero((each < -size) | (each >= size))
        if wrong.size:
            found.append((int(wrong[0]), number, int(each[wrong[0]]), size))
    _, number, value, size = min(found)
    raise IndexError(f"index {value} is out of bounds for dimension {number} with size {size}")


def memory_order(array: np.ndarray, places: Places) -> tuple[int, ...] | None:
    """The dimensions of the result as they will lie in memory, outermost first; None for row by row.

    The result takes the order of the strides of the source and the indices.
    PyTorch: TensorIterator::reorder_dimensions.
    """
    array = places.of(array)
    arrays = [each for each in places.indices if each is not None]
    plain = array.flags.c_contiguous and 1 not in array.shape  # the stride of a size 1 may be anything
    if plain and all([each.flags.c_contiguous for each in arrays]):  # noqa: C419
        return None
    before, after = len(places.indices) - len(arrays), len(places.indices)
    block = np.broadcast_shapes(*[each.shape for each in arrays])
    sizes = (*array.shape[:before], *block, *array.shape[after:])
    strides = [(*array.strides[:before], *[0] * len(block), *array.strides[after:])]
    alone = (*[1] * before, *block, *[1] * (array.ndim - after))  # an index, as it is laid over the result
    for each in arrays:
        each = each if each.shape == block else np.broadcast_to(each, block)
        steps = view_strides(block, each.strides, alone)
        strides.append([0 if own != size else step for own, size, step in zip(alone, sizes, steps)])
    order = list(range(len(sizes)))[::-1]  # innermost first
    for place in range(1, len(order)):
        moved = place
        for before in range(place - 1, -1, -1):
            verdict = _outer(order[before], order[moved], sizes, strides)
            if verdict > 0:
                order[before], order[moved] = order[moved], order[before]
                moved = before
            elif verdict < 0:
                break
    order = tuple(reversed(order))
    return None if order == tuple(range(len(order))) else order


def _outer(a: int, b: int, sizes: Sequence[int], strides: list[Sequence[int]]) -> int:
    """1 where dimension a should lie outside b, -1 where inside, 0 where the strides do not say."""
    for steps in strides:
        if steps[a] == 0 or steps[b] == 0:
            continue
        if steps[a] != steps[b]:
            return 1 if steps[a] > steps[b] else -1
        if sizes[a] > sizes[b]:
            return 1
    return 0


def holds_positions(tensor: Tensor) -> bool:
    """Whether it holds integers that are positions (uint8 is an old kind of mask)."""
    return tensor.array.dtype.kind == "i"


def dimensions(item: object) -> int:
    """How many dimensions of the tensor an entry of an index uses up."""
    if item is None or item is Ellipsis:
        return 0
    if isinstance(item, Tensor) and (item.array.dtype.kind == "b" or item.array.dtype == np.uint8):
        return item.array.ndim
    return 1


def _check_put(function: str, input: Tensor, indices: Sequence[Tensor], values: Tensor) -> Places:
    check_tensor(input, function, "input", 1)
    if not isinstance(indices, (tuple, list)):
        raise TypeError(
            f"{function}(): argument 'indices' (position 1) must be tuple of Tensors, not "
            f"{type(indices).__name__}"
        )
    for place, each in enumerate(indices):
        if not isinstance(each, Tensor):
            raise TypeError(
                f"expected Tensor as element {place} in argument 0, but got {type(each).__name__}"
            )
    check_tensor(values, function, "values", 2)
    picked, dim = [], 0
    for each in indices:
        picked.append((dim, each))
        dim += max(dimensions(each), 1)
    if dim > input.array.ndim:
        raise IndexError(f"too many indices for tensor of dimension {input.array.ndim} (got {dim})")
    places = advanced_places(input, picked)
    check_values(input, values, places)
    return places
