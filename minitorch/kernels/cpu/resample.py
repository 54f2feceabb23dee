"""Weighted sums of elements along one axis: a sparse matrix times every line. PyTorch: native/cpu/UpSampleKernel.cpp.

Interpolation, average pooling of every kind and padding by copies are all this, one axis after the other.
"""

import math

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous


def resample(
    array: np.ndarray, axis: int, starts: np.ndarray, places: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Element j along the axis is the sum of weights[t] * array[places[t]] for starts[j] <= t < starts[j + 1].

    `starts` and `places` are int64, `weights` has the array's dtype. The result is row-major.
    """
    shape = array.shape
    outer, inner = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
    out = empty((*shape[:axis], len(starts) - 1, *shape[axis + 1 :]), array.dtype)
    if out.size == 0:
        return out
    array = array if array.flags.carray else contiguous(array)
    loop = _resample_serial if out.size <= GRAIN // 4 else _resample_parallel
    loop(array.reshape(outer, shape[axis], inner), starts, places, weights, out.reshape(outer, -1, inner))
    return out


def _resample(array, starts, places, weights, out):
    outer, length, inner = out.shape
    for task in prange(outer):
        source, target = array[task], out[task]
        for j in range(length):
            if inner == 1:
                total = out.dtype.type(0)
                for t in range(starts[j], starts[j + 1]):
                    total += weights[t] * source[places[t], 0]
                target[j, 0] = total
            else:
                for k in range(inner):
                    target[j, k] = 0
                for t in range(starts[j], starts[j + 1]):
                    weight, row = weights[t], source[places[t]]
                    for k in range(inner):
                        target[j, k] += weight * row[k]


_resample_serial, _resample_parallel = serial(_resample), parallel(_resample)
