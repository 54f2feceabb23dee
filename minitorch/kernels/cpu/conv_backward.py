"""Gradients of a convolution to weight and bias. PyTorch: aten/src/ATen/native/Convolution.cpp (convolution_backward).

grad_weight[o, c, tap] = sum over images and pixels of grad[o, pixel] * input[c, pixel + tap]: again a matrix product,
now with the pixels as k. Rows are 14 input channels and columns 32 output channels, so both operands are copied with
their channels side by side ("channels last"), a unit of some hundred pixels at a time. A step of k is the distance to
the next pixel, a tap is another place to start from. With fewer input channels than a kernel has columns the images
are copied as they are, and the rows are the taps of one row of the kernel: those lie side by side, too.

A task takes a part of the units, and has sums of its own: what it copies stays in its core's cache until it is
multiplied. The parts are added in order. Where the weight is so large that such sums would cost more than copying, a
task takes a block of the weight instead, and several copy the same pixels. Both depend on the shapes alone. (Threads
that copied for each other met 9 times in a gradient of 64 x 32 x 14 x 14: 2.3 ms, 1.4 since.) The gradient to the
bias is one more row, of grad times 1.
"""

from collections import namedtuple
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cpu._address import address, call, named
from minitorch.kernels.cpu._compile import parallel, prange, serial, threads
from minitorch.kernels.cpu.conv import CHUNKS, Pair, contiguous, inside
from minitorch.kernels.cpu.depthwise import depthwise_weight, suits
from minitorch.kernels.cpu.gemm import sum_of_products
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, grid, lanes, loops, multiply, panel_width, transpose

# Pixels multiplied at a time: enough that loading and storing a tile of sums (60 cycles) does not count.
_PIXELS = 512

# Sums of all parts together: 5 MiB of float32, sixteen parts of a 256 x 256 weight and its bias. With eight, and the
# channels in two unequal halves, that weight's gradient (1 x 1, 32 images of 14 x 14) takes 1.3 times as long.
_SUMS = 5 << 18


