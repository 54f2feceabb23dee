"""Counts, histograms, membership. PyTorch: aten/src/ATen/native/SummaryOps.cpp, cpu/HistogramKernel.cpp."""

import numpy as np


def isin(array: np.ndarray, others: np.ndarray, invert: bool) -> np.ndarray:
    """Whether each element is (or is not) among the others."""
    return np.asarray(np.isin(array, others, invert=invert))


def bincount(array: np.ndarray, weights: np.ndarray | None, minlength: int) -> np.ndarray:
    """How often each of 0, 1, 2, ... occurs, int64; or the sums of their weights, float32 for float32, else float64."""
    counts = np.bincount(array, weights, minlength)
    if weights is None:
        return counts.astype(np.int64, copy=False)
    return counts.astype(weights.dtype if weights.dtype == np.float32 else np.float64, copy=False)


def histc(array: np.ndarray, bins: int, low: float, high: float) -> np.ndarray:
    """How many elements lie in each of equal intervals; the upper end belongs to the last."""
    flat = array.reshape(-1).astype(np.float64)
    flat = flat[(flat >= low) & (flat <= high)]
    places = np.minimum(((flat - low) / (high - low) * bins).astype(np.int64), bins - 1)
    return np.bincount(places, minlength=bins).astype(array.dtype)
