"""Convolution of volumes and its two gradients. PyTorch: test/nn/test_convolution.py."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)

# input, weight, stride, padding, dilation, groups
CASES = [
    ((2, 2, 3, 3, 4), (2, 2, 2, 2, 2), (1, 1, 1), (0, 0, 0), (1, 1, 1), 1),
    ((1, 4, 3, 4, 3), (2, 2, 2, 1, 2), (2, 1, 1), (1, 0, 1), (1, 2, 1), 2),
    ((1, 1, 2, 4, 5), (1, 1, 1, 3, 2), (1, 2, 2), (0, 1, 1), (1, 1, 2), 1),
]


@pytest.mark.parametrize(("shape", "weight_shape", "stride", "padding", "dilation", "groups"), CASES)
def test_conv3d(shape, weight_shape, stride, padding, dilation, groups):
    """Stride, padding, dilation, groups; with a bias and without."""
    geometry = stride, padding, dilation, groups
    for dtype, close in ((np.float32, {"rtol": 1e-5, "atol": 1e-6}), (np.float64, {"rtol": 1e-12, "atol": 1e-12})):
        x, weight = random.standard_normal(shape).astype(dtype), random.standard_normal(weight_shape).astype(dtype)
        bias = random.standard_normal(weight_shape[0]).astype(dtype) if dtype == np.float32 else None
        result = agree("conv3d", x, weight, bias, *geometry, **close, strides=False)
        grad = random.standard_normal(result.shape).astype(dtype)
        agree("conv3d_input", grad, weight, shape, *geometry, **close)
        agree("conv3d_parameters", grad, x, weight_shape, *geometry, **close)
