"""Matrix products of any strides. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp, which calls a BLAS.

The micro-kernel multiplies a tile of 14 rows with a panel of 32 columns. Around it, a product of any size is
cut for the caches (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008):

* k is cut into blocks of 256 steps, so that a panel of b (256 x 32 floats, 32 KiB) stays in the first-level
  cache while all tiles of rows pass by. The sums wait in the result from one block to the next.
* Tiles of a and panels of b are packed: copied in the order in which the micro-kernel reads them. That costs
  m * k + k * n copies for m * n * k multiplications, reads an operand with the strides it happens to have (a
  transposed one is as good as any), and spares the caches strides that are powers of two.
* A task is a block of tiles and panels, cut by the shape alone: the same bits for any number of threads.

An operand that few rows or columns use is read where it lies. Products of up to a million multiplications
(10 us) stay on one thread. A large matrix times a vector is bound by memory and needs none of this.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, REGROUP, chunks, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, grid, loops, multiply, panel_width, transpose

_BLOCK = 256  # steps of k at a time
_PACKED = 1 << 21  # packed elements at a time: 8 MiB
_SMALL = 1 << 20  # multiplications that one thread does by itself
_PIECES = 16  # tasks a product is cut into at least


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The product of two matrices: (M, K) @ (K, N) -> (M, N). Any strides. PyTorch: torch.mm."""
    result = empty((a.shape[0], b.shape[1]), a.dtype)
    _product(a, b, None, result)
    return result


def addmm(bias: np.ndarray, a: np.ndarray, b: np.ndarray, alpha=1, beta=1) -> np.ndarray:
    """beta * bias + alpha * (a @ b), with bias broadcast to (M, N). Not read where beta is 0. PyTorch: torch.addmm."""
    result = empty((a.shape[0], b.shape[1]), a.dtype)
    if alpha == beta == 1:
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
    return matmul(input, weight.T) if bias is None else addmm(bias, input, weight.T)


def bmm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Products of pairs of matrices: (B, M, K) @ (B, K, N) -> (B, M, N). Strides may be 0. PyTorch: torch.bmm."""
    (batches, m, k), n = a.shape, b.shape[2]
    result = empty((batches, m, n), a.dtype)
    if a.dtype.kind != "f" or m * n * k > _SMALL or result.size == 0 or k == 0:
        for i in range(batches):
            _product(a[i], b[i], None, result[i])
        return result
    a, b = _writable(a), _writable(b)
    plan = _plan(m, n, k, a.strides[1:], b.strides[1:], (0, 0), (a.strides[0], b.strides[0]), a.dtype)
    pieces = 1 if batches * m * n * k <= _SMALL else min(batches, _PIECES)
    scratch = empty((pieces * plan.scratch,), a.dtype)
    arrays = a[0, 0, :1], b[0, 0, :1], plan.zero, result.reshape(-1), scratch, plan.numbers, plan.steps
    if pieces == 1:
        _multiply_batch(*arrays, 0, batches, 0)
    else:
        _multiply_batches(*arrays, batches, pieces)
    return result


def mv(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """(M, K) @ (K,) -> (M,). PyTorch: torch.mv."""
    return matmul(matrix, vector[:, None])[:, 0]


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The sum of the products of two vectors: (K,), (K,) -> (). PyTorch: torch.dot."""
    if a.dtype.kind != "f":
        return matmul(a[None], b[:, None]).reshape(())
    a, b = _contiguous(a), _contiguous(b)
    if a.size <= GRAIN:
        return np.asarray(_dot(a, b, 0, 0, a.size), a.dtype)
    partial = empty((chunks(a.size),), a.dtype)
    _dot_chunks(a, b, partial)
    return np.asarray(_sum(partial), a.dtype)


