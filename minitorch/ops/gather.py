"""gather, scatter, take: one index per element. PyTorch: aten/src/ATen/native/TensorAdvancedIndexing.cpp."""

import warnings

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops import inplace
from minitorch.ops.advanced_indexing import Index, IndexPut, Places, RowMajorPut, write_
from minitorch.ops.devices import on_host
from minitorch.ops.numbers import number_like
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, broadcast, check_tensor
from minitorch.ops.shape import expand, reshape
from minitorch.ops.sizes import wrap_dim


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False, out: Tensor | None = None) -> Tensor:
    """result[i][j] = input[index[i][j]][j] for dim 0, and so on. Shape: that of index.

    Raises RuntimeError for an index outside [0, size), and for an index tensor that is larger than input in
    another dimension. PyTorch: torch.gather.
    """
    check_tensor(input, "gather", "input", 1)
    check_tensor(index, "gather", "index", 3)
    dim = wrap_dim(dim, input.array.ndim)
    _check_dtype("gather", index)
    if index.array.size:
        _check_ndim(input, index, "input")
        for axis, (have, want) in enumerate(zip(input.array.shape, index.array.shape)):
            if axis != dim and want > have:
                raise RuntimeError(
                    f"Size does not match at dimension {axis} expected index {list(index.array.shape)} to "
                    f"be no larger than self {list(input.array.shape)} apart from dimension {dim}"
                )
    result = Gather.apply(input, places_along(input, dim, index), None, (index,))
    return result if out is None else deliver(out, "gather", result, input, index, cast=False, apart=True)


class Gather(Index):
    """derivatives.yaml: gather."""


def scatter(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Tensor | Number | None = None,
    *,
    value: Number | None = None,
    reduce: str | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """A copy with copy[index[i][j]][j] = src[i][j] for dim 0, and so on. `reduce`: "add" or "multiply" instead.

    Raises RuntimeError for an index outside [0, size), or an index tensor larger than src.
    PyTorch: torch.scatter.
    """
    src, places, add, function = _scattered(input, dim, index, value if src is None else src, reduce)
    result = function.apply(input, src, places, add, (index,))
    return result if out is None else deliver(out, "scatter", result, input, src, cast=False)


def scatter_(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Tensor | Number | None = None,
    *,
    value: Number | None = None,
    reduce: str | None = None,
) -> Tensor:
    """scatter in place. PyTorch: Tensor.scatter_."""
    src, places, add, function = _scattered(input, dim, index, value if src is None else src, reduce)
    if function is ScatterMultiply:
        inplace.check(input, src)
        return inplace.assign(input, function.apply(input, src, places, add, (index,)))
    return write_(input, src, places, add, function, (index,))


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor, *, out: Tensor | None = None) -> Tensor:
    """A copy with src[i][j] added to copy[index[i][j]][j] for dim 0, and so on.

    PyTorch: torch.scatter_add.
    """
    check_tensor(src, "scatter_add", "src", 4)
    return scatter(input, dim, index, src, reduce=_ADD, out=out)


