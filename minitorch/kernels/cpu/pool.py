"""Maximum and average over windows of images. PyTorch: aten/src/ATen/native/cpu/{MaxPool,AvgPool}Kernel.cpp.

Planes are shared out to the threads and gone through row by row of windows; what is done with a row is in `_windows.py`.
"""

from collections import namedtuple
from functools import lru_cache

import numpy as np

from minitorch.kernels.cpu._address import address, call, named
from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu._windows import largest_of_pairs, largest_of_windows, spread_pairs, sum_of_windows
from minitorch.kernels.cpu.conv import contiguous, inside
from minitorch.kernels.cpu.memory import empty

Pair = tuple[int, int]

_INDEX = np.dtype(np.int64)
_CHUNKS = 16  # pieces that the planes are cut into, whatever the number of threads


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
    shape, kind, *work = _max_plan(input.shape, input.dtype, kernel, stride, padding, dilation, ceil_mode)
    result, choices = empty(shape, input.dtype), empty(shape, kind)
    _max_pool2d.for_work(input.size)(_flat(input), _flat(result), _flat(choices), *work)
    return result, choices


@lru_cache(maxsize=512)
def _max_plan(input_shape, dtype, kernel, stride, padding, dilation, ceil_mode) -> tuple:
    """The shape of the result, the dtype of the choices, and what the loops need to know."""
    geometry = kernel, stride, padding, dilation
    extent = output_extent(input_shape, *geometry, ceil_mode)
    kind = np.dtype(np.uint8 if kernel[0] * kernel[1] <= 256 else np.int32)
    lowest = np.array([-np.inf if dtype.kind == "f" else np.iinfo(dtype).min], dtype)
    body = address(_max_pool2d_chunk, int, dtype, dtype, kind, dtype, _INDEX, _INDEX, _INDEX)
    tables, numbers = _tables(input_shape, extent, *geometry), _numbers(input_shape, extent, *geometry)
    return (*input_shape[:2], *extent), kind, lowest, *tables, numbers, body


