"""Convolution of images, and its gradient to them. PyTorch: aten/src/ATen/native/Convolution.cpp (oneDNN on CPUs).

A convolution is a matrix product: result[o, pixel] = sum over (c, tap) of weight[o, c, tap] * input[c, pixel + tap].
The usual way writes that second factor out as a matrix (im2col), KH * KW times as large as the image. It is not
needed: in a zero-padded copy of the image, the pixels of one row of the result lie side by side for every channel
and tap, at a distance from the first that a table holds. So the micro-kernel gets rows = 14 neighbouring pixels,
columns = 32 output channels, and the table as its steps. 14 divides the widths 14, 28, 56, 112 and 224.

With a stride s, rows and columns of the padded copy are dealt out into s * s smaller images (phases), so that a tap
again finds its pixels side by side. The gradient to the input is a convolution of grad with the same weights,
channels exchanged; with a stride, one for each of the s * s phases of the input, over the taps that meet it.
"""

from collections import namedtuple
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cpu._address import LINE, address, call, named, prefetch
from minitorch.kernels.cpu._compile import parallel, prange, serial, threads
from minitorch.kernels.cpu.depthwise import depthwise, depthwise_input, suits
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, loops, multiply, panel_width, transpose

Pair = tuple[int, int]

# Pieces that work is cut into, whatever the number of threads: 16 threads stay busy, and 2 end at the same time.
CHUNKS = 16

# Floats of padded image worked on at a time: 512 KiB, half of the second-level cache; the weights need the rest.
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
    result = empty(plan.result_shape, input.dtype)
    input, weight = contiguous(input), contiguous(weight)
    bias = np.zeros(weight.shape[0], input.dtype) if bias is None else contiguous(bias)
    if plan.passes is None and suits(weight.shape, stride, result.dtype) and result.size > 0:
        depthwise(input, weight, bias, result, padding, dilation)
    elif plan.passes is None:
        _plain(input, weight, bias, result, stride, padding, dilation, groups)
    else:
        _run(plan.passes[0], input, weight, bias, result)
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
    shapes = grad.shape, weight.shape, tuple(input_shape)
    plan = _input_plan(*shapes, stride, padding, dilation, groups, grad.dtype)
    result = empty(plan.result_shape, grad.dtype)
    grad, weight = contiguous(grad), contiguous(weight)
    if plan.passes is None:
        fits = suits(weight.shape, stride, result.dtype) and result.size > 0 and grad.size > 0
        if not (fits and depthwise_input(grad, weight, result, padding, dilation)):
            _plain_input(grad, weight, result, stride, padding, dilation, groups)
    else:
        zero = np.zeros(result.shape[1], grad.dtype)
        for work in plan.passes:
            _run(work, grad, weight, zero, result)
    return result


# What the loops need to know: counts, sizes and places in elements, and addresses.
_Numbers = namedtuple(
    "_Numbers",
    """
    packs pack correlate taps depth direct channels outputs groups source_height source_width stride_y stride_x
    top left phases_y phases_x row channel_step padded scratch_size out_height out_width strip strips splits units tiles
    panels width plane out_first out_row out_step weight_group weight_output weight_channel weight_taps
    tile_loop transpose_loop copy_loop
    """,
)


class _Pass(NamedTuple):
    """One launch of `_correlate`: its tables, the sizes of its temporary arrays, and its numbers."""

    taps: np.ndarray  # (T,) place of each tap in a weight's KH * KW
    steps: np.ndarray  # (channels * T,) distance of a channel's tap in the padded copy
    packed: int
    scratch: int
    numbers: np.ndarray  # _Numbers


class _Plan(NamedTuple):
    result_shape: tuple[int, ...]
    passes: list[_Pass] | None  # None: by plain loops


