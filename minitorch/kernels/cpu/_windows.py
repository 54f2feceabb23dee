"""One row of windows of an image, in vectors. PyTorch: none; its loops in MaxPoolKernel.cpp go window by window.

A loop over windows with an inner loop over a window is slow: four elements are no work for vectors. So neighbouring
windows are the lanes of a vector. For each place in the window (a tap) one load brings what all of them see there,
and the best or the sum so far stays in registers. With a stride of 2, two loads and a shuffle make a vector.
Max pooling of 64 x 32 x 28 x 28 by 2 x 2 took 1,080 us tap by tap over longer rows in memory, and takes 180 so.
"""

from contextlib import contextmanager

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from minitorch.kernels.cpu._vectors import I64, Vectors


@intrinsic
def largest_of_windows(typingctx, columns, taps, first, last, source, start, step, lowest, best, choices, to, end):
    """best[to + x] = the largest of source[start + x * step + distance] over the taps first <= t < last, NaN wins;
    choices[to + x] = its tap. For x < columns.

    `taps` has three numbers for each tap: its distance, and from which x to before which it meets no padding. Where
    a window has nothing but padding, its largest is `lowest` and its tap 0.
    """
    n = types.intp

    def generate(context, builder, signature, arguments):
        columns, taps, first, last, source, start, step, lowest, best, choices, to, end = arguments
        code = Vectors(builder, context, signature.args[4].dtype)
        bits = ir.IntType(signature.args[9].dtype.bitwidth)
        numbers = ir.VectorType(bits, code.lanes)
        largest, number, started = (
            cgutils.alloca_once(builder, kind)
            for kind in (code.vector, numbers, ir.VectorType(ir.IntType(1), code.lanes))
        )
        with _windows(code, columns) as x:
            builder.store(code.splat(lowest), largest)
            builder.store(ir.Constant(numbers, None), number)
            builder.store(code.first(I64(0)), started)
            with cgutils.for_range_slice(builder, first, last, I64(1), I64) as (tap, _):
                new, present = _seen(code, taps, tap, source, start, step, x)
                old, begun = builder.load(largest), builder.load(started)
                better = builder.or_(code.greater_or_nan(new, old), builder.not_(begun))
                better = builder.and_(better, present)
                builder.store(builder.select(better, new, old), largest)
                here = code.splat(builder.trunc(tap, bits))
                builder.store(builder.select(better, here, builder.load(number)), number)
                builder.store(builder.or_(begun, present), started)
            left, place = builder.sub(columns, x), builder.add(to, x)
            room = builder.sub(end, place)
            code.store_over(builder.load(largest), code.at(best, place), left, room)
            code.store_over(builder.load(number), code.at(choices, place), left, room)
        return context.get_dummy_value()

    return types.void(n, taps, n, n, source, n, n, source.dtype, best, choices, n, n), generate


@intrinsic
def largest_of_pairs(typingctx, columns, rows, source, start, pitch, best, choices, to, end):
    """`largest_of_windows` for windows of two columns that are side by side, all of them inside the plane.

    Half the loads and none of the masks: two thirds of the time.
    """
    n = types.intp

    def generate(context, builder, signature, arguments):
        columns, rows, source, start, pitch, best, choices, to, end = arguments
        code = Vectors(builder, context, signature.args[2].dtype)
        bits = ir.IntType(signature.args[6].dtype.bitwidth)
        numbers = ir.VectorType(bits, code.lanes)
        largest, number = cgutils.alloca_once(builder, code.vector), cgutils.alloca_once(builder, numbers)
        with _windows(code, columns) as x:
            left = builder.sub(columns, x)
            place, width = builder.add(start, builder.mul(x, I64(2))), builder.mul(left, I64(2))
            masks = [code.first(width), code.first(builder.sub(width, I64(code.lanes)))]
            builder.store(ir.Constant(code.vector, None), largest)
            builder.store(ir.Constant(numbers, None), number)
            with cgutils.for_range_slice(builder, I64(0), rows, I64(1), I64) as (y, _):
                line = code.at(source, builder.add(place, builder.mul(y, pitch)))
                parts = [code.at(line, I64(i * code.lanes)) for i in range(2)]
                for part in parts:
                    _ask_ahead(code, part, write=False)
                halves = [code.load(part, mask) for part, mask in zip(parts, masks)]
                old, old_number = builder.load(largest), builder.load(number)
                for i in range(2):
                    new = code.shuffle(*halves, range(i, 2 * code.lanes, 2))
                    better = code.greater_or_nan(new, old)
                    if i == 0:
                        better = builder.or_(better, code.splat(builder.icmp_signed("==", y, I64(0))))
                    old = builder.select(better, new, old)
                    here = code.splat(builder.trunc(builder.add(builder.mul(y, I64(2)), I64(i)), bits))
                    old_number = builder.select(better, here, old_number)
                builder.store(old, largest)
                builder.store(old_number, number)
            place = builder.add(to, x)
            room = builder.sub(end, place)
            code.store_over(builder.load(largest), code.at(best, place), left, room)
            code.store_over(builder.load(number), code.at(choices, place), left, room)
        return context.get_dummy_value()

    return types.void(n, n, source, n, n, best, choices, n, n), generate


