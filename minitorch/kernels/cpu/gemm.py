"""Matrix products of any strides. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp, which calls a BLAS.

The micro-kernel multiplies a tile of 14 rows with a panel of 32 columns. Around it, a product of any size is cut for
the caches, as GotoBLAS taught (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008):

* k is cut into blocks of 256 steps, so that a panel of b (256 x 32 floats, 32 KiB) stays in the first-level cache
  while all tiles of rows pass by. The sums wait in the result from one block to the next.
* Tiles of a and panels of b are packed: copied in the order in which the micro-kernel reads them. That
  costs m * k + k * n copies for m * n * k multiplications, reads each operand with the strides it happens to have
  (so a transposed one is as good as any), and spares the cache from strides that are powers of two.
* A task is a block of tiles and panels whose packed operands fit into the second-level cache.

Operands that are used only once or twice, by few rows, are read where they lie. Products of up to a million
multiplications (10 us) stay on one thread; a matrix and a vector are bound by memory, and need none of this.
"""

from functools import lru_cache

import numpy as np

from minitorch.kernels.cpu._compile import REGROUP, chunks, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, lanes, loops, multiply, panel_width, transpose

_BLOCK = 256  # steps of k at a time
_SMALL = 1 << 20  # multiplications that one thread does by itself
_VECTOR = 1 << 16  # elements from which a matrix-vector product is bound by memory


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The product of two matrices: (M, K) @ (K, N) -> (M, N). Any strides. PyTorch: torch.mm."""
    result = empty((a.shape[0], b.shape[1]), a.dtype)
    _product(a, b, None, result)
    return result


def addmm(bias: np.ndarray, a: np.ndarray, b: np.ndarray, alpha=1, beta=1) -> np.ndarray:
    """beta * bias + alpha * (a @ b); bias is broadcast to (M, N), and not read where beta is 0. PyTorch: torch.addmm."""
    result = empty((a.shape[0], b.shape[1]), a.dtype)
    if alpha == beta == 1 and a.dtype.kind == "f":
        _product(a, b, bias, result)
        return result
    _product(a, b, None, result)
    if alpha != 1:
        result *= np.asarray(alpha, result.dtype)
    if beta != 0:
        result += bias * np.asarray(beta, result.dtype)
    return result


def linear(input: np.ndarray, weight: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """input @ weight.T + bias: (N, K), (M, K), (M,) or None -> (N, M). PyTorch: torch.nn.functional.linear."""
    if bias is None:
        return matmul(input, weight.T)
    return addmm(bias, input, weight.T)


def bmm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Products of pairs of matrices: (B, M, K) @ (B, K, N) -> (B, M, N). Strides may be 0. PyTorch: torch.bmm."""
    batches, m, k = a.shape
    n = b.shape[2]
    result = empty((batches, m, n), a.dtype)
    if a.dtype.kind != "f" or m * n * k > _SMALL:
        for i in range(batches):
            _product(a[i], b[i], None, result[i])
    elif result.size > 0:
        a, b = _writable(a), _writable(b)
        plan = _plan(m, n, k, *_element_strides(a)[1:], *_element_strides(b)[1:], a.dtype)
        batch = (_element_strides(a)[0], _element_strides(b)[0])
        pieces = 1 if batches * m * n * k <= _SMALL else min(batches, 16)
        scratch = empty((pieces * plan[1],), a.dtype)
        zero = np.zeros(panel_width(a.dtype), a.dtype)
        arrays = a[0, 0, :1], b[0, 0, :1], zero, result.reshape(-1), scratch
        if pieces == 1:
            _batch(*arrays, plan[0], (0, 0), batch, 0, batches, 0, plan[2], loops(a.dtype, True))
        else:
            _batch_parallel(*arrays, plan[0], (0, 0), batch, batches, pieces, plan[2], loops(a.dtype, True))
    return result