def _product(a: np.ndarray, b: np.ndarray, init: np.ndarray | None, result: np.ndarray) -> None:
    """result = init + a @ b; `result` is contiguous, `init` is broadcast."""
    (m, n), k = result.shape, a.shape[1]
    work = m * n * k
    if work == 0 or result.dtype.kind != "f":
        result[...] = 0 if init is None else init
        if work > 0:
            _plain(_contiguous(a), _contiguous(b), result)
        return
    if (m == 1 or n == 1) and work > GRAIN:
        result[...] = 0 if init is None else init
        if n == 1:
            _times_vector(a, b[:, 0], result.reshape(-1))
        else:
            _times_vector(b.T, a[0], result.reshape(-1))
        return
    a, b = _writable(a), _writable(b)
    init_strides = (0, 0)
    if init is not None:
        init_strides = _broadcast_strides(init, m, n)
        if init_strides[1] != init.itemsize or not init.flags.writeable:
            init = np.broadcast_to(init, (m, n)).copy()
            init_strides = init.strides
    plan = _plan(m, n, k, a.strides, b.strides, init_strides, (0, 0), a.dtype)
    start = plan.zero if init is None else init[(0,) * (init.ndim - 1)][:1]
    scratch = empty((plan.scratch,), a.dtype)
    arrays = a[0, :1], b[0, :1], start, result.reshape(-1), scratch, plan.numbers, plan.steps
    if work <= _SMALL:
        _multiply_batch(*arrays, 0, 1, 0)
    else:
        _multiply_large(*arrays)


class _Plan(NamedTuple):
    numbers: np.ndarray  # what the loops need to know, see _plan
    steps: np.ndarray  # (k,) of a block: distances in a tile
    scratch: int  # elements of packed operands
    zero: np.ndarray


