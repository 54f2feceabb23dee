"""Maximum and average over windows of images. PyTorch: aten/src/ATen/native/cuda/{DilatedMaxPool2d,AveragePool2d}.cu.

A thread is one element of what is written. A gradient is gathered: an element goes through the windows that cover it,
from the first to the last, and nothing is added to by two threads.
"""

import math

import numpy as np

from minitorch.kernels.cpu.pool import Pair
from minitorch.kernels.cpu.pool import output_extent as output_extent
from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import in_order
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.indexing import index_add
from minitorch.kernels.cuda.memory import empty, from_host

_MANY = 1024  # places of a plane that one thread adds to, one after the other


def max_pool2d(
    input: DeviceArray,  # (N, C, H, W)
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    ceil_mode: bool,
) -> tuple[DeviceArray, DeviceArray]:
    """The largest element of each window, and its place y * W + x in the plane as int64. NaN wins.

    PyTorch: torch.ops.aten.max_pool2d_with_indices.
    """
    result, choices = max_pool2d_choices(input, kernel, stride, padding, dilation, ceil_mode)
    return result, max_pool2d_indices(choices, input.shape, kernel, stride, padding, dilation)


def max_pool2d_choices(
    input: DeviceArray, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[DeviceArray, DeviceArray]:
    """The largest element of each window, and which of the window's it is, ky * KW + kx: one byte where that fits.

    For the gradient a byte says as much as the eight of an index, and is an eighth of the memory to move.
    """
    extent = output_extent(input.shape, kernel, stride, padding, dilation, ceil_mode)
    result = empty((*input.shape[:2], *extent), input.dtype)
    choices = empty(result.shape, np.uint8 if kernel[0] * kernel[1] <= 256 else np.int32)
    lowest = input.dtype.type(-math.inf if input.dtype.kind == "f" else np.iinfo(input.dtype).min)
    if result.size:
        _max_pool2d[blocks(result.size), THREADS](
            in_order(input), result, choices, lowest, result.size, input.shape[2:], extent, kernel, stride, padding, dilation
        )
    return result, choices


def max_pool2d_indices(
    choices: DeviceArray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> DeviceArray:
    """Turn places in windows into places y * W + x in the plane, int64."""
    indices = empty(choices.shape, np.int64)
    if indices.size:
        _indices[blocks(indices.size), THREADS](
            in_order(choices), indices, indices.size, input_shape[3], choices.shape[2:], kernel[1], stride, padding, dilation
        )
    return indices


def max_pool2d_backward(grad: DeviceArray, indices: DeviceArray, input_shape: tuple[int, ...]) -> DeviceArray:
    """Add each element of grad to the place that its int64 index names: -> (N, C, H, W).

    PyTorch: torch.ops.aten.max_pool2d_with_indices_backward.
    """
    result = empty(tuple(input_shape), grad.dtype)
    if result.size:
        result.fill(0)
        planes, size = input_shape[0] * input_shape[1], input_shape[2] * input_shape[3]
        if grad.size > planes * _MANY:
            lines = from_host(np.arange(planes)[:, None]), in_order(indices).reshape(planes, -1)
            index_add(result.reshape(planes, size), lines, in_order(grad).reshape(planes, -1))
        else:
            _add_to_places[blocks(planes, 32), 32](
                in_order(grad), in_order(indices), result, planes, grad.size // planes, size
            )
    return result


def max_pool2d_choices_backward(
    grad: DeviceArray,
    choices: DeviceArray,
    input_shape: tuple[int, ...],
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
) -> DeviceArray:
    """The gradient of `max_pool2d_choices` to its input: -> (N, C, H, W)."""
    result = empty(tuple(input_shape), grad.dtype)
    if result.size:
        _max_pool2d_backward[blocks(result.size), THREADS](
            in_order(grad), in_order(choices), result, result.size, tuple(input_shape[2:]), grad.shape[2:], kernel, stride,
            padding, dilation,
        )  # fmt: skip
    return result


def avg_pool2d(
    input: DeviceArray,  # (N, C, H, W)
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> DeviceArray:
    """The mean of each window: -> (N, C, OH, OW). PyTorch: torch.ops.aten.avg_pool2d."""
    extent = output_extent(input.shape, kernel, stride, padding, (1, 1), ceil_mode)
    result = empty((*input.shape[:2], *extent), input.dtype)
    if result.size:
        _avg_pool2d[blocks(result.size), THREADS](
            in_order(input), result, result.size, input.shape[2:], extent, kernel, stride, padding, count_include_pad,
            divisor_override or 0,
        )  # fmt: skip
    return result


def avg_pool2d_backward(
    grad: DeviceArray,  # (N, C, OH, OW)
    input_shape: tuple[int, ...],
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> DeviceArray:
    """The gradient of `avg_pool2d` to its input: -> (N, C, H, W). PyTorch: torch.ops.aten.avg_pool2d_backward."""
    result = empty(tuple(input_shape), grad.dtype)
    if result.size:
        _avg_pool2d_backward[blocks(result.size), THREADS](
            in_order(grad), result, result.size, tuple(input_shape[2:]), grad.shape[2:], kernel, stride, padding,
            count_include_pad, divisor_override or 0,
        )  # fmt: skip
    return result


@device
def _first_inside(start, dilation):
    """The first tap of a window that is not before the image."""
    return 0 if start >= 0 else (dilation - 1 - start) // dilation


@kernel
def _max_pool2d(source, best, choices, lowest, count, size, extent, window, stride, padding, dilation):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        x, line = i % extent[1], i // extent[1]
        top = line % extent[0] * stride[0] - padding[0]
        left = x * stride[1] - padding[1]
        plane = line // extent[0] * size[0]
        largest, choice, started = lowest, 0, False
        for ky in range(_first_inside(top, dilation[0]), window[0]):
            y = top + ky * dilation[0]
            if y >= size[0]:
                break
            for kx in range(_first_inside(left, dilation[1]), window[1]):
                column = left + kx * dilation[1]
                if column >= size[1]:
                    break
                value = source[(plane + y) * size[1] + column]
                if not started or value > largest or value != value:
                    largest, choice, started = value, ky * window[1] + kx, True
        best[i] = largest
        choices[i] = choice


@kernel
def _indices(choices, indices, count, width, extent, window_x, stride, padding, dilation):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        x, y, choice = i % extent[1], i // extent[1] % extent[0], np.int64(choices[i])
        row = y * stride[0] - padding[0] + choice // window_x * dilation[0]
        indices[i] = row * width + x * stride[1] - padding[1] + choice % window_x * dilation[1]


@kernel
def _add_to_places(source, places, result, planes, window_count, size):
    """A thread has a plane: the places come in any order."""
    for plane in range(cuda.grid(1), planes, cuda.gridsize(1)):
        for i in range(plane * window_count, (plane + 1) * window_count):
            result[plane * size + places[i]] += source[i]


@kernel
def _max_pool2d_backward(source, choices, result, count, size, extent, window, stride, padding, dilation):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        x, line = i % size[1] + padding[1], i // size[1]
        y, plane = line % size[0] + padding[0], line // size[0] * extent[0]
        total = source.dtype.type(0)
        for oy in range(_first_window(y, window[0], stride[0], dilation[0]), min(extent[0], y // stride[0] + 1)):
            row = y - oy * stride[0]
            for ox in range(_first_window(x, window[1], stride[1], dilation[1]), min(extent[1], x // stride[1] + 1)):
                column = x - ox * stride[1]
                if row % dilation[0] == 0 and column % dilation[1] == 0:
                    place = (plane + oy) * extent[1] + ox
                    if choices[place] == row // dilation[0] * window[1] + column // dilation[1]:
                        total += source[place]
        result[i] = total


@device
def _first_window(place, window, stride, dilation):
    """The first window whose last tap is not before a place."""
    before = place - (window - 1) * dilation
    return 0 if before <= 0 else (before + stride - 1) // stride


@device
def _divisor(place, size, window, stride, padding, with_padding):
    """How many elements a window has, along one axis."""
    start = place * stride - padding
    end = min(start + window, size + padding)
    if not with_padding:
        start, end = max(start, 0), min(end, size)
    return max(end - start, 1)


@kernel
def _avg_pool2d(source, result, count, size, extent, window, stride, padding, with_padding, override):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        ox, line = i % extent[1], i // extent[1]
        oy, plane = line % extent[0], line // extent[0] * size[0]
        top, left = oy * stride[0] - padding[0], ox * stride[1] - padding[1]
        total = source.dtype.type(0)
        for y in range(max(top, 0), min(top + window[0], size[0])):
            for x in range(max(left, 0), min(left + window[1], size[1])):
                total += source[(plane + y) * size[1] + x]
        divisor = override
        if override == 0:
            divisor = _divisor(oy, size[0], window[0], stride[0], padding[0], with_padding)
            divisor *= _divisor(ox, size[1], window[1], stride[1], padding[1], with_padding)
        result[i] = total / source.dtype.type(divisor)


@kernel
def _avg_pool2d_backward(source, result, count, size, extent, window, stride, padding, with_padding, override):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        x, line = i % size[1] + padding[1], i // size[1]
        y, plane = line % size[0] + padding[0], line // size[0] * extent[0]
        total = source.dtype.type(0)
        for oy in range(_first_window(y, window[0], stride[0], 1), min(extent[0], y // stride[0] + 1)):
            for ox in range(_first_window(x, window[1], stride[1], 1), min(extent[1], x // stride[1] + 1)):
                divisor = override
                if override == 0:
                    divisor = _divisor(oy, size[0], window[0], stride[0], padding[0], with_padding)
                    divisor *= _divisor(ox, size[1], window[1], stride[1], padding[1], with_padding)
                total += source[(plane + oy) * extent[1] + ox] / source.dtype.type(divisor)
        result[i] = total
