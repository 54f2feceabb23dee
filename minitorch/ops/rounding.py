"""Sign, size and rounding of a number. PyTorch: aten/src/ATen/native/UnaryOps.cpp, TensorCompare.cpp (clamp)."""

import math
from builtins import max as builtins_max

import numpy as np

from minitorch import return_types, types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.comparison import isfinite
from minitorch.ops.creation import empty_like
from minitorch.ops.numbers import checked_number
from minitorch.ops.out import deliver, deliver_all
from minitorch.ops.pointwise import maximum, minimum, pow
from minitorch.ops.promotion import Number, broadcast, category, check_tensor, operand, result_type, result_type_of
from minitorch.ops.where import where


def neg(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """-input. Raises RuntimeError for bool. PyTorch: torch.neg."""
    check_tensor(input, "neg", "input", 1)
    if input.array.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )
    result = Neg.apply(input)
    return result if out is None else deliver(out, "neg", result, input, cast=False)


class Neg(Function):
    """derivatives.yaml: neg."""

    @staticmethod
    def forward(ctx, input):
        return wrap(input.kernels.neg(input.array, dtype=input.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        return -grad


def positive(input: Tensor) -> Tensor:
    """The input itself. Raises RuntimeError for bool. PyTorch: torch.positive."""
    if input.array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def abs(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The size without the sign. PyTorch: torch.abs."""
    check_tensor(input, "abs", "input", 1)
    _refuse_bool(input, "abs_cpu")
    result = Abs.apply(input)
    return result if out is None else deliver(out, "abs", result, input, cast=False)


class Abs(Function):
    """derivatives.yaml: abs."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        array, kernels = input.array, input.kernels
        kernel = {"f": kernels.abs, "i": kernels.integer_abs}.get(array.dtype.kind, kernels.copy)
        return wrap(kernel(array, dtype=array.dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * sign(input)


def floor(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The next integer below. PyTorch: torch.floor."""
    check_tensor(input, "floor", "input", 1)
    result = Floor.apply(input)
    return result if out is None else deliver(out, "floor", result, input, cast=False)


class Floor(Function):
    """derivatives.yaml: floor: flat almost everywhere."""

    @staticmethod
    def forward(ctx, input):
        return wrap(_integers_stay(input, input.kernels.floor, "floor_vml_cpu"))

    @staticmethod
    def backward(ctx, grad):
        return grad * 0


def ceil(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The next integer above. PyTorch: torch.ceil."""
    check_tensor(input, "ceil", "input", 1)
    result = Ceil.apply(input)
    return result if out is None else deliver(out, "ceil", result, input, cast=False)


class Ceil(Function):
    """derivatives.yaml: ceil: flat almost everywhere."""

    @staticmethod
    def forward(ctx, input):
        return wrap(_integers_stay(input, input.kernels.ceil, "ceil_vml_cpu"))

    @staticmethod
    def backward(ctx, grad):
        return grad * 0


def trunc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The integer part. PyTorch: torch.trunc."""
    check_tensor(input, "trunc", "input", 1)
    result = Trunc.apply(input)
    return result if out is None else deliver(out, "trunc", result, input, cast=False)


class Trunc(Function):
    """derivatives.yaml: trunc: flat almost everywhere."""

    @staticmethod
    def forward(ctx, input):
        return wrap(_integers_stay(input, input.kernels.trunc, "trunc_vml_cpu"))

    @staticmethod
    def backward(ctx, grad):
        return grad * 0


def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """The nearest integer, half to even; or the nearest multiple of 10**-decimals. PyTorch: torch.round."""
    check_tensor(input, "round", "input", 1)
    scale = 10.0**decimals
    result = Round.apply(input * scale) / scale if decimals else Round.apply(input)
    return result if out is None else deliver(out, "round", result, input, cast=False)


class Round(Function):
    """derivatives.yaml: round: flat almost everywhere."""

    @staticmethod
    def forward(ctx, input):
        return wrap(_integers_stay(input, input.kernels.round, "round_vml_cpu"))

    @staticmethod
    def backward(ctx, grad):
        return grad * 0


def sign(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """-1, 0 or 1. PyTorch: torch.sign."""
    check_tensor(input, "sign", "input", 1)
    result = Sign.apply(input)
    return result if out is None else deliver(out, "sign", result, input, cast=False)


class Sign(Function):
    """derivatives.yaml: sign: flat almost everywhere."""

    @staticmethod
    def forward(ctx, input):
        kernel = input.kernels.sign if input.array.dtype.kind != "b" else input.kernels.copy
        return wrap(kernel(input.array, dtype=input.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        return grad * 0


def frac(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """What trunc leaves of it. Raises NotImplementedError for integers. PyTorch: torch.frac."""
    check_tensor(input, "frac", "input", 1)
    result = Frac.apply(input)
    return result if out is None else deliver(out, "frac", result, input, cast=False)


class Frac(Function):
    """derivatives.yaml: frac."""

    @staticmethod
    def forward(ctx, input):
        if input.array.dtype.kind != "f":
            raise NotImplementedError(f"\"frac_cpu\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
        return wrap(input.kernels.frac(input.array, dtype=input.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        return grad


def signbit(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Whether it has a minus, -0.0 too. PyTorch: torch.signbit."""
    check_tensor(input, "signbit", "input", 1)
    kernels, array = input.kernels, input.array
    if array.dtype.kind == "f":
        result = wrap(kernels.signbit(array, dtype=array.dtype))
    else:
        result = wrap(kernels.lt(array, 0, dtype=array.dtype if array.dtype.kind == "i" else np.dtype(np.int64)))
    return result if out is None else deliver(out, "signbit", result, input, cast=False)


def nan_to_num(
    input: Tensor,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """NaN and the infinities replaced, by 0 and the limits of the dtype unless given. PyTorch: torch.nan_to_num."""
    check_tensor(input, "nan_to_num", "input", 1)
    if input.array.dtype.kind == "f":
        limits = types.finfo(input.dtype)
        values = (
            0.0 if nan is None else nan,
            limits.max if posinf is None else posinf,
            limits.min if neginf is None else neginf,
        )
    else:
        values = None
    result = NanToNum.apply(input, values)
    return result if out is None else deliver(out, "nan_to_num", result, input, cast=False)


class NanToNum(Function):
    """derivatives.yaml: nan_to_num."""

    @staticmethod
    def forward(ctx, input, values):
        ctx.save_for_backward(input)
        if not input.array.size:
            return empty_like(input)  # strides of nothing stay, too
        if values is None:
            return wrap(input.kernels.copy(input.array, dtype=input.array.dtype))
        return wrap(input.kernels.nan_to_num(input.array, dtype=input.array.dtype, scalars=values))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * isfinite(input), None


def frexp(input: Tensor, *, out: tuple[Tensor, Tensor] | None = None) -> "return_types.frexp":
    """mantissa * 2**exponent = input, the mantissa at least a half and below 1, the exponent int32. PyTorch: torch.frexp."""
    check_tensor(input, "frexp", "input", 1)
    if input.array.dtype.kind != "f":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    result = return_types.frexp(Frexp.apply(input))
    return result if out is None else deliver_all(out, "frexp", result, cast=False)


class Frexp(Function):
    """derivatives.yaml: frexp."""

    @staticmethod
    def forward(ctx, input):
        if input.array.size:
            mantissa, exponent = map(wrap, input.kernels.frexp(input.array))
        else:
            mantissa, exponent = empty_like(input), empty_like(input, dtype=types.int32)
        ctx.save_for_backward(exponent)
        ctx.mark_non_differentiable(exponent)
        return mantissa, exponent

    @staticmethod
    def backward(ctx, grad, unused):
        (exponent,) = ctx.saved_tensors
        return grad / pow(2.0, exponent)


def clamp(
    input: Tensor,
    min: Tensor | Number | None = None,
    max: Tensor | Number | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Elements below `min` become `min`, those above `max` become `max`; NaN stays. PyTorch: torch.clamp."""
    check_tensor(input, "clamp", "input", 1)
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        result = _clamp_between(input, min, max)
        return result if out is None else deliver(out, "clamp", result, input)
    bounds = [operand(bound, "clamp", name, 2) for name, bound in (("min", min), ("max", max)) if bound is not None]
    dtype = result_type(input, builtins_max(bounds, key=category))
    if dtype is types.bool:
        raise NotImplementedError("\"clamp_scalar_cpu\" not implemented for 'Bool'")
    min, max = (bound if bound is None else checked_number(bound, dtype) for bound in (min, max))
    result = Clamp.apply(input, min, max, dtype.numpy)
    return result if out is None else deliver(out, "clamp", result, input)


class Clamp(Function):
    """derivatives.yaml: clamp. The bounds themselves let the gradient pass; NaN does not."""

    node_name = "ClampBackward1"

    @staticmethod
    def forward(ctx, input, min, max, dtype):
        ctx.save_for_backward(input)
        ctx.bounds = min, max
        low, high = (-math.inf, math.inf) if dtype.kind == "f" else _limits(dtype)
        low, high = low if min is None else min, high if max is None else max
        if low != low or high != high:
            return wrap(input.kernels.add(input.array, math.nan, dtype=dtype))
        return wrap(input.kernels.clamp(input.array, dtype=dtype, scalars=(low, high)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return where(_inside(input, *ctx.bounds), grad, 0), None, None, None


def _inside(input: Tensor, low: Tensor | Number | None, high: Tensor | Number | None) -> Tensor:
    if low is None:
        return input <= high
    return input >= low if high is None else (input >= low) & (input <= high)


def _clamp_between(input: Tensor, min: Tensor | None, max: Tensor | None) -> Tensor:
    bounds = [bound for bound in (min, max) if bound is not None]
    if not all(isinstance(bound, Tensor) for bound in bounds):
        given = ", ".join(type(each).__name__ for each in (input, *bounds))
        raise TypeError(
            f"clamp() received an invalid combination of arguments - got ({given}), but expected one of:"
        )
    broadcast(input.array.shape, *[bound.array.shape for bound in bounds])
    dtype = result_type_of(input, *bounds)
    if dtype is types.bool:
        raise NotImplementedError("\"clamp_cpu\" not implemented for 'Bool'")
    return ClampTensor.apply(input, min, max, dtype.numpy)


class ClampTensor(Function):
    """derivatives.yaml: clamp.Tensor. Where the bounds cross, the upper one has the gradient."""

    node_name = "ClampBackward0"

    @staticmethod
    def forward(ctx, input, min, max, dtype):
        ctx.save_for_backward(input, min, max)
        result = input.array
        if min is not None:
            result = input.kernels.maximum(result, min.array, dtype=dtype)
        return wrap(result if max is None else input.kernels.minimum(result, max.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        input, low, high = ctx.saved_tensors
        grad_low = grad_high = None
        if ctx.needs_input_grad[1]:
            grad_low = where(input < low if high is None else (input < low) & (low < high), grad, 0)
        if ctx.needs_input_grad[2]:
            grad_high = where(input > high if low is None else (input > high) | (high < low), grad, 0)
        return where(_inside(input, low, high), grad, 0), grad_low, grad_high, None


def clamp_min(input: Tensor, min: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Elements below `min` become `min`. PyTorch: torch.clamp_min."""
    _check_bound("clamp_min", input, min)
    if isinstance(min, Tensor) and result_type(input, min) is types.bool:
        return maximum(input, min, out=out)
    return clamp(input, min=min, out=out)


def clamp_max(input: Tensor, max: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Elements above `max` become `max`. PyTorch: torch.clamp_max."""
    _check_bound("clamp_max", input, max)
    if isinstance(max, Tensor) and result_type(input, max) is types.bool:
        return minimum(input, max, out=out)
    return clamp(input, max=max, out=out)


def _check_bound(function: str, input: Tensor, bound: Tensor | Number) -> None:
    if not isinstance(input, Tensor) and isinstance(bound, Tensor):
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({type(input).__name__}, Tensor), "
            "but expected one of:"
        )
    check_tensor(input, function, "input", 1)
    if not isinstance(bound, Tensor) and result_type(input, operand(bound, function, "min", 2)) is types.bool:
        raise NotImplementedError(f"\"{function}_scalar_cpu\" not implemented for 'Bool'")


def _integers_stay(input: Tensor, kernel, name: str):
    _refuse_bool(input, name)
    return (kernel if input.array.dtype.kind == "f" else input.kernels.copy)(input.array, dtype=input.array.dtype)


def _refuse_bool(input: Tensor, kernel: str) -> None:
    if input.array.dtype.kind == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def _limits(dtype):
    bits = dtype.itemsize * 8
    return (0, 2**bits - 1) if dtype.kind == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
