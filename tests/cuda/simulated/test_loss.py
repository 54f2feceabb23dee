"""Losses of pairs and of classes. PyTorch: test/test_nn.py (losses)."""

import numpy as np
import pytest
from gpu import COMPILED_ONLY, agree

F32 = np.dtype(np.float32)
random = np.random.default_rng(0)

PAIRS = ["mse_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits"]


@pytest.mark.parametrize("name", PAIRS)
def test_pairs(name):
    """Each loss and their mean: a few, with gaps, and in float64."""
    a, b = (random.random((3, 5)).astype(np.float32) for _ in range(2))
    agree(lambda kernels: getattr(kernels, name).each, a, b, 0.5, rtol=1e-5)
    agree(lambda kernels: getattr(kernels, name).total, a, b.T.copy().T, 15, 0.5, rtol=1e-6)
    agree(lambda kernels: getattr(kernels, name).total, a[:, ::2].astype(np.float64), b[:, ::2].astype(np.float64), 1, 0.5, rtol=1e-12)


def test_many_pairs():
    """More than a block adds up."""
    a, b = (random.random(8200).astype(np.float32) for _ in range(2))
    agree(lambda kernels: kernels.mse_loss.total, a, b, 8200, rtol=1e-6)


def test_mse_backward():
    """One gradient for all pairs, or one for each."""
    a, b = (random.random((3, 5)).astype(np.float32) for _ in range(2))
    agree("mse_loss_backward", np.array(2.0, F32), a, b, 15)
    agree("mse_loss_backward", a.T.copy().T, a, b, 1)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True])
def test_classes(reduction, weighted):
    """(N, C) and (N, C, inner), some targets ignored; and the gradient."""
    for shape in ((6, 4, 1), (2, 3, 5)):
        for dtype in (np.float32, np.float64):
            x = random.standard_normal(shape).astype(dtype)
            target = random.integers(0, shape[1], (shape[0], shape[2]))
            target[1, 0] = 2
            weight = random.random(shape[1]).astype(dtype) if weighted else None
            agree("nll_loss", x, target, weight, 2, reduction, rtol=1e-6)
            grad = random.standard_normal(target.shape if reduction == "none" else ()).astype(dtype)
            total = np.array(1.7, dtype)
            agree("nll_loss_backward", grad, shape, target, weight, 2, reduction, total, rtol=1e-6)


def test_many_classes():
    """More targets than a block adds up; and none that counts."""
    x, target = random.standard_normal((8200, 2, 1)).astype(np.float32), random.integers(0, 2, (8200, 1))
    agree("nll_loss", x, target, None, -100, "mean", rtol=1e-6)
    agree("nll_loss", x[:2], target[:2] * 0, None, 0, "mean")
    agree("nll_loss", x[:0], target[:0], None, 0, "sum")


def test_bad_target():
    """A class that does not exist makes the loss NaN, and its gradient: nothing beside the array is read."""
    from minitorch.kernels import cuda

    x, target = cuda.from_host(random.standard_normal((3, 2, 1))), cuda.from_host(np.array([[0], [7], [-1]]))
    loss, total, place = cuda.nll_loss(x, target, None, -100, "none")
    assert place == -1
    grad = cuda.nll_loss_backward(loss, (3, 2, 1), target, None, -100, "none", total)
    if not COMPILED_ONLY:
        assert np.isnan(cuda.to_host(grad)).reshape(3, 2).tolist() == [[False, False], [True, True], [True, True]]
