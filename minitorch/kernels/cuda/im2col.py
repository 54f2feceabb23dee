"""The patches of images as columns, and columns added back. PyTorch: aten/src/ATen/native/im2col.h."""

from minitorch.kernels import cpu
from minitorch.kernels.cpu.im2col import Pair
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def col2im(columns: DeviceArray, size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> DeviceArray:
    """The patches added up where they came from: the transpose of im2col. Computed on the CPU."""
    return through_the_host(cpu.col2im, columns, size, kernel, dilation, padding, stride)


def im2col(input: DeviceArray, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> DeviceArray:
    """What each tap of the kernel sees, in all places of the kernel; zeros beyond the image. Computed on the CPU."""
    return through_the_host(cpu.im2col, input, kernel, dilation, padding, stride)