def conv2d_weight(
    grad: np.ndarray,  # (N, O, OH, OW)
    input: np.ndarray,  # (N, C, H, W)
    weight_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """The gradient of `conv2d` to its weight: -> (O, C / groups, KH, KW). PyTorch: torch.nn.grad.conv2d_weight."""
    return conv2d_parameters(grad, input, weight_shape, stride, padding, dilation, groups)[0]


def conv2d_parameters(
    grad: np.ndarray,
    input: np.ndarray,
    weight_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of `conv2d` to its weight and its bias, from one pass over grad."""
    result, bias = empty(tuple(weight_shape), grad.dtype), empty((grad.shape[1],), grad.dtype)
    grad, input = contiguous(grad), contiguous(input)
    work = _plan(grad.shape, input.shape, tuple(weight_shape), stride, padding, dilation, groups, grad.dtype)
    if work is None:
        fits = suits(result.shape, stride, result.dtype) and grad.size > 0
        if fits:
            depthwise_weight(grad, input, result, padding, dilation)
        if not fits or not np.isfinite(result).all():  # it multiplies zeros by pixels that no window sees
            _plain_weight(grad, input, result, stride, padding, dilation, groups)
        _bias_gradient(grad, bias)
    else:
        workers = threads()
        sums, scratch = empty((work.sums,), grad.dtype), empty((workers * work.scratch,), grad.dtype)
        flat = grad.reshape(-1), input.reshape(-1), result.reshape(-1), bias
        _correlate_weight(*flat, work.steps, work.starts, sums, scratch, work.constants, work.numbers, workers)
    return result, bias


def conv2d_bias(grad: np.ndarray) -> np.ndarray:
    """The gradient of `conv2d` to its bias, the sum over images and pixels: (N, O, OH, OW) -> (O,)."""
    result = empty((grad.shape[1],), grad.dtype)
    _bias_gradient(contiguous(grad), result)
    return result


# What the loops need to know: counts, sizes and places in elements, and addresses.
_Numbers = namedtuple(
    "_Numbers",
    """
    tasks results correlate add units images channels outputs groups source_height source_width stride_y
    top left out_height out_width together strip strips height width planar rows blocks tiles pitch columns panels
    tile_size scratch_size y_parts x_parts parts tile_loop transpose_loop copy_loop no_steps
    """,
)


class _Work(NamedTuple):
    """Tables, the sizes of the temporary arrays, and the numbers of a launch."""

    steps: np.ndarray  # distance of each pixel from the first; then as many zeros, to read one number again
    starts: np.ndarray  # (blocks,) distance of each block's first row
    constants: np.ndarray  # 1, and zeros to start sums from
    sums: int
    scratch: int
    numbers: np.ndarray  # _Numbers


@lru_cache(maxsize=512)
def _plan(grad_shape, input_shape, weight_shape, stride, padding, dilation, groups, dtype) -> _Work | None:
    images, outputs, out_height, out_width = grad_shape
    channels, kernel_height, kernel_width = weight_shape[1:]
    outputs //= groups
    if dtype.kind != "f" or outputs == 1 or images * out_height * out_width == 0:
        return None
    source_height, source_width = input_shape[2:]
    pointwise = (kernel_height, kernel_width) == stride == (1, 1) and padding == (0, 0)
    if pointwise and out_height * out_width <= 2 * _PIXELS:  # no edges: a plane is one long row
        out_height = source_height = 1
        out_width = source_width = source_width * input_shape[2]
    # A unit of k: a strip of rows of an image, or some images.
    together = max(1, min(images, _PIXELS // (out_height * out_width)))
    # A power of two, like the number of parts, makes them equal: a gradient of 64 x 128 x 7 x 7 takes 0.91 of the time.
    units = 1 << (-(-images // together) - 1).bit_length()
    together = -(-images // units)
    strips = -(-out_height // max(1, _PIXELS // out_width))
    strip = -(-out_height // strips)
    strips = -(-out_height // strip)
    units = -(-images // together) * strips

    height = (strip - 1) * stride[0] + (kernel_height - 1) * dilation[0] + 1
    width = (out_width - 1) * stride[1] + (kernel_width - 1) * dilation[1] + 1
    image, y, x = np.arange(together), np.arange(strip) * stride[0], np.arange(out_width) * stride[1]
    down, across = np.arange(kernel_height) * dilation[0], np.arange(kernel_width) * dilation[1]
    planar = channels < kernel_width <= ROWS and dilation[1] == 1
    if planar:
        rows, blocks, pitch, tiles = kernel_width, channels * kernel_height, 1, 1
        starts = (np.arange(channels)[:, None] * height + down) * width
        steps = (image[:, None, None] * (channels * height) + y[:, None]) * width + x
        tile_size = together * channels * height * width
    else:
        pitch = -(-ROWS // lanes(dtype)) * lanes(dtype)  # whole vectors
        rows, blocks, tiles = channels, kernel_height * kernel_width, -(-channels // ROWS)
        starts = (down[:, None] * width + across) * pitch
        steps = ((image[:, None, None] * height + y[:, None]) * width + x) * pitch
        tile_size = together * height * width * pitch
    steps, starts = steps.reshape(-1), starts.reshape(-1)

    columns = panel_width(dtype)
    panels = -(-outputs // columns)
    size = blocks * rows + 1  # rows of sums in a panel; the last one is the bias
    sums = groups * panels * size * columns
    parts = 1
    while 2 * parts <= min(units, CHUNKS // groups, _SUMS // sums):
        parts *= 2
    y_parts, x_parts = grid(tiles, panels, CHUNKS // (groups * parts))
    tasks = parts * groups * y_parts * x_parts
    tile_size = -(-tile_size // 16) * 16
    scratch = -(-tiles // y_parts) * tile_size + together * strip * out_width * columns
    index = np.dtype(np.int64)
    numbers = _Numbers(
        tasks, groups * panels * (rows + 1),
        address(_correlate_tasks, int, int, dtype, dtype, dtype, dtype, dtype, index, index, index),
        address(_add_parts, int, dtype, dtype, dtype, index),
        units, images, channels, outputs, groups, source_height, source_width, stride[0], *padding, out_height,
        out_width, together, strip, strips, height, width, planar, rows, blocks, tiles, pitch, columns, panels,
        tile_size, scratch, y_parts, x_parts, parts, *loops(dtype, True), steps.size,
    )  # fmt: skip
    steps, constants = np.concatenate([steps, np.zeros_like(steps)]), np.zeros(1 + columns, dtype)
    constants[0] = 1
    return _Work(steps, starts, constants, parts * sums, scratch, np.array(numbers, np.int64))


@parallel
def _correlate_weight(grad, source, result, bias, steps, starts, sums, scratch, constants, numbers, workers):
    g = named(numbers, _Numbers)
    results, correlate, add = g.results, g.correlate, g.add
    for worker in prange(workers):
        call(correlate, np.int64(worker), workers, grad, source, constants, sums, scratch, steps, starts, numbers)
    for task in prange(results):
        call(add, np.int64(task), sums, result, bias, numbers)


def _correlate_tasks(worker, workers, grad, source, constants, sums, scratch, steps, starts, numbers):
    """A thread's tasks: for each unit of its part copy the pixels, and add their products to the sums of its block."""
    g = named(numbers, _Numbers)
    base = worker * g.scratch_size
    right = base + -(-g.tiles // g.y_parts) * g.tile_size
    for i in range(base, right):  # the padding stays zero
        scratch[i] = 0
    for task in range(g.tasks * worker // workers, g.tasks * (worker + 1) // workers):
        part, block = task % g.parts, task // g.parts
        x_part, y_part, group = block % g.x_parts, block // g.x_parts % g.y_parts, block // g.x_parts // g.y_parts
        first_tile, last_tile = g.tiles * y_part // g.y_parts, g.tiles * (y_part + 1) // g.y_parts
        first_unit = g.units * part // g.parts
        for unit in range(first_unit, g.units * (part + 1) // g.parts):
            for tile in range(first_tile, last_tile):
                _pack_tile(unit, group, tile, source, scratch, base + (tile - first_tile) * g.tile_size, numbers)
            for panel in range(g.panels * x_part // g.x_parts, g.panels * (x_part + 1) // g.x_parts):
                depth = _pack_panel(unit, group, panel, grad, scratch, right, numbers)
                to = ((part * g.groups + group) * g.panels + panel) * (g.blocks * g.rows + 1) * g.columns
                _multiply(
                    first_tile, last_tile, min(g.columns, g.outputs - panel * g.columns), depth, unit == first_unit,
                    scratch, base, right, sums, to, constants, steps, starts, numbers,
                )  # fmt: skip


@serial
def _pack_panel(unit, group, panel, grad, packed, to, numbers):
    """Copy the pixels of a unit for 32 output channels; returns how many pixels."""
    g = named(numbers, _Numbers)
    first_image, y = unit // g.strips * g.together, unit % g.strips * g.strip
    plane, pixels = g.out_height * g.out_width, min(g.strip, g.out_height - y) * g.out_width
    here = min(g.together, g.images - first_image)
    for image in range(here):
        output = ((first_image + image) * g.groups + group) * g.outputs + panel * g.columns
        transpose(
            g.transpose_loop, min(g.columns, g.outputs - panel * g.columns), pixels, grad,
            output * plane + y * g.out_width, plane, packed, to + image * pixels * g.columns, g.columns,
        )  # fmt: skip
    return here * pixels


@serial
def _pack_tile(unit, group, tile, source, packed, to, numbers):
    """Copy the pixels that a unit meets, and the padding, for a tile of input channels (planar: for all)."""
    g = named(numbers, _Numbers)
    plane = g.source_height * g.source_width
    first_image, y = unit // g.strips * g.together, unit % g.strips * g.strip * g.stride_y - g.top
    # The part of the copy that lies inside the source.
    first_line = min(g.height, max(0, -y))
    last_line = max(first_line, min(g.height, g.source_height - y))
    first_column, count = max(0, g.left), min(g.width, g.source_width + g.left) - max(0, g.left)
    inside = (y + first_line) * g.source_width + first_column - g.left
    c, c_end = g.channels * tile // g.tiles, g.channels * (tile + 1) // g.tiles
    here = min(g.together, g.images - first_image)
    for image in range(here):
        from_image = (((first_image + image) * g.groups + group) * g.channels + c) * plane + inside
        if g.planar:
            for channel in range(g.channels):
                there = to + (image * g.channels + channel) * g.height * g.width
                _clear(packed, there, first_line * g.width, last_line * g.width, g.height * g.width)
                copy(
                    g.copy_loop, last_line - first_line, count, source, from_image + channel * plane, g.source_width,
                    1, packed, there + first_line * g.width + first_column, g.width,
                )  # fmt: skip
        else:
            there, line_size = to + image * g.height * g.width * g.pitch, g.width * g.pitch
            _clear(packed, there, first_line * line_size, last_line * line_size, g.height * line_size)
            for line in range(first_line, last_line):
                transpose(
                    g.transpose_loop, c_end - c, count, source, from_image + (line - first_line) * g.source_width,
                    plane, packed, there + line * line_size + first_column * g.pitch, g.pitch,
                )  # fmt: skip


@serial
def _clear(packed, to, first, last, size):
    """Zeros outside of first <= i < last."""
    for i in range(to, to + first):
        packed[i] = 0
    for i in range(to + last, to + size):
        packed[i] = 0


@serial
def _multiply(
    first_tile, last_tile, columns, depth, first, packed, left, right, sums, to, constants, steps, starts, numbers
):
    """Add the products of a unit's tiles and one panel to the sums of that panel."""
    g = named(numbers, _Numbers)
    for job in range(first_tile * g.blocks, last_tile * g.blocks + (first_tile == 0)):
        tile, tap = job // g.blocks, job % g.blocks
        row = g.rows * tile // g.tiles
        filled_rows, factor, step = g.rows * (tile + 1) // g.tiles - row, packed, 0
        start, target = left + (tile - first_tile) * g.tile_size + starts[tap], to + (tap * g.rows + row) * g.columns
        if job == last_tile * g.blocks:  # the bias: grad times 1
            filled_rows, factor, start, step = 1, constants, 0, g.no_steps
            target = to + g.blocks * g.rows * g.columns
        before, before_start, before_pitch = sums, target, g.columns
        if first:
            before, before_start, before_pitch = constants, 1, 0
        multiply(
            g.tile_loop, filled_rows, columns, depth, factor, start, steps, step, packed, right, g.columns, before,
            before_start, before_pitch, sums, target, g.columns,
        )  # fmt: skip


def _add_parts(task, sums, result, bias, numbers):
    """The sums of all parts, in order, of one input channel (or of the bias) and one panel of output channels."""
    g = named(numbers, _Numbers)
    row, panel = task % (g.rows + 1), task // (g.rows + 1)
    output, size = panel // g.panels * g.outputs + panel % g.panels * g.columns, g.blocks * g.rows + 1
    for block in range(g.blocks if row < g.rows else 1):
        for j in range(min(g.columns, g.outputs - panel % g.panels * g.columns)):
            place = (panel * size + (block * g.rows + row if row < g.rows else size - 1)) * g.columns + j
            total = sums[place]
            for part in range(1, g.parts):
                total += sums[place + part * g.groups * g.panels * size * g.columns]
            if row < g.rows:
                tap = block * g.rows + row if g.planar else row * g.blocks + block
                result[(output + j) * g.rows * g.blocks + tap] = total
            else:
                bias[output + j] = total


@parallel
def _plain_weight(grad, input, result, stride, padding, dilation, groups):
    n, o, oh, ow = grad.shape
    c, kh, kw = result.shape[1:]
    h, w = input.shape[2:]
    for plane in prange(o * c):
        j, ci = plane // c, plane % c
        channel = j // (o // groups) * c + ci
        for ky in range(kh):
            for kx in range(kw):
                total = result.dtype.type(0)
                start = kx * dilation[1] - padding[1]
                first, last = inside(kx, w, ow, stride[1], padding[1], dilation[1])
                first_y, last_y = inside(ky, h, oh, stride[0], padding[0], dilation[0])
                for row in range(n * (last_y - first_y)):
                    i, y = row // (last_y - first_y), first_y + row % (last_y - first_y)
                    values, line = grad[i, j, y], input[i, channel, y * stride[0] - padding[0] + ky * dilation[0]]
                    if stride[1] == 1:
                        total += sum_of_products(values, line, first, start + first, last - first)
                    else:
                        for x in range(first, last):
                            total += values[np.uint64(x)] * line[np.uint64(start + x * stride[1])]
                result[j, ci, ky, kx] = total


@parallel
def _bias_gradient(grad, result):
    n, o, oh, ow = grad.shape
    for j in prange(o):
        total = result.dtype.type(0)
        for i in range(n):
            for y in range(oh):
                for x in range(ow):
                    total += grad[i, j, y, x]
        result[j] = total
