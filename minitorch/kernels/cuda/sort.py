"""Sorting along an axis, by merging. PyTorch: aten/src/ATen/native/cuda/{Sort,Sorting,Unique,TensorModeKernel,Bucketization}.cu.

A pass merges neighbouring sorted runs into runs of twice the length, and every element finds its place by itself: its rank
in its own run, and by bisection how many of the other run stand before it. So a sort is stable and gives the same bits
every time. PyTorch's radix sort moves each element 4 or 8 times; here it is log2(length / 32) times.
"""

import math

import numpy as np

from minitorch.kernels import _gpu
from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel
from minitorch.kernels.cuda._driver import SIMULATED, cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty, zeros
from minitorch.kernels.cuda.pointwise import cast, contiguous
from minitorch.kernels.cuda.scan import cumsum

_INT64 = np.dtype(np.int64)
_RUN = 4 if SIMULATED else 32  # what the first pass sorts, by comparing each element with all others


def sort(array: DeviceArray, axis: int, descending: bool) -> tuple[DeviceArray, DeviceArray]:
    """The elements in order, and the places (int64) they came from. Stable; NaN counts as largest."""
    if array.ndim == 0:
        return array.copy(), zeros((), _INT64)
    values, places = sorted_rows(rows_along(array, axis), descending)
    shape = [size for place, size in enumerate(array.shape) if place != axis] + [array.shape[axis]]
    order = [*range(axis), array.ndim - 1, *range(axis, array.ndim - 1)]
    return tuple([contiguous(each.reshape(shape).transpose(order)) if axis != array.ndim - 1 else each.reshape(shape) for each in (values, places)])


