"""Error, gamma and Bessel functions, element by element. PyTorch: aten/src/ATen/native/UnaryOps.cpp, torch.special."""

import math

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.creation import arange
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor, prepare_floating
from minitorch.ops.unary import exp, floating, log
from minitorch.ops.where import where


def erfc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """1 - erf(input), exact for large numbers. PyTorch: torch.erfc."""
    result = Erfc.apply(input, floating(input, "erfc"))
    return result if out is None else deliver(out, "erfc", result, input)


class Erfc(Function):
    """derivatives.yaml: erfc."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.erfc(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * (-2 / math.sqrt(math.pi) * exp(-(input * input))), None


def erfinv(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The number whose erf input is; infinite at -1 and 1, NaN beyond. PyTorch: torch.erfinv."""
    result = Erfinv.apply(input, floating(input, "erfinv"))
    return result if out is None else deliver(out, "erfinv", result, input)


class Erfinv(Function):
    """derivatives.yaml: erfinv."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.erfinv(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * (math.sqrt(math.pi) / 2 * exp(erfinv(input) * erfinv(input))), None


def lgamma(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the absolute value of the gamma function. PyTorch: torch.lgamma."""
    result = Lgamma.apply(input, floating(input, "lgamma"))
    return result if out is None else deliver(out, "lgamma", result, input)


class Lgamma(Function):
    """derivatives.yaml: lgamma."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.lgamma(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * digamma(input), None


def digamma(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The derivative of lgamma. PyTorch: torch.digamma."""
    result = Digamma.apply(input, floating(input, "digamma"))
    return result if out is None else deliver(out, "digamma", result, input)


class Digamma(Function):
    """derivatives.yaml: digamma."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.digamma(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * polygamma(1, input), None


def polygamma(n: int, input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The n-th derivative of digamma. Raises RuntimeError for a negative n. PyTorch: torch.polygamma."""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    result = Polygamma.apply(input, n, floating(input, "polygamma"))
    return result if out is None else deliver(out, "polygamma", result, input)


class Polygamma(Function):
    """derivatives.yaml: polygamma."""

    @staticmethod
    def forward(ctx, input, n, dtype):
        ctx.save_for_backward(input)
        ctx.n = n
        return wrap(input.kernels.polygamma(input.array, dtype=dtype, scalars=(n,)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * polygamma(ctx.n + 1, input), None, None


def mvlgamma(input: Tensor, p: int, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the gamma function of p dimensions. Raises RuntimeError for p below 1. PyTorch: torch.mvlgamma."""
    dtype = floating(input, "mvlgamma")
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    shifts = wrap(input.kernels.cast(arange(-p / 2 + 0.5, 0.5, 0.5).array, dtype))
    result = lgamma(input.unsqueeze(-1) + shifts).sum(-1) + p * (p - 1) * math.log(math.pi) / 4
    return result if out is None else deliver(out, "mvlgamma", result, input)


def i0(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the first kind, of order 0. PyTorch: torch.i0."""
    result = I0.apply(input, floating(input, "i0"))
    return result if out is None else deliver(out, "i0", result, input)


class I0(Function):
    """derivatives.yaml: i0."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.i0(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * i1(input), None


def i1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the first kind, of order 1. PyTorch: torch.special.i1."""
    result = I1.apply(input, floating(input, "i1"))
    return result if out is None else deliver(out, "i1", result, input)


class I1(Function):
    """derivatives.yaml: special_i1."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.save_for_backward(input)
        return wrap(input.kernels.i1(input.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * (i0(input) - where(input == 0, 0.5, i1(input) / input)), None


def igamma(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The lower incomplete gamma function of order input at other, regularised. PyTorch: torch.igamma."""
    check_tensor(other, "igamma", "other", 2)
    result = Igamma.apply(*prepare_floating("igamma", input, other))
    return result if out is None else deliver(out, "igamma", result, input, other)


class Igamma(Function):
    """derivatives.yaml: igamma. It has no derivative in the order."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(input, other)
        return wrap(input.kernels.igamma(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        return None, grad * _gamma_density(ctx, "igamma: input"), None


def igammac(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """1 - igamma(input, other), exact for large numbers. PyTorch: torch.igammac."""
    check_tensor(other, "igammac", "other", 2)
    result = Igammac.apply(*prepare_floating("igammac", input, other))
    return result if out is None else deliver(out, "igammac", result, input, other)


class Igammac(Function):
    """derivatives.yaml: igammac. It has no derivative in the order."""

    @staticmethod
    def forward(ctx, input, other, dtype):
        ctx.save_for_backward(input, other)
        return wrap(input.kernels.igammac(input.array, other.array, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        return None, -grad * _gamma_density(ctx, "igammac: input"), None


def _gamma_density(ctx, name: str) -> Tensor:
    if ctx.needs_input_grad[0]:
        raise RuntimeError(f"the derivative for '{name}' is not implemented.")
    input, other = ctx.saved_tensors
    return exp((input - 1) * log(other) - other - lgamma(input))


def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Tensor:
    """log(input / (1 - input)), with input held between eps and 1 - eps. PyTorch: torch.logit."""
    result = Logit.apply(input, eps, floating(input, "logit"))
    return result if out is None else deliver(out, "logit", result, input)


class Logit(Function):
    """derivatives.yaml: logit."""

    @staticmethod
    def forward(ctx, input, eps, dtype):
        ctx.save_for_backward(input)
        ctx.eps = eps
        return wrap(input.kernels.logit(input.array, dtype=dtype, scalars=(-1 if eps is None else eps,)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        low, outside = (0, math.nan) if ctx.eps is None else (ctx.eps, 0)
        inside = (input >= low) & (input <= 1 - low)
        return where(inside, grad / (input * (1 - input)), outside), None, None
