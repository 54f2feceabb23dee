"""Arithmetic on two tensors, or a tensor and a number. PyTorch: aten/src/ATen/native/BinaryOps.cpp, Pow.cpp."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.numbers import checked_number
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, array_of, check_tensor, is_number, operand, prepare_floating, result_type
from minitorch.ops.promotion import prepare as prepare
from minitorch.ops.unary import log, reciprocal
from minitorch.ops.where import where as where


def add(input: Tensor, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Tensor:
    """input + alpha * other. Shapes broadcast, dtypes promote. PyTorch: torch.add."""
    input, other, dtype = prepare("add", input, other)
    if alpha != 1:
        _check_alpha("add", alpha, dtype)
        if not isinstance(other, Tensor):
            other, alpha = other * alpha, 1
    result = Add.apply(input, other, alpha, dtype)
    return result if out is None else deliver(out, "add", result, input)


class Add(Function):
    """derivatives.yaml: add."""

    operands = 2

    @staticmethod
    def forward(ctx, input, other, alpha, dtype):
        ctx.alpha = alpha
        if dtype.kind == "b":
            other = array_of(other) if alpha else False
            return wrap(input.kernels.logical_or(input.array, other, dtype=dtype))
        if alpha == 1:
            return wrap(input.kernels.add(input.array, array_of(other), dtype=dtype))
        return _scaled(input.kernels, input.array, array_of(other), alpha, dtype)

    @staticmethod
    def backward(ctx, grad):
        other = (grad if ctx.alpha == 1 else grad * ctx.alpha) if ctx.needs_input_grad[1] else None
        return grad, other, None, None


def sub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Tensor:
    """input - alpha * other. Raises RuntimeError for bool. PyTorch: torch.sub."""
    input, other, dtype = prepare("sub", input, other)
    _refuse_bool(input, other)
    if alpha != 1:
        _check_alpha("sub", alpha, dtype)
    result = Sub.apply(input, other, alpha, dtype)
    return result if out is None else deliver(out, "sub", result, input)


class Sub(Function):
    """derivatives.yaml: sub."""

    operands = 2

    @staticmethod
    def forward(ctx, input, other, alpha, dtype):
        ctx.alpha = alpha
        if alpha == 1:
            return wrap(input.kernels.sub(input.array, array_of(other), dtype=dtype))
        return _scaled(input.kernels, input.array, array_of(other), -alpha, dtype)

    @staticmethod
    def backward(ctx, grad):
        other = (-grad if ctx.alpha == 1 else grad * -ctx.alpha) if ctx.needs_input_grad[1] else None
        return grad, other, None, None


def rsub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """other - alpha * input. PyTorch: torch.rsub."""
    input, other, dtype = prepare("rsub", input, other)
    _refuse_bool(input, other)
    if alpha != 1:
        _check_alpha("rsub", alpha, dtype)
    return Rsub.apply(input, other, alpha, dtype)


class Rsub(Function):
    """derivatives.yaml: rsub."""

    node_name = "RsubBackward1"

    operands = 2

    @staticmethod
    def forward(ctx, input, other, alpha, dtype):
        ctx.alpha = alpha
        if alpha == 1:
            return wrap(input.kernels.sub(array_of(other), input.array, dtype=dtype))
        return _scaled(input.kernels, array_of(other), input.array, -alpha, dtype)

    @staticmethod
    def backward(ctx, grad):
        input = -grad if ctx.alpha == 1 else grad * -ctx.alpha
        return input, grad if ctx.needs_input_grad[1] else None, None, None


def _scaled(kernels, a, b, alpha: Number, dtype: np.dtype) -> Tensor:
    if dtype.kind == "f":
        return wrap(kernels.add_scaled(a, b, dtype=dtype, scalars=(alpha,)))
    return wrap(kernels.add(a, kernels.mul(b, alpha, dtype=dtype), dtype=dtype))


def mul(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input * other. PyTorch: torch.mul."""
    input, other, dtype = prepare("mul", input, other)
    result = Mul.apply(input, other, dtype)
    return result if out is None else deliver(out, "mul", result, input)


