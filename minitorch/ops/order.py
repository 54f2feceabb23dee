"""The k-th smallest, the most frequent, quantiles, places in an order. PyTorch: aten/src/ATen/native/Sorting.cpp, Bucketization.cpp."""

import numpy as np

from minitorch import return_types, types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.combination import lerp
from minitorch.ops.comparison import isnan
from minitorch.ops.devices import beside, on_host
from minitorch.ops.extreme import place, save_places
from minitorch.ops.gather import gather
from minitorch.ops.out import deliver, deliver_all
from minitorch.ops.promotion import Number, check_tensor
from minitorch.ops.sizes import wrap_dim
from minitorch.ops.sort import median_of_nothing, sort
from minitorch.ops.writable import OVERLAP, shares_memory


def kthvalue(
    input: Tensor, k: int, dim: int = -1, keepdim: bool = False, *, out: tuple[Tensor, Tensor] | None = None
) -> "return_types.kthvalue":
    """The k-th smallest element along dim, counted from 1, as (values, indices); NaN is largest. PyTorch: torch.kthvalue."""
    check_tensor(input, "kthvalue", "input", 1)
    axis = wrap_dim(dim, input.array.ndim)
    _check_length("kthvalue", input, axis)
    if not 1 <= k <= (input.array.shape[axis] if input.array.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    if out is not None and any(shares_memory(each, input) for each in out):
        raise RuntimeError(OVERLAP)
    result = return_types.kthvalue(Kthvalue.apply(input, k, axis, keepdim))
    return result if out is None else deliver_all(out, "kthvalue", result, cast=False)


class Kthvalue(Function):
    """derivatives.yaml: kthvalue."""

    @staticmethod
    def forward(ctx, input, k, axis, keepdim):
        values, indices = map(wrap, input.kernels.kthvalue(input.array, k, axis, keepdim))
        save_places(ctx, indices, input.array.shape, axis, keepdim)
        return values, indices

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None, None


def mode(
    input: Tensor, dim: int = -1, keepdim: bool = False, *, out: tuple[Tensor, Tensor] | None = None
) -> "return_types.mode":
    """The most frequent element along dim, the smallest of several, as (values, indices). PyTorch: torch.mode."""
    check_tensor(input, "mode", "input", 1)
    axis = wrap_dim(dim, input.array.ndim)
    _check_length("mode", input, axis)
    result = return_types.mode(Mode.apply(input, axis, keepdim))
    return result if out is None else deliver_all(out, "mode", result, cast=False)


class Mode(Function):
    """derivatives.yaml: mode."""

    @staticmethod
    def forward(ctx, input, axis, keepdim):
        values, indices = map(wrap, input.kernels.mode(input.array, axis, keepdim))
        save_places(ctx, indices, input.array.shape, axis, keepdim)
        return values, indices

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None


def nanmedian(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: tuple[Tensor, Tensor] | None = None
) -> "Tensor | return_types.nanmedian":
    """As median, of the elements that are not NaN; NaN if there are none. PyTorch: torch.nanmedian."""
    check_tensor(input, "nanmedian", "input", 1)
    if input.array.dtype.kind == "b":
        raise NotImplementedError("\"median_cpu\" not implemented for 'Bool'")
    if dim is None:
        if input.array.size == 0:
            return median_of_nothing(input)
        return NanmedianAll.apply(input)
    axis = wrap_dim(dim, input.array.ndim)
    _check_length("median", input, axis)
    result = return_types.nanmedian(Nanmedian.apply(input, axis, keepdim))
    return result if out is None else deliver_all(out, "nanmedian", result, cast=False)


class NanmedianAll(Function):
    """derivatives.yaml: nanmedian."""

    node_name = "NanmedianBackward0"

    @staticmethod
    def forward(ctx, input):
        values, indices = input.kernels.nanmedian(input.array.reshape(-1), 0, False)
        ctx.index, ctx.shape = indices.item(), input.array.shape
        return wrap(values)

    @staticmethod
    def backward(ctx, grad):
        flat = grad.new_zeros((types.Size(ctx.shape).numel(),))
        return flat.scatter(0, wrap(grad.kernels.from_host(np.array([ctx.index]))), grad.reshape(1)).reshape(ctx.shape)


class Nanmedian(Function):
    """derivatives.yaml: nanmedian.dim."""

    node_name = "NanmedianBackward1"

    @staticmethod
    def forward(ctx, input, axis, keepdim):
        values, indices = map(wrap, input.kernels.nanmedian(input.array, axis, keepdim))
        save_places(ctx, indices, input.array.shape, axis, keepdim)
        return values, indices

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None


def quantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:
    """The number below which the part q of the elements lies; NaN if there is one. Several q make a first dimension.

    `interpolation` between two elements: linear, lower, higher, midpoint or nearest. PyTorch: torch.quantile.
    """
    result = _quantile("quantile", input, q, dim, keepdim, interpolation, False)
    return result if out is None else deliver(out, "quantile", result, input, cast=False)


def nanquantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:
    """As quantile, of the elements that are not NaN. PyTorch: torch.nanquantile."""
    result = _quantile("nanquantile", input, q, dim, keepdim, interpolation, True)
    return result if out is None else deliver(out, "nanquantile", result, input, cast=False)


def _quantile(
    function: str, input: Tensor, q: float | Tensor, dim: int | None, keepdim: bool, interpolation: str, skip: bool
) -> Tensor:
    q = _check_quantile(input, q, interpolation)
    ndim = input.array.ndim
    axis = None if dim is None else wrap_dim(dim, ndim)
    if dim is None:
        lines = input.flatten()
    elif ndim == 0 or axis == ndim - 1:
        lines = input.reshape(1) if ndim == 0 else input
    else:
        lines = input.unsqueeze(-1).transpose(axis, -1)
    lines = sort(lines)[0]
    if keepdim:
        shape = [1] * ndim if dim is None else [1 if i == axis else n for i, n in enumerate(input.array.shape)]
    else:
        shape = [] if dim is None else [n for i, n in enumerate(input.array.shape) if i != axis]
    lines = lines.reshape([*shape, lines.array.shape[-1]])
    q1 = q.reshape(-1)
    if skip:
        ranks = q1 * ((~isnan(lines)).sum(-1, True) - 1)
        ranks = ranks.masked_fill(ranks < 0, 0)
    else:
        last = lines.array.shape[-1] - 1
        missing = isnan(lines).any(-1, True)
        ranks = (q1 * last).expand(*missing.shape[:-1], q1.array.size).masked_fill(missing, last)
    if interpolation in _ROUNDED:
        ranks = _ROUNDED[interpolation](ranks)
    below = ranks.to(types.int64)
    result = gather(lines, -1, below)
    if interpolation in ("linear", "midpoint"):
        weights = ranks - below if interpolation == "linear" else ranks * 0 + 0.5
        result = lerp(result, gather(lines, -1, ranks.ceil().to(types.int64)), weights)
    return result.squeeze(-1) if q.array.ndim == 0 else result.unsqueeze(0).transpose(0, -1).squeeze(-1)


_ROUNDED = {"lower": Tensor.floor, "higher": Tensor.ceil, "nearest": Tensor.round}


def _check_quantile(input: Tensor, q: float | Tensor, interpolation: str) -> Tensor:
    if input.array.dtype not in (np.float32, np.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if not isinstance(q, Tensor):
        if not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
        q = wrap(input.kernels.from_host(np.array(q, input.array.dtype)))
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            f"{interpolation}"
        )
    if q.array.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if input.array.size == 0:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if input.array.dtype != q.array.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    values = q.kernels.to_host(q.array)
    if ((values < 0) | (values > 1)).any():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    return q


def msort(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements in order along the first dimension. PyTorch: torch.msort."""
    check_tensor(input, "msort", "input", 1)
    result = sort(input, 0)[0]
    return result if out is None else deliver(out, "msort", result, input, cast=False)


def searchsorted(
    sorted_sequence: Tensor,
    input: Tensor | Number,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Where each element of input would be put so that the sorted sequence stays sorted, int64 or int32.

    Before equal elements, or behind them (right=True). The sequence has one dimension, or all but the last of input's.
    `sorter` is what argsort gave for a sequence that is not sorted. PyTorch: torch.searchsorted.
    """
    check_tensor(sorted_sequence, "searchsorted", "sorted_sequence", 1)
    _check_search(sorted_sequence, input, out_int32, right, side, sorter)
    right = side == "right" if side is not None else right
    if not isinstance(input, Tensor):
        input = beside(sorted_sequence, np.array(input, sorted_sequence.array.dtype))
    lines = sorted_sequence if sorter is None else gather(sorted_sequence, -1, sorter)
    dtype = np.dtype(np.int32 if out_int32 else np.int64)
    result = wrap(input.kernels.searchsorted(lines.array, input.array, right, dtype))
    return result if out is None else deliver(out, "searchsorted", result, input, cast=False)


def _check_search(sequence: Tensor, input, out_int32: bool, right: bool, side: str | None, sorter) -> None:
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if sorter is not None:
        if sorter.array.shape != sequence.array.shape:
            raise RuntimeError(
                "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
                f"{list(sequence.array.shape)}and got sorter tensor {list(sorter.array.shape)}"
            )
        if sorter.array.dtype != np.int64:
            raise RuntimeError(
                f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {types.SCALAR_NAME[sorter.dtype]}"
            )
        places = on_host(sorter)
        if places.size and (places.min() < 0 or places.max() >= places.shape[-1]):
            raise RuntimeError("torch.searchsorted(): sorter index out of range")
    shape = sequence.array.shape
    if sequence.array.ndim == 0:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if not isinstance(input, Tensor):
        if sequence.array.ndim != 1:
            raise RuntimeError(
                "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
                f"boundaries tensor dim({sequence.array.ndim}) and input value's dim(0) numel(1)"
            )
        return
    if sequence.array.ndim != 1 and (shape[:-1] != input.array.shape[:-1] or sequence.array.ndim != input.array.ndim):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor "
            f"and input value tensor must match, but we got boundaries tensor {list(shape)} and input value tensor "
            f"{list(input.array.shape)}"
        )
    if input.array.dtype != sequence.array.dtype:
        raise RuntimeError(
            "torch.searchsorted(): boundary tensor and input value tensor should have same dtype, but got boundary tensor "
            f"dtype {types.C_NAME[sequence.dtype]} and input value tensor dtype {types.C_NAME[input.dtype]}"
        )


def bucketize(
    input: Tensor | Number,
    boundaries: Tensor,
    *,
    out_int32: bool = False,
    right: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """Which of the buckets between sorted boundaries each element is in, int64 or int32. PyTorch: torch.bucketize."""
    if boundaries.array.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.array.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)


def _check_length(function: str, input: Tensor, axis: int) -> None:
    if input.array.ndim and input.array.shape[axis] == 0:
        raise IndexError(f"{function}(): Expected reduction dim {axis} to have non-zero size.")
