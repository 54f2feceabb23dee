"""Running sums and products along an axis. PyTorch: aten/src/ATen/native/cuda/ReduceOpsKernel.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def cumprod(array: DeviceArray, axis: int) -> DeviceArray:
    """The product of every element and those before it; of floats, in float64 as PyTorch does. Computed on the CPU."""
    return through_the_host(cpu.cumprod, array, axis)


def cumsum(array: DeviceArray, axis: int) -> DeviceArray:
    """The sum of every element and those before it; of floats, in float64 as PyTorch does. Computed on the CPU."""
    return through_the_host(cpu.cumsum, array, axis)


def cumulative_extreme(array: DeviceArray, axis: int, largest: bool) -> tuple[DeviceArray, DeviceArray]:
    """The largest (else the smallest) element so far, NaN above all; and the last place it stood at, int64. Computed on the CPU."""
    return through_the_host(cpu.cumulative_extreme, array, axis, largest)


def logcumsumexp(array: DeviceArray, axis: int) -> DeviceArray:
    """The logarithm of the sum of the exponentials of every element and those before it. Computed on the CPU."""
    return through_the_host(cpu.logcumsumexp, array, axis)
