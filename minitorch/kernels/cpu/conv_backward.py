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

from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu.conv import CHUNKS, Pair, contiguous
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, lanes, loops, multiply, panel_width, transpose

# Pixels multiplied at a time: their rows of 32 output channels are 32 KiB, in the first-level cache.
_PIXELS = 256


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
        partial, scratch = empty((work.partial,), grad.dtype), empty((work.scratch,), grad.dtype)
        zero = np.zeros(panel_width(grad.dtype), grad.dtype)
        _correlate_weight(
            grad.reshape(-1), input.reshape(-1), result.reshape(-1), bias, work.steps, work.starts, partial, scratch, zero, work.numbers,
            loops(grad.dtype, True),
        )
    return result, bias


def conv2d_bias(grad: np.ndarray) -> np.ndarray:
    """The gradient of `conv2d` to its bias, the sum over images and pixels: (N, O, OH, OW) -> (O,)."""
    result = empty((grad.shape[1],), grad.dtype)
    _bias_gradient(contiguous(grad), result)
    return result


class _Work(NamedTuple):
    """Tables, the sizes of the temporary arrays, and the numbers of a launch."""

    steps: np.ndarray  # (2, pixels) distance of each pixel from the first; zeros, to read one number again
    starts: np.ndarray  # (blocks,) distance of each block's first row
    partial: int
    scratch: int
    numbers: tuple[int, ...]


