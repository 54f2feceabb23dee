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

from collections import namedtuple
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cpu._address import address, call, named
from minitorch.kernels.cpu._compile import GRAIN, REGROUP, chunks, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.microkernel import ROWS, copy, grid, loops, multiply, panel_width, transpose

_BLOCK = 256  # steps of k at a time
_PACKED = 1 << 21  # packed elements at a time: 8 MiB
_SMALL = 1 << 20  # multiplications that one thread does by itself, where an element of the result counts as 16
TINY = 1 << 11  # multiplications for which a plain loop (1 us) costs less than a plan for the micro-kernel (3 us)
_PIECES = 16  # tasks a product is cut into at least


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The product of two matrices: (M, K) @ (K, N) -> (M, N). Any strides. PyTorch: torch.mm."""
    if a.dtype.char == "e":
        return _in_single(matmul, a, b)
    result = empty((a.shape[0], b.shape[1]), a.dtype)
    _product(a, b, None, result)
    return result


def addmm(bias: np.ndarray, a: np.ndarray, b: np.ndarray, alpha=1, beta=1) -> np.ndarray:
    """beta * bias + alpha * (a @ b), with bias broadcast to (M, N). Not read where beta is 0. PyTorch: torch.addmm."""
    if a.dtype.char == "e":
        return _in_single(addmm, bias, a, b, alpha=alpha, beta=beta)
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


def bmm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Products of pairs of matrices: (B, M, K) @ (B, K, N) -> (B, M, N). Strides may be 0. PyTorch: torch.bmm."""
    if a.dtype.char == "e":
        return _in_single(bmm, a, b)
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
    (_multiply_few if pieces == 1 else _multiply_many)(*arrays, batches, pieces)
    return result


