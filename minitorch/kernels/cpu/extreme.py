"""The largest or smallest element, and its place. PyTorch: ATen/native/cpu/TensorCompareKernel.cpp."""

import math

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
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
        (_serial if array.size <= GRAIN else _parallel)(
            array.reshape(outer, -1, inner),
            values.reshape(outer, inner),
            places.reshape(outer, inner),
            largest,
        )
    return values, places


def _extreme(array, values, places, largest):
    outer, length, inner = array.shape
    for task in prange(outer * inner):
        o, k = task // inner, task % inner
        best = array[o, 0, k]
        place = 0
        for i in range(1, length):
            if best != best:
                break
            element = array[o, i, k]
            if (element > best if largest else element < best) or element != element:
                best = element
                place = i
        values[o, k] = best
        places[o, k] = place


_serial, _parallel = serial(_extreme), parallel(_extreme)