def scatter_add_(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """scatter_add in place. PyTorch: Tensor.scatter_add_."""
    check_tensor(src, "scatter_add_", "src", 4)
    return scatter_(input, dim, index, src, reduce=_ADD)


class Scatter(RowMajorPut):
    """derivatives.yaml: scatter.src."""


class ScatterValue(RowMajorPut):
    """derivatives.yaml: scatter.value."""

    node_name = "ScatterBackward1"


class ScatterAdd(RowMajorPut):
    """derivatives.yaml: scatter_add."""


class ScatterMultiply(Function):
    """derivatives.yaml: scatter.reduce: not implemented, unlike scatter_reduce("prod")."""

    @staticmethod
    def forward(ctx, input, src, places, add, tensors):
        result = wrap(input.kernels.contiguous(input.array))
        result.kernels.index_reduce(places.of(result.array), places.indices, src.array, "prod")
        return result

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError("derivative for aten::scatter is not implemented")


def take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements at positions of the flattened tensor, negative ones from the end. Shape: that of index.

    Raises IndexError for a position outside. PyTorch: torch.take.
    """
    check_tensor(input, "take", "input", 1)
    check_tensor(index, "take", "index", 2)
    result = Take.apply(input, _flat_places("take", input, index), None, (index,))
    return result if out is None else deliver(out, "take", result, input, index, cast=False, apart=True)


class Take(Index):
    """derivatives.yaml: take."""


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with `source` at positions of the flattened tensor, negative ones from the end; or added there.

    Raises IndexError for a position outside, RuntimeError for a source of another dtype. PyTorch: torch.put.
    """
    places = _check_put(input, index, source)
    return Put.apply(input, reshape(source, index.array.shape), places, accumulate, (index,))


def put_(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """put in place. PyTorch: Tensor.put_."""
    places = _check_put(input, index, source)
    return write_(input, reshape(source, index.array.shape), places, accumulate, Put, (index,))


class Put(IndexPut):
    """derivatives.yaml: put."""


def _check_put(input: Tensor, index: Tensor, source: Tensor) -> Places:
    for place, name, each in ((1, "input", input), (2, "index", index), (3, "source", source)):
        check_tensor(each, "put", name, place)
    if input.array.dtype != source.array.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{types.SCALAR_NAME[input.dtype]} and source.dtype = {types.SCALAR_NAME[source.dtype]}"
        )
    if index.array.dtype == np.int64 and index.array.size != source.array.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.array.size}, index.numel() = {index.array.size}"
        )
    return _flat_places("put_", input, index)


def _flat_places(function: str, input: Tensor, index: Tensor) -> Places:
    """Positions in the flattened tensor as indices of each dimension."""
    if index.array.dtype != np.int64:
        raise RuntimeError(
            f"{function}(): Expected a long tensor for index, but got {types.SCALAR_NAME[index.dtype]}"
        )
    size = input.array.size
    if index.array.size and not size:
        what = "take from" if function == "take" else "put elements into"
        raise IndexError(f"{function}(): tried to {what} an empty tensor".replace("(): tried to put", "(): Tried to put"))
    array = on_host(index)
    wrong = (array < -size) | (array >= size)
    if wrong.any():
        raise IndexError(f"out of range: tried to access index {array[wrong][0]} on a tensor of {size} elements.")
    positions = np.where(array < 0, array + size, array)
    places = []
    for extent in reversed(input.array.shape or (1,)):
        places.append(np.asarray(positions % max(extent, 1)))
        positions = positions // max(extent, 1)
    return Places(tuple(reversed(places)))


def take_along_dim(
    input: Tensor, indices: Tensor, dim: int | None = None, *, out: Tensor | None = None
) -> Tensor:
    """gather with broadcasting and negative indices; without dim, on the flattened tensor.

    Raises RuntimeError for an index out of range, where PyTorch wraps around. PyTorch: torch.take_along_dim.
    """
    check_tensor(input, "take_along_dim", "input", 1)
    check_tensor(indices, "take_along_dim", "indices", 2)
    if indices.array.dtype != np.int64:
        raise RuntimeError(
            "torch.take_along_dim(): dtype of indices should be Long but got "
            f"{types.SCALAR_NAME[indices.dtype]}"
        )
    if dim is None:
        input, indices, dim = reshape(input, -1), reshape(indices, -1), 0
    if input.array.ndim != indices.array.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.array.ndim} dimensions for input, and {indices.array.ndim} dimensions for indices"
        )
    dim = wrap_dim(dim, input.array.ndim)
    have, want = input.array.shape, indices.array.shape
    if have:
        shape = broadcast((*have[:dim], want[dim], *have[dim + 1 :]), want)
        indices = indices if want == shape else expand(indices, shape)
        wide = (*shape[:dim], have[dim], *shape[dim + 1 :])
        input = input if have == wide else expand(input, wide)
    size, array = have[dim] if have else 1, on_host(indices)
    negative = (array < 0) & (array >= -size)
    if negative.any():
        indices = wrap(indices.kernels.from_host(np.where(negative, array + size, array)))
    return gather(input, dim, indices, out=out)


