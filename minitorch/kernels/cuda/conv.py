"""Convolution of images, and its gradient to them, as implicit matrix products. PyTorch: aten/src/ATen/native/cudnn/ConvShared.cpp.

Forward: rows are output channels, columns the pixels of all results, k runs over channels and taps. Nobody writes that
matrix of windows out: a table says, for each k, how far its pixel lies from the window's first and by how many lines
and columns, to see whether it is inside. The gradient to the input is the same with k over output channels and taps.
"""

from functools import lru_cache

import numpy as np

from minitorch.kernels.cpu.pool import output_extent
from minitorch.kernels.cuda._compile import device
from minitorch.kernels.cuda._product import Factor, Product
from minitorch.kernels.cuda.array import DeviceArray, check
from minitorch.kernels.cuda.memory import constant, empty
from minitorch.kernels.cuda.pointwise import contiguous as copied

Pair = tuple[int, int]


def conv2d(
    input: DeviceArray,  # (N, C, H, W)
    weight: DeviceArray,  # (O, C / groups, KH, KW)
    bias: DeviceArray | None,  # (O,)
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> DeviceArray:
    """Correlate images with weights: -> (N, O, OH, OW). PyTorch: torch.ops.aten.convolution."""
    check(input, weight, bias)
    images, channels, height, width = input.shape
    outputs, per_group, *kernel = weight.shape
    extent = output_extent(input.shape, tuple(kernel), stride, padding, dilation, False)
    result = empty((images, outputs, *extent), input.dtype)
    if result.size == 0:
        return result
    plane, k = extent[0] * extent[1], per_group * kernel[0] * kernel[1]
    table = _taps_of_channels(per_group, tuple(kernel), dilation, height * width, width)
    numbers = (
        outputs // groups, k, plane, extent[1], channels * height * width, per_group * height * width,
        height, width, *stride, *padding, outputs, int(bias is not None),
    )  # fmt: skip
    size = (groups, outputs // groups, images * plane, k)
    bias = result if bias is None else contiguous(bias)
    _FORWARD(contiguous(weight), contiguous(input), result, bias, table, size, numbers)
    return result


def conv2d_input(
    grad: DeviceArray,  # (N, O, OH, OW)
    weight: DeviceArray,  # (O, C / groups, KH, KW)
    input_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> DeviceArray:
    """The gradient of `conv2d` to its input: -> (N, C, H, W). PyTorch: torch.nn.grad.conv2d_input."""
    result = empty(tuple(input_shape), grad.dtype)
    if result.size == 0:
        return result
    images, channels, height, width = input_shape
    outputs, per_group, *kernel = weight.shape
    plane, taps = grad.shape[2] * grad.shape[3], kernel[0] * kernel[1]
    per = outputs // groups
    table = _taps_of_outputs(per, per_group, tuple(kernel), dilation, plane)
    numbers = (
        per * per_group * taps, taps, height * width, width, outputs * plane, per * plane,
        *grad.shape[2:], *stride, *padding, channels, per_group,
    )  # fmt: skip
    size = (groups, per_group, images * height * width, per * taps)
    product = _INPUT if stride == (1, 1) else _INPUT_STRIDED
    product(contiguous(weight), contiguous(grad), result, result, table, size, numbers)
    return result


def contiguous(array: DeviceArray) -> DeviceArray:
    """The array itself where it is row-major, else such a copy."""
    return array if array.flags.c_contiguous else copied(array)


@lru_cache(maxsize=256)
def _taps_of_channels(channels: int, kernel: Pair, dilation: Pair, plane: int, width: int) -> DeviceArray:
    """For each (channel, tap): the distance of its pixel from the window's first, and its lines and columns."""
    c, y, x = np.indices((channels, *kernel)).reshape(3, -1)
    y, x = y * dilation[0], x * dilation[1]
    return constant(np.stack([c * plane + y * width + x, y, x], 1).astype(np.int64))


@lru_cache(maxsize=256)
def _taps_of_outputs(outputs: int, channels: int, kernel: Pair, dilation: Pair, plane: int) -> DeviceArray:
    """For each (output channel, tap): its place in a group's weight, its plane of grad, and its lines and columns."""
    o, y, x = np.indices((outputs, *kernel)).reshape(3, -1)
    place = (o * channels * kernel[0] + y) * kernel[1] + x
    return constant(np.stack([place, o * plane, y * dilation[0], x * dilation[1]], 1).astype(np.int64))


# Forward. Numbers: outputs of a group, k, plane and width of the result, an image, a group's planes, height and width of
# the input, stride, padding, outputs, whether there is a bias.


@device
def _weight_row(numbers, table, group, m):
    return (group * numbers[0] + m) * numbers[1]


@device
def _weight(a, numbers, table, row, k):
    return a[row + k]


@device
def _window(numbers, table, group, n):
    """Where the window of pixel n begins: its place in the input, its line and its column."""
    image, pixel = n // numbers[2], n % numbers[2]
    y = pixel // numbers[3] * numbers[8] - numbers[10]
    x = pixel % numbers[3] * numbers[9] - numbers[11]
    return image * numbers[4] + group * numbers[5] + y * numbers[7] + x, y, x


@device
def _pixel(b, numbers, table, window, k):
    first, y, x = window
    y += table[3 * k + 1]
    x += table[3 * k + 2]
    inside = y >= 0 and y < numbers[6] and x >= 0 and x < numbers[7]
    return b[first + table[3 * k]] if inside else np.float32(0)


@device
def _finish(out, init, numbers, factors, group, m, n, total):
    channel = group * numbers[0] + m
    if numbers[13]:
        total += init[channel]
    out[(n // numbers[2] * numbers[12] + channel) * numbers[2] + n % numbers[2]] = total


# The gradient to the input. Numbers: a group's weights, taps, plane and width of the input, an image and a group of
# grad, height and width of grad, stride, padding, channels, channels of a group.


@device
def _weight_column(numbers, table, group, m):
    return group * numbers[0] + m * numbers[1]


@device
def _weight_of_tap(a, numbers, table, column, k):
    return a[column + table[4 * k]]


@device
def _seen_from(numbers, table, group, n):
    """What pixel n of the input means in grad: its group's place, and the line and column of tap 0."""
    image, pixel = n // numbers[2], n % numbers[2]
    y, x = pixel // numbers[3] + numbers[10], pixel % numbers[3] + numbers[11]
    return image * numbers[4] + group * numbers[5], y, x


@device
def _grad(b, numbers, table, seen, k):
    first, y, x = seen
    y -= table[4 * k + 2]
    x -= table[4 * k + 3]
    inside = y >= 0 and y < numbers[6] and x >= 0 and x < numbers[7]
    return b[first + table[4 * k + 1] + y * numbers[7] + x] if inside else np.float32(0)


@device
def _grad_strided(b, numbers, table, seen, k):
    first, y, x = seen
    y -= table[4 * k + 2]
    x -= table[4 * k + 3]
    row, column = y // numbers[8], x // numbers[9]
    inside = y >= 0 and row < numbers[6] and x >= 0 and column < numbers[7]
    met = inside and row * numbers[8] == y and column * numbers[9] == x
    return b[first + table[4 * k + 1] + row * numbers[7] + column] if met else np.float32(0)


@device
def _finish_input(out, init, numbers, factors, group, m, n, total):
    channel = group * numbers[13] + m
    out[(n // numbers[2] * numbers[12] + channel) * numbers[2] + n % numbers[2]] = total


_FORWARD = Product(Factor(_weight_row, _weight, True), Factor(_window, _pixel, False), _finish)
_INPUT = Product(Factor(_weight_column, _weight_of_tap, True), Factor(_seen_from, _grad, False), _finish_input)
_INPUT_STRIDED = Product(
    Factor(_weight_column, _weight_of_tap, True), Factor(_seen_from, _grad_strided, False), _finish_input
)
