"""Windows onto memory: the one kernel under every view, and its derivative. PyTorch: as_strided, as_strided_backward."""

import numpy as np

from minitorch.kernels import cpu
from minitorch.kernels.cpu.strided import Geometry as Geometry
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty, from_host, to_host


def window(memory: DeviceArray, dtype: np.dtype, shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> DeviceArray:
    """A window onto the bytes `memory`; the caller has checked that it stays inside."""
    if 0 in shape:
        return empty(shape, dtype)
    itemsize = dtype.itemsize
    return memory.window(shape, tuple([step * itemsize for step in stride]), offset * itemsize, dtype)


def at_address(
    address: int, shape: tuple[int, ...], dtype: np.dtype, strides: tuple[int, ...] | None, owner: object
) -> DeviceArray:
    """Memory of somebody else, whom the array keeps alive."""
    return DeviceArray(address, shape, dtype, owner, strides)


def line_of_bytes(array: DeviceArray) -> DeviceArray:
    """The memory from the first element of an array with gaps to its last, as uint8."""
    return array.window((array.reach * array.itemsize,), None, 0, np.dtype(np.uint8))


def window_sum(grad: DeviceArray, target: Geometry, source: Geometry, base: Geometry) -> DeviceArray:
    """For every element of `target`, the sum of the elements of `grad` that stand on it. Computed on the CPU."""
    return from_host(cpu.window_sum(to_host(grad), target, source, base))
