"""Activations with a gate, a learned slope or noise. PyTorch: aten/src/ATen/native/{Activation,GatedLinearUnit}.cpp."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.activation import leaky_relu, refuse_integers, sigmoid, tanh, write
from minitorch.ops.creation import empty_like, zeros_like
from minitorch.ops.distributions import exponential_
from minitorch.ops.extreme import max
from minitorch.ops.gather import scatter
from minitorch.ops.joining import cat
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import wrap_dim
from minitorch.ops.slicing import chunk
from minitorch.ops.softmax import softmax
from minitorch.ops.unary import exp, log1p
from minitorch.ops.where import where
from minitorch.random import generator_of


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along dim times the sigmoid of the second. PyTorch: torch.nn.functional.glu."""
    check_tensor(input, "glu", "input", 1)
    if input.array.ndim == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = wrap_dim(dim, input.array.ndim)
    if input.array.shape[dim] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.array.shape[dim]}")
    refuse_integers(input, "glu_cpu")
    return Glu.apply(input, dim)


class Glu(Function):
    """derivatives.yaml: glu."""

    @staticmethod
    def forward(ctx, input, dim):
        ctx.save_for_backward(input)
        ctx.dim = dim
        first, second = chunk(input, 2, dim)
        return first * sigmoid(second)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        first, second = chunk(input, 2, ctx.dim)
        gate = sigmoid(second)
        to_first = grad * gate
        return cat([to_first, to_first * first * (1 - gate)], ctx.dim), None


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """input * tanh(softplus(input)). PyTorch: torch.nn.functional.mish."""
    check_tensor(input, "mish", "input", 1)
    refuse_integers(input, "mish_cpu")
    result = Mish.apply(input)
    return write(input, result) if inplace else result


class Mish(Function):
    """derivatives.yaml: mish."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input * tanh(log1p(exp(input)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        inner = tanh(log1p(exp(input)))
        return grad * (inner + input * sigmoid(input) * (1 - inner * inner))


def prelu(input: Tensor, weight: Tensor) -> Tensor:  # (N, C, *), (C,) or one number
    """input above zero, weight * input below, a weight for all or for each channel. PyTorch: F.prelu, torch.prelu."""
    check_tensor(input, "prelu", "input", 1)
    check_tensor(weight, "prelu", "weight", 2)
    if input.array.dtype != weight.array.dtype:
        have, want = (types.SCALAR_NAME[each.dtype] for each in (input, weight))
        raise RuntimeError(f"prelu: Type promoting not supported. Got {have} and {want}")
    if weight.array.size != 1:
        if input.array.ndim == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.array.shape[1] if input.array.ndim > 1 else 1
        if channels != weight.array.size:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{weight.array.size} and channel size = {channels}."
            )
    if weight.array.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.array.ndim}"
        )
    ndim = input.array.ndim
    shape = [1] * ndim if weight.array.size == 1 else [1, weight.array.size, *[1] * (ndim - 2)][:ndim]
    return PreluKernel.apply(input, weight.reshape(shape))


class PreluKernel(Function):
    """derivatives.yaml: _prelu_kernel. The engine sums the gradient back to the weight's shape."""

    @staticmethod
    def forward(ctx, input, weight):
        ctx.save_for_backward(input, weight)
        if not input.array.size:
            return empty_like(input)  # which has strides of its own
        return where(input > 0, input, weight * input)

    @staticmethod
    def backward(ctx, grad):
        input, weight = ctx.saved_tensors
        to_input = where(input > 0, grad, weight * grad) if ctx.needs_input_grad[0] else None
        to_weight = (input * grad).masked_fill(input > 0, 0) if ctx.needs_input_grad[1] else None
        return to_input, to_weight


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """leaky_relu whose slope is drawn for each element in training, and the middle otherwise.

    Raises RuntimeError if lower > upper. PyTorch: torch.nn.functional.rrelu.
    """
    check_tensor(input, "rrelu", "input", 1)
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if not training:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    refuse_integers(input, "rrelu_with_noise_out_cpu")
    result = RreluWithNoise.apply(input, _slopes(input, lower, upper))
    return write(input, result) if inplace else result


def rrelu_(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False) -> Tensor:
    """rrelu in place. PyTorch: torch.rrelu_."""
    return rrelu(input, lower, upper, training, inplace=True)


class RreluWithNoise(Function):
    """derivatives.yaml: rrelu_with_noise."""

    @staticmethod
    def forward(ctx, input, noise):
        ctx.save_for_backward(noise)
        return input * noise

    @staticmethod
    def backward(ctx, grad):
        (noise,) = ctx.saved_tensors
        return grad * noise, None


def _slopes(input: Tensor, lower: float, upper: float) -> Tensor:
    """1 above zero; below, a number is drawn for each element in the order of rows."""
    kernels, generator = input.kernels, generator_of(input)
    below = np.asarray(kernels.to_host(input.array) <= 0)
    draws = kernels.empty((int(below.sum()),), np.dtype(np.float64))
    with generator.lock:
        kernels.uniform(draws, generator.state, 0.0, 1.0)
    number = input.array.dtype.type
    low, high = float(number(lower)), float(number(upper))
    noise = np.ones(input.array.shape, input.array.dtype)
    noise[below] = kernels.to_host(draws) * (high - low) + low
    return wrap(kernels.from_host(noise))


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A sample of the classes with these logits, softened by the temperature tau; one-hot if `hard`.

    The gradient is that of the soft sample. PyTorch: torch.nn.functional.gumbel_softmax.
    """
    gumbels = -exponential_(empty_like(logits)).log()
    soft = softmax((logits + gumbels) / tau, dim)
    if not hard:
        return soft
    _, index = max(soft, dim, keepdim=True)
    return scatter(zeros_like(logits), dim, index, 1.0) - soft.detach() + soft
