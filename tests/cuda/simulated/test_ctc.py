"""CTC loss and its gradient. PyTorch: test/test_nn.py (test_CTCLoss)."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)


@pytest.mark.parametrize("zero_infinity", [False, True])
def test_ctc(zero_infinity):
    """A repeated label, an empty target, an input too short for its target; more classes and states than one."""
    scores = random.standard_normal((5, 3, 4)).astype(np.float32)
    log_probs = scores - np.log(np.exp(scores).sum(2, keepdims=True))
    targets, lengths = np.array([1, 1, 3, 2, 3, 1]), np.array([3, 0, 3])
    starts, inputs = np.cumsum(lengths) - lengths, np.array([5, 4, 2])
    grad = random.standard_normal(3).astype(np.float32)
    agree(both, grad, log_probs, targets, starts, inputs, lengths, zero_infinity, rtol=1e-5, atol=1e-6)


def both(kernels):
    """The losses, and the gradient; of the table between them only a part is written."""

    def run(grad, log_probs, targets, starts, inputs, lengths, zero_infinity):
        arguments = log_probs, targets, starts, inputs, lengths, 0
        losses, alphas = kernels.ctc_loss(*arguments)
        return losses, kernels.ctc_loss_backward(grad, *arguments, losses, alphas, zero_infinity)

    return run