class Mul(Function):
    """derivatives.yaml: mul."""

    operands, saves_input = 2, 1

    @staticmethod
    def forward(ctx, input, other, dtype):
        if isinstance(other, Tensor):
            # the order in which PyTorch's formulas mention them: the first of two that were overwritten is named
            ctx.save_for_backward(other if ctx.needs_input_grad[0] else None, input if ctx.needs_input_grad[1] else None)
        else:
            ctx.save_for_backward(None)  # PyTorch saves a tensor of the number: a second backward() must be asked for
            ctx.factor = other
        if dtype.kind == "b":
            return wrap(input.kernels.logical_and(input.array, array_of(other), dtype=dtype))
        return wrap(input.kernels.mul(input.array, array_of(other), dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        saved = ctx.saved_tensors
        if len(saved) == 1:
            return grad * ctx.factor, None, None
        other, input = saved
        return None if other is None else grad * other, None if input is None else grad * input, None


def div(
    input: Tensor, other: Tensor | Number, *, rounding_mode: str | None = None, out: Tensor | None = None
) -> Tensor:
    """input / other; of integers, in the default dtype. `rounding_mode`: None, "trunc" or "floor".

    Raises RuntimeError("ZeroDivisionError") for a rounded integer division by zero. PyTorch: torch.div.
    """
    if rounding_mode in ("floor", "trunc"):
        result = DivRounded.apply(*prepare("div", input, other), rounding_mode)
    elif rounding_mode is None:
        result = Div.apply(*prepare_floating("div", input, other))
    else:
        raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")
    return result if out is None else deliver(out, "div", result, input)


class Div(Function):
    """derivatives.yaml: div."""

    operands, saves_input = 2, 1

    @staticmethod
    def forward(ctx, input, other, dtype):
        if isinstance(other, Tensor):
            ctx.save_for_backward(other, input if ctx.needs_input_grad[1] else None)
        else:
            ctx.save_for_backward(None)  # as mul
            ctx.factor = other
        return wrap(input.kernels.div(input.array, array_of(other), dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        saved = ctx.saved_tensors
        if len(saved) == 1:
            return grad / ctx.factor, None, None
        other, input = saved
        grad_other = -grad * ((input / other) / other) if ctx.needs_input_grad[1] else None
        return grad / other if ctx.needs_input_grad[0] else None, grad_other, None


def floor_divide(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input / other, rounded down. Raises RuntimeError("ZeroDivisionError") for integers. PyTorch: torch.floor_divide."""
    result = FloorDivide.apply(*prepare("floor_divide", input, other))
    return result if out is None else deliver(out, "floor_divide", result, input)


class FloorDivide(Function):
    """derivatives.yaml: floor_divide: not_differentiable, unlike div(rounding_mode="floor")."""

    node_name = "NotImplemented"

    operands = 2

    @staticmethod
    def forward(ctx, input, other, dtype):
        return DivRounded.forward(ctx, input, other, dtype, "floor")

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError("derivative for aten::floor_divide is not implemented")


class DivRounded(Function):
    """derivatives.yaml: div.Tensor_mode: flat almost everywhere."""

    node_name = "DivBackward1"

    operands = 2

    @staticmethod
    def forward(ctx, input, other, dtype, rounding):
        kernels = input.kernels
        if dtype.kind == "f":
            kernel = kernels.floor_divide if rounding == "floor" else kernels.trunc_divide
        else:
            _refuse_zero(f"div_{rounding}_cpu", other, dtype)
            kernel = kernels.integer_floor_divide if rounding == "floor" else kernels.integer_trunc_divide
        ctx.save_for_backward(None)  # as mul
        return wrap(kernel(input.array, array_of(other), dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        _freed_after_use = ctx.saved_tensors
        zero = grad * 0
        return zero, zero if ctx.needs_input_grad[1] else None, None, None


def remainder(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """What is left of input by other, with the sign of other, as Python's %. PyTorch: torch.remainder."""
    input, other, dtype = prepare("remainder", input, other)
    result = Remainder.apply(input, other, dtype)
    return result if out is None else deliver(out, "remainder", result, input)


class Remainder(Function):
    """derivatives.yaml: remainder."""

    operands = 2

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(*([input, other] if ctx.needs_input_grad[1] else []))
        if dtype.kind == "f":
            return wrap(input.kernels.remainder(input.array, array_of(other), dtype=dtype))
        _refuse_zero("remainder_cpu", other, dtype)
        return wrap(input.kernels.integer_remainder(input.array, array_of(other), dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        if not ctx.needs_input_grad[1]:
            return grad, None, None
        input, other = ctx.saved_tensors
        return grad, -grad * div(input.detach(), other.detach(), rounding_mode="floor"), None


def fmod(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """What is left of input by other, with the sign of input, as C's fmod. PyTorch: torch.fmod."""
    input, other, dtype = prepare("fmod", input, other)
    result = Fmod.apply(input, other, dtype)
    return result if out is None else deliver(out, "fmod", result, input)


class Fmod(Function):
    """derivatives.yaml: fmod."""

    operands = 2

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(*([input, other] if ctx.needs_input_grad[1] else []))
        if dtype.kind == "f":
            return wrap(input.kernels.fmod(input.array, array_of(other), dtype=dtype))
        _refuse_zero("fmod_cpu", other, dtype)
        return wrap(input.kernels.integer_fmod(input.array, array_of(other), dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        if not ctx.needs_input_grad[1]:
            return grad, None, None
        input, other = ctx.saved_tensors
        return grad, -grad * div(input.detach(), other.detach(), rounding_mode="trunc"), None


def pow(input: Tensor | Number, exponent: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input to the power of exponent. Raises RuntimeError for integers to a negative number. PyTorch: torch.pow."""
    result = _power_of(input, exponent)
    return result if out is None else deliver(out, "pow", result)


def _power_of(input: Tensor | Number, exponent: Tensor | Number) -> Tensor:
    if not isinstance(input, Tensor):
        if not isinstance(exponent, Tensor):
            check_tensor(input, "pow", "input", 1)
        dtype = result_type(operand(input, "pow", "self", 1), exponent)
        if dtype is types.bool:
            raise NotImplementedError("\"pow\" not implemented for 'Bool'")
        return PowScalarBase.apply(operand(input, "pow", "self", 1), exponent, dtype.numpy)
    input, exponent, dtype = prepare("pow", input, exponent, "exponent")
    if isinstance(exponent, Tensor):
        return PowTensor.apply(input, exponent, dtype)
    if dtype.kind in "iu" and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    exponent = checked_number(exponent, types.of_numpy(dtype))
    return Pow.apply(input, exponent, dtype)


def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """input times itself. PyTorch: torch.square."""
    check_tensor(input, "square", "input", 1)
    result = pow(input, 2)
    return result if out is None else deliver(out, "square", result, input)


def _power(kernels, base, exponent, dtype: np.dtype) -> Tensor:
    kernel = kernels.pow if dtype.kind == "f" else kernels.integer_pow
    return wrap(kernel(base, exponent, dtype=dtype))


class Pow(Function):
    """derivatives.yaml: pow.Tensor_Scalar."""

    @staticmethod
    def forward(ctx, input, exponent, dtype):
        ctx.save_for_backward(input)
        ctx.exponent = exponent
        kernels = input.kernels
        if exponent == 2:  # the powers that PyTorch computes without pow() too (PowKernel.cpp)
            return wrap(kernels.mul(input.array, input.array, dtype=dtype))
        if exponent == 0.5:
            return wrap(kernels.sqrt(input.array, dtype=dtype))
        if exponent == -0.5:
            return wrap(kernels.rsqrt(input.array, dtype=dtype))
        if exponent == -1:
            return wrap(kernels.reciprocal(input.array, dtype=dtype))
        return _power(kernels, input.array, exponent, dtype)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        if ctx.exponent == 0:
            return grad * 0, None, None
        return grad * (ctx.exponent * pow(input, ctx.exponent - 1)), None, None


class PowTensor(Function):
    """derivatives.yaml: pow.Tensor_Tensor. 0 to the 0 has the gradient 0 in both arguments."""

    node_name = "PowBackward1"

    @staticmethod
    def forward(ctx, input, exponent, dtype):
        if dtype.kind == "b":
            raise NotImplementedError("\"pow\" not implemented for 'Bool'")
        result = _power(input.kernels, input.array, exponent.array, dtype)
        ctx.save_for_backward(input, exponent, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        input, exponent, result = ctx.saved_tensors
        grad_input = grad_exponent = None
        if ctx.needs_input_grad[0]:
            grad_input = (grad * (exponent * pow(input, exponent - 1))).masked_fill(exponent == 0, 0)
        if ctx.needs_input_grad[1]:
            slope = result * log(input.to(result.dtype))
            grad_exponent = (grad * slope).masked_fill((input == 0) & (exponent >= 0), 0)
        return grad_input, grad_exponent, None


class PowScalarBase(Function):
    """derivatives.yaml: pow.Scalar."""

    node_name = "PowBackward2"

    @staticmethod
    def forward(ctx, base, exponent, dtype):
        result = _power(exponent.kernels, base, exponent.array, dtype)
        ctx.base = base
        ctx.save_for_backward(exponent, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        exponent, result = ctx.saved_tensors
        if ctx.base == 0:
            return None, (grad * (result * -np.inf)).masked_fill(exponent >= 0, 0), None
        return None, grad * (result * float(np.log(ctx.base)) if ctx.base > 0 else result * float("nan")), None


def atan2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The angle of the point (other, input), in radians. PyTorch: torch.atan2."""
    check_tensor(other, "atan2", "other", 2)
    input, other, dtype = prepare("atan2", input, other)
    result = Atan2.apply(input, other, dtype if dtype.kind == "f" else types.get_default_dtype().numpy)
    return result if out is None else deliver(out, "atan2", result, input, other)


class Atan2(Function):
    """derivatives.yaml: atan2."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(input, other)
        return wrap(input.kernels.atan2(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        distance = input * input + other * other
        scaled = (grad * reciprocal(distance)).masked_fill(distance == 0, 0)
        return scaled * other, scaled * -input, None


def maximum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The larger of each pair; NaN wins. PyTorch: torch.maximum."""
    check_tensor(other, "maximum", "other", 2)
    input, other, dtype = prepare("maximum", input, other)
    result = Maximum.apply(input, other, dtype)
    return result if out is None else deliver(out, "maximum", result, input, other)


class Maximum(Function):
    """derivatives.yaml: maximum. Equal elements share the gradient."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(input, other)
        return wrap(input.kernels.maximum(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        shared = (grad / 2).masked_fill(input != other, 0)
        return shared + grad.masked_fill(input <= other, 0), shared + grad.masked_fill(other <= input, 0), None


def minimum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The smaller of each pair; NaN wins. PyTorch: torch.minimum."""
    check_tensor(other, "minimum", "other", 2)
    input, other, dtype = prepare("minimum", input, other)
    result = Minimum.apply(input, other, dtype)
    return result if out is None else deliver(out, "minimum", result, input, other)


class Minimum(Function):
    """derivatives.yaml: minimum. Equal elements share the gradient."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(input, other)
        return wrap(input.kernels.minimum(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        shared = (grad / 2).masked_fill(input != other, 0)
        return shared + grad.masked_fill(input >= other, 0), shared + grad.masked_fill(other >= input, 0), None


def _check_alpha(function: str, alpha: Number, dtype: np.dtype) -> None:
    if not is_number(alpha):
        raise TypeError(f"{function}(): argument 'alpha' must be Number, not {type(alpha).__name__}")
    if isinstance(alpha, bool) and dtype.kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and dtype.kind != "f":
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")


def _refuse_bool(input: Tensor, other: Tensor | Number) -> None:
    first = input.array.dtype.kind == "b"
    second = other.array.dtype.kind == "b" if isinstance(other, Tensor) else isinstance(other, bool)
    if first and second:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
        )
    if first or second:
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


def _refuse_zero(kernel: str, divisor: Tensor | Number, dtype: np.dtype) -> None:
    """No division of integers by what is zero in the dtype of the result (256 is, as uint8); none of bool."""
    if dtype.kind == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")
    if isinstance(divisor, Tensor):
        divisor = divisor.to(types.of_numpy(dtype))
        zero = divisor.kernels.contains_zero(divisor.array)
    else:
        zero = divisor % (1 << 8 * dtype.itemsize) == 0
    if zero:
        raise RuntimeError("ZeroDivisionError")
