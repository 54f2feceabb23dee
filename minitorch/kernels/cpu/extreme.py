"""The largest or smallest element, and its place. PyTorch: ATen/native/cpu/TensorCompareKernel.cpp."""

import math

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu._vectors import largest as vector_largest
from minitorch.kernels.cpu._vectors import smallest as vector_smallest
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous


def extreme(
    array: np.ndarray, axis: int | None, keepdim: bool, largest: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The largest (else the smallest) elements along the axis, and their first places (int64). NaN wins.

    Without an axis, the place among all elements, row by row. The axis must not be empty.
    """
    if array.dtype == np.float16:  # exact in float32, which Numba has on the CPU
        values, places = extreme(array.astype(np.float32), axis, keepdim, largest)
        return values.astype(np.float16), places
    shape = array.shape
    begin, end = (0, len(shape)) if axis is None or not shape else (axis, axis + 1)
    rest = shape[:begin] + (1,) * keepdim * (end - begin) + shape[end:]
    values, places = empty(rest, array.dtype), empty(rest, np.int64)
    if values.size:
        outer, inner = math.prod(shape[:begin]), math.prod(shape[end:])
        array = array if array.flags.carray else contiguous(array)
        if array.dtype == np.bool_:  # LLVM compares it as a signed number of one bit
            array, bits = array.view(np.uint8), values.view(np.uint8)
        else:
            bits = values
        if inner == 1:
            loop = _rows_serial if array.size <= GRAIN else _rows_parallel
            loop(array.reshape(outer, -1), bits.reshape(outer), places.reshape(outer), largest)
        else:
            loop = _columns_serial if array.size <= GRAIN else _columns_parallel
            loop(array.reshape(outer, -1, inner), bits.reshape(outer, inner), places.reshape(outer, inner), largest)
    return values, places


# A task is a row, or up to _COLUMNS neighbouring columns, whose best so far stay in the cache.
_COLUMNS = 256


def _of_rows(array, values, places, largest):
    for row in prange(array.shape[0]):
        line = array[row]
        best = vector_largest(line) if largest else vector_smallest(line)
        values[row], places[row] = best, _place_of(line, best)


@serial
def _place_of(line, best):
    for i in range(line.size):
        if line[i] == best or line[i] != line[i]:
            return i
    return 0


def _of_columns(array, values, places, largest):
    outer, length, inner = array.shape
    blocks = (inner + _COLUMNS - 1) // _COLUMNS
    for task in prange(outer * blocks):
        o, first = task // blocks, task % blocks * _COLUMNS
        block = slice(first, min(inner, first + _COLUMNS))
        best, place = values[o, block], places[o, block]
        for k in range(best.size):
            best[k], place[k] = array[o, 0, first + k], 0
        for i in range(1, length):
            row = array[o, i, block]
            for k in range(best.size):
                new, old = row[k], best[k]
                better = (new > old if largest else new < old) or (new != new and old == old)
                best[k] = new if better else old
                place[k] = i if better else place[k]


_rows_serial, _rows_parallel = serial(_of_rows), parallel(_of_rows)
_columns_serial, _columns_parallel = serial(_of_columns), parallel(_of_columns)
