"""Updates of all parameters of a group in one launch. PyTorch: ATen/native/cpu/Fused{SGD,Adam}Kernel.cpp.

The parameters are laid end to end, in thought. Elements `start` to `stop` of that line are one piece of work,
whichever parameters it touches: a thousand small ones cost one launch, and a large one is shared out.
`table` has a row per parameter: where it begins on the line, and the addresses of its arrays. `numbers` has
its hyperparameters, already in its dtype. The addresses are those of arrays whose shape, dtype and layout
were checked just before, and which the launcher keeps alive until it returns.

The order of operations and every rounding follow PyTorch's single-tensor path, where `add(x, alpha)`, `lerp`
and `addcmul` end in a fused multiply-add.
"""

import math
from collections.abc import Sequence

import numpy as np

from minitorch.kernels.cpu._address import elements_at
from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu._fma import fma


def sgd(
    params: Sequence[np.ndarray],
    grads: Sequence[np.ndarray],
    momentum_buffers: Sequence[np.ndarray],
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> None:
    """Stochastic gradient descent, in place. `momentum_buffers` is used if there is momentum."""
    options = _floats(lr, momentum, dampening, weight_decay)
    lines = _Lines(params, 3, 4)
    for row, param in enumerate(params):
        p, g = lines.update(param, param), lines.read(grads[row], param)
        buffer = lines.update(momentum_buffers[row], param) if momentum != 0 else p
        _sgd_line(lines.table, lines.numbers, row, p, g, buffer, *options)
    lines.launch(_sgd_part, _sgd_all, bool(nesterov), bool(maximize))


@serial
def _sgd_line(table, numbers, row, p, g, buffer, lr, momentum, dampening, weight_decay):
    table[row + 1, 0] = table[row, 0] + p.size
    table[row, 1] = p.ctypes.data
    table[row, 2] = g.ctypes.data
    table[row, 3] = buffer.ctypes.data
    numbers[row, 0] = -lr
    numbers[row, 1] = momentum
    numbers[row, 2] = 1 - dampening
    numbers[row, 3] = weight_decay


@parallel
def _sgd_all(table, numbers, nesterov, maximize):
    total = table[-1, 0]
    for chunk in prange((total + GRAIN - 1) // GRAIN):
        _sgd_part(table, numbers, nesterov, maximize, chunk * GRAIN, min(total, (chunk + 1) * GRAIN))


@serial
def _sgd_part(table, numbers, nesterov, maximize, start, stop):
    row = _row_of(table, start)
    while start < stop:
        first = table[row, 0]
        end = min(stop, table[row + 1, 0])
        p, g = elements_at(table[row, 1], numbers), elements_at(table[row, 2], numbers)
        buffer = elements_at(table[row, 3], numbers)
        _sgd_elements(p, g, buffer, start - first, end - first, numbers[row], nesterov, maximize)
        start = end
        row += 1


@serial
def _sgd_elements(p, g, buffer, start, stop, numbers, nesterov, maximize):
    minus_lr, momentum, rest, weight_decay = numbers
    for i in range(start, stop):
        grad = -g[i] if maximize else g[i]
        if weight_decay != 0:
            grad = fma(weight_decay, p[i], grad)
        if momentum != 0:
            velocity = fma(rest, grad, momentum * buffer[i])
            buffer[i] = velocity
            grad = fma(momentum, velocity, grad) if nesterov else velocity
        p[i] = fma(minus_lr, grad, p[i])


def rmsprop(
    params: Sequence[np.ndarray],
    grads: Sequence[np.ndarray],
    square_avgs: Sequence[np.ndarray],
    grad_avgs: Sequence[np.ndarray],
    buffers: Sequence[np.ndarray],
    steps: Sequence[np.ndarray],
    lr: float,
    alpha: float,
    eps: float,
    weight_decay: float,
    momentum: float,
    centered: bool,
    maximize: bool,
) -> None:
    """RMSprop, in place. `grad_avgs` is read if `centered`, `buffers` if there is momentum."""
    options = _floats(lr, alpha, eps, weight_decay, momentum)
    lines = _Lines(params, 5, 6)
    for row, param in enumerate(params):
        p, g = lines.update(param, param), lines.read(grads[row], param)
        square = lines.update(square_avgs[row], param)
        average = lines.update(grad_avgs[row], param) if centered else p
        buffer = lines.update(buffers[row], param) if momentum > 0 else p
        step = lines.counter(steps[row])
        _rmsprop_line(lines.table, lines.numbers, row, p, g, square, average, buffer, step, *options)
    lines.launch(_rmsprop_part, _rmsprop_all, bool(centered), bool(maximize))


@serial
def _rmsprop_line(
    table, numbers, row, p, g, square, average, buffer, step, lr, alpha, eps, weight_decay, momentum
):
    table[row + 1, 0] = table[row, 0] + p.size
    table[row, 1] = p.ctypes.data
    table[row, 2] = g.ctypes.data
    table[row, 3] = square.ctypes.data
    table[row, 4] = average.ctypes.data
    table[row, 5] = buffer.ctypes.data
    numbers[row, 0] = -lr
    numbers[row, 1] = alpha
    numbers[row, 2] = 1 - alpha
    numbers[row, 3] = eps
    numbers[row, 4] = weight_decay
    numbers[row, 5] = momentum
    step[()] += 1


@parallel
def _rmsprop_all(table, numbers, centered, maximize):
    total = table[-1, 0]
    for chunk in prange((total + GRAIN - 1) // GRAIN):
        _rmsprop_part(table, numbers, centered, maximize, chunk * GRAIN, min(total, (chunk + 1) * GRAIN))


@serial
def _rmsprop_part(table, numbers, centered, maximize, start, stop):
    row = _row_of(table, start)
    while start < stop:
        first = table[row, 0]
        end = min(stop, table[row + 1, 0])
        p, g = elements_at(table[row, 1], numbers), elements_at(table[row, 2], numbers)
        square, average = elements_at(table[row, 3], numbers), elements_at(table[row, 4], numbers)
        buffer = elements_at(table[row, 5], numbers)
        if centered:
            _rmsprop_elements(
                p, g, square, average, buffer, start - first, end - first, numbers[row], maximize
            )
        else:  # None, as in _adam_part
            _rmsprop_elements(p, g, square, None, buffer, start - first, end - first, numbers[row], maximize)
        start = end
        row += 1


@serial
def _rmsprop_elements(p, g, square, average, buffer, start, stop, numbers, maximize):
    minus_lr, alpha, rest, eps, weight_decay, momentum = numbers
    for i in range(start, stop):
        grad = -g[i] if maximize else g[i]
        if weight_decay != 0:
            grad = fma(weight_decay, p[i], grad)
        variance = fma(rest * grad, grad, alpha * square[i])
        square[i] = variance
        if average is not None:
            mean = lerp(average[i], grad, rest)
            average[i] = mean
            variance = fma(-mean, mean, variance)
        deviation = math.sqrt(variance) + eps
        if momentum > 0:
            velocity = momentum * buffer[i] + grad / deviation
            buffer[i] = velocity
            p[i] = fma(minus_lr, velocity, p[i])
        else:
            p[i] = p[i] + minus_lr * grad / deviation


def adam(
    params: Sequence[np.ndarray],
    grads: Sequence[np.ndarray],
    exp_avgs: Sequence[np.ndarray],
    exp_avg_sqs: Sequence[np.ndarray],
    max_exp_avg_sqs: Sequence[np.ndarray],
    steps: Sequence[np.ndarray],
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    amsgrad: bool,
    maximize: bool,
    decoupled_weight_decay: bool,
) -> None:
    """Adam and AdamW, in place. `max_exp_avg_sqs` is read if `amsgrad`."""
    options = *_floats(lr, beta1, beta2, eps, weight_decay), bool(decoupled_weight_decay)
    lines = _Lines(params, 5, 8)
    for row, param in enumerate(params):
        p, g = lines.update(param, param), lines.read(grads[row], param)
        mean, square = lines.update(exp_avgs[row], param), lines.update(exp_avg_sqs[row], param)
        largest = lines.update(max_exp_avg_sqs[row], param) if amsgrad else square
        step = lines.counter(steps[row])
        _adam_line(lines.table, lines.numbers, row, p, g, mean, square, largest, step, *options)
    lines.launch(_adam_part, _adam_all, bool(amsgrad), bool(maximize))


@serial
def _adam_line(
    table, numbers, row, p, g, mean, square, largest, step, lr, beta1, beta2, eps, weight_decay, decoupled
):
    table[row + 1, 0] = table[row, 0] + p.size
    table[row, 1] = p.ctypes.data
    table[row, 2] = g.ctypes.data
    table[row, 3] = mean.ctypes.data
    table[row, 4] = square.ctypes.data
    table[row, 5] = largest.ctypes.data
    step[()] += 1
    t = float(step[()])
    numbers[row, 0] = 1 - beta1
    numbers[row, 1] = beta2
    numbers[row, 2] = 1 - beta2
    numbers[row, 3] = (1 - beta2**t) ** 0.5
    numbers[row, 4] = eps
    numbers[row, 5] = -(lr / (1 - beta1**t))
    numbers[row, 6] = 0.0 if decoupled else weight_decay
    numbers[row, 7] = 1 - lr * weight_decay if decoupled else 1.0


@parallel
def _adam_all(table, numbers, amsgrad, maximize):
    total = table[-1, 0]
    for chunk in prange((total + GRAIN - 1) // GRAIN):
        _adam_part(table, numbers, amsgrad, maximize, chunk * GRAIN, min(total, (chunk + 1) * GRAIN))


@serial
def _adam_part(table, numbers, amsgrad, maximize, start, stop):
    row = _row_of(table, start)
    while start < stop:
        first = table[row, 0]
        end = min(stop, table[row + 1, 0])
        p, g = elements_at(table[row, 1], numbers), elements_at(table[row, 2], numbers)
        mean, square = elements_at(table[row, 3], numbers), elements_at(table[row, 4], numbers)
        if amsgrad:
            largest = elements_at(table[row, 5], numbers)
            _adam_elements(p, g, mean, square, largest, start - first, end - first, numbers[row], maximize)
        else:  # None removes its part of the loop when this is compiled: LLVM could not vectorise the whole
            _adam_elements(p, g, mean, square, None, start - first, end - first, numbers[row], maximize)
        start = end
        row += 1


@serial
def _adam_elements(p, g, mean, square, largest, start, stop, numbers, maximize):
    rest1, beta2, rest2, correction2, eps, minus_step, weight_decay, shrink = numbers
    for i in range(start, stop):
        grad = -g[i] if maximize else g[i]
        param = shrink * p[i]
        if weight_decay != 0:
            grad = fma(weight_decay, param, grad)
        first_moment = lerp(mean[i], grad, rest1)
        second_moment = fma(rest2 * grad, grad, beta2 * square[i])
        mean[i] = first_moment
        square[i] = second_moment
        if largest is not None:
            peak = largest[i]
            second_moment = peak if peak > second_moment or peak != peak else second_moment  # NaN stays
            largest[i] = second_moment
        p[i] = param + minus_step * first_moment / (math.sqrt(second_moment) / correction2 + eps)


class _Lines:
    """The table of one launch, and the arrays that must stay alive until it is over."""

    def __init__(self, params: Sequence[np.ndarray], addresses: int, numbers: int):
        self.dtype = params[0].dtype
        self.table = np.zeros((len(params) + 1, addresses + 1), np.int64)
        self.numbers = np.empty((len(params), numbers), self.dtype)
        self.kept: list[np.ndarray] = []  # copies that are only read
        self.copies: list[tuple[np.ndarray, np.ndarray]] = []  # array, and the copy that the loop writes

    def read(self, array: np.ndarray, like: np.ndarray) -> np.ndarray:
        """`array` as one contiguous run of elements, copied if it is laid out otherwise."""
        if array.shape != like.shape or array.dtype != self.dtype:
            raise RuntimeError(
                f"optimizer state of {array.dtype} {array.shape} does not fit a parameter of {self.dtype} "
                f"{like.shape}"
            )
        if not array.flags.c_contiguous:
            array = np.ascontiguousarray(array)
            self.kept.append(array)
        return array.reshape(-1)

    def update(self, array: np.ndarray, like: np.ndarray) -> np.ndarray:
        """As `read`, for an array that the loop writes: a copy is written back after the launch."""
        flat = self.read(array, like)
        if not array.flags.c_contiguous:
            self.copies.append((array, flat.reshape(array.shape)))
        return flat

    def counter(self, step: np.ndarray) -> np.ndarray:
        """The count of steps, without dimensions."""
        if step.size != 1:
            raise RuntimeError(f"expected one number of steps, but got an array of shape {step.shape}")
        return step.reshape(())

    def launch(self, part, everything, *options: bool) -> None:
        total = int(self.table[-1, 0])
        if total <= GRAIN:
            part(self.table, self.numbers, *options, 0, total)
        else:
            everything(self.table, self.numbers, *options)
        for array, copy in self.copies:
            array[...] = copy


def _floats(*options: float) -> tuple[float, ...]:
    """An option given as 0 instead of 0.0 would compile its loop again."""
    return tuple(map(float, options))


@serial
def _row_of(table, place):
    """The parameter that holds element `place` of the line."""
    row = 0
    while table[row + 1, 0] <= place:
        row += 1
    return row


@serial
def lerp(start, end, weight):
    """PyTorch: ATen/native/Lerp.h, which takes the nearer end as the base."""
    if weight < 0.5:
        return fma(weight, end - start, start)
    return fma(weight - type(weight)(1), end - start, end)
