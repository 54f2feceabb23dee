"""More functions of two tensors, element by element. PyTorch: aten/src/ATen/native/BinaryOps.cpp."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.comparison import bits, isnan
from minitorch.ops.devices import beside, on_host
from minitorch.ops.out import deliver
from minitorch.ops.pointwise import pow
from minitorch.ops.promotion import (
    Number,
    array_of,
    check_tensor,
    operand,
    prepare,
    prepare_floating,
    result_type,
    tensor_of,
)
from minitorch.ops.unary import exp, exp2, log


def fmax(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The larger of each pair; NaN loses. PyTorch: torch.fmax."""
    check_tensor(other, "fmax", "other", 2)
    result = Fmax.apply(*prepare("fmax", input, other))
    return result if out is None else deliver(out, "fmax", result, input, other)


class Fmax(Function):
    """derivatives.yaml: fmax."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(input, other)
        kernel = input.kernels.fmax if dtype.kind == "f" else input.kernels.maximum
        return wrap(kernel(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        first = (input >= other) | isnan(other)
        return grad.masked_fill(~first, 0), grad.masked_fill(first, 0), None


def fmin(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The smaller of each pair; NaN loses. PyTorch: torch.fmin."""
    check_tensor(other, "fmin", "other", 2)
    result = Fmin.apply(*prepare("fmin", input, other))
    return result if out is None else deliver(out, "fmin", result, input, other)


class Fmin(Function):
    """derivatives.yaml: fmin."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(input, other)
        kernel = input.kernels.fmin if dtype.kind == "f" else input.kernels.minimum
        return wrap(kernel(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        first = (input <= other) | isnan(other)
        return grad.masked_fill(~first, 0), grad.masked_fill(first, 0), None


def copysign(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The size of input with the sign of other, that of -0.0 too. PyTorch: torch.copysign."""
    result = Copysign.apply(*prepare_floating("copysign", input, other))
    return result if out is None else deliver(out, "copysign", result, input)


