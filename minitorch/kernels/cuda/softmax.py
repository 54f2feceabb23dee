"""softmax, log_softmax and their derivatives. PyTorch: aten/src/ATen/native/cuda/{SoftMaxKernel.cu,PersistentSoftmax.cuh}."""

import math

import numpy as np

from minitorch.kernels.cuda._compile import Kernel, device, formula, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import (
    THREADS,
    all_lines,
    blocks_of,
    first_line,
    in_order,
    largest_of_line,
    threads_of,
    total_of_line,
)
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.pointwise import copy_into
from minitorch.kernels.exponential import quick_exp

# So many lines with gaps between their elements are one thread's each: neighbouring threads read neighbouring lines.
# Fewer are copied to lie side by side.
_MANY = 1 << 15


def softmax(array: DeviceArray, axis: int) -> DeviceArray:
    """exp(array) divided by its sum along the axis. Floats; the result is row-major."""
    return _apply(_softmax, axis, array)


def log_softmax(array: DeviceArray, axis: int) -> DeviceArray:
    """The logarithm of softmax, without its cancellation. Floats; the result is row-major."""
    return _apply(_log_softmax, axis, array)


def softmax_backward(grad: DeviceArray, result: DeviceArray, axis: int) -> DeviceArray:
    """result * (grad - sum(grad * result))."""
    return _apply(_softmax_backward, axis, grad, result)


def log_softmax_backward(grad: DeviceArray, result: DeviceArray, axis: int) -> DeviceArray:
    """grad - exp(result) * sum(grad)."""
    return _apply(_log_softmax_backward, axis, grad, result)


def _apply(loop: Kernel, axis: int, *arrays: DeviceArray) -> DeviceArray:
    """Run the loop over lines along the axis, (outer, length, inner)."""
    if arrays[0].dtype == np.float16:
        return _apply(loop, axis, *[each.astype(np.float32) for each in arrays]).astype(np.float16)
    shape = arrays[0].shape
    out = empty(shape, arrays[0].dtype)
    if out.size == 0:
        return out
    arrays = [in_order(each) for each in arrays]
    outer, length, inner = math.prod(shape[:axis]), shape[axis] if shape else 1, math.prod(shape[axis + 1 :])
    lines = outer * inner
    if inner > 1 and lines < _MANY and length > 32:
        windows = [each.reshape(outer, length, inner).swapaxes(1, 2) for each in (*arrays, out)]
        *arrays, result = *[in_order(each) for each in windows[:-1]], empty((outer, inner, length), out.dtype)
        threads = threads_of(length)
        loop[blocks_of(lines, threads), THREADS](*arrays, result, lines, length, 1, threads)
        copy_into(windows[-1], result)
    else:
        threads = threads_of(length) if inner == 1 else 1
        loop[blocks_of(lines, threads), THREADS](*arrays, out, lines, length, inner, threads)
    return out


def _exponential(a):
    return quick_exp(a)


_exp = formula(_exponential)

# The elements of line `line` are `inner` apart.


@device
def _peak_and_total(array, start, count, inner, lane, threads):
    """The largest of a line (NaN is), and the sum of the exponentials of what is left above it: none overflows."""
    peak = -math.inf
    for i in range(lane, count, threads):
        value = array[start + i * inner]
        peak = value if value > peak or value != value else peak
    peak = array.dtype.type(largest_of_line(peak, -math.inf, threads))
    total = 0.0
    for i in range(lane, count, threads):
        total += _exp(array[start + i * inner] - peak)
    return peak, total_of_line(total, 0.0, threads)


@kernel
def _softmax(array, out, lines, length, inner, threads):
    for first in range(first_line(threads), lines, all_lines(threads)):
        line, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        start, count = line // inner * inner * length + line % inner, length if line < lines else 0
        peak, total = _peak_and_total(array, start, count, inner, lane, threads)
        scale = array.dtype.type(1.0 / total if count > 0 else 0.0)
        for i in range(lane, count, threads):
            out[start + i * inner] = _exp(array[start + i * inner] - peak) * scale


@kernel
def _log_softmax(array, out, lines, length, inner, threads):
    for first in range(first_line(threads), lines, all_lines(threads)):
        line, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        start, count = line // inner * inner * length + line % inner, length if line < lines else 0
        peak, total = _peak_and_total(array, start, count, inner, lane, threads)
        logarithm = array.dtype.type(math.log(total) if count > 0 else 0.0)
        for i in range(lane, count, threads):
            out[start + i * inner] = array[start + i * inner] - peak - logarithm


@kernel
def _softmax_backward(grad, result, out, lines, length, inner, threads):
    for first in range(first_line(threads), lines, all_lines(threads)):
        line, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        start, count = line // inner * inner * length + line % inner, length if line < lines else 0
        total = 0.0
        for i in range(lane, count, threads):
            total += grad[start + i * inner] * result[start + i * inner]
        total = grad.dtype.type(total_of_line(total, 0.0, threads))
        for i in range(lane, count, threads):
            out[start + i * inner] = result[start + i * inner] * (grad[start + i * inner] - total)


@kernel
def _log_softmax_backward(grad, result, out, lines, length, inner, threads):
    for first in range(first_line(threads), lines, all_lines(threads)):
        line, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        start, count = line // inner * inner * length + line % inner, length if line < lines else 0
        total = 0.0
        for i in range(lane, count, threads):
            total += grad[start + i * inner]
        total = grad.dtype.type(total_of_line(total, 0.0, threads))
        for i in range(lane, count, threads):
            out[start + i * inner] = grad[start + i * inner] - _exp(result[start + i * inner]) * total
