"""Functions of one tensor, element by element. PyTorch: aten/src/ATen/native/UnaryOps.cpp."""

import math

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor

# Functions that leave the integers give the default dtype for an integer or bool tensor.


def floating(input: Tensor, function: str) -> np.dtype:
    """The dtype that a function which leaves the integers computes in. Raises TypeError for what is no Tensor."""
    if not isinstance(input, Tensor):
        check_tensor(input, function, "input", 1)
    return input.array.dtype if input.array.dtype.kind == "f" else types.get_default_dtype().numpy


def exp(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """e to the power of input. PyTorch: torch.exp."""
    result = Exp.apply(input, floating(input, "exp"))
    return result if out is None else deliver(out, "exp", result, input)


class Exp(Function):
    """derivatives.yaml: exp."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.exp(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return grad * result, None


def exp2(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """2 to the power of input. PyTorch: torch.exp2."""
    result = Exp2.apply(input, floating(input, "exp2"))
    return result if out is None else deliver(out, "exp2", result, input)


class Exp2(Function):
    """derivatives.yaml: exp2."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.exp2(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return grad * result * math.log(2), None


def expm1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """exp(input) - 1, exact near zero. PyTorch: torch.expm1."""
    result = Expm1.apply(input, floating(input, "expm1"))
    return result if out is None else deliver(out, "expm1", result, input)


class Expm1(Function):
    """derivatives.yaml: expm1."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.expm1(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return grad * (result + 1), None


def log(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The natural logarithm. PyTorch: torch.log."""
    result = Log.apply(input, floating(input, "log"))
    return result if out is None else deliver(out, "log", result, input)


class Log(Function):
    """derivatives.yaml: log."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.log(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad / input, None


def log2(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm to base 2. PyTorch: torch.log2."""
    result = Log2.apply(input, floating(input, "log2"))
    return result if out is None else deliver(out, "log2", result, input)


class Log2(Function):
    """derivatives.yaml: log2."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.log2(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad / (input * math.log(2)), None


def log10(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm to base 10. PyTorch: torch.log10."""
    result = Log10.apply(input, floating(input, "log10"))
    return result if out is None else deliver(out, "log10", result, input)


class Log10(Function):
    """derivatives.yaml: log10."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.log10(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad / (input * math.log(10)), None


def log1p(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """log(1 + input), exact near zero. PyTorch: torch.log1p."""
    result = Log1p.apply(input, floating(input, "log1p"))
    return result if out is None else deliver(out, "log1p", result, input)


class Log1p(Function):
    """derivatives.yaml: log1p."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.log1p(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad / (input + 1), None


def sqrt(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The square root; NaN below zero. PyTorch: torch.sqrt."""
    result = Sqrt.apply(input, floating(input, "sqrt"))
    return result if out is None else deliver(out, "sqrt", result, input)


class Sqrt(Function):
    """derivatives.yaml: sqrt."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.sqrt(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return grad / (2 * result), None


def rsqrt(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """One over the square root. PyTorch: torch.rsqrt."""
    result = Rsqrt.apply(input, floating(input, "rsqrt"))
    return result if out is None else deliver(out, "rsqrt", result, input)


class Rsqrt(Function):
    """derivatives.yaml: rsqrt."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.rsqrt(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return grad * -0.5 * result.pow(3), None


def reciprocal(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """One over input. PyTorch: torch.reciprocal."""
    result = Reciprocal.apply(input, floating(input, "reciprocal"))
    return result if out is None else deliver(out, "reciprocal", result, input)


class Reciprocal(Function):
    """derivatives.yaml: reciprocal."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.reciprocal(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return -grad * (result * result), None


def sin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sine of an angle in radians. PyTorch: torch.sin."""
    result = Sin.apply(input, floating(input, "sin"))
    return result if out is None else deliver(out, "sin", result, input)


class Sin(Function):
    """derivatives.yaml: sin."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.sin(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * cos(input), None


def cos(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The cosine of an angle in radians. PyTorch: torch.cos."""
    result = Cos.apply(input, floating(input, "cos"))
    return result if out is None else deliver(out, "cos", result, input)


class Cos(Function):
    """derivatives.yaml: cos."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.cos(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * -sin(input), None


def tan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The tangent of an angle in radians. PyTorch: torch.tan."""
    result = Tan.apply(input, floating(input, "tan"))
    return result if out is None else deliver(out, "tan", result, input)


class Tan(Function):
    """derivatives.yaml: tan."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.tan(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return grad * (1 + result * result), None


def asin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The angle, in radians, whose sine is input. PyTorch: torch.asin."""
    result = Asin.apply(input, floating(input, "asin"))
    return result if out is None else deliver(out, "asin", result, input)


class Asin(Function):
    """derivatives.yaml: asin."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.asin(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * rsqrt(1 - input * input), None


def acos(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The angle, in radians, whose cosine is input. PyTorch: torch.acos."""
    result = Acos.apply(input, floating(input, "acos"))
    return result if out is None else deliver(out, "acos", result, input)


class Acos(Function):
    """derivatives.yaml: acos."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.acos(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * -rsqrt(1 - input * input), None


def atan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The angle, in radians, whose tangent is input. PyTorch: torch.atan."""
    result = Atan.apply(input, floating(input, "atan"))
    return result if out is None else deliver(out, "atan", result, input)


class Atan(Function):
    """derivatives.yaml: atan."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.atan(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad / (input * input + 1), None


def sinh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The hyperbolic sine. PyTorch: torch.sinh."""
    result = Sinh.apply(input, floating(input, "sinh"))
    return result if out is None else deliver(out, "sinh", result, input)


class Sinh(Function):
    """derivatives.yaml: sinh."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.sinh(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * cosh(input), None


def cosh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The hyperbolic cosine. PyTorch: torch.cosh."""
    result = Cosh.apply(input, floating(input, "cosh"))
    return result if out is None else deliver(out, "cosh", result, input)


class Cosh(Function):
    """derivatives.yaml: cosh."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.cosh(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * sinh(input), None


def erf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The error function. PyTorch: torch.erf."""
    result = Erf.apply(input, floating(input, "erf"))
    return result if out is None else deliver(out, "erf", result, input)


class Erf(Function):
    """derivatives.yaml: erf."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.erf(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * (2 / math.sqrt(math.pi) * exp(-(input * input))), None
