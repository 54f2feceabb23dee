"""Activations. PyTorch: aten/src/ATen/native/Activation.cpp, torch/nn/functional.py."""

import math

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops import inplace
from minitorch.ops.pointwise import where
from minitorch.ops.promotion import check_tensor
from minitorch.ops.unary import erf, exp


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(input, 0); NaN stays. PyTorch: torch.relu, torch.nn.functional.relu."""
    if not isinstance(input, Tensor):
        check_tensor(input, "relu", "input", 1)
    if input.array.dtype.kind == "b":
        raise RuntimeError("Boolean inputs not supported for relu")
    return _write(input, Relu.apply(input)) if inplace else Relu.apply(input)


class Relu(Function):
    """derivatives.yaml: relu. The gradient passes where the result is above zero."""

    @staticmethod
    def forward(ctx, input):
        array = input.array
        kernel = input.kernels.relu if array.dtype.kind == "f" else input.kernels.integer_relu
        result = wrap(kernel(array, dtype=array.dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return threshold_backward(grad, result, 0)


def threshold_backward(grad: Tensor, input: Tensor, threshold: float) -> Tensor:
    """grad where input is above the threshold, else 0. PyTorch: threshold_backward in derivatives.yaml."""
    return ThresholdBackward.apply(grad, input, threshold)


class ThresholdBackward(Function):
    """derivatives.yaml: threshold_backward."""

    @staticmethod
    def forward(ctx, grad, input, threshold):
        ctx.save_for_backward(input)
        ctx.threshold = threshold
        return wrap(
            grad.kernels.threshold_backward(grad.array, input.array, dtype=grad.array.dtype, scalars=(threshold,))
        )

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return threshold_backward(grad, input, ctx.threshold), input * 0 if ctx.needs_input_grad[1] else None, None


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent. PyTorch: torch.tanh."""
    check_tensor(input, "tanh", "input", 1)
    return Tanh.apply(input, _floating(input))


class Tanh(Function):
    """derivatives.yaml: tanh."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.tanh(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return TanhBackward.apply(grad, result), None


class TanhBackward(Function):
    """derivatives.yaml: tanh_backward: grad * (1 - result**2)."""

    @staticmethod
    def forward(ctx, grad, result):
        ctx.save_for_backward(grad, result)
        return wrap(grad.kernels.tanh_backward(grad.array, result.array, dtype=grad.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        cotangent, result = ctx.saved_tensors
        return TanhBackward.apply(grad, result), -2 * grad * cotangent * result


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-input)). PyTorch: torch.sigmoid."""
    check_tensor(input, "sigmoid", "input", 1)
    return Sigmoid.apply(input, _floating(input))


