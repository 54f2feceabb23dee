"""The loops under every pointwise kernel, and the layouts they see. PyTorch: aten/src/ATen/native/cuda/Loops.cuh, detail/OffsetCalculator.cuh.

A place in several dimensions is found by division; what is next to each other in every operand is one dimension.
"""

import functools

import numpy as np

from minitorch.kernels.cuda._compile import device
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray, is_row_major
from minitorch.kernels.layout import memory_order


def merged(out: DeviceArray, arrays: list) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Sizes, and the strides (in elements) of `out` and every array, in the memory order of `out`.

    Neighbouring dimensions are one where every operand's strides allow it: two layouts alike become one line. A program
    meets the same layouts in every step: they are found again in 1 us, and computed in 30.
    """
    return _merged(tuple([(each.shape, each.strides, each.itemsize) for each in (out, *arrays)]))


@functools.lru_cache(maxsize=4096)
def _merged(operands: tuple[tuple[tuple[int, ...], tuple[int, ...], int], ...]) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    shape = operands[0][0]
    strides = [_broadcast(own, step, shape) for own, step, _ in operands]
    sizes: list[int] = []
    steps: list[list[int]] = [[] for _ in strides]
    for axis in memory_order(shape, [operands[0][1]]):
        size = shape[axis]
        if size == 1:
            continue
        if sizes and all(line[-1] == each[axis] * size for line, each in zip(steps, strides)):
            sizes[-1] *= size
            for line, each in zip(steps, strides):
                line[-1] = each[axis]
        else:
            sizes.append(size)
            for line, each in zip(steps, strides):
                line.append(each[axis])
    return tuple(sizes), tuple([tuple([step // itemsize for step in line]) for line, (_, _, itemsize) in zip(steps, operands)])


@functools.lru_cache(maxsize=4096)
def padded(
    sizes: tuple[int, ...], steps: tuple[tuple[int, ...], ...]
) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Made up to 4, 8, 16, ... dimensions: a kernel is compiled for each number of them."""
    missing = max(4, 1 << (len(sizes) - 1).bit_length() if sizes else 0) - len(sizes)
    return (1,) * missing + sizes, tuple([(0,) * missing + each for each in steps])


def result_layout(arrays: list[DeviceArray]) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """How the result of these lies, as PyTorch has it: its sizes, outermost in memory first, and the places of its dimensions there.

    No places where the dimensions lie in order; no sizes where it is laid out like the arrays, all alike and without gaps.
    """
    return _result_layout(tuple([(each.shape, each.strides, each.itemsize) for each in arrays]))


@functools.lru_cache(maxsize=4096)
def _result_layout(
    operands: tuple[tuple[tuple[int, ...], tuple[int, ...], int], ...],
) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    shape = np.broadcast_shapes(*[own for own, _, _ in operands])
    tensors = [each for each in operands if each[0]] or operands[:1]  # numbers have no layout
    first, strides, itemsize = tensors[0]
    if all(own == shape and step == strides for own, step, _ in tensors) and not is_row_major(first, strides, itemsize):
        order = memory_order(first, [strides])
        if is_row_major([first[axis] for axis in order], [strides[axis] for axis in order], itemsize):
            return None, None
    order = memory_order(shape, [_broadcast(own, step, shape) for own, step, _ in tensors])
    places = tuple([order.index(axis) for axis in range(len(order))])
    return tuple([shape[axis] for axis in order]), None if places == tuple(range(len(order))) else places


def expanded(array: DeviceArray, shape: tuple[int, ...]) -> DeviceArray:
    """The array broadcast to a shape."""
    return array.window(shape, broadcast_strides(array, shape))


def broadcast_strides(array: DeviceArray, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides in bytes of the array broadcast to a shape."""
    return _broadcast(array.shape, array.strides, shape)


def _broadcast(own: tuple[int, ...], strides: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    missing = len(shape) - len(own)
    return (0,) * missing + tuple([0 if have == 1 and want != 1 else step for have, want, step in zip(own, shape[missing:], strides)])


@device
def offset(i, sizes, steps):
    """Where element i, counted row by row, lies in an operand. The compiler divides once for all operands."""
    place = 0
    for back in range(len(sizes)):
        axis = len(sizes) - 1 - back
        place += i % sizes[axis] * steps[axis]
        i = i // sizes[axis]
    return place


def _flat_1(f):
    def flat(out, a, count, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[i] = f(a[i], *scalars)

    return flat


def _flat_2(f):
    def flat(out, a, b, count, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[i] = f(a[i], b[i], *scalars)

    return flat


def _flat_3(f):
    def flat(out, a, b, c, count, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[i] = f(a[i], b[i], c[i], *scalars)

    return flat


def flat_of_number(f):
    def flat(out, b, count, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[i] = f(scalars[0], b[i], *scalars[1:])

    return flat


def _rows_1(f):
    def rows(out, a, count, sizes, out_steps, a_steps, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[offset(i, sizes, out_steps)] = f(a[offset(i, sizes, a_steps)], *scalars)

    return rows


def _rows_2(f):
    def rows(out, a, b, count, sizes, out_steps, a_steps, b_steps, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[offset(i, sizes, out_steps)] = f(a[offset(i, sizes, a_steps)], b[offset(i, sizes, b_steps)], *scalars)

    return rows


def _rows_3(f):
    def rows(out, a, b, c, count, sizes, out_steps, a_steps, b_steps, c_steps, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[offset(i, sizes, out_steps)] = f(
                a[offset(i, sizes, a_steps)], b[offset(i, sizes, b_steps)], c[offset(i, sizes, c_steps)], *scalars
            )

    return rows


def rows_of_number(f):
    def rows(out, b, count, sizes, out_steps, b_steps, scalars):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            out[offset(i, sizes, out_steps)] = f(scalars[0], b[offset(i, sizes, b_steps)], *scalars[1:])

    return rows


FLAT = {1: _flat_1, 2: _flat_2, 3: _flat_3}
ROWS = {1: _rows_1, 2: _rows_2, 3: _rows_3}
