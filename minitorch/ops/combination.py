"""Formulas of three tensors, element by element. PyTorch: aten/src/ATen/native/PointwiseOps.cpp, Lerp.cpp."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, broadcast, check_tensor, result_type_of


def lerp(input: Tensor, end: Tensor, weight: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input + weight * (end - input). Raises RuntimeError for different dtypes. PyTorch: torch.lerp."""
    check_tensor(input, "lerp", "input", 1)
    check_tensor(end, "lerp", "end", 2)
    for name, other in (("end", end), ("weight", weight)):
        if isinstance(other, Tensor) and other.array.dtype != input.array.dtype and (name == "end" or other.array.ndim):
            raise RuntimeError(f"expected dtype {_name(input)} for `{name}` but got dtype {_name(other)}")
    broadcast(*[each.array.shape for each in (input, end, weight) if isinstance(each, Tensor)])
    result = (LerpTensor if isinstance(weight, Tensor) else Lerp).apply(input, end, weight)
    return result if out is None else deliver(out, "lerp", result, input, end, cast=not isinstance(weight, Tensor))


class Lerp(Function):
    """derivatives.yaml: lerp.Scalar."""

    @staticmethod
    def forward(ctx, input, end, weight):
        ctx.weight = weight
        return wrap(input.kernels.lerp(input.array, end.array, weight, dtype=input.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        return grad * (1 - ctx.weight), grad * ctx.weight, None


class LerpTensor(Function):
    """derivatives.yaml: lerp.Tensor."""

    node_name = "LerpBackward1"

    @staticmethod
    def forward(ctx, input, end, weight):
        ctx.save_for_backward(input, end, weight)
        return wrap(input.kernels.lerp(input.array, end.array, weight.array, dtype=input.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        input, end, weight = ctx.saved_tensors
        return grad * (1 - weight), grad * weight, grad * (end - input)


def addcmul(
    input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None
) -> Tensor:
    """input + value * tensor1 * tensor2. PyTorch: torch.addcmul."""
    result = Addcmul.apply(input, tensor1, tensor2, value, _dtype("addcmul", input, tensor1, tensor2))
    return result if out is None else deliver(out, "addcmul", result, input, tensor1, tensor2)


class Addcmul(Function):
    """derivatives.yaml: addcmul."""

    @staticmethod
    def forward(ctx, input, tensor1, tensor2, value, dtype):
        ctx.save_for_backward(tensor1, tensor2)
        ctx.value = value
        arrays = (each.array for each in (input, tensor1, tensor2))
        return wrap(input.kernels.addcmul(*arrays, dtype=dtype, scalars=(value,)))

    @staticmethod
    def backward(ctx, grad):
        tensor1, tensor2 = ctx.saved_tensors
        grad1 = grad * (tensor2 * ctx.value) if ctx.needs_input_grad[1] else None
        grad2 = grad * (tensor1 * ctx.value) if ctx.needs_input_grad[2] else None
        return grad, grad1, grad2, None, None


def addcdiv(
    input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None
) -> Tensor:
    """input + value * tensor1 / tensor2. Raises RuntimeError for integers. PyTorch: torch.addcdiv."""
    dtype = _dtype("addcdiv", input, tensor1, tensor2)
    if tensor1.array.dtype.kind != "f" and tensor2.array.dtype.kind != "f":
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
            "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
            "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
        )
    result = Addcdiv.apply(input, tensor1, tensor2, value, dtype)
    return result if out is None else deliver(out, "addcdiv", result, input, tensor1, tensor2)


class Addcdiv(Function):
    """derivatives.yaml: addcdiv."""

    @staticmethod
    def forward(ctx, input, tensor1, tensor2, value, dtype):
        ctx.save_for_backward(tensor1, tensor2)
        ctx.value = value
        arrays = (each.array for each in (input, tensor1, tensor2))
        return wrap(input.kernels.addcdiv(*arrays, dtype=dtype, scalars=(value,)))

    @staticmethod
    def backward(ctx, grad):
        tensor1, tensor2 = ctx.saved_tensors
        grad1 = grad * (ctx.value / tensor2) if ctx.needs_input_grad[1] else None
        grad2 = -grad * (tensor1 * ctx.value / (tensor2 * tensor2)) if ctx.needs_input_grad[2] else None
        return grad, grad1, grad2, None, None


def _dtype(function: str, input: Tensor, tensor1: Tensor, tensor2: Tensor) -> np.dtype:
    for position, (name, value) in enumerate((("input", input), ("tensor1", tensor1), ("tensor2", tensor2)), 1):
        check_tensor(value, function, name, position)
    broadcast(input.array.shape, tensor1.array.shape, tensor2.array.shape)
    return result_type_of(input, tensor1, tensor2).numpy


def _name(tensor: Tensor) -> str:
    return types.C_NAME[tensor.dtype]