def mv(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """(M, K) @ (K,) -> (M,). PyTorch: torch.mv."""
    return matmul(matrix, vector[:, None])[:, 0]


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The sum of the products of two vectors: (K,), (K,) -> (). PyTorch: torch.dot."""
    if a.dtype.char == "e":
        return _in_single(dot, a, b)
    if a.dtype.kind != "f":
        return matmul(a[None], b[:, None]).reshape(())
    a, b = _contiguous(a), _contiguous(b)
    if a.size <= GRAIN:
        return np.asarray(sum_of_products(a, b, 0, 0, a.size), a.dtype)
    partial = empty((chunks(a.size),), a.dtype)
    _dot_chunks(a, b, partial)
    return np.asarray(_sum(partial), a.dtype)


def _in_single(function, *arrays: np.ndarray, **factors) -> np.ndarray:
    """float16, which Numba does not have on the CPU, is computed in float32 and rounded once, as PyTorch does."""
    with np.errstate(over="ignore"):
        return function(*[each.astype(np.float32) for each in arrays], **factors).astype(np.float16)


def _product(a: np.ndarray, b: np.ndarray, init: np.ndarray | None, result: np.ndarray) -> None:
    """result = init + a @ b; `result` is contiguous, `init` is broadcast."""
    (m, n), k = result.shape, a.shape[1]
    work = m * n * k
    if work == 0 or result.dtype.kind != "f":
        result[...] = 0 if init is None else init
        if work > 0:
            _plain(_contiguous(a), _contiguous(b), result)
        return
    if (m == 1 or n == 1) and work > TINY:
        result[...] = 0 if init is None else init
        if n == 1:
            _times_vector(a, b[:, 0], result.reshape(-1))
        else:
            _times_vector(b.T, a[0], result.reshape(-1))
        return
    a, b = _writable(a), _writable(b)
    if work <= TINY and a.flags.forc and b.flags.forc:
        if init is None:
            _multiply_tiny(a, b, _ZERO[a.dtype], 0, result)
            return
        if init.shape == (n,) and init.flags.carray:
            _multiply_tiny(a, b, init, 1, result)
            return
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
    if work + 16 * m * n <= _SMALL:
        _multiply_few(*arrays, 1, 1)
    else:
        _multiply_large(*arrays)


# What the loops need to know: counts, sizes and strides in elements, and addresses.
_Numbers = namedtuple(
    "_Numbers",
    """
    k span packs jobs pack multiply m n tiles panels depth width down across a_row a_step b_step b_column
    direct_a direct_b packed_a packed init_row init_column a_batch b_batch tile_loop transpose_loop copy_loop
    """,
)


class _Plan(NamedTuple):
    numbers: np.ndarray  # _Numbers
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
    span = depth * min(-(-k // depth), max(1, _PACKED // packed))
    index = np.dtype(np.int64)
    numbers = _Numbers(
        k, span, tiles + panels, down * across,
        address(_pack, int, int, int, int, dtype, dtype, dtype, index),
        address(_multiply, int, int, int, int, dtype, dtype, dtype, dtype, dtype, index, index),
        m, n, tiles, panels, depth, width, down, across, a_row, a_step, b_step, b_column, direct_a, direct_b,
        packed_a, packed, *(stride // size for stride in (*init_strides, *batch_strides)), *loops(dtype, True),
    )  # fmt: skip
    steps = np.arange(depth, dtype=np.int64) * (a_step if direct_a else ROWS)
    return _Plan(np.array(numbers, np.int64), steps, span // depth * packed, np.zeros(width, dtype))


_ZERO = {np.dtype(kind): np.zeros(1, kind) for kind in (np.float32, np.float64)}


@serial
def _multiply_tiny(a, b, init, step, result):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = init[j * step]
            for p in range(a.shape[1]):
                total += a[i, p] * b[p, j]
            result[i, j] = total


@parallel
def _multiply_large(a, b, init, result, scratch, numbers, steps):
    g = named(numbers, _Numbers)
    k, span, packs, jobs, pack, multiply = g.k, g.span, g.packs, g.jobs, g.pack, g.multiply
    for first in range(0, k, span):
        for task in prange(packs):
            call(pack, np.int64(task), 0, first, 0, a, b, scratch, numbers)
        for task in prange(jobs):
            call(multiply, np.int64(task), 0, first, 0, a, b, init, result, scratch, numbers, steps)


def _multiply_batches(a, b, init, result, scratch, numbers, steps, batches, pieces):
    g = named(numbers, _Numbers)
    k, span, packs, jobs, pack, multiply = g.k, g.span, g.packs, g.jobs, g.pack, g.multiply
    for piece in prange(pieces):
        base = scratch.size // pieces * np.int64(piece)
        for batch in range(batches * np.int64(piece) // pieces, batches * (np.int64(piece) + 1) // pieces):
            for first in range(0, k, span):
                for task in range(packs):
                    call(pack, task, batch, first, base, a, b, scratch, numbers)
                for task in range(jobs):
                    call(multiply, task, batch, first, base, a, b, init, result, scratch, numbers, steps)


_multiply_few = serial(_multiply_batches)
_multiply_many = parallel(_multiply_batches)


def _pack(task, batch, first, base, a, b, scratch, numbers):
    """Copy a tile of a, or a panel of b, step by step of k, block after block."""
    g = named(numbers, _Numbers)
    row, column = g.m * task // g.tiles, (task - g.tiles) * g.width
    rows, columns = g.m * (task + 1) // g.tiles - row, min(g.width, g.n - column)
    for start in range(first, min(g.k, first + g.span), g.depth):
        block, to = min(g.depth, g.k - start), base + (start - first) // g.depth * g.packed
        if task < g.tiles and not g.direct_a:
            here, there = batch * g.a_batch + row * g.a_row + start * g.a_step, to + task * g.depth * ROWS
            if g.a_step == 1:
                transpose(g.transpose_loop, rows, block, a, here, g.a_row, scratch, there, ROWS)
            else:
                copy(g.copy_loop, block, rows, a, here, g.a_step, g.a_row, scratch, there, ROWS)
        if task >= g.tiles and not (g.direct_b and columns == g.width):
            here, there = batch * g.b_batch + column * g.b_column + start * g.b_step, to + g.packed_a
            if not g.direct_b:
                there += (task - g.tiles) * g.depth * g.width
            if g.b_step == 1:
                transpose(g.transpose_loop, columns, block, b, here, g.b_column, scratch, there, g.width)
            else:
                copy(g.copy_loop, block, columns, b, here, g.b_step, g.b_column, scratch, there, g.width)


def _multiply(task, batch, first, base, a, b, init, result, scratch, numbers, steps):
    """Multiply some tiles with some panels, block by block of k."""
    g = named(numbers, _Numbers)
    y, x = task // g.across, task % g.across
    first_tile, first_panel = g.tiles * y // g.down, g.panels * x // g.across
    high, wide = g.tiles * (y + 1) // g.down - first_tile, g.panels * (x + 1) // g.across - first_panel
    for start in range(first, min(g.k, first + g.span), g.depth):
        packed_here = base + (start - first) // g.depth * g.packed
        for job in range(high * wide):
            if g.k > 64:  # the panel of b stays in the first-level cache
                tile, panel = first_tile + job % high, first_panel + job // high
            else:  # little arithmetic: what counts is that the result is written in its order
                tile, panel = first_tile + job // wide, first_panel + job % wide
            row, column = g.m * tile // g.tiles, panel * g.width
            columns = min(g.width, g.n - column)
            left, left_start = scratch, packed_here + tile * g.depth * ROWS
            if g.direct_a:
                left, left_start = a, batch * g.a_batch + start * g.a_step + row
            right, right_start, pitch = scratch, packed_here + g.packed_a, g.width
            if not g.direct_b:
                right_start += panel * g.depth * g.width
            elif columns == g.width:
                right, right_start, pitch = b, batch * g.b_batch + start * g.b_step + column, g.b_step
            to = (batch * g.m + row) * g.n + column
            before, before_start, before_pitch = init, row * g.init_row + column * g.init_column, g.init_row
            if start > 0:
                before, before_start, before_pitch = result, to, g.n
            multiply(
                g.tile_loop, g.m * (tile + 1) // g.tiles - row, columns, min(g.depth, g.k - start), left,
                left_start, steps, 0, right, right_start, pitch, before, before_start, before_pitch, result, to, g.n,
            )  # fmt: skip


def _times_vector(matrix: np.ndarray, vector: np.ndarray, result: np.ndarray) -> None:
    """result += matrix @ vector, reading the matrix in the order of its memory."""
    if not matrix.flags.writeable or matrix.itemsize not in matrix.strides:
        matrix = matrix.copy()
    row, column = (stride // matrix.itemsize for stride in matrix.strides)
    vector, few = _contiguous(vector), matrix.size <= 3 * GRAIN  # 256 x 256: 256 KiB, in a second-level cache
    if column == 1:
        (_few_rows if few else _many_rows)(matrix[0, :1], vector, result, row)
    else:
        (_few_columns if few else _many_columns)(matrix[0, :1], vector, result, column)


def _times_rows(matrix, vector, result, row_stride):
    for row in prange(result.size):
        result[row] += sum_of_products(matrix, vector, row * row_stride, 0, vector.size)


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


_few_rows, _many_rows = serial(_times_rows), parallel(_times_rows)
_few_columns, _many_columns = serial(_times_columns), parallel(_times_columns)


def _sum_of_products(a, b, a_start, b_start, size):
    total = a.dtype.type(0)
    for i in range(size):
        # Unsigned, as Numba asks of every signed index whether it counts from the end; LLVM then gives up on vectors.
        total += a[np.uint64(a_start + i)] * b[np.uint64(b_start + i)]
    return total


sum_of_products = serial(_sum_of_products, fastmath=REGROUP)


@parallel
def _dot_chunks(a, b, partial):
    for chunk in prange(partial.size):
        first = chunk * GRAIN
        partial[chunk] = sum_of_products(a, b, first, first, min(GRAIN, a.size - first))


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
    """Loops are compiled for writable arrays only."""
    return array if array.flags.writeable else array.copy()


def _contiguous(array: np.ndarray) -> np.ndarray:
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()