@lru_cache(maxsize=1024)
def _plan(m, n, k, a_strides, b_strides, init_strides, batch_strides, dtype) -> _Plan:
    """All about a product that follows from shapes and strides (in bytes)."""
    size = dtype.itemsize
    a_row, a_step, b_step, b_column = (stride // size for stride in (*a_strides, *b_strides))
    width, depth = panel_width(dtype), min(k, _BLOCK)
    tiles, panels = -(-m // ROWS), -(-n // width)
    # Packing costs more than it saves where an operand is used once or twice, or fits into a cache as it is.
    direct_a = a_row == 1 and (panels <= 2 or k * a_step <= 4096)
    direct_b = b_column == 1 and (tiles <= 2 or k * b_step <= 8192)
    down, across = grid(tiles, panels, _PIECES)
    packed_a = 0 if direct_a else -(-tiles * depth * ROWS // 16) * 16
    packed = packed_a + (width if direct_b else panels * width) * depth  # of one block of k
    blocks = min(-(-k // depth), max(1, _PACKED // packed))
    numbers = [
        m, n, k, tiles, panels, depth, width, down, across,  # 0 to 8
        a_row, a_step, b_step, b_column, direct_a, direct_b, packed_a,  # 9 to 15
        *(stride // size for stride in (*init_strides, *batch_strides)), *loops(dtype, True),  # 16 to 22
        blocks * depth, packed,  # 23, 24
    ]  # fmt: skip
    steps = np.arange(depth) * (a_step if direct_a else ROWS)
    return _Plan(np.array(numbers), steps, blocks * packed, np.zeros(width, dtype))


@parallel
def _multiply_large(a, b, init, result, scratch, numbers, steps):
    k, tiles, panels, down, across, span = (
        numbers[2], numbers[3], numbers[4], numbers[7], numbers[8], numbers[23]
    )  # fmt: skip
    for first in range(0, k, span):
        last = min(k, first + span)
        for task in prange(tiles + panels):
            if task < tiles:
                _pack_tile(a, scratch, 0, numbers, 0, first, last, task)
            else:
                _pack_panel(b, scratch, 0, numbers, 0, first, last, task - tiles)
        for task in prange(down * across):
            y, x = task // across, task % across
            _multiply_block(
                a, b, init, result, scratch, 0, numbers, steps, 0, first, last,
                tiles * y // down, tiles * (y + 1) // down, panels * x // across, panels * (x + 1) // across,
            )  # fmt: skip


@parallel
def _multiply_batches(a, b, init, result, scratch, numbers, steps, batches, pieces):
    size = scratch.size // pieces
    for piece in prange(pieces):
        first, last = batches * piece // pieces, batches * (piece + 1) // pieces
        _multiply_batch(a, b, init, result, scratch, numbers, steps, first, last, piece * size)


@serial
def _multiply_batch(a, b, init, result, scratch, numbers, steps, start, stop, base):
    k, tiles, panels, span = numbers[2], numbers[3], numbers[4], numbers[23]
    for batch in range(start, stop):
        for first in range(0, k, span):
            last = min(k, first + span)
            for tile in range(tiles):
                _pack_tile(a, scratch, base, numbers, batch, first, last, tile)
            for panel in range(panels):
                _pack_panel(b, scratch, base, numbers, batch, first, last, panel)
            _multiply_block(
                a, b, init, result, scratch, base, numbers, steps, batch, first, last, 0, tiles, 0, panels
            )


@serial
def _pack_tile(a, scratch, base, numbers, batch, first, last, tile):
    """Copy up to 14 rows, step by step of k, block after block."""
    m, tiles, depth, row_stride, step = numbers[0], numbers[3], numbers[5], numbers[9], numbers[10]
    if numbers[13]:
        return
    row = m * tile // tiles
    rows = m * (tile + 1) // tiles - row
    for k in range(first, last, depth):
        here = batch * numbers[18] + row * row_stride + k * step
        there = base + (k - first) // depth * numbers[24] + tile * depth * ROWS
        if step == 1:
            transpose(numbers[21], rows, min(depth, last - k), a, here, row_stride, scratch, there, ROWS)
        else:
            copy(numbers[22], min(depth, last - k), rows, a, here, step, row_stride, scratch, there, ROWS)


@serial
def _pack_panel(b, scratch, base, numbers, batch, first, last, panel):
    """Copy up to 32 columns, step by step of k, block after block."""
    depth, width, step, column_stride = numbers[5], numbers[6], numbers[11], numbers[12]
    column = panel * width
    columns = min(width, numbers[1] - column)
    if numbers[14] and columns == width:
        return
    for k in range(first, last, depth):
        here = batch * numbers[19] + column * column_stride + k * step
        there = base + (k - first) // depth * numbers[24] + numbers[15] + (0 if numbers[14] else panel * depth * width)
        block = min(depth, last - k)
        if step == 1:
            transpose(numbers[21], columns, block, b, here, column_stride, scratch, there, width)
        else:
            copy(numbers[22], block, columns, b, here, step, column_stride, scratch, there, width)


@serial
def _multiply_block(
    a, b, init, result, scratch, base, numbers, steps, batch, first, last, first_tile, last_tile, first_panel, last_panel
):  # fmt: skip
    """Some tiles and panels, block by block of k."""
    m, n, k, tiles, depth, width = numbers[0], numbers[1], numbers[2], numbers[3], numbers[5], numbers[6]
    down, across = last_tile - first_tile, last_panel - first_panel
    for start in range(first, last, depth):
        packed = base + (start - first) // depth * numbers[24]
        for job in range(down * across):
            if k > 64:  # the panel of b stays in the first-level cache
                tile, panel = first_tile + job % down, first_panel + job // down
            else:  # little arithmetic: what counts is that the result is written in its order
                tile, panel = first_tile + job // across, first_panel + job % across
            row, column = m * tile // tiles, panel * width
            columns = min(width, n - column)
            if numbers[13]:
                left, left_start = a, batch * numbers[18] + start * numbers[10] + row
            else:
                left, left_start = scratch, packed + tile * depth * ROWS
            if numbers[14] and columns == width:
                right, right_start, pitch = b, batch * numbers[19] + start * numbers[11] + column, numbers[11]
            else:
                right, pitch = scratch, width
                right_start = packed + numbers[15] + (0 if numbers[14] else panel * depth * width)
            to = (batch * m + row) * n + column
            if start == 0:
                before, before_start, before_pitch = init, row * numbers[16] + column * numbers[17], numbers[16]
            else:
                before, before_start, before_pitch = result, to, n
            multiply(
                numbers[20], m * (tile + 1) // tiles - row, columns, min(depth, last - start), left, left_start,
                steps, right, right_start, pitch, before, before_start, before_pitch, result, to, n,
            )  # fmt: skip


def _times_vector(matrix: np.ndarray, vector: np.ndarray, result: np.ndarray) -> None:
    """result += matrix @ vector, reading the matrix in the order of its memory."""
    if not matrix.flags.writeable or matrix.itemsize not in matrix.strides:
        matrix = matrix.copy()
    row, column = (stride // matrix.itemsize for stride in matrix.strides)
    vector = _contiguous(vector)
    if column == 1:
        _times_rows(matrix[0, :1], vector, result, row)
    else:
        _times_columns(matrix[0, :1], vector, result, column)


@parallel
def _times_rows(matrix, vector, result, row_stride):
    for row in prange(result.size):
        result[row] += _dot(matrix, vector, row * row_stride, 0, vector.size)


@parallel
def _times_columns(matrix, vector, result, column_stride):
    size = max(512, result.size // _PIECES)
    for piece in prange((result.size + size - 1) // size):
        first, count = piece * size, min(size, result.size - piece * size)
        whole = vector.size // 4 * 4
        for j in range(0, whole, 4):  # four columns for one pass over the sums
            at = first + j * column_stride
            x0, x1, x2, x3 = vector[j], vector[j + 1], vector[j + 2], vector[j + 3]
            for i in range(count):
                m0, m1 = matrix[np.uint64(at + i)], matrix[np.uint64(at + i + column_stride)]
                m2, m3 = matrix[np.uint64(at + i + 2 * column_stride)], matrix[np.uint64(at + i + 3 * column_stride)]
                result[np.uint64(first + i)] += (m0 * x0 + m1 * x1) + (m2 * x2 + m3 * x3)
        for j in range(whole, vector.size):
            for i in range(count):
                result[np.uint64(first + i)] += matrix[np.uint64(first + j * column_stride + i)] * vector[j]


def _dot_loop(a, b, a_start, b_start, size):
    total = a.dtype.type(0)
    for i in range(size):
        # Unsigned, as Numba asks of every signed index whether it counts from the end; LLVM then gives up on vectors.
        total += a[np.uint64(a_start + i)] * b[np.uint64(b_start + i)]
    return total


_dot = serial(_dot_loop, fastmath=REGROUP)


@parallel
def _dot_chunks(a, b, partial):
    for chunk in prange(partial.size):
        first = chunk * GRAIN
        partial[chunk] = _dot(a, b, first, first, min(GRAIN, a.size - first))


@serial
def _sum(partial):
    total = partial.dtype.type(0)
    for value in partial:
        total += value
    return total


@parallel
def _plain(a, b, result):
    """result += a @ b, for integers."""
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            factor = a[i, j]
            for x in range(result.shape[1]):
                result[i, x] += factor * b[j, x]


def _broadcast_strides(init: np.ndarray, m: int, n: int) -> tuple[int, int]:
    """The strides in bytes of an array broadcast to (m, n)."""
    if init.ndim == 1 and init.shape[0] == n:
        return 0, init.strides[0]
    return np.broadcast_to(init, (m, n)).strides


def _writable(array: np.ndarray) -> np.ndarray:
    """Loops are compiled for writable arrays only, and pack rows whose elements are apart."""
    return array.copy() if 0 in array.strides[-2:] or not array.flags.writeable else array


def _contiguous(array: np.ndarray) -> np.ndarray:
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()
