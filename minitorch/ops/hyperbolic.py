"""Hyperbolic functions and their like, element by element. PyTorch: aten/src/ATen/native/UnaryOps.cpp."""

import math

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.out import deliver
from minitorch.ops.unary import cos, floating, reciprocal, rsqrt, sin


def asinh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The number whose hyperbolic sine input is. PyTorch: torch.asinh."""
    result = Asinh.apply(input, floating(input, "asinh"))
    return result if out is None else deliver(out, "asinh", result, input)


class Asinh(Function):
    """derivatives.yaml: asinh."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.asinh(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * rsqrt(input * input + 1), None


def acosh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The number whose hyperbolic cosine input is; NaN below 1. PyTorch: torch.acosh."""
    result = Acosh.apply(input, floating(input, "acosh"))
    return result if out is None else deliver(out, "acosh", result, input)


class Acosh(Function):
    """derivatives.yaml: acosh."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.acosh(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * rsqrt(input * input - 1), None


def atanh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The number whose hyperbolic tangent input is; NaN beyond -1 and 1. PyTorch: torch.atanh."""
    result = Atanh.apply(input, floating(input, "atanh"))
    return result if out is None else deliver(out, "atanh", result, input)


class Atanh(Function):
    """derivatives.yaml: atanh."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.atanh(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * reciprocal(1 - input * input), None


def sinc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """sin(pi * input) / (pi * input), 1 at 0. PyTorch: torch.sinc."""
    result = Sinc.apply(input, floating(input, "sinc"))
    return result if out is None else deliver(out, "sinc", result, input)


class Sinc(Function):
    """derivatives.yaml: sinc."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.sinc(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        angle = input * math.pi
        slope = (cos(angle) * angle - sin(angle)) / (angle * input)
        return grad * slope.masked_fill(input == 0, 0), None


def deg2rad(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Degrees as radians. PyTorch: torch.deg2rad."""
    floating(input, "deg2rad")
    result = input * (math.pi / 180)
    return result if out is None else deliver(out, "deg2rad", result, input)


def rad2deg(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Radians as degrees. PyTorch: torch.rad2deg."""
    floating(input, "rad2deg")
    result = input * (180 / math.pi)
    return result if out is None else deliver(out, "rad2deg", result, input)
