"""Normal, exponential and the other distributions. PyTorch: ATen/native/cuda/DistributionTemplates.h."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def cauchy(array: DeviceArray, state: DeviceArray, median: float, scale: float) -> None:
    """Fill with Cauchy numbers. float32 or float64. Computed on the CPU."""
    return through_the_host(cpu.cauchy, array, state, median, scale)


def exponential(array: DeviceArray, state: DeviceArray, rate: float) -> None:
    """Fill with exponential numbers of mean 1 / rate. float32 or float64. Computed on the CPU."""
    return through_the_host(cpu.exponential, array, state, rate)


def geometric(array: DeviceArray, state: DeviceArray, probability: float) -> None:
    """Fill with the number of trials until the first success. Any dtype. Computed on the CPU."""
    return through_the_host(cpu.geometric, array, state, probability)


def log_normal(array: DeviceArray, state: DeviceArray, mean: float, std: float) -> None:
    """Fill with exp of normal numbers drawn one by one. float32 or float64. Computed on the CPU."""
    return through_the_host(cpu.log_normal, array, state, mean, std)


def multinomial(weights: DeviceArray, state: DeviceArray, samples: int, replacement: bool) -> DeviceArray:
    """Category numbers drawn by weight: (rows, categories) -> (rows, samples) int64. float32 or float64. Computed on the CPU."""
    return through_the_host(cpu.multinomial, weights, state, samples, replacement)


def normal(array: DeviceArray, state: DeviceArray, mean: float, std: float) -> None:
    """Fill with normal numbers: in blocks of 16, or by pairs if small or strided. float32 or float64. Computed on the CPU."""
    return through_the_host(cpu.normal, array, state, mean, std)