@intrinsic
def sum_of_windows(typingctx, columns, taps, first, last, source, start, step, total, to, end):
    """total[to + x] = the sum of source[start + x * step + distance] over the taps first <= t < last, in order."""
    n = types.intp

    def generate(context, builder, signature, arguments):
        columns, taps, first, last, source, start, step, total, to, end = arguments
        code = Vectors(builder, context, signature.args[4].dtype)
        sums = cgutils.alloca_once(builder, code.vector)
        with _windows(code, columns) as x:
            builder.store(ir.Constant(code.vector, None), sums)
            with cgutils.for_range_slice(builder, first, last, I64(1), I64) as (tap, _):
                new, _ = _seen(code, taps, tap, source, start, step, x)  # padding is 0
                builder.store(code.add(builder.load(sums), new), sums)
            place = builder.add(to, x)
            code.store_over(
                builder.load(sums), code.at(total, place), builder.sub(columns, x), builder.sub(end, place)
            )  # fmt: skip
        return context.get_dummy_value()

    return types.void(n, taps, n, n, source, n, n, total, n, n), generate


@intrinsic
def spread_pairs(typingctx, columns, tap, grad, choices, start, result, to, width, end):
    """result[to + 2 * x + i] = grad[start + x] where choices[start + x] == tap + i, else 0. For x < columns and i < 2,
    as far as 2 * x + i < width.

    The gradient of two neighbouring elements, of windows that are side by side.
    """
    n = types.intp

    def generate(context, builder, signature, arguments):
        columns, tap, grad, choices, start, result, to, width, end = arguments
        code = Vectors(builder, context, signature.args[2].dtype)
        zero, n, bits = ir.Constant(code.vector, None), code.lanes, ir.IntType(signature.args[3].dtype.bitwidth)
        with _windows(code, columns) as x:
            place, mask = builder.add(start, x), code.first(builder.sub(columns, x))
            _ask_ahead(code, code.at(grad, place), write=False)
            _ask_ahead(code, code.at(choices, place), write=False)
            arrived = code.load(code.at(grad, place), mask)
            chosen = code.load(code.at(choices, place), mask, bits)
            even, odd = (
                builder.select(
                    builder.icmp_signed("==", chosen, code.splat(builder.trunc(builder.add(tap, I64(i)), bits))),
                    arrived, zero,
                )
                for i in range(2)
            )  # fmt: skip
            x2 = builder.mul(x, I64(2))
            for half in range(2):
                lanes = [(half * n + lane) // 2 + lane % 2 * n for lane in range(n)]
                at = builder.add(x2, I64(half * n))
                place = builder.add(to, at)
                value = code.shuffle(even, odd, lanes)
                _ask_ahead(code, code.at(result, place), write=True)
                code.store_over(value, code.at(result, place), builder.sub(width, at), builder.sub(end, place))
        return context.get_dummy_value()

    return types.void(n, n, grad, choices, n, result, n, n, n), generate


def _ask_ahead(code, pointer, write):
    """Have what is reached 64 vectors later fetched: the processor does not do it by itself for loads with masks.

    Max pooling of 512 x 32 x 28 x 28 out of memory took 6.2 ms, and takes 1.7; its gradient 2.5 and 2.0.
    """
    code.prefetch(code.at(pointer, I64(64 * code.lanes)), write)


@contextmanager
def _windows(code, columns):
    """A loop over the windows of a row, `lanes` at a time."""
    with cgutils.for_range_slice(code.builder, I64(0), columns, I64(code.lanes), I64) as (x, _):
        yield x


def _seen(code, taps, tap, source, start, step, x):
    """What a tap sees from the windows x, x + 1, ..., 0 for padding; and which of them are not padding."""
    builder = code.builder
    row = code.at(taps, builder.mul(tap, I64(3)))
    distance, begin, end = (builder.load(code.at(row, I64(i))) for i in range(3))
    begin, end = builder.sub(begin, x), builder.sub(end, x)
    here = code.at(source, builder.add(builder.add(start, distance), builder.mul(x, step)))
    _ask_ahead(code, here, write=False)
    _ask_ahead(code, code.at(here, builder.mul(builder.sub(step, I64(1)), I64(code.lanes))), write=False)
    return code.load_every(here, step, begin, end), code.between(begin, end)
