"""The inner loop of every matrix product and convolution. PyTorch: what it takes from MKL, OpenBLAS and oneDNN.

A product of two n x n matrices is n**3 multiplications on n**2 numbers, so arithmetic can be the limit, if each
number that is loaded is used many times. How such loops get there, from the inside out:

1. **Registers.** One core here starts two vector multiply-adds per cycle, each on 16 floats and ready after 4
   cycles, and two vector loads. A plain loop `c[i, j] += a[i, k] * b[k, j]` needs two loads and a store for each of
   them: a quarter of the speed at best. Instead a *tile* of the result stays in registers while k runs: 14 rows of
   2 vectors are 28 registers, 2 more hold a row of b, one an element of a: 31 of the 32. A step of k then loads 2
   vectors and 14 single elements (copied to all lanes by the load itself) for 28 multiply-adds: 8 cycles of loads
   hide behind 14 of arithmetic. And at least 8 sums (2 per cycle x 4 cycles) must be in flight: tiles of 4 rows or
   more have them. AVX2 has 16 registers of 8 floats: 6 rows of 2 vectors. NEON has 32 of 4.
   Measured on one core: 214 GFLOP/s, where 3.4 GHz x 64 makes 218; a plain loop, blocked by hand: 76.
2. **Caches.** The operands must arrive as fast: the 16 loads of a step hit the first-level cache only if what they
   read was packed together beforehand. `gemm.py` packs blocks of 256 steps: 256 x 32 floats of b are 32 KiB of the
   48 KiB there, and are used again by each tile of rows.
3. **Addresses instead of copies.** The element of a that row r needs in step k is `a[start + steps[k] + r]`. With a
   table of steps the same loop is a matrix product (steps of one packed row), a product with a transposed matrix
   (steps of its rows, no copy), or a convolution (a step for each channel and tap; rows are neighbouring pixels).
   Loading the step costs nothing: no arithmetic waits for it.
4. **The result.** Its cache lines are asked for before k runs, and are there when the tile is stored. In a training step
   most results go to memory that no cache holds: a convolution of 64 x 32 x 14 x 14 then took 1.79 ms, and 1.50 since.

The loop is written in LLVM's language, since the vectors and the registers must be certain: with `<16 x float>`
LLVM uses the full width and keeps 28 sums in registers. It is unrolled for each number of rows, so that an edge
costs its own arithmetic only; columns at the edge are masked. It is compiled once for all kernels (`_address.py`).
"""

from functools import lru_cache

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from minitorch.kernels.cpu._address import address, element_address
from minitorch.kernels.cpu._vectors import I64, REGISTERS, VECTOR_BYTES, Vectors

_VECTORS = 2  # side by side in a tile
ROWS = REGISTERS // _VECTORS - 2  # of a tile; the rest holds a row of b, and an element of a


def lanes(dtype: np.dtype) -> int:
    """How many elements a vector holds."""
    return VECTOR_BYTES // np.dtype(dtype).itemsize


def panel_width(dtype: np.dtype) -> int:
    """How many columns a tile has at most: what the columns of `b` are packed in."""
    return _VECTORS * lanes(dtype)


@lru_cache
def loops(dtype: np.dtype, by_rows: bool) -> tuple[int, int, int]:
    """Addresses of the loops for `multiply`, `transpose` and `copy`.

    By rows a tile is stored as out[r * pitch + j], else transposed: out[j * pitch + r].
    """
    tile = [int, int, int, dtype, np.dtype(np.int64), dtype, int, dtype, int, dtype, int]
    return (
        address(_rows if by_rows else _columns, *tile),
        address(_blocks, int, int, dtype, int, dtype, int),
        copier(dtype),
    )


def copier(dtype: np.dtype) -> int:
    """The address of the loop for `copy`."""
    return address(_copies, int, int, dtype, int, int, dtype, int)


def grid(tiles: int, panels: int, tasks: int) -> tuple[int, int]:
    """Into how many parts down and across a result is cut, to make so many tasks of nearly square shape."""
    down = across = 1
    while down * across < tasks and (down < tiles or across < panels):
        if down < tiles and (across == panels or tiles * across >= 2 * panels * down):  # a panel is 2 tiles wide
            down = min(tiles, 2 * down)
        else:
            across = min(panels, 2 * across)
    return down, across


@intrinsic
def multiply(
    typingctx, loop, rows, columns, depth, a, a_start, steps, first_step, b, b_start, b_pitch,
    init, start, pitch, out, to, to_pitch,
):  # fmt: skip
    """One tile: out[to + r * to_pitch + j] = init[start + r * pitch + j] + the sum over k < depth of
    a[a_start + steps[first_step + k] + r] * b[b_start + k * b_pitch + j].

    rows <= ROWS, columns <= panel_width; starts and pitches count elements of arrays or pointers. A row of b is
    read as whole vectors, whatever `columns` says. `init` may be `out`.
    """
    n = types.intp
    signature = types.void(n, n, n, n, a, n, steps, n, b, n, n, init, n, n, out, n, n)
    return signature, _jump(
        lambda at, given: [*given[1:4], at(4), at(6), at(8), given[10], at(11), given[13], at(14), given[16]]
    )


