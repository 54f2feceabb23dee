"""Losses of classes: results, gradients, errors. PyTorch: test/test_nn.py."""

import numpy as np
import pytest
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st

import minitorch

pytestmark = pytest.mark.usefixtures("device")

REDUCTIONS = ("mean", "sum", "none")

CLASSES = {  # the shape of the input -> that of the target
    (5, 3): (5,),
    (3,): (),
    (2, 3, 4): (2, 4),
    (2, 3, 4, 5): (2, 4, 5),
    (2, 3, 2, 2, 3): (2, 2, 2, 3),
    (0, 3): (0,),
    (2, 3, 0): (2, 0),
}


@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
@pytest.mark.parametrize("shape", CLASSES, ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_loss_of_classes(name, shape, reduction, weighted):
    """Of every number of dimensions, with and without weights, some targets ignored."""

    def body(torch, x, y, w):
        options = {"weight": w if weighted else None, "reduction": reduction, "ignore_index": 1}
        return getattr(torch.nn.functional, name)(x, y, **options)

    classes = Input(CLASSES[shape], "int64", low=0, high=2).numbers()
    if classes.size > 1:
        classes.flat[0], classes.flat[1] = 1, 0
    weight = Input((3,), "float64", low=0.1, requires_grad=False)
    layouts = ["contiguous", "transposed"]
    if name == "nll_loss" and len(shape) == 4:
        layouts.pop()  # PyTorch cannot differentiate it: "grad_input must be contiguous"
    for layout in layouts:
        check(body, Input(shape, "float64", layout), array(classes), weight, double=True, strides=True)


@pytest.mark.parametrize("shape", [shape for shape in CLASSES if 0 not in shape], ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("probabilities", [False, True])
def test_label_smoothing(shape, reduction, weighted, probabilities):
    def body(torch, x, y, w):
        options = {"weight": w if weighted else None, "reduction": reduction, "label_smoothing": 0.3}
        return torch.nn.functional.cross_entropy(x, y, **options)

    classes = Input(CLASSES[shape], "int64", low=0, high=2).numbers()
    if classes.size > 2 and not probabilities:
        classes.flat[2] = -100
    target = Input(shape, "float64", low=0, high=1, seed=1) if probabilities else array(classes)
    check(
        body,
        Input(shape, "float64"),
        target,
        Input((3,), "float64", low=0.1, requires_grad=False),
        double=True,
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 3), (3,), (2, 3, 4), (0, 3)])
def test_probabilities_as_targets(reduction, shape):
    check(
        lambda torch, x, y: torch.nn.functional.cross_entropy(x, y, reduction=reduction),
        Input(shape, "float64"),
        Input(shape, "float64", low=0, high=1, seed=1),
        double=True,
    )


@pytest.mark.parametrize("n", [64, 1000, 70_000])
def test_a_batch_in_float32(n):
    """What a training step computes, small and large, and with classes of one byte."""
    classes = Input((n,), "int64", low=0, high=9)
    check(
        lambda torch, x, y: torch.nn.functional.cross_entropy(x, y), Input((n, 10), low=-9, high=9), classes
    )
    if n < 65:
        check(
            lambda torch, x, y: torch.nn.functional.cross_entropy(x, y.to(torch.uint8)),
            Input((n, 10)),
            classes,
        )


def test_everything_ignored():
    """The mean of nothing is NaN, and so is its gradient's sum: as in PyTorch."""
    for reduction in REDUCTIONS:
        check(
            lambda torch, x, y: torch.nn.functional.cross_entropy(x, y, reduction=reduction),  # noqa: B023
            Input((3, 4)),
            array([-100, -100, -100]),
        )


