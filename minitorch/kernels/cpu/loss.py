"""Losses of pairs of elements, and of classes. PyTorch: aten/src/ATen/native/Loss.cpp, LossNLL.cpp."""

import math
from collections.abc import Callable

import numpy as np
from numba.extending import register_jitable

from minitorch.kernels import loss_formulas
from minitorch.kernels.cpu._compile import GRAIN, REGROUP, chunks, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty, zeros
from minitorch.kernels.cpu.pointwise import Pointwise, contiguous


class PairLoss:
    """The kernels of a loss that compares element with element: of one formula.

    `input` and `target` have one shape and one floating-point dtype.
    """

    __slots__ = ("_each", "_formula", "_parallel", "_serial")

    def __init__(self, formula: Callable):
        self._formula = formula
        self._each = Pointwise(formula, 2)
        self._serial = self._parallel = None

    def each(self, input: np.ndarray, target: np.ndarray, parameter: float = 0.0) -> np.ndarray:
        """The loss of every pair."""
        return self._each(input, target, dtype=input.dtype, scalars=(parameter,))

    def total(
        self, input: np.ndarray, target: np.ndarray, divisor: int = 1, parameter: float = 0.0
    ) -> np.ndarray:
        """The sum of the losses divided by `divisor`, 0-d."""
        dtype = input.dtype
        out = np.empty((), dtype)
        a, b = _line(input), _line(target)
        if a.size <= GRAIN:
            if self._serial is None:
                self._serial = serial(_total_loop(self._formula))
            self._serial(a, b, dtype.type(parameter), np.empty(1), out, float(divisor))
        else:
            if self._parallel is None:
                self._parallel = parallel(_total_loop(self._formula))
            self._parallel(a, b, dtype.type(parameter), np.empty(chunks(a.size)), out, float(divisor))
        return out


def _line(array: np.ndarray) -> np.ndarray:
    return (array if array.flags.carray else contiguous(array)).reshape(-1)


def _total_loop(formula: Callable) -> Callable:
    formula = register_jitable(fastmath=REGROUP)(formula)

    @register_jitable(fastmath=REGROUP)
    def sum_of(a, b, parameter):
        total = 0.0
        for i in range(a.size):
            total += formula(a[i], b[i], parameter)
        return total

    def total(a, b, parameter, parts, out, divisor):
        for chunk in prange(parts.size):
            begin, end = chunk * GRAIN, (chunk + 1) * GRAIN
            parts[chunk] = sum_of(a[begin:end], b[begin:end], parameter)
        sum = 0.0
        for chunk in range(parts.size):
            sum += parts[chunk]
        out[()] = sum / divisor

    return total


mse_loss = PairLoss(loss_formulas.mse)
smooth_l1_loss = PairLoss(loss_formulas.smooth_l1)
huber_loss = PairLoss(loss_formulas.huber)
binary_cross_entropy = PairLoss(loss_formulas.binary_cross_entropy)
binary_cross_entropy_with_logits = PairLoss(loss_formulas.binary_cross_entropy_with_logits)


def mse_loss_backward(grad: np.ndarray, input: np.ndarray, target: np.ndarray, divisor: int) -> np.ndarray:
    """2 * (input - target) / divisor * grad; `grad` is 0-d, or one for each pair. Row-major."""
    out = empty(input.shape, input.dtype)
    loop = _mse_backward_serial if out.size <= GRAIN else _mse_backward_parallel
    factor = input.dtype.type(2 / divisor if divisor else math.inf)
    loop(_line(grad), _line(input), _line(target), out.reshape(-1), factor)
    return out


def _mse_backward(grad, a, b, out, factor):
    if grad.size == 1:
        for i in prange(out.size):
            out[i] = factor * (a[i] - b[i]) * grad[0]
    else:
        for i in prange(out.size):
            out[i] = factor * (a[i] - b[i]) * grad[i]


_mse_backward_serial, _mse_backward_parallel = serial(_mse_backward), parallel(_mse_backward)


