"""Counts, histograms, membership. PyTorch: aten/src/ATen/native/SummaryOps.cu, cpu/HistogramKernel.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def bincount(array: DeviceArray, weights: DeviceArray | None, minlength: int) -> DeviceArray:
    """How often each of 0, 1, 2, ... occurs, int64; or the sums of their weights, float32 for float32, else float64. Computed on the CPU."""
    return through_the_host(cpu.bincount, array, weights, minlength)


def histc(array: DeviceArray, bins: int, low: float, high: float) -> DeviceArray:
    """How many elements lie in each of equal intervals; the upper end belongs to the last. Computed on the CPU."""
    return through_the_host(cpu.histc, array, bins, low, high)


def isin(array: DeviceArray, others: DeviceArray, invert: bool) -> DeviceArray:
    """Whether each element is (or is not) among the others. Computed on the CPU."""
    return through_the_host(cpu.isin, array, others, invert)
