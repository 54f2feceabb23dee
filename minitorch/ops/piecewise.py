"""Activations made of straight pieces. PyTorch: aten/src/ATen/native/Activation.cpp, torch/nn/functional.py."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.ops.activation import refuse_integers, tanh, write
from minitorch.ops.creation import empty_like
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor
from minitorch.ops.rounding import clamp
from minitorch.ops.where import where


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """input, held between min_val and max_val. ValueError if min_val > max_val. PyTorch: F.hardtanh."""
    check_tensor(input, "hardtanh", "input", 1)
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if input.array.dtype.kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    result = Hardtanh.apply(input, min_val, max_val)
    return write(input, result) if inplace else result


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """input, held between 0 and 6. PyTorch: torch.nn.functional.relu6."""
    return hardtanh(input, 0, 6, inplace)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """hardtanh in place. PyTorch: torch.nn.functional.hardtanh_."""
    return hardtanh(input, min_val, max_val, inplace=True)


class Hardtanh(Function):
    """derivatives.yaml: hardtanh. No gradient passes at the bounds themselves."""

    @staticmethod
    def forward(ctx, input, low, high):
        ctx.save_for_backward(input)
        ctx.bounds = low, high
        if not input.array.size:
            return empty_like(input)  # which has strides of its own
        if input.array.dtype.kind != "f":
            low, high = int(low), int(high)
        return clamp(input, low, high)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        low, high = ctx.bounds
        return grad.masked_fill((input <= low) | (input >= high), 0), None, None


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """(input + 3) / 6, held between 0 and 1. PyTorch: torch.nn.functional.hardsigmoid."""
    check_tensor(input, "hardsigmoid", "input", 1)
    refuse_integers(input, "hardsigmoid_cpu")
    result = Hardsigmoid.apply(input)
    return write(input, result) if inplace else result


class Hardsigmoid(Function):
    """derivatives.yaml: hardsigmoid."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return clamp(input + 3, 0, 6) / 6

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return (grad * _SIXTH).masked_fill((input <= -3) | (input >= 3), 0)


_SIXTH = float(np.float32(1 / 6))  # PyTorch's derivative has it in float32 for every dtype


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """input * hardsigmoid(input). PyTorch: torch.nn.functional.hardswish."""
    check_tensor(input, "hardswish", "input", 1)
    refuse_integers(input, "hardswish_cpu")
    result = Hardswish.apply(input)
    return write(input, result) if inplace else result


class Hardswish(Function):
    """derivatives.yaml: hardswish."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input * clamp(input + 3, 0, 6) / 6

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        inner = where(input <= 3, grad * (input / 3 + 0.5), grad)
        return inner.masked_fill(input <= -3, 0)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """input where it is above the threshold, else value. PyTorch: torch.nn.functional.threshold."""
    return _threshold(input, threshold, value, inplace)


def _threshold(input: Tensor, threshold: float, value: float, inplace: bool) -> Tensor:
    check_tensor(input, "threshold", "input", 1)
    if input.array.dtype.kind == "b":
        raise NotImplementedError("\"threshold_cpu\" not implemented for 'Bool'")
    result = Threshold.apply(input, threshold, value)
    return write(input, result) if inplace else result


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """threshold in place. PyTorch: torch.threshold_."""
    return _threshold(input, threshold, value, inplace=True)


class Threshold(Function):
    """derivatives.yaml: threshold. NaN is not at or below the threshold, and stays."""

    @staticmethod
    def forward(ctx, input, threshold, value):
        ctx.save_for_backward(input)
        ctx.threshold = threshold
        return input.masked_fill(input <= threshold, value)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad.masked_fill(input <= ctx.threshold, 0), None, None


def softshrink(input: Tensor, lambd: float = 0.5, *, out: Tensor | None = None) -> Tensor:
    """input moved towards 0 by lambd, and 0 within. PyTorch: torch.nn.functional.softshrink."""
    check_tensor(input, "softshrink", "input", 1)
    refuse_integers(input, "softshrink_check")
    largest = types.finfo(input.dtype).max
    if not 0 <= lambd <= largest:
        raise RuntimeError(
            f"lambda must be in range [0, {largest:g}] for input dtype {types.SCALAR_NAME[input.dtype]}, but "
            f"found {lambd:g}"
        )
    result = Softshrink.apply(input, lambd)
    return result if out is None else deliver(out, "softshrink", result, input, cast=False)


class Softshrink(Function):
    """derivatives.yaml: softshrink."""

    @staticmethod
    def forward(ctx, input, lambd):
        ctx.save_for_backward(input)
        ctx.lambd = lambd
        return where(input > lambd, input - lambd, where(input < -lambd, input + lambd, input * 0))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad.masked_fill((input >= -ctx.lambd) & (input <= ctx.lambd), 0), None


def hardshrink(input: Tensor, lambd: float = 0.5, *, out: Tensor | None = None) -> Tensor:
    """input, but 0 within -lambd .. lambd. PyTorch: torch.nn.functional.hardshrink, torch.hardshrink."""
    check_tensor(input, "hardshrink", "input", 1)
    refuse_integers(input, "hardshrink_cpu")
    result = Hardshrink.apply(input, lambd)
    return result if out is None else deliver(out, "hardshrink", result, input, cast=False)


class Hardshrink(Function):
    """derivatives.yaml: hardshrink."""

    @staticmethod
    def forward(ctx, input, lambd):
        ctx.save_for_backward(input)
        ctx.lambd = lambd
        return input.masked_fill((input >= -lambd) & (input <= lambd), 0)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return grad.masked_fill((input >= -ctx.lambd) & (input <= ctx.lambd), 0), None


def tanhshrink(input: Tensor) -> Tensor:
    """input - tanh(input). PyTorch: torch.nn.functional.tanhshrink."""
    return input - tanh(input)


def softsign(input: Tensor) -> Tensor:
    """input / (1 + |input|). PyTorch: torch.nn.functional.softsign."""
    return input / (input.abs() + 1)
