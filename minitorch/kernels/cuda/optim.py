"""Updates of all parameters of a group in one launch. PyTorch: aten/src/ATen/native/cuda/{FusedSgdKernel,FusedAdamKernel}.cu.

The parameters are cut into chunks, and a block takes one chunk: a thousand small ones cost one launch, and a large one
is shared out. `addresses` has a row per parameter: its size, and where its arrays lie. `numbers` has its
hyperparameters, already in its dtype. The order of operations is the CPU's.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from minitorch.kernels.cuda._address import elements_at
from minitorch.kernels.cuda._compile import THREADS, device, kernel
from minitorch.kernels.cuda._driver import SIMULATED, cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import constant, from_host, to_host
from minitorch.kernels.cuda.pointwise import contiguous, copy_into

_CHUNK = 64 if SIMULATED else 16_384  # elements


def sgd(
    params: Sequence[DeviceArray],
    grads: Sequence[DeviceArray],
    momentum_buffers: Sequence[DeviceArray],
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> None:
    """Stochastic gradient descent, in place. `momentum_buffers` is used if there is momentum."""
    lines = _Lines(params, grads, [momentum_buffers if momentum != 0 else params])
    lines.numbers = [(-lr, momentum, 1 - dampening, weight_decay)] * len(params)
    lines.launch(_sgd, bool(nesterov), bool(maximize))


def rmsprop(
    params: Sequence[DeviceArray],
    grads: Sequence[DeviceArray],
    square_avgs: Sequence[DeviceArray],
    grad_avgs: Sequence[DeviceArray],
    buffers: Sequence[DeviceArray],
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
    lines = _Lines(params, grads, [square_avgs, grad_avgs if centered else params, buffers if momentum > 0 else params])
    if _on_device(steps):
        _count_all[1, THREADS](_addresses(steps), steps[0], len(steps))
    else:
        for step in steps:
            _count(step)
    lines.numbers = [(-lr, alpha, 1 - alpha, eps, weight_decay, momentum)] * len(params)
    lines.launch(_rmsprop, bool(centered), bool(maximize))


def adam(
    params: Sequence[DeviceArray],
    grads: Sequence[DeviceArray],
    exp_avgs: Sequence[DeviceArray],
    exp_avg_sqs: Sequence[DeviceArray],
    max_exp_avg_sqs: Sequence[DeviceArray],
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
    lines = _Lines(params, grads, [exp_avgs, exp_avg_sqs, max_exp_avg_sqs if amsgrad else exp_avg_sqs])
    on_device = _on_device(steps)
    for step in steps:
        t = 1.0 if on_device else _count(step)
        lines.numbers.append(
            (
                1 - beta1,
                beta2,
                1 - beta2,
                (1 - beta2**t) ** 0.5,
                eps,
                -(lr / (1 - beta1**t)),
                0.0 if decoupled_weight_decay else weight_decay,
                1 - lr * weight_decay if decoupled_weight_decay else 1.0,
            )
        )
    if on_device:
        rates = float(lr), float(beta1), float(beta2)
        lines.prepare = lambda numbers: _correct[1, THREADS](numbers, _addresses(steps), steps[0], len(steps), *rates)
    lines.launch(_adam, bool(amsgrad), bool(maximize))


def _on_device(steps: Sequence) -> bool:
    """Whether the counts are on the GPU, as with `capturable`: then they are not waited for."""
    return all(type(step) is DeviceArray and step.dtype == steps[0].dtype for step in steps) and len(steps) > 0


def _addresses(arrays: Sequence[DeviceArray]) -> DeviceArray:
    return from_host(np.array([each.address for each in arrays], np.int64))


@kernel
def _count_all(addresses, like, count):
    for row in range(cuda.grid(1), count, cuda.gridsize(1)):
        step = elements_at(addresses[row], 1, like)
        step[0] = step[0] + 1


@kernel
def _correct(numbers, addresses, like, count, lr, beta1, beta2):
    """One step more, and what of the numbers depends on it."""
    for row in range(cuda.grid(1), count, cuda.gridsize(1)):
        step = elements_at(addresses[row], 1, like)
        t = np.float64(step[0]) + 1.0
        step[0] = t
        numbers[8 * row + 3] = math.sqrt(1.0 - beta2**t)
        numbers[8 * row + 5] = -(lr / (1.0 - beta1**t))


def _count(step) -> float:
    """One step more. The counts are on the CPU, as PyTorch's are; one on the GPU, among those, must be waited for."""
    if isinstance(step, DeviceArray):
        value = to_host(step)
        value += 1
        copy_into(step, value)
        return float(value.reshape(()))
    step += 1
    return float(step.reshape(()))


