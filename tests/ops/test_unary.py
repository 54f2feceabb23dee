"""Functions of one number. PyTorch: test/test_unary_ufuncs.py."""

import numpy as np
import pytest
import strategies
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")

# name -> where it is smooth
UNARY = {
    "exp": (-2, 2), "exp2": (-2, 2), "expm1": (-2, 2), "log": (0.1, 3), "log2": (0.1, 3), "log10": (0.1, 3),
    "log1p": (-0.9, 3), "sqrt": (0.1, 3), "rsqrt": (0.1, 3), "reciprocal": (0.3, 3), "square": (-2, 2),
    "sin": (-7, 7), "cos": (-7, 7), "tan": (-1.4, 1.4), "asin": (-0.95, 0.95), "acos": (-0.95, 0.95),
    "atan": (-3, 3), "sinh": (-2, 2), "cosh": (-2, 2), "erf": (-2, 2), "tanh": (-2, 2), "sigmoid": (-4, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
@given(data=st.data())
def test_layouts(name, data):
    """Every shape and layout, with both derivatives."""
    low, high = UNARY[name]
    check(
        lambda torch, x: getattr(torch, name)(x),
        data.draw(strategies.inputs(low=low, high=high)),
        double=True,
    )


@pytest.mark.parametrize("name", UNARY)
def test_methods_and_dtypes(name):
    """Integers and bool give the default dtype; the method is the function; the in-place one writes."""
    for dtype in strategies.DTYPES:
        x = Input((2, 3), dtype, low=0.2, high=1)
        check(lambda torch, x: (getattr(torch, name)(x), getattr(x, name)()), x, may_raise=True)
        check(lambda torch, x: getattr(x.clone(), name + "_")(), x, may_raise=True)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", strategies.FLOATS)
def test_extreme_numbers(name, dtype):
    """Also outside of the domain: NaN and infinities as in PyTorch, values and gradients."""
    x = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        -2.0,
        np.inf,
        -np.inf,
        np.nan,
        1e-40,
        100.0,
        -100.0,
        1e4,
        88.8,
        -104.0,
        20.0,
    ]
    check(lambda torch, x: getattr(torch, name)(x), array(x, dtype))


@pytest.mark.parametrize("name", UNARY)
def test_float32_over_a_range(name):
    """Many numbers: never farther from the truth than PyTorch by more than the tolerance."""
    low, high = UNARY[name]
    check(lambda torch, x: getattr(torch, name)(x), Input((2000,), low=low, high=high))


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("wrong", [3.0, "text", None, [1.0]])
def test_wrong_argument(name, wrong):
    check(lambda torch: getattr(torch, name)(wrong), raises=TypeError)
