"""Whole slices of one dimension, named by a vector. PyTorch: ATen/native/TensorAdvancedIndexing.cpp."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.advanced_indexing import Index, IndexPut, Places, RowMajorPut, write_
from minitorch.ops.devices import on_host
from minitorch.ops.numbers import number_like
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, check_tensor
from minitorch.ops.sizes import wrap_dim


def index_select(input: Tensor, dim: int, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The slices of dimension `dim` that a vector of positions names. PyTorch: torch.index_select.

    Raises IndexError for a position outside [0, size), RuntimeError for an index that is not int32 or int64.
    """
    check_tensor(input, "index_select", "input", 1)
    check_tensor(index, "index_select", "index", 3)
    dim = wrap_dim(dim, input.array.ndim)
    if index.array.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if index.array.dtype.kind != "i":
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    positions = on_host(index).reshape(-1)
    if input.array.ndim == 0 and positions.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {positions.size} value(s)"
        )
    size = input.array.shape[dim] if input.array.ndim else 1
    if positions.size and size == 0:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    if positions.size and (positions.min() < 0 or positions.max() >= size):
        raise IndexError("index out of range in self")
    if input.array.ndim == 0:
        positions = positions.reshape(())
    result = IndexSelect.apply(input, slices(dim, positions), None, (index,))
    return result if out is None else deliver(out, "index_select", result, input, index, cast=False, apart=True)


class IndexSelect(Index):
    """derivatives.yaml: index_select."""


def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """A copy with alpha * source[i] added to slice index[i] of `dim`. PyTorch: torch.index_add.

    Raises RuntimeError for a position outside [0, size), or a source of another shape or dtype.
    """
    places = _check_add(input, dim, index, source)
    source = source if alpha == 1 else source * alpha
    result = IndexAdd.apply(input, source, places, True, (index,))
    return result if out is None else deliver(out, "index_add", result, input, source, cast=False)


def index_add_(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Number = 1) -> Tensor:
    """index_add in place. PyTorch: Tensor.index_add_."""
    places = _check_add(input, dim, index, source)
    source = source if alpha == 1 else source * alpha
    return write_(input, source, places, True, IndexAdd, (index,))


class IndexAdd(RowMajorPut):
    """derivatives.yaml: index_add."""


def index_copy(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, out: Tensor | None = None
) -> Tensor:
    """A copy with slice index[i] of `dim` replaced by source[i]. PyTorch: torch.index_copy.

    Raises IndexError for a position outside [0, size), RuntimeError for a source of another dtype.
    """
    places = _check_copy(input, dim, index, source)
    result = IndexCopy.apply(input, source, places, False, (index,))
    return result if out is None else deliver(out, "index_copy", result, input, source, cast=False)


