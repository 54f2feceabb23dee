"""Running sums, products and extremes. PyTorch: aten/src/ATen/native/ReduceOps.cpp (cumsum, cumprod)."""

from minitorch import return_types, types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.joining import cat
from minitorch.ops.out import deliver, deliver_all
from minitorch.ops.pointwise import where
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import numpy_names, wrap_dim


def cumsum(
    input: Tensor, dim: int | None = None, *, dtype: types.dtype | None = None, out: Tensor | None = None, **numpy
) -> Tensor:
    """The sum of each element and those before it; of integers in int64. PyTorch: torch.cumsum."""
    if numpy:
        dim, _ = numpy_names("cumsum", numpy, dim)
    input = _prepared("cumsum", input, dtype if dtype is not None or out is None else out.dtype)
    result = Cumsum.apply(input, wrap_dim(dim, input.array.ndim))
    return result if out is None else deliver(out, "cumsum", result, input, cast=False)


class Cumsum(Function):
    """derivatives.yaml: cumsum."""

    @staticmethod
    def forward(ctx, input, axis):
        ctx.axis = axis
        return wrap(input.kernels.cumsum(input.array, axis))

    @staticmethod
    def backward(ctx, grad):
        return _sum_of_following(grad, ctx.axis), None


def cumprod(
    input: Tensor, dim: int | None = None, *, dtype: types.dtype | None = None, out: Tensor | None = None, **numpy
) -> Tensor:
    """The product of each element and those before it; of integers in int64. PyTorch: torch.cumprod."""
    if numpy:
        dim, _ = numpy_names("cumprod", numpy, dim)
    input = _prepared("cumprod", input, dtype if dtype is not None or out is None else out.dtype)
    result = Cumprod.apply(input, wrap_dim(dim, input.array.ndim))
    return result if out is None else deliver(out, "cumprod", result, input, cast=False)


class Cumprod(Function):
    """derivatives.yaml: cumprod."""

    @staticmethod
    def forward(ctx, input, axis):
        result = wrap(input.kernels.cumprod(input.array, axis))
        ctx.save_for_backward(input, result)
        ctx.axis = axis
        return result

    @staticmethod
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        if input.array.ndim and input.kernels.contains_zero(input.array):
            return _cumprod_backward_with_zeros(grad, input, ctx.axis), None
        return _sum_of_following(grad * result, ctx.axis) / input, None


def cummax(
    input: Tensor, dim: int, *, out: tuple[Tensor, Tensor] | None = None
) -> "return_types.cummax":
    """The largest element so far, and the last place it stood at, as (values, indices); NaN wins. PyTorch: torch.cummax."""
    check_tensor(input, "cummax", "input", 1)
    result = return_types.cummax(Cummax.apply(input, wrap_dim(dim, input.array.ndim)))
    return result if out is None else deliver_all(out, "cummax", result, cast=False)


class Cummax(Function):
    """derivatives.yaml: cummax."""

    @staticmethod
    def forward(ctx, input, axis):
        return _cumulative_extreme(ctx, input, axis, True)

    @staticmethod
    def backward(ctx, grad, unused):
        return _scattered(ctx, grad), None


def cummin(
    input: Tensor, dim: int, *, out: tuple[Tensor, Tensor] | None = None
) -> "return_types.cummin":
    """The smallest element so far, and the last place it stood at, as (values, indices); NaN wins. PyTorch: torch.cummin."""
    check_tensor(input, "cummin", "input", 1)
    result = return_types.cummin(Cummin.apply(input, wrap_dim(dim, input.array.ndim)))
    return result if out is None else deliver_all(out, "cummin", result, cast=False)


class Cummin(Function):
    """derivatives.yaml: cummin."""

    @staticmethod
    def forward(ctx, input, axis):
        return _cumulative_extreme(ctx, input, axis, False)

    @staticmethod
    def backward(ctx, grad, unused):
        return _scattered(ctx, grad), None


def _cumulative_extreme(ctx, input: Tensor, axis: int, largest: bool) -> tuple[Tensor, Tensor]:
    values, indices = map(wrap, input.kernels.cumulative_extreme(input.array, axis, largest))
    ctx.save_for_backward(indices)
    ctx.mark_non_differentiable(indices)
    ctx.axis = axis
    return values, indices


def _scattered(ctx, grad: Tensor) -> Tensor:
    (indices,) = ctx.saved_tensors
    return grad if not grad.array.ndim else grad.new_zeros(grad.array.shape).scatter_add(ctx.axis, indices, grad)


def logcumsumexp(input: Tensor, dim: int, *, out: Tensor | None = None) -> Tensor:
    """log(cumsum(exp(input))), without overflow. PyTorch: torch.logcumsumexp."""
    check_tensor(input, "logcumsumexp", "input", 1)
    if input.array.dtype.kind != "f":
        input = input.to(types.get_default_dtype())
    result = Logcumsumexp.apply(input, wrap_dim(dim, input.array.ndim))
    return result if out is None else deliver(out, "logcumsumexp", result, input, cast=False)


class Logcumsumexp(Function):
    """derivatives.yaml: logcumsumexp. The sums over what follows stay logarithms, for positive and negative gradients apart."""

    @staticmethod
    def forward(ctx, input, axis):
        result = wrap(input.kernels.logcumsumexp(input.array, axis))
        ctx.save_for_backward(input, result)
        ctx.axis = axis
        return result

    @staticmethod
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        if not input.array.size:
            return grad, None
        size = grad.abs().log()
        least = types.finfo(grad.dtype).min  # not -inf: the difference of two of these is no number
        positive = where(grad > 0, size, least)
        negative = where(grad < 0, size, least)
        total = [
            (_log_sum_of_following(each - result, ctx.axis) + input).exp() for each in (positive, negative)
        ]
        return total[0] - total[1], None


def _log_sum_of_following(input: Tensor, axis: int) -> Tensor:
    return logcumsumexp(input.flip(axis), axis).flip(axis) if input.array.ndim else input


def _cumprod_backward_with_zeros(grad: Tensor, input: Tensor, axis: int) -> Tensor:
    """Without dividing: the derivative of a product by one of its factors is the product of the others."""
    length = input.array.shape[axis]
    one = input.narrow(axis, 0, 1) * 0 + 1
    columns = []
    for k in range(length):
        before = input.narrow(axis, 0, k).prod(axis, keepdim=True) if k else one
        behind = cat((one, input.narrow(axis, k + 1, length - k - 1)), axis).cumprod(axis)
        columns.append((grad.narrow(axis, k, length - k) * before * behind).sum(axis, keepdim=True))
    return cat(columns, axis)


def _sum_of_following(input: Tensor, axis: int) -> Tensor:
    return input.flip(axis).cumsum(axis).flip(axis) if input.array.ndim else input


def _prepared(function: str, input: Tensor, dtype: types.dtype | None) -> Tensor:
    check_tensor(input, function, "input", 1)
    if dtype is None and input.array.dtype.kind != "f":
        dtype = types.int64
    return input if dtype is None or dtype is input.dtype else input.to(dtype)
