"""Convolution over volumes: a sum of image convolutions, one for each depth of the kernel. PyTorch: native/Convolution.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cpu.conv3d import Triple
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def conv3d(input: DeviceArray, weight: DeviceArray, bias: DeviceArray | None, stride: Triple, padding: Triple, dilation: Triple, groups: int) -> DeviceArray:
    """(N, C, D, H, W) with (O, C / groups, KD, KH, KW) -> (N, O, OD, OH, OW). Computed on the CPU."""
    return through_the_host(cpu.conv3d, input, weight, bias, stride, padding, dilation, groups)


def conv3d_input(grad: DeviceArray, weight: DeviceArray, input_shape: tuple[int, ...], stride: Triple, padding: Triple, dilation: Triple, groups: int) -> DeviceArray:
    """The gradient to the input, (N, C, D, H, W), of the gradient (N, O, OD, OH, OW). Computed on the CPU."""
    return through_the_host(cpu.conv3d_input, grad, weight, input_shape, stride, padding, dilation, groups)


def conv3d_parameters(grad: DeviceArray, input: DeviceArray, weight_shape: tuple[int, ...], stride: Triple, padding: Triple, dilation: Triple, groups: int) -> tuple[DeviceArray, DeviceArray]:
    """The gradients to the weight, (O, C / groups, KD, KH, KW), and to the bias, (O,). Computed on the CPU."""
    return through_the_host(cpu.conv3d_parameters, grad, input, weight_shape, stride, padding, dilation, groups)