def _run(work: _Pass, source, weight, init, result) -> None:
    workers = threads()
    packed, scratch = empty((work.packed,), result.dtype), empty((workers * work.scratch,), result.dtype)
    flat = source.reshape(-1), weight.reshape(-1), init, result.reshape(-1)
    _correlate(*flat, work.taps, work.steps, packed, scratch, work.numbers, workers)


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
        len(taps) == y.stride == x.stride == 1
        and y.padding == x.padding == reach_y == reach_x == 0
        and (out_height, out_width) == (source_height, source_width) == result_shape[2:]
    )
    if direct:  # a 1 x 1 convolution of whole planes: no copy, and a plane is one long row
        out_height, out_width = 1, out_height * out_width
        row = channel_step = out_width
        strip = strips = 1
    else:
        # A strip of the result's rows fits into the cache, and few images make more strips, of 4 rows at least.
        row = out_width + reach_x
        most = _STRIP // max(1, channels * phases_y * phases_x * row) - reach_y
        strips = -(-out_height // max(1, most))
        strips = max(strips, min(-(-CHUNKS // max(1, images * groups)), out_height // 4), 1)
        strip = -(-out_height // strips)
        strips = -(-out_height // strip)
        channel_step = (strip + reach_y) * row
    width = panel_width(dtype)
    panels, tiles = -(-outputs // width), -(-out_width // ROWS)
    splits = max(1, min(panels, -(-CHUNKS // max(1, images * groups * strips))))
    units = images * groups * strips * splits

    phase_step = channels * channel_step
    tap_steps = [(py * phases_x + px) * phase_step + dy * row + dx for _, dy, dx, py, px in taps]
    steps = (np.arange(channels)[:, None] * channel_step + np.array(tap_steps, np.int64)).reshape(-1)
    padded = 0 if direct else -(-phases_y * phases_x * phase_step // 16) * 16
    scratch = padded + 16 * width
    index = np.dtype(np.int64)
    numbers = _Numbers(
        groups * panels * channels,
        address(_pack_weights, int, dtype, dtype, index, index),
        address(_correlate_units, int, int, dtype, dtype, dtype, index, dtype, dtype, index),
        len(taps), steps.size, direct, channels, outputs, groups, source_height, source_width,
        y.stride, x.stride, y.padding, x.padding, phases_y, phases_x, row, channel_step, padded, scratch,
        out_height, out_width, strip, strips, splits, units, tiles, panels, width, plane,
        y.out_first * result_shape[3] + x.out_first, out_row, x.out_step, *weight_strides, *loops(dtype, False),
    )  # fmt: skip
    places = np.array([tap[0] for tap in taps], np.int64)
    return _Pass(places, steps, groups * panels * width * steps.size, scratch, np.array(numbers, np.int64))


@parallel
def _correlate(source, weight, init, result, taps, steps, packed, scratch, numbers, workers):
    g = named(numbers, _Numbers)
    packs, pack, correlate = g.packs, g.pack, g.correlate
    for task in prange(packs):
        call(pack, np.int64(task), weight, packed, taps, numbers)
    for worker in prange(workers):
        call(correlate, np.int64(worker), workers, source, init, result, steps, packed, scratch, numbers)


def _pack_weights(task, weight, packed, taps, numbers):
    """Weights of an input channel and 32 output channels: a row per tap, the output channels side by side."""
    g = named(numbers, _Numbers)
    panel, channel = task // g.channels, task % g.channels
    group, first = panel // g.panels, panel % g.panels * g.width
    filled = min(g.width, g.outputs - first)
    here = group * g.weight_group + first * g.weight_output + channel * g.weight_channel
    there = (panel * g.channels + channel) * g.taps * g.width
    if g.taps == g.weight_taps and g.taps > 1:
        transpose(g.transpose_loop, filled, g.taps, weight, here, g.weight_output, packed, there, g.width)
    else:
        for t in range(g.taps):
            for j in range(filled):
                packed[there + t * g.width + j] = weight[here + taps[t] + j * g.weight_output]


def _correlate_units(worker, workers, source, init, result, steps, packed, scratch, numbers):
    """A thread's strips of images: copy them with their padding, then multiply.

    The copy has its place per thread, not per task: other memory would have to come from far away first.
    """
    g = named(numbers, _Numbers)
    base = worker * g.scratch_size
    first_unit = g.units * worker // workers
    for unit in range(first_unit, g.units * (worker + 1) // workers):
        split, rest = unit % g.splits, unit // g.splits
        y_first, rest = rest % g.strips * g.strip, rest // g.strips
        group, image = rest % g.groups, rest // g.groups
        a, a_first = source, rest * g.channels * g.channel_step
        if not g.direct:
            a, a_first = scratch, base
        if not g.direct and (split == 0 or unit == first_unit):  # else it was copied for the unit before
            if unit == first_unit or g.strips > 1:  # else the padding is there from the last image
                for i in range(g.padded):
                    scratch[base + i] = 0
            height = g.channel_step // g.row
            to = base
            for phase in range(g.phases_y * g.phases_x):
                # What of this phase lies inside the source: 0 <= y + line * stride_y < source_height.
                y, x = y_first * g.stride_y + phase // g.phases_x - g.top, phase % g.phases_x - g.left
                line, column = max(0, (g.stride_y - 1 - y) // g.stride_y), max(0, (g.stride_x - 1 - x) // g.stride_x)
                lines = min(height, (g.source_height - 1 - y) // g.stride_y + 1) - line
                count = min(g.row, (g.source_width - 1 - x) // g.stride_x + 1) - column
                here = (y + line * g.stride_y) * g.source_width + x + column * g.stride_x
                for channel in range(rest * g.channels, (rest + 1) * g.channels):
                    copy(
                        g.copy_loop, lines, count, source, channel * g.source_height * g.source_width + here,
                        g.stride_y * g.source_width, g.stride_x, scratch, to + line * g.row + column, g.row,
                    )  # fmt: skip
                    to += g.channel_step
            if g.strips == 1:  # while this image is multiplied the next one arrives: with point 4 of microkernel.py 6 % of mnist_cnn
                size = g.channels * g.source_height * g.source_width
                for i in range((rest + 1) * size, (rest + 2) * size, LINE):
                    prefetch(source, i)
        for panel in range(g.panels * split // g.splits, g.panels * (split + 1) // g.splits):
            columns, output = min(g.width, g.outputs - panel * g.width), group * g.outputs + panel * g.width
            weights = (group * g.panels + panel) * g.depth * g.width
            for y in range(min(g.strip, g.out_height - y_first)):
                to_row = (image * g.groups * g.outputs + output) * g.plane + g.out_first + (y_first + y) * g.out_row
                for tile in range(g.tiles):
                    x = g.out_width * tile // g.tiles
                    rows = g.out_width * (tile + 1) // g.tiles - x
                    target, start, pitch = result, to_row + x, g.plane
                    if g.out_step > 1:
                        target, start, pitch = scratch, base + g.padded, 16
                    multiply(
                        g.tile_loop, rows, columns, g.depth, a, a_first + y * g.row + x, steps, 0, packed,
                        weights, g.width, init, output, 0, target, start, pitch,
                    )  # fmt: skip
                    if g.out_step > 1:
                        for j in range(columns):
                            for i in range(rows):
                                result[to_row + j * g.plane + (x + i) * g.out_step] = scratch[start + j * pitch + i]


def contiguous(array: np.ndarray) -> np.ndarray:
    """The array itself where its elements lie in order: loops are compiled for that layout only."""
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()


def output_extent(input_shape, weight_shape, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    """Height and width of the result."""
    return tuple(
        (input_shape[2 + d] + 2 * padding[d] - dilation[d] * (weight_shape[2 + d] - 1) - 1) // stride[d] + 1
        for d in range(2)
    )


@serial
def inside(tap, size, out, stride, padding, dilation):
    """The windows [first, last) whose element number `tap` is not padding, along one axis."""
    before = padding - tap * dilation
    first = max(0, (before + stride - 1) // stride)
    return first, max(first, min(out, (size - 1 + before) // stride + 1))


@parallel
def _plain(input, weight, bias, result, stride, padding, dilation, groups):
    """Convolution where a tile would be nearly empty, one output channel to a group (depthwise), and of integers."""
    n, o, oh, ow = result.shape
    c, kh, kw = weight.shape[1:]
    h, w = input.shape[2:]
    for plane in prange(n * o):
        i, j = plane // o, plane % o
        for y in range(oh):
            out = result[i, j, y]
            for x in range(ow):
                out[x] = bias[j]
            for tap in range(c * kh * kw):
                ci, ky, kx = tap // (kh * kw), tap // kw % kh, tap % kw
                iy = y * stride[0] - padding[0] + ky * dilation[0]
                if 0 <= iy < h:
                    line, factor = input[i, j // (o // groups) * c + ci, iy], weight[j, ci, ky, kx]
                    first, last = inside(kx, w, ow, stride[1], padding[1], dilation[1])
                    start = kx * dilation[1] - padding[1]
                    for x in range(first, last):
                        out[np.uint64(x)] += line[np.uint64(start + x * stride[1])] * factor


@parallel
def _plain_input(grad, weight, result, stride, padding, dilation, groups):
    n, o, oh, ow = grad.shape
    c, kh, kw = weight.shape[1:]
    h, w = result.shape[2:]
    for plane in prange(n * c * groups):
        i, channel = plane // (c * groups), plane % (c * groups)
        out = result[i, channel]
        for y in range(h):
            for x in range(w):
                out[y, x] = 0
        group = channel // c
        for tap in range(o // groups * kh * kw):
            j, ky, kx = group * (o // groups) + tap // (kh * kw), tap // kw % kh, tap % kw
            factor = weight[j, channel % c, ky, kx]
            first_y, last_y = inside(ky, h, oh, stride[0], padding[0], dilation[0])
            first, last = inside(kx, w, ow, stride[1], padding[1], dilation[1])
            start = kx * dilation[1] - padding[1]
            for y in range(first_y, last_y):
                line, values = out[y * stride[0] - padding[0] + ky * dilation[0]], grad[i, j, y]
                for x in range(first, last):
                    line[np.uint64(start + x * stride[1])] += factor * values[np.uint64(x)]
