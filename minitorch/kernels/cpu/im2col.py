"""The patches of images as columns, and columns added back. PyTorch: aten/src/ATen/native/im2col.h."""

import numpy as np

from minitorch.kernels.cpu.memory import empty, zeros

Pair = tuple[int, int]


def im2col(
    input: np.ndarray, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> np.ndarray:  # (N, C, H, W) -> (N, C * KH * KW, patches)
    """What each tap of the kernel sees, in all places of the kernel; zeros beyond the image."""
    batch, channels, height, width = input.shape
    padded = zeros((batch, channels, height + 2 * padding[0], width + 2 * padding[1]), input.dtype)
    padded[:, :, padding[0] : padding[0] + height, padding[1] : padding[1] + width] = input
    extent = _extent((height, width), kernel, dilation, padding, stride)
    result = empty((batch, channels, *kernel, *extent), input.dtype)
    for y in range(kernel[0]):
        for x in range(kernel[1]):
            result[:, :, y, x] = _seen(padded, y * dilation[0], x * dilation[1], extent, stride)
    return result.reshape(batch, channels * kernel[0] * kernel[1], extent[0] * extent[1])


def col2im(
    columns: np.ndarray, size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> np.ndarray:  # (N, C * KH * KW, patches) -> (N, C, H, W)
    """The patches added up where they came from: the transpose of im2col."""
    batch, channels = columns.shape[0], columns.shape[1] // (kernel[0] * kernel[1])
    extent = _extent(size, kernel, dilation, padding, stride)
    columns = columns.reshape(batch, channels, *kernel, *extent)
    padded = zeros((batch, channels, size[0] + 2 * padding[0], size[1] + 2 * padding[1]), columns.dtype)
    for y in range(kernel[0]):
        for x in range(kernel[1]):
            _seen(padded, y * dilation[0], x * dilation[1], extent, stride)[...] += columns[:, :, y, x]
    return np.ascontiguousarray(padded[:, :, padding[0] : padding[0] + size[0], padding[1] : padding[1] + size[1]])


def _seen(padded: np.ndarray, y: int, x: int, extent: Pair, stride: Pair) -> np.ndarray:
    return padded[
        :, :, y : y + (extent[0] - 1) * stride[0] + 1 : stride[0], x : x + (extent[1] - 1) * stride[1] + 1 : stride[1]
    ]


def _extent(size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Pair:
    """How many places the kernel has, down and across."""
    reach = [each + 2 * pad - step * (taps - 1) - 1 for each, pad, step, taps in zip(size, padding, dilation, kernel)]
    return reach[0] // stride[0] + 1, reach[1] // stride[1] + 1