@given(bad=st.sampled_from((4, -1, -99, 2**31, -(2**31), 2**63 - 1, -(2**63))), place=st.integers(0, 2))
def test_a_class_that_does_not_exist(bad, place):
    """The CPU says so at once, a GPU when its result is read."""
    classes = np.array([0, 1, 3])
    classes[place] = bad
    for name in ("nll_loss", "cross_entropy"):
        check(
            lambda torch, x, y: getattr(torch.nn.functional, name)(x, y).item(),  # noqa: B023
            Input((3, 4)),
            array(classes),
            raises=IndexError,
        )
    check(
        lambda torch, x, y: torch.nn.functional.cross_entropy(x, y.view(1, 3)).item(),
        Input((1, 4, 3)),
        array(classes),
        raises=IndexError,
    )


@pytest.mark.cpu("a GPU names any of several: tests/cuda/simulated/test_loss.py")
def test_a_class_that_does_not_exist_in_a_large_batch():
    """Found by the parallel loop too; the first one is named."""
    classes = np.zeros(70_000, np.int64)
    classes[[69_000, 40_000]] = 7, 5
    with pytest.raises(IndexError, match="Target 5 is out of bounds"):
        minitorch.nn.functional.nll_loss(minitorch.zeros(70_000, 4), minitorch.from_numpy(classes))


@pytest.mark.parametrize(
    "body",
    [
        lambda F, torch, x, t: F.cross_entropy(x, t[:2]),
        lambda F, torch, x, t: F.cross_entropy(x, t.float()),
        lambda F, torch, x, t: F.cross_entropy(x, t.int()),
        lambda F, torch, x, t: F.cross_entropy(x, t.bool()),
        lambda F, torch, x, t: F.cross_entropy(x, t, weight=torch.ones(3)),
        lambda F, torch, x, t: F.cross_entropy(x, t, weight=torch.ones(4).double()),
        lambda F, torch, x, t: F.cross_entropy(x, t, reduction="bad"),
        lambda F, torch, x, t: F.cross_entropy(x, t, label_smoothing=1.5),
        lambda F, torch, x, t: F.cross_entropy(x, x, ignore_index=2),
        lambda F, torch, x, t: F.cross_entropy(x, x.long()),
        lambda F, torch, x, t: F.cross_entropy(x, x[:2]),
        lambda F, torch, x, t: F.cross_entropy(x, x[:, :2]),
        lambda F, torch, x, t: F.cross_entropy(x.long(), t),
        lambda F, torch, x, t: F.cross_entropy(x, [0, 1, 2]),
        lambda F, torch, x, t: F.cross_entropy([0], t),
        lambda F, torch, x, t: F.cross_entropy(x[0, 0], t[0]),
        lambda F, torch, x, t: F.nll_loss(x[0, 0], t),
        lambda F, torch, x, t: F.nll_loss(x[0], t[:2]),
        lambda F, torch, x, t: F.nll_loss(x.long(), t),
        lambda F, torch, x, t: F.nll_loss(x, t, reduction="x"),
        lambda F, torch, x, t: F.nll_loss(x, t[:, None]),
        lambda F, torch, x, t: F.nll_loss(torch.ones(2, 3, 4), torch.zeros(2, 3).long()),
        lambda F, torch, x, t: F.nll_loss(torch.ones(2, 3, 4, 5), torch.zeros(2, 4, 4).long()),
        lambda F, torch, x, t: F.nll_loss(torch.ones(2, 3, 4, 5), torch.zeros(2, 4).long()),
        lambda F, torch, x, t: F.nll_loss(torch.ones(2, 3, 4, 5), torch.zeros(2, 4, 5).long(), torch.ones(2)),
        lambda F, torch, x, t: F.nll_loss(torch.ones(2, 3, 4, 5, 6), torch.zeros(2, 4, 5, 5).long()),
        lambda F, torch, x, t: F.nll_loss(torch.ones(2, 3, 4, 5, 6), torch.zeros(3, 4, 5, 6).long()),
    ],
)
def test_errors_of_classes(body):
    check(
        lambda torch, x, t: body(torch.nn.functional, torch, x, t),
        Input((3, 4), requires_grad=False),
        array([0, 1, 2]),
        raises=Exception,
    )
