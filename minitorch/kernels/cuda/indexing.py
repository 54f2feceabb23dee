"""Reading and writing at computed places. PyTorch: aten/src/ATen/native/cuda/{Index,ScatterGather}Kernel.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cpu.indexing import Indices
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def index(array: DeviceArray, indices: Indices, order: tuple[int, ...] | None=None) -> DeviceArray:
    """The elements `array[indices]`. PyTorch: index_kernel. Computed on the CPU."""
    return through_the_host(cpu.index, array, indices, order)


def index_add(array: DeviceArray, indices: Indices, values: DeviceArray) -> None:
    """Add values to `array[indices]`, equal indices collecting several. PyTorch: index_put_, accumulate. Computed on the CPU."""
    return through_the_host(cpu.index_add, array, indices, values)


def index_put(array: DeviceArray, indices: Indices, values: DeviceArray) -> None:
    """`array[indices] = values`; values broadcast. Of equal indices the last wins. Computed on the CPU."""
    return through_the_host(cpu.index_put, array, indices, values)


def index_reduce(array: DeviceArray, indices: Indices, values: DeviceArray, reduce: str) -> None:
    """Combine `array[indices]` with values: "prod", "amax" or "amin". NaN wins. PyTorch: scatter_reduce_two. Computed on the CPU."""
    return through_the_host(cpu.index_reduce, array, indices, values, reduce)


def index_shape(shape: tuple[int, ...], indices: Indices) -> tuple[int, ...]:
    """The shape of `array[indices]`. Computed on the CPU."""
    return through_the_host(cpu.index_shape, shape, indices)


def masked_fill(array: DeviceArray, mask: DeviceArray, value: DeviceArray) -> None:
    """Write one value where the mask, broadcast, is True. PyTorch: masked_fill_kernel. Computed on the CPU."""
    return through_the_host(cpu.masked_fill, array, mask, value)


def nonzero(array: DeviceArray) -> DeviceArray:
    """The indices of the elements that are not zero, one row per dimension. PyTorch: nonzero_out_cpu. Computed on the CPU."""
    return through_the_host(cpu.nonzero, array)
