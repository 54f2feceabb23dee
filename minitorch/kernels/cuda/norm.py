"""Normalisation of channels over a batch, and of rows. PyTorch: native/{Normalization.cu,cpu/layer_norm_kernel.cu}."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def batch_norm_backward(grad: DeviceArray, array: DeviceArray, mean: DeviceArray, invstd: DeviceArray, weight: DeviceArray | None, training: bool) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The gradients to array, weight and bias. Computed on the CPU."""
    return through_the_host(cpu.batch_norm_backward, grad, array, mean, invstd, weight, training)


def channel_scale(array: DeviceArray, factor: DeviceArray, shift: DeviceArray) -> DeviceArray:
    """array * factor + shift, of each channel of (N, C, S); factor and shift have the array's dtype. Computed on the CPU."""
    return through_the_host(cpu.channel_scale, array, factor, shift)


def channel_statistics(array: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """Mean and biased variance of each channel of (N, C, S), float64. Computed on the CPU."""
    return through_the_host(cpu.channel_statistics, array)


def row_norm(array: DeviceArray, weight: DeviceArray | None, bias: DeviceArray | None, groups: int, inner: int, eps: float) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """Every row to mean 0 and variance 1, then scaled and shifted; and the means and 1/std, float64. Computed on the CPU."""
    return through_the_host(cpu.row_norm, array, weight, bias, groups, inner, eps)


def row_norm_backward(grad: DeviceArray, array: DeviceArray, mean: DeviceArray, invstd: DeviceArray, weight: DeviceArray | None, groups: int, inner: int) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The gradients to array, and to weight and bias, (groups * length / inner,). Computed on the CPU."""
    return through_the_host(cpu.row_norm_backward, grad, array, mean, invstd, weight, groups, inner)
