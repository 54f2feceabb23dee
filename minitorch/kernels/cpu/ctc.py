"""CTC: all alignments of a sequence with a shorter one, forward and backward. PyTorch: aten/src/ATen/native/LossCTC.cpp."""

import math

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty, zeros
from minitorch.kernels.cpu.pointwise import contiguous

# An alignment walks through the states blank, label, blank, label, ... blank: state 2 k + 1 is the k-th label. Sums of
# probabilities are kept as float64 logarithms, whatever the dtype.


def ctc_loss(
    log_probs: np.ndarray,  # (T, N, C)
    targets: np.ndarray,  # 1-d int64: the labels of all sequences; those of sequence n begin at starts[n]
    starts: np.ndarray,  # (N,) int64, as the lengths
    input_lengths: np.ndarray,
    target_lengths: np.ndarray,
    blank: int,
) -> tuple[np.ndarray, np.ndarray]:
    """-log of the probability of all alignments (N,), and of those that are in a state at a step (N, T, states)."""
    steps, batch, _ = log_probs.shape
    log_probs = log_probs if log_probs.flags.carray else contiguous(log_probs)
    alphas = empty((batch, steps, 2 * int(target_lengths.max()) + 1), np.float64)
    losses = empty((batch,), log_probs.dtype)
    loop = _forward_serial if alphas.size <= GRAIN else _forward_parallel
    loop(log_probs, targets, starts, input_lengths, target_lengths, blank, alphas, losses)
    return losses, alphas


def ctc_loss_backward(
    grad: np.ndarray,  # (N,)
    log_probs: np.ndarray,
    targets: np.ndarray,
    starts: np.ndarray,
    input_lengths: np.ndarray,
    target_lengths: np.ndarray,
    blank: int,
    losses: np.ndarray,
    alphas: np.ndarray,
    zero_infinity: bool,
) -> np.ndarray:
    """Probabilities minus how often the alignments are expected to say each class; 0 past the end: (T, N, C)."""
    log_probs = log_probs if log_probs.flags.carray else contiguous(log_probs)
    out = zeros(log_probs.shape, log_probs.dtype)
    batch = losses.size
    betas = np.empty((batch, alphas.shape[2]))
    totals = np.empty((batch, log_probs.shape[2]))
    loop = _backward_serial if alphas.size <= GRAIN else _backward_parallel
    lengths = starts, input_lengths, target_lengths
    loop(np.ascontiguousarray(grad), log_probs, targets, *lengths, blank, losses, alphas, zero_infinity, betas, totals, out)
    return out


@serial
def _log_add(a, b):
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))


@serial
def _skips(labels, state):
    """Whether a state can follow the one two before it: only a label another label."""
    return state % 2 == 1 and state > 1 and labels[state // 2] != labels[state // 2 - 1]


def _forward(log_probs, targets, starts, input_lengths, target_lengths, blank, alphas, losses):
    for n in prange(losses.size):
        count = target_lengths[n]
        labels = targets[starts[n] : starts[n] + count]
        states = 2 * count + 1
        steps = input_lengths[n]
        alpha = alphas[n]
        total = 0.0 if count == 0 else -math.inf
        for t in range(steps):
            for state in range(states):
                label = labels[state // 2] if state % 2 else blank
                if t == 0:
                    before = 0.0 if state < 2 else -math.inf
                else:
                    before = alpha[t - 1, state]
                    if state > 0:
                        before = _log_add(before, alpha[t - 1, state - 1])
                    if _skips(labels, state):
                        before = _log_add(before, alpha[t - 1, state - 2])
                alpha[t, state] = before + log_probs[t, n, label]
        if steps > 0:
            total = alpha[steps - 1, states - 1]
            if count > 0:
                total = _log_add(total, alpha[steps - 1, states - 2])
        losses[n] = -total


def _backward(
    grad, log_probs, targets, starts, input_lengths, target_lengths, blank, losses, alphas, zero_infinity, betas, totals, out
):
    classes = log_probs.shape[2]
    for n in prange(losses.size):
        if zero_infinity and losses[n] == math.inf:
            continue
        count = target_lengths[n]
        labels = targets[starts[n] : starts[n] + count]
        states = 2 * count + 1
        steps = input_lengths[n]
        alpha, beta, total = alphas[n], betas[n], totals[n]
        for back in range(steps):
            t = steps - 1 - back
            total[:] = -math.inf
            for state in range(states):  # what follows a state stands behind it: still that of step t + 1
                label = labels[state // 2] if state % 2 else blank
                if back == 0:
                    after = 0.0 if state >= states - 2 else -math.inf
                else:
                    after = beta[state]
                    if state < states - 1:
                        after = _log_add(after, beta[state + 1])
                    if state < states - 2 and _skips(labels, state + 2):
                        after = _log_add(after, beta[state + 2])
                beta[state] = after + log_probs[t, n, label]
                total[label] = _log_add(total[label], alpha[t, state] + beta[state])
            for label in range(classes):
                here = np.float64(log_probs[t, n, label])  # counted twice, in alpha and in beta
                expected = math.exp(total[label] + losses[n] - here)
                out[t, n, label] = (math.exp(here) - expected) * grad[n]


_forward_serial, _forward_parallel = serial(_forward), parallel(_forward)
_backward_serial, _backward_parallel = serial(_backward), parallel(_backward)
