"""Maximum and average over windows of images. PyTorch: aten/src/ATen/native/cuda/{MaxPool,AvgPool}Kernel.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cpu.pool import Pair
from minitorch.kernels.cpu.pool import output_extent as output_extent
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def avg_pool2d(input: DeviceArray, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool, divisor_override: int | None) -> DeviceArray:
    """The mean of each window: -> (N, C, OH, OW). PyTorch: torch.ops.aten.avg_pool2d. Computed on the CPU."""
    return through_the_host(cpu.avg_pool2d, input, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool2d_backward(grad: DeviceArray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool, divisor_override: int | None) -> DeviceArray:
    """The gradient of `avg_pool2d` to its input: -> (N, C, H, W). PyTorch: torch.ops.aten.avg_pool2d_backward. Computed on the CPU."""
    return through_the_host(cpu.avg_pool2d_backward, grad, input_shape, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override)


def max_pool2d(input: DeviceArray, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> tuple[DeviceArray, DeviceArray]:
    """The largest element of each window, and its place y * W + x in the plane as int64. NaN wins. Computed on the CPU."""
    return through_the_host(cpu.max_pool2d, input, kernel, stride, padding, dilation, ceil_mode)


def max_pool2d_backward(grad: DeviceArray, indices: DeviceArray, input_shape: tuple[int, ...]) -> DeviceArray:
    """Add each element of grad to the place that its int64 index names: -> (N, C, H, W). Computed on the CPU."""
    return through_the_host(cpu.max_pool2d_backward, grad, indices, input_shape)


def max_pool2d_choices(input: DeviceArray, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> tuple[DeviceArray, DeviceArray]:
    """The largest element of each window, and which of the window's it is, ky * KW + kx: one byte where that fits. Computed on the CPU."""
    return through_the_host(cpu.max_pool2d_choices, input, kernel, stride, padding, dilation, ceil_mode)


def max_pool2d_choices_backward(grad: DeviceArray, choices: DeviceArray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> DeviceArray:
    """The gradient of `max_pool2d_choices` to its input: -> (N, C, H, W). Computed on the CPU."""
    return through_the_host(cpu.max_pool2d_choices_backward, grad, choices, input_shape, kernel, stride, padding, dilation)


def max_pool2d_indices(choices: DeviceArray, input_shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> DeviceArray:
    """Turn places in windows into places y * W + x in the plane, int64. Computed on the CPU."""
    return through_the_host(cpu.max_pool2d_indices, choices, input_shape, kernel, stride, padding, dilation)
