"""Maximum and average over windows of images. PyTorch: aten/src/ATen/native/cpu/{MaxPool,AvgPool}Kernel.cpp.

A loop over windows with an inner loop over a window is slow: four elements are no work for vectors. So the loops
here go the other way: for each place in the window (a tap), copy what it sees from all windows side by side, which
`microkernel.copy` does with whole vectors also for a stride of 2, and compare or add that row of hundreds of elements.
"""

from collections import namedtuple
from functools import lru_cache

import numpy as np

from minitorch.kernels.cpu._address import address, call, named
from minitorch.kernels.cpu._compile import parallel, prange, serial
from minitorch.kernels.cpu.conv import contiguous, inside
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import copier, copy

Pair = tuple[int, int]

_INDEX = np.dtype(np.int64)
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
    lowest = np.array([-np.inf if input.dtype.kind == "f" else np.iinfo(input.dtype).min], input.dtype)
    numbers = _numbers(input.shape, extent, kernel, stride, padding, dilation, input.dtype)
    dtype = input.dtype
    body = address(_max_pool2d_chunk, int, dtype, dtype, choices.dtype, dtype, dtype, _INDEX)
    _max_pool2d(_flat(input), _flat(result), _flat(choices), _seen(extent, dtype), lowest, numbers, body)
    return result, choices


