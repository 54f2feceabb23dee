"""The largest of windows of volumes: steps, windows of all planes or of each. PyTorch: test/nn/test_pooling.py."""

import numpy as np
from gpu import agree

random = np.random.default_rng(0)
WIDE = np.array([[0, 3], [2, 5], [4, 6]])
HIGH = np.array([[0, 2], [1, 4]])
DEEP = np.array([[0, 1]])


def test_windows():
    """Overlapping windows, NaN, the first of equal elements, steps, a transposed input, float64."""
    x = random.integers(-3, 3, (2, 2, 4, 6)).astype(np.float32)
    x[0, 0, 1, 2] = np.nan
    agree("max_window", x, [DEEP, HIGH, WIDE], (1, 1, 1))
    agree("max_window", x, [np.array([[0, 2]]), HIGH, WIDE], (1, 2, 2))
    agree("max_window", x.astype(np.float64).transpose(0, 1, 3, 2), [DEEP, WIDE, HIGH], (1, 1, 1))


def test_windows_of_planes():
    """Windows that differ from plane to plane; integers; no planes."""
    x = random.integers(-30, 30, (2, 1, 4, 6))
    agree("max_window", x, [DEEP, np.stack([HIGH, HIGH[::-1]]), WIDE], (1, 1, 1))
    agree("max_window", x[:0], [DEEP, HIGH, WIDE], (1, 1, 1))
