"""Reading and writing at computed places. PyTorch: aten/src/ATen/native/cuda/{Indexing,IndexKernel,ScatterGatherKernel,Nonzero}.cu.

As on the CPU, a table says where in memory each run of neighbouring elements begins. Where several values go to one
place they are put into order first, by a stable sort of the table: a thread takes all values of one element, in the
order of the indices. So every run gives the same bits, and the CPU's. Indices are checked, and none is negative.
"""

import numpy as np

from minitorch.kernels import formulas
from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._loops import expanded, merged, offset, padded
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty, from_host, zeros
from minitorch.kernels.cuda.pointwise import cast, contiguous, copy_into
from minitorch.kernels.cuda.scan import cumsum
from minitorch.kernels.cuda.sort import counted, sorted_rows

# One entry per leading dimension: None for all of it, or int64 indices; NumPy arrays, as of a count, are small.
Indices = tuple[DeviceArray | np.ndarray | None, ...]

# Values are moved, not read: one loop per element size serves all dtypes.
_BITS = {1: np.uint8, 2: np.int16, 4: np.int32, 8: np.int64}
_INT64 = np.dtype(np.int64)


def index(array: DeviceArray, indices: Indices, order: tuple[int, ...] | None = None) -> DeviceArray:
    """The elements `array[indices]`. PyTorch: index_kernel.

    `order`: the dimensions of the result as they lie in memory, outermost first, where that is not row by row.
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
    _read[blocks(result.size), THREADS](_bits(line), _bits(array), starts, run, result.size)
    return result


@kernel
def _read(out, source, starts, run, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[i] = source[starts[i // run] + i % run]


def index_put(array: DeviceArray, indices: Indices, values: DeviceArray) -> None:
    """`array[indices] = values`; values broadcast. Of equal indices the last wins.

    PyTorch: index_put_kernel.
    """
    shape = index_shape(array.shape, indices)
    if 0 in shape:
        return
    starts, run = _places(array, indices, None)
    values = _given(values, array.dtype)
    if values.size == 1:  # who is last does not matter
        _write_one[blocks(starts.size * run), THREADS](_bits(array), starts, run, starts.size * run, _bits(values))
        return
    places, order = _in_order(starts)
    values = _bits(_line(values, shape))
    _write_last[blocks(values.size), THREADS](_bits(array), places, order, run, values.size, starts.size, values)


@kernel
def _write_one(target, starts, run, count, value):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        target[starts[i // run] + i % run] = value[0]


@kernel
def _write_last(target, places, order, run, count, entries, values):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        entry = i // run
        if entry == entries - 1 or places[entry + 1] != places[entry]:
            target[places[entry] + i % run] = values[order[entry] * run + i % run]


def index_add(array: DeviceArray, indices: Indices, values: DeviceArray) -> None:
    """Add values to `array[indices]`, equal indices collecting several. PyTorch: index_put_, accumulate.

    Each element takes its terms in the order of the indices. For bool, + is "or".
    """
    _collect(array, indices, values, _add if array.dtype.kind != "b" else _largest)


def index_reduce(array: DeviceArray, indices: Indices, values: DeviceArray, reduce: str) -> None:
    """Combine `array[indices]` with values: "prod", "amax" or "amin". NaN wins. PyTorch: scatter_reduce_two.

    Each element takes its terms in the order of the indices.
    """
    if array.dtype.kind == "b" and reduce == "prod":
        reduce = "amin"  # "and"
    _collect(array, indices, values, {"prod": _multiply, "amax": _largest, "amin": _smallest}[reduce])


def _collect(array: DeviceArray, indices: Indices, values: DeviceArray, loop) -> None:
    shape = index_shape(array.shape, indices)
    if 0 in shape:
        return
    if array.dtype.char == "e":  # computed in float32, and rounded once
        wide = cast(array, np.dtype(np.float32))
        _collect(wide, indices, values, loop)
        copy_into(array, wide)
        return
    starts, run = _places(array, indices, None)
    places, order = _in_order(starts)
    values = _line(_given(values, array.dtype), shape)
    if array.dtype.kind == "b":
        array, values = array.view(np.uint8), values.view(np.uint8)
    loop[blocks(values.size), THREADS](array, places, order, run, values.size, starts.size, values)


def _collecting(combine):
    combine = device(combine)

    def collect(target, places, order, run, count, entries, values):
        for i in range(cuda.grid(1), count, cuda.gridsize(1)):
            entry, column = i // run, i % run
            place = places[entry]
            if entry == 0 or places[entry - 1] != place:  # this thread takes all that go there
                total = target[place + column]
                while entry < entries and places[entry] == place:
                    total = combine(total, values[order[entry] * run + column])
                    entry += 1
                target[place + column] = total

    return collect


def _sum_of_two(a, b):
    return a + b


def _product_of_two(a, b):
    return a * b


_add, _multiply = kernel(_collecting(_sum_of_two)), kernel(_collecting(_product_of_two))
_largest, _smallest = kernel(_collecting(formulas.maximum)), kernel(_collecting(formulas.minimum))


def masked_fill(array: DeviceArray, mask: DeviceArray, value: DeviceArray) -> None:
    """Write one value where the mask, broadcast, is True. PyTorch: masked_fill_kernel."""
    if array.size == 0:
        return
    value = _given(value, array.dtype)
    sizes, (array_steps, mask_steps) = padded(*merged(array, [expanded(mask, array.shape)]))
    _fill_masked[blocks(array.size), THREADS](_bits(array), mask, _bits(value), array.size, sizes, array_steps, mask_steps)


@kernel
def _fill_masked(array, mask, value, count, sizes, array_steps, mask_steps):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        if mask[offset(i, sizes, mask_steps)]:
            array[offset(i, sizes, array_steps)] = value[0]


def nonzero(array: DeviceArray) -> DeviceArray:
    """The indices of the elements that are not zero, one row per dimension. PyTorch: nonzero_out_cuda_impl.

    Waits for the GPU: how many there are decides the shape.
    """
    if array.ndim == 0:
        return zeros((0, int(array.item() != 0)), _INT64)
    array = array if array.flags.c_contiguous else contiguous(array)
    if array.dtype.char == "e":
        array = cast(array, np.dtype(np.float32))
    count = array.size
    if count == 0:
        return empty((array.ndim, 0), _INT64)
    marks = empty((count,), _INT64)
    _mark[blocks(count), THREADS](array, marks, count)
    ranks = cumsum(marks, 0)
    result = empty((array.ndim, counted(ranks[count - 1])), _INT64)
    inner = count
    for row, size in zip(range(array.ndim), array.shape):
        inner //= size
        _list[blocks(count), THREADS](marks, ranks, result[row], count, inner, size)
    return result


@kernel
def _mark(array, marks, count):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        marks[i] = 1 if array[i] != 0 else 0


@kernel
def _list(marks, ranks, out, count, inner, size):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        if marks[i] == 1:
            out[ranks[i] - 1] = i // inner % size


def index_shape(shape: tuple[int, ...], indices: Indices) -> tuple[int, ...]:
    """The shape of `array[indices]`."""
    shapes = [each.shape for each in indices if each is not None]
    before, after = len(indices) - len(shapes), len(indices)
    block = shapes[0] if len(shapes) == 1 else np.broadcast_shapes(*shapes)
    return (*shape[:before], *block, *shape[after:])


def _places(array: DeviceArray, indices: Indices, order: tuple[int, ...] | None) -> tuple[DeviceArray, int]:
    """Where each run of the result begins, in elements from the array's first, and how long the runs are."""
    given = [(axis, each) for axis, each in enumerate(indices) if each is not None]
    before, after = len(indices) - len(given), len(indices)
    sizes = index_shape(array.shape, indices)
    block = sizes[before : len(sizes) - array.ndim + after]
    rest = len(sizes) - before - len(block)
    steps = (*array.steps[:before], *(0,) * len(block), *array.steps[after:])
    order = tuple(range(len(sizes))) if order is None else order
    inside = range(before, before + len(block))

    run, outer = 1, len(order)
    while outer and (sizes[order[outer - 1]] == 1 or (steps[order[outer - 1]] == run and order[outer - 1] not in inside)):
        run *= sizes[order[outer - 1]]
        outer -= 1
    kept = order[:outer]

    starts = empty([sizes[axis] for axis in kept], _INT64)
    plain = [steps[axis] if sizes[axis] > 1 else 0 for axis in kept]
    for number, (axis, each) in enumerate(given):
        each = from_host(each) if isinstance(each, np.ndarray) else each
        along = (*(0,) * before, *expanded(each, block).steps, *(0,) * rest)
        extents, (own, start_steps) = padded(
            tuple([sizes[place] for place in kept]), (tuple([along[place] for place in kept]), tuple(plain))
        )
        _place[blocks(starts.size), THREADS](starts, each, starts.size, extents, own, start_steps, array.steps[axis], number > 0)
        plain = [0] * len(kept)
    return starts, run


@kernel
def _place(starts, indices, count, sizes, own_steps, plain_steps, step, more):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        place = indices[offset(i, sizes, own_steps)] * step + offset(i, sizes, plain_steps)
        starts[i] = starts[i] + place if more else place


def _in_order(starts: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """The table in ascending order, and which entry each was."""
    return sorted_rows(starts.reshape(1, starts.size))


def _given(values: DeviceArray | np.ndarray, dtype: np.dtype) -> DeviceArray:
    """Values of the array's dtype; one number may come from the CPU."""
    if not isinstance(values, DeviceArray):
        values = from_host(np.asarray(values).astype(dtype))
    return values if values.dtype == dtype else cast(values, dtype)


def _line(values: DeviceArray, shape: tuple[int, ...]) -> DeviceArray:
    return values if values.shape == shape and values.flags.c_contiguous else contiguous(expanded(values, shape))


def _bits(array: DeviceArray) -> DeviceArray:
    return array.view(_BITS[array.itemsize])
