"""Running sums and products along an axis. PyTorch: aten/src/ATen/native/cpu/ReduceOpsKernel.cpp."""

import math

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous


def cumsum(array: np.ndarray, axis: int) -> np.ndarray:
    """The sum of every element and those before it; of floats, in float64 as PyTorch does."""
    return _scan(array, axis, False)


def cumprod(array: np.ndarray, axis: int) -> np.ndarray:
    """The product of every element and those before it; of floats, in float64 as PyTorch does."""
    return _scan(array, axis, True)


def _scan(array: np.ndarray, axis: int, product: bool) -> np.ndarray:
    if array.ndim == 0 or array.size == 0:
        return array.copy()
    kind, wide = array.dtype, np.dtype(np.float64 if array.dtype.kind == "f" else np.int64)
    if kind not in (np.float32, wide):
        with np.errstate(over="ignore"):
            return _scan(array.astype(wide), axis, product).astype(kind)
    array = array if array.flags.carray else contiguous(array)
    out = empty(array.shape, kind)
    outer, length, inner = math.prod(array.shape[:axis]), array.shape[axis], math.prod(array.shape[axis + 1 :])
    if inner == 1:
        loop = _rows_serial if array.size <= GRAIN else _rows_parallel
        loop(array.reshape(outer, length), wide.type(product), product, out.reshape(outer, length))
    else:
        totals = np.full((outer, inner), product, wide)
        loop = _columns_serial if array.size <= GRAIN else _columns_parallel
        loop(array.reshape(outer, length, inner), totals, product, out.reshape(outer, length, inner))
    return out


def _rows(array, start, product, out):
    for row in prange(array.shape[0]):
        line, into, total = array[row], out[row], start
        if product:
            for i in range(line.size):
                total *= line[i]
                into[i] = total
        else:
            for i in range(line.size):
                total += line[i]
                into[i] = total


_COLUMNS = 256  # neighbouring columns of one task: their totals stay in the cache


def _columns(array, totals, product, out):
    outer, length, inner = array.shape
    blocks = (inner + _COLUMNS - 1) // _COLUMNS
    for task in prange(outer * blocks):
        o, first = task // blocks, task % blocks * _COLUMNS
        block = slice(first, min(inner, first + _COLUMNS))
        total = totals[o, block]
        for i in range(length):
            row, into = array[o, i, block], out[o, i, block]
            if product:
                for k in range(total.size):
                    total[k] *= row[k]
                    into[k] = total[k]
            else:
                for k in range(total.size):
                    total[k] += row[k]
                    into[k] = total[k]


_rows_serial, _rows_parallel = serial(_rows), parallel(_rows)
_columns_serial, _columns_parallel = serial(_columns), parallel(_columns)


def cumulative_extreme(array: np.ndarray, axis: int, largest: bool) -> tuple[np.ndarray, np.ndarray]:
    """The largest (else the smallest) element so far, NaN above all; and the last place it stood at, int64."""
    if array.ndim == 0:
        return array.copy(), np.zeros((), np.int64)
    values = (np.maximum if largest else np.minimum).accumulate(array, axis)
    index = np.arange(array.shape[axis]).reshape([-1 if i == axis else 1 for i in range(array.ndim)])
    reached = (array == values) | (array != array)
    return np.ascontiguousarray(values), np.maximum.accumulate(np.where(reached, index, 0), axis)


def logcumsumexp(array: np.ndarray, axis: int) -> np.ndarray:
    """The logarithm of the sum of the exponentials of every element and those before it."""
    if array.ndim == 0:
        return array.copy()
    with np.errstate(all="ignore"):
        return np.logaddexp.accumulate(array.astype(np.float64), axis).astype(array.dtype, order="C")
