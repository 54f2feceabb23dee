"""Normalisation of channels over a batch, and of rows. PyTorch: native/{Normalization.cpp,cpu/layer_norm_kernel.cpp}.

Sums are float64. Layer norm and group norm are one loop: a row is what is normalised together, and the weight of
element i of row r is that of channel (r % groups) * (length / inner) + i / inner.
"""

import math

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, REGROUP, parallel, prange, serial
from minitorch.kernels.cpu._sums import total_of
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous

_PIECES = 16  # partial sums of a weight's gradient, whatever the number of threads


def channel_statistics(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance of each channel of (N, C, S), float64."""
    mean, variance = np.empty(array.shape[1]), np.empty(array.shape[1])
    loop = _statistics_serial if array.size <= GRAIN else _statistics_parallel
    loop(_rows(array), mean, variance)
    return mean, variance


def channel_affine(
    mean: np.ndarray,  # (C,) float64, as the next
    variance: np.ndarray,
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    eps: float,
    dtype: np.dtype,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """1/std, float64, and the factor and the shift that normalise and scale a channel, of the dtype."""
    with np.errstate(all="ignore"):
        invstd = 1 / np.sqrt(variance + eps)
        factor = invstd if weight is None else invstd * weight.astype(np.float64)
        shift = -mean * factor if bias is None else bias - mean * factor
    return invstd, factor.astype(dtype), shift.astype(dtype)


def move_statistic(running: np.ndarray, value: np.ndarray, momentum: float, factor: float) -> None:
    """Move a running statistic, in place, towards value * factor (float64) by the share `momentum`."""
    running[...] = ((1 - momentum) * running.reshape(-1) + momentum * (value * factor)).reshape(running.shape)


def channel_scale(array: np.ndarray, factor: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """array * factor + shift, of each channel of (N, C, S); factor and shift have the array's dtype."""
    array = _rows(array)
    out = empty(array.shape, array.dtype)
    loop = _scale_serial if array.size <= GRAIN else _scale_parallel
    loop(array, factor, shift, out)
    return out


def batch_norm_backward(
    grad: np.ndarray,
    array: np.ndarray,  # (N, C, S), as grad
    mean: np.ndarray,  # (C,) float64, as the next
    invstd: np.ndarray,
    weight: np.ndarray | None,
    training: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients to array, weight and bias."""
    grad, array = _rows(grad), _rows(array)
    out = empty(array.shape, array.dtype)
    to_weight, to_bias = np.empty(array.shape[1], array.dtype), np.empty(array.shape[1], array.dtype)
    scale = np.ones(array.shape[1], array.dtype) if weight is None else np.ascontiguousarray(weight)
    loop = _batch_backward_serial if array.size <= GRAIN else _batch_backward_parallel
    loop(grad, array, mean, invstd, scale, training, out, to_weight, to_bias)
    return out, to_weight, to_bias


def row_norm(
    array: np.ndarray,  # (rows, length)
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    groups: int,
    inner: int,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every row to mean 0 and variance 1, then scaled and shifted; and the means and 1/std, float64."""
    array = _rows(array)
    out = empty(array.shape, array.dtype)
    mean, invstd = np.empty(len(array)), np.empty(len(array))
    scale, shift = _affine(array, weight, bias, groups, inner)
    loop = _row_norm_serial if array.size <= GRAIN else _row_norm_parallel
    loop(array, scale, shift, groups, inner, eps, out, mean, invstd)
    return out, mean, invstd


def row_norm_backward(
    grad: np.ndarray,  # (rows, length), as array
    array: np.ndarray,
    mean: np.ndarray,  # (rows,) float64, as the next
    invstd: np.ndarray,
    weight: np.ndarray | None,
    groups: int,
    inner: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients to array, and to weight and bias, (groups * length / inner,)."""
    grad, array = _rows(grad), _rows(array)
    out = empty(array.shape, array.dtype)
    scale, _ = _affine(array, weight, None, groups, inner)
    # A piece has whole cycles of groups, so that its partial sums are of one row per group.
    pieces = min(_PIECES, max(1, len(array) // groups))
    to_weight, to_bias = np.zeros((pieces, len(scale))), np.zeros((pieces, len(scale)))
    loop = _row_backward_serial if array.size <= GRAIN else _row_backward_parallel
    loop(grad, array, mean, invstd, scale, groups, inner, out, to_weight, to_bias)
    return out, to_weight.sum(0).astype(array.dtype), to_bias.sum(0).astype(array.dtype)


def _rows(array: np.ndarray) -> np.ndarray:
    return array if array.flags.carray else contiguous(array)


def _affine(array: np.ndarray, weight, bias, groups: int, inner: int) -> tuple[np.ndarray, np.ndarray]:
    channels = groups * (array.shape[1] // inner if inner else 0)
    scale = np.ones(channels, array.dtype) if weight is None else np.ascontiguousarray(weight).reshape(-1)
    shift = np.zeros(channels, array.dtype) if bias is None else np.ascontiguousarray(bias).reshape(-1)
    return scale, shift


def _deviations(line, mean):
    squares = 0.0
    for i in range(line.size):
        value = np.float64(line[i]) - mean
        squares += value * value
    return squares


def _products(grad, line, mean):
    """The sum of grad, and of grad * (line - mean)."""
    total, product = 0.0, 0.0
    for i in range(line.size):
        total += grad[i]
        product += np.float64(grad[i]) * (np.float64(line[i]) - mean)
    return total, product


def _scaled_products(grad, scale, line, mean):
    """The same of grad * scale."""
    total, product = 0.0, 0.0
    for i in range(line.size):
        slope = np.float64(grad[i]) * scale[i]
        total += slope
        product += slope * (np.float64(line[i]) - mean)
    return total, product


# Regrouped sums vectorise.
_deviations = serial(_deviations, REGROUP)
_products = serial(_products, REGROUP)
_scaled_products = serial(_scaled_products, REGROUP)


def _statistics(array, mean, variance):
    batch, channels, size = array.shape
    for c in prange(channels):
        total = 0.0
        for n in range(batch):
            total += total_of(array[n, c])
        average = total / (batch * size)
        squares = 0.0
        for n in range(batch):
            squares += _deviations(array[n, c], average)
        mean[c], variance[c] = average, squares / (batch * size)


def _scale(array, factor, shift, out):
    batch, channels, size = array.shape
    for task in prange(batch * channels):
        n, c = task // channels, task % channels
        line, into, times, plus = array[n, c], out[n, c], factor[c], shift[c]
        for i in range(size):
            into[i] = line[i] * times + plus


def _batch_backward(grad, array, mean, invstd, scale, training, out, to_weight, to_bias):
    batch, channels, size = array.shape
    for c in prange(channels):
        total, product = 0.0, 0.0
        for n in range(batch):
            one, other = _products(grad[n, c], array[n, c], mean[c])
            total += one
            product += other
        to_bias[c], to_weight[c] = total, product * invstd[c]
        count = batch * size
        factor = out.dtype.type(scale[c] * invstd[c])
        middle = out.dtype.type(mean[c])
        slope = out.dtype.type(product * invstd[c] * invstd[c] / count if training else 0.0)
        level = out.dtype.type(total / count if training else 0.0)
        for n in range(batch):
            from_grad, line, into = grad[n, c], array[n, c], out[n, c]
            for i in range(size):
                into[i] = (from_grad[i] - level - (line[i] - middle) * slope) * factor


def _row_norm(array, scale, shift, groups, inner, eps, out, mean, invstd):
    rows, length = array.shape
    for r in prange(rows):
        line, into = array[r], out[r]
        average = total_of(line) / length
        deviation = 1 / math.sqrt(_deviations(line, average) / length + eps)
        mean[r], invstd[r] = average, deviation
        middle, factor = out.dtype.type(average), out.dtype.type(deviation)
        if inner == 1:
            base = (r % groups) * length
            times, plus = scale[base : base + length], shift[base : base + length]
            for i in range(length):
                into[i] = (line[i] - middle) * factor * times[i] + plus[i]
        else:
            base = (r % groups) * (length // inner)
            for c in range(length // inner):
                weight, offset = scale[base + c] * factor, shift[base + c]
                span = slice(c * inner, (c + 1) * inner)
                part, target = line[span], into[span]
                for i in range(inner):
                    target[i] = (part[i] - middle) * weight + offset


def _row_backward(grad, array, mean, invstd, scale, groups, inner, out, to_weight, to_bias):
    rows, length = array.shape
    cycles = rows // groups
    pieces = to_weight.shape[0]
    channels = length // inner
    for piece in prange(pieces):
        for r in range(piece * cycles // pieces * groups, (piece + 1) * cycles // pieces * groups):
            from_grad, line, into = grad[r], array[r], out[r]
            base = (r % groups) * channels
            weight_sums, bias_sums = to_weight[piece, base : base + channels], to_bias[piece, base : base + channels]
            weights = scale[base : base + channels]
            middle, deviation = mean[r], invstd[r]
            total, product = 0.0, 0.0
            if inner == 1:
                for i in range(length):
                    weight_sums[i] += from_grad[i] * ((np.float64(line[i]) - middle) * deviation)
                for i in range(length):
                    bias_sums[i] += from_grad[i]
                total, product = _scaled_products(from_grad, weights, line, middle)
                product *= deviation
            else:
                for c in range(channels):
                    span = slice(c * inner, (c + 1) * inner)
                    one, other = _products(from_grad[span], line[span], middle)
                    weight_sums[c] += other * deviation
                    bias_sums[c] += one
                    total += one * weights[c]
                    product += other * deviation * weights[c]
            level, tilt = out.dtype.type(total / length), out.dtype.type(product * deviation / length)
            centre, factor = out.dtype.type(middle), out.dtype.type(deviation)
            if inner == 1:
                for i in range(length):
                    into[i] = (from_grad[i] * weights[i] - level - (line[i] - centre) * tilt) * factor
            else:
                for c in range(channels):
                    span = slice(c * inner, (c + 1) * inner)
                    slope, part, target, weight = from_grad[span], line[span], into[span], weights[c]
                    for i in range(inner):
                        target[i] = (slope[i] * weight - level - (part[i] - centre) * tilt) * factor


_statistics_serial, _statistics_parallel = serial(_statistics), parallel(_statistics)
_scale_serial, _scale_parallel = serial(_scale), parallel(_scale)
_batch_backward_serial, _batch_backward_parallel = serial(_batch_backward), parallel(_batch_backward)
_row_norm_serial, _row_norm_parallel = serial(_row_norm), parallel(_row_norm)
_row_backward_serial, _row_backward_parallel = serial(_row_backward), parallel(_row_backward)
