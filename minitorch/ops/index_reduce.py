"""Combining values that meet at one place: scatter_reduce, index_reduce. PyTorch: ATen/native/TensorAdvancedIndexing.cpp."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops import inplace
from minitorch.ops.advanced_indexing import Index, IndexPut, Places
from minitorch.ops.creation import ones, ones_like, zeros, zeros_like
from minitorch.ops.devices import on_host
from minitorch.ops.gather import check_scatter, corner, places_along
from minitorch.ops.index_select import slices
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import wrap_dim
from minitorch.ops.where import where


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True, out: Tensor | None = None
) -> Tensor:
    """A copy in which src[i][j] is combined with copy[index[i][j]][j] for dim 0, and so on.

    `reduce` is "sum", "prod", "mean", "amax" or "amin"; without include_self the places named begin empty.
    Raises RuntimeError for an index outside [0, size), or an index tensor larger than src. PyTorch: torch.scatter_reduce.
    """
    src, places = _scattered(input, dim, index, src, reduce)
    result = ScatterReduce.apply(input, src, places, reduce, include_self, (index,))
    return result if out is None else deliver(out, "scatter_reduce", result, input, src, cast=False)


def scatter_reduce_(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """scatter_reduce in place. PyTorch: Tensor.scatter_reduce_."""
    src, places = _scattered(input, dim, index, src, reduce)
    inplace.check(input, src)
    return inplace.assign(input, ScatterReduce.apply(input, src, places, reduce, include_self, (index,)))


class ScatterReduce(Function):
    """derivatives.yaml: scatter_reduce."""

    @staticmethod
    def forward(ctx, input, src, places, reduce, include_self, tensors):
        result = wrap(input.kernels.contiguous(input.array))
        kernels, array, dtype = result.kernels, places.of(result.array), result.array.dtype
        if not include_self:
            kernels.index_put(array, places.indices, _neutral(reduce, dtype))
        if reduce in ("sum", "mean"):
            kernels.index_add(array, places.indices, src.array)
        else:
            kernels.index_reduce(array, places.indices, src.array, reduce)
        if reduce == "mean":
            counts = _counts(result, src, places, include_self)
            result = (result / counts) if dtype.kind == "f" else result.div(counts, rounding_mode="floor")
        if True in ctx.needs_input_grad:
            ctx.save_for_backward(input, src, result, *tensors)
            ctx.places, ctx.reduce, ctx.include_self = places.kept(), reduce, include_self
        return result

    @staticmethod
    def backward(ctx, grad):
        input, src, result, *_ = ctx.saved_tensors
        places, include_self = ctx.places, ctx.include_self
        grad_input, grad_src = _BACKWARD[ctx.reduce](grad, input, src, result, places, include_self)
        if not include_self:
            grad_input = _put(grad_input, places, zeros((), dtype=grad.dtype))
        return grad_input, grad_src, None, None, None, None


def _sum_backward(grad, input, src, result, places, include_self):
    return grad, _read(grad, places)


def _mean_backward(grad, input, src, result, places, include_self):
    grad = grad / _counts(input, src, places, include_self)
    return grad, _read(grad, places)


def _prod_backward(grad, input, src, result, places, include_self):
    """Of factors that are not 0 the product divided by the factor; the product of the others where one is the only 0."""
    without_zero = input.masked_fill(input == 0, 1)
    if include_self:
        others = ScatterReduce.apply(without_zero, src, places, "prod", True, ())
        grad_input = grad * others / without_zero
    else:
        grad_input = grad
    zero = src == 0
    count = _read(_add(zeros_like(input), places, zero.to(input.dtype)), places)
    single = zero & (count == 1)
    others = ScatterReduce.apply(input, src.masked_fill(single, 1), places, "prod", include_self, ())
    grad_src = where(single, _read(grad * others, places), _read(grad * result, places) / src.masked_fill(zero, 1))
    return grad_input, grad_src


def _extreme_backward(grad, input, src, result, places, include_self):
    """Shared alike by all that reached the extreme."""
    reached, met = input == result, src == _read(result, places)
    count = _add(reached.to(grad.dtype), places, met.to(grad.dtype))
    share = grad / count
    return reached * share, met * _read(share, places)


_BACKWARD = {
    "sum": _sum_backward,
    "mean": _mean_backward,
    "prod": _prod_backward,
    "amax": _extreme_backward,
    "amin": _extreme_backward,
}


def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True, out: Tensor | None = None
) -> Tensor:
    """A copy in which slice source[i] is combined with slice index[i] of `dim`: "prod", "mean", "amax" or "amin".

    Raises IndexError for a position outside [0, size), RuntimeError for a source of another shape or dtype.
    PyTorch: torch.index_reduce.
    """
    places, source = _check_slices(input, dim, index, source, reduce)
    result = IndexReduce.apply(input, source, places, reduce, include_self, (index,))
    return result if out is None else deliver(out, "index_reduce", result, input, source, cast=False)


def index_reduce_(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """index_reduce in place. PyTorch: Tensor.index_reduce_."""
    places, source = _check_slices(input, dim, index, source, reduce)
    inplace.check(input, source)
    return inplace.assign(input, IndexReduce.apply(input, source, places, reduce, include_self, (index,)))


class IndexReduce(ScatterReduce):
    """derivatives.yaml: index_reduce."""


def _read(tensor: Tensor, places: Places) -> Tensor:
    return Index.apply(tensor, places, None, ())


def _add(tensor: Tensor, places: Places, values: Tensor) -> Tensor:
    return IndexPut.apply(tensor, values, places, True, ())


def _put(tensor: Tensor, places: Places, values: Tensor) -> Tensor:
    return IndexPut.apply(tensor, values, places, False, ())


def _counts(input: Tensor, src: Tensor, places: Places, include_self: bool) -> Tensor:
    """How many values each element is the mean of, at least 1."""
    start = ones_like(input) if include_self else zeros_like(input)
    counts = _add(start.detach(), places, ones(src.array.shape, dtype=input.dtype, device=src.device))
    return counts.masked_fill(counts == 0, 1)


def _neutral(reduce: str, dtype: np.dtype) -> np.ndarray:
    if reduce in ("sum", "mean"):
        return np.zeros((), dtype)
    if reduce == "prod":
        return np.ones((), dtype)
    if dtype.kind == "b":
        return np.array(reduce == "amin")
    least, most = (-np.inf, np.inf) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return np.array(least if reduce == "amax" else most, dtype)


def _scattered(input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str) -> tuple[Tensor, Places]:
    for place, name, each in ((1, "input", input), (3, "index", index), (4, "src", src)):
        check_tensor(each, "scatter_reduce", name, place)
    dim = wrap_dim(dim, input.array.ndim)
    if index.array.size and index.array.dtype.kind != "i":
        raise RuntimeError("scatter(): Expected dtype int32/int64 for index")
    if input.array.dtype != src.array.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if reduce not in _BACKWARD:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if index.array.size:
        check_scatter(input, dim, index, src)
    return corner(src, index.array.shape), places_along(input, dim, index)


def _check_slices(input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str) -> tuple[Places, Tensor]:
    for place, name, each in ((1, "input", input), (3, "index", index), (4, "source", source)):
        check_tensor(each, "index_reduce", name, place)
    dim = wrap_dim(dim, input.array.ndim)
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    name = types.SCALAR_NAME[index.dtype]
    if index.array.ndim > 1:
        raise IndexError(
            f"index_reduce_(): Index is supposed to be a vector, but got dim: {index.array.ndim} with type: {name} "
            f"and size: {list(index.array.shape)}"
        )
    if index.array.dtype.kind != "i":
        raise RuntimeError(f"index_reduce_(): Expected dtype int32/int64 for index but got: {name}")
    if input.array.dtype != source.array.dtype:
        raise RuntimeError(
            f"index_reduce_(): self ({types.SCALAR_NAME[input.dtype]}) and source "
            f"({types.SCALAR_NAME[source.dtype]}) must have the same scalar type"
        )
    have, given = list(input.array.shape), list(source.array.shape)
    if have[:dim] + have[dim + 1 :] != given[:dim] + given[dim + 1 :]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got "
            f"self.shape = {have} source.shape = {given}"
        )
    count = given[dim] if given else 1
    if index.array.size != count:
        raise RuntimeError(
            f"index_reduce_(): Number of indices ({index.array.size}) should be equal to source.size(dim): "
            f"({count}), for dim: {dim}"
        )
    size = have[dim] if have else 1
    array = on_host(index)
    if ((array < 0) | (array >= size)).any():
        raise IndexError("index out of range in self")
    positions = array.reshape(() if not have else (-1,))
    return slices(dim, positions), source if have or not given else source.reshape(())
