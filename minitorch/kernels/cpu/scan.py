"""Running sums and products along an axis. PyTorch: aten/src/ATen/native/cpu/ReduceOpsKernel.cpp."""

import numpy as np


def cumsum(array: np.ndarray, axis: int) -> np.ndarray:
    """The sum of every element and those before it; of floats, in float64 as PyTorch does."""
    return _scan(np.cumsum, array, axis)


def cumprod(array: np.ndarray, axis: int) -> np.ndarray:
    """The product of every element and those before it; of floats, in float64 as PyTorch does."""
    return _scan(np.cumprod, array, axis)


def _scan(function, array: np.ndarray, axis: int) -> np.ndarray:
    if array.ndim == 0:
        return array.copy()
    with np.errstate(all="ignore"):
        wide = function(array, axis, dtype=np.float64 if array.dtype.kind == "f" else np.int64)
        return wide.astype(array.dtype, order="C", copy=False)


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
