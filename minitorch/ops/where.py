"""One of two by a condition. PyTorch: aten/src/ATen/native/TensorCompare.cpp (where)."""

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, broadcast, check_tensor, operand, result_type, tensor_of


def where(
    condition: Tensor,
    input: Tensor | Number | None = None,
    other: Tensor | Number | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor | tuple[Tensor, ...]:
    """input where condition holds, else other; without them, the indices where it holds. PyTorch: torch.where."""
    check_tensor(condition, "where", "condition", 1)
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if condition.array.dtype.kind not in "bu":
        name = types.SCALAR_NAME[condition.dtype]
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {name}")
    if input is None or other is None:
        raise TypeError(
            f"where() received an invalid combination of arguments - got (Tensor, {type(input).__name__}), but expected one of:"
        )
    dtype = result_type(operand(input, "where", "input", 2), operand(other, "where", "other", 3))
    input, other = (each if isinstance(each, Tensor) else tensor_of(each, dtype, condition) for each in (input, other))
    broadcast(condition.array.shape, input.array.shape, other.array.shape)
    result = Where.apply(condition, input, other, dtype.numpy)
    return result if out is None else deliver(out, "where", result, condition, input, other, cast=False)


class Where(Function):
    """derivatives.yaml: where."""

    @staticmethod
    def forward(ctx, condition, input, other, dtype):
        ctx.save_for_backward(condition)
        return wrap(condition.kernels.where(condition.array, input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (condition,) = ctx.saved_tensors
        input, other = ctx.needs_input_grad[1:3]
        return None, where(condition, grad, 0) if input else None, where(condition, 0, grad) if other else None, None
