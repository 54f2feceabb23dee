"""The Mersenne Twister, and what is drawn from it. PyTorch: ATen/core/MT19937RNGEngine.h, cpu/DistributionTemplates.h."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def bernoulli(array: DeviceArray, state: DeviceArray, probability: float, one: float=1.0) -> None:
    """Fill with `one` where a uniform float64 is below `probability`, with 0 elsewhere. Any dtype. Computed on the CPU."""
    return through_the_host(cpu.bernoulli, array, state, probability, one)


def bernoulli_each(array: DeviceArray, state: DeviceArray, probabilities: DeviceArray) -> None:
    """Fill with 1 by each element's own probability: float32 or float64, of the array's shape. Computed on the CPU."""
    return through_the_host(cpu.bernoulli_each, array, state, probabilities)


def draw(out, state, start, words_each):
    """The CHUNK elements of `out` from `start` on, and `words_each` fresh words for each. Computed on the CPU."""
    return through_the_host(cpu.draw, out, state, start, words_each)


def permutation(state: DeviceArray, size: int) -> DeviceArray:
    """0 .. size-1 in random order, int64. PyTorch: randperm_cpu in ATen/native/TensorFactories.cpp. Computed on the CPU."""
    return through_the_host(cpu.permutation, state, size)


def random_double_words(array: DeviceArray, state: DeviceArray, span: int, low: int=0) -> None:
    """Fill with low + a 64-bit draw modulo span, cast to the array's dtype. span < 2**64; 0: no modulo. Computed on the CPU."""
    return through_the_host(cpu.random_double_words, array, state, span, low)


def random_integers(array: DeviceArray, state: DeviceArray, low: int, span: int) -> None:
    """Fill with whole numbers of low .. low + span - 1, cast to the array's dtype. Computed on the CPU."""
    return through_the_host(cpu.random_integers, array, state, low, span)


def random_words(array: DeviceArray, state: DeviceArray, span: int, low: int=0) -> None:
    """Fill with low + a 32-bit draw modulo span, cast to the array's dtype. 0 < span < 2**32. Computed on the CPU."""
    return through_the_host(cpu.random_words, array, state, span, low)


def seed(state: DeviceArray, value: int) -> None:
    """Start anew from `value` (0 <= value < 2**64), of which only the low 32 bits choose the stream. Computed on the CPU."""
    return through_the_host(cpu.seed, state, value)


def uniform(array: DeviceArray, state: DeviceArray, low: float, high: float) -> None:
    """Fill with numbers in [low, high). float32 or float64. Computed on the CPU."""
    return through_the_host(cpu.uniform, array, state, low, high)
