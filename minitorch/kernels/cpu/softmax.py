"""softmax, log_softmax and their derivatives. PyTorch: aten/src/ATen/native/cpu/SoftMaxKernel.cpp."""

import math
from collections.abc import Callable

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous

# Exponentials cost 20 times what an addition costs: fewer elements pay for starting the threads.
_GRAIN = GRAIN // 8


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
    """Run the loops over windows of (outer, along the axis, inner)."""
    shape = arrays[0].shape
    out = empty(shape, arrays[0].dtype)
    if out.size == 0:
        return out
    outer, length, inner = math.prod(shape[:axis]), shape[axis] if shape else 1, math.prod(shape[axis + 1 :])
    windows = [
        (each if each.flags.carray else contiguous(each)).reshape(outer, length, inner)
        for each in (*arrays, out)
    ]
    (one if out.size <= _GRAIN else many)(*windows)
    return out


# One task is one line along the axis. The maximum is subtracted first, so that no exponential overflows. A
# NaN need not be the maximum: its own exponential makes the sum, a float64, NaN.


def _softmax(array, out):
    outer, length, inner = array.shape
    for task in prange(outer * inner):
        line, into = array[task // inner, :, task % inner], out[task // inner, :, task % inner]
        largest = line[0]
        for i in range(length):
            if line[i] > largest:
                largest = line[i]
        total = 0.0
        for i in range(length):
            into[i] = math.exp(line[i] - largest)
            total += into[i]
        scale = line.dtype.type(1 / total)
        for i in range(length):
            into[i] *= scale


def _log_softmax(array, out):
    outer, length, inner = array.shape
    for task in prange(outer * inner):
        line, into = array[task // inner, :, task % inner], out[task // inner, :, task % inner]
        largest = line[0]
        for i in range(length):
            if line[i] > largest:
                largest = line[i]
        total = 0.0
        for i in range(length):
            total += math.exp(line[i] - largest)
        logarithm = line.dtype.type(math.log(total))
        for i in range(length):
            into[i] = line[i] - largest - logarithm


def _softmax_backward(grad, result, out):
    outer, length, inner = grad.shape
    for task in prange(outer * inner):
        o, k = task // inner, task % inner
        total = 0.0
        for i in range(length):
            total += grad[o, i, k] * result[o, i, k]
        total = grad.dtype.type(total)
        for i in range(length):
            out[o, i, k] = result[o, i, k] * (grad[o, i, k] - total)


def _log_softmax_backward(grad, result, out):
    outer, length, inner = grad.shape
    for task in prange(outer * inner):
        o, k = task // inner, task % inner
        total = 0.0
        for i in range(length):
            total += grad[o, i, k]
        total = grad.dtype.type(total)
        for i in range(length):
            out[o, i, k] = grad[o, i, k] - math.exp(result[o, i, k]) * total


_softmax_serial, _softmax_parallel = serial(_softmax), parallel(_softmax)
_log_softmax_serial, _log_softmax_parallel = serial(_log_softmax), parallel(_log_softmax)
_softmax_backward_serial, _softmax_backward_parallel = serial(_softmax_backward), parallel(_softmax_backward)
_log_softmax_backward_serial = serial(_log_softmax_backward)
_log_softmax_backward_parallel = parallel(_log_softmax_backward)
