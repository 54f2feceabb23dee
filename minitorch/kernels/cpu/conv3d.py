"""Convolution over volumes: a sum of image convolutions, one for each depth of the kernel. PyTorch: native/Convolution.cpp.

A volume (N, C, D, H, W) seen by one depth tap of the kernel is N * OD images. float32 is summed as float64: results
of taps that are rounded before they are added lose a digit that PyTorch keeps.
"""

import numpy as np

from minitorch.kernels.cpu.conv import conv2d, conv2d_input
from minitorch.kernels.cpu.conv_backward import conv2d_parameters
from minitorch.kernels.cpu.memory import zeros

Triple = tuple[int, int, int]


def conv3d(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: Triple,
    padding: Triple,
    dilation: Triple,
    groups: int,
) -> np.ndarray:
    """(N, C, D, H, W) with (O, C / groups, KD, KH, KW) -> (N, O, OD, OH, OW)."""
    depth = (input.shape[2] + 2 * padding[0] - dilation[0] * (weight.shape[2] - 1) - 1) // stride[0] + 1
    flat = stride[1:], padding[1:], dilation[1:], groups
    result = None
    for tap in range(weight.shape[2]):
        source, target = _depths(tap, input.shape[2], depth, stride[0], padding[0], dilation[0])
        if source.start >= source.stop and result is not None:
            continue
        images = conv2d(_images(input[:, :, source]), _tap(weight, tap), None, *flat)
        if result is None:
            result = zeros((input.shape[0], weight.shape[0], depth, *images.shape[2:]), images.dtype)
        result[:, :, target] += _volumes(images, input.shape[0])
    if bias is not None:
        result += bias.reshape(-1, 1, 1, 1)
    return result.astype(input.dtype, copy=False)


def conv3d_input(
    grad: np.ndarray,
    weight: np.ndarray,
    input_shape: tuple[int, ...],
    stride: Triple,
    padding: Triple,
    dilation: Triple,
    groups: int,
) -> np.ndarray:
    """The gradient to the input, (N, C, D, H, W), of the gradient (N, O, OD, OH, OW)."""
    result = zeros(tuple(input_shape), _wide(grad.dtype))
    flat = stride[1:], padding[1:], dilation[1:], groups
    for tap in range(weight.shape[2]):
        source, target = _depths(tap, input_shape[2], grad.shape[2], stride[0], padding[0], dilation[0])
        count = len(range(*target.indices(grad.shape[2])))
        if count:
            shape = (input_shape[0] * count, input_shape[1], *input_shape[3:])
            images = conv2d_input(_images(grad[:, :, target]), _tap(weight, tap), shape, *flat)
            result[:, :, source] += _volumes(images, input_shape[0])
    return result.astype(grad.dtype, copy=False)


def conv3d_parameters(
    grad: np.ndarray,
    input: np.ndarray,
    weight_shape: tuple[int, ...],
    stride: Triple,
    padding: Triple,
    dilation: Triple,
    groups: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients to the weight, (O, C / groups, KD, KH, KW), and to the bias, (O,)."""
    result = zeros(tuple(weight_shape), _wide(grad.dtype))
    flat = stride[1:], padding[1:], dilation[1:], groups
    shape = (*weight_shape[:2], *weight_shape[3:])
    for tap in range(weight_shape[2]):
        source, target = _depths(tap, input.shape[2], grad.shape[2], stride[0], padding[0], dilation[0])
        if target.start < target.stop:
            result[:, :, tap], _ = conv2d_parameters(
                _images(grad[:, :, target]), _images(input[:, :, source]), shape, *flat
            )
    return result.astype(grad.dtype, copy=False), grad.sum((0, 2, 3, 4), dtype=_wide(grad.dtype)).astype(grad.dtype)


def _depths(tap: int, depth: int, out: int, stride: int, padding: int, dilation: int) -> tuple[slice, slice]:
    """The input depths that a tap reads, and the output depths that read them; the rest falls on padding."""
    offset = tap * dilation - padding
    first = max(0, -(offset // stride))  # the smallest depth d with d * stride + offset >= 0
    last = min(out, (depth - 1 - offset) // stride + 1)
    if last <= first:
        return slice(0, 0), slice(0, 0)
    return slice(first * stride + offset, (last - 1) * stride + offset + 1, stride), slice(first, last)


def _images(volumes: np.ndarray) -> np.ndarray:
    """(N, C, D, H, W) -> (N * D, C, H, W)."""
    swapped = np.ascontiguousarray(volumes.transpose(0, 2, 1, 3, 4), _wide(volumes.dtype))
    return swapped.reshape(-1, *swapped.shape[2:])


def _volumes(images: np.ndarray, batch: int) -> np.ndarray:
    """(N * D, C, H, W) -> (N, C, D, H, W)."""
    return images.reshape(batch, -1, *images.shape[1:]).transpose(0, 2, 1, 3, 4)


def _tap(weight: np.ndarray, tap: int) -> np.ndarray:
    return np.ascontiguousarray(weight[:, :, tap], _wide(weight.dtype))


def _wide(dtype: np.dtype) -> np.dtype:
    return np.dtype(np.float64) if dtype.kind == "f" else dtype
