"""Weighted sums along an axis: tables that leave elements out, repeat them, and are empty. PyTorch: test/nn/test_pooling.py."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)
STARTS, PLACES = np.array([0, 2, 2, 5]), np.array([0, 1, 3, 3, 2])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_axes(axis):
    """Every axis, of a contiguous and of a transposed array."""
    for x in (random.standard_normal((4, 4, 4)).astype(np.float32), random.standard_normal((4, 4, 4)).transpose(2, 0, 1)):
        agree("resample", x, axis, STARTS, PLACES, random.random(5).astype(x.dtype), rtol=1e-5, atol=1e-6)


def test_nothing():
    """No elements, and integers."""
    agree("resample", np.zeros((0, 4), np.float32), 1, STARTS, PLACES, np.ones(5, np.float32))
    agree("resample", np.arange(8).reshape(2, 4), 1, STARTS, PLACES, np.ones(5, np.int64))
