"""Convolution of images, and its gradient to them. PyTorch: aten/src/ATen/native/Convolution.cu (oneDNN on CPUs)."""

from minitorch.kernels import cpu
from minitorch.kernels.cpu.conv import Pair
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def conv2d(input: DeviceArray, weight: DeviceArray, bias: DeviceArray | None, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> DeviceArray:
    """Correlate images with weights: -> (N, O, OH, OW). PyTorch: torch.ops.aten.convolution. Computed on the CPU."""
    return through_the_host(cpu.conv2d, input, weight, bias, stride, padding, dilation, groups)


def conv2d_input(grad: DeviceArray, weight: DeviceArray, input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair, groups: int) -> DeviceArray:
    """The gradient of `conv2d` to its input: -> (N, C, H, W). PyTorch: torch.nn.grad.conv2d_input. Computed on the CPU."""
    return through_the_host(cpu.conv2d_input, grad, weight, input_shape, stride, padding, dilation, groups)