def max_pool2d_indices(
    choices: np.ndarray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> np.ndarray:
    """Turn places in windows into places y * W + x in the plane, int64."""
    indices = empty(choices.shape, np.int64)
    numbers = _numbers(input_shape, choices.shape[2:], kernel, stride, padding, dilation)
    _indices(_flat(choices), _flat(indices), _offsets(input_shape, kernel, dilation), numbers)
    return indices


def max_pool2d_backward(grad: np.ndarray, indices: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray:
    """Add each element of grad to the place that its int64 index names: -> (N, C, H, W).

    PyTorch: torch.ops.aten.max_pool2d_with_indices_backward.
    """
    result = empty(tuple(input_shape), grad.dtype)
    one = (1, 1)
    numbers = _numbers(input_shape, grad.shape[2:], one, one, (0, 0), one)
    body = address(_max_pool2d_backward_chunk, int, grad.dtype, _INDEX, grad.dtype, _INDEX, int, _INDEX)
    _max_pool2d_backward.for_work(result.size)(_flat(grad), _flat(indices), _flat(result), np.zeros(0, np.int64), numbers, body)
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
    numbers = _numbers(input_shape, grad.shape[2:], kernel, stride, padding, dilation)
    offsets = _offsets(input_shape, kernel, dilation)
    side_by_side = kernel == stride and kernel[1] == 2 and padding == (0, 0) and dilation == (1, 1)
    chunk = _max_pool2d_pairs_chunk if side_by_side else _max_pool2d_backward_chunk
    body = address(chunk, int, grad.dtype, choices.dtype, grad.dtype, _INDEX, int, _INDEX)
    _max_pool2d_backward.for_work(result.size)(_flat(grad), _flat(choices), _flat(result), offsets, numbers, body)
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
    numbers = _numbers(input.shape, extent, kernel, stride, padding, (1, 1))
    tables = _tables(input.shape, extent, kernel, stride, padding, (1, 1))
    divisors = _divisors(
        input.shape, extent, kernel, stride, padding, count_include_pad, divisor_override, input.dtype
    )
    body = address(_avg_pool2d_chunk, int, *[input.dtype] * 4, _INDEX, _INDEX, _INDEX)
    _avg_pool2d.for_work(input.size)(_flat(input), _flat(result), *divisors, *tables, numbers, body)
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
    numbers = _numbers(input_shape, extent, kernel, stride, padding, (1, 1))
    divisors = _divisors(
        input_shape, extent, kernel, stride, padding, count_include_pad, divisor_override, grad.dtype
    )
    shares = empty((_CHUNKS * max(extent[1], input_shape[3]),), grad.dtype)
    chunk = _avg_pool2d_apart_chunk if kernel == stride and padding == (0, 0) else _avg_pool2d_backward_chunk
    body = address(chunk, int, *[grad.dtype] * 5, _INDEX)
    _avg_pool2d_backward.for_work(result.size)(_flat(grad), _flat(result), shares, *divisors, numbers, body)
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


# What the loops need to know: counts and geometry.
_Numbers = namedtuple(
    "_Numbers",
    "planes h w oh ow kernel_y kernel_x stride_y stride_x padding_y padding_x dilation_y dilation_x",
)


@lru_cache(maxsize=512)
def _numbers(input_shape, extent, kernel, stride, padding, dilation) -> np.ndarray:
    planes = input_shape[0] * input_shape[1]
    return np.array(_Numbers(planes, *input_shape[2:], *extent, *kernel, *stride, *padding, *dilation), np.int64)


@lru_cache(maxsize=512)
def _tables(input_shape, extent, kernel, stride, padding, dilation) -> tuple[np.ndarray, np.ndarray]:
    """For each tap how far it lies from the first, in the plane, and the windows of a row where it is not padding. For
    each row of windows where its first tap lies (perhaps in the padding), and the taps that meet the plane.
    """
    height, width = input_shape[2:]
    distances = _offsets(input_shape, kernel, dilation)
    where = [inside.function(kx, width, extent[1], stride[1], padding[1], dilation[1]) for kx in range(kernel[1])]
    taps = np.column_stack([distances, np.array(where * kernel[0])])
    y = np.arange(extent[0]) * stride[0] - padding[0]
    first = np.maximum(0, -(y // dilation[0]))
    last = np.minimum(kernel[0], (height - 1 - y) // dilation[0] + 1)
    rows = np.column_stack([y * width - padding[1], first * kernel[1], last * kernel[1]])
    return taps.astype(np.int64).reshape(-1), rows.astype(np.int64).reshape(-1)


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
def _max_pool2d(source, best, choices, lowest, taps, rows, numbers, body):
    for chunk in prange(_CHUNKS):
        call(body, np.int64(chunk), source, best, choices, lowest, taps, rows, numbers)


def _max_pool2d_chunk(chunk, source, best, choices, lowest, taps, rows, numbers):
    g = named(numbers, _Numbers)
    pairs = g.kernel_x == g.stride_x == 2 and g.dilation_x == g.dilation_y == 1 and g.padding_x == g.padding_y == 0
    pairs &= g.ow * 2 <= g.w
    first, end = g.planes * g.oh * chunk // _CHUNKS, g.planes * g.oh * (chunk + 1) // _CHUNKS
    for plane in range(first // g.oh, (end + g.oh - 1) // g.oh):  # no division in the inner loop: 15 ns of a row's 20
        for y in range(max(0, first - plane * g.oh), min(g.oh, end - plane * g.oh)):
            start, to = plane * g.h * g.w + rows[3 * y], (plane * g.oh + y) * g.ow
            if pairs:
                largest_of_pairs(g.ow, rows[3 * y + 2] // 2, source, start, g.w, best, choices, to, end * g.ow)
            else:
                largest_of_windows(
                    g.ow, taps, rows[3 * y + 1], rows[3 * y + 2], source, start, g.stride_x, lowest[0], best, choices,
                    to, end * g.ow,
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


def _max_pool2d_pairs_chunk(chunk, source, choices, result, offsets, window, numbers):
    """Windows side by side, of two columns: every element is written once."""
    g = named(numbers, _Numbers)
    last_plane, covered = g.planes * (chunk + 1) // _CHUNKS, min(g.w, g.ow * 2)
    for plane in range(g.planes * chunk // _CHUNKS, last_plane):
        y = 0
        for row in range(plane * g.oh, (plane + 1) * g.oh):
            for tap in range(0, min(g.kernel_y, g.h - y) * 2, 2):
                to = (plane * g.h + y) * g.w
                spread_pairs(g.ow, tap, source, choices, row * g.ow, result, to, covered, last_plane * g.h * g.w)
                for x in range(covered, g.w):
                    result[to + x] = 0
                y += 1
        for i in range((plane * g.h + y) * g.w, (plane + 1) * g.h * g.w):
            result[i] = 0


@parallel
def _avg_pool2d(source, total, heights, widths, taps, rows, numbers, body):
    for chunk in prange(_CHUNKS):
        call(body, np.int64(chunk), source, total, heights, widths, taps, rows, numbers)


def _avg_pool2d_chunk(chunk, source, total, heights, widths, taps, rows, numbers):
    g = named(numbers, _Numbers)
    first, end = g.planes * g.oh * chunk // _CHUNKS, g.planes * g.oh * (chunk + 1) // _CHUNKS
    for plane in range(first // g.oh, (end + g.oh - 1) // g.oh):
        for y in range(max(0, first - plane * g.oh), min(g.oh, end - plane * g.oh)):
            start, to = plane * g.h * g.w + rows[3 * y], (plane * g.oh + y) * g.ow
            sum_of_windows(
                g.ow, taps, rows[3 * y + 1], rows[3 * y + 2], source, start, g.stride_x, total, to, end * g.ow
            )  # fmt: skip
            for x in range(g.ow):
                total[to + x] /= heights[y] * widths[x]


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


def _avg_pool2d_apart_chunk(chunk, source, result, shares, heights, widths, numbers):
    """Windows side by side: every element is written once, whole rows at a time."""
    g = named(numbers, _Numbers)
    free, full = chunk * g.w, min(g.ow, g.w // g.kernel_x)  # the last window may hang over the end
    for plane in range(g.planes * chunk // _CHUNKS, g.planes * (chunk + 1) // _CHUNKS):
        for i in range(g.w):
            shares[free + i] = 0
        to = plane * g.h * g.w
        for y in range(g.oh):
            here = (plane * g.oh + y) * g.ow
            for i in range(g.kernel_x):
                for x in range(full):
                    shares[free + x * g.kernel_x + i] = source[here + x] / (heights[y] * widths[x])
            for i in range(full * g.kernel_x, min(g.w, g.ow * g.kernel_x)):
                shares[free + i] = source[here + full] / (heights[y] * widths[full])
            for _ in range(y * g.kernel_y, min((y + 1) * g.kernel_y, g.h)):
                for i in range(g.w):
                    result[to + i] = 0
                    result[to + i] += shares[free + i]  # -0 becomes 0, as where windows overlap
                to += g.w
        for i in range(to, (plane + 1) * g.h * g.w):
            result[i] = 0