def max_pool2d_indices(
    choices: np.ndarray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> np.ndarray:
    """Turn places in windows into places y * W + x in the plane, int64."""
    indices = empty(choices.shape, np.int64)
    numbers = _numbers(input_shape, choices.shape[2:], kernel, stride, padding, dilation, indices.dtype)
    _indices(_flat(choices), _flat(indices), _offsets(input_shape, kernel, dilation), numbers)
    return indices


def max_pool2d_backward(grad: np.ndarray, indices: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray:
    """Add each element of grad to the place that its int64 index names: -> (N, C, H, W).

    PyTorch: torch.ops.aten.max_pool2d_with_indices_backward.
    """
    result = empty(tuple(input_shape), grad.dtype)
    one = (1, 1)
    numbers = _numbers(input_shape, grad.shape[2:], one, one, (0, 0), one, grad.dtype)
    body = address(_max_pool2d_backward_chunk, int, grad.dtype, _INDEX, grad.dtype, _INDEX, int, _INDEX)
    _max_pool2d_backward(_flat(grad), _flat(indices), _flat(result), np.zeros(0, np.int64), numbers, body)
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
    numbers = _numbers(input_shape, grad.shape[2:], kernel, stride, padding, dilation, grad.dtype)
    offsets = _offsets(input_shape, kernel, dilation)
    body = address(_max_pool2d_backward_chunk, int, grad.dtype, choices.dtype, grad.dtype, _INDEX, int, _INDEX)
    _max_pool2d_backward(_flat(grad), _flat(choices), _flat(result), offsets, numbers, body)
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
    numbers = _numbers(input.shape, extent, kernel, stride, padding, (1, 1), input.dtype)
    divisors = _divisors(
        input.shape, extent, kernel, stride, padding, count_include_pad, divisor_override, input.dtype
    )
    body = address(_avg_pool2d_chunk, int, *[input.dtype] * 5, _INDEX)
    _avg_pool2d(_flat(input), _flat(result), _seen(extent, input.dtype), *divisors, numbers, body)
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
    result, extent = empty(tuple(input_shape), grad.dtype), grad.shape[2:]
    numbers = _numbers(input_shape, extent, kernel, stride, padding, (1, 1), grad.dtype)
    divisors = _divisors(
        input_shape, extent, kernel, stride, padding, count_include_pad, divisor_override, grad.dtype
    )
    shares = empty((_CHUNKS * extent[1],), grad.dtype)
    body = address(_avg_pool2d_backward_chunk, int, *[grad.dtype] * 5, _INDEX)
    _avg_pool2d_backward(_flat(grad), _flat(result), shares, *divisors, numbers, body)
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


def _flat(array: np.ndarray) -> np.ndarray:
    """All elements in order; Numba is slow to compile what NumPy does in no time: reshape, or assign to a slice."""
    return contiguous(array).reshape(-1)


# What the loops need to know: counts, geometry, and an address.
_Numbers = namedtuple(
    "_Numbers",
    """
    planes h w oh ow kernel_y kernel_x stride_y stride_x padding_y padding_x dilation_y dilation_x rows copy_loop
    """,
)


@lru_cache(maxsize=512)
def _numbers(input_shape, extent, kernel, stride, padding, dilation, dtype) -> np.ndarray:
    """What the loops need to know. Rows of windows that are worked on at a time: of one plane or several small ones."""
    planes, loop = input_shape[0] * input_shape[1], copier(dtype)
    geometry = *input_shape[2:], *extent, *kernel, *stride, *padding, *dilation
    return np.array(_Numbers(planes, *geometry, _rows(extent), loop), np.int64)


def _rows(extent: Pair) -> int:
    return max(1, _BAND // max(1, extent[1]))


def _seen(extent: Pair, dtype) -> np.ndarray:
    """Room for what a tap sees, for each chunk."""
    return empty((_CHUNKS * _rows(extent) * extent[1],), dtype)


@lru_cache(maxsize=512)
def _offsets(input_shape, kernel: Pair, dilation: Pair) -> np.ndarray:
    """How far each element of a window lies from the first, in the plane."""
    y, x = np.arange(kernel[0]) * dilation[0], np.arange(kernel[1]) * dilation[1]
    return (y[:, None] * input_shape[3] + x).reshape(-1)


@lru_cache(maxsize=512)
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


@parallel
def _max_pool2d(source, best, choices, seen, lowest, numbers, body):
    for chunk in prange(_CHUNKS):
        call(body, np.int64(chunk), source, best, choices, seen, lowest, numbers)


def _max_pool2d_chunk(chunk, source, best, choices, seen, lowest, numbers):
    g = named(numbers, _Numbers)
    free = chunk * g.rows * g.ow
    # All rows of windows of all planes are one sequence.
    last = g.planes * g.oh * (chunk + 1) // _CHUNKS
    for first in range(g.planes * g.oh * chunk // _CHUNKS, last, g.rows):
        end = min(last, first + g.rows)
        for tap in range(g.kernel_y * g.kernel_x):
            _look(source, seen, free, lowest[0], tap, first, end, numbers)
            for i in range((end - first) * g.ow):
                # The larger of the best so far and what the tap sees. NaN must win, the last one as in PyTorch.
                here = first * g.ow + i
                new, old = seen[free + i], best[here]
                better = (new > old) | (new != new) | (tap == 0)
                best[here] = new if better else old
                choices[here] = tap if better else choices[here]
        if g.padding_y > 0 or g.padding_x > 0:
            # Where all elements are the lowest number, the first that is not padding is the largest.
            for i in range(first * g.ow, end * g.ow):
                if best[i] == lowest[0]:
                    y, x = i // g.ow % g.oh, i % g.ow
                    ky = max(0, (g.padding_y - y * g.stride_y + g.dilation_y - 1) // g.dilation_y)
                    kx = max(0, (g.padding_x - x * g.stride_x + g.dilation_x - 1) // g.dilation_x)
                    choices[i] = ky * g.kernel_x + kx


@serial
def _look(source, seen, free, outside, tap, first, end, numbers):
    """Copy what a tap sees from some rows of windows side by side; `outside` where that is padding."""
    g = named(numbers, _Numbers)
    ky, kx = tap // g.kernel_x, tap % g.kernel_x
    y_first, y_end = inside(ky, g.h, g.oh, g.stride_y, g.padding_y, g.dilation_y)
    x, x_end = inside(kx, g.w, g.ow, g.stride_x, g.padding_x, g.dilation_x)
    if y_end - y_first < g.oh or x_end - x < g.ow:
        for i in range((end - first) * g.ow):
            seen[free + i] = outside
    for plane in range(first // g.oh, (end + g.oh - 1) // g.oh):
        y = max(y_first, first - plane * g.oh)
        here = (plane * g.h + y * g.stride_y - g.padding_y + ky * g.dilation_y) * g.w
        here += x * g.stride_x - g.padding_x + kx * g.dilation_x
        copy(
            g.copy_loop, min(y_end, end - plane * g.oh) - y, x_end - x, source, here, g.stride_y * g.w, g.stride_x,
            seen, free + (plane * g.oh + y - first) * g.ow + x, g.ow,
        )  # fmt: skip


@parallel
def _indices(choices, indices, offsets, numbers):
    g = named(numbers, _Numbers)
    w, oh, ow, stride_y, stride_x, top, left = g.w, g.oh, g.ow, g.stride_y, g.stride_x, g.padding_y, g.padding_x
    for plane in prange(g.planes):
        for y in range(oh):
            for x in range(ow):
                start = (y * stride_y - top) * w + x * stride_x - left
                i = (plane * oh + y) * ow + x
                indices[i] = start + offsets[choices[i]]


@parallel
def _max_pool2d_backward(source, places, result, offsets, numbers, body):
    for chunk in prange(_CHUNKS):
        call(body, np.int64(chunk), source, places, result, offsets, offsets.size, numbers)


def _max_pool2d_backward_chunk(chunk, source, places, result, offsets, window, numbers):
    """`places` are indices of the plane where `window` is 0, else places in windows."""
    g = named(numbers, _Numbers)
    for plane in range(g.planes * chunk // _CHUNKS, g.planes * (chunk + 1) // _CHUNKS):
        first = plane * g.h * g.w
        for i in range(first, first + g.h * g.w):
            result[i] = 0
        for y in range(g.oh):
            i = (plane * g.oh + y) * g.ow
            start = first + (y * g.stride_y - g.padding_y) * g.w - g.padding_x
            for x in range(g.ow):
                place = np.int64(places[i + x])
                result[start + x * g.stride_x + offsets[place] if window > 0 else first + place] += source[i + x]


@parallel
def _avg_pool2d(source, total, seen, heights, widths, numbers, body):
    for chunk in prange(_CHUNKS):
        call(body, np.int64(chunk), source, total, seen, heights, widths, numbers)


def _avg_pool2d_chunk(chunk, source, total, seen, heights, widths, numbers):
    g = named(numbers, _Numbers)
    free = chunk * g.rows * g.ow
    last = g.planes * g.oh * (chunk + 1) // _CHUNKS
    for first in range(g.planes * g.oh * chunk // _CHUNKS, last, g.rows):
        end = min(last, first + g.rows)
        for i in range(first * g.ow, end * g.ow):
            total[i] = 0
        for tap in range(g.kernel_y * g.kernel_x):
            _look(source, seen, free, 0, tap, first, end, numbers)
            for i in range((end - first) * g.ow):
                total[first * g.ow + i] += seen[free + i]
        for y in range(first, end):
            for x in range(g.ow):
                total[y * g.ow + x] /= heights[y % g.oh] * widths[x]


@parallel
def _avg_pool2d_backward(source, result, shares, heights, widths, numbers, body):
    for chunk in prange(_CHUNKS):
        call(body, np.int64(chunk), source, result, shares, heights, widths, numbers)


def _avg_pool2d_backward_chunk(chunk, source, result, shares, heights, widths, numbers):
    g = named(numbers, _Numbers)
    free = chunk * g.ow
    for plane in range(g.planes * chunk // _CHUNKS, g.planes * (chunk + 1) // _CHUNKS):
        for i in range(plane * g.h * g.w, (plane + 1) * g.h * g.w):
            result[i] = 0
        for y in range(g.oh):
            for x in range(g.ow):
                shares[free + x] = source[(plane * g.oh + y) * g.ow + x] / (heights[y] * widths[x])
            top = y * g.stride_y - g.padding_y
            for iy in range(max(top, 0), min(top + g.kernel_y, g.h)):
                for kx in range(g.kernel_x - 1, -1, -1):  # windows add to an element from left to right
                    first, last = inside(kx, g.w, g.ow, g.stride_x, g.padding_x, 1)
                    start = (plane * g.h + iy) * g.w - g.padding_x + kx
                    for x in range(first, last):
                        result[start + x * g.stride_x] += shares[free + x]
