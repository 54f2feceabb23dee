"""Gradients of a convolution to weight and bias. PyTorch: aten/src/ATen/native/cudnn/ConvShared.cpp (convolution_backward).

grad_weight[o, (c, tap)] = sum over images and pixels of grad[o, pixel] * input[c, pixel + tap]: again a matrix product
whose second factor is read from the images by a table, now with the pixels as k. They are many and the weight is small,
so k is cut into pieces (see _product.py).
"""

from functools import lru_cache

import numpy as np

from minitorch.kernels.cuda import reduce
from minitorch.kernels.cuda._compile import device
from minitorch.kernels.cuda._product import Factor, Product
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.conv import Pair, contiguous
from minitorch.kernels.cuda.memory import constant, empty


def conv2d_weight(
    grad: DeviceArray,  # (N, O, OH, OW)
    input: DeviceArray,  # (N, C, H, W)
    weight_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> DeviceArray:
    """The gradient of `conv2d` to its weight: -> (O, C / groups, KH, KW). PyTorch: torch.nn.grad.conv2d_weight."""
    result = empty(tuple(weight_shape), grad.dtype)
    if result.size == 0:
        return result
    if grad.size == 0:
        result.fill(0)
        return result
    images, outputs, *extent = grad.shape
    channels, height, width = input.shape[1:]
    per_group, *kernel = weight_shape[1:]
    plane, columns = extent[0] * extent[1], per_group * kernel[0] * kernel[1]
    table = _table(images, outputs, channels, (height, width), tuple(extent), per_group, tuple(kernel), stride, padding, dilation)
    numbers = (
        outputs // groups, plane, per_group * height * width, height, width, columns, 4 * images * plane,
    )  # fmt: skip
    size = (groups, outputs // groups, columns, images * plane)
    _PRODUCT(contiguous(grad), contiguous(input), result, result, table, size, numbers)
    return result


def conv2d_parameters(
    grad: DeviceArray,
    input: DeviceArray,
    weight_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> tuple[DeviceArray, DeviceArray]:
    """The gradients of `conv2d` to its weight and its bias."""
    return conv2d_weight(grad, input, weight_shape, stride, padding, dilation, groups), conv2d_bias(grad)


def conv2d_bias(grad: DeviceArray) -> DeviceArray:
    """The gradient of `conv2d` to its bias, the sum over images and pixels: (N, O, OH, OW) -> (O,)."""
    return reduce.sum(grad, (0, 2, 3), False, grad.dtype)


@lru_cache(maxsize=64)
def _table(images, outputs, channels, size, extent, per_group, kernel, stride, padding, dilation) -> DeviceArray:
    """Four numbers for each pixel of the result, in grad and input, then three for each column (channel, tap)."""
    height, width = size
    image, y, x = np.indices((images, *extent)).reshape(3, -1)
    in_grad = image * outputs * extent[0] * extent[1] + y * extent[1] + x
    y, x = y * stride[0] - padding[0], x * stride[1] - padding[1]
    pixels = np.stack([in_grad, image * channels * height * width + y * width + x, y, x], 1)
    c, y, x = np.indices((per_group, *kernel)).reshape(3, -1)
    y, x = y * dilation[0], x * dilation[1]
    taps = np.stack([c * height * width + y * width + x, y, x], 1)
    return constant(np.concatenate([pixels.reshape(-1), taps.reshape(-1)]).astype(np.int64))


# Numbers: outputs of a group, plane of grad, a group's planes of the input, height and width, columns, and where the
# table of the columns begins.


@device
def _plane(numbers, table, group, m):
    return (group * numbers[0] + m) * numbers[1]


@device
def _grad(a, numbers, table, plane, k):
    return a[plane + table[4 * k]]


@device
def _tap(numbers, table, group, n):
    place = numbers[6] + 3 * n
    return group * numbers[2] + table[place], table[place + 1], table[place + 2]


@device
def _pixel(b, numbers, table, tap, k):
    distance, y, x = tap
    y += table[4 * k + 2]
    x += table[4 * k + 3]
    inside = y >= 0 and y < numbers[3] and x >= 0 and x < numbers[4]
    return b[table[4 * k + 1] + distance] if inside else np.float32(0)


@device
def _finish(out, init, numbers, factors, group, m, n, total):
    out[(group * numbers[0] + m) * numbers[5] + n] = total


_PRODUCT = Product(Factor(_plane, _grad, True), Factor(_tap, _pixel, True), _finish)
