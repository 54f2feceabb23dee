"""Losses: a sum over pairs of elements, and the negative log-likelihood of a class. PyTorch: aten/src/ATen/native/Loss.cpp, LossNLL.cpp."""

import math
from collections.abc import Callable

import numpy as np
from numba.extending import register_jitable

from minitorch.kernels import loss_formulas
from minitorch.kernels.cpu._compile import GRAIN, REGROUP, chunks, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty, zeros
from minitorch.kernels.cpu.pointwise import Pointwise, contiguous


class PairLoss:
    """The kernels of a loss that compares element with element: of one formula and its derivative.

    `input` and `target` have one shape and one floating-point dtype.
    """

    __slots__ = ("_backward", "_backward_parallel", "_derivative", "_each", "_formula", "_total", "_total_parallel")

    def __init__(self, formula: Callable, derivative: Callable):
        self._formula = formula
        self._derivative = derivative
        self._each = Pointwise(formula, 2)
        self._total = self._total_parallel = self._backward = self._backward_parallel = None

    def each(self, input: np.ndarray, target: np.ndarray, parameter: float = 0.0) -> np.ndarray:
        """The loss of every pair."""
        return self._each(input, target, dtype=input.dtype, scalars=(parameter,))

    def total(
        self, input: np.ndarray, target: np.ndarray, divisor: int = 1, parameter: float = 0.0
    ) -> np.ndarray:
        """The sum of the losses divided by `divisor`, 0-d."""
        out = np.empty((), input.dtype)
        a, b = _line(input), _line(target)
        parts = np.empty(max(1, chunks(a.size)))
        if a.size <= GRAIN:
            if self._total is None:
                self._total = serial(_total_loop(self._formula))
            self._total(a, b, input.dtype.type(parameter), parts, out, float(divisor))
        else:
            if self._total_parallel is None:
                self._total_parallel = parallel(_total_loop(self._formula))
            self._total_parallel(a, b, input.dtype.type(parameter), parts, out, float(divisor))
        return out

    def backward(
        self, grad: np.ndarray, input: np.ndarray, target: np.ndarray, divisor: int = 1, parameter: float = 0.0
    ) -> np.ndarray:
        """The gradient to input; `grad` belongs to `each`, or is 0-d and belongs to `total`. Row-major."""
        out = empty(input.shape, input.dtype)
        scalars = input.dtype.type(parameter), input.dtype.type(1 / divisor if divisor else math.inf)
        arrays = _line(grad), _line(input), _line(target), out.reshape(-1)
        if out.size <= GRAIN:
            if self._backward is None:
                self._backward = serial(_backward_loop(self._derivative))
            self._backward(*arrays, *scalars)
        else:
            if self._backward_parallel is None:
                self._backward_parallel = parallel(_backward_loop(self._derivative))
            self._backward_parallel(*arrays, *scalars)
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


def _backward_loop(derivative: Callable) -> Callable:
    derivative = register_jitable(derivative)

    def backward(grad, a, b, out, parameter, factor):
        if grad.size == 1:
            for i in prange(out.size):
                out[i] = derivative(a[i], b[i], parameter) * factor * grad[0]
        else:
            for i in prange(out.size):
                out[i] = derivative(a[i], b[i], parameter) * factor * grad[i]

    return backward


mse = PairLoss(loss_formulas.mse, loss_formulas.mse_derivative)
smooth_l1 = PairLoss(loss_formulas.smooth_l1, loss_formulas.smooth_l1_derivative)
huber = PairLoss(loss_formulas.huber, loss_formulas.huber_derivative)
binary_cross_entropy = PairLoss(
    loss_formulas.binary_cross_entropy, loss_formulas.binary_cross_entropy_derivative
)
binary_cross_entropy_with_logits = PairLoss(
    loss_formulas.binary_cross_entropy_with_logits, loss_formulas.binary_cross_entropy_with_logits_derivative
)


def nll_loss(
    input: np.ndarray,  # (N, C, inner): logarithms of probabilities
    target: np.ndarray,  # (N, inner) int64: classes
    weight: np.ndarray | None,  # (C,)
    ignore_index: int,
    reduction: str,  # "none", "mean", "sum"
) -> tuple[np.ndarray, np.ndarray, int]:
    """The loss (0-d, or (N, inner)), the sum of the weights of the targets (0-d), and the place of a target that is no class, or -1."""
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
    place = loop(input, target, weight, ignore_index, reduction == "mean", losses, parts, bad, out, total_weight)
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
    for chunk in prange((target.size + GRAIN - 1) // GRAIN):
        for j in range(chunk * GRAIN, min(target.size, (chunk + 1) * GRAIN)):
            kind = target[j]
            if kind != ignore_index:
                factor = weight[kind] if weight.size else out.dtype.type(1)
                arrived = grad[0] if grad.size == 1 else grad[j]
                out[j // inner, kind, j % inner] = -factor / divisor[()] * arrived


_nll_serial, _nll_parallel = serial(_nll), parallel(_nll)
_nll_backward_serial, _nll_backward_parallel = serial(_nll_backward), parallel(_nll_backward)
