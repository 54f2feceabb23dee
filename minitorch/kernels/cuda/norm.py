"""Normalisation of channels over a batch, and of rows. PyTorch: native/cuda/{Normalization.cuh,layer_norm_kernel.cu}.

Sums are float64. A channel's elements are shared out in pieces of whole images, whose sums are added up in their order.
Layer norm and group norm are one loop, as on the CPU: the weight of element i of row r is that of channel
(r % groups) * (length / inner) + i / inner.
"""

import math

import numpy as np

from minitorch.kernels.cuda import reduce
from minitorch.kernels.cuda._compile import blocks, device, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import THREADS, all_lines, blocks_of, first_line, in_order, threads_of, total_of_line
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty

_F64 = np.dtype(np.float64)
_BLOCKS = 1024  # so many blocks are busy before a piece gets longer


def channel_statistics(array: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """Mean and biased variance of each channel of (N, C, S), float64."""
    array, channels = in_order(array), array.shape[1]
    mean, variance = empty((channels,), _F64), empty((channels,), _F64)
    pieces, step, threads, across = _pieces(array.shape)
    sums = empty((pieces, 2, channels), _F64)
    if channels:
        _moments[blocks_of(pieces * channels, threads), THREADS](array, sums, *array.shape, pieces, step, threads, across)
        count = array.shape[0] * array.shape[2]
        _statistics[blocks(channels, THREADS), THREADS](array, sums, mean, variance, channels, array.shape[2], pieces, count)
    return mean, variance


def channel_affine(
    mean: DeviceArray,  # (C,) float64, as the next
    variance: DeviceArray,
    weight: DeviceArray | None,
    bias: DeviceArray | None,
    eps: float,
    dtype: np.dtype,
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """1/std, float64, and the factor and the shift that normalise and scale a channel, of the dtype."""
    invstd, factor, shift = empty(mean.shape, _F64), empty(mean.shape, dtype), empty(mean.shape, dtype)
    if mean.size:
        given = [mean if each is None else in_order(each) for each in (weight, bias)]
        _affine[blocks(mean.size, THREADS), THREADS](
            mean, variance, *given, weight is None, bias is None, float(eps), invstd, factor, shift, mean.size
        )
    return invstd, factor, shift


def move_statistic(running: DeviceArray, value: DeviceArray, momentum: float, factor: float) -> None:
    """Move a running statistic, in place, towards value * factor (float64) by the share `momentum`."""
    target = in_order(running)
    if value.size:
        _move[blocks(value.size, THREADS), THREADS](target, value, float(momentum), float(factor), value.size)
    if target is not running:
        running[...] = target


def channel_scale(array: DeviceArray, factor: DeviceArray, shift: DeviceArray) -> DeviceArray:
    """array * factor + shift, of each channel of (N, C, S); factor and shift have the array's dtype."""
    array = in_order(array)
    out = empty(array.shape, array.dtype)
    if out.size:
        batch, channels, size = array.shape
        threads = threads_of(size)
        _scale[blocks_of(batch * channels, threads), THREADS](
            array, in_order(factor), in_order(shift), out, batch * channels, size, channels, threads
        )
    return out


def batch_norm_backward(
    grad: DeviceArray,
    array: DeviceArray,  # (N, C, S), as grad
    mean: DeviceArray,  # (C,) float64, as the next
    invstd: DeviceArray,
    weight: DeviceArray | None,
    training: bool,
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The gradients to array, weight and bias."""
    grad, array = in_order(grad), in_order(array)
    batch, channels, size = array.shape
    out, to_weight, to_bias = (empty(shape, array.dtype) for shape in (array.shape, (channels,), (channels,)))
    factors = empty((3, channels), array.dtype)
    pieces, step, threads, across = _pieces(array.shape)
    sums = empty((pieces, 2, channels), _F64)
    if channels:
        _products[blocks_of(pieces * channels, threads), THREADS](
            grad, array, mean, sums, *array.shape, pieces, step, threads, across
        )
        scale = mean if weight is None else in_order(weight)
        _batch_slopes[blocks(channels, THREADS), THREADS](
            sums, invstd, scale, weight is None, training, to_weight, to_bias, factors, channels, pieces, batch * size
        )
    if out.size:
        threads = threads_of(size)
        _batch_backward[blocks_of(batch * channels, threads), THREADS](
            grad, array, mean, factors, out, batch * channels, size, channels, threads
        )
    return out, to_weight, to_bias


def row_norm(
    array: DeviceArray,  # (rows, length)
    weight: DeviceArray | None,
    bias: DeviceArray | None,
    groups: int,
    inner: int,
    eps: float,
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """Every row to mean 0 and variance 1, then scaled and shifted; and the means and 1/std, float64."""
    array = in_order(array)
    rows, length = array.shape
    out, mean, invstd = empty(array.shape, array.dtype), empty((rows,), _F64), empty((rows,), _F64)
    if rows:
        threads = threads_of(length)
        given = [array if each is None else in_order(each) for each in (weight, bias)]
        _row_norm[blocks_of(rows, threads), THREADS](
            array, *given, weight is None, bias is None, groups, inner, float(eps), out, mean, invstd, rows, length, threads
        )
    return out, mean, invstd


def row_norm_backward(
    grad: DeviceArray,  # (rows, length), as array
    array: DeviceArray,
    mean: DeviceArray,  # (rows,) float64, as the next
    invstd: DeviceArray,
    weight: DeviceArray | None,
    groups: int,
    inner: int,
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The gradients to array, and to weight and bias, (groups * length / inner,)."""
    grad, array = in_order(grad), in_order(array)
    rows, length = array.shape
    out = empty(array.shape, array.dtype)
    columns = groups * (length // inner if inner else 0)
    if inner == 1:  # a thread takes a column of a piece of the rows
        parts = max(1, min(_BLOCKS * THREADS // max(columns, 1), rows // groups // 16))
    else:  # an image's channel is the work of a few threads
        parts = rows // groups
    slopes, totals = empty((parts, columns), _F64), empty((parts, columns), _F64)
    if out.size:
        threads = threads_of(length)
        _row_backward[blocks_of(rows, threads), THREADS](
            grad, array, mean, invstd, array if weight is None else in_order(weight), weight is None, groups, inner,
            out, rows, length, threads,
        )  # fmt: skip
        if inner == 1:
            step = -(-(rows // groups) // parts)
            _column_sums[blocks(parts * columns, THREADS), THREADS](
                grad, array, mean, invstd, slopes, totals, rows // groups, columns, length, parts, step
            )
        else:
            threads = threads_of(inner)
            _span_sums[blocks_of(slopes.size, threads), THREADS](
                grad, array, mean, invstd, slopes, totals, slopes.size, inner, length // inner, threads
            )
    return out, *[reduce.sum(each, (0,), False, array.dtype) for each in (slopes, totals)]


def _pieces(shape: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """How the sums of channels are shared out, by the shape alone: the pieces of a channel, the images of a piece, the
    threads that share a piece of a channel, and how many of these go along a row.
    """
    batch, channels, size = shape
    if size == 1:  # channels lie side by side: a thread each
        pieces, threads = min(_BLOCKS * THREADS // max(channels, 1), batch // 16), 1
    else:
        pieces, threads = min(_BLOCKS // max(channels, 1), batch * size // 4096, batch), THREADS
    step = -(-batch // max(1, pieces))
    return max(1, pieces), step, threads, min(threads, 1 << max(0, size - 1).bit_length())


@kernel
def _moments(array, sums, batch, channels, size, pieces, step, threads, across):
    """The sums of deviations from a channel's first element, and of their squares: of float32, nothing is cancelled."""
    for first in range(first_line(threads), pieces * channels, all_lines(threads)):
        task, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        piece, c = task // channels, task % channels
        end = min(batch, (piece + 1) * step) if task < pieces * channels else 0
        total, squares = 0.0, 0.0
        if end > 0:
            origin = np.float64(array[c * size])
            for n in range(piece * step + lane // across, end, threads // across):
                for i in range(lane % across, size, across):
                    value = np.float64(array[(n * channels + c) * size + i]) - origin
                    total += value
                    squares += value * value
        total, squares = total_of_line(total, 0.0, threads), total_of_line(squares, 0.0, threads)
        if lane == 0 and end > 0:
            sums[piece * 2 * channels + c] = total
            sums[(piece * 2 + 1) * channels + c] = squares


@kernel
def _statistics(array, sums, mean, variance, channels, size, pieces, count):
    for c in range(cuda.grid(1), channels, cuda.gridsize(1)):
        total, squares = 0.0, 0.0
        for piece in range(pieces):
            total += sums[piece * 2 * channels + c]
            squares += sums[(piece * 2 + 1) * channels + c]
        offset = total / count
        mean[c] = np.float64(array[c * size]) + offset
        left = squares / count - offset * offset
        variance[c] = 0.0 if left < 0.0 else left


@device
def _inverse_root(value):
    """NaN of a negative number, of which the simulator's square root is an error."""
    return 1.0 / math.sqrt(value) if value >= 0.0 else math.nan


@kernel
def _affine(mean, variance, weight, bias, no_weight, no_bias, eps, invstd, factor, shift, channels):
    for c in range(cuda.grid(1), channels, cuda.gridsize(1)):
        deviation = _inverse_root(variance[c] + eps)
        times = deviation
        if not no_weight:
            times = deviation * weight[c]
        plus = -mean[c] * times
        if not no_bias:
            plus = bias[c] + plus
        invstd[c] = deviation
        factor[c] = times
        shift[c] = plus


@kernel
def _move(running, value, momentum, factor, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        running[i] = (1.0 - momentum) * running[i] + momentum * (value[i] * factor)


@kernel
def _scale(array, factor, shift, out, lines, length, channels, threads):
    for first in range(first_line(threads), lines, all_lines(threads)):
        line, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        if line < lines:
            times, plus = factor[line % channels], shift[line % channels]
            for i in range(lane, length, threads):
                out[line * length + i] = array[line * length + i] * times + plus


@kernel
def _products(grad, array, mean, sums, batch, channels, size, pieces, step, threads, across):
    """The sums of grad, and of grad * (array - mean)."""
    for first in range(first_line(threads), pieces * channels, all_lines(threads)):
        task, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        piece, c = task // channels, task % channels
        end = min(batch, (piece + 1) * step) if task < pieces * channels else 0
        total, product = 0.0, 0.0
        if end > 0:
            middle = mean[c]
            for n in range(piece * step + lane // across, end, threads // across):
                for i in range(lane % across, size, across):
                    slope = np.float64(grad[(n * channels + c) * size + i])
                    total += slope
                    product += slope * (np.float64(array[(n * channels + c) * size + i]) - middle)
        total, product = total_of_line(total, 0.0, threads), total_of_line(product, 0.0, threads)
        if lane == 0 and end > 0:
            sums[piece * 2 * channels + c] = total
            sums[(piece * 2 + 1) * channels + c] = product


@kernel
def _batch_slopes(sums, invstd, scale, no_scale, training, to_weight, to_bias, factors, channels, pieces, count):
    """The gradients to weight and bias; and what is subtracted from a gradient, its slope, and what multiplies it."""
    for c in range(cuda.grid(1), channels, cuda.gridsize(1)):
        total, product = 0.0, 0.0
        for piece in range(pieces):
            total += sums[piece * 2 * channels + c]
            product += sums[(piece * 2 + 1) * channels + c]
        deviation = invstd[c]
        to_bias[c] = total
        to_weight[c] = product * deviation
        factors[c] = total / count if training else 0.0
        factors[channels + c] = product * deviation * deviation / count if training else 0.0
        factors[2 * channels + c] = deviation if no_scale else scale[c] * deviation


@kernel
def _batch_backward(grad, array, mean, factors, out, lines, length, channels, threads):
    for first in range(first_line(threads), lines, all_lines(threads)):
        line, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        if line < lines:
            c = line % channels
            middle = array.dtype.type(mean[c])
            level, slope, factor = factors[c], factors[channels + c], factors[2 * channels + c]
            for i in range(lane, length, threads):
                place = line * length + i
                out[place] = (grad[place] - level - (array[place] - middle) * slope) * factor


@kernel
def _row_norm(array, weight, bias, no_weight, no_bias, groups, inner, eps, out, mean, invstd, rows, length, threads):
    one, zero = array.dtype.type(1), array.dtype.type(0)
    for first in range(first_line(threads), rows, all_lines(threads)):
        row, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        count, start = length if row < rows else 0, row * length
        total = 0.0
        for i in range(lane, count, threads):
            total += array[start + i]
        average = total_of_line(total, 0.0, threads) / max(length, 1)
        squares = 0.0
        for i in range(lane, count, threads):
            value = np.float64(array[start + i]) - average
            squares += value * value
        deviation = _inverse_root(total_of_line(squares, 0.0, threads) / max(length, 1) + eps)
        if lane == 0 and row < rows:
            mean[row] = average
            invstd[row] = deviation
        middle, factor = array.dtype.type(average), array.dtype.type(deviation)
        base = row % groups * (length // inner)
        for i in range(lane, count, threads):
            channel = base + (i if inner == 1 else i // inner)
            times = one if no_weight else weight[channel]
            plus = zero if no_bias else bias[channel]
            out[start + i] = (array[start + i] - middle) * factor * times + plus


@kernel
def _row_backward(grad, array, mean, invstd, weight, no_weight, groups, inner, out, rows, length, threads):
    one = array.dtype.type(1)
    for first in range(first_line(threads), rows, all_lines(threads)):
        row, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        count, start = length if row < rows else 0, row * length
        middle, deviation = 0.0, 0.0
        if count > 0:
            middle, deviation = mean[row], invstd[row]
        base = row % groups * (length // inner)
        total, product = 0.0, 0.0
        for i in range(lane, count, threads):
            times = one if no_weight else weight[base + (i if inner == 1 else i // inner)]
            slope = np.float64(grad[start + i]) * times
            total += slope
            product += slope * (np.float64(array[start + i]) - middle)
        level = array.dtype.type(total_of_line(total, 0.0, threads) / length)
        tilt = array.dtype.type(total_of_line(product, 0.0, threads) * deviation * deviation / length)
        centre, factor = array.dtype.type(middle), array.dtype.type(deviation)
        for i in range(lane, count, threads):
            times = one if no_weight else weight[base + (i if inner == 1 else i // inner)]
            out[start + i] = (grad[start + i] * times - level - (array[start + i] - centre) * tilt) * factor


@kernel
def _column_sums(grad, array, mean, invstd, slopes, totals, cycles, columns, length, parts, step):
    """For each column, over a part of the rows: the sums of grad * normalised and of grad."""
    for task in range(cuda.grid(1), parts * columns, cuda.gridsize(1)):
        part, column = task // columns, task % columns
        groups, group = columns // length, column // length
        slope, total = 0.0, 0.0
        for cycle in range(part * step, min(cycles, (part + 1) * step)):
            value, row = np.float64(grad[cycle * columns + column]), cycle * groups + group
            total += value
            slope += value * ((np.float64(array[cycle * columns + column]) - mean[row]) * invstd[row])
        slopes[task] = slope
        totals[task] = total


@kernel
def _span_sums(grad, array, mean, invstd, slopes, totals, lines, length, channels, threads):
    """The same for each channel of each row."""
    for first in range(first_line(threads), lines, all_lines(threads)):
        line, lane = first + cuda.threadIdx.x // threads, cuda.threadIdx.x % threads
        slope, total, row = 0.0, 0.0, line // channels
        if line < lines:
            middle = mean[row]
            for i in range(line * length + lane, (line + 1) * length, threads):
                value = np.float64(grad[i])
                total += value
                slope += value * (np.float64(array[i]) - middle)
        slope, total = total_of_line(slope, 0.0, threads), total_of_line(total, 0.0, threads)
        if lane == 0 and line < lines:
            slopes[line] = slope * invstd[row]
            totals[line] = total
