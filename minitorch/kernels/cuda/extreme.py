"""The largest or smallest element, and its place. PyTorch: ATen/native/cuda/TensorCompareKernel.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def extreme(array: DeviceArray, axis: int | None, keepdim: bool, largest: bool) -> tuple[DeviceArray, DeviceArray]:
    """The largest (else the smallest) elements along the axis, and their first places (int64). NaN wins. Computed on the CPU."""
    return through_the_host(cpu.extreme, array, axis, keepdim, largest)
