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
