"""Reductions over any axes of an array: trees of totals. PyTorch: aten/src/ATen/native/cuda/Reduce.cuh, ReduceSumProdKernel.cu.

As on the CPU: the axes are put into memory order, and each run of reduced ones is one pass over (outer, reduced,
inner). Where the reduced elements lie side by side, a block takes a row; where the kept ones do, a thread takes a
column. Long rows are cut into pieces, by their length alone, whose totals a second launch adds up.
"""

import math
from collections.abc import Callable

import numpy as np

from minitorch.kernels import formulas
from minitorch.kernels.cuda import _block
from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel, numba_type
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.pointwise import cast, contiguous

# Rows shorter than this are one thread's; a pass with fewer blocks than _BLOCKS cuts its rows into pieces.
_SHORT = 32
_BLOCKS = 1024
_PIECE = 4096  # elements of a row that a block should have at least


class Reduction:
    """The kernel of one reduction: `kernel(array, axes, keepdim, dtype, divisor)`, as on the CPU.

    `combine(total, element)` also merges two totals. The totals start at `first(dtype)` and have its dtype;
    at the end each becomes `finish(total, divisor)`. `axes`: ascending, not negative; None or empty for all.
    """

    __slots__ = ("_combine", "_finish", "_first", "_kernels")

    def __init__(self, combine: Callable, first: Callable, finish: Callable):
        self._combine = combine
        self._first = first
        self._finish = finish
        self._kernels: dict = {}

    def __call__(
        self,
        array: DeviceArray,
        axes: tuple[int, ...] | None,
        keepdim: bool,
        dtype: np.dtype,
        divisor: float = 1.0,
    ) -> DeviceArray:
        if array.dtype.char == "e":  # float16 is added up in float32
            single = np.dtype(np.float32)
            return cast(self(cast(array, single), axes, keepdim, single, divisor), dtype)
        axes = axes or tuple(range(array.ndim))
        if keepdim:
            shape = tuple([1 if axis in axes else size for axis, size in enumerate(array.shape)])
        else:
            shape = tuple([size for axis, size in enumerate(array.shape) if axis not in axes])
        out = empty(shape, dtype)
        if out.size:
            self._reduce(array, axes, out, divisor)
        return out

    def _reduce(self, array: DeviceArray, axes: tuple[int, ...], out: DeviceArray, divisor: float) -> None:
        array, order = in_memory_order(array)
        order = [axis for axis, size in zip(order, array.shape) if size != 1]
        array = array.reshape([size for size in array.shape if size != 1])
        reduced = [axis in axes for axis in order]
        kept = [axis for axis in order if axis not in axes]
        while True:
            begin, end = _innermost_run(reduced)
            shape = array.shape
            view = array.reshape(math.prod(shape[:begin]), math.prod(shape[begin:end]), math.prod(shape[end:]))
            if True not in reduced[:begin]:
                break
            array = empty(shape[:begin] + shape[end:], self._first(array.dtype).dtype)
            self._pass(view, array, None)
            del reduced[begin:end]
        if kept == sorted(kept):
            self._pass(view, out, divisor)
        else:
            result = empty([shape[place] for place in range(len(shape)) if not reduced[place]], out.dtype)
            self._pass(view, result, divisor)
            out[...] = result.transpose([kept.index(axis) for axis in sorted(kept)]).reshape(out.shape)

    def _pass(self, array: DeviceArray, out: DeviceArray, divisor: float | None) -> None:
        """(outer, reduced, inner) -> (outer, inner); with a divisor the totals are finished."""
        outer, length, inner = array.shape
        if not outer * inner:  # only in a pass before the last, whose own reduced axis is empty
            return
        first = self._first(array.dtype)
        pieces = _pieces(outer, length, inner)
        if pieces > 1:
            totals = empty((outer, pieces, inner), first.dtype)
            self._run(array, totals, pieces, first, None)
            array, pieces = totals, 1
        self._run(array, out, pieces, first, divisor)

    def _run(self, array: DeviceArray, out: DeviceArray, pieces: int, first: np.generic, divisor: float | None) -> None:
        outer, length, inner = array.shape
        rows, columns, last_rows, last_columns = self._loops(first.dtype)
        step = (length + pieces - 1) // pieces
        arguments = (array, out, outer, length, inner, pieces, step, first)
        if divisor is None:
            divisor = ()
        else:
            rows, columns, divisor = last_rows, last_columns, (float(divisor),)
        if inner == 1 and length > _SHORT:
            rows[min(outer * pieces, 1 << 30), _block.THREADS](*arguments, *divisor)
        else:
            columns[blocks(outer * pieces * inner), THREADS](*arguments, *divisor)

    def _loops(self, kind: np.dtype) -> tuple:
        """The kernels for totals of this dtype: over rows, over columns, and the same that finish."""
        if kind not in self._kernels:
            self._kernels[kind] = _loops(device(self._combine), device(self._finish), kind)
        return self._kernels[kind]


