"""Reading and writing at computed places. PyTorch: aten/src/ATen/native/cpu/{Index,ScatterGather}Kernel.cpp.

All of indexing is one shape of loop: a table says where in memory each run of neighbouring elements begins,
so that any strides and any kind of index compile to the same code. Indices are checked, and none is negative.
"""

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty

Indices = tuple[np.ndarray | None, ...]

# Values are moved, not read: one loop per element size serves all dtypes.
_BITS = {1: np.uint8, 2: np.int16, 4: np.int32, 8: np.int64}
_MOVE_GRAIN = 8 * GRAIN  # elements below which one thread copies: 0.1 ms, as long as waking others may take
_COLUMNS = 64  # neighbouring elements that one thread adds up: a cache line or more, so that none is shared


def index(array: np.ndarray, indices: Indices, order: tuple[int, ...] | None = None) -> np.ndarray:
    """The elements `array[indices]`. PyTorch: index_kernel.

    One entry per leading dimension: None for all of it, or int64 indices; these are side by side and
    broadcast. `order`: the dimensions of the result as they lie in memory, outermost first, where that is
    not row by row.
    """
    shape = index_shape(array.shape, indices)
    if order is None:
        result = line = empty(shape, array.dtype)
    else:
        line = empty(tuple([shape[axis] for axis in order]), array.dtype)
        result = line.transpose(sorted(range(len(order)), key=order.__getitem__))
    if result.size == 0:
        return result
    starts, run = _places(array, indices, order)
    source, out = _bits(_memory(array)), _bits(line.reshape(-1))
    if out.size <= _MOVE_GRAIN:
        _read(out, source, starts, run, 0, starts.size)
    else:
        _read_parallel(out, source, starts, run, max(1, _MOVE_GRAIN // (4 * run)))
    return result


def index_put(array: np.ndarray, indices: Indices, values: np.ndarray) -> None:
    """`array[indices] = values`; values broadcast. Of equal indices the last wins.

    PyTorch: index_put_kernel.
    """
    shape = index_shape(array.shape, indices)
    if 0 in shape:
        return
    starts, run = _places(array, indices, None)
    values = np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1)
    _write(_bits(_memory(array)), starts, run, _bits(values))


def index_add(array: np.ndarray, indices: Indices, values: np.ndarray) -> None:
    """Add values to `array[indices]`, equal indices collecting several. PyTorch: index_put_, accumulate.

    Each element takes its terms in the order of the indices, for any number of threads. For bool, + is "or".
    """
    shape = index_shape(array.shape, indices)
    if 0 in shape:
        return
    starts, run = _places(array, indices, None)
    values = np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1)
    target = _memory(array)
    if array.dtype.kind == "b":
        places = (starts[:, None] + np.arange(run)).reshape(-1)[values]
        _write(_bits(target), places, 1, np.ones(places.size, np.uint8))
    elif values.size > GRAIN and run >= 2 * _COLUMNS and array.flags.c_contiguous:
        _add_parallel(target, starts, run, values)
    else:
        _add(target, starts, run, values, 0, run)


def index_reduce(array: np.ndarray, indices: Indices, values: np.ndarray, reduce: str) -> None:
    """Combine `array[indices]` with values: "prod", "amax" or "amin". NaN wins. PyTorch: scatter_reduce_two.

    Each element takes its terms in the order of the indices.
    """
    shape = index_shape(array.shape, indices)
    if 0 in shape:
        return
    starts, run = _places(array, indices, None)
    places = (starts[:, None] + np.arange(run)).reshape(-1)
    combine = {"prod": np.multiply, "amax": np.maximum, "amin": np.minimum}[reduce]
    combine.at(_memory(array), places, np.broadcast_to(values, shape).reshape(-1))


def masked_fill(array: np.ndarray, mask: np.ndarray, value: np.ndarray) -> None:
    """Write one value where the mask, broadcast, is True. PyTorch: masked_fill_kernel."""
    np.copyto(array, value, where=mask)


