"""Losses of pairs of elements, and of classes. PyTorch: aten/src/ATen/native/cuda/Loss.cu, NLLLoss2d.cu."""

import math
from collections.abc import Callable

from minitorch.kernels import cpu, loss_formulas
from minitorch.kernels.cuda import reduce
from minitorch.kernels.cuda._compile import THREADS, blocks, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.pointwise import Pointwise, contiguous


class PairLoss:
    """The kernels of a loss that compares element with element: of one formula.

    `input` and `target` have one shape and one floating-point dtype.
    """

    __slots__ = ("_each",)

    def __init__(self, formula: Callable):
        self._each = Pointwise(formula, 2)

    def each(self, input: DeviceArray, target: DeviceArray, parameter: float = 0.0) -> DeviceArray:
        """The loss of every pair."""
        return self._each(input, target, dtype=input.dtype, scalars=(parameter,))

    def total(
        self, input: DeviceArray, target: DeviceArray, divisor: int = 1, parameter: float = 0.0
    ) -> DeviceArray:
        """The sum of the losses divided by `divisor`, 0-d."""
        return reduce.sum(self.each(input, target, parameter), None, False, input.dtype, divisor)


mse_loss = PairLoss(loss_formulas.mse)
smooth_l1_loss = PairLoss(loss_formulas.smooth_l1)
huber_loss = PairLoss(loss_formulas.huber)
binary_cross_entropy = PairLoss(loss_formulas.binary_cross_entropy)
binary_cross_entropy_with_logits = PairLoss(loss_formulas.binary_cross_entropy_with_logits)


def mse_loss_backward(grad: DeviceArray, input: DeviceArray, target: DeviceArray, divisor: int) -> DeviceArray:
    """2 * (input - target) / divisor * grad; `grad` is 0-d, or one for each pair. Row-major."""
    out = empty(input.shape, input.dtype)
    factor = input.dtype.type(2 / divisor if divisor else math.inf)
    if out.size:
        _mse_backward[blocks(out.size), THREADS](
            _line(grad), _line(input), _line(target), out, out.size, int(grad.size > 1), factor
        )
    return out


def _line(array: DeviceArray) -> DeviceArray:
    return array if array.flags.c_contiguous else contiguous(array)


@kernel
def _mse_backward(grad, a, b, out, count, step, factor):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[i] = factor * (a[i] - b[i]) * grad[i * step]


def nll_loss(input: DeviceArray, target: DeviceArray, weight: DeviceArray | None, ignore_index: int, reduction: str) -> tuple[DeviceArray, DeviceArray, int]:
    """The loss (0-d, or (N, inner)), the sum of the targets' weights (0-d), and the place of a bad target. Computed on the CPU."""
    return through_the_host(cpu.nll_loss, input, target, weight, ignore_index, reduction)


def nll_loss_backward(grad: DeviceArray, shape: tuple[int, int, int], target: DeviceArray, weight: DeviceArray | None, ignore_index: int, reduction: str, total_weight: DeviceArray) -> DeviceArray:
    """The gradient to input: minus the weight at the target's place, 0 elsewhere: (N, C, inner). Computed on the CPU."""
    return through_the_host(cpu.nll_loss_backward, grad, shape, target, weight, ignore_index, reduction, total_weight)