@intrinsic
def transpose(typingctx, loop, rows, columns, source, start, pitch, target, to, to_pitch):
    """target[to + c * to_pitch + r] = source[start + r * pitch + c]: 0.07 ns an element, 0.6 ns in a plain loop.

    Each row is another page, which no processor fetches ahead by itself: with a row's next but one block asked for, the
    weight gradient of 128 x 28 x 28 takes 0.93 of its time.
    """
    n = types.intp
    signature = types.void(n, n, n, source, n, n, target, n, n)
    return signature, _jump(lambda at, given: [*given[1:3], at(3), given[5], at(6), given[8]])


@intrinsic
def copy(typingctx, loop, rows, columns, source, start, pitch, step, target, to, to_pitch):
    """target[to + r * to_pitch + c] = source[start + r * pitch + c * step]; whole vectors for steps of 1 and 2."""
    n = types.intp
    signature = types.void(n, n, n, source, n, n, n, target, n, n)
    return signature, _jump(lambda at, given: [*given[1:3], at(3), *given[5:7], at(7), given[9]])


def _jump(choose):
    """Code that calls the loop whose address is the first argument."""

    def generate(context, builder, signature, given):
        def at(i):
            """The address in argument i, an array, that the next argument counts to."""
            return builder.gep(element_address(context, builder, signature.args[i], given[i]), [given[i + 1]])

        arguments = choose(at, given)
        loop = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        builder.call(builder.inttoptr(given[0], loop.as_pointer()), arguments)
        return context.get_dummy_value()

    return generate


def _rows(rows, columns, depth, a, steps, b, b_pitch, init, init_pitch, out, pitch):
    _tile_by_rows(rows, columns, depth, a, steps, b, b_pitch, init, init_pitch, out, pitch)


def _columns(rows, columns, depth, a, steps, b, b_pitch, init, init_pitch, out, pitch):
    _tile_by_columns(rows, columns, depth, a, steps, b, b_pitch, init, init_pitch, out, pitch)


def _blocks(rows, columns, source, pitch, target, target_pitch):
    _transpose_blocks(rows, columns, source, pitch, target, target_pitch)


def _copies(rows, columns, source, pitch, step, target, target_pitch):
    _copy_rows(rows, columns, source, pitch, step, target, target_pitch)


@intrinsic
def _tile_by_rows(typingctx, rows, columns, depth, a, steps, b, b_pitch, init, init_pitch, out, pitch):
    return _tile(a, steps, _store_rows, _fetch_rows)


@intrinsic
def _tile_by_columns(typingctx, rows, columns, depth, a, steps, b, b_pitch, init, init_pitch, out, pitch):
    return _tile(a, steps, _store_columns, _fetch_columns)


def _tile(a, steps, store, fetch):
    """The signature and the code of a tile: a switch over the number of rows and of vectors, each case unrolled."""
    n = types.intp

    def generate(context, builder, signature, arguments):
        rows, columns, depth, a, steps, b, b_pitch, init, init_pitch, out, out_pitch = arguments
        code = Vectors(builder, context, signature.args[3].dtype)
        end = builder.append_basic_block("end")
        vectors = builder.select(builder.icmp_signed("<=", columns, I64(code.lanes)), I64(1), I64(_VECTORS))
        switch = builder.switch(builder.add(builder.mul(rows, I64(_VECTORS)), vectors), end)
        for height in range(1, ROWS + 1):
            for width in (1, _VECTORS):
                case = builder.append_basic_block(f"tile_{height}x{width}")
                switch.add_case(I64(height * _VECTORS + width), case)
                builder.position_at_end(case)
                masks = [code.first(builder.sub(columns, I64(v * code.lanes))) for v in range(width)]
                lines = [code.at(init, builder.mul(init_pitch, I64(r))) for r in range(height)]
                tile = [
                    [code.load(code.at(line, I64(v * code.lanes)), masks[v]) for v in range(width)] for line in lines
                ]
                fetch(code, tile, out, out_pitch)
                tile = _accumulate(code, tile, depth, a, steps, b, b_pitch)
                store(code, tile, out, out_pitch, columns, masks)
                builder.branch(end)
        builder.position_at_end(end)
        return context.get_dummy_value()

    return types.void(n, n, n, a, steps, a, n, a, n, a, n), generate


