"""Batch, instance, layer and group normalisation. PyTorch: aten/src/ATen/native/{Normalization,layer_norm,group_norm}.cpp.

A first derivative is one kernel; where it is to be differentiated again (create_graph) it is written in operations.
"""

import math
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import mode, no_grad
from minitorch.ops.promotion import check_tensor
from minitorch.ops.reduce import mean, sum
from minitorch.ops.turning import repeat
from minitorch.ops.unary import rsqrt


def batch_norm(
    input: Tensor,  # (N, C, *)
    running_mean: Tensor | None,  # (C,), as all others
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Every channel to mean 0 and variance 1 over the batch, then scaled by weight and shifted by bias.

    In training the batch's own mean and variance are used, and the running ones moved towards them by `momentum`;
    otherwise the running ones are used. PyTorch: torch.nn.functional.batch_norm.
    """
    check_tensor(input, "batch_norm", "input", 1)
    if training and input.array.ndim > 1 and input.array.size == input.array.shape[1] != 0:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.shape}")
    if eps < 0 or training and eps == 0:
        wanted = "positive during training" if training else "non-negative"
        raise ValueError(f"batch_norm eps must be {wanted}, but got {eps}")
    return _batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)


def _batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps) -> Tensor:
    if input.array.size == 0:
        result = input.clone() if weight is None else input * weight[0]
        return result if bias is None else result + bias[0]
    channels = input.array.shape[1]
    named = ("running_mean", running_mean), ("running_var", running_var), ("weight", weight), ("bias", bias)
    for name, each in named:
        if each is None and name.startswith("running") and not training:
            raise RuntimeError(f"{name} must be defined in evaluation mode")
        if each is not None and each.array.size != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {each.array.size}")
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"batch_norm\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
    return NativeBatchNorm.apply(input, weight, bias, running_mean, running_var, training, momentum, eps)


class NativeBatchNorm(Function):
    """derivatives.yaml: native_batch_norm."""

    @staticmethod
    def forward(ctx, input, weight, bias, running_mean, running_var, training, momentum, eps):
        array, kernels = _three_dimensions(input.array), input.kernels
        if training:
            mean, variance = kernels.channel_statistics(array)
            count = array.shape[0] * array.shape[2]
            _move(running_mean, mean, momentum, 1.0)
            _move(running_var, variance, momentum, count / (count - 1) if count > 1 else math.nan)
        else:
            mean, variance = (each.array.astype(np.float64) for each in (running_mean, running_var))
        affine = [None if each is None else each.array for each in (weight, bias)]
        invstd, factor, shift = kernels.channel_affine(mean, variance, *affine, eps, array.dtype)
        ctx.save_for_backward(input, weight)
        ctx.statistics = mean, invstd
        ctx.training, ctx.eps = training, eps
        result = kernels.channel_scale(array, factor, shift)
        return wrap(result.reshape(input.array.shape))

    @staticmethod
    def backward(ctx, grad):
        input, weight = ctx.saved_tensors
        function = _batch_backward_again if mode.enabled else _batch_backward
        gradients = function(grad, input, weight, *ctx.statistics, ctx.training, ctx.eps)
        return *_needed(ctx, gradients), None, None, None, None, None


def _batch_backward(grad, input, weight, mean, invstd, training, eps):
    gradients = grad.kernels.batch_norm_backward(
        _three_dimensions(grad.array),
        _three_dimensions(input.array),
        mean,
        invstd,
        None if weight is None else weight.array,
        training,
    )
    return wrap(gradients[0].reshape(input.array.shape)), wrap(gradients[1]), wrap(gradients[2])


def _batch_backward_again(grad, input, weight, average, invstd, training, eps):
    """The same in operations."""
    shape = _three_dimensions(input.array).shape
    x, g = input.reshape(shape), grad.reshape(shape)
    per_channel = (1, shape[1], 1)
    if training:
        centred = x - mean(x, (0, 2), keepdim=True)
        deviation = rsqrt(mean(centred * centred, (0, 2), keepdim=True) + eps)
    else:
        centred = x - wrap(average.astype(x.array.dtype).reshape(per_channel))
        deviation = wrap(invstd.astype(x.array.dtype).reshape(per_channel))
    normal = centred * deviation
    scaled = g if weight is None else g * weight.view(per_channel)
    if training:
        to_input = _without_mean_and_slope(scaled, normal, deviation, (0, 2))
    else:
        to_input = scaled * deviation
    return to_input.reshape(input.array.shape), sum(g * normal, (0, 2)), sum(g, (0, 2))


def _without_mean_and_slope(grad: Tensor, normal: Tensor, deviation: Tensor, axes: tuple[int, ...]) -> Tensor:
    """What normalising lets through of a gradient: no constant, and nothing along the result itself."""
    level, slope = mean(grad, axes, keepdim=True), mean(grad * normal, axes, keepdim=True)
    return (grad - level - normal * slope) * deviation


def _move(running: Tensor | None, value, momentum: float, factor: float) -> None:
    if running is not None:
        running.kernels.move_statistic(running.array, value, momentum, factor)
        running._storage.version += 1


def instance_norm(
    input: Tensor,  # (N, C, *)
    running_mean: Tensor | None = None,  # (C,), as all others
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """batch_norm of every sample by itself. PyTorch: torch.nn.functional.instance_norm."""
    check_tensor(input, "instance_norm", "input", 1)
    shape = input.array.shape
    if use_input_stats and math.prod(shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape}")
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    batch, channels = shape[:2]
    running = [None if each is None else repeat(each, batch).detach() for each in (running_mean, running_var)]
    affine = [None if each is None else repeat(each, batch) for each in (weight, bias)]
    view = input.contiguous().view(1, batch * channels, *shape[2:])
    result = _batch_norm(view, *affine, *running, use_input_stats, momentum, eps)
    if use_input_stats:
        with no_grad():
            for each, wide in zip((running_mean, running_var), running):
                if each is not None:
                    each.copy_(wide.view(batch, channels).mean(0))
    return result.view(shape)


def layer_norm(
    input: Tensor,  # (*, normalized_shape)
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,  # of normalized_shape, as bias
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """The last dimensions to mean 0 and variance 1, then scaled and shifted. PyTorch: torch.nn.functional.layer_norm."""
    check_tensor(input, "layer_norm", "input", 1)
    shape = check_normalized_shape(input, normalized_shape, "*, ", weight=weight, bias=bias)
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"LayerNormKernelImpl\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
    return NativeLayerNorm.apply(input, weight, bias, math.prod(shape), 1, 1, eps)


def group_norm(
    input: Tensor,  # (N, C, *)
    num_groups: int,
    weight: Tensor | None = None,  # (C,), as bias
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Every group of channels of a sample to mean 0 and variance 1, then each channel scaled and shifted.

    Raises RuntimeError unless the groups divide the channels. PyTorch: torch.nn.functional.group_norm.
    """
    check_tensor(input, "group_norm", "input", 1)
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each.array.shape != (shape[1],):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {list(each.array.shape)} and input of shape {list(shape)}"
            )
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"GroupNormKernelImpl\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
    inner = math.prod(shape[2:])
    return NativeGroupNorm.apply(input, weight, bias, shape[1] // num_groups * inner, num_groups, inner, eps)


class NativeLayerNorm(Function):
    """derivatives.yaml: native_layer_norm. `groups` and `inner` as in kernels/cpu/norm.py (row_norm)."""

    @staticmethod
    def forward(ctx, input, weight, bias, length, groups, inner, eps):
        ctx.save_for_backward(input, weight)
        array = input.array
        if array.size == 0:
            ctx.layout, ctx.statistics = (0, length, groups, inner, eps), (np.empty(0), np.empty(0))
            return wrap(array.copy())
        rows = array.reshape(-1, length)
        arrays = [None if each is None else each.array for each in (weight, bias)]
        result, *ctx.statistics = input.kernels.row_norm(rows, *arrays, groups, inner, eps)
        ctx.layout = len(rows), length, groups, inner, eps
        return wrap(result.reshape(array.shape))

    @staticmethod
    def backward(ctx, grad):
        input, weight = ctx.saved_tensors
        if mode.enabled or input.array.size == 0:
            gradients = _row_backward_again(grad, input, weight, *ctx.layout)
        else:
            gradients = _row_backward(grad, input, weight, ctx.statistics, *ctx.layout)
        gradients = [each.reshape(weight.array.shape) if place and weight is not None else each
                     for place, each in enumerate(gradients)]
        return *_needed(ctx, gradients), None, None, None, None


class NativeGroupNorm(NativeLayerNorm):
    """derivatives.yaml: native_group_norm."""


def _row_backward(grad, input, weight, statistics, rows, length, groups, inner, eps):
    arrays = grad.array.reshape(rows, length), input.array.reshape(rows, length)
    weight = None if weight is None else weight.array
    to_input, *others = grad.kernels.row_norm_backward(*arrays, *statistics, weight, groups, inner)
    return wrap(to_input.reshape(input.array.shape)), wrap(others[0]), wrap(others[1])


def _row_backward_again(grad, input, weight, rows, length, groups, inner, eps):
    """The same in operations: (batch, groups, channels of a group, inner)."""
    shape = (rows // groups, groups, length // inner if inner else 0, inner)
    x, g = input.reshape(shape), grad.reshape(shape)
    centred = x - mean(x, (2, 3), keepdim=True)
    deviation = rsqrt(mean(centred * centred, (2, 3), keepdim=True) + eps)
    normal = centred * deviation
    scaled = g if weight is None else g * weight.reshape(1, *shape[1:3], 1)
    to_input = _without_mean_and_slope(scaled, normal, deviation, (2, 3))
    return to_input.reshape(input.array.shape), sum(g * normal, (0, 3)).reshape(-1), sum(g, (0, 3)).reshape(-1)


def _needed(ctx, gradients) -> tuple[Tensor | None, ...]:
    return tuple([each if needed else None for each, needed in zip(gradients, ctx.needs_input_grad)])


def check_normalized_shape(input: Tensor, normalized_shape: Sequence[int], before: str, **affine) -> tuple[int, ...]:
    """The shape as a tuple. Raises RuntimeError in PyTorch's words where input, weight or bias do not fit it."""
    shape = tuple(normalized_shape)
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for name, each in affine.items():
        if each is not None and each.array.shape != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(each.array.shape)} and normalized_shape = {list(shape)}"
            )
    if input.array.shape[max(0, input.array.ndim - len(shape)) :] != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{before}{', '.join(map(str, shape))}], but "
            f"got input of size{list(input.array.shape)}"
        )
    return shape


def _three_dimensions(array: np.ndarray) -> np.ndarray:
    """(N, C, everything else)."""
    return array.reshape(*array.shape[:2], math.prod(array.shape[2:]))
