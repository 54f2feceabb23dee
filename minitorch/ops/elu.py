"""ELU and its two relations. PyTorch: aten/src/ATen/native/Activation.cpp."""

from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.ops.activation import refuse_integers, write
from minitorch.ops.promotion import check_tensor
from minitorch.ops.unary import exp, expm1
from minitorch.ops.where import where


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """input above zero, alpha * (exp(input) - 1) below. PyTorch: torch.nn.functional.elu."""
    return _apply("elu", Elu, input, inplace, alpha, 1, 1)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """elu, scaled so that mean 0 and variance 1 stay. PyTorch: torch.nn.functional.selu, torch.selu."""
    return _apply("selu", Elu, input, inplace, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """input above zero, alpha * (exp(input / alpha) - 1) below. PyTorch: torch.nn.functional.celu, torch.celu."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return _apply("celu", Celu, input, inplace, alpha, 1, 1 / alpha)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """elu in place. PyTorch: torch.nn.functional.elu_."""
    return elu(input, alpha, inplace=True)


def selu_(input: Tensor) -> Tensor:
    """selu in place. PyTorch: torch.selu_."""
    return selu(input, inplace=True)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """celu in place. PyTorch: torch.celu_."""
    return celu(input, alpha, inplace=True)


class Elu(Function):
    """derivatives.yaml: elu. The gradient passes where input is NaN."""

    @staticmethod
    def forward(ctx, input, alpha, scale, input_scale):
        ctx.save_for_backward(input)
        ctx.factors = alpha, scale, input_scale
        return where(input > 0, input * scale, expm1(input * input_scale) * (alpha * scale))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        alpha, scale, input_scale = ctx.factors
        below = exp(input.clamp(max=0) * input_scale) * (alpha * scale * input_scale)
        return where(input <= 0, grad * below, grad * scale), None, None, None


class Celu(Elu):
    """derivatives.yaml: celu."""


def _apply(name: str, function: type[Elu], input: Tensor, inplace: bool, *factors: float) -> Tensor:
    check_tensor(input, name, "input", 1)
    refuse_integers(input, "elu_cpu")
    result = function.apply(input, *factors)
    return write(input, result) if inplace else result