def in_memory_order(array: DeviceArray) -> tuple[DeviceArray, list[int]]:
    """The array with its axes from the largest stride to the smallest; a copy only if it has gaps."""
    order = list(range(array.ndim))
    if array.flags.c_contiguous:
        return array, order
    by_stride = sorted(order, key=lambda axis: -array.strides[axis])
    permuted = array.transpose(by_stride)
    if permuted.flags.c_contiguous:
        return permuted, by_stride
    return contiguous(array), order


def _innermost_run(reduced: list[bool]) -> tuple[int, int]:
    """Where the last run of reduced axes begins and ends."""
    end = len(reduced)
    while end > 0 and not reduced[end - 1]:
        end -= 1
    begin = end
    while begin > 0 and reduced[begin - 1]:
        begin -= 1
    return begin, end


def _pieces(outer: int, length: int, inner: int) -> int:
    """How many pieces the reduced axis is cut into: by the shape alone."""
    if inner == 1:
        return max(1, min(_BLOCKS // outer, length // _PIECE))
    return max(1, min(_BLOCKS * THREADS // (outer * inner), length // 64))


def _loops(combine: Callable, finish: Callable, kind: np.dtype) -> tuple:
    total_of = _block.block_total(combine, numba_type(kind).dtype)

    @device
    def along(array, outer, length, inner, pieces, step, first, task):
        """One piece of one column."""
        i, place = task % inner, task // inner
        o, begin = place // pieces, place % pieces * step
        total = first
        for j in range(begin, min(length, begin + step)):
            total = combine(total, array[(o * length + j) * inner + i])
        return total

    @device
    def across(array, length, pieces, step, first, task):
        """One piece of one row, by all threads of the block."""
        o, begin = task // pieces, task % pieces * step
        total = first
        for j in range(begin + cuda.threadIdx.x, min(length, begin + step), cuda.blockDim.x):
            total = combine(total, array[o * length + j])
        return total_of(total, first)

    @kernel
    def rows(array, out, outer, length, inner, pieces, step, first):
        for task in range(cuda.blockIdx.x, outer * pieces, cuda.gridDim.x):
            total = across(array, length, pieces, step, first, task)
            if cuda.threadIdx.x == 0:
                out[task] = total

    @kernel
    def columns(array, out, outer, length, inner, pieces, step, first):
        for task in range(cuda.grid(1), outer * pieces * inner, cuda.gridsize(1)):
            out[task] = along(array, outer, length, inner, pieces, step, first, task)

    @kernel
    def last_rows(array, out, outer, length, inner, pieces, step, first, divisor):
        for task in range(cuda.blockIdx.x, outer * pieces, cuda.gridDim.x):
            total = across(array, length, pieces, step, first, task)
            if cuda.threadIdx.x == 0:
                out[task] = finish(total, divisor)

    @kernel
    def last_columns(array, out, outer, length, inner, pieces, step, first, divisor):
        for task in range(cuda.grid(1), outer * pieces * inner, cuda.gridsize(1)):
            out[task] = finish(along(array, outer, length, inner, pieces, step, first, task), divisor)

    return rows, columns, last_rows, last_columns


# Totals are float64 or int64, or for products and extremes of floating-point numbers those numbers.


def _add(total, element):
    return total + element


def _multiply(total, element):
    return total * element


def _either(total, element):
    return total | (element != 0)


def _both(total, element):
    return total & (element != 0)


def _divide(total, divisor):
    return total / divisor


def _keep(total, divisor):
    return total


def _lowest(dtype: np.dtype) -> np.generic:
    if dtype.kind == "f":
        return dtype.type(-math.inf)
    return np.int64(0 if dtype.kind == "b" else np.iinfo(dtype).min)


def _highest(dtype: np.dtype) -> np.generic:
    if dtype.kind == "f":
        return dtype.type(math.inf)
    return np.int64(1 if dtype.kind == "b" else np.iinfo(dtype).max)


_ZERO, _ONE = np.int64(0), np.int64(1)
_FLOAT_ZERO = np.float64(0)

sum = Reduction(_add, lambda dtype: _FLOAT_ZERO, _divide)  # of floats; with a divisor: the mean
integer_sum = Reduction(_add, lambda dtype: _ZERO, _keep)
prod = Reduction(_multiply, lambda dtype: dtype.type(1), _keep)
integer_prod = Reduction(_multiply, lambda dtype: _ONE, _keep)
amax = Reduction(formulas.maximum, _lowest, _keep)
amin = Reduction(formulas.minimum, _highest, _keep)
any = Reduction(_either, lambda dtype: _ZERO, _keep)
all = Reduction(_both, lambda dtype: _ONE, _keep)
