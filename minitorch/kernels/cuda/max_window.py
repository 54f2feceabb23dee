"""The largest element of windows in one to three dimensions. PyTorch: native/{DilatedMaxPool3d,AdaptiveMaxPooling3d}.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def max_window(input: DeviceArray, windows: list[DeviceArray], steps: tuple[int, int, int]) -> tuple[DeviceArray, DeviceArray]:
    """The largest element of each window, and its place (z * H + y) * W + x in the plane as int64. NaN wins. Computed on the CPU."""
    return through_the_host(cpu.max_window, input, windows, steps)
