"""Gradients of a convolution to weight and bias. PyTorch: aten/src/ATen/native/Convolution.cu (convolution_backward)."""

from minitorch.kernels import cpu
from minitorch.kernels.cpu.conv_backward import Pair
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def conv2d_bias(grad: DeviceArray) -> DeviceArray:
    """The gradient of `conv2d` to its bias, the sum over images and pixels: (N, O, OH, OW) -> (O,). Computed on the CPU."""
    return through_the_host(cpu.conv2d_bias, grad)


def conv2d_parameters(grad: DeviceArray, input: DeviceArray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair, groups: int) -> tuple[DeviceArray, DeviceArray]:
    """The gradients of `conv2d` to its weight and its bias, from one pass over grad. Computed on the CPU."""
    return through_the_host(cpu.conv2d_parameters, grad, input, weight_shape, stride, padding, dilation, groups)


def conv2d_weight(grad: DeviceArray, input: DeviceArray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair, groups: int) -> DeviceArray:
    """The gradient of `conv2d` to its weight: -> (O, C / groups, KH, KW). PyTorch: torch.nn.grad.conv2d_weight. Computed on the CPU."""
    return through_the_host(cpu.conv2d_weight, grad, input, weight_shape, stride, padding, dilation, groups)