class _Lines:
    """The tables of one launch, and the arrays that must stay alive until it was made."""

    def __init__(self, params: Sequence[DeviceArray], grads: Sequence[DeviceArray], states: list[Sequence[DeviceArray]]):
        self.dtype = params[0].dtype
        self.copies: list[tuple[DeviceArray, DeviceArray]] = []  # array, and the copy that the kernel writes
        self.numbers: list[tuple[float, ...]] = []
        self.prepare: Callable[[DeviceArray], None] | None = None  # changes the numbers on the GPU
        self.sizes = tuple([param.size for param in params])
        self.kept = [self._line(each, param, False) for each, param in zip(grads, params)]
        lines: dict[int, list[DeviceArray]] = {}  # a column that the options make needless is another one again
        for column in (params, *states):
            if id(column) not in lines:
                lines[id(column)] = [self._line(each, param, True) for each, param in zip(column, params)]
        self.columns = [lines[id(params)], self.kept, *[lines[id(state)] for state in states]]

    def _line(self, array: DeviceArray, like: DeviceArray, written: bool) -> DeviceArray:
        if array.shape != like.shape or array.dtype != self.dtype:
            raise RuntimeError(
                f"optimizer state of {array.dtype} {array.shape} does not fit a parameter of {self.dtype} {like.shape}"
            )
        if array.flags.c_contiguous:
            return array
        copy = contiguous(array)
        if written:
            self.copies.append((array, copy))
        return copy

    def launch(self, run, *options: bool) -> None:
        """All at once: the tables go to the GPU in two copies."""
        chunks, count = _chunks(self.sizes)
        if not count:
            return
        addresses = np.array([self.sizes, *[[each.address for each in column] for column in self.columns]], np.int64)
        numbers = from_host(np.array(self.numbers, self.dtype))
        if self.prepare is not None:
            self.prepare(numbers)
        run[count, THREADS](from_host(addresses.T), numbers, chunks, *options)
        for array, copy in self.copies:
            copy_into(array, copy)


@lru_cache(maxsize=64)
def _chunks(sizes: tuple[int, ...]) -> tuple[DeviceArray, int]:
    """For each block, its parameter and the first of its elements."""
    table = [(row, start) for row, size in enumerate(sizes) for start in range(0, size, _CHUNK)]
    return constant(np.array(table, np.int64).reshape(-1, 2)), len(table)


@device
def _part(addresses, chunks, columns):
    """The parameter of this block, and its first element and its last for this thread."""
    row, start = chunks[2 * cuda.blockIdx.x], chunks[2 * cuda.blockIdx.x + 1]
    size = addresses[row * columns]
    return row, size, start + cuda.threadIdx.x, min(size, start + _CHUNK)