class Copysign(Function):
    """derivatives.yaml: copysign.Tensor. The gradient at 0 is 0."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        result = wrap(input.kernels.copysign(input.array, array_of(other), dtype=dtype))
        ctx.save_for_backward(input, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        ratio = (result / input).masked_fill(input == 0, 0)
        return grad * ratio, grad * 0 if ctx.needs_input_grad[1] else None, None


def hypot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """sqrt(input**2 + other**2), without overflow. PyTorch: torch.hypot."""
    check_tensor(other, "hypot", "other", 2)
    result = Hypot.apply(*prepare("hypot", input, other))
    return result if out is None else deliver(out, "hypot", result, input, other)


class Hypot(Function):
    """derivatives.yaml: hypot."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        _refuse_integers("hypot_cpu", dtype)
        result = wrap(input.kernels.hypot(input.array, other.array, dtype=dtype))
        ctx.save_for_backward(input, other, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        input, other, result = ctx.saved_tensors
        return grad * (input / result), grad * (other / result), None


def heaviside(input: Tensor, values: Tensor, *, out: Tensor | None = None) -> Tensor:
    """0 below zero, 1 above, `values` at zero. Raises RuntimeError for two dtypes. PyTorch: torch.heaviside."""
    check_tensor(values, "heaviside", "values", 2)
    input, values, dtype = prepare("heaviside", input, values)
    if input.array.dtype != values.array.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    result = wrap(input.kernels.heaviside(input.array, values.array, dtype=dtype))
    return result if out is None else deliver(out, "heaviside", result, input, values, cast=False)


def nextafter(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The next floating-point number after input towards other. PyTorch: torch.nextafter."""
    check_tensor(other, "nextafter", "other", 2)
    result = Nextafter.apply(*prepare("nextafter", input, other))
    return result if out is None else deliver(out, "nextafter", result, input, other)


class Nextafter(Function):
    """derivatives.yaml: nextafter: the gradient passes where the number is another."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        _refuse_integers("nextafter_cpu", dtype)
        ctx.save_for_backward(input, other)
        if dtype == np.float16:  # the kernels compute it in float32
            return beside(input, np.nextafter(on_host(input), on_host(other), dtype=dtype))
        return wrap(input.kernels.nextafter(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        return grad.masked_fill(input == other, 0), grad * 0, None


def gcd(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The greatest common divisor of integers. PyTorch: torch.gcd."""
    check_tensor(other, "gcd", "other", 2)
    input, other, dtype = prepare("gcd", input, other)
    _refuse_all_but_integers("gcd_cpu", dtype)
    result = wrap(input.kernels.gcd(input.array, other.array, dtype=dtype))
    return result if out is None else deliver(out, "gcd", result, input, other)


def lcm(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The least common multiple of integers, 0 for 0. PyTorch: torch.lcm."""
    check_tensor(other, "lcm", "other", 2)
    input, other, dtype = prepare("lcm", input, other)
    _refuse_all_but_integers("lcm_cpu", dtype)
    result = wrap(input.kernels.lcm(input.array, other.array, dtype=dtype))
    return result if out is None else deliver(out, "lcm", result, input, other)


def bitwise_left_shift(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits moved up by other; 0 where other is no number of bits of the dtype. PyTorch: torch.bitwise_left_shift."""
    input, other, dtype = bits("lshift", _as_tensor(input, other), other)
    _refuse_all_but_integers("lshift_cpu", dtype)
    width = dtype.itemsize * 8
    result = wrap(input.kernels.left_shift(input.array, array_of(other), dtype=dtype, scalars=(width,)))
    return result if out is None else deliver(out, "bitwise_left_shift", result, input)


def bitwise_right_shift(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits moved down by other; the sign fills up. PyTorch: torch.bitwise_right_shift."""
    input, other, dtype = bits("rshift", _as_tensor(input, other), other)
    _refuse_all_but_integers("rshift_cpu", dtype)
    width = dtype.itemsize * 8
    result = wrap(input.kernels.right_shift(input.array, array_of(other), dtype=dtype, scalars=(width,)))
    return result if out is None else deliver(out, "bitwise_right_shift", result, input)


def logaddexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """log(exp(input) + exp(other)), without overflow. PyTorch: torch.logaddexp."""
    check_tensor(other, "logaddexp", "other", 2)
    result = Logaddexp.apply(*prepare("logaddexp", input, other))
    return result if out is None else deliver(out, "logaddexp", result, input, other)


class Logaddexp(Function):
    """derivatives.yaml: logaddexp."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        _refuse_integers("logaddexp_cpu", dtype)
        ctx.save_for_backward(input, other)
        return wrap(input.kernels.logaddexp(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        return grad / (1 + exp(other - input)), grad / (1 + exp(input - other)), None


def logaddexp2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """log2(2**input + 2**other), without overflow. PyTorch: torch.logaddexp2."""
    check_tensor(other, "logaddexp2", "other", 2)
    result = Logaddexp2.apply(*prepare("logaddexp2", input, other))
    return result if out is None else deliver(out, "logaddexp2", result, input, other)


class Logaddexp2(Function):
    """derivatives.yaml: logaddexp2."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        _refuse_integers("logaddexp2_cpu", dtype)
        ctx.save_for_backward(input, other)
        return wrap(input.kernels.logaddexp2(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, other = ctx.saved_tensors
        return grad / (1 + exp2(other - input)), grad / (1 + exp2(input - other)), None


def xlogy(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input * log(other), and 0 where input is 0; NaN where other is. PyTorch: torch.xlogy."""
    if isinstance(other, Tensor) and not isinstance(input, Tensor):
        input = tensor_of(operand(input, "xlogy", "self", 1), result_type(float(input), other), other)
    result = Xlogy.apply(*prepare_floating("xlogy", input, other))
    return result if out is None else deliver(out, "xlogy", result, input)


class Xlogy(Function):
    """derivatives.yaml: xlogy."""

    operands = 2

    @staticmethod
    def forward(ctx, input, other, dtype):
        if isinstance(other, Tensor):
            ctx.save_for_backward(input, other)
        else:
            ctx.save_for_backward(input)
            ctx.other = other
        return wrap(input.kernels.xlogy(input.array, array_of(other), dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        saved = ctx.saved_tensors
        if len(saved) == 1:
            (input,), other = saved, ctx.other
            return grad * (log(input.new_full((), other)) if other > 0 else xlogy(input * 0 + 1, other)), None, None
        input, other = saved
        grad_input = xlogy(grad, other).masked_fill((input == 0) & (other <= 0), 0) if ctx.needs_input_grad[0] else None
        return grad_input, grad * input / other if ctx.needs_input_grad[1] else None, None


def float_power(input: Tensor | Number, exponent: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input to the power of exponent, in float64. PyTorch: torch.float_power."""
    if not isinstance(input, Tensor) and not isinstance(exponent, Tensor):
        check_tensor(input, "float_power", "input", 1)
    if out is not None and out.array.dtype != np.float64:
        raise RuntimeError(
            f"the output given to float_power has dtype {types.SCALAR_NAME[out.dtype]} but the operation's result requires "
            "dtype Double"
        )
    base = input.to(types.float64) if isinstance(input, Tensor) else float(input)
    power = exponent.to(types.float64) if isinstance(exponent, Tensor) else float(exponent)
    result = pow(base, power)
    return result if out is None else deliver(out, "float_power", result)


def check_base(input: Tensor) -> None:
    """Raise RuntimeError in PyTorch's words where float_power_ would have to change the dtype."""
    if input.array.dtype != np.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {types.SCALAR_NAME[input.dtype]} but the operation's result requires "
            "dtype Double"
        )


def ldexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """input * 2**other. PyTorch: torch.ldexp."""
    check_tensor(input, "ldexp", "input", 1)
    check_tensor(other, "ldexp", "other", 2)
    result = input * pow(2.0, other)
    return result if out is None else deliver(out, "ldexp", result, input, other)


def _as_tensor(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """A number on the left becomes a tensor without dimensions, which promotes as numbers do."""
    if isinstance(input, Tensor) or not isinstance(other, Tensor):
        return input
    return tensor_of(input, result_type(input, other), other)


def _refuse_integers(kernel: str, dtype: np.dtype) -> None:
    if dtype.kind != "f":
        name = types.SCALAR_NAME[types.of_numpy(dtype)]
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{name}'")


def _refuse_all_but_integers(kernel: str, dtype: np.dtype) -> None:
    if dtype.kind not in "iu":
        name = types.SCALAR_NAME[types.of_numpy(dtype)]
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{name}'")
