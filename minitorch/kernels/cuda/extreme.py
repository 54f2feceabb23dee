"""The largest or smallest element, and its place, by trees. PyTorch: ATen/native/cuda/{TensorCompare.cu,ReduceArgMaxKernel.cu}.

Of equal elements the first place wins at every joint of the tree, and NaN wins over all: no order of threads matters.
"""

import math

import numpy as np

from minitorch.kernels.cuda import _block
from minitorch.kernels.cuda._block import exchange
from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel, numba_type
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.pointwise import cast, contiguous

_SHORT = 32  # rows up to this length are one thread's
_BLOCKS = 1024
_PIECE = 4096  # elements of a long row that a block should have at least
_WARPS = _block.THREADS // 32


def extreme(
    array: DeviceArray, axis: int | None, keepdim: bool, largest: bool
) -> tuple[DeviceArray, DeviceArray]:
    """The largest (else the smallest) elements along the axis, and their first places (int64). NaN wins.

    Without an axis, the place among all elements, row by row. The axis must not be empty.
    """
    if array.dtype.char == "e":  # exact in float32
        values, places = extreme(cast(array, np.dtype(np.float32)), axis, keepdim, largest)
        return cast(values, array.dtype), places
    shape = array.shape
    begin, end = (0, len(shape)) if axis is None or not shape else (axis, axis + 1)
    rest = shape[:begin] + (1,) * keepdim * (end - begin) + shape[end:]
    values, places = empty(rest, array.dtype), empty(rest, np.int64)
    if values.size:
        outer, inner = math.prod(shape[:begin]), math.prod(shape[end:])
        array = array if array.flags.c_contiguous else contiguous(array)
        _reduce(array.reshape(outer, array.size // (outer * inner), inner), values, places, largest)
    return values, places


def _reduce(array: DeviceArray, values: DeviceArray, places: DeviceArray, largest: bool) -> None:
    """(outer, length, inner) -> outer * inner; long rows are cut into pieces, by the shape alone, and theirs compared."""
    outer, length, inner = array.shape
    if inner == 1:
        pieces = max(1, min(_BLOCKS // outer, length // _PIECE))
    else:
        pieces = max(1, min(_BLOCKS * THREADS // (outer * inner), length // 64))
    if pieces == 1:
        _run(array, values, places, places, False, 1, largest)
        return
    best = empty((outer, pieces, inner), array.dtype)
    where = empty((outer, pieces, inner), np.int64)
    _run(array, best, where, where, False, pieces, largest)
    _run(best, values, places, where, True, 1, largest)


def _run(array: DeviceArray, values: DeviceArray, places: DeviceArray, where: DeviceArray, second: bool, pieces: int, largest: bool) -> None:
    """`where`: for a second pass, the places that the first found."""
    outer, length, inner = array.shape
    step = (length + pieces - 1) // pieces
    rows, columns = _kernels(array.dtype)
    arguments = (array, values, places, where, second, outer * pieces, length, inner, pieces, step, largest)
    if inner == 1 and length > _SHORT:
        rows[min(outer * pieces, 1 << 30), _block.THREADS](*arguments)
    else:
        columns[blocks(outer * pieces * inner), THREADS](*arguments)


_made: dict = {}


def _kernels(dtype: np.dtype) -> tuple:
    """The two loops for values of a kind: small integers are compared, and exchanged, as int64."""
    kind = dtype if dtype.kind == "f" else np.dtype(np.int64)
    if kind not in _made:
        _made[kind] = _loops(kind)
    return _made[kind]


@device
def _better(value, place, best, best_place, largest):
    """Whether an element goes before the best so far, both possibly none (place -1)."""
    if place < 0:
        return False
    if best_place < 0:
        return True
    if value != value or best != best:
        return value != value and (best == best or place < best_place)
    if value == best:
        return place < best_place
    return (value > best) == largest


def _loops(kind: np.dtype) -> tuple:
    element, shared_kind, place_kind = kind.type, numba_type(kind).dtype, numba_type(np.dtype(np.int64)).dtype

    @device
    def tree(value, place, largest):
        """The best of a block; every thread gets it. All must call it."""
        values = cuda.shared.array(_WARPS, shared_kind)
        places = cuda.shared.array(_WARPS, place_kind)
        for step in range(5):
            other, other_place = exchange(value, 16 >> step), exchange(place, 16 >> step)
            if _better(other, other_place, value, place, largest):
                value, place = other, other_place
        if cuda.threadIdx.x % 32 == 0:
            values[cuda.threadIdx.x // 32], places[cuda.threadIdx.x // 32] = value, place
        cuda.syncthreads()
        for warp in range(_WARPS):
            if _better(values[warp], places[warp], value, place, largest):
                value, place = values[warp], places[warp]
        cuda.syncthreads()
        return value, place

    @kernel
    def rows(array, values, places, where, second, count, length, inner, pieces, step, largest):
        for task in range(cuda.blockIdx.x, count, cuda.gridDim.x):
            row, begin = task // pieces * length, task % pieces * step
            best, place = element(0), np.int64(-1)
            for i in range(begin + cuda.threadIdx.x, min(length, begin + step), cuda.blockDim.x):
                value = element(array[row + i])
                if _better(value, np.int64(i), best, place, largest):
                    best, place = value, np.int64(i)
            best, place = tree(best, place, largest)
            if cuda.threadIdx.x == 0:
                values[task] = best
                places[task] = where[row + place] if second else place

    @kernel
    def columns(array, values, places, where, second, count, length, inner, pieces, step, largest):
        for task in range(cuda.grid(1), count * inner, cuda.gridsize(1)):
            column, piece = task % inner, task // inner
            first, begin = piece // pieces * length * inner + column, piece % pieces * step
            best, place = element(0), np.int64(-1)
            for i in range(begin, min(length, begin + step)):
                value = element(array[first + i * inner])
                if _better(value, np.int64(i), best, place, largest):
                    best, place = value, np.int64(i)
            values[task] = best
            places[task] = where[first + place * inner] if second else place

    return rows, columns
