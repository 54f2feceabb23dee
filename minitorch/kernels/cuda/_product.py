"""The tiled matrix product under gemm and convolution. PyTorch: cuBLAS and cuDNN; CUTLASS is the same idea in the open.

A block computes a tile of the result: it brings strips of both factors into shared memory, and each thread keeps a
small square of sums in registers, so that every number that is read from shared memory is used several times. What a
factor's element (m, k) is, is a function that this kernel is compiled over: a place in a matrix, or in an image where
a window lies. Where there are too few tiles for the GPU, k is cut into pieces, whose results are added in order.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel, numba_type
from minitorch.kernels.cuda._driver import SIMULATED, cuda, processors
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty


class Tile(NamedTuple):
    """Rows and columns of a block's tile, the length of its strips, and rows and columns of a thread's square."""

    rows: int
    columns: int
    depth: int
    high: int
    wide: int

    @property
    def threads(self) -> int:
        """Threads of a block."""
        return self.rows // self.high * (self.columns // self.wide)


LARGE = Tile(8, 8, 4, 2, 2) if SIMULATED else Tile(128, 128, 8, 8, 8)
SMALL = Tile(8, 8, 4, 2, 2) if SIMULATED else Tile(64, 64, 16, 4, 4)

# A piece of k is not shorter than this; beyond so many pieces adding them up costs more than it saves.
_SHORTEST = 8 if SIMULATED else 128
_MOST = 32


class Factor(NamedTuple):
    """How a factor's elements are found: both compiled, and called with the numbers of the launch.

    `place(numbers, table, batch, i)`: what row (or column) i has to do with it, computed once. `load(array, numbers,
    table, place, k)`: the element. `along_k`: neighbouring threads read neighbours in k, else in i.
    """

    place: Callable
    load: Callable
    along_k: bool


class Product:
    """result[m, n] = finish(sum over k of a(m, k) * b(k, n)), for every batch."""

    def __init__(self, a: Factor, b: Factor, finish: Callable):
        self._parts = a, b, finish

    def __call__(
        self,
        a: DeviceArray,
        b: DeviceArray,
        out: DeviceArray,
        init: DeviceArray,
        table: DeviceArray,
        size: tuple[int, int, int, int],  # batches, m, n, k
        numbers: tuple[int, ...],  # what the factors and `finish` need to know
        factors: tuple = (),  # numbers of the result's dtype for `finish`
    ) -> None:
        """Launch it: `finish(out, init, numbers, factors, batch, m, n, total)` writes each element."""
        batches, m, n, k = size
        kind = out.dtype if out.dtype.kind == "f" else np.dtype(np.int64)
        single = out.dtype == np.float32
        tile = LARGE if single and _count(LARGE, m, n) * batches >= processors() else SMALL
        tiles = _count(tile, m, n)
        pieces = 1
        if tiles * batches < processors():
            pieces = max(1, min(_MOST, 2 * processors() // (tiles * batches), k // _SHORTEST))
        step = _strips(_strips(k, pieces), tile.depth) * tile.depth
        pieces = max(1, _strips(k, step)) if step else 1
        multiply, add = _kernels(self._parts, tile, kind)
        sizes = (m, n, k, step, pieces, batches)
        if pieces == 1:
            multiply[(tiles, 1, batches), tile.threads](a, b, out, init, table, sizes, numbers, factors)
            return
        parts = empty((pieces, batches, m, n), kind)
        partial, _ = _kernels((*self._parts[:2], _keep_part), tile, kind)
        partial[(tiles, pieces, batches), tile.threads](a, b, parts, init, table, sizes, numbers, factors)
        add[blocks(batches * m * n), THREADS](parts, out, init, sizes, numbers, factors)


def _count(tile: Tile, m: int, n: int) -> int:
    return _strips(m, tile.rows) * _strips(n, tile.columns)


def _strips(size: int, length: int) -> int:
    return (size + length - 1) // length


@device
def _keep_part(out, init, numbers, factors, place, m, n, total):
    """The result of a piece; `place` is where its matrix begins."""
    out[place] = total


@cache
def _kernels(parts: tuple, tile: Tile, kind: np.dtype) -> tuple:
    """The kernel that multiplies, and the one that adds pieces and finishes them."""
    (place_a, load_a, a_along_k), (place_b, load_b, b_along_k), finish = parts
    ROWS, COLUMNS, DEPTH, HIGH, WIDE = tile
    COUNT = tile.threads
    ACROSS = COLUMNS // WIDE
    A_LOADS, B_LOADS = ROWS * DEPTH // COUNT, COLUMNS * DEPTH // COUNT
    SQUARE = (HIGH, WIDE)
    HALF_HIGH, HALF_WIDE = HIGH // 2, WIDE // 2
    STRIP_A, STRIP_B = (DEPTH, ROWS + 4), (DEPTH, COLUMNS + 4)  # 4: fewer threads write to one bank
    number = numba_type(kind).dtype
    zero = kind.type(0)
    keeps_parts = finish is _keep_part

    @kernel
    def multiply(a, b, out, init, table, sizes, numbers, factors):
        strip_a = cuda.shared.array(STRIP_A, number)
        strip_b = cuda.shared.array(STRIP_B, number)
        sums = cuda.local.array(SQUARE, number)
        row_of_a = cuda.local.array(HIGH, number)
        column_of_b = cuda.local.array(WIDE, number)
        m, n, k, step, pieces, batches = sizes
        batch, piece = cuda.blockIdx.z, cuda.blockIdx.y
        tiles_down = (m + ROWS - 1) // ROWS
        first_row = cuda.blockIdx.x % tiles_down * ROWS
        first_column = cuda.blockIdx.x // tiles_down * COLUMNS
        thread = cuda.threadIdx.x
        down, across = thread // ACROSS, thread % ACROSS
        for i in range(HIGH):
            for j in range(WIDE):
                sums[i, j] = zero
        # Along i a thread always reads for the same row or column, and asks for its place once.
        own_row, own_column = first_row + thread % ROWS, first_column + thread % COLUMNS
        at_row = place_a(numbers, table, batch, min(own_row, m - 1))
        at_column = place_b(numbers, table, batch, min(own_column, n - 1))
        end = min(k, (piece + 1) * step)
        for start in range(piece * step, end, DEPTH):
            for load in range(A_LOADS):
                if a_along_k:
                    i, p = thread // DEPTH + load * (COUNT // DEPTH), thread % DEPTH
                    at = place_a(numbers, table, batch, min(first_row + i, m - 1))
                else:
                    i, p = thread % ROWS, thread // ROWS + load * (COUNT // ROWS)
                    at = at_row
                inside = first_row + i < m and start + p < end
                strip_a[p, i] = load_a(a, numbers, table, at, start + p) if inside else zero
            for load in range(B_LOADS):
                if b_along_k:
                    j, p = thread // DEPTH + load * (COUNT // DEPTH), thread % DEPTH
                    at = place_b(numbers, table, batch, min(first_column + j, n - 1))
                else:
                    j, p = thread % COLUMNS, thread // COLUMNS + load * (COUNT // COLUMNS)
                    at = at_column
                inside = first_column + j < n and start + p < end
                strip_b[p, j] = load_b(b, numbers, table, at, start + p) if inside else zero
            cuda.syncthreads()
            for p in range(DEPTH):
                for i in range(HIGH):  # in two halves: neighbouring threads read neighbouring words
                    row_of_a[i] = strip_a[p, i // HALF_HIGH * (ROWS // 2) + down * HALF_HIGH + i % HALF_HIGH]
                for j in range(WIDE):
                    column_of_b[j] = strip_b[p, j // HALF_WIDE * (COLUMNS // 2) + across * HALF_WIDE + j % HALF_WIDE]
                for i in range(HIGH):
                    for j in range(WIDE):
                        sums[i, j] += row_of_a[i] * column_of_b[j]
            cuda.syncthreads()
        for i in range(HIGH):
            row = first_row + i // HALF_HIGH * (ROWS // 2) + down * HALF_HIGH + i % HALF_HIGH
            for j in range(WIDE):
                column = first_column + j // HALF_WIDE * (COLUMNS // 2) + across * HALF_WIDE + j % HALF_WIDE
                if row < m and column < n:
                    if keeps_parts:
                        place = ((piece * batches + batch) * m + row) * n + column
                        finish(out, init, numbers, factors, place, row, column, sums[i, j])
                    else:
                        finish(out, init, numbers, factors, batch, row, column, sums[i, j])

    @kernel
    def add(parts, out, init, sizes, numbers, factors):
        m, n, k, step, pieces, batches = sizes
        count = batches * m * n
        for place in range(cuda.grid(1), count, cuda.gridsize(1)):
            total = parts[place]
            for piece in range(1, pieces):
                total += parts[piece * count + place]
            finish(out, init, numbers, factors, place // (m * n), place // n % m, place % n, total)

    return multiply, add
