"""The patches of images as columns, and columns added back. PyTorch: aten/src/ATen/native/cuda/im2col.cuh."""

import numpy as np

from minitorch.kernels.cpu.im2col import Pair
from minitorch.kernels.cuda._compile import THREADS, blocks, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import in_order
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty

_BITS = {1: np.uint8, 2: np.int16, 4: np.int32, 8: np.int64}  # what is only copied


def im2col(
    input: DeviceArray, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> DeviceArray:  # (N, C, H, W) -> (N, C * KH * KW, patches)
    """What each tap of the kernel sees, in all places of the kernel; zeros beyond the image."""
    batch, channels, *size = input.shape
    extent = _extent(size, kernel, dilation, padding, stride)
    result = empty((batch, channels * kernel[0] * kernel[1], extent[0] * extent[1]), input.dtype)
    if result.size:
        image, columns = (each.view(_BITS[input.itemsize]) for each in (in_order(input), result))
        _im2col[blocks(result.size), THREADS](
            image, columns, result.size, tuple(size), extent, kernel, dilation, padding, stride
        )
    return result


def col2im(
    columns: DeviceArray, size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> DeviceArray:  # (N, C * KH * KW, patches) -> (N, C, H, W)
    """The patches added up where they came from: the transpose of im2col."""
    if columns.dtype == np.float16:
        return col2im(columns.astype(np.float32), size, kernel, dilation, padding, stride).astype(np.float16)
    result = empty((columns.shape[0], columns.shape[1] // (kernel[0] * kernel[1]), *size), columns.dtype)
    if result.size:
        extent = _extent(size, kernel, dilation, padding, stride)
        _col2im[blocks(result.size), THREADS](
            in_order(columns), result, result.size, tuple(size), extent, kernel, dilation, padding, stride
        )
    return result


def _extent(size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Pair:
    """How many places the kernel has, down and across."""
    reach = [each + 2 * pad - step * (taps - 1) - 1 for each, pad, step, taps in zip(size, padding, dilation, kernel)]
    return reach[0] // stride[0] + 1, reach[1] // stride[1] + 1


@kernel
def _im2col(image, columns, count, size, extent, window, dilation, padding, stride):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        ox, rest = i % extent[1], i // extent[1]
        oy, rest = rest % extent[0], rest // extent[0]
        kx, rest = rest % window[1], rest // window[1]
        ky, plane = rest % window[0], rest // window[0]
        y, x = oy * stride[0] + ky * dilation[0] - padding[0], ox * stride[1] + kx * dilation[1] - padding[1]
        inside = 0 <= y < size[0] and 0 <= x < size[1]
        columns[i] = image[(plane * size[0] + y) * size[1] + x] if inside else image.dtype.type(0)


@kernel
def _col2im(columns, image, count, size, extent, window, dilation, padding, stride):
    """A pixel asks every tap for the place of the kernel from which it is seen."""
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        x, line = i % size[1] + padding[1], i // size[1]
        y, plane = line % size[0] + padding[0], line // size[0]
        total = image.dtype.type(0)
        for ky in range(window[0]):
            down = y - ky * dilation[0]
            if down >= 0 and down % stride[0] == 0 and down // stride[0] < extent[0]:
                for kx in range(window[1]):
                    right = x - kx * dilation[1]
                    if right >= 0 and right % stride[1] == 0 and right // stride[1] < extent[1]:
                        row = ((plane * window[0] + ky) * window[1] + kx) * extent[0] + down // stride[0]
                        total += columns[row * extent[1] + right // stride[1]]
        image[i] = total
