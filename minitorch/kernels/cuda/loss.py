"""Losses of pairs of elements, and of classes. PyTorch: aten/src/ATen/native/cuda/Loss.cu, NLLLoss2d.cu."""

import math
from collections.abc import Callable

import numpy as np
from numba import types

from minitorch.kernels import loss_formulas
from minitorch.kernels.cuda import _block, _driver, reduce
from minitorch.kernels.cuda._compile import THREADS, Kernel, blocks, device, formula, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.pointwise import Pointwise, contiguous

_PIECE = 4096  # elements that a block should have at least, of up to 1024 blocks


class PairLoss:
    """The kernels of a loss that compares element with element: of one formula.

    `input` and `target` have one shape and one floating-point dtype.
    """

    __slots__ = ("_each", "_formula", "_totals")

    def __init__(self, formula: Callable):
        self._formula = formula
        self._each = Pointwise(formula, 2)
        self._totals: Kernel | None = None

    def each(self, input: DeviceArray, target: DeviceArray, parameter: float = 0.0) -> DeviceArray:
        """The loss of every pair."""
        return self._each(input, target, dtype=input.dtype, scalars=(parameter,))

    def total(
        self, input: DeviceArray, target: DeviceArray, divisor: int = 1, parameter: float = 0.0
    ) -> DeviceArray:
        """The sum of the losses divided by `divisor`, 0-d."""
        if self._totals is None:
            self._totals = kernel(_totals(formula(self._formula)))
        pieces = max(1, min(1024, input.size // _PIECE))
        arguments = _line(input), _line(target), input.size, input.dtype.type(parameter)
        if pieces == 1:
            out = empty((), input.dtype)
            self._totals[1, _block.THREADS](*arguments, out, float(divisor))
            return out
        parts = empty((pieces,), np.float64)
        self._totals[pieces, _block.THREADS](*arguments, parts, 1.0)
        return reduce.sum(parts, None, False, input.dtype, divisor)


def _totals(f: Callable) -> Callable:
    def totals(a, b, count, parameter, parts, divisor):
        total = 0.0
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            total += f(a[i], b[i], parameter)
        total = _total(total, 0.0)
        if cuda.threadIdx.x == 0:
            parts[cuda.blockIdx.x] = total / divisor

    return totals


@device
def _add(a, b):
    return a + b


_total = _block.block_total(_add, types.float64)


mse_loss = PairLoss(loss_formulas.mse)
smooth_l1_loss = PairLoss(loss_formulas.smooth_l1)
huber_loss = PairLoss(loss_formulas.huber)
binary_cross_entropy = PairLoss(loss_formulas.binary_cross_entropy)
binary_cross_entropy_with_logits = PairLoss(loss_formulas.binary_cross_entropy_with_logits)


def mse_loss_backward(grad: DeviceArray, input: DeviceArray, target: DeviceArray, divisor: int) -> DeviceArray:
    """2 * (input - target) / divisor * grad; `grad` is 0-d, or one for each pair. Row-major."""
    out = empty(input.shape, input.dtype)
    factor = input.dtype.type(2 / divisor if divisor else math.inf)
    if out.size:
        _mse_backward[blocks(out.size), THREADS](
            _line(grad), _line(input), _line(target), out, out.size, int(grad.size > 1), factor
        )
    return out


def _line(array: DeviceArray) -> DeviceArray:
    return array if array.flags.c_contiguous else contiguous(array)


@kernel
def _mse_backward(grad, a, b, out, count, step, factor):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[i] = factor * (a[i] - b[i]) * grad[i * step]


def nll_loss(
    input: DeviceArray,  # (N, C, inner): logarithms of probabilities
    target: DeviceArray,  # (N, inner) int64: classes
    weight: DeviceArray | None,  # (C,)
    ignore_index: int,
    reduction: str,  # "none", "mean", "sum"
) -> tuple[DeviceArray, DeviceArray, int]:
    """The loss (0-d, or (N, inner)), the sum of the targets' weights (0-d), and the place of a bad target.

    A target outside 0 .. C-1 is bad, and not read: to say where, the CPU would have to wait for the GPU at every loss.
    So the place is always -1, the loss of a bad target and its gradient are NaN, and when Python next waits for the GPU
    an IndexError names the target (`_driver.tell`). PyTorch stops with an assertion.
    """
    n, classes, inner = input.shape
    input, dtype = _line(input), input.dtype
    target, given = _line(target), input if weight is None else _line(weight)
    losses = empty((n, inner) if reduction == "none" else (0, inner), dtype)
    out, total_weight = empty((), dtype), empty((), dtype)
    pieces = max(1, min(1024, target.size // _PIECE))
    parts = empty((2, pieces), np.float64)
    mean, arguments = reduction == "mean", (input, target, given, weight is None, ignore_index, losses, losses.size > 0)
    note = DeviceArray(_driver.note("Target {} is out of bounds."), (1,), np.dtype(np.int64), None)
    _nll[pieces, _block.THREADS](*arguments, classes, inner, target.size, pieces, parts, mean, out, total_weight, note)
    if pieces > 1:
        _nll_end[1, _block.THREADS](parts, pieces, mean, out, total_weight)
    return (losses if reduction == "none" else out), total_weight, -1


def nll_loss_backward(
    grad: DeviceArray,  # 0-d, or (N, inner) where reduction is "none"
    shape: tuple[int, int, int],  # (N, C, inner)
    target: DeviceArray,
    weight: DeviceArray | None,
    ignore_index: int,
    reduction: str,
    total_weight: DeviceArray,
) -> DeviceArray:
    """The gradient to input: minus the weight at the target's place, 0 elsewhere: (N, C, inner)."""
    out = empty(shape, grad.dtype)
    if out.size:
        grad, step = _line(grad), int(grad.size > 1)
        given = grad if weight is None else _line(weight)
        _nll_backward[blocks(out.size), THREADS](
            grad, step, _line(target), given, weight is None, ignore_index, total_weight, reduction == "mean", out, out.size,
            shape[1], shape[2],
        )  # fmt: skip
    return out


@kernel
def _nll(
    input, target, weight, no_weight, ignore_index, losses, each, classes, inner, count, pieces, parts, mean, out, total_weight,
    note,
):  # fmt: skip
    """A block adds up one piece of the targets; where there is one only, that is the result."""
    zero, one = input.dtype.type(0), input.dtype.type(1)
    total, weights = 0.0, 0.0
    for j in range(cuda.grid(1), count, cuda.gridsize(1)):
        kind = target[j]
        loss = zero
        if kind != ignore_index:
            factor = one
            loss = input.dtype.type(math.nan)
            if 0 <= kind < classes:
                if not no_weight:
                    factor = weight[kind]
                loss = -factor * input[(j // inner * classes + kind) * inner + j % inner]
            else:
                note[0] = kind
            total += loss
            weights += factor
        if each:
            losses[j] = loss
    total, weights = _total(total, 0.0), _total(weights, 0.0)
    if cuda.threadIdx.x == 0:
        if pieces == 1:
            out[0] = _quotient(total, weights) if mean else total
            total_weight[0] = weights
        else:
            parts[cuda.blockIdx.x] = total
            parts[pieces + cuda.blockIdx.x] = weights


@kernel
def _nll_end(parts, pieces, mean, out, total_weight):
    total, weights = 0.0, 0.0
    for piece in range(cuda.threadIdx.x, pieces, cuda.blockDim.x):
        total += parts[piece]
        weights += parts[pieces + piece]
    total, weights = _total(total, 0.0), _total(weights, 0.0)
    if cuda.threadIdx.x == 0:
        out[0] = _quotient(total, weights) if mean else total
        total_weight[0] = weights


@device
def _quotient(total, weights):
    """NaN where there was nothing to count."""
    return total / weights if weights != 0.0 else total * math.inf


@kernel
def _nll_backward(grad, step, target, weight, no_weight, ignore_index, total_weight, mean, out, count, classes, inner):
    zero, one = out.dtype.type(0), out.dtype.type(1)
    divisor = total_weight[0] if mean else one
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        j = i // (classes * inner) * inner + i % inner
        kind, value = target[j], zero
        if kind != ignore_index:
            if kind == i // inner % classes:
                value = -(one if no_weight else weight[kind]) / divisor * grad[j * step]
            elif kind < 0 or kind >= classes:
                value = out.dtype.type(math.nan)
        out[i] = value