class Sigmoid(Function):
    """derivatives.yaml: sigmoid."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(input.kernels.sigmoid(input.array, dtype=dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return SigmoidBackward.apply(grad, result), None


class SigmoidBackward(Function):
    """derivatives.yaml: sigmoid_backward: grad * (1 - result) * result."""

    @staticmethod
    def forward(ctx, grad, result):
        ctx.save_for_backward(grad, result)
        return wrap(grad.kernels.sigmoid_backward(grad.array, result.array, dtype=grad.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        cotangent, result = ctx.saved_tensors
        return SigmoidBackward.apply(grad, result), grad * cotangent * (1 - 2 * result)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """input above zero, negative_slope * input below. PyTorch: torch.nn.functional.leaky_relu."""
    check_tensor(input, "leaky_relu", "input", 1)
    _refuse_integers(input, "leaky_relu_cpu")
    result = LeakyRelu.apply(input, negative_slope)
    return _write(input, result) if inplace else result


class LeakyRelu(Function):
    """derivatives.yaml: leaky_relu."""

    @staticmethod
    def forward(ctx, input, slope):
        ctx.save_for_backward(input)
        ctx.slope = slope
        return wrap(input.kernels.leaky_relu(input.array, dtype=input.array.dtype, scalars=(slope,)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return LeakyReluBackward.apply(grad, input, ctx.slope), None


class LeakyReluBackward(Function):
    """derivatives.yaml: leaky_relu_backward."""

    @staticmethod
    def forward(ctx, grad, input, slope):
        ctx.save_for_backward(input)
        ctx.slope = slope
        kernel = grad.kernels.leaky_relu_backward
        return wrap(kernel(grad.array, input.array, dtype=grad.array.dtype, scalars=(slope,)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return LeakyReluBackward.apply(grad, input, ctx.slope), None, None


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """input times the normal distribution function of input, or its tanh approximation. PyTorch: F.gelu."""
    check_tensor(input, "gelu", "input", 1)
    _refuse_integers(input, "GeluKernelImpl")
    if approximate == "tanh":
        inner = math.sqrt(2 / math.pi) * (input + 0.044715 * (input * input * input))
        return 0.5 * input * (1 + tanh(inner))
    if approximate != "none":
        raise RuntimeError("approximate argument must be either none or tanh.")
    return Gelu.apply(input)


class Gelu(Function):
    """derivatives.yaml: gelu."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return wrap(input.kernels.gelu(input.array, dtype=input.array.dtype, scalars=(math.sqrt(0.5),)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        distribution = 0.5 * (1 + erf(input * math.sqrt(0.5)))
        density = exp(-0.5 * (input * input)) * (1 / math.sqrt(2 * math.pi))
        return grad * (distribution + input * density)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """input * sigmoid(input). PyTorch: torch.nn.functional.silu."""
    check_tensor(input, "silu", "input", 1)
    _refuse_integers(input, "silu_cpu")
    result = input * sigmoid(input)
    return _write(input, result) if inplace else result


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """input above zero, alpha * (exp(input) - 1) below. PyTorch: torch.nn.functional.elu."""
    check_tensor(input, "elu", "input", 1)
    _refuse_integers(input, "elu_cpu")
    result = Elu.apply(input, alpha)
    return _write(input, result) if inplace else result


class Elu(Function):
    """derivatives.yaml: elu. The gradient passes where input is NaN."""

    @staticmethod
    def forward(ctx, input, alpha):
        ctx.save_for_backward(input)
        ctx.alpha = alpha
        array, dtype, kernels = input.array, input.array.dtype, input.kernels
        below = kernels.mul(kernels.expm1(array, dtype=dtype), alpha, dtype=dtype)
        return wrap(kernels.where(kernels.gt(array, 0, dtype=dtype), array, below, dtype=dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return where(input <= 0, grad * (ctx.alpha * exp(input.clamp(max=0))), grad), None


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta * input)) / beta; the input itself where beta * input > threshold. PyTorch: F.softplus."""
    check_tensor(input, "softplus", "input", 1)
    _refuse_integers(input, "softplus_cpu")
    return Softplus.apply(input, beta, threshold)


class Softplus(Function):
    """derivatives.yaml: softplus."""

    @staticmethod
    def forward(ctx, input, beta, threshold):
        ctx.save_for_backward(input)
        ctx.beta, ctx.threshold = beta, threshold
        return wrap(input.kernels.softplus(input.array, dtype=input.array.dtype, scalars=(beta, threshold)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        scaled = input * ctx.beta
        return grad * sigmoid(scaled).masked_fill(scaled > ctx.threshold, 1), None, None


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(input)), without overflow. PyTorch: torch.nn.functional.logsigmoid."""
    check_tensor(input, "log_sigmoid", "input", 1)
    _refuse_integers(input, "log_sigmoid_cpu")
    return LogSigmoid.apply(input)


class LogSigmoid(Function):
    """derivatives.yaml: log_sigmoid_forward."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(max=0) - (-input.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad * sigmoid(-input)


def _floating(input: Tensor):
    return input.array.dtype if input.array.dtype.kind == "f" else types.get_default_dtype().numpy


def _refuse_integers(input: Tensor, kernel: str) -> None:
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")


def _write(input: Tensor, result: Tensor) -> Tensor:
    inplace.check(input)
    return inplace.assign(input, result)