def nll_loss(
    input: np.ndarray,  # (N, C, inner): logarithms of probabilities
    target: np.ndarray,  # (N, inner) int64: classes
    weight: np.ndarray | None,  # (C,)
    ignore_index: int,
    reduction: str,  # "none", "mean", "sum"
) -> tuple[np.ndarray, np.ndarray, int]:
    """The loss (0-d, or (N, inner)), the sum of the targets' weights (0-d), and the place of a bad target.

    A target outside 0 .. C-1 is bad, and not read; the place is -1 where there is none.
    """
    n, _, inner = input.shape
    dtype = input.dtype
    input = input if input.flags.carray else contiguous(input)
    target = _line(target)
    weight = np.empty(0, dtype) if weight is None else _line(weight)
    losses = empty((n, inner) if reduction == "none" else (0, inner), dtype)
    parts = np.empty((max(1, chunks(target.size)), 2))
    out, total_weight = np.empty((), dtype), np.empty((), dtype)
    loop = _nll_serial if target.size <= GRAIN else _nll_parallel
    bad = np.empty(len(parts), np.int64)
    place = loop(
        input, target, weight, ignore_index, reduction == "mean", losses, parts, bad, out, total_weight
    )
    return (losses if reduction == "none" else out), total_weight, place


def nll_loss_backward(
    grad: np.ndarray,  # 0-d, or (N, inner) where reduction is "none"
    shape: tuple[int, int, int],  # (N, C, inner)
    target: np.ndarray,
    weight: np.ndarray | None,
    ignore_index: int,
    reduction: str,
    total_weight: np.ndarray,
) -> np.ndarray:
    """The gradient to input: minus the weight at the target's place, 0 elsewhere: (N, C, inner)."""
    out = zeros(shape, grad.dtype)
    weight = np.empty(0, grad.dtype) if weight is None else _line(weight)
    divisor = total_weight if reduction == "mean" else np.ones((), grad.dtype)
    loop = _nll_backward_serial if target.size <= GRAIN else _nll_backward_parallel
    loop(_line(grad), _line(target), weight, ignore_index, divisor, out)
    return out


def _nll(input, target, weight, ignore_index, mean, losses, parts, bad, out, total_weight):
    _, classes, inner = input.shape
    for chunk in prange(parts.shape[0]):
        total = 0.0
        weights = 0.0
        bad[chunk] = -1
        for j in range(chunk * GRAIN, min(target.size, (chunk + 1) * GRAIN)):
            kind = target[j]
            loss = input.dtype.type(0)
            if kind != ignore_index:
                if kind < 0 or kind >= classes:
                    if bad[chunk] < 0:
                        bad[chunk] = j
                    continue
                factor = weight[kind] if weight.size else input.dtype.type(1)
                loss = -factor * input[j // inner, kind, j % inner]
                total += loss
                weights += factor
            if losses.size:
                losses[j // inner, j % inner] = loss
        parts[chunk, 0] = total
        parts[chunk, 1] = weights
    total = 0.0
    weights = 0.0
    place = -1
    for chunk in range(parts.shape[0]):
        total += parts[chunk, 0]
        weights += parts[chunk, 1]
        if place < 0:
            place = bad[chunk]
    out[()] = total / weights if mean else total
    total_weight[()] = weights
    return place


def _nll_backward(grad, target, weight, ignore_index, divisor, out):
    inner = out.shape[2]
    total = divisor[()]  # outside: a parallel loop sees a 0-d array as a number
    for chunk in prange((target.size + GRAIN - 1) // GRAIN):
        for j in range(chunk * GRAIN, min(target.size, (chunk + 1) * GRAIN)):
            kind = target[j]
            if kind != ignore_index:
                factor = weight[kind] if weight.size else out.dtype.type(1)
                arrived = grad[0] if grad.size == 1 else grad[j]
                out[j // inner, kind, j % inner] = -factor / total * arrived


_nll_serial, _nll_parallel = serial(_nll), parallel(_nll)
_nll_backward_serial, _nll_backward_parallel = serial(_nll_backward), parallel(_nll_backward)
