"""Running sums and products along an axis, by trees. PyTorch: aten/src/ATen/native/cuda/{ScanUtils.cuh,ScanKernels.cpp}.

A block takes a row, or a piece of one: each thread a few neighbours, then all threads exchange totals in a butterfly, and
what stood before is carried along. Pieces are cut by the shape alone, and their totals added up first. Where the
elements of one row do not lie side by side, and there are many rows, a thread takes a row.
"""

import math
from collections.abc import Callable

import numpy as np

from minitorch.kernels import formulas, special_formulas
from minitorch.kernels.cuda import _block
from minitorch.kernels.cuda._block import exchange
from minitorch.kernels.cuda._compile import THREADS, blocks, device, formula, kernel, numba_type
from minitorch.kernels.cuda._driver import SIMULATED, cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty, zeros
from minitorch.kernels.cuda.pointwise import cast, contiguous

_EACH = 2 if SIMULATED else 8  # neighbours that one thread takes
_TILE = _block.THREADS * _EACH
_WARPS = _block.THREADS // 32
_SHORT = 32  # rows up to this length are one thread's
_BLOCKS = 1024
_MANY = _BLOCKS * THREADS // 8  # columns that keep the GPU busy with one thread each


def cumsum(array: DeviceArray, axis: int) -> DeviceArray:
    """The sum of every element and those before it; of floats, in float64 as PyTorch does."""
    return _SUM(array, axis)


def cumprod(array: DeviceArray, axis: int) -> DeviceArray:
    """The product of every element and those before it; of floats, in float64 as PyTorch does."""
    return _PRODUCT(array, axis)


def cumulative_extreme(array: DeviceArray, axis: int, largest: bool) -> tuple[DeviceArray, DeviceArray]:
    """The largest (else the smallest) element so far, NaN above all; and the last place it stood at, int64."""
    if array.ndim == 0:
        return array.copy(), zeros((), np.int64)
    array = array if array.flags.c_contiguous else contiguous(array)
    values = (_LARGEST if largest else _SMALLEST)(array, axis)
    places = empty(array.shape, np.int64)
    if array.size:
        wide = np.dtype(np.float32)
        seen = [cast(each, wide) if each.dtype.char == "e" else each for each in (array, values)]
        length, inner = array.shape[axis], math.prod(array.shape[axis + 1 :])
        _reached[blocks(array.size), THREADS](*seen, places, array.size, length, inner)
    return values, _LARGEST(places, axis)


@kernel
def _reached(array, values, places, count, length, inner):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        places[i] = i // inner % length if array[i] == values[i] or array[i] != array[i] else 0


def logcumsumexp(array: DeviceArray, axis: int) -> DeviceArray:
    """The logarithm of the sum of the exponentials of every element and those before it. In float64."""
    return _LOG_SUM_EXP(array, axis)