def rows_along(array: DeviceArray, axis: int) -> DeviceArray:
    """The lines of an axis as the rows of a contiguous matrix: (lines, length)."""
    order = [each for each in range(array.ndim) if each != axis] + [axis]
    moved = array.transpose(order)
    return (moved if moved.flags.c_contiguous else contiguous(moved)).reshape(array.size // max(array.shape[axis], 1), array.shape[axis])


def sorted_rows(rows: DeviceArray, descending: bool = False) -> tuple[DeviceArray, DeviceArray]:
    """Each row of a contiguous matrix in order, and the places (int64) of its elements in the row before."""
    kind = rows.dtype
    if kind.char == "e":  # exact in float32, in which the GPU compares
        values, places = sorted_rows(cast(rows, np.dtype(np.float32)), descending)
        return cast(values, kind), places
    if kind.kind == "b":
        values, places = sorted_rows(rows.view(np.uint8), descending)
        return values.view(kind), places
    length, grid = rows.shape[-1], blocks(rows.size)
    values, places = empty(rows.shape, kind), empty(rows.shape, _INT64)
    if not rows.size:
        return values, places
    _sort_runs[grid, THREADS](rows, values, places, rows.size, length, descending)
    width = _RUN
    if width < length:
        more_values, more_places = empty(rows.shape, kind), empty(rows.shape, _INT64)
    while width < length:
        _merge[grid, THREADS](values, places, more_values, more_places, rows.size, length, width, descending)
        values, places, more_values, more_places = more_values, more_places, values, places
        width *= 2
    return values, places


@device
def _before(a, b, descending):
    """Whether a must stand before b."""
    if descending:
        return a > b or (a != a and b == b)
    return a < b or (b != b and a == a)


@kernel
def _sort_runs(array, values, places, count, length, descending):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        value, j = array[i], i % length
        first = i - j % _RUN
        last = min(i - j + length, first + _RUN)
        rank = first
        for k in range(first, i):
            if not _before(value, array[k], descending):
                rank += 1
        for k in range(i + 1, last):
            if _before(array[k], value, descending):
                rank += 1
        values[rank] = value
        places[rank] = j


@kernel
def _merge(values, places, out_values, out_places, count, length, width, descending):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        value, j = values[i], i % length
        row = i - j
        first = row + j // (2 * width) * (2 * width)
        middle = min(row + length, first + width)
        last = min(row + length, first + 2 * width)
        left = i < middle
        low, high = (middle, last) if left else (first, middle)
        while low < high:
            half = (low + high) // 2
            if _before(values[half], value, descending) or not (left or _before(value, values[half], descending)):
                low = half + 1
            else:
                high = half
        rank = i + low - middle  # of the left run: as many behind the middle; of the right: as many before it are to come
        out_values[rank] = value
        out_places[rank] = places[i]


# ---- One element of each line, by rank ----


_MEDIAN, _NANMEDIAN = -1, -2


def median(array: DeviceArray, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The middle element, the lower of two, or the first NaN; and its place, int64."""
    return _picked(array, _MEDIAN, axis, keepdim)


def nanmedian(array: DeviceArray, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The middle of the elements that are not NaN, and its place, int64."""
    return _picked(array, _NANMEDIAN, axis, keepdim)


def kthvalue(array: DeviceArray, k: int, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The k-th smallest element, counted from 1, NaN the largest; and its place, int64."""
    return _picked(array, k - 1, axis, keepdim)


def _picked(array: DeviceArray, rank: int, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The elements of this rank, or the medians, and their places."""
    if array.dtype.char == "e":
        value, place = _picked(cast(array, np.dtype(np.float32)), rank, axis, keepdim)
        return cast(value, array.dtype), place
    return _of_each_line(array, axis, keepdim, _pick, rank)


def _of_each_line(array: DeviceArray, axis: int, keepdim: bool, loop, *arguments) -> tuple[DeviceArray, DeviceArray]:
    if array.ndim == 0:
        return array.copy(), zeros((), _INT64)
    values, places = sorted_rows(rows_along(array, axis))
    lines, length = values.shape
    shape = array.shape[:axis] + (1,) * keepdim + array.shape[axis + 1 :]
    value, place = empty(shape, array.dtype), empty(shape, _INT64)
    if value.size:
        loop[blocks(lines), THREADS](values, places, value, place, lines, length, *arguments)
    return value, place


@kernel
def _pick(values, places, out_values, out_places, lines, length, rank):
    for row in range(cuda.grid(1), lines, cuda.gridsize(1)):
        low, high = row * length, (row + 1) * length  # NaN are last: bisect for the first
        while low < high:
            half = (low + high) // 2
            if values[half] == values[half]:
                low = half + 1
            else:
                high = half
        known = low - row * length
        if rank >= 0:
            chosen = rank
        elif rank == -2:
            chosen = max(known - 1, 0) // 2
        else:
            chosen = known if known < length else (length - 1) // 2
        out_values[row] = values[row * length + chosen]
        out_places[row] = places[row * length + chosen]


def mode(array: DeviceArray, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The most frequent element, the smallest of several, and the last of its places, int64."""
    if array.dtype.char == "e":
        value, place = mode(cast(array, np.dtype(np.float32)), axis, keepdim)
        return cast(value, array.dtype), place
    return _of_each_line(array, axis, keepdim, _longest_run)


@kernel
def _longest_run(values, places, out_values, out_places, lines, length):
    for row in range(cuda.grid(1), lines, cuda.gridsize(1)):
        first = best = row * length
        longest = 0
        for i in range(row * length + 1, (row + 1) * length):
            if values[i] != values[i - 1]:
                first = i
            if i - first > longest:
                longest, best = i - first, i
        out_values[row] = values[best]
        out_places[row] = places[best]


# ---- Different elements ----


def unique(array: DeviceArray) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The different elements in ascending order, which of them each element is, and how often each occurs."""
    line = array.reshape(array.size, 1)
    _, order = sorted_rows(line.reshape(1, array.size))
    places, inverse, counts = _runs(line, order.reshape(-1))
    return take(line.reshape(-1), places), inverse.reshape(array.shape), counts


def unique_slices(array: DeviceArray, axis: int) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The places of the different slices of an axis in ascending order, which each slice is, and how often they occur.

    One stable sort for every element of a slice, the last first.
    """
    rows = _slices(array, axis)
    order = _count_up(rows.shape[0])
    for column in range(rows.shape[1])[::-1]:
        _, moved = sorted_rows(take(contiguous(rows[:, column]), order).reshape(1, -1))
        order = take(order, moved.reshape(-1))
    return _runs(rows, order)


def unique_runs(array: DeviceArray, axis: int) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The same for slices of which only neighbours are compared, in the order they come."""
    rows = _slices(array, axis)
    return _runs(rows, _count_up(rows.shape[0]))


def _slices(array: DeviceArray, axis: int) -> DeviceArray:
    order = [axis] + [each for each in range(array.ndim) if each != axis]
    shape = array.shape[axis], math.prod(array.shape[:axis] + array.shape[axis + 1 :])
    return contiguous(array.transpose(order)).reshape(shape)


def _runs(rows: DeviceArray, order: DeviceArray) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    count, width = rows.shape
    if rows.dtype.char == "e":
        rows = cast(rows, np.dtype(np.float32))
    new, inverse = empty((count,), _INT64), empty((count,), _INT64)
    if count:
        _starts_run[blocks(count), THREADS](rows, order, new, count, width)
    numbers = cumsum(new, 0)  # of the run that each belongs to, from 1
    found = counted(numbers[count - 1]) if count else 0
    places, firsts, counts = empty((found,), _INT64), empty((found,), _INT64), empty((found,), _INT64)
    _list_runs[blocks(count), THREADS](order, new, numbers, inverse, places, firsts, count)
    _lengths[blocks(found), THREADS](firsts, counts, found, count)
    return places, inverse, counts


def counted(number: DeviceArray) -> int:
    """A number that the GPU counted, on which a shape depends; 0 where kernels are compiled and not run."""
    return 0 if _gpu.compiled_only() else number.item()


@kernel
def _starts_run(rows, order, new, count, width):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        differs = i == 0
        if i > 0:
            for k in range(width):
                if rows[order[i] * width + k] != rows[order[i - 1] * width + k]:
                    differs = True
        new[i] = 1 if differs else 0


@kernel
def _list_runs(order, new, numbers, inverse, places, firsts, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        number = numbers[i] - 1
        inverse[order[i]] = number
        if new[i] == 1:
            places[number] = order[i]
            firsts[number] = i


@kernel
def _lengths(firsts, counts, found, count):
    for i in range(cuda.grid(1), found, cuda.gridsize(1)):
        counts[i] = (firsts[i + 1] if i + 1 < found else count) - firsts[i]


def take(line: DeviceArray, places: DeviceArray) -> DeviceArray:
    """The elements of one line at places of another."""
    out = empty(places.shape, line.dtype)
    if out.size:
        _take[blocks(out.size), THREADS](line, places, out, out.size)
    return out


@kernel
def _take(line, places, out, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[i] = line[places[i]]


def _count_up(count: int) -> DeviceArray:
    out = empty((count,), _INT64)
    if count:
        _number[blocks(count), THREADS](out, count)
    return out


@kernel
def _number(out, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[i] = i


# ---- Places in sorted lines ----


def searchsorted(lines: DeviceArray, values: DeviceArray, right: bool, dtype: np.dtype) -> DeviceArray:
    """The places of values in sorted lines: in one for all, or in a line for each line of values."""
    kind = np.result_type(lines.dtype, values.dtype, *(np.float32,) * (lines.dtype.char == "e" or values.dtype.char == "e"))
    lines, values = (each if each.dtype == kind and each.flags.c_contiguous else contiguous(cast(each, kind)) for each in (lines, values))
    if kind.kind == "b":
        lines, values = lines.view(np.uint8), values.view(np.uint8)
    out = empty(values.shape, dtype)
    if out.size:
        length = lines.shape[-1]
        each = out.size if lines.ndim == 1 else values.shape[-1]  # values that share a line
        _bisect[blocks(out.size), THREADS](lines, values, out, out.size, length, each, right)
    return out


@kernel
def _bisect(lines, values, out, count, length, each, right):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        value, row = values[i], i // each * length
        low, high = row, row + length
        while low < high:
            half = (low + high) // 2
            if _before(lines[half], value, False) or (right and not _before(value, lines[half], False)):
                low = half + 1
            else:
                high = half
        out[i] = low - row
