"""Batch, layer and group normalisation, and their derivatives. PyTorch: test/nn/test_convolution.py, test_nn.py (norms)."""

import numpy as np
import pytest
from gpu import agree

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
random = np.random.default_rng(0)


def drawn(*shape: int, dtype: np.dtype = F32) -> np.ndarray:
    """Random numbers that are not around zero."""
    return (random.standard_normal(shape) + 0.5).astype(dtype)


# (N, C, S): rows of a few threads, one element for each channel, several pieces, a window
IMAGES = [drawn(3, 2, 5), drawn(20, 3, 1), drawn(40, 2, 1), drawn(2, 2, 70, dtype=F64), drawn(3, 2, 6)[:, :, ::2]]


@pytest.mark.parametrize("image", IMAGES, ids=lambda each: "x".join(map(str, each.shape)))
def test_channels(image):
    """Statistics, what they make of weight and bias, and the gradients."""
    close = {"rtol": 1e-5 if image.dtype == F32 else 1e-12, "atol": 1e-6 if image.dtype == F32 else 1e-12}
    mean, variance = image.mean((0, 2), dtype=F64), image.var((0, 2), dtype=F64)
    agree("channel_statistics", image, rtol=1e-12, atol=1e-15)
    weight, bias = (drawn(image.shape[1], dtype=image.dtype) for _ in range(2))
    agree("channel_affine", mean, variance, weight, bias, 1e-5, image.dtype, rtol=1e-6)
    agree("channel_affine", mean, variance, None, None, 1e-5, image.dtype, rtol=1e-6)
    agree("move_statistic", weight, variance, 0.1, 1.5, rtol=1e-6)
    agree("channel_scale", image, weight, bias, **close)
    grad, invstd = drawn(*image.shape, dtype=image.dtype), 1 / np.sqrt(variance + 1e-5)
    for training in (True, False):
        agree("batch_norm_backward", grad, image, mean, invstd, weight if training else None, training, **close)


def test_pieces():
    """A channel of several pieces."""
    image = drawn(17, 1, 500)
    agree("channel_statistics", image, rtol=1e-12, atol=1e-15)
    mean, variance = image.mean((0, 2), dtype=F64), image.var((0, 2), dtype=F64)
    agree("batch_norm_backward", drawn(17, 1, 500), image, mean, 1 / np.sqrt(variance), None, True, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("rows", "length", "groups", "inner"), [(3, 10, 1, 1), (40, 3, 1, 1), (6, 12, 2, 3), (4, 70, 2, 35), (2, 6, 2, 1), (1, 1030, 1, 1)]
)
def test_rows(rows, length, groups, inner):
    """Layer norm and group norm, with and without a weight."""
    for dtype, rtol in ((F32, 1e-5), (F64, 1e-11)) if rows == 6 else ((F32, 1e-5),):
        x, grad = drawn(rows, length, dtype=dtype), drawn(rows, length, dtype=dtype)
        weight, bias = (drawn(groups * length // inner, dtype=dtype) for _ in range(2))
        mean, invstd = x.mean(1, dtype=F64), 1 / np.sqrt(x.var(1, dtype=F64) + 1e-5)
        for scale, shift in ((weight, bias), (None, None)):
            agree("row_norm", x, scale, shift, groups, inner, 1e-5, rtol=rtol, atol=rtol)
            agree("row_norm_backward", grad, x, mean, invstd, scale, groups, inner, rtol=10 * rtol, atol=10 * rtol)


def test_nothing():
    """No elements."""
    agree("channel_scale", np.zeros((0, 2, 3), F32), np.ones(2, F32), np.ones(2, F32))
    agree("row_norm", np.zeros((0, 4), F32), None, None, 1, 1, 1e-5)
