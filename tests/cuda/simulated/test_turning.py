"""Copies in the other order, and arrays side by side. PyTorch: test/test_shape_ops.py."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)


@pytest.mark.parametrize("axes", [(), (0,), (1,), (0, 2), (0, 1, 2)])
def test_flip(axes):
    """Also of an array whose memory is in another order, and into such a one."""
    x = random.standard_normal((2, 3, 17)).astype(np.float32)
    agree("flip", x, axes, np.zeros_like(x))
    agree("flip", x.copy().transpose(1, 0, 2).copy().transpose(1, 0, 2), axes, np.zeros((17, 3, 2), np.float32).T)
    agree("flip", x[:0], axes, np.zeros((0, 3, 17), np.float32))


@pytest.mark.parametrize("shifts, axes", [((1,), (0,)), ((-2, 5), (2, 1)), ((0,), (1,)), ((3, 3), (0, 0))])
def test_roll(shifts, axes):
    """Further than the dimension is long, backwards, not at all, one dimension twice; of a transposed array; of nothing."""
    x = random.standard_normal((2, 3, 17)).astype(np.float32)
    agree("roll", x, shifts, axes)
    agree("roll", x.T, shifts, axes)
    agree("roll", x[:0, :, :0], shifts, axes)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_stack(axis):
    """Of two dtypes, one of them strided; of numbers; of nothing."""
    x, y = random.standard_normal((3, 5)).astype(np.float32), random.integers(0, 9, (5, 3)).T
    agree("stack", [x, y, x], axis, np.dtype(np.float64))
    agree("stack", [x[:, :0]] * 2, axis, np.dtype(np.float32))
    agree("stack", [np.array(1.0), np.array(2.0)], 0, np.dtype(np.float32))
