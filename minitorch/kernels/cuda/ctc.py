"""CTC: all alignments of a sequence with a shorter one, forward and backward. PyTorch: aten/src/ATen/native/cuda/LossCTC.cu.

A block takes a sequence: its threads take the states of one step, and meet before the next. What each class is expected to
be said is added up by the class's own thread, over the states in their order: the same bits every time.
"""

import math

import numpy as np

from minitorch.kernels.cuda import _block
from minitorch.kernels.cuda._compile import device, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty, from_host, to_host, zeros
from minitorch.kernels.cuda.pointwise import contiguous

# An alignment walks through the states blank, label, blank, label, ... blank: state 2 k + 1 is the k-th label. Sums of
# probabilities are kept as float64 logarithms, whatever the dtype.


def ctc_loss(
    log_probs: DeviceArray,  # (T, N, C)
    targets: DeviceArray | np.ndarray,  # 1-d int64: the labels of all sequences; those of sequence n begin at starts[n]
    starts: DeviceArray | np.ndarray,  # (N,) int64, as the lengths; all of these may be on the CPU
    input_lengths: DeviceArray | np.ndarray,
    target_lengths: DeviceArray | np.ndarray,
    blank: int,
) -> tuple[DeviceArray, DeviceArray]:
    """-log of the probability of all alignments (N,), and of those that are in a state at a step (N, T, states)."""
    steps, batch, classes = log_probs.shape
    log_probs = log_probs if log_probs.flags.c_contiguous else contiguous(log_probs)
    longest = to_host(target_lengths) if isinstance(target_lengths, DeviceArray) else target_lengths
    states = 2 * int(longest.max()) + 1
    alphas = empty((batch, steps, states), np.float64)
    losses = empty((batch,), log_probs.dtype)
    lines = [_line(each) for each in (targets, starts, input_lengths, target_lengths)]
    _forward[batch, _block.THREADS](log_probs, *lines, blank, alphas, losses, steps, batch, classes, states)
    return losses, alphas


def ctc_loss_backward(
    grad: DeviceArray,  # (N,)
    log_probs: DeviceArray,
    targets: DeviceArray | np.ndarray,
    starts: DeviceArray | np.ndarray,
    input_lengths: DeviceArray | np.ndarray,
    target_lengths: DeviceArray | np.ndarray,
    blank: int,
    losses: DeviceArray,
    alphas: DeviceArray,
    zero_infinity: bool,
) -> DeviceArray:
    """Probabilities minus how often the alignments are expected to say each class; 0 past the end: (T, N, C)."""
    log_probs = log_probs if log_probs.flags.c_contiguous else contiguous(log_probs)
    out = zeros(log_probs.shape, log_probs.dtype)
    steps, batch, classes = log_probs.shape
    states = alphas.shape[2]
    betas = empty((batch, 2, states), np.float64)  # of this step and the one after it
    lines = [_line(each) for each in (targets, starts, input_lengths, target_lengths)]
    _backward[batch, _block.THREADS](
        contiguous(grad), log_probs, *lines, blank, losses, alphas, zero_infinity, betas, out, steps, batch, classes, states
    )
    return out


def _line(values: DeviceArray | np.ndarray) -> DeviceArray:
    if not isinstance(values, DeviceArray):
        return from_host(np.ascontiguousarray(values, np.int64))
    return values if values.flags.c_contiguous else contiguous(values)


@device
def _log_add(a, b):
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))


@device
def _label(targets, start, state, blank):
    return targets[start + state // 2] if state % 2 == 1 else blank


@device
def _skips(targets, start, state):
    """Whether a state can follow the one two before it: only a label another label."""
    return state % 2 == 1 and state > 1 and targets[start + state // 2] != targets[start + state // 2 - 1]


@kernel
def _forward(log_probs, targets, starts, input_lengths, target_lengths, blank, alphas, losses, steps, batch, classes, width):
    n = cuda.blockIdx.x
    start, count = starts[n], target_lengths[n]
    states = 2 * count + 1
    for t in range(input_lengths[n]):
        row = (n * steps + t) * width
        for state in range(cuda.threadIdx.x, states, cuda.blockDim.x):
            if t == 0:
                before = 0.0 if state < 2 else -math.inf
            else:
                before = alphas[row - width + state]
                if state > 0:
                    before = _log_add(before, alphas[row - width + state - 1])
                if _skips(targets, start, state):
                    before = _log_add(before, alphas[row - width + state - 2])
            label = _label(targets, start, state, blank)
            alphas[row + state] = before + log_probs[(t * batch + n) * classes + label]
        cuda.syncthreads()
    if cuda.threadIdx.x == 0:
        total = 0.0 if count == 0 else -math.inf
        if input_lengths[n] > 0:
            last = (n * steps + input_lengths[n] - 1) * width + states - 1
            total = alphas[last]
            if count > 0:
                total = _log_add(total, alphas[last - 1])
        losses[n] = -total


@kernel
def _backward(
    grad, log_probs, targets, starts, input_lengths, target_lengths, blank, losses, alphas, zero_infinity, betas, out,
    steps, batch, classes, width,
):
    n = cuda.blockIdx.x
    start, count = starts[n], target_lengths[n]
    states = 2 * count + 1
    length = input_lengths[n]
    if zero_infinity and losses[n] == math.inf:
        length = 0
    for back in range(length):
        t = length - 1 - back
        here, after_here = (n * 2 + back % 2) * width, (n * 2 + 1 - back % 2) * width
        for state in range(cuda.threadIdx.x, states, cuda.blockDim.x):
            if back == 0:
                after = 0.0 if state >= states - 2 else -math.inf
            else:
                after = betas[after_here + state]
                if state < states - 1:
                    after = _log_add(after, betas[after_here + state + 1])
                if state < states - 2 and _skips(targets, start, state + 2):
                    after = _log_add(after, betas[after_here + state + 2])
            label = _label(targets, start, state, blank)
            betas[here + state] = after + log_probs[(t * batch + n) * classes + label]
        cuda.syncthreads()
        row = (n * steps + t) * width
        for label in range(cuda.threadIdx.x, classes, cuda.blockDim.x):
            total = -math.inf
            for state in range(states):
                if _label(targets, start, state, blank) == label:
                    total = _log_add(total, alphas[row + state] + betas[here + state])
            place = (t * batch + n) * classes + label
            own = np.float64(log_probs[place])  # counted twice, in alpha and in beta
            expected = math.exp(total + losses[n] - own)
            out[place] = (math.exp(own) - expected) * grad[n]
        cuda.syncthreads()
