"""Activations. PyTorch: test/test_nn.py, torch/nn/functional.py."""

import numpy as np
import pytest
import strategies
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")

ACTIVATIONS = {
    "relu": lambda F, x: F.relu(x),
    "leaky_relu": lambda F, x: F.leaky_relu(x),
    "leaky_relu 0.3": lambda F, x: F.leaky_relu(x, 0.3),
    "leaky_relu -0.3": lambda F, x: F.leaky_relu(x, negative_slope=-0.3),
    "gelu": lambda F, x: F.gelu(x),
    "gelu tanh": lambda F, x: F.gelu(x, approximate="tanh"),
    "silu": lambda F, x: F.silu(x),
    "elu": lambda F, x: F.elu(x),
    "elu 0.5": lambda F, x: F.elu(x, 0.5),
    "softplus": lambda F, x: F.softplus(x),
    "softplus 2, 1": lambda F, x: F.softplus(x, 2.0, 1.0),
    "logsigmoid": lambda F, x: F.logsigmoid(x),
    "sigmoid": lambda F, x: F.sigmoid(x),
    "tanh": lambda F, x: F.tanh(x),
}
EXTREMES = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    np.inf,
    -np.inf,
    np.nan,
    1e-40,
    -1e-40,
    100.0,
    -100.0,
    20.0,
    20.5,
    88.8,
    -104.0,
]


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(data=st.data())
def test_layouts(name, data):
    x = data.draw(strategies.inputs(low=-3, high=3))
    check(lambda torch, x: ACTIVATIONS[name](torch.nn.functional, x), x, double=True)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", strategies.FLOATS)
def test_extreme_numbers(name, dtype):
    """NaN stays NaN, nothing overflows that need not."""
    numbers = EXTREMES
    if (name, dtype) == ("gelu", "float32"):
        # PyTorch's vectors give gelu(inf) = NaN here; its scalar loop and its float64 give inf, as ours do.
        numbers = [each for each in EXTREMES if each != np.inf]
        check(lambda torch, x: torch.nn.functional.gelu(x), array(np.inf, dtype), grad=False)
    check(lambda torch, x: ACTIVATIONS[name](torch.nn.functional, x), array(numbers, dtype))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_dtypes(name):
    for dtype in strategies.DTYPES:
        x = Input((2, 3), dtype, low=-3, high=3)
        check(lambda torch, x: ACTIVATIONS[name](torch.nn.functional, x), x, may_raise=True)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "silu", "elu"])
def test_in_place(name):
    def body(torch, x):
        y = x * 2
        result = getattr(torch.nn.functional, name)(y, inplace=True)
        return result, result is y, y._version, result * 3

    check(body, Input((3, 4), "float64"))


def test_in_place_of_a_leaf():
    check(lambda torch, x: torch.nn.functional.relu(x, inplace=True), Input((3,)), raises=RuntimeError)


@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "elu", "softplus", "leaky_relu"])
@pytest.mark.parametrize("wrong", [3.0, "text", None])
def test_wrong_argument(name, wrong):
    check(
        lambda torch: getattr(torch.nn.functional, name)(wrong),
        raises=(TypeError, AttributeError),
        text=False,
    )


def test_wrong_approximation():
    check(lambda torch, x: torch.nn.functional.gelu(x, approximate="x"), Input((3,)), raises=RuntimeError)


@pytest.mark.parametrize("size", [1, 33, 40_000])
def test_relu_of_many(size):
    check(lambda torch, x: torch.relu(x), Input((size,)), exact=True)