def nonzero(array: np.ndarray) -> np.ndarray:
    """The indices of the elements that are not zero, one row per dimension. PyTorch: nonzero_out_cpu."""
    if array.ndim == 0:
        return np.zeros((0, int(array != 0)), np.int64)
    rows = np.nonzero(array)
    result = empty((array.ndim, rows[0].size), np.dtype(np.int64))
    for row, indices in zip(result, rows):
        row[:] = indices
    return result


def index_shape(shape: tuple[int, ...], indices: Indices) -> tuple[int, ...]:
    """The shape of `array[indices]`."""
    shapes = [each.shape for each in indices if each is not None]
    before, after = len(indices) - len(shapes), len(indices)
    block = shapes[0] if len(shapes) == 1 else np.broadcast_shapes(*shapes)
    return (*shape[:before], *block, *shape[after:])


def _places(array: np.ndarray, indices: Indices, order: tuple[int, ...] | None) -> tuple[np.ndarray, int]:
    """Where each run of the result begins, in elements from the array's first, and how long the runs are."""
    itemsize = array.itemsize
    block: np.ndarray | int = 0  # the indexed dimensions together
    before = after = 0
    steps: list[int | None] = []  # per dimension of the result: its stride, None inside the block
    for axis, each in enumerate(indices):
        if each is not None:
            block = block + each * (array.strides[axis] // itemsize)
            after = axis + 1
        elif after == 0:
            before += 1
    steps += [step // itemsize for step in array.strides[:before]]
    steps += [None] * block.ndim
    steps += [step // itemsize for step in array.strides[after:]]
    sizes = (*array.shape[:before], *block.shape, *array.shape[after:])
    order = tuple(range(len(sizes))) if order is None else order

    run, outer = 1, len(order)
    while outer and (sizes[order[outer - 1]] == 1 or steps[order[outer - 1]] == run):
        run *= sizes[order[outer - 1]]
        outer -= 1
    inner = set(order[outer:])

    starts = block.reshape((1,) * before + block.shape + (1,) * (len(sizes) - before - block.ndim))
    for axis, (size, step) in enumerate(zip(sizes, steps)):
        if step is not None and size > 1 and axis not in inner:
            starts = starts + (np.arange(size) * step).reshape((-1,) + (1,) * (len(sizes) - axis - 1))
    return np.ascontiguousarray(starts.transpose(order)).reshape(-1), run


def _memory(array: np.ndarray) -> np.ndarray:
    """The memory from the array's first element to its last, as one dimension."""
    if array.flags.c_contiguous:
        return array.reshape(-1)
    reach = 1 + sum((size - 1) * (step // array.itemsize) for size, step in zip(array.shape, array.strides))
    return np.lib.stride_tricks.as_strided(array, (reach,), (array.itemsize,))


def _bits(line: np.ndarray) -> np.ndarray:
    return line.view(_BITS[line.itemsize])


# A run is a slice, and its elements are counted from zero: only then does LLVM copy and add vectors (see _loops.py).


@serial
def _read(out, source, starts, run, begin, end):
    for i in range(begin, end):
        to, run_at_place = out[i * run : (i + 1) * run], source[starts[i] : starts[i] + run]
        for j in range(run):
            to[j] = run_at_place[j]


@parallel
def _read_parallel(out, source, starts, run, rows):
    for chunk in prange((starts.size + rows - 1) // rows):
        _read(out, source, starts, run, chunk * rows, min(starts.size, (chunk + 1) * rows))


@serial
def _write(target, starts, run, values):
    for i in range(starts.size):
        to, given = target[starts[i] : starts[i] + run], values[i * run : (i + 1) * run]
        for j in range(run):
            to[j] = given[j]


@serial
def _add(target, starts, run, values, first, last):
    for i in range(starts.size):
        to, given = target[starts[i] + first : starts[i] + last], values[i * run + first : i * run + last]
        for j in range(last - first):
            to[j] += given[j]


@parallel
def _add_parallel(target, starts, run, values):
    for chunk in prange((run + _COLUMNS - 1) // _COLUMNS):
        _add(target, starts, run, values, chunk * _COLUMNS, min(run, (chunk + 1) * _COLUMNS))
