"""Sorting, the k largest, the median. PyTorch: aten/src/ATen/native/Sorting.cpp, Unique.cpp."""

import numpy as np

from minitorch import return_types, types
from minitorch._tensor import Tensor, contiguous_strides, wrap
from minitorch.autograd.function import Function
from minitorch.ops.creation import dense_strides, empty_strided
from minitorch.ops.extreme import place, save_places
from minitorch.ops.out import deliver_all
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import wrap_dim


def sort(
    input: Tensor,
    dim: int = -1,
    descending: bool = False,
    *,
    stable: bool = False,
    out: tuple[Tensor, Tensor] | None = None,
) -> "return_types.sort":
    """The elements along dim in order, and where they came from, as (values, indices); NaN counts as largest.

    Equal elements keep their order, whether `stable` or not. PyTorch: torch.sort.
    """
    check_tensor(input, "sort", "input", 1)
    function = SortStable if stable else Sort
    result = return_types.sort(function.apply(input, wrap_dim(dim, input.array.ndim), descending))
    return result if out is None else deliver_all(out, "sort", result, cast=False)


class Sort(Function):
    """derivatives.yaml: sort."""

    @staticmethod
    def forward(ctx, input, axis, descending):
        values, indices = input.kernels.sort(input.array, axis, descending)
        values, indices = (_with_strides_of(input, each) for each in (values, indices))
        save_places(ctx, indices, input.array.shape, axis, True)
        return values, indices

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None


class SortStable(Sort):
    """derivatives.yaml: sort.stable."""

    node_name = "SortBackward1"


def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """The places from which the elements along dim come when sorted, int64. PyTorch: torch.argsort."""
    check_tensor(input, "argsort", "input", 1)
    axis = wrap_dim(dim, input.array.ndim)
    return _with_strides_of(input, input.kernels.sort(input.array, axis, descending)[1])


def topk(
    input: Tensor,
    k: int,
    dim: int = -1,
    largest: bool = True,
    sorted: bool = True,
    *,
    out: tuple[Tensor, Tensor] | None = None,
) -> "return_types.topk":
    """The k largest (or smallest) elements along dim, in order, as (values, indices). PyTorch: torch.topk.

    Raises RuntimeError for k out of range. Of equal elements, the first come first.
    """
    check_tensor(input, "topk", "input", 1)
    axis = wrap_dim(dim, input.array.ndim)
    if not 0 <= k <= (input.array.shape[axis] if input.array.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if input.array.dtype.kind == "b":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    result = return_types.topk(Topk.apply(input, k, axis, largest))
    return result if out is None else deliver_all(out, "topk", result, cast=False)


class Topk(Function):
    """derivatives.yaml: topk."""

    @staticmethod
    def forward(ctx, input, k, axis, largest):
        values, indices = input.kernels.sort(input.array, axis, largest)
        if input.array.ndim:
            first = (slice(None),) * axis + (slice(k),)
            values, indices = (each[first].copy() for each in (values, indices))
        values, indices = wrap(values), wrap(indices)
        save_places(ctx, indices, input.array.shape, axis, True)
        return values, indices

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None, None


def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> "Tensor | return_types.median":
    """The middle element, the lower of two, or NaN if there is one; along a dimension, as (values, indices).

    PyTorch: torch.median.
    """
    check_tensor(input, "median", "input", 1)
    if input.array.dtype.kind == "b":
        raise NotImplementedError("\"median_cpu\" not implemented for 'Bool'")
    if dim is None:
        if input.array.size == 0:
            return median_of_nothing(input)
        return MedianAll.apply(input)
    axis = wrap_dim(dim, input.array.ndim)
    if input.array.ndim and input.array.shape[axis] == 0:
        raise IndexError(f"median(): Expected reduction dim {axis} to have non-zero size.")
    return return_types.median(Median.apply(input, axis, keepdim))


def median_of_nothing(input: Tensor) -> Tensor:
    """NaN; of integers what a processor makes of that: the smallest number, in less than 32 bits 0."""
    dtype = input.array.dtype
    value = np.nan if dtype.kind == "f" else np.iinfo(dtype).min if dtype.itemsize >= 4 else 0
    return wrap(input.kernels.from_host(np.full((), value, dtype)))


class MedianAll(Function):
    """derivatives.yaml: median."""

    node_name = "MedianBackward0"

    @staticmethod
    def forward(ctx, input):
        values, indices = input.kernels.median(input.array.reshape(-1), 0, False)
        ctx.index, ctx.shape = indices.item(), input.array.shape
        return wrap(values)

    @staticmethod
    def backward(ctx, grad):
        count = types.Size(ctx.shape).numel()
        flat = grad.new_zeros((count,))
        return flat.scatter(0, wrap(grad.kernels.from_host(np.array([ctx.index]))), grad.reshape(1)).reshape(ctx.shape)


class Median(Function):
    """derivatives.yaml: median.dim."""

    node_name = "MedianBackward1"

    @staticmethod
    def forward(ctx, input, axis, keepdim):
        values, indices = (wrap(each) for each in input.kernels.median(input.array, axis, keepdim))
        save_places(ctx, indices, input.array.shape, axis, keepdim)
        return values, indices

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None


def _with_strides_of(input: Tensor, array: np.ndarray) -> Tensor:
    """In the memory order of the input, as PyTorch keeps it."""
    dtype = types.of_numpy(array.dtype)
    if array.size == 0:
        return empty_strided(array.shape, input.stride(), dtype=dtype, device=input.device)
    stride = input.stride() if input.array.flags.c_contiguous else dense_strides(input)
    if stride == contiguous_strides(array.shape):
        return wrap(array)
    result = empty_strided(array.shape, stride, dtype=dtype, device=input.device)
    result.array[...] = array
    return result