def index_copy_(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """index_copy in place. PyTorch: Tensor.index_copy_."""
    return write_(input, source, _check_copy(input, dim, index, source), False, IndexCopy, (index,))


class IndexCopy(RowMajorPut):
    """derivatives.yaml: index_copy."""


def index_fill(input: Tensor, dim: int, index: Tensor, value: Tensor | Number) -> Tensor:
    """A copy with `value` in the slices of `dim` that index names, negative ones from the end.

    Raises IndexError for a position outside [-size, size). PyTorch: torch.index_fill.
    """
    values, places, function = _check_fill(input, dim, index, value)
    return function.apply(input, values, places, False, (index,))


def index_fill_(input: Tensor, dim: int, index: Tensor, value: Tensor | Number) -> Tensor:
    """index_fill in place. PyTorch: Tensor.index_fill_."""
    values, places, function = _check_fill(input, dim, index, value)
    return write_(input, values, places, False, function, (index,))


class IndexFill(IndexPut):
    """derivatives.yaml: index_fill.int_Scalar."""


class IndexFillTensor(IndexPut):
    """derivatives.yaml: index_fill.int_Tensor."""

    node_name = "IndexFillBackward1"


def slices(dim: int, positions: np.ndarray) -> Places:
    """Whole slices of a dimension, by checked positions."""
    return Places((*[None] * dim, positions.astype(np.int64, copy=False)))


def _positions(input: Tensor, index: Tensor) -> np.ndarray:
    """The index of one position per slice; for an input without dimensions, of its element."""
    return on_host(index).reshape(() if input.array.ndim == 0 else -1)


def _check_add(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Places:
    for place, name, each in ((1, "input", input), (3, "index", index), (4, "source", source)):
        check_tensor(each, "index_add", name, place)
    dim = wrap_dim(dim, input.array.ndim)
    name = types.SCALAR_NAME[index.dtype]
    if index.array.ndim > 1:
        raise IndexError(
            f"index_add_(): Index is supposed to be a vector, but got dim: {index.array.ndim} with type: "
            f"{name} and size: {list(index.array.shape)}"
        )
    if index.array.dtype.kind != "i":
        raise RuntimeError(f"index_add_(): Expected dtype int32/int64 for index but got: {name}")
    if input.array.dtype != source.array.dtype:
        raise RuntimeError(
            f"index_add_(): self ({types.SCALAR_NAME[input.dtype]}) and source "
            f"({types.SCALAR_NAME[source.dtype]}) must have the same scalar type"
        )
    have, given = list(input.array.shape), list(source.array.shape)
    if have[:dim] + have[dim + 1 :] != given[:dim] + given[dim + 1 :] or len(have) != len(given):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got "
            f"self.shape = {have} source.shape = {given}"
        )
    count = given[dim] if given else 1
    if index.array.size != count:
        raise RuntimeError(
            f"index_add_(): Number of indices ({index.array.size}) should be equal to source.size(dim): "
            f"({count}), for dim: {dim}"
        )
    size = have[dim] if have else 1
    array = on_host(index)
    wrong = (array < 0) | (array >= size)
    if wrong.any():
        first = array[wrong][0]
        raise RuntimeError(f"index {first} is out of bounds for dimension {dim} with size {size}")
    return slices(dim, _positions(input, index))


def _check_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Places:
    for place, name, each in ((1, "input", input), (3, "index", index), (4, "source", source)):
        check_tensor(each, "index_copy", name, place)
    dim = wrap_dim(dim, input.array.ndim)
    have, given = input.array.shape, source.array.shape
    count = index.array.size
    if index.array.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {index.array.ndim})")
    if not given and count != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {count})")
    if have and given and len(have) != len(given):
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. "
            f"Source dimensionality ({len(given)}), destination dimensionality ({len(have)})"
        )
    if index.array.dtype != np.int64:
        raise RuntimeError(
            f"index_copy_(): Expected a long tensor for index, but got {types.SCALAR_NAME[index.dtype]}"
        )
    if input.array.dtype != source.array.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{types.SCALAR_NAME[input.dtype]} and (source) {types.SCALAR_NAME[source.dtype]}"
        )
    rest, other = (*have[:dim], *have[dim + 1 :]), (*given[:dim], *given[dim + 1 :])
    if rest != other:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, rest))} at dimension {dim} and source slice shape: "
            f"{' '.join(map(str, other))} at dimension 0."
        )
    if given and count != given[dim]:
        raise IndexError(
            f"index_copy_(): Number of indices ({count}) should be equal to source.size(dim) ({given[dim]})"
        )
    size = have[dim] if have else 1
    array = on_host(index)
    wrong = (array < 0) | (array >= size)
    if wrong.any():
        raise IndexError(f"index_copy_(): index {array[wrong][0]} is out of bounds for dimension {dim} with size {size}")
    return slices(dim, array.reshape(given[dim : dim + 1] if have else given))


def _check_fill(input: Tensor, dim: int, index: Tensor, value: Tensor | Number):
    """The value as a tensor, where it goes, and the Function to record."""
    for place, name, each in ((1, "input", input), (3, "index", index)):
        check_tensor(each, "index_fill", name, place)
    dim = wrap_dim(dim, input.array.ndim)
    if isinstance(value, Tensor) and value.array.ndim:
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.array.ndim} dimension(s)."
        )
    if index.array.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if index.array.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    size = input.array.shape[dim] if input.array.ndim else 1
    array = on_host(index)
    wrong = (array < -size) | (array >= size)
    if wrong.any():
        first = array[wrong][0]
        raise IndexError(f"index {first} is out of bounds for dimension {dim} with size {size}")
    places = slices(dim, np.unique(array % max(size, 1)))  # once each, as the value's gradient counts
    if isinstance(value, Tensor):
        return value.to(input.dtype), places, IndexFillTensor
    return number_like(input, value), places, IndexFill