@kernel
def _sgd(addresses, numbers, chunks, nesterov, maximize):
    row, size, start, stop = _part(addresses, chunks, 4)
    p = elements_at(addresses[4 * row + 1], size, numbers)
    g = elements_at(addresses[4 * row + 2], size, numbers)
    buffer = elements_at(addresses[4 * row + 3], size, numbers)
    minus_lr, momentum = numbers[4 * row], numbers[4 * row + 1]
    rest, weight_decay = numbers[4 * row + 2], numbers[4 * row + 3]
    for i in range(start, stop, cuda.blockDim.x):
        grad = -g[i] if maximize else g[i]
        if weight_decay != 0:
            grad = cuda.fma(weight_decay, p[i], grad)
        if momentum != 0:
            velocity = cuda.fma(rest, grad, momentum * buffer[i])
            buffer[i] = velocity
            grad = cuda.fma(momentum, velocity, grad) if nesterov else velocity
        p[i] = cuda.fma(minus_lr, grad, p[i])


@kernel
def _rmsprop(addresses, numbers, chunks, centered, maximize):
    row, size, start, stop = _part(addresses, chunks, 6)
    p = elements_at(addresses[6 * row + 1], size, numbers)
    g = elements_at(addresses[6 * row + 2], size, numbers)
    square = elements_at(addresses[6 * row + 3], size, numbers)
    average = elements_at(addresses[6 * row + 4], size, numbers)
    buffer = elements_at(addresses[6 * row + 5], size, numbers)
    minus_lr, alpha, rest = numbers[6 * row], numbers[6 * row + 1], numbers[6 * row + 2]
    eps, weight_decay, momentum = numbers[6 * row + 3], numbers[6 * row + 4], numbers[6 * row + 5]
    for i in range(start, stop, cuda.blockDim.x):
        grad = -g[i] if maximize else g[i]
        if weight_decay != 0:
            grad = cuda.fma(weight_decay, p[i], grad)
        variance = cuda.fma(rest * grad, grad, alpha * square[i])
        square[i] = variance
        if centered:
            mean = _lerp(average[i], grad, rest)
            average[i] = mean
            variance = cuda.fma(-mean, mean, variance)
        deviation = math.sqrt(variance) + eps
        if momentum > 0:
            velocity = momentum * buffer[i] + grad / deviation
            buffer[i] = velocity
            p[i] = cuda.fma(minus_lr, velocity, p[i])
        else:
            p[i] = p[i] + minus_lr * grad / deviation


@kernel
def _adam(addresses, numbers, chunks, amsgrad, maximize):
    row, size, start, stop = _part(addresses, chunks, 6)
    p = elements_at(addresses[6 * row + 1], size, numbers)
    g = elements_at(addresses[6 * row + 2], size, numbers)
    mean = elements_at(addresses[6 * row + 3], size, numbers)
    square = elements_at(addresses[6 * row + 4], size, numbers)
    largest = elements_at(addresses[6 * row + 5], size, numbers)
    rest1, beta2, rest2, correction2 = numbers[8 * row], numbers[8 * row + 1], numbers[8 * row + 2], numbers[8 * row + 3]
    eps, minus_step, weight_decay, shrink = numbers[8 * row + 4], numbers[8 * row + 5], numbers[8 * row + 6], numbers[8 * row + 7]
    for i in range(start, stop, cuda.blockDim.x):
        grad = -g[i] if maximize else g[i]
        param = shrink * p[i]
        if weight_decay != 0:
            grad = cuda.fma(weight_decay, param, grad)
        first_moment = _lerp(mean[i], grad, rest1)
        second_moment = cuda.fma(rest2 * grad, grad, beta2 * square[i])
        mean[i] = first_moment
        square[i] = second_moment
        if amsgrad:
            peak = largest[i]
            second_moment = peak if peak > second_moment or peak != peak else second_moment  # NaN stays
            largest[i] = second_moment
        p[i] = param + minus_step * first_moment / (math.sqrt(second_moment) / correction2 + eps)


@device
def _lerp(start, end, weight):
    """From the nearer end, as on the CPU."""
    if weight < np.float32(0.5):
        return cuda.fma(weight, end - start, start)
    return cuda.fma(weight - np.float32(1), end - start, end)