class Scan:
    """The kernel of one scan. `combine` joins what stands before with what follows, and `first(dtype)` changes nothing."""

    __slots__ = ("_combine", "_first", "_kernels")

    def __init__(self, combine: Callable, first: Callable):
        self._combine = combine
        self._first = first
        self._kernels: dict = {}

    def __call__(self, array: DeviceArray, axis: int) -> DeviceArray:
        if array.ndim == 0 or array.size == 0:
            return array.copy()
        kind, wide = array.dtype, np.dtype(np.float64 if array.dtype.kind == "f" else np.int64)
        if kind not in (np.float32, wide):
            return cast(self(cast(array, wide), axis), kind)
        array = array if array.flags.c_contiguous else contiguous(array)
        outer, length, inner = math.prod(array.shape[:axis]), array.shape[axis], math.prod(array.shape[axis + 1 :])
        first = self._first(wide)
        if length <= _SHORT or (inner > 1 and outer * inner >= _MANY):
            out = empty(array.shape, kind)
            _, _, columns = self._loops(wide)
            columns[blocks(outer * inner), THREADS](array, out, outer * inner, length, inner, first)
            return out
        if inner == 1:
            return self._rows(array.reshape(outer, length), kind, first).reshape(array.shape)
        turned = contiguous(array.reshape(outer, length, inner).transpose(0, 2, 1)).reshape(outer * inner, length)
        rows = self._rows(turned, kind, first).reshape(outer, inner, length)
        return contiguous(rows.transpose(0, 2, 1)).reshape(array.shape)

    def _rows(self, array: DeviceArray, kind: np.dtype, first: np.generic) -> DeviceArray:
        """(rows, length), contiguous."""
        rows, length = array.shape
        pieces = max(1, min(_BLOCKS // rows, (length + _TILE - 1) // _TILE))
        step = ((length + pieces - 1) // pieces + _TILE - 1) // _TILE * _TILE
        pieces = (length + step - 1) // step
        totals, scan, _ = self._loops(first.dtype)
        before = empty((rows, pieces), first.dtype)
        if pieces > 1:
            totals[rows * pieces, _block.THREADS](array, before, rows * pieces, length, pieces, step, first)
            before = self._rows(before, first.dtype, first)
        out = empty(array.shape, kind)
        scan[min(rows * pieces, 1 << 30), _block.THREADS](array, before, out, rows * pieces, length, pieces, step, first)
        return out

    def _loops(self, kind: np.dtype) -> tuple:
        """The kernels for totals of this dtype: of pieces, along rows, along columns."""
        if kind not in self._kernels:
            self._kernels[kind] = _loops(self._combine(), kind)
        return self._kernels[kind]


def _loops(combine: Callable, kind: np.dtype) -> tuple:
    scan_block = _block_scan(combine, numba_type(kind).dtype)

    @device
    def own(array, place, end, first):
        """What this thread's elements of a tile come to."""
        total = first
        for i in range(place, min(end, place + _EACH)):
            total = combine(total, array[i])
        return total

    @kernel
    def totals(array, out, count, length, pieces, step, first):
        for task in range(cuda.blockIdx.x, count, cuda.gridDim.x):
            row, begin = task // pieces * length, task % pieces * step
            end, carry = row + min(length, begin + step), first
            for tile in range(row + begin, end, _TILE):
                _, whole = scan_block(own(array, tile + cuda.threadIdx.x * _EACH, end, first), first)
                carry = combine(carry, whole)
            if cuda.threadIdx.x == 0:
                out[task] = carry

    @kernel
    def rows(array, before, out, count, length, pieces, step, first):
        for task in range(cuda.blockIdx.x, count, cuda.gridDim.x):
            row, begin = task // pieces * length, task % pieces * step
            end = row + min(length, begin + step)
            carry = before[task - 1] if task % pieces > 0 else first
            for tile in range(row + begin, end, _TILE):
                place = tile + cuda.threadIdx.x * _EACH
                earlier, whole = scan_block(own(array, place, end, first), first)
                total = combine(carry, earlier)
                for i in range(place, min(end, place + _EACH)):
                    total = combine(total, array[i])
                    out[i] = total
                carry = combine(carry, whole)

    @kernel
    def columns(array, out, count, length, inner, first):
        for column in range(cuda.grid(1), count, cuda.gridsize(1)):
            place, total = column // inner * length * inner + column % inner, first
            for _ in range(length):
                total = combine(total, array[place])
                out[place] = total
                place += inner

    return totals, rows, columns


def _block_scan(combine: Callable, kind) -> Callable:
    """A device function: what the threads before this one come to, and what all do. All must call it."""

    @device
    def scan(value, first):
        shared = cuda.shared.array(_WARPS, kind)
        before, total = first, value
        for step in range(5):
            other = exchange(total, 1 << step)
            if cuda.threadIdx.x & (1 << step):
                before = combine(other, before)
                total = combine(other, total)
            else:
                total = combine(total, other)
        if cuda.threadIdx.x % 32 == 0:
            shared[cuda.threadIdx.x // 32] = total
        cuda.syncthreads()
        earlier, whole = first, first
        for warp in range(_WARPS):
            if warp == cuda.threadIdx.x // 32:
                earlier = whole
            whole = combine(whole, shared[warp])
        cuda.syncthreads()
        return combine(earlier, before), whole

    return scan


def _add(a, b):
    return a + b


def _multiply(a, b):
    return a * b


def _lowest(dtype: np.dtype) -> np.generic:
    return dtype.type(-math.inf) if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype: np.dtype) -> np.generic:
    return dtype.type(math.inf) if dtype.kind == "f" else np.iinfo(dtype).max


_SUM = Scan(lambda: device(_add), lambda dtype: dtype.type(0))
_PRODUCT = Scan(lambda: device(_multiply), lambda dtype: dtype.type(1))
_LARGEST = Scan(lambda: device(formulas.maximum), lambda dtype: dtype.type(_lowest(dtype)))
_SMALLEST = Scan(lambda: device(formulas.minimum), lambda dtype: dtype.type(_highest(dtype)))
_LOG_SUM_EXP = Scan(lambda: formula(special_formulas.logaddexp), _lowest)
