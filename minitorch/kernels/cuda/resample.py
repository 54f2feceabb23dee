"""Weighted sums of elements along one axis: a sparse matrix times every line. PyTorch: native/cuda/UpSampleBilinear2d.cu.

Interpolation, average pooling of every kind and padding by copies are all this, one axis after the other.
"""

import math

import numpy as np

from minitorch.kernels.cuda._compile import THREADS, blocks, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import in_order
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty, from_host


def resample(
    array: DeviceArray, axis: int, starts: np.ndarray, places: np.ndarray, weights: np.ndarray
) -> DeviceArray:
    """Element j along the axis is the sum of weights[t] * array[places[t]] for starts[j] <= t < starts[j + 1].

    `starts` and `places` are int64, `weights` has the array's dtype; these tables come from the CPU. Row-major.
    """
    shape, length = array.shape, len(starts) - 1
    inner = math.prod(shape[axis + 1 :])
    out = empty((*shape[:axis], length, *shape[axis + 1 :]), array.dtype)
    if out.size:
        tables = [on_the_gpu(each) for each in (starts, places, weights)]
        _resample[blocks(out.size), THREADS](in_order(array), *tables, out, out.size, shape[axis], length, inner)
    return out


def on_the_gpu(table: np.ndarray | DeviceArray) -> DeviceArray:
    """A table that was made on the CPU."""
    return in_order(table) if isinstance(table, DeviceArray) else from_host(table)


@kernel
def _resample(array, starts, places, weights, out, count, from_length, length, inner):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        k, line = i % inner, i // inner
        j, start = line % length, line // length * from_length
        total = out.dtype.type(0)
        for t in range(starts[j], starts[j + 1]):
            total += weights[t] * array[(start + places[t]) * inner + k]
        out[i] = total
