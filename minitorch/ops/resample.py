"""Weighted sums along axes: what interpolation and average pooling are made of. PyTorch: native/UpSample.h, Pool.h."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.convert import in_channels_order
from minitorch.ops.pointwise import div


class Taps(NamedTuple):
    """A sparse matrix by rows: element j is the sum of weights[t] * input[places[t]], starts[j] <= t < starts[j + 1]."""

    starts: np.ndarray  # int64
    places: np.ndarray  # int64
    weights: np.ndarray  # float64
    size: int  # of the input along the axis

    def transposed(self) -> "Taps":
        """The matrix of the gradient."""
        order = np.argsort(self.places, kind="stable")
        counts = np.bincount(self.places, minlength=self.size)
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        return Taps(_starts(counts), rows[order], self.weights[order], len(self.starts) - 1)


class Resample(Function):
    """Every operation that weighs elements axis by axis; its derivative is one, too. Named in subclasses."""

    @staticmethod
    def forward(ctx, input, plan, as_image=False):  # as_image: channels that are innermost in memory stay so
        ctx.plan = plan
        array = input.array
        for axis, taps in plan:
            array = input.kernels.resample(
                array, axis, taps.starts, taps.places, taps.weights.astype(array.dtype)
            )
        return in_channels_order(wrap(array), input) if as_image else wrap(array)

    @staticmethod
    def backward(ctx, grad):
        return Resample.apply(grad, [(axis, taps.transposed()) for axis, taps in reversed(ctx.plan)]), None, None


def windows(first: np.ndarray, past: np.ndarray, weights: np.ndarray, size: int) -> Taps:
    """The elements from first[j] to past[j], each by weights[j]."""
    counts = np.maximum(past - first, 0)
    starts = _starts(counts)
    places = np.arange(starts[-1]) - np.repeat(starts[:-1] - first, counts)
    return Taps(starts, places, np.repeat(weights, counts), size)


def table(places: np.ndarray, weights: np.ndarray, size: int) -> Taps:
    """As many taps for every element: places and weights are (elements, taps). Places beyond the ends are the ends."""
    starts = np.arange(len(places) + 1) * places.shape[1]
    return Taps(starts, places.clip(0, size - 1).reshape(-1).astype(np.int64), weights.reshape(-1), size)


def moving_average(input: Tensor, axis: int, before: int, after: int) -> Tensor:
    """The mean of each element with its neighbours along an axis; beyond the ends are zeros."""
    size, count = input.array.shape[axis], before + 1 + after
    whole = input.array.dtype.kind in "iu"  # a mean of integers is cut to an integer
    middle = np.arange(size)
    weights = np.full(size, 1.0 if whole else 1 / count)
    taps = windows((middle - before).clip(0), (middle + after + 1).clip(0, size), weights, size)
    result = Resample.apply(input, [(axis, taps)])
    return div(result, count, rounding_mode="trunc") if whole else result


def _starts(counts: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
