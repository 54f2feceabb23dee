"""Running sums and products. PyTorch: aten/src/ATen/native/ReduceOps.cpp (cumsum, cumprod)."""

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.joining import cat
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import wrap_dim


def cumsum(input: Tensor, dim: int, *, dtype: types.dtype | None = None) -> Tensor:
    """The sum of each element and those before it; of integers in int64. PyTorch: torch.cumsum."""
    input = _prepared("cumsum", input, dtype)
    return Cumsum.apply(input, wrap_dim(dim, input.array.ndim))


class Cumsum(Function):
    """derivatives.yaml: cumsum."""

    @staticmethod
    def forward(ctx, input, axis):
        ctx.axis = axis
        return wrap(input.kernels.cumsum(input.array, axis))

    @staticmethod
    def backward(ctx, grad):
        return _sum_of_following(grad, ctx.axis), None


def cumprod(input: Tensor, dim: int, *, dtype: types.dtype | None = None) -> Tensor:
    """The product of each element and those before it; of integers in int64. PyTorch: torch.cumprod."""
    input = _prepared("cumprod", input, dtype)
    return Cumprod.apply(input, wrap_dim(dim, input.array.ndim))


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
