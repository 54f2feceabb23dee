"""Patches as columns, and columns added back. PyTorch: test/test_nn.py (fold, unfold)."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)

# size, kernel, dilation, padding, stride
GEOMETRIES = [
    ((4, 5), (2, 3), (1, 1), (0, 0), (1, 1)),
    ((5, 4), (2, 2), (2, 1), (1, 1), (2, 3)),
    ((3, 3), (3, 3), (1, 1), (2, 1), (1, 2)),
]


@pytest.mark.parametrize(("size", "kernel", "dilation", "padding", "stride"), GEOMETRIES)
def test_both_ways(size, kernel, dilation, padding, stride):
    """There and back, in float32 and float64, contiguous or not."""
    geometry = kernel, dilation, padding, stride
    columns = agree("im2col", random.standard_normal((2, 2, *size)).astype(np.float32), *geometry)
    agree("im2col", random.standard_normal((*size, 1, 2)).transpose(3, 2, 0, 1), *geometry)
    agree("col2im", random.standard_normal(columns.shape).astype(np.float32), size, *geometry, rtol=1e-6, atol=1e-6)
    agree("col2im", random.standard_normal(columns.shape[::-1]).T, size, *geometry, rtol=1e-12, atol=1e-12)


def test_half():
    """float16: copied as it is, added up in float32."""
    agree("im2col", random.standard_normal((1, 1, 3, 3)).astype(np.float16), (2, 2), (1, 1), (0, 0), (1, 1))
    agree("col2im", np.ones((1, 4, 4), np.float16), (3, 3), (2, 2), (1, 1), (0, 0), (1, 1))


def test_nothing():
    """No images."""
    agree("im2col", np.zeros((0, 1, 3, 3), np.float32), (2, 2), (1, 1), (0, 0), (1, 1))
    agree("col2im", np.zeros((0, 4, 4), np.float32), (3, 3), (2, 2), (1, 1), (0, 0), (1, 1))
