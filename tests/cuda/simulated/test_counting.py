"""Counts, sums of weights, histograms, membership. PyTorch: test/test_reductions.py (bincount, histc), test_torch.py (isin)."""

import numpy as np
from gpu import agree

random = np.random.default_rng(0)


def test_bincount():
    """Counts and sums of weights; a longer result than needed; other integers."""
    x = random.integers(0, 5, 40)
    agree("bincount", x, None, 0)
    agree("bincount", x.astype(np.uint8), None, 9)
    agree("bincount", x[::2], random.standard_normal(20).astype(np.float32), 0, rtol=1e-6)
    agree("bincount", x, random.integers(0, 9, 40), 0)
    agree("bincount", np.zeros(0, np.int64), None, 3)


def test_histc():
    """The upper end belongs to the last interval; what lies outside, and NaN, to none."""
    x = np.round(random.standard_normal((4, 10)) * 2).astype(np.float32)
    x[0, 0] = np.nan
    agree("histc", x, 4, -2.0, 2.0)
    agree("histc", x.T.astype(np.float64), 3, 0.0, 1.0)


def test_isin():
    """Numbers, NaN, bool; none to be found in."""
    x = random.integers(0, 9, (3, 4))
    agree("isin", x, np.array([3, 1, 3, 8]), False)
    agree("isin", x.astype(np.float32).T, np.array([2, np.nan], np.float32), True)
    agree("isin", x > 4, np.array([True]), False)
    agree("isin", x, np.zeros(0, np.int64), True)
