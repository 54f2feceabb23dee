"""Dropout: PyTorch's masks and values, bit for bit. PyTorch: test/nn/test_dropout.py."""

import warnings

import numpy as np
import pytest
from helpers import check
from inputs import Input

import minitorch
import minitorch.nn.functional as F

pytestmark = pytest.mark.usefixtures("device")

LAYOUTS = ["contiguous", "transposed", "sliced", "channels_last", "offset"]


def functional(library):
    return library.nn.functional


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("p", [0, 0.1, 0.5, 0.9, 1, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dropout(dtype, p, layout):
    """Same zeros, values and gradients; -0.0 where a negative number was dropped; same generator after."""

    def body(torch, x):
        y = functional(torch).dropout(x, p)
        return y, torch.get_rng_state(), type(y.grad_fn).__name__

    check(body, Input((2, 3, 5, 4), dtype, layout), exact=True, double=True)


def test_dropped_infinity_is_nan():
    check(
        lambda torch, x: functional(torch).dropout(x, 0.5),
        np.full(50, np.inf, np.float32),
        exact=True,
        grad=False,
    )


@pytest.mark.parametrize("p", [0, 0.5])
def test_nothing_is_drawn_in_evaluation(p):
    def body(torch, x):
        y = functional(torch).dropout(x, p, training=p == 0)
        return y is x, torch.get_rng_state()

    check(body, Input((3, 4)), exact=True)


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        ("dropout1d", (4, 5)),
        ("dropout1d", (3, 4, 5)),
        ("dropout2d", (3, 4, 5, 6)),
        ("dropout3d", (4, 2, 3, 2)),
        ("dropout3d", (2, 4, 2, 3, 2)),
        ("alpha_dropout", (50,)),
        ("feature_alpha_dropout", (3, 4, 5)),
    ],
)
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_family(function, shape, p, inplace):
    def body(torch, x):
        y = x * 1 if inplace else x
        result = getattr(functional(torch), function)(y, p, True, inplace)
        return result, y, inplace and result is y, torch.get_rng_state()

    check(body, Input(shape), exact=True)


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 5), (2, 3, 4, 5, 6)])
def test_dropout2d_of_other_shapes(shape):
    def body(torch, x):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = functional(torch).dropout2d(x)
        return result, [str(each.message) for each in caught]

    check(body, Input(shape), exact=True)


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 5)])
def test_dropout3d_of_other_shapes(shape):
    def body(torch, x):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = functional(torch).dropout3d(x)
        return result, [str(each.message) for each in caught]

    check(body, Input(shape), exact=True)


def test_in_place():
    def body(torch, x):
        y = x * 1
        version = y._version
        same = functional(torch).dropout(y, 0.5, inplace=True) is y
        return y, same, y._version - version

    check(body, Input((6, 7)), exact=True)
    check(lambda torch, x: functional(torch).dropout(x, 0.5, True, True), Input((3,)), raises=RuntimeError)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (lambda F, x: F.dropout(x, 1.5), ValueError),
        (lambda F, x: F.dropout(x, -0.1, False), ValueError),
        (lambda F, x: F.dropout1d(x, 2), ValueError),
        (lambda F, x: F.dropout2d(x, 2), ValueError),
        (lambda F, x: F.dropout3d(x, 2), ValueError),
        (lambda F, x: F.alpha_dropout(x, 2, True), ValueError),
        (lambda F, x: F.feature_alpha_dropout(x, 2.0, True), ValueError),
        (lambda F, x: F.feature_alpha_dropout(x, 0.5, True), RuntimeError),
        (lambda F, x: F.dropout1d(x), RuntimeError),
        (lambda F, x: F.dropout([1.0]), TypeError),
        (lambda F, x: F.dropout(x.long()), RuntimeError),
        (lambda F, x: F.dropout(x > 0), RuntimeError),
    ],
)
def test_errors(body, error):
    check(lambda torch, x: body(functional(torch), x), Input((3,)), raises=error)


def test_share_of_zeros():
    """Of a hundred thousand at p = 0.3, within five standard deviations; the mean is kept."""
    minitorch.manual_seed(0)
    y = F.dropout(minitorch.ones(100_000), 0.3)
    assert abs((y == 0).float().mean().item() - 0.3) < 5 * (0.3 * 0.7 / 100_000) ** 0.5
    assert abs(y.mean().item() - 1) < 0.02