@lru_cache(maxsize=512)
def _plan(grad_shape, input_shape, weight_shape, stride, padding, dilation, groups, dtype) -> _Work | None:
    images, outputs, out_height, out_width = grad_shape
    channels, kernel_height, kernel_width = weight_shape[1:]
    outputs //= groups
    if dtype.kind != "f" or outputs == 1 or images * out_height * out_width == 0:
        return None
    taps = kernel_height * kernel_width
    together = max(1, min(images, _PIXELS // (out_height * out_width)))
    strips = -(-out_height // max(1, _PIXELS // out_width))
    strip = -(-out_height // strips)
    strips = -(-out_height // strip)
    units = -(-images // together) * strips

    height = (strip - 1) * stride[0] + (kernel_height - 1) * dilation[0] + 1
    width = (out_width - 1) * stride[1] + (kernel_width - 1) * dilation[1] + 1
    planar = channels < kernel_width <= ROWS and dilation[1] == 1
    image, y, x = np.arange(together), np.arange(strip) * stride[0], np.arange(out_width) * stride[1]
    down, across = np.arange(kernel_height) * dilation[0], np.arange(kernel_width) * dilation[1]
    if planar:
        rows, blocks, pitch = kernel_width, channels * kernel_height, 1
        starts = (np.arange(channels)[:, None] * height + down) * width
        copied = together * channels * height * width
        steps = (image[:, None, None] * (channels * height) + y[:, None]) * width + x
    else:
        rows, blocks, pitch = channels, taps, -(-ROWS // lanes(dtype)) * lanes(dtype)
        starts = (down[:, None] * width + across) * pitch
        copied = -(-channels // ROWS) * together * height * width * pitch
        steps = ((image[:, None, None] * height + y[:, None]) * width + x) * pitch
    steps, starts = steps.reshape(-1), starts.reshape(-1)

    columns = panel_width(dtype)
    panels = -(-outputs // columns)
    # Cut by output channels, and each task copies the input again; or by pixels, and there are more sums to add.
    splits = max(1, min(panels, outputs * taps // 256))
    parts = max(1, min(units, -(-CHUNKS // (groups * splits))))
    copied = -(-copied // 16) * 16
    packed = steps.size * columns
    scratch = copied + packed + 16
    partial = panels * (blocks * rows + 1) * columns
    numbers = (
        images, channels, outputs, groups, *input_shape[2:], *stride, *padding, *dilation, kernel_height, kernel_width,
        out_height, out_width, together, strip, strips, units, height, width, planar, rows, blocks, -(-rows // ROWS), pitch,
        columns, panels, splits, parts, copied, scratch, partial,
    )  # fmt: skip
    return _Work(
        np.stack([steps, np.zeros_like(steps)]),
        starts,
        groups * parts * partial,
        groups * splits * parts * scratch,
        tuple(int(n) for n in numbers),
    )


@parallel
def _correlate_weight(grad, source, result, bias, steps, starts, partial, scratch, zero, numbers, addresses):
    (
        images, channels, outputs, groups, source_height, source_width, stride_y, stride_x, top, left, dilation_y, dilation_x,
        kernel_height, kernel_width, out_height, out_width, together, strip, strips, units, height, width, planar, rows, blocks,
        tiles, pitch, columns, panels, splits, parts, copied, scratch_size, partial_size,
    ) = numbers  # fmt: skip
    plane, source_plane = out_height * out_width, source_height * source_width
    size = blocks * rows + 1  # rows of a panel's sums; the last one is the bias

    for task in prange(groups * splits * parts):
        part, split, group = task % parts, task // parts % splits, task // parts // splits
        a, g = task * scratch_size, task * scratch_size + copied
        one = a + scratch_size - 1
        scratch[one] = 1
        for unit in range(units * part // parts, units * (part + 1) // parts):
            first_image, y_first = unit // strips * together, unit % strips * strip
            here, lines = min(together, images - first_image), min(strip, out_height - y_first)
            depth = here * lines * out_width

            scratch[a : a + copied] = 0
            # The part of the padded image that lies inside the source.
            y = y_first * stride_y - top
            first_line, last_line = max(0, -y), min(height, source_height - y)
            first_column, last_column = max(0, left), min(width, source_width + left)
            for image in range(here):
                from_image = ((first_image + image) * groups + group) * channels * source_plane
                from_image += (y + first_line) * source_width + first_column - left
                if planar:
                    for c in range(channels):
                        to = a + ((image * channels + c) * height + first_line) * width + first_column
                        copy(
                            addresses[2], last_line - first_line, last_column - first_column,
                            source, from_image + c * source_plane, source_width, 1, scratch, to, width,
                        )  # fmt: skip
                else:
                    for tile in range(tiles):
                        c = channels * tile // tiles
                        for line in range(first_line, last_line):
                            to = ((tile * together + image) * height + line) * width + first_column
                            transpose(
                                addresses[1], channels * (tile + 1) // tiles - c, last_column - first_column,
                                source, from_image + c * source_plane + (line - first_line) * source_width, source_plane,
                                scratch, a + to * pitch, pitch,
                            )  # fmt: skip

            for panel in range(panels * split // splits, panels * (split + 1) // splits):
                filled = min(columns, outputs - panel * columns)
                for image in range(here):
                    output = ((first_image + image) * groups + group) * outputs + panel * columns
                    transpose(
                        addresses[1], filled, lines * out_width, grad, output * plane + y_first * out_width, plane,
                        scratch, g + image * lines * out_width * columns, columns,
                    )  # fmt: skip
                sums = (group * parts + part) * partial_size + panel * size * columns
                first = unit == units * part // parts
                for block in range(blocks * tiles + 1):
                    if block < blocks * tiles:
                        tile, tap = block // blocks, block % blocks
                        row = rows * tile // tiles
                        filled_rows = rows * (tile + 1) // tiles - row
                        start, table = a + tile * together * height * width * pitch + starts[tap], steps[0]
                        to = sums + (tap * rows + row) * columns
                    else:
                        filled_rows, start, table = 1, one, steps[1]
                        to = sums + blocks * rows * columns
                    multiply(
                        addresses[0], filled_rows, filled, depth, scratch, start, table, scratch, g, columns,
                        zero if first else partial, 0 if first else to, 0 if first else columns, partial, to, columns,
                    )  # fmt: skip

    for task in prange(groups * panels * (rows + 1)):
        row, panel = task % (rows + 1), task // (rows + 1)
        group, o = panel // panels, panel % panels * columns
        base = group * parts * partial_size + panel % panels * size * columns
        output = group * outputs + o
        for block in range(blocks if row < rows else 1):
            for j in range(min(columns, outputs - o)):
                place = base + (block * rows + row) * columns + j
                if row == rows:
                    place = base + (size - 1) * columns + j
                total = partial[place]
                for part in range(1, parts):
                    total += partial[place + part * partial_size]
                if row < rows:
                    place = block * rows + row if planar else row * blocks + block
                    result[(output + j) * rows * blocks + place] = total
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
