"""Losses of pairs and of classes. PyTorch: test/test_nn.py (losses)."""

import math

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


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("inner", [1, 2])
@pytest.mark.parametrize("bad", [2, -1, 2**31, -(2**63), 2**63 - 1])
def test_bad_target(bad, inner, weighted):
    """A class that does not exist makes the loss NaN, and its gradient: nothing beside the array is read, and it is told once."""
    from minitorch.kernels import cuda

    classes = np.zeros((3, inner), np.int64)
    classes[1, -1] = bad
    x, target = cuda.from_host(random.standard_normal((3, 2, inner))), cuda.from_host(classes)
    weight, wrong = cuda.from_host(np.ones(2)) if weighted else None, classes == bad
    for reduction in ("none", "mean"):
        loss, total, place = cuda.nll_loss(x, target, weight, -100, reduction)
        assert place == -1
        ones = cuda.from_host(np.ones(loss.shape))
        grad = cuda.nll_loss_backward(ones, (3, 2, inner), target, weight, -100, reduction, total)
        if COMPILED_ONLY:
            continue
        with pytest.raises(IndexError, match=f"^Target {bad} is out of bounds."):
            cuda.to_host(loss)
        assert np.array_equal(np.isnan(cuda.to_host(loss)), wrong if reduction == "none" else True)
        assert np.array_equal(np.isnan(cuda.to_host(grad)), np.broadcast_to(wrong[:, None, :], (3, 2, inner)))


@pytest.mark.skipif(COMPILED_ONLY, reason="nothing is computed where kernels are only compiled")
@pytest.mark.parametrize("wait", ["synchronize", "stream", "event", "item", "pinned"])
def test_who_tells(wait):
    """Whatever waits for the GPU says what was found meanwhile."""
    import minitorch as torch

    bad = torch.nn.functional.nll_loss(torch.zeros(3, 4).cuda(), torch.tensor([0, 4, 1]).cuda())
    event = torch.cuda.Event()
    event.record()
    waits = {
        "synchronize": torch.cuda.synchronize, "stream": torch.cuda.current_stream().synchronize, "event": event.synchronize,
        "item": torch.ones(1).cuda().item, "pinned": lambda: torch.empty(2, pin_memory=True).copy_(torch.ones(2).cuda()),
    }  # fmt: skip
    with pytest.raises(IndexError, match="Target 4 is out of bounds.") as caught:
        waits[wait]()
    assert "MINITORCH_LAUNCH_BLOCKING" in caught.value.__notes__[0]
    waits[wait]()
    assert math.isnan(bad.item())


@pytest.mark.skipif(COMPILED_ONLY, reason="nothing is computed where kernels are only compiled")
def test_a_recorded_loss_tells():
    """Each replay looks at the classes of then."""
    import minitorch as torch

    x, classes = torch.zeros(3, 4).cuda(), torch.tensor([0, 1, 2]).cuda()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = torch.nn.functional.cross_entropy(x, classes)
    for bad in (9, -3):
        classes[1] = bad
        graph.replay()
        with pytest.raises(IndexError, match=f"Target {bad} is out of bounds."):
            loss.item()
    classes[1] = 3
    graph.replay()
    assert loss.item() == pytest.approx(math.log(4))