_ADD = "scatter_add"  # what scatter_add gives for `reduce`


def _scattered(input: Tensor, dim: int, index: Tensor, src: Tensor | Number, reduce: str | None):
    """The values, where they go, whether they are added, and the Function to record."""
    check_tensor(input, "scatter", "input", 1)
    check_tensor(index, "scatter", "index", 3)
    dim = wrap_dim(dim, input.array.ndim)
    _check_dtype("scatter", index)
    function = Scatter if isinstance(src, Tensor) else ScatterValue
    if not isinstance(src, Tensor):
        src = number_like(input, src)
    elif input.array.dtype != src.array.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    elif index.array.size:
        check_scatter(input, dim, index, src)
        src = corner(src, index.array.shape)
    else:
        src = corner(src, index.array.shape) if src.array.ndim == index.array.ndim else number_like(input, 0)
    if index.array.size and function is ScatterValue:
        check_scatter(input, dim, index, None)
    if reduce is None:
        return src, places_along(input, dim, index), False, function
    if reduce in ("add", "multiply") and function is Scatter:
        warnings.warn(
            "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a "
            "future PyTorch release. Use torch.scatter_reduce instead for more reduction options.",
            UserWarning,
            stacklevel=4,
        )
    elif reduce not in ("add", "multiply", _ADD):
        raise RuntimeError("reduce argument must be either add or multiply.")
    return src, places_along(input, dim, index), True, ScatterMultiply if reduce == "multiply" else ScatterAdd


def corner(src: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The leading part of src: what an index tensor of that shape reads of it."""
    if src.array.shape == shape:
        return src
    return src[tuple([slice(0, size) for size in shape])]


def _check_dtype(function: str, index: Tensor) -> None:
    if index.array.size and index.array.dtype.kind != "i":
        raise RuntimeError(f"{function}(): Expected dtype int32/int64 for index")


def _check_ndim(other: Tensor, index: Tensor, name: str) -> None:
    if max(index.array.ndim, 1) != max(other.array.ndim, 1):
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {name} tensor")


def check_scatter(input: Tensor, dim: int, index: Tensor, src: Tensor | None) -> None:
    """Raise unless the index tensor fits into input (apart from dim) and into src."""
    have, want = input.array.shape, index.array.shape
    _check_ndim(input, index, "self")
    fits = not want or all(axis == dim or want[axis] <= size for axis, size in enumerate(have))
    text = f"Expected index {list(want)} to be no larger than self {list(have)} apart from dimension {dim}"
    if src is not None:
        text += f" and to be no larger size than src {list(src.array.shape)}"
        if src.array.ndim:
            given = src.array.shape
            fits = fits and all(size <= given[wrap_dim(axis, len(given))] for axis, size in enumerate(want))
        else:
            fits = fits and index.array.size == 1
    if not fits:
        raise RuntimeError(text)
    if src is not None:
        _check_ndim(src, index, "src")


def places_along(input: Tensor, dim: int, index: Tensor) -> Places:
    """The element that each index names: itself in dimension dim, its own coordinates in the others."""
    size = input.array.shape[dim] if input.array.ndim else 1
    array = on_host(index)
    if array.size == 0:
        return Places((array.astype(np.int64),) * max(input.array.ndim, 1))
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= size:
        wrong = array[(array < 0) | (array >= size)]
        raise RuntimeError(f"index {wrong[0]} is out of bounds for dimension {dim} with size {size}")
    grid = [
        array.astype(np.int64, copy=False)
        if axis == dim
        else np.arange(extent).reshape((-1,) + (1,) * (array.ndim - axis - 1))
        for axis, extent in enumerate(array.shape or (1,))
    ]
    return Places(tuple(grid))
