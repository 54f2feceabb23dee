"""Convolutions of one input channel each, with steps of one pixel. PyTorch: DepthwiseConvKernel.cpp, oneDNN.

There is nothing to multiply matrices of. But in a zero-padded copy of an image, a tap is the whole image moved by a
distance: one multiplication and one addition of two long lines, which a plain loop does in vectors. The line runs
through the padding between two rows; what comes out there is not read. 64 x 64 x 28 x 28 with 3 x 3: 7 ms row by row,
with the strides in the loop; 1.65 tap by tap and with slices for the rows that are copied, 1.25 so.
"""

import numpy as np

from minitorch.kernels.cpu._address import LINE, prefetch
from minitorch.kernels.cpu._compile import parallel, prange, serial
from minitorch.kernels.cpu.gemm import sum_of_products
from minitorch.kernels.cpu.memory import zeros
from minitorch.kernels.cpu.microkernel import copier, copy

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
    run = _depthwise.for_work(result.size * weight[0].size)
    room = _room(input.shape, result.shape, padding, input.dtype)
    shapes = input.shape, result.shape
    run(input.reshape(-1), weight, bias, result.reshape(-1), shapes, *room, padding, dilation, copier(input.dtype))


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
    run = _depthwise_weight.for_work(grad.size * result[0].size)
    room = _room(input.shape, grad.shape, padding, input.dtype)
    shapes = input.shape, grad.shape
    run(grad.reshape(-1), input.reshape(-1), result, shapes, *room, padding, dilation, copier(input.dtype))


def _room(input_shape, output_shape, padding, dtype) -> tuple[np.ndarray, np.ndarray, int]:
    """For each task a padded image of zeros, and an image of the output's height with rows as long as those; how long."""
    pitch = input_shape[3] + 2 * padding[1]
    padded = zeros((_PARTS * (input_shape[2] + 2 * padding[0]) * pitch,), dtype)
    return padded, zeros((_PARTS * output_shape[2] * pitch,), dtype), pitch


@parallel
def _depthwise(input, weight, bias, result, shapes, padded, sums, pitch, padding, dilation, copy_loop):
    (n, c, h, w), (_, o, oh, ow) = shapes
    kh, kw = weight.shape[2:]
    size, length, parts = padded.size // _PARTS, (oh - 1) * pitch + ow, np.int64(_PARTS)
    for part in prange(_PARTS):
        image = padded[part * size : (part + 1) * size]
        line = sums[part * oh * pitch : part * oh * pitch + length]
        for plane in range(n * o * part // parts, n * o * (part + 1) // parts):
            i, j = plane // o, plane % o
            _pad(copy_loop, input, (i * c + j // (o // c)) * h * w, h * w, h, w, image, pitch, padding)
            line[:] = bias[j]
            for ky in range(kh):
                for kx in range(0, kw // 3 * 3, 3):  # three taps for one pass over the sums
                    start = ky * dilation[0] * pitch + kx * dilation[1]
                    moved, w0, w1, w2 = image[start:], weight[j, 0, ky, kx], weight[j, 0, ky, kx + 1], weight[j, 0, ky, kx + 2]
                    moved1, moved2 = moved[dilation[1] :], moved[2 * dilation[1] :]
                    for p in range(length):
                        line[p] = line[p] + moved[p] * w0 + moved1[p] * w1 + moved2[p] * w2
                for kx in range(kw // 3 * 3, kw):
                    start = ky * dilation[0] * pitch + kx * dilation[1]
                    moved, factor = image[start : start + length], weight[j, 0, ky, kx]
                    for p in range(length):
                        line[p] += moved[p] * factor
            copy(copy_loop, oh, ow, line, 0, pitch, 1, result, plane * oh * ow, ow)


@parallel
def _depthwise_weight(grad, input, result, shapes, padded, lines, pitch, padding, dilation, copy_loop):
    (n, c, h, w), (_, o, oh, ow) = shapes
    kh, kw = result.shape[2:]
    size, length, parts = padded.size // _PARTS, (oh - 1) * pitch + ow, np.int64(_PARTS)
    for part in prange(_PARTS):
        image = padded[part * size : (part + 1) * size]
        line = lines[part * oh * pitch : part * oh * pitch + length]
        for j in range(o * part // parts, o * (part + 1) // parts):
            result[j] = 0
            for i in range(n):
                _pad(copy_loop, input, (i * c + j // (o // c)) * h * w, c * h * w, h, w, image, pitch, padding)
                _pad(copy_loop, grad, (i * o + j) * oh * ow, o * oh * ow, oh, ow, line, pitch, (0, 0))  # zeros between the rows
                for tap in range(kh * kw):
                    start = tap // kw * dilation[0] * pitch + tap % kw * dilation[1]
                    result[j, 0, tap // kw, tap % kw] += sum_of_products(line, image, 0, start, length)


@serial
def _pad(copy_loop, source, start, step, height, width, image, pitch, padding):
    """Copy an image between its padding. While it is multiplied the next one, `step` elements behind, arrives."""
    copy(copy_loop, height, width, source, start, width, 1, image, padding[0] * pitch + padding[1], pitch)
    for i in range(start + step, start + step + height * width, LINE):
        prefetch(source, i)
