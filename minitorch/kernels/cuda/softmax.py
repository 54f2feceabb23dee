"""softmax, log_softmax and their derivatives. PyTorch: aten/src/ATen/native/cuda/SoftMaxKernel.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def log_softmax(array: DeviceArray, axis: int) -> DeviceArray:
    """The logarithm of softmax, without its cancellation. Floats; the result is row-major. Computed on the CPU."""
    return through_the_host(cpu.log_softmax, array, axis)


def log_softmax_backward(grad: DeviceArray, result: DeviceArray, axis: int) -> DeviceArray:
    """grad - exp(result) * sum(grad). Computed on the CPU."""
    return through_the_host(cpu.log_softmax_backward, grad, result, axis)


def softmax(array: DeviceArray, axis: int) -> DeviceArray:
    """exp(array) divided by its sum along the axis. Floats; the result is row-major. Computed on the CPU."""
    return through_the_host(cpu.softmax, array, axis)


def softmax_backward(grad: DeviceArray, result: DeviceArray, axis: int) -> DeviceArray:
    """result * (grad - sum(grad * result)). Computed on the CPU."""
    return through_the_host(cpu.softmax_backward, grad, result, axis)
