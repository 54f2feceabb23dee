"""Maximum and average pooling over two dimensions. PyTorch: aten/src/ATen/native/cpu/{MaxPoolKernel,AvgPoolKernel}.cpp."""

import numpy as np

from minitorch.kernels.cpu._compile import parallel, prange, serial
from minitorch.kernels.cpu.memory import empty, zeros

Pair = tuple[int, int]


def max_pool2d(
    input: np.ndarray,  # (N, C, H, W)
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    ceil_mode: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and its place y * W + x in the plane as int64. PyTorch: max_pool2d_with_indices."""
    result, choices = max_pool2d_choices(input, kernel, stride, padding, dilation, ceil_mode)
    return result, max_pool2d_indices(choices, input.shape, kernel, stride, padding, dilation)


def max_pool2d_choices(
    input: np.ndarray, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and which of the window's it is: ky * KW + kx, one byte where that fits.

    For the gradient a byte says as much as the eight of an index, and costs an eighth of the memory traffic.
    """
    extent = output_extent(input.shape, kernel, stride, padding, dilation, ceil_mode)
    shape = (*input.shape[:2], *extent)
    result = empty(shape, input.dtype)
    choices = empty(shape, np.uint8 if kernel[0] * kernel[1] <= 256 else np.int32)
    _max_pool2d(_contiguous(input), result, choices, kernel, stride, padding, dilation)
    return result, choices


def max_pool2d_indices(
    choices: np.ndarray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> np.ndarray:
    """Turn places in windows into places y * W + x in the plane, int64."""
    indices = empty(choices.shape, np.int64)
    _indices(choices, indices, input_shape[3], kernel, stride, padding, dilation)
    return indices


def max_pool2d_backward(grad: np.ndarray, indices: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray:
    """Add each element of grad to the place its int64 index names: -> (N, C, H, W). PyTorch: max_pool2d_with_indices_backward."""
    result = zeros(tuple(input_shape), grad.dtype)
    _max_pool2d_backward(_contiguous(grad), _contiguous(indices), result)
    return result


def max_pool2d_choices_backward(
    grad: np.ndarray,
    choices: np.ndarray,
    input_shape: tuple[int, ...],
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
) -> np.ndarray:
    """The gradient of `max_pool2d_choices` to its input."""
    indices = max_pool2d_indices(choices, input_shape, kernel, stride, padding, dilation)
    return max_pool2d_backward(grad, indices, input_shape)


def avg_pool2d(
    input: np.ndarray,  # (N, C, H, W)
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> np.ndarray:
    """The mean of each window: -> (N, C, OH, OW). PyTorch: torch.ops.aten.avg_pool2d."""
    extent = output_extent(input.shape, kernel, stride, padding, (1, 1), ceil_mode)
    result = empty((*input.shape[:2], *extent), input.dtype)
    _avg_pool2d(_contiguous(input), result, kernel, stride, padding, count_include_pad, divisor_override or 0)
    return result


def avg_pool2d_backward(
    grad: np.ndarray,  # (N, C, OH, OW)
    input_shape: tuple[int, ...],
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> np.ndarray:
    """The gradient of `avg_pool2d` to its input: -> (N, C, H, W). PyTorch: torch.ops.aten.avg_pool2d_backward."""
    result = zeros(tuple(input_shape), grad.dtype)
    _avg_pool2d_backward(
        _contiguous(grad), result, kernel, stride, padding, count_include_pad, divisor_override or 0
    )
    return result


def output_extent(
    input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> Pair:
    """Height and width of the result. With ceil_mode a last window may hang over the end, but not start beyond it."""
    extent = []
    for size, k, s, p, d in zip(input_shape[2:], kernel, stride, padding, dilation):
        free = size + 2 * p - d * (k - 1) - 1
        out = (free + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (out - 1) * s >= size + p:
            out -= 1
        extent.append(out)
    return tuple(extent)


def _contiguous(array: np.ndarray) -> np.ndarray:
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()


@parallel
def _max_pool2d(input, result, choices, kernel, stride, padding, dilation):
    n, c, oh, ow = result.shape
    h, w = input.shape[2:]
    for plane in prange(n * c):
        image, out, choice = input[plane // c, plane % c], result[plane // c, plane % c], choices[plane // c, plane % c]
        for y in range(oh):
            for x in range(ow):
                best = -np.inf
                place = -1
                for ky in range(kernel[0]):
                    iy = y * stride[0] - padding[0] + ky * dilation[0]
                    if 0 <= iy < h:
                        for kx in range(kernel[1]):
                            ix = x * stride[1] - padding[1] + kx * dilation[1]
                            if 0 <= ix < w:
                                value = image[iy, ix]
                                # Not `value > best` alone: a NaN must win, the last one as in PyTorch.
                                if place < 0 or value > best or value != value:
                                    best = value
                                    place = ky * kernel[1] + kx
                out[y, x] = best
                choice[y, x] = place


@parallel
def _indices(choices, indices, w, kernel, stride, padding, dilation):
    n, c, oh, ow = choices.shape
    for plane in prange(n * c):
        for y in range(oh):
            for x in range(ow):
                place = choices[plane // c, plane % c, y, x]
                iy = y * stride[0] - padding[0] + place // kernel[1] * dilation[0]
                ix = x * stride[1] - padding[1] + place % kernel[1] * dilation[1]
                indices[plane // c, plane % c, y, x] = iy * w + ix


@parallel
def _max_pool2d_backward(grad, indices, result):
    n, c, oh, ow = grad.shape
    w = result.shape[3]
    for plane in prange(n * c):
        out = result[plane // c, plane % c]
        for y in range(oh):
            for x in range(ow):
                index = indices[plane // c, plane % c, y, x]
                out[index // w, index % w] += grad[plane // c, plane % c, y, x]


@serial
def _window(y, x, h, w, kernel, stride, padding, count_include_pad, divisor):
    """Where a window of avg_pool2d begins and ends, and what its sum is divided by."""
    top, left = y * stride[0] - padding[0], x * stride[1] - padding[1]
    bottom, right = min(top + kernel[0], h + padding[0]), min(left + kernel[1], w + padding[1])
    padded = (bottom - top) * (right - left)
    top, left, bottom, right = max(top, 0), max(left, 0), min(bottom, h), min(right, w)
    if divisor == 0:
        divisor = padded if count_include_pad else (bottom - top) * (right - left)
    return top, bottom, left, right, divisor


@parallel
def _avg_pool2d(input, result, kernel, stride, padding, count_include_pad, divisor):
    n, c, oh, ow = result.shape
    h, w = input.shape[2:]
    for plane in prange(n * c):
        image, out = input[plane // c, plane % c], result[plane // c, plane % c]
        for y in range(oh):
            for x in range(ow):
                top, bottom, left, right, count = _window(
                    y, x, h, w, kernel, stride, padding, count_include_pad, divisor
                )
                total = result.dtype.type(0)
                for iy in range(top, bottom):
                    for ix in range(left, right):
                        total += image[iy, ix]
                if top >= bottom or left >= right:
                    out[y, x] = 0
                else:
                    out[y, x] = total / result.dtype.type(count)


@parallel
def _avg_pool2d_backward(grad, result, kernel, stride, padding, count_include_pad, divisor):
    n, c, oh, ow = grad.shape
    h, w = result.shape[2:]
    for plane in prange(n * c):
        out = result[plane // c, plane % c]
        for y in range(oh):
            for x in range(ow):
                top, bottom, left, right, count = _window(
                    y, x, h, w, kernel, stride, padding, count_include_pad, divisor
                )
                share = grad[plane // c, plane % c, y, x] / result.dtype.type(count)
                for iy in range(top, bottom):
                    for ix in range(left, right):
                        out[iy, ix] += share
