"""Gradients of a convolution to weight and bias. PyTorch: aten/src/ATen/native/Convolution.cpp (convolution_backward).

grad_weight[o, c, tap] = sum over images and pixels of grad[o, pixel] * input[c, pixel + tap]: again a matrix product,
now with the pixels as k. Rows are 14 input channels and columns 32 output channels, so both operands are copied with
their channels side by side ("channels last"), some images at a time while they are in the cache. A step of k is the
distance to the next pixel, a tap is another place to start from. With fewer input channels than a kernel has columns
the images are copied as they are, and the rows are the taps of one row of the kernel: those lie side by side, too.

Tasks are parts of the weight, so no two of them write to one place. Where the weight is too small for that, the pixels
are cut as well: each part of them has sums of its own, and the parts are added in order. Both depend on the shapes
alone. The gradient to the bias is one more row, of grad times 1.
"""

from collections import namedtuple
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cpu._address import address, call, named
from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu.conv import CHUNKS, Pair, contiguous, inside
from minitorch.kernels.cpu.gemm import sum_of_products
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, grid, lanes, loops, multiply, panel_width, transpose

# Numbers of packed images and gradients at a time: 2 MiB, which two cores keep in their second-level caches.
_PACKED = 1 << 19

# Pixels multiplied at a time: enough that loading and storing a tile of sums (60 cycles) does not count.
_PIXELS = 512


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
        _plain_weight(grad, input, result, stride, padding, dilation, groups)
        _bias_gradient(grad, bias)
    else:
        sums, packed = empty((work.sums,), grad.dtype), empty((work.packed,), grad.dtype)
        constants = np.zeros(1 + panel_width(grad.dtype), grad.dtype)
        constants[0] = 1
        flat = grad.reshape(-1), input.reshape(-1), result.reshape(-1), bias
        _correlate_weight(*flat, work.steps, work.starts, sums, packed, constants, work.numbers)
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
    units slots packs jobs results pack multiply add images channels outputs groups source_height source_width stride_y
    top left out_height out_width together strip strips height width planar rows blocks tiles pitch columns panels
    tile_size panel_size slot_size y_parts x_parts parts tile_loop transpose_loop copy_loop no_steps
    """,
)


class _Work(NamedTuple):
    """Tables, the sizes of the temporary arrays, and the numbers of a launch."""

    steps: np.ndarray  # distance of each pixel from the first; then as many zeros, to read one number again
    starts: np.ndarray  # (blocks,) distance of each block's first row
    sums: int
    packed: int
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
    # A block of k: some rows of an image, or some images.
    together = max(1, min(images, _PIXELS // (out_height * out_width)))
    strips = -(-out_height // max(1, _PIXELS // out_width))
    strip = -(-out_height // strips)
    strips = -(-out_height // strip)

    height = (out_height - 1) * stride[0] + (kernel_height - 1) * dilation[0] + 1
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
    tile_size = -(-tile_size // 16) * 16
    panel_size = together * out_height * out_width * columns
    slot = groups * (tiles * tile_size + panels * panel_size)
    units = -(-images // together)
    slots = max(1, min(units, _PACKED // slot))
    y_parts, x_parts = grid(tiles, panels, CHUNKS)
    parts = max(1, min(slots * strips, CHUNKS // (groups * y_parts * x_parts)))
    size = blocks * rows + 1  # rows of sums in a panel; the last one is the bias
    index = np.dtype(np.int64)
    numbers = _Numbers(
        units, slots, groups * (tiles + panels), groups * y_parts * x_parts * parts, groups * panels * (rows + 1),
        address(_pack, int, int, dtype, dtype, dtype, index),
        address(_multiply, int, int, int, dtype, dtype, dtype, index, index, index),
        address(_add_parts, int, dtype, dtype, dtype, index),
        images, channels, outputs, groups, source_height, source_width, stride[0], *padding, out_height, out_width,
        together, strip, strips, height, width, planar, rows, blocks, tiles, pitch, columns, panels, tile_size,
        panel_size, slot, y_parts, x_parts, parts, *loops(dtype, True), steps.size,
    )  # fmt: skip
    steps = np.concatenate([steps, np.zeros_like(steps)])
    sums = parts * groups * panels * size * columns
    return _Work(steps, starts, sums, slots * slot, np.array(numbers, np.int64))


@parallel
def _correlate_weight(grad, source, result, bias, steps, starts, sums, packed, constants, numbers):
    g = named(numbers, _Numbers)
    units, slots, packs, jobs, results = g.units, g.slots, g.packs, g.jobs, g.results
    pack, multiply, add = g.pack, g.multiply, g.add
    for first_unit in range(0, units, slots):
        here = min(slots, units - first_unit)
        for task in prange(here * packs):
            call(pack, np.int64(task), first_unit, grad, source, packed, numbers)
        for task in prange(jobs):
            call(multiply, np.int64(task), first_unit, here, packed, constants, sums, steps, starts, numbers)
    for task in prange(results):
        call(add, np.int64(task), sums, result, bias, numbers)


def _pack(task, first_unit, grad, source, packed, numbers):
    """Copy a tile of input channels, or a panel of output channels, of one unit."""
    g = named(numbers, _Numbers)
    plane, source_plane = g.out_height * g.out_width, g.source_height * g.source_width
    pieces = g.tiles + g.panels
    piece, group, slot = task % pieces, task // pieces % g.groups, task // pieces // g.groups
    first_image = (first_unit + slot) * g.together
    here = min(g.together, g.images - first_image)
    base = slot * g.slot_size + group * (g.slot_size // g.groups)
    if piece >= g.tiles:
        panel = piece - g.tiles
        base += g.tiles * g.tile_size + panel * g.panel_size
        for image in range(here):
            output = ((first_image + image) * g.groups + group) * g.outputs + panel * g.columns
            transpose(
                g.transpose_loop, min(g.columns, g.outputs - panel * g.columns), plane, grad, output * plane, plane,
                packed, base + image * plane * g.columns, g.columns,
            )  # fmt: skip
        return
    base += piece * g.tile_size
    if first_unit == 0:  # later units leave the padding as it is
        for i in range(base, base + g.tile_size):
            packed[i] = 0
    # The part of a padded image that lies inside the source.
    first_line, lines = max(0, g.top), min(g.height, g.source_height + g.top) - max(0, g.top)
    first_column, count = max(0, g.left), min(g.width, g.source_width + g.left) - max(0, g.left)
    inside = (first_line - g.top) * g.source_width + first_column - g.left
    c, c_end = g.channels * piece // g.tiles, g.channels * (piece + 1) // g.tiles
    for image in range(here):
        from_image = (((first_image + image) * g.groups + group) * g.channels + c) * source_plane + inside
        if g.planar:
            for channel in range(g.channels):
                to = base + ((image * g.channels + channel) * g.height + first_line) * g.width + first_column
                copy(
                    g.copy_loop, lines, count, source, from_image + channel * source_plane, g.source_width, 1,
                    packed, to, g.width,
                )  # fmt: skip
        else:
            for line in range(lines):
                to = base + ((image * g.height + first_line + line) * g.width + first_column) * g.pitch
                transpose(
                    g.transpose_loop, c_end - c, count, source, from_image + line * g.source_width, source_plane,
                    packed, to, g.pitch,
                )  # fmt: skip


def _multiply(task, first_unit, here, packed, constants, sums, steps, starts, numbers):
    """Add some pixels' products to the sums of some tiles and panels."""
    g = named(numbers, _Numbers)
    part, block = task % g.parts, task // g.parts
    x_part, y_part, group = block % g.x_parts, block // g.x_parts % g.y_parts, block // g.x_parts // g.y_parts
    first_tile, last_tile = g.tiles * y_part // g.y_parts, g.tiles * (y_part + 1) // g.y_parts
    first_item, size = here * g.strips * part // g.parts, g.blocks * g.rows + 1
    for item in range(first_item, here * g.strips * (part + 1) // g.parts):
        slot, y = item // g.strips, item % g.strips * g.strip
        here_images = min(g.together, g.images - (first_unit + slot) * g.together)
        depth = here_images * min(g.strip, g.out_height - y) * g.out_width
        first = first_unit == 0 and item == first_item
        base = slot * g.slot_size + group * (g.slot_size // g.groups)
        for panel in range(g.panels * x_part // g.x_parts, g.panels * (x_part + 1) // g.x_parts):
            right = base + g.tiles * g.tile_size + panel * g.panel_size + y * g.out_width * g.columns
            panel_sums = ((part * g.groups + group) * g.panels + panel) * size * g.columns
            for job in range(first_tile * g.blocks, last_tile * g.blocks + (y_part == 0)):
                tile, tap = job // g.blocks, job % g.blocks
                row = g.rows * tile // g.tiles
                filled_rows, left, step = g.rows * (tile + 1) // g.tiles - row, packed, 0
                start = base + tile * g.tile_size + y * g.stride_y * g.width * g.pitch + starts[tap]
                to = panel_sums + (tap * g.rows + row) * g.columns
                if job == last_tile * g.blocks:  # the bias: grad times 1
                    filled_rows, left, start, step = 1, constants, 0, g.no_steps
                    to = panel_sums + g.blocks * g.rows * g.columns
                before, before_start, before_pitch = sums, to, g.columns
                if first:
                    before, before_start, before_pitch = constants, 1, 0
                multiply(
                    g.tile_loop, filled_rows, min(g.columns, g.outputs - panel * g.columns), depth, left, start,
                    steps, step, packed, right, g.columns, before, before_start, before_pitch, sums, to, g.columns,
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
