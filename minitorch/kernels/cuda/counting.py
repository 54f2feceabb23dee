"""Counts, histograms, membership. PyTorch: aten/src/ATen/native/cuda/SummaryOps.cu, UniqueCub.cu (isin).

Counts are whole numbers, added up atomically: exact in any order. Weights go through `index_add`, which keeps an order.
"""

import numpy as np

from minitorch.kernels.cuda._compile import THREADS, blocks, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.extreme import extreme
from minitorch.kernels.cuda.indexing import index_add
from minitorch.kernels.cuda.memory import empty, from_host, zeros
from minitorch.kernels.cuda.pointwise import cast, contiguous
from minitorch.kernels.cuda.sort import counted, searchsorted, sorted_rows

_INT64 = np.dtype(np.int64)


def bincount(array: DeviceArray, weights: DeviceArray | None, minlength: int) -> DeviceArray:
    """How often each of 0, 1, 2, ... occurs, int64; or the sums of their weights, float32 for float32, else float64.

    Waits for the GPU: the largest number decides the shape.
    """
    places = array if array.dtype == _INT64 else cast(array, _INT64)
    largest = counted(extreme(places, 0, False, True)[0]) if array.size else -1
    size = max(largest + 1, minlength)
    if weights is None:
        return _counts(places, size)
    sums = zeros((size,), np.float64)
    index_add(sums, (places,), cast(weights, sums.dtype))
    return cast(sums, weights.dtype) if weights.dtype == np.float32 else sums


def histc(array: DeviceArray, bins: int, low: float, high: float) -> DeviceArray:
    """How many elements lie in each of equal intervals; the upper end belongs to the last."""
    values = cast(contiguous(array), np.dtype(np.float64))
    places = empty((array.size,), _INT64)
    if array.size:
        _place[blocks(array.size), THREADS](values, places, array.size, bins, float(low), float(high))
    return cast(_counts(places, bins), array.dtype)


@kernel
def _place(values, places, count, bins, low, high):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        value = values[i]
        if value >= low and value <= high:
            places[i] = min(int((value - low) / (high - low) * bins), bins - 1)
        else:
            places[i] = -1


def _counts(places: DeviceArray, size: int) -> DeviceArray:
    """How often each place is named; -1 is none."""
    counts = zeros((size,), _INT64)
    if places.size:
        places = places if places.flags.c_contiguous else contiguous(places)
        _count[blocks(places.size), THREADS](places, counts, places.size)
    return counts


@kernel
def _count(places, counts, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        if places[i] >= 0:
            cuda.atomic.add(counts, places[i], 1)


def isin(array: DeviceArray, others: DeviceArray, invert: bool) -> DeviceArray:
    """Whether each element is (or is not) among the others: these are sorted, and each is looked for."""
    array, others = (each if isinstance(each, DeviceArray) else from_host(np.asarray(each)) for each in (array, others))
    kind = np.result_type(array.dtype, others.dtype, *(np.float32,) * (array.dtype.char == "e" or others.dtype.char == "e"))
    array, others = (contiguous(cast(each, kind)) for each in (array, others))
    if kind.kind == "b":
        array, others = array.view(np.uint8), others.view(np.uint8)
    ordered = sorted_rows(others.reshape(1, others.size))[0].reshape(-1)
    places = searchsorted(ordered, array, False, _INT64)
    result = empty(array.shape, np.bool_)
    if array.size:
        _found[blocks(array.size), THREADS](array, ordered, places, result, array.size, others.size, invert)
    return result


@kernel
def _found(array, ordered, places, result, count, others, invert):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        found = False
        if places[i] < others:
            found = ordered[places[i]] == array[i]
        result[i] = found != invert
