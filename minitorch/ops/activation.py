"""Activations. PyTorch: aten/src/ATen/native/Activation.cpp, torch/nn/functional.py."""

import math

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops import inplace
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor
from minitorch.ops.unary import exp


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(input, 0); NaN stays. PyTorch: torch.relu, torch.nn.functional.relu."""
    if not isinstance(input, Tensor):
        check_tensor(input, "relu", "input", 1)
    if input.array.dtype.kind == "b":
        raise RuntimeError("Boolean inputs not supported for relu")
    return write(input, Relu.apply(input)) if inplace else Relu.apply(input)


def relu_(input: Tensor) -> Tensor:
    """relu in place. PyTorch: torch.relu_."""
    return relu(input, inplace=True)


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


def tanh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The hyperbolic tangent. PyTorch: torch.tanh."""
    check_tensor(input, "tanh", "input", 1)
    result = Tanh.apply(input, _floating(input))
    return result if out is None else deliver(out, "tanh", result, input)


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


def sigmoid(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """1 / (1 + exp(-input)). PyTorch: torch.sigmoid."""
    check_tensor(input, "sigmoid", "input", 1)
    result = Sigmoid.apply(input, _floating(input))
    return result if out is None else deliver(out, "sigmoid", result, input)


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
    refuse_integers(input, "leaky_relu_cpu")
    result = LeakyRelu.apply(input, negative_slope)
    return write(input, result) if inplace else result


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """leaky_relu in place. PyTorch: torch.nn.functional.leaky_relu_."""
    return leaky_relu(input, negative_slope, inplace=True)


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


def gelu(input: Tensor, approximate: str = "none", *, out: Tensor | None = None) -> Tensor:
    """input times the normal distribution function of input, or its tanh approximation. PyTorch: F.gelu."""
    check_tensor(input, "gelu", "input", 1)
    refuse_integers(input, "GeluKernelImpl")
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    result = GeluTanh.apply(input) if approximate == "tanh" else Gelu.apply(input)
    return result if out is None else deliver(out, "gelu", result, input, cast=False)


class Gelu(Function):
    """derivatives.yaml: gelu."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return wrap(input.kernels.gelu(input.array, dtype=input.array.dtype, scalars=(math.sqrt(0.5),)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return GeluBackward.apply(grad, input)


class GeluBackward(Function):
    """derivatives.yaml: gelu_backward. The slope is P + input * p, with p = P' the normal density."""

    @staticmethod
    def forward(ctx, grad, input):
        ctx.save_for_backward(grad, input)
        kernel, dtype = grad.kernels.gelu_backward, grad.array.dtype
        return wrap(kernel(grad.array, input.array, dtype=dtype, scalars=(math.sqrt(0.5), _DENSITY)))

    @staticmethod
    def backward(ctx, grad):
        cotangent, input = ctx.saved_tensors
        square = input * input
        return GeluBackward.apply(grad, input), grad * cotangent * exp(-0.5 * square) * (2 - square) * _DENSITY


class GeluTanh(Function):
    """derivatives.yaml: gelu, of approximate="tanh"."""

    node_name = "GeluBackward0"

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * input * (1 + tanh(_gelu_inner(input)))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        bend = tanh(_gelu_inner(input))
        slope = (1 - bend * bend) * (_GELU_SCALE * (1 + 3 * _GELU_CUBIC * (input * input)))
        return grad * (0.5 * (1 + bend) + 0.5 * input * slope)


def _gelu_inner(input: Tensor) -> Tensor:
    return _GELU_SCALE * (input + _GELU_CUBIC * (input * input * input))


_DENSITY = 1 / math.sqrt(2 * math.pi)
_GELU_SCALE, _GELU_CUBIC = math.sqrt(2 / math.pi), 0.044715


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """input * sigmoid(input). PyTorch: torch.nn.functional.silu."""
    check_tensor(input, "silu", "input", 1)
    refuse_integers(input, "silu_cpu")
    result = Silu.apply(input)
    return write(input, result) if inplace else result


class Silu(Function):
    """derivatives.yaml: silu."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return wrap(input.kernels.silu(input.array, dtype=input.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return SiluBackward.apply(grad, input)


class SiluBackward(Function):
    """derivatives.yaml: silu_backward: grad * s * (1 + input * (1 - s)), with s the sigmoid."""

    @staticmethod
    def forward(ctx, grad, input):
        ctx.save_for_backward(grad, input)
        return wrap(grad.kernels.silu_backward(grad.array, input.array, dtype=grad.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        cotangent, input = ctx.saved_tensors
        s = sigmoid(input)
        return SiluBackward.apply(grad, input), grad * cotangent * s * (1 - s) * (2 + input * (1 - 2 * s))


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0, *, out: Tensor | None = None) -> Tensor:
    """log(1 + exp(beta * input)) / beta; the input itself where beta * input > threshold. PyTorch: F.softplus."""
    check_tensor(input, "softplus", "input", 1)
    refuse_integers(input, "softplus_cpu")
    result = Softplus.apply(input, beta, threshold)
    return result if out is None else deliver(out, "softplus", result, input, cast=False)


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


def logsigmoid(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """log(sigmoid(input)), without overflow. PyTorch: torch.nn.functional.logsigmoid."""
    check_tensor(input, "log_sigmoid", "input", 1)
    refuse_integers(input, "log_sigmoid_cpu")
    result = LogSigmoid.apply(input)
    return result if out is None else deliver(out, "log_sigmoid", result, input, cast=False)


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


def refuse_integers(input: Tensor, kernel: str) -> None:
    """Raise NotImplementedError in PyTorch's words, which name the kernel."""
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")


def write(input: Tensor, result: Tensor) -> Tensor:
    """What `inplace=True` does: the result takes the memory and the place of the input."""
    inplace.check(input, result)
    return inplace.assign(input, result)
