"""softmax and log_softmax: lines of every kind, and their derivatives. PyTorch: test/test_nn.py (softmax)."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)

FORWARD = ["softmax", "log_softmax"]
BACKWARD = ["softmax_backward", "log_softmax_backward"]


@pytest.mark.parametrize("name", FORWARD)
def test_forward(name):
    """Lines of one thread, of a few, of a warp, of a block; side by side, or with gaps; NaN and infinity."""
    x = random.standard_normal((3, 5, 2)).astype(np.float32)
    x[0, 1, 0], x[1, 2, 1] = np.nan, -np.inf
    for axis in range(3):
        agree(name, x, axis, rtol=1e-5, atol=1e-6)
    agree(name, x.transpose(2, 0, 1), 1, rtol=1e-5, atol=1e-6)
    agree(name, random.standard_normal((3, 70)), 1, rtol=1e-12, atol=1e-12)
    agree(name, random.standard_normal((1, 1100)).astype(np.float32), 1, rtol=1e-5, atol=1e-6)
    agree(name, random.standard_normal((1, 40, 3)).astype(np.float32) * 100, 1, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", BACKWARD)
def test_backward(name):
    """The same of two operands."""
    x, g = (random.standard_normal((3, 5, 2)).astype(np.float32) for _ in range(2))
    for axis in range(3):
        agree(name, g, x, axis, rtol=1e-4, atol=1e-5)
    agree(name, g.T, x.T, 0, rtol=1e-4, atol=1e-5)
    agree(name, random.standard_normal((2, 70)), random.standard_normal((2, 70)), 1, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", FORWARD)
def test_edges(name):
    """No elements, one number, float16."""
    agree(name, np.zeros((0, 3), np.float32), 1)
    agree(name, np.zeros((3, 0), np.float32), 1)
    agree(name, np.array(2.0), 0)
    agree(name, random.standard_normal((2, 6)).astype(np.float16), 1, rtol=2e-3)
