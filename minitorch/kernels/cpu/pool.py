"""Maximum and average over windows of images. PyTorch: aten/src/ATen/native/cpu/{MaxPool,AvgPool}Kernel.cpp.

A loop over windows with an inner loop over a window is slow: four elements are no work for vectors. So the loops
here go the other way: for each place in the window (a tap), copy what it sees from all windows side by side, which
`microkernel.copy` does with whole vectors also for a stride of 2, and compare or add that row of hundreds of elements.
"""

import numpy as np

from minitorch.kernels.cpu._compile import parallel, prange, serial
from minitorch.kernels.cpu.conv import contiguous
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import copier, copy

Pair = tuple[int, int]

_CHUNKS = 16  # pieces that the planes are cut into, whatever the number of threads
_BAND = 4096  # windows worked on at a time: their elements of one tap stay in the first-level cache


def max_pool2d(
    input: np.ndarray,  # (N, C, H, W)
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    ceil_mode: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and its place y * W + x in the plane as int64. NaN wins.

    PyTorch: torch.ops.aten.max_pool2d_with_indices.
    """
    result, choices = max_pool2d_choices(input, kernel, stride, padding, dilation, ceil_mode)
    return result, max_pool2d_indices(choices, input.shape, kernel, stride, padding, dilation)


def max_pool2d_choices(
    input: np.ndarray, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and which of the window's it is, ky * KW + kx: one byte where that fits.

    For the gradient a byte says as much as the eight of an index, and is an eighth of the memory to move.
    """
    extent = output_extent(input.shape, kernel, stride, padding, dilation, ceil_mode)
    shape = (*input.shape[:2], *extent)
    result = empty(shape, input.dtype)
    choices = empty(shape, np.uint8 if kernel[0] * kernel[1] <= 256 else np.int32)
    lowest = -np.inf if input.dtype.kind == "f" else np.iinfo(input.dtype).min
    seen = empty((_CHUNKS * _rows(extent) * extent[1],), input.dtype)
    _max_pool2d(
        contiguous(input), result, choices, seen, input.dtype.type(lowest), _rows(extent),
        kernel, stride, padding, dilation, copier(input.dtype),
    )  # fmt: skip
    return result, choices


def max_pool2d_indices(
    choices: np.ndarray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> np.ndarray:
    """Turn places in windows into places y * W + x in the plane, int64."""
    indices = empty(choices.shape, np.int64)
    _indices(contiguous(choices), indices, input_shape[3], _offsets(input_shape, kernel, dilation), stride, padding)
    return indices


def max_pool2d_backward(grad: np.ndarray, indices: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray:
    """Add each element of grad to the place that its int64 index names: -> (N, C, H, W).

    PyTorch: torch.ops.aten.max_pool2d_with_indices_backward.
    """
    result = empty(tuple(input_shape), grad.dtype)
    _max_pool2d_backward(contiguous(grad), contiguous(indices), result, 0, np.zeros(0, np.int64), (0, 0), (0, 0))
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
    """The gradient of `max_pool2d_choices` to its input: -> (N, C, H, W)."""
    result = empty(tuple(input_shape), grad.dtype)
    offsets = _offsets(input_shape, kernel, dilation)
    _max_pool2d_backward(contiguous(grad), contiguous(choices), result, input_shape[3], offsets, stride, padding)
    return result


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
    heights, widths = _divisors(
        input.shape, extent, kernel, stride, padding, count_include_pad, divisor_override, input.dtype
    )
    seen = empty((_CHUNKS * _rows(extent) * extent[1],), input.dtype)
    _avg_pool2d(
        contiguous(input), result, seen, heights, widths, _rows(extent), kernel, stride, padding, copier(input.dtype)
    )
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
    result = empty(tuple(input_shape), grad.dtype)
    shares = empty((_CHUNKS, grad.shape[3]), grad.dtype)
    heights, widths = _divisors(
        input_shape, grad.shape[2:], kernel, stride, padding, count_include_pad, divisor_override, grad.dtype
    )
    _avg_pool2d_backward(contiguous(grad), result, shares, heights, widths, kernel, stride, padding)
    return result


def output_extent(
    input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> Pair:
    """Height and width of the result. With ceil_mode a last window may hang over the end, not start beyond it."""
    extent = []
    for size, k, s, p, d in zip(input_shape[2:], kernel, stride, padding, dilation):
        free = size + 2 * p - d * (k - 1) - 1
        out = (free + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (out - 1) * s >= size + p:
            out -= 1
        extent.append(out)
    return tuple(extent)


def _rows(extent: Pair) -> int:
    """How many rows of windows are worked on at a time: of one plane or of several small ones."""
    return max(1, _BAND // max(1, extent[1]))


def _offsets(input_shape, kernel: Pair, dilation: Pair) -> np.ndarray:
    """How far each element of a window lies from the first, in the plane."""
    y, x = np.arange(kernel[0]) * dilation[0], np.arange(kernel[1]) * dilation[1]
    return (y[:, None] * input_shape[3] + x).reshape(-1)


def _divisors(input_shape, extent, kernel, stride, padding, count_include_pad, override, dtype):
    """What a window's sum is divided by, as a factor for its row and one for its column."""
    factors = []
    for size, out, k, s, p in zip(input_shape[2:], extent, kernel, stride, padding):
        start = np.arange(out) * s - p
        end = np.minimum(start + k, size + p)
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, size)
        factors.append(np.maximum(end - start, 1).astype(dtype))
    if override is not None:
        factors = [np.full(extent[0], override, dtype), np.ones(extent[1], dtype)]
    return factors


@serial
def _reach(tap, size, out, stride, padding, dilation):
    """The windows [first, last) whose element number `tap` is not padding."""
    before = padding - tap * dilation
    first = max(0, (before + stride - 1) // stride)
    return first, max(first, min(out, (size - 1 + before) // stride + 1))


@parallel
def _max_pool2d(input, result, choices, seen, lowest, rows, kernel, stride, padding, dilation, copy_loop):
    n, c, oh, ow = result.shape
    h, w = input.shape[2:]
    source, out, chosen = input.reshape(-1), result.reshape(-1), choices.reshape(-1)
    for chunk in prange(_CHUNKS):
        free = chunk * rows * ow
        # All rows of windows of all planes are one sequence.
        last = n * c * oh * (chunk + 1) // _CHUNKS
        for first in range(n * c * oh * chunk // _CHUNKS, last, rows):
            end = min(last, first + rows)
            best, choice, new = out[first * ow : end * ow], chosen[first * ow : end * ow], seen[free : free + (end - first) * ow]
            for tap in range(kernel[0] * kernel[1]):
                ky, kx = tap // kernel[1], tap % kernel[1]
                y_first, y_end = _reach(ky, h, oh, stride[0], padding[0], dilation[0])
                x, x_end = _reach(kx, w, ow, stride[1], padding[1], dilation[1])
                if y_end - y_first < oh or x_end - x < ow:
                    new[:] = lowest
                for plane in range(first // oh, (end + oh - 1) // oh):
                    y = max(y_first, first - plane * oh)
                    here = (plane * h + y * stride[0] - padding[0] + ky * dilation[0]) * w
                    here += x * stride[1] - padding[1] + kx * dilation[1]
                    copy(
                        copy_loop, min(y_end, end - plane * oh) - y, x_end - x, source, here, stride[0] * w, stride[1],
                        seen, free + (plane * oh + y - first) * ow + x, ow,
                    )  # fmt: skip
                if tap == 0:
                    best[:] = new
                    choice[:] = 0
                else:
                    for i in range(new.size):
                        # NaN must win, and the last one as in PyTorch.
                        better = (new[i] > best[i]) | (new[i] != new[i])
                        best[i] = new[i] if better else best[i]
                        choice[i] = tap if better else choice[i]
            if padding[0] > 0 or padding[1] > 0:
                # Where all elements are the lowest number, the first that is not padding is the largest.
                for i in range(best.size):
                    if best[i] == lowest:
                        y, x = (first + i // ow) % oh, i % ow
                        ky = max(0, (padding[0] - y * stride[0] + dilation[0] - 1) // dilation[0])
                        kx = max(0, (padding[1] - x * stride[1] + dilation[1] - 1) // dilation[1])
                        choice[i] = ky * kernel[1] + kx


@parallel
def _indices(choices, indices, w, offsets, stride, padding):
    n, c, oh, ow = choices.shape
    for plane in prange(n * c):
        for y in range(oh):
            for x in range(ow):
                start = (y * stride[0] - padding[0]) * w + x * stride[1] - padding[1]
                indices[plane // c, plane % c, y, x] = start + offsets[choices[plane // c, plane % c, y, x]]


@parallel
def _max_pool2d_backward(grad, places, result, w, offsets, stride, padding):
    """`places` are indices of the plane where `offsets` is empty, else places in windows."""
    n, c, oh, ow = grad.shape
    size = result.shape[2] * result.shape[3]
    source, place, out = grad.reshape(-1), places.reshape(-1), result.reshape(-1)
    for chunk in prange(_CHUNKS):
        for plane in range(n * c * chunk // _CHUNKS, n * c * (chunk + 1) // _CHUNKS):
            first = plane * size
            out[first : first + size] = 0
            for y in range(oh):
                i = (plane * oh + y) * ow
                start = first + (y * stride[0] - padding[0]) * w - padding[1]
                if offsets.size > 0:
                    for x in range(ow):  # unsigned, to spare the question whether an index counts from the end
                        to = np.uint64(start + x * stride[1] + offsets[np.uint64(place[np.uint64(i + x)])])
                        out[to] += source[np.uint64(i + x)]
                else:
                    for x in range(ow):
                        out[np.uint64(first + place[np.uint64(i + x)])] += source[np.uint64(i + x)]


@parallel
def _avg_pool2d(input, result, seen, heights, widths, rows, kernel, stride, padding, copy_loop):
    n, c, oh, ow = result.shape
    h, w = input.shape[2:]
    source, out = input.reshape(-1), result.reshape(-1)
    for chunk in prange(_CHUNKS):
        free = chunk * rows * ow
        last = n * c * oh * (chunk + 1) // _CHUNKS
        for first in range(n * c * oh * chunk // _CHUNKS, last, rows):
            end = min(last, first + rows)
            total, new = out[first * ow : end * ow], seen[free : free + (end - first) * ow]
            total[:] = 0
            for ky in range(kernel[0]):
                y_first, y_end = _reach(ky, h, oh, stride[0], padding[0], 1)
                for kx in range(kernel[1]):
                    x, x_end = _reach(kx, w, ow, stride[1], padding[1], 1)
                    if y_end - y_first < oh or x_end - x < ow:
                        new[:] = 0
                    for plane in range(first // oh, (end + oh - 1) // oh):
                        y = max(y_first, first - plane * oh)
                        here = (plane * h + y * stride[0] - padding[0] + ky) * w + x * stride[1] - padding[1] + kx
                        copy(
                            copy_loop, min(y_end, end - plane * oh) - y, x_end - x, source, here, stride[0] * w, stride[1],
                            seen, free + (plane * oh + y - first) * ow + x, ow,
                        )  # fmt: skip
                    for i in range(new.size):
                        total[i] += new[i]
            for y in range(first, end):
                line = total[(y - first) * ow : (y - first + 1) * ow]
                for x in range(ow):
                    line[x] /= heights[y % oh] * widths[x]


@parallel
def _avg_pool2d_backward(grad, result, shares, heights, widths, kernel, stride, padding):
    n, c, oh, ow = grad.shape
    h, w = result.shape[2:]
    for chunk in prange(_CHUNKS):
        share = shares[chunk]
        for plane in range(n * c * chunk // _CHUNKS, n * c * (chunk + 1) // _CHUNKS):
            out, values = result[plane // c, plane % c], grad[plane // c, plane % c]
            out[:] = 0
            for y in range(oh):
                for x in range(ow):
                    share[x] = values[y, x] / (heights[y] * widths[x])
                top = y * stride[0] - padding[0]
                for iy in range(max(top, 0), min(top + kernel[0], h)):
                    line = out[iy]
                    for kx in range(kernel[1] - 1, -1, -1):  # windows add to an element from left to right
                        first, last = _reach(kx, w, ow, stride[1], padding[1], 1)
                        at = first * stride[1] - padding[1] + kx
                        for x in range(first, last):
                            line[at] += share[x]
                            at += stride[1]
