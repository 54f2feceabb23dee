"""Counts, histograms, membership. PyTorch: aten/src/ATen/native/SummaryOps.cpp, Histogram.cpp, TensorCompare.cpp (isin)."""

import math

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, check_tensor, result_type


def isin(
    elements: Tensor | Number,
    test_elements: Tensor | Number,
    *,
    assume_unique: bool = False,
    invert: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """Whether each element is one of test_elements, or is not (invert=True). PyTorch: torch.isin."""
    dtype = result_type(elements, test_elements).numpy
    kernels = (elements if isinstance(elements, Tensor) else test_elements).kernels
    first, second = (
        each.array.astype(dtype) if isinstance(each, Tensor) else np.array(each, dtype) for each in (elements, test_elements)
    )
    result = wrap(kernels.isin(first, second, invert))
    return result if out is None else deliver(out, "isin", result, cast=False)


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2, … occurs, or the sum of their weights. PyTorch: torch.bincount.

    Raises RuntimeError for anything but one dimension of non-negative integers.
    """
    check_tensor(input, "bincount", "input", 1)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if input.array.dtype.kind not in "iu":
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
    if input.array.ndim == 1 and input.array.size == 0:
        return wrap(input.kernels.zeros((minlength,), np.dtype(np.int64)))
    if input.array.ndim != 1 or input.kernels.to_host(input.array).min() < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights.array.shape != input.array.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    return wrap(input.kernels.bincount(input.array, None if weights is None else weights.array, minlength))


def histc(
    input: Tensor, bins: int = 100, min: Number = 0, max: Number = 0, *, out: Tensor | None = None
) -> Tensor:
    """How many elements lie in each of `bins` equal intervals from min to max, in the dtype of input.

    Between the smallest and the largest element where min equals max. PyTorch: torch.histc.
    """
    check_tensor(input, "histc", "input", 1)
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = float(min), float(max)
    if low == high and input.array.size:
        low, high = input.amin().item(), input.amax().item()
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    if low == high:
        low, high = low - 1, high + 1
    result = wrap(input.kernels.histc(input.array, bins, low, high))
    return result if out is None else deliver(out, "histc", result, input, cast=False)
