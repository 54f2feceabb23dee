"""softmax, log_softmax and their derivatives. PyTorch: aten/src/ATen/native/cpu/SoftMaxKernel.cpp."""

import math
from collections.abc import Callable

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu._sums import total_of, total_of_products
from minitorch.kernels.cpu._vectors import largest
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous, copy_into
from minitorch.kernels.exponential import quick_exp

# Exponentials cost some times what an addition costs: fewer elements pay for starting the threads.
_GRAIN = GRAIN // 4


def softmax(array: np.ndarray, axis: int) -> np.ndarray:
    """exp(array) divided by its sum along the axis. Floats; the result is row-major."""
    return _apply(_softmax_serial, _softmax_parallel, axis, array)


def log_softmax(array: np.ndarray, axis: int) -> np.ndarray:
    """The logarithm of softmax, without its cancellation. Floats; the result is row-major."""
    return _apply(_log_softmax_serial, _log_softmax_parallel, axis, array)


def softmax_backward(grad: np.ndarray, result: np.ndarray, axis: int) -> np.ndarray:
    """result * (grad - sum(grad * result))."""
    return _apply(_softmax_backward_serial, _softmax_backward_parallel, axis, grad, result)


def log_softmax_backward(grad: np.ndarray, result: np.ndarray, axis: int) -> np.ndarray:
    """grad - exp(result) * sum(grad)."""
    return _apply(_log_softmax_backward_serial, _log_softmax_backward_parallel, axis, grad, result)


def _apply(one: Callable, many: Callable, axis: int, *arrays: np.ndarray) -> np.ndarray:
    """Run the loops over lines along the axis, (lines, length). Lines that are not contiguous are copied."""
    if arrays[0].dtype == np.float16:
        return _apply(one, many, axis, *[each.astype(np.float32) for each in arrays]).astype(np.float16)
    shape = arrays[0].shape
    out = empty(shape, arrays[0].dtype)
    if out.size == 0:
        return out
    outer, length, inner = math.prod(shape[:axis]), shape[axis] if shape else 1, math.prod(shape[axis + 1 :])
    loops = one if out.size <= _GRAIN else many
    if inner == 1:
        loops(*[(each if each.flags.carray else contiguous(each)).reshape(outer, length) for each in (*arrays, out)])
        return out
    windows = [each.reshape(outer, length, inner).swapaxes(1, 2) for each in (*arrays, out)]
    lines = [contiguous(each).reshape(outer * inner, length) for each in windows[:-1]]
    result = empty(lines[0].shape, out.dtype)
    loops(*lines, result)
    copy_into(windows[-1], result.reshape(outer, inner, length))
    return out


# One task is one line. Its largest element is subtracted first, so that no exponential overflows; NaN is the largest.


def _softmax(array, out):
    for task in prange(array.shape[0]):
        line, into = array[task], out[task]
        _exponentials(line, largest(line), into)
        scale = line.dtype.type(1 / total_of(into))
        for i in range(line.size):
            into[i] *= scale


def _log_softmax(array, out):
    for task in prange(array.shape[0]):
        line, into = array[task], out[task]
        peak = largest(line)
        _exponentials(line, peak, into)
        logarithm = line.dtype.type(math.log(total_of(into)))
        for i in range(line.size):
            into[i] = line[i] - peak - logarithm


@serial
def _exponentials(line, peak, into):
    for i in range(line.size):
        into[i] = quick_exp(line[i] - peak)


def _softmax_backward(grad, result, out):
    for task in prange(grad.shape[0]):
        arrived, probabilities, into = grad[task], result[task], out[task]
        level = grad.dtype.type(total_of_products(arrived, probabilities))
        for i in range(into.size):
            into[i] = probabilities[i] * (arrived[i] - level)


def _log_softmax_backward(grad, result, out):
    for task in prange(grad.shape[0]):
        arrived, logarithms, into = grad[task], result[task], out[task]
        scale = grad.dtype.type(total_of(arrived))
        for i in range(into.size):
            into[i] = arrived[i] - quick_exp(logarithms[i]) * scale


_softmax_serial, _softmax_parallel = serial(_softmax), parallel(_softmax)
_log_softmax_serial, _log_softmax_parallel = serial(_log_softmax), parallel(_log_softmax)
_softmax_backward_serial, _softmax_backward_parallel = serial(_softmax_backward), parallel(_softmax_backward)
_log_softmax_backward_serial = serial(_log_softmax_backward)
_log_softmax_backward_parallel = parallel(_log_softmax_backward)