def _accumulate(code, tile, depth, a, steps, b, b_pitch):
    """The loop itself. `tile` holds the sums to start from; the sums at the end are returned."""
    builder = code.builder
    before = builder.block
    head, body, done = (builder.append_basic_block(name) for name in ("head", "body", "done"))
    builder.branch(head)

    builder.position_at_end(head)
    k, row = builder.phi(I64), builder.phi(b.type)
    k.add_incoming(I64(0), before)
    row.add_incoming(b, before)
    sums = [[builder.phi(code.vector) for _ in start] for start in tile]
    for sum_row, start_row in zip(sums, tile):
        for total, start in zip(sum_row, start_row):
            total.add_incoming(start, before)
    builder.cbranch(builder.icmp_signed("<", k, depth), body, done)

    builder.position_at_end(body)
    column = code.at(a, builder.load(code.at(steps, k)))
    right = [code.load(code.at(row, I64(v * code.lanes))) for v in range(len(tile[0]))]
    for r, sum_row in enumerate(sums):
        left = code.splat(builder.load(code.at(column, I64(r))))
        for factor, total in zip(right, sum_row):
            total.add_incoming(code.multiply_add(left, factor, total), body)
    k.add_incoming(builder.add(k, I64(1)), body)
    row.add_incoming(code.at(row, b_pitch), body)
    builder.branch(head)

    builder.position_at_end(done)
    return sums


def _fetch_rows(code, tile, out, pitch):
    for r, row in enumerate(tile):
        target = code.at(out, code.builder.mul(pitch, I64(r)))
        for v in range(len(row)):
            code.prefetch(code.at(target, I64(v * code.lanes)))


def _fetch_columns(code, tile, out, pitch):
    for column in range(len(tile[0]) * code.lanes):
        target = code.at(out, code.builder.mul(pitch, I64(column)))
        code.prefetch(target)
        code.prefetch(code.at(target, I64(len(tile) - 1)))


def _store_rows(code, tile, out, pitch, columns, masks):
    for r, row in enumerate(tile):
        target = code.at(out, code.builder.mul(pitch, I64(r)))
        for v, value in enumerate(row):
            code.store(value, code.at(target, I64(v * code.lanes)), masks[v])


def _store_columns(code, tile, out, pitch, columns, masks):
    for first in range(0, len(tile), code.lanes):
        rows = tile[first : first + code.lanes]
        for v in range(len(rows[0])):
            target = code.at(out, code.builder.add(code.builder.mul(pitch, I64(v * code.lanes)), I64(first)))
            left = code.builder.sub(columns, I64(v * code.lanes))
            block = code.transposed([row[v] for row in rows])
            code.store_block(block, target, pitch, left, code.first(I64(len(rows))))


@intrinsic
def _transpose_blocks(typingctx, rows, columns, source, pitch, target, target_pitch):
    n = types.intp

    def generate(context, builder, signature, arguments):
        rows, columns, source, pitch, target, target_pitch = arguments
        code = Vectors(builder, context, signature.args[2].dtype)
        lanes, none = I64(code.lanes), code.first(I64(0))
        with cgutils.for_range_slice(builder, I64(0), rows, lanes, I64) as (row, _):
            left = builder.sub(rows, row)
            with cgutils.for_range_slice(builder, I64(0), columns, lanes, I64) as (column, _):
                here = code.at(source, builder.add(builder.mul(row, pitch), column))
                there = code.at(target, builder.add(builder.mul(column, target_pitch), row))
                across = builder.sub(columns, column)
                wide, block = code.first(across), []
                for r in range(code.lanes):
                    # Behind the last row the address is the first row's: where a page is missing, even a load without
                    # a lane takes 0.2 us.
                    present = builder.icmp_signed("<", I64(r), left)
                    line = code.at(here, builder.select(present, builder.mul(pitch, I64(r)), I64(0)))
                    code.prefetch(code.at(line, I64(2 * code.lanes)), write=False)
                    block.append(code.load(line, builder.select(present, wide, none)))
                code.store_block(code.transposed(block), there, target_pitch, across, code.first(left))
        return context.get_dummy_value()

    return types.void(n, n, source, n, target, n), generate


@intrinsic
def _copy_rows(typingctx, rows, columns, source, pitch, step, target, target_pitch):
    n = types.intp

    def generate(context, builder, signature, arguments):
        rows, columns, source, pitch, step, target, target_pitch = arguments
        code = Vectors(builder, context, signature.args[2].dtype)
        with cgutils.for_range(builder, rows) as row:
            here = code.at(source, builder.mul(row.index, pitch))
            there = code.at(target, builder.mul(row.index, target_pitch))
            with cgutils.for_range_slice(builder, I64(0), columns, I64(code.lanes), I64) as (i, _):
                left = builder.sub(columns, i)
                value = code.load_every(code.at(here, builder.mul(i, step)), step, I64(0), left)
                code.store(value, code.at(there, i), code.first(left))
        return context.get_dummy_value()

    return types.void(n, n, source, n, n, target, n), generate
