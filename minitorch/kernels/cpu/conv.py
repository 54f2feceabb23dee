"""Convolution of images, and its gradient to the input. PyTorch: aten/src/ATen/native/Convolution.cpp, which calls oneDNN.

A convolution is a matrix product: result[o, pixel] = sum over (c, tap) of weight[o, c, tap] * input[c, pixel + tap].
The usual way writes that second factor out as a matrix (im2col), KH * KW times as large as the image. It is not
needed: in a zero-padded copy of the image, the pixels of one row of the result lie side by side for every channel
and tap, at a distance from the first that a table holds. So the micro-kernel gets rows = 14 neighbouring pixels,
columns = 32 output channels, and the table as its steps. 14 divides the widths 14, 28, 56, 112 and 224.

With a stride s, rows and columns of the padded copy are dealt out into s * s smaller images (`phases`), so that a
tap again finds its pixels side by side. The gradient to the input is a convolution of grad with the same weights,
channels exchanged; with a stride, one convolution for each of the s * s phases of the input, over the
taps that meet it.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, loops, multiply, panel_width, transpose

Pair = tuple[int, int]

# Pieces that work is cut into, whatever the number of threads: 16 threads stay busy, and 2 are not out of step for long.
CHUNKS = 16

# Floats of padded image worked on at a time: 512 KiB, half of the second-level cache here; the weights need the rest.
_STRIP = 131_072


def conv2d(
    input: np.ndarray,  # (N, C, H, W)
    weight: np.ndarray,  # (O, C / groups, KH, KW)
    bias: np.ndarray | None,  # (O,)
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """Correlate images with weights: -> (N, O, OH, OW). PyTorch: torch.ops.aten.convolution."""
    plan = _forward_plan(input.shape, weight.shape, stride, padding, dilation, groups, input.dtype)
    images, channels, height, width = input.shape
    result = empty(plan.result_shape, input.dtype)
    if bias is None:
        bias = np.zeros(weight.shape[0], input.dtype)
    if plan.passes is None:
        _plain(
            contiguous(input), contiguous(weight), contiguous(bias), result, stride, padding, dilation, groups
        )
    else:
        _run(plan.passes[0], contiguous(input), contiguous(weight), contiguous(bias), result)
    return result


def conv2d_input(
    grad: np.ndarray,  # (N, O, OH, OW)
    weight: np.ndarray,  # (O, C / groups, KH, KW)
    input_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """The gradient of `conv2d` to its input: -> (N, C, H, W). PyTorch: torch.nn.grad.conv2d_input."""
    plan = _input_plan(grad.shape, weight.shape, tuple(input_shape), stride, padding, dilation, groups, grad.dtype)
    result = empty(plan.result_shape, grad.dtype)
    grad, weight = contiguous(grad), contiguous(weight)
    if plan.passes is None:
        _plain_input(grad, weight, result, stride, padding, dilation, groups)
    else:
        zero = np.zeros(result.shape[1], grad.dtype)
        for work in plan.passes:
            _run(work, grad, weight, zero, result)
    return result


class _Pass(NamedTuple):
    """One launch of `_correlate`: its tables, the sizes of its temporary arrays, and its numbers."""

    taps: np.ndarray  # (T,) place of each tap in a weight's KH * KW
    steps: np.ndarray  # (channels * T,) distance of a channel's tap in the padded copy
    packed: int
    scratch: int
    numbers: tuple[int, ...]


class _Plan(NamedTuple):
    result_shape: tuple[int, ...]
    passes: list[_Pass] | None  # None: by plain loops


def _run(work: _Pass, source, weight, init, result) -> None:
    packed, scratch = empty((work.packed,), result.dtype), empty((work.scratch,), result.dtype)
    _correlate(
        source.reshape(-1), weight.reshape(-1), init, result.reshape(-1), work.taps, work.steps, packed, scratch, work.numbers,
        loops(result.dtype, False),
    )


@lru_cache(maxsize=512)
def _forward_plan(input_shape, weight_shape, stride, padding, dilation, groups, dtype) -> _Plan:
    images, channels, height, width = input_shape
    outputs, per_group, kernel_height, kernel_width = weight_shape
    out_height, out_width = output_extent(input_shape, weight_shape, stride, padding, dilation)
    result_shape = (images, outputs, out_height, out_width)
    outputs //= groups
    if dtype.kind != "f" or outputs == 1:
        return _Plan(result_shape, None)
    axes = []
    for k, s, p, d, out in zip(weight_shape[2:], stride, padding, dilation, result_shape[2:]):
        # Output u meets tap i at padded place u * s + i * d: in phase (i * d) % s, at u + (i * d) // s.
        axes.append(_Axis([(i, i * d // s, i * d % s) for i in range(k)], s, p, out, 0, 1))
    taps = kernel_height * kernel_width
    strides = (outputs * per_group * taps, per_group * taps, taps, taps)
    work = _plan_pass(input_shape, result_shape, groups, kernel_width, axes, strides, dtype)
    return _Plan(result_shape, [work])


@lru_cache(maxsize=512)
def _input_plan(grad_shape, weight_shape, input_shape, stride, padding, dilation, groups, dtype) -> _Plan:
    outputs, per_group, kernel_height, kernel_width = weight_shape
    outputs //= groups
    if dtype.kind != "f" or per_group == 1:
        return _Plan(input_shape, None)
    axes = ([], [])
    for axis, k, s, p, d, size in zip(axes, weight_shape[2:], stride, padding, dilation, input_shape[2:]):
        for phase in range(s):
            # Places t = s * u + phase of the padded input, from the first that is not padding. Tap i brings it
            # grad at (t - i * d) / s = u - (i * d - phase) / s.
            first = (p - phase + s - 1) // s
            out = (size - 1 + p - phase) // s - first + 1
            back = {i: (i * d - phase) // s for i in range(k) if i * d % s == phase}
            most = max(back.values(), default=0)
            taps = [(i, most - b, 0) for i, b in back.items()]
            if out > 0:
                axis.append(_Axis(taps, 1, most - first, out, s * first + phase - p, s))
    taps = kernel_height * kernel_width
    strides = (outputs * per_group * taps, taps, per_group * taps, taps)
    passes = [
        _plan_pass(grad_shape, input_shape, groups, kernel_width, pair, strides, dtype)
        for pair in ((y, x) for y in axes[0] for x in axes[1])
    ]
    return _Plan(input_shape, passes)


class _Axis(NamedTuple):
    """How one pass goes along one axis of the image."""

    taps: list[tuple[int, int, int]]  # which tap, its distance, its phase
    stride: int  # phases of the source
    padding: int  # zeros before the source; negative: elements left out
    out: int  # pixels of the result in this pass
    out_first: int  # where they lie
    out_step: int


def _plan_pass(source_shape, result_shape, groups, kernel_width, axes, weight_strides, dtype) -> _Pass:
    images, channels, source_height, source_width = source_shape
    outputs = result_shape[1]
    channels, outputs = channels // groups, outputs // groups
    y, x = axes
    taps = [(i * kernel_width + j, dy, dx, py, px) for i, dy, py in y.taps for j, dx, px in x.taps]
    out_height, out_width, plane = y.out, x.out, result_shape[2] * result_shape[3]
    out_row = y.out_step * result_shape[3]
    phases_y = max((tap[3] for tap in taps), default=0) + 1
    phases_x = max((tap[4] for tap in taps), default=0) + 1
    reach_y = max((tap[1] for tap in taps), default=0)
    reach_x = max((tap[2] for tap in taps), default=0)

    direct = (
        len(taps) == 1 and y.stride == x.stride == 1 and y.padding == x.padding == 0 and reach_y == reach_x == 0
        and y.out_step == x.out_step == 1 and (out_height, out_width) == (source_height, source_width) == result_shape[2:]
    )
    if direct:  # a 1 x 1 convolution of whole planes: no copy, and a plane is one long row
        out_height, out_width = 1, out_height * out_width
        row, strip, strips = out_width, 1, 1
        channel_step = out_width
    else:
        row = out_width + reach_x
        most = _STRIP // max(1, channels * phases_y * phases_x * row) - reach_y
        strips = max(1, min(out_height, -(-out_height // max(most, 1)), out_height))
        while strips < out_height and images * groups * strips < CHUNKS and out_height // (strips + 1) >= 4:
            strips += 1
        strip = -(-out_height // strips)
        channel_step = (strip + reach_y) * row
    width = panel_width(dtype)
    panels = -(-outputs // width)
    splits = 1
    while splits < panels and images * groups * strips * splits < CHUNKS:
        splits += 1
    units = images * groups * strips * splits
    chunks = max(1, min(units, CHUNKS))

    phase_step = channels * channel_step
    tap_steps = np.array([(py * phases_x + px) * phase_step + dy * row + dx for _, dy, dx, py, px in taps], np.int64)
    steps = (np.arange(channels)[:, None] * channel_step + tap_steps).reshape(-1)
    depth = steps.size
    padded = 0 if direct else phases_y * phases_x * phase_step
    padded = -(-padded // 16) * 16
    scratch = padded + 16 * width
    tiles = -(-out_width // ROWS)
    numbers = (
        direct, channels, outputs, groups, source_height, source_width, y.stride, x.stride, y.padding, x.padding,
        phases_y, phases_x, strip + reach_y, row, channel_step, padded, scratch,
        out_height, out_width, strip, strips, splits, units, chunks, tiles, panels, width,
        plane, y.out_first * result_shape[3] + x.out_first, out_row, x.out_step, *weight_strides,
    )  # fmt: skip
    taps = np.array([tap[0] for tap in taps], np.int64)
    return _Pass(taps, steps, groups * panels * width * depth, chunks * scratch, tuple(int(n) for n in numbers))


@parallel
def _correlate(source, weight, init, result, taps, steps, packed, scratch, numbers, addresses):
    (
        direct, channels, outputs, groups, source_height, source_width, stride_y, stride_x, top, left,
        phases_y, phases_x, padded_height, row, channel_step, padded, scratch_size,
        out_height, out_width, strip, strips, splits, units, chunks, tiles, panels, width,
        plane, out_first, out_row, out_step, weight_group, weight_output, weight_channel, weight_taps,
    ) = numbers  # fmt: skip
    depth = steps.size

    # Weights of 32 output channels side by side, a row per channel and tap.
    for task in prange(groups * panels * channels):
        panel, channel = task // channels, task % channels
        group, first = panel // panels, panel % panels * width
        filled = min(width, outputs - first)
        here = group * weight_group + first * weight_output + channel * weight_channel
        there = (panel * depth + channel * taps.size) * width
        if taps.size == weight_taps > 1:
            transpose(addresses[1], filled, taps.size, weight, here, weight_output, packed, there, width)
        else:
            for t in range(taps.size):
                for j in range(filled):
                    packed[there + t * width + j] = weight[here + taps[t] + j * weight_output]

    for chunk in prange(chunks):
        base = chunk * scratch_size
        for unit in range(units * chunk // chunks, units * (chunk + 1) // chunks):
            split, rest = unit % splits, unit // splits
            y_first, rest = rest % strips * strip, rest // strips
            group, image = rest % groups, rest // groups
            from_plane = rest * channels
            if direct:
                a, a_first = source, from_plane * channel_step
            else:
                a, a_first = scratch, base
                if unit == units * chunk // chunks or strips > 1:
                    scratch[base : base + padded] = 0
                to_row = base
                for py in range(phases_y):
                    # Rows of this phase that lie inside the source: 0 <= y + line * stride_y < source_height.
                    y = y_first * stride_y + py - top
                    first_line = max(0, (stride_y - 1 - y) // stride_y)
                    last_line = min(padded_height, (source_height - 1 - y) // stride_y + 1)
                    for px in range(phases_x):
                        x = px - left
                        first_column = max(0, (stride_x - 1 - x) // stride_x)
                        last_column = min(row, (source_width - 1 - x) // stride_x + 1)
                        here = y * source_width + first_line * stride_y * source_width + x + first_column * stride_x
                        for channel in range(from_plane, from_plane + channels):
                            copy(
                                addresses[2], last_line - first_line, last_column - first_column,
                                source, channel * source_height * source_width + here, stride_y * source_width, stride_x,
                                scratch, to_row + first_line * row + first_column, row,
                            )  # fmt: skip
                            to_row += padded_height * row
            for panel in range(panels * split // splits, panels * (split + 1) // splits):
                columns = min(width, outputs - panel * width)
                output = group * outputs + panel * width
                weights = (group * panels + panel) * depth * width
                for y in range(min(strip, out_height - y_first)):
                    to_row = (image * groups * outputs + output) * plane + out_first + (y_first + y) * out_row
                    for tile in range(tiles):
                        x = out_width * tile // tiles
                        rows = out_width * (tile + 1) // tiles - x
                        if out_step == 1:
                            target, start, pitch = result, to_row + x, plane
                        else:
                            target, start, pitch = scratch, base + padded, 16
                        multiply(
                            addresses[0], rows, columns, depth, a, a_first + y * row + x, steps, packed, weights, width,
                            init, output, 0, target, start, pitch,
                        )  # fmt: skip
                        if out_step != 1:
                            for j in range(columns):
                                for i in range(rows):
                                    result[to_row + j * plane + (x + i) * out_step] = scratch[start + j * pitch + i]


def contiguous(array: np.ndarray) -> np.ndarray:
    """The array itself where its elements lie in order: loops are compiled for that layout only."""
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()


def output_extent(input_shape, weight_shape, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    """Height and width of the result."""
    return tuple(
        (input_shape[2 + d] + 2 * padding[d] - dilation[d] * (weight_shape[2 + d] - 1) - 1) // stride[d] + 1
        for d in range(2)
    )


@parallel
def _plain(input, weight, bias, result, stride, padding, dilation, groups):
    n, o, oh, ow = result.shape
    c, kh, kw = weight.shape[1:]
    h, w = input.shape[2:]
    for plane in prange(n * o):
        i, j = plane // o, plane % o
        first = j // (o // groups) * c
        for y in range(oh):
            for x in range(ow):
                total = bias[j]
                for ci in range(c):
                    for ky in range(kh):
                        iy = y * stride[0] - padding[0] + ky * dilation[0]
                        if 0 <= iy < h:
                            for kx in range(kw):
                                ix = x * stride[1] - padding[1] + kx * dilation[1]
                                if 0 <= ix < w:
                                    total += input[i, first + ci, iy, ix] * weight[j, ci, ky, kx]
                result[i, j, y, x] = total


@parallel
def _plain_input(grad, weight, result, stride, padding, dilation, groups):
    n, o, oh, ow = grad.shape
    c, kh, kw = weight.shape[1:]
    h, w = result.shape[2:]
    for plane in prange(n * c * groups):
        i, channel = plane // (c * groups), plane % (c * groups)
        out = result[i, channel]
        out[:] = 0
        group = channel // c
        for j in range(group * (o // groups), (group + 1) * (o // groups)):
            for ky in range(kh):
                for kx in range(kw):
                    factor = weight[j, channel % c, ky, kx]
                    for y in range(oh):
                        iy = y * stride[0] - padding[0] + ky * dilation[0]
                        if 0 <= iy < h:
                            for x in range(ow):
                                ix = x * stride[1] - padding[1] + kx * dilation[1]
                                if 0 <= ix < w:
                                    out[iy, ix] += factor * grad[i, j, y, x]
