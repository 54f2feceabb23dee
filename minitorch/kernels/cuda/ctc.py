"""CTC: all alignments of a sequence with a shorter one, forward and backward. PyTorch: aten/src/ATen/native/LossCTC.cu."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def ctc_loss(log_probs: DeviceArray, targets: DeviceArray, starts: DeviceArray, input_lengths: DeviceArray, target_lengths: DeviceArray, blank: int) -> tuple[DeviceArray, DeviceArray]:
    """-log of the probability of all alignments (N,), and of those that are in a state at a step (N, T, states). Computed on the CPU."""
    return through_the_host(cpu.ctc_loss, log_probs, targets, starts, input_lengths, target_lengths, blank)


def ctc_loss_backward(grad: DeviceArray, log_probs: DeviceArray, targets: DeviceArray, starts: DeviceArray, input_lengths: DeviceArray, target_lengths: DeviceArray, blank: int, losses: DeviceArray, alphas: DeviceArray, zero_infinity: bool) -> DeviceArray:
    """Probabilities minus how often the alignments are expected to say each class; 0 past the end: (T, N, C). Computed on the CPU."""
    return through_the_host(cpu.ctc_loss_backward, grad, log_probs, targets, starts, input_lengths, target_lengths, blank, losses, alphas, zero_infinity)
