"""Convolutions of one input channel each, with steps of one pixel. PyTorch: DepthwiseConvKernel.cpp, oneDNN.

There is nothing to multiply matrices of. But in a zero-padded copy of an image, a tap is the whole image moved by a
distance: one multiplication and one addition of two long lines, which a plain loop does in vectors. The line runs
through the padding between two rows; what comes out there is not read. 64 x 64 x 28 x 28 with 3 x 3: 7 ms row by row,
with the strides in the loop.
"""

import numpy as np

from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu.gemm import sum_of_products
from minitorch.kernels.cpu.memory import zeros

_PARTS = 16  # tasks: 16 threads stay busy


def suits(weight_shape: tuple[int, ...], stride: tuple[int, int], dtype: np.dtype) -> bool:
    """Whether these kernels are for such a convolution."""
    return weight_shape[1] == 1 and stride == (1, 1) and dtype.kind == "f"


def depthwise(
    input: np.ndarray,  # (N, C, H, W)
    weight: np.ndarray,  # (O, 1, KH, KW), O a multiple of C
    bias: np.ndarray,  # (O,)
    result: np.ndarray,  # (N, O, OH, OW)
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> None:
    """The convolution, into `result`. All arrays are contiguous."""
    (padded, sums), pitch = _room(input.shape, result.shape, padding, input.dtype)
    _depthwise.for_work(result.size * weight[0].size)(input, weight, bias, result, padded, sums, pitch, padding, dilation)


def depthwise_input(
    grad: np.ndarray,  # (N, O, OH, OW)
    weight: np.ndarray,
    result: np.ndarray,  # (N, C, H, W)
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> bool:
    """The gradient to the input: grad convolved with the kernel turned round. False where that is no depthwise one."""
    rest = tuple([d * (k - 1) - p for d, k, p in zip(dilation, weight.shape[2:], padding)])
    if grad.shape[1] != result.shape[1] or min(rest) < 0:
        return False
    turned = np.ascontiguousarray(weight[:, :, ::-1, ::-1])
    depthwise(grad, turned, np.zeros(result.shape[1], grad.dtype), result, rest, dilation)
    return True


def depthwise_weight(
    grad: np.ndarray,
    input: np.ndarray,
    result: np.ndarray,  # (O, 1, KH, KW)
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> None:
    """The gradient to the weight, into `result`."""
    (padded, sums), pitch = _room(input.shape, grad.shape, padding, input.dtype)
    _depthwise_weight.for_work(grad.size * result[0].size)(grad, input, result, padded, sums, pitch, padding, dilation)


def _room(input_shape, output_shape, padding, dtype) -> tuple[tuple[np.ndarray, np.ndarray], int]:
    """For each task a padded image of zeros, and an image of the output's height with rows as long as those."""
    pitch = input_shape[3] + 2 * padding[1]
    padded = zeros((_PARTS, (input_shape[2] + 2 * padding[0]) * pitch), dtype)
    return (padded, zeros((_PARTS, output_shape[2] * pitch), dtype)), pitch


@parallel
def _depthwise(input, weight, bias, result, padded, sums, pitch, padding, dilation):
    n, o, oh, ow = result.shape
    h, w = input.shape[2:]
    kh, kw = weight.shape[2:]
    length, each = (oh - 1) * pitch + ow, o // input.shape[1]
    for part in prange(padded.shape[0]):
        image, line = padded[part], sums[part][:length]
        for plane in range(n * o * part // padded.shape[0], n * o * (part + 1) // padded.shape[0]):
            i, j = plane // o, plane % o
            for y in range(h):
                start = (y + padding[0]) * pitch + padding[1]
                image[start : start + w] = input[i, j // each, y]
            line[:] = bias[j]
            for tap in range(kh * kw):
                start = tap // kw * dilation[0] * pitch + tap % kw * dilation[1]
                moved, factor = image[start : start + length], weight[j, 0, tap // kw, tap % kw]
                for p in range(length):
                    line[p] += moved[p] * factor
            for y in range(oh):
                result[i, j, y] = line[y * pitch : y * pitch + ow]


@parallel
def _depthwise_weight(grad, input, result, padded, lines, pitch, padding, dilation):
    n, o, oh, ow = grad.shape
    h, w = input.shape[2:]
    kh, kw = result.shape[2:]
    length, each = (oh - 1) * pitch + ow, o // input.shape[1]
    for part in prange(padded.shape[0]):
        image, line = padded[part], lines[part]
        for j in range(o * part // padded.shape[0], o * (part + 1) // padded.shape[0]):
            result[j] = 0
            for i in range(n):
                for y in range(h):
                    start = (y + padding[0]) * pitch + padding[1]
                    image[start : start + w] = input[i, j // each, y]
                for y in range(oh):
                    line[y * pitch : y * pitch + ow] = grad[i, j, y]  # zeros between the rows
                for tap in range(kh * kw):
                    start = tap // kw * dilation[0] * pitch + tap % kw * dilation[1]
                    result[j, 0, tap // kw, tap % kw] += sum_of_products(line, image, 0, start, length)
