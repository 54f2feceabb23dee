"""Pooling over images: padding, dilation, ceil_mode, overlapping windows; and the gradients. PyTorch: test/nn/test_pooling.py."""

import numpy as np
import pytest
from gpu import agree

from minitorch.kernels import cpu

random = np.random.default_rng(0)

# image, kernel, stride, padding, dilation, ceil_mode
MAXIMA = [
    ((2, 2, 4, 6), (2, 2), (2, 2), (0, 0), (1, 1), False),
    ((1, 2, 5, 5), (3, 3), (2, 2), (1, 1), (1, 1), False),
    ((1, 1, 6, 7), (2, 3), (1, 2), (1, 1), (2, 2), False),
    ((1, 1, 5, 6), (2, 2), (3, 2), (0, 1), (1, 1), True),
    ((1, 1, 20, 20), (17, 17), (3, 3), (0, 0), (1, 1), False),
]


@pytest.mark.parametrize(("shape", "kernel", "stride", "padding", "dilation", "ceil_mode"), MAXIMA)
def test_max_pool2d(shape, kernel, stride, padding, dilation, ceil_mode):
    """Values, choices, places, gradients; the first of equal elements, NaN before all."""
    x = random.integers(-3, 3, shape).astype(np.float32)
    x[0, 0, 2, 3] = np.nan
    geometry = kernel, stride, padding, dilation
    agree("max_pool2d_choices", x, *geometry, ceil_mode)
    agree("max_pool2d", x, *geometry, ceil_mode)
    result, choices = cpu.max_pool2d_choices(x, *geometry, ceil_mode)
    grad = random.integers(-9, 9, result.shape).astype(np.float32)
    agree("max_pool2d_choices_backward", grad, choices, shape, *geometry)


def test_kinds():
    """float64, integers, no images, and images that are not contiguous."""
    geometry = (2, 2), (2, 2), (0, 0), (1, 1)
    x = random.standard_normal((2, 4, 4, 2))
    agree("max_pool2d_choices", x.transpose(0, 3, 1, 2), *geometry, False)
    agree("max_pool2d_choices", random.integers(-9, 9, (1, 1, 4, 4)), *geometry, False)
    agree("max_pool2d_choices", np.zeros((0, 1, 4, 4), np.float32), *geometry, False)
    agree("max_pool2d_choices_backward", np.zeros((0, 1, 2, 2)), np.zeros((0, 1, 2, 2), np.uint8), (0, 1, 4, 4), *geometry)


def test_places():
    """A gradient added to places, one of them twice."""
    indices = np.array([[[[0, 5]], [[3, 3]]]])
    agree("max_pool2d_backward", np.ones((1, 2, 1, 2), np.float32), indices, (1, 2, 2, 3))
    many = random.integers(0, 40, (1, 1, 1, 1030))  # more than one thread would add up
    agree("max_pool2d_backward", np.ones((1, 1, 1, 1030), np.float32), many, (1, 1, 4, 10))


AVERAGES = [
    ((2, 1, 4, 6), (2, 2), (2, 2), (0, 0), False, True, None),
    ((1, 2, 5, 5), (3, 3), (2, 2), (1, 1), False, False, None),
    ((1, 2, 5, 5), (3, 3), (2, 2), (1, 1), False, True, None),
    ((1, 1, 6, 7), (2, 3), (1, 2), (1, 1), True, True, None),
    ((1, 1, 5, 6), (2, 2), (3, 2), (0, 1), True, False, 3),
]


@pytest.mark.parametrize(("shape", "kernel", "stride", "padding", "ceil_mode", "with_padding", "divisor"), AVERAGES)
def test_avg_pool2d(shape, kernel, stride, padding, ceil_mode, with_padding, divisor):
    """Values and gradients."""
    geometry = kernel, stride, padding, ceil_mode, with_padding, divisor
    x = random.standard_normal(shape).astype(np.float32)
    result = agree("avg_pool2d", x, *geometry, rtol=1e-5, atol=1e-6)
    grad = random.standard_normal(result.shape)
    agree("avg_pool2d_backward", grad, shape, *geometry, rtol=1e-12, atol=1e-14)


def test_avg_pool2d_kinds():
    """Integers are cut; no images; not contiguous."""
    geometry = (2, 2), (2, 2), (0, 0), False, True, None
    agree("avg_pool2d", random.integers(-9, 9, (1, 1, 4, 4)), *geometry)
    agree("avg_pool2d", np.zeros((0, 1, 4, 4), np.float32), *geometry)
    agree("avg_pool2d", random.standard_normal((1, 4, 4, 2)).transpose(0, 3, 1, 2), *geometry, rtol=1e-12)