def mv(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """(M, K) @ (K,) -> (M,). PyTorch: torch.mv."""
    return matmul(matrix, vector[:, None])[:, 0]


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The sum of the products of two vectors: (K,), (K,) -> (). PyTorch: torch.dot."""
    return matmul(a[None], b[:, None]).reshape(())


def _product(a: np.ndarray, b: np.ndarray, init: np.ndarray | None, result: np.ndarray) -> None:
    """result = init + a @ b; `result` is contiguous."""
    (m, n), k = result.shape, a.shape[1]
    if m * n == 0:
        return
    if k == 0 or result.dtype.kind != "f":
        result[:] = 0 if init is None else init
        if k > 0:
            _plain(_contiguous(a), _contiguous(b), result)
        return
    a, b = _writable(a), _writable(b)
    if init is None:
        init, init_strides = np.zeros(panel_width(a.dtype), a.dtype), (0, 0)
    else:
        row, column = _element_strides(np.broadcast_to(init, (m, n)))
        if column == 1 and init.flags.writeable:
            init, init_strides = init[(0,) * (init.ndim - 1)], (row, 1)
        else:
            init, init_strides = np.broadcast_to(init, (m, n)).copy().reshape(-1), (n, 1)
    plan = _plan(m, n, k, *_element_strides(a), *_element_strides(b), a.dtype)
    scratch = empty((plan[1],), a.dtype)
    if m * n * k <= _SMALL:
        _batch(a[0, :1], b[0, :1], init[:1], result.reshape(-1), scratch, plan[0], init_strides, (0, 0), 0, 1, 0, plan[2], loops(a.dtype, True))
    else:
        _large(a[0, :1], b[0, :1], init[:1], result.reshape(-1), scratch, plan[0], init_strides, plan[2], loops(a.dtype, True))


@lru_cache(maxsize=1024)
def _plan(m, n, k, a_row, a_column, b_row, b_column, dtype):
    """The numbers of a product, the size of its packed operands, and the steps of k in a packed tile."""
    width = panel_width(dtype)
    tiles, panels = -(-m // ROWS), -(-n // width)
    depth = min(k, _BLOCK)
    # Where an operand is used once or twice, or is all in the cache, packing it costs more than it saves.
    direct_a = a_row == 1 and (n <= 2 * width or k * a_column <= 4096)
    direct_b = b_column == 1 and (m <= 2 * ROWS or k * b_row <= 8192)
    down, across = -(-tiles // 18), -(-panels // 8)
    while down * across < 16 and (down < tiles or across < panels):
        if down < tiles and (across >= panels or tiles * ROWS * across > panels * width * down):
            down = min(tiles, 2 * down)
        else:
            across = min(panels, 2 * across)
    space_a = 0 if direct_a else tiles * depth * ROWS
    space_b = panels * depth * width
    steps = np.arange(depth) * (a_column if direct_a else ROWS)
    numbers = (
        m, n, k, a_row, a_column, b_row, b_column, direct_a, direct_b, tiles, panels, depth, width, lanes(dtype),
        down, across, -(-space_a // 16) * 16,
    )  # fmt: skip
    return tuple(int(x) for x in numbers), -(-space_a // 16) * 16 + space_b, steps


@parallel
def _large(a, b, init, result, scratch, numbers, init_strides, steps, addresses):
    m, n, k, tiles, panels, depth, down, across = (
        numbers[0], numbers[1], numbers[2], numbers[9], numbers[10], numbers[11], numbers[14], numbers[15]
    )  # fmt: skip
    for first in range(0, k, depth):
        for task in prange(tiles + panels):
            if task < tiles:
                _pack_tile(a, scratch, 0, numbers, 0, first, task, addresses)
            else:
                _pack_panel(b, scratch, 0, numbers, 0, first, task - tiles, addresses)
        for task in prange(down * across):
            y, x = task // across, task % across
            _multiply_block(
                a, b, init, result, scratch, 0, numbers, init_strides, steps, addresses, 0, 0, 0, first,
                tiles * y // down, tiles * (y + 1) // down, panels * x // across, panels * (x + 1) // across,
            )  # fmt: skip


@parallel
def _batch_parallel(a, b, init, result, scratch, numbers, init_strides, batch_strides, batches, pieces, steps, addresses):
    size = scratch.size // pieces
    for piece in prange(pieces):
        _batch(
            a, b, init, result, scratch, numbers, init_strides, batch_strides,
            batches * piece // pieces, batches * (piece + 1) // pieces, piece * size, steps, addresses,
        )  # fmt: skip


@serial
def _batch(a, b, init, result, scratch, numbers, init_strides, batch_strides, start, stop, base, steps, addresses):
    m, n, k, tiles, panels, depth = numbers[0], numbers[1], numbers[2], numbers[9], numbers[10], numbers[11]
    for i in range(start, stop):
        a_start, b_start = i * batch_strides[0], i * batch_strides[1]
        for first in range(0, k, depth):
            for tile in range(tiles):
                _pack_tile(a, scratch, base, numbers, a_start, first, tile, addresses)
            for panel in range(panels):
                _pack_panel(b, scratch, base, numbers, b_start, first, panel, addresses)
            _multiply_block(
                a, b, init, result, scratch, base, numbers, init_strides, steps, addresses, a_start, b_start, i * m * n, first,
                0, tiles, 0, panels,
            )  # fmt: skip


@serial
def _pack_tile(a, scratch, base, numbers, start, first, tile, addresses):
    """Copy the elements of up to 14 rows, step by step of k."""
    m, k, row_stride, step, direct, tiles, depth, lane = (
        numbers[0], numbers[2], numbers[3], numbers[4], numbers[7], numbers[9], numbers[11], numbers[13]
    )  # fmt: skip
    if direct:
        return
    depth, row = min(depth, k - first), m * tile // tiles
    rows = m * (tile + 1) // tiles - row
    here, there = start + row * row_stride + first * step, base + tile * numbers[11] * ROWS
    if step == 1:
        transpose(addresses[1], rows, depth, a, here, row_stride, scratch, there, ROWS)
    elif row_stride == 1:
        copy(addresses[2], depth, rows, a, here, step, 1, scratch, there, ROWS)
    else:
        for i in range(depth):
            for r in range(rows):
                scratch[there + i * ROWS + r] = a[here + i * step + r * row_stride]


@serial
def _pack_panel(b, scratch, base, numbers, start, first, panel, addresses):
    """Copy the elements of up to 32 columns, step by step of k."""
    n, k, step, column_stride, direct, depth, width, lane = (
        numbers[1], numbers[2], numbers[5], numbers[6], numbers[8], numbers[11], numbers[12], numbers[13]
    )  # fmt: skip
    depth, column = min(depth, k - first), panel * width
    columns = min(width, n - column)
    if direct and columns % lane == 0:
        return
    here, there = start + column * column_stride + first * step, base + numbers[16] + panel * numbers[11] * width
    if column_stride == 1:
        copy(addresses[2], depth, columns, b, here, step, 1, scratch, there, width)
    elif step == 1:
        transpose(addresses[1], columns, depth, b, here, column_stride, scratch, there, width)
    else:
        for i in range(depth):
            for j in range(columns):
                scratch[there + i * width + j] = b[here + i * step + j * column_stride]


@serial
def _multiply_block(
    a, b, init, result, scratch, base, numbers, init_strides, steps, addresses, a_start, b_start, start, first,
    first_tile, last_tile, first_panel, last_panel,
):  # fmt: skip
    (
        m, n, k, a_row, a_step, b_step, _, direct_a, direct_b, tiles, panels, depth, width, lane, _, _, packed_b,
    ) = numbers  # fmt: skip
    block = min(depth, k - first)
    left, left_start, left_tile = (a, a_start + first * a_step, a_row) if direct_a else (scratch, base, 0)
    for panel in range(first_panel, last_panel):
        column = panel * width
        columns = min(width, n - column)
        if direct_b and columns % lane == 0:
            right, right_start, right_step = b, b_start + first * b_step + column, b_step
        else:
            right, right_start, right_step = scratch, base + packed_b + panel * depth * width, width
        for tile in range(first_tile, last_tile):
            row = m * tile // tiles
            to = start + row * n + column
            if first == 0:
                before, before_start, before_pitch = init, row * init_strides[0] + column * init_strides[1], init_strides[0]
            else:
                before, before_start, before_pitch = result, to, n
            multiply(
                addresses[0], m * (tile + 1) // tiles - row, columns, block, left,
                left_start + (row * left_tile if direct_a else tile * depth * ROWS), steps,
                right, right_start, right_step, before, before_start, before_pitch, result, to, n,
            )  # fmt: skip


def _element_strides(array: np.ndarray) -> tuple[int, ...]:
    size = array.itemsize
    return tuple(stride // size for stride in array.strides)


def _writable(array: np.ndarray) -> np.ndarray:
    """Loops are compiled for writable arrays only."""
    return array if array.flags.writeable else array.copy()


def _contiguous(array: np.ndarray) -> np.ndarray:
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()


@parallel
def _plain(a, b, result):
    """result += a @ b, for integers."""
    m, k = a.shape
    for i in prange(m):
        for j in range(k):
            factor = a[i, j]
            for x in range(result.shape[1]):
                result[i, x] += factor * b[j, x]
