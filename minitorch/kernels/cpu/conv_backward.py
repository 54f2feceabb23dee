"""Gradients of a convolution to weight and bias. PyTorch: aten/src/ATen/native/Convolution.cpp (convolution_backward).

grad_weight[o, c, tap] = sum over images and pixels of grad[o, pixel] * input[c, pixel + tap]: again a matrix product,
now with the pixels as k. Rows are 14 input channels and columns 32 output channels, so both operands are
copied with their channels side by side ("channels last"), a few rows of a few images at a time while they are in the cache;
a step of k is the distance to the next pixel, a tap is another place to start from. With few input channels the
rows would be few too: then the rows are channels and taps, of a small im2col matrix.

The pixels are cut into parts by the shape alone. Each part sums its own gradient, and the parts are added in order.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cpu._address import address, call, unpack
from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu.conv import CHUNKS, Pair, contiguous
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, grid, lanes, loops, multiply, panel_width, transpose

# Numbers of packed images and gradients at a time: 2 MiB, which two cores keep in their second-level caches.
_PACKED = 1 << 19

# Pixels multiplied at a time: their rows of 32 output channels are 32 KiB, in the first-level cache.
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
        _correlate_weight(
            grad.reshape(-1), input.reshape(-1), result.reshape(-1), bias, work.steps, work.starts, sums, packed, constants, work.numbers,
        )  # fmt: skip
    return result, bias


def conv2d_bias(grad: np.ndarray) -> np.ndarray:
    """The gradient of `conv2d` to its bias, the sum over images and pixels: (N, O, OH, OW) -> (O,)."""
    result = empty((grad.shape[1],), grad.dtype)
    _bias_gradient(contiguous(grad), result)
    return result


class _Work(NamedTuple):
    """Tables, the sizes of the temporary arrays, and the numbers of a launch."""

    steps: np.ndarray  # distance of each pixel from the first; then as many zeros, to read one number again
    starts: np.ndarray  # (blocks,) distance of each block's first row
    sums: int
    packed: int
    numbers: np.ndarray  # (41,) see _plan


@lru_cache(maxsize=512)
def _plan(grad_shape, input_shape, weight_shape, stride, padding, dilation, groups, dtype) -> _Work | None:
    images, outputs, out_height, out_width = grad_shape
    channels, kernel_height, kernel_width = weight_shape[1:]
    outputs //= groups
    if dtype.kind != "f" or outputs == 1 or images * out_height * out_width == 0:
        return None
    source_height, source_width = input_shape[2:]
    if (kernel_height, kernel_width) == stride == (1, 1) and padding == (0, 0) and out_height * out_width <= 2 * _PIXELS:
        # Planes without edges: one long row.
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
        rows, blocks, pitch, tiles = channels, kernel_height * kernel_width, -(-ROWS // lanes(dtype)) * lanes(dtype), -(-channels // ROWS)
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
    numbers = [
        units, slots, groups * (tiles + panels), groups * y_parts * x_parts * parts, groups * panels * (rows + 1),
        address(_pack, int, int, dtype, dtype, dtype, index),
        address(_multiply, int, int, int, dtype, dtype, dtype, index, index, index),
        address(_add_parts, int, dtype, dtype, dtype, index),
        images, channels, outputs, groups, source_height, source_width, stride[0], *padding, out_height, out_width,
        together, strip, strips, height, width, planar, rows, blocks, tiles, pitch, columns, panels, tile_size,
        panel_size, slot, y_parts, x_parts, parts, *loops(dtype, True),
    ]  # fmt: skip
    steps = np.concatenate([steps, np.zeros_like(steps)])
    sums = parts * groups * panels * size * columns
    return _Work(steps, starts, sums, slots * slot, np.array([*numbers, steps.size // 2], np.int64))


@parallel
def _correlate_weight(grad, source, result, bias, steps, starts, sums, packed, constants, numbers):
    units, slots = numbers[0], numbers[1]
    for first_unit in range(0, units, slots):
        here = min(slots, units - first_unit)
        for task in prange(here * numbers[2]):
            call(numbers[5], np.int64(task), first_unit, grad, source, packed, numbers)
        for task in prange(numbers[3]):
            call(numbers[6], np.int64(task), first_unit, here, packed, constants, sums, steps, starts, numbers)
    for task in prange(numbers[4]):
        call(numbers[7], np.int64(task), sums, result, bias, numbers)


def _pack(task, first_unit, grad, source, packed, numbers):
    """Copy a tile of input channels, or a panel of output channels, of one unit."""
    (
        _, _, _, _, _, _, _, _, images, channels, outputs, groups, source_height, source_width, _, top, left,
        out_height, out_width, together, _, _, height, width, planar, _, _, tiles, pitch, columns, panels, tile_size,
        panel_size, slot_size, _, _, _, _, transpose_loop, copy_loop, _,
    ) = unpack(numbers, 41)  # fmt: skip
    plane, source_plane = out_height * out_width, source_height * source_width
    piece, group, slot = task % (tiles + panels), task // (tiles + panels) % groups, task // (tiles + panels) // groups
    first_image = (first_unit + slot) * together
    here = min(together, images - first_image)
    base = slot * slot_size + group * (slot_size // groups)
    if piece >= tiles:
        panel = piece - tiles
        base += tiles * tile_size + panel * panel_size
        for image in range(here):
            output = ((first_image + image) * groups + group) * outputs + panel * columns
            transpose(
                transpose_loop, min(columns, outputs - panel * columns), plane, grad, output * plane, plane,
                packed, base + image * plane * columns, columns,
            )  # fmt: skip
        return
    base += piece * tile_size
    if first_unit == 0:  # later units leave the padding as it is
        for i in range(base, base + tile_size):
            packed[i] = 0
    # The part of a padded image that lies inside the source.
    first_line, lines = max(0, top), min(height, source_height + top) - max(0, top)
    first_column, count = max(0, left), min(width, source_width + left) - max(0, left)
    inside = (first_line - top) * source_width + first_column - left
    c, c_end = channels * piece // tiles, channels * (piece + 1) // tiles
    for image in range(here):
        from_image = (((first_image + image) * groups + group) * channels + c) * source_plane + inside
        if planar:
            for channel in range(channels):
                to = base + ((image * channels + channel) * height + first_line) * width + first_column
                copy(
                    copy_loop, lines, count, source, from_image + channel * source_plane, source_width, 1,
                    packed, to, width,
                )  # fmt: skip
        else:
            for line in range(lines):
                to = base + ((image * height + first_line + line) * width + first_column) * pitch
                transpose(
                    transpose_loop, c_end - c, count, source, from_image + line * source_width, source_plane,
                    packed, to, pitch,
                )  # fmt: skip


def _multiply(task, first_unit, here, packed, constants, sums, steps, starts, numbers):
    """Add some pixels' products to the sums of some tiles and panels."""
    (
        _, _, _, _, _, _, _, _, images, _, outputs, groups, _, _, stride_y, _, _, out_height, out_width, together, strip,
        strips, _, width, _, rows, blocks, tiles, pitch, columns, panels, tile_size, panel_size, slot_size,
        y_parts, x_parts, parts, tile_loop, _, _, no_steps,
    ) = unpack(numbers, 41)  # fmt: skip
    part, block = task % parts, task // parts
    x_part, y_part, group = block % x_parts, block // x_parts % y_parts, block // x_parts // y_parts
    first_tile, last_tile = tiles * y_part // y_parts, tiles * (y_part + 1) // y_parts
    first_item, size = here * strips * part // parts, blocks * rows + 1
    for item in range(first_item, here * strips * (part + 1) // parts):
        slot, y = item // strips, item % strips * strip
        here_images = min(together, images - (first_unit + slot) * together)
        depth = here_images * min(strip, out_height - y) * out_width
        first = first_unit == 0 and item == first_item
        base = slot * slot_size + group * (slot_size // groups)
        for panel in range(panels * x_part // x_parts, panels * (x_part + 1) // x_parts):
            g = base + tiles * tile_size + panel * panel_size + y * out_width * columns
            panel_sums = ((part * groups + group) * panels + panel) * size * columns
            for job in range(first_tile * blocks, last_tile * blocks + (y_part == 0)):
                tile, tap = job // blocks, job % blocks
                row = rows * tile // tiles
                filled_rows, left, step = rows * (tile + 1) // tiles - row, packed, 0
                start = base + tile * tile_size + y * stride_y * width * pitch + starts[tap]
                to = panel_sums + (tap * rows + row) * columns
                if job == last_tile * blocks:  # the bias: grad times 1
                    filled_rows, left, start, step = 1, constants, 0, no_steps
                    to = panel_sums + blocks * rows * columns
                before, before_start, before_pitch = sums, to, columns
                if first:
                    before, before_start, before_pitch = constants, 1, 0
                multiply(
                    tile_loop, filled_rows, min(columns, outputs - panel * columns), depth, left, start, steps, step,
                    packed, g, columns, before, before_start, before_pitch, sums, to, columns,
                )  # fmt: skip


def _add_parts(task, sums, result, bias, numbers):
    """The sums of all parts, in order, of one input channel (or of the bias) and one panel of output channels."""
    (
        _, _, _, _, _, _, _, _, _, _, outputs, groups, _, _, _, _, _, _, _, _, _, _, _, _, planar, rows, blocks, _, _,
        columns, panels, _, _, _, _, _, parts, _, _, _, _,
    ) = unpack(numbers, 41)  # fmt: skip
    row, panel = task % (rows + 1), task // (rows + 1)
    output, size = panel // panels * outputs + panel % panels * columns, blocks * rows + 1
    for block in range(blocks if row < rows else 1):
        for j in range(min(columns, outputs - panel % panels * columns)):
            place = (panel * size + (block * rows + row if row < rows else size - 1)) * columns + j
            total = sums[place]
            for part in range(1, parts):
                total += sums[place + part * groups * panels * size * columns]
            if row < rows:
                tap = block * rows + row if planar else row * blocks + block
                result[(output + j) * rows * blocks + tap] = total
            else:
                bias[output + j] = total


@parallel
def _plain_weight(grad, input, result, stride, padding, dilation, groups):
    n, o, oh, ow = grad.shape
    c, kh, kw = result.shape[1:]
    h, w = input.shape[2:]
    for plane in prange(o * c):
        j, ci = plane // c, plane % c
        first = j // (o // groups) * c
        for ky in range(kh):
            for kx in range(kw):
                total = result.dtype.type(0)
                for i in range(n):
                    for y in range(oh):
                        iy = y * stride[0] - padding[0] + ky * dilation[0]
                        if 0 <= iy < h:
                            for x in range(ow):
                                ix = x * stride[1] - padding[1] + kx * dilation[1]
                                if 0 <= ix < w:
                                    total += grad[i, j, y, x] * input[i, first + ci, iy, ix]
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
