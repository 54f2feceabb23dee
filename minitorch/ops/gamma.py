"""Poisson, binomial, gamma and Dirichlet numbers of tensors of parameters. PyTorch: aten/src/ATen/native/Distributions.cpp."""

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function, once_differentiable
from minitorch.ops.creation import zeros_like
from minitorch.ops.distributions import checked_generator
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import broadcast_tensors
from minitorch.random import Generator


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Poisson numbers of the means `input`. Raises RuntimeError for a negative one. PyTorch: torch.poisson."""
    generator = _checked(input, generator, "poisson")
    if input.array.size and not bool((input >= 0).all()):
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    return Poisson.apply(input, generator)


class Poisson(Function):
    """derivatives.yaml: poisson."""

    @staticmethod
    def forward(ctx, input, generator):
        with generator.lock:
            return wrap(input.kernels.poisson(input.array, generator.state))

    @staticmethod
    def backward(ctx, grad):
        return zeros_like(grad), None


def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """How many of `count` trials succeed, each with probability `prob`; NaN for no probability. PyTorch: torch.binomial."""
    generator = _checked(count, generator, "binomial")
    check_tensor(prob, "binomial", "prob", 2)
    if count.dtype != prob.dtype:
        found, expected = types.SCALAR_NAME[prob.dtype], types.SCALAR_NAME[count.dtype]
        raise RuntimeError(f"Found dtype {found} but expected {expected}")
    return Binomial.apply(*broadcast_tensors(count, prob), generator)


class Binomial(Function):
    """derivatives.yaml: none, as in PyTorch."""

    @staticmethod
    def forward(ctx, count, prob, generator):
        with generator.lock:
            return wrap(count.kernels.binomial(count.array, prob.array, generator.state))

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError("derivative for aten::binomial is not implemented")


def _standard_gamma(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma numbers of the shapes `input` and scale 1, which move with them. PyTorch: torch._standard_gamma."""
    return StandardGamma.apply(input, _checked(input, generator, "_standard_gamma"))


class StandardGamma(Function):
    """derivatives.yaml: _standard_gamma. More exact than PyTorch's, see `kernels/cpu/gamma.py`."""

    @staticmethod
    def forward(ctx, input, generator):
        with generator.lock:
            result = wrap(input.kernels.standard_gamma(input.array, generator.state))
        ctx.save_for_backward(input, result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        return grad * wrap(input.kernels.standard_gamma_grad(input.array, result.array)), None


def _sample_dirichlet(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Vectors that add up to 1 along the last dimension, which move with `input`. PyTorch: torch._sample_dirichlet."""
    return Dirichlet.apply(input, _checked(input, generator, "_sample_dirichlet"))


class Dirichlet(Function):
    """derivatives.yaml: _sample_dirichlet. More exact than PyTorch's, see `kernels/cpu/gamma.py`."""

    @staticmethod
    def forward(ctx, input, generator):
        with generator.lock:
            gammas = wrap(input.kernels.standard_gamma(input.double().array, generator.state))
        info = types.finfo(input.dtype)
        result = (gammas / gammas.sum(-1, keepdim=True)).clamp(info.tiny, 1 - info.eps / 2).to(input.dtype)
        ctx.save_for_backward(input, result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        total = input.sum(-1, keepdim=True).expand(input.shape)
        moves = wrap(input.kernels.dirichlet_grad(result.array, input.array, total.array))
        return moves * (grad - (result * grad).sum(-1, keepdim=True)), None


def _checked(input: Tensor, generator: Generator | None, function: str) -> Generator:
    check_tensor(input, function, "input", 1)
    if input.dtype not in (types.float32, types.float64):
        name = types.SCALAR_NAME[input.dtype]
        if function == "binomial":
            raise ValueError(f"binomial only supports floating-point dtypes for count, got: {name}")
        kernel = "poisson_cpu" if function == "poisson" else "gamma_cpu"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{name}'")
    return checked_generator(generator, function, input)
