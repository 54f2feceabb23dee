"""Numbers drawn by rejection, and how they move with their parameters. PyTorch: ATen/native/cuda/Distributions.cu.

The CPU's kernels do the work, from a generator that is seeded by the GPU's: the numbers are not those of PyTorch's GPU.
"""

import numpy as np

from minitorch.kernels.cpu import gamma as cpu
from minitorch.kernels.cpu import random as cpu_random
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def standard_gamma(alpha: DeviceArray, state: np.ndarray) -> DeviceArray:
    """Gamma numbers of the shapes `alpha` and scale 1. float32 or float64."""
    return through_the_host(cpu.standard_gamma, alpha, state=_on_the_cpu(state))


def poisson(rate: DeviceArray, state: np.ndarray) -> DeviceArray:
    """Poisson numbers of the means `rate`, in its dtype."""
    return through_the_host(cpu.poisson, rate, state=_on_the_cpu(state))


def binomial(count: DeviceArray, probability: DeviceArray, state: np.ndarray) -> DeviceArray:
    """How many of `count` trials succeed, in the arrays' dtype. Of one shape, float32 or float64."""
    return through_the_host(cpu.binomial, count, probability, state=_on_the_cpu(state))


def standard_gamma_grad(alpha: DeviceArray, drawn: DeviceArray) -> DeviceArray:
    """d drawn / d alpha of gamma numbers. Of one shape."""
    return through_the_host(cpu.standard_gamma_grad, alpha, drawn)


def dirichlet_grad(drawn: DeviceArray, alpha: DeviceArray, total: DeviceArray) -> DeviceArray:
    """d drawn / d alpha of Beta(alpha, total - alpha) numbers, over 1 - drawn. Of one shape."""
    return through_the_host(cpu.dirichlet_grad, drawn, alpha, total)


def _on_the_cpu(state: np.ndarray) -> np.ndarray:
    """A state of the CPU's generator that follows from the GPU's, which moves on."""
    result = np.zeros(1, cpu_random.STATE)
    cpu_random.seed(result, (int(state["seed"][0]) * 1_000_003 + int(state["offset"][0])) % 2**64)
    state["offset"] += 4
    return result
