"""Windows onto memory: the one kernel under every view, and its derivative. PyTorch: as_strided, as_strided_backward."""

import numpy as np

from minitorch.kernels.cpu.memory import zeros

Geometry = tuple[tuple[int, ...], tuple[int, ...], int]  # sizes, strides and offset, in elements


def window(memory: np.ndarray, dtype: np.dtype, shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> np.ndarray:
    """A window onto the bytes `memory`; the caller has checked that it stays inside."""
    itemsize = dtype.itemsize
    if 0 in shape:
        return np.empty(shape, dtype)
    return np.ndarray(shape, dtype, memory, offset * itemsize, tuple([step * itemsize for step in stride]))


def at_address(address: int, shape: tuple[int, ...], dtype: np.dtype, strides: tuple[int, ...] | None, owner: object) -> np.ndarray:
    """Memory of somebody else, whom the array keeps alive. Nobody asks for it on the CPU."""
    raise NotImplementedError("at_address")


def line_of_bytes(array: np.ndarray) -> np.ndarray:
    """The memory from the first element of an array with gaps to its last, as uint8."""
    last = sum((size - 1) * step for size, step in zip(array.shape, array.strides))
    reach = 0 if array.size == 0 else last + array.itemsize
    line = np.lib.stride_tricks.as_strided(array.view(np.ndarray), (reach // array.itemsize,), (array.itemsize,))
    return line.view(np.uint8)


def window_sum(grad: np.ndarray, target: Geometry, source: Geometry, base: Geometry) -> np.ndarray:
    """For every element of `target`, the sum of the elements of `grad`, a tensor on `source`, that stand on it.

    Where `base` (one of the two) shows an element several times, those share it.
    """
    places, shown, owned = (_positions(*each).reshape(-1) for each in (target, source, base))
    reach = 1 + max(each.max(initial=0) for each in (places, shown, owned))
    total = zeros((int(reach),), grad.dtype)
    np.add.at(total, shown, grad.reshape(-1))
    repeated = np.bincount(owned, minlength=int(reach))
    if repeated.max() > 1:
        total = total / np.maximum(repeated, 1).astype(grad.dtype)
    return total[places].reshape(target[0]).astype(grad.dtype, copy=False)


def _positions(shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> np.ndarray:
    result = np.full(shape, offset, np.int64)
    for axis, (size, step) in enumerate(zip(shape, stride)):
        result += (np.arange(size) * step).reshape((size,) + (1,) * (len(shape) - axis - 1))
    return result
