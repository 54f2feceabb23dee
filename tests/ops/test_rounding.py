"""Signs, rounding, clamping. PyTorch: test/test_unary_ufuncs.py, test/test_torch.py (clamp)."""

import numpy as np
import pytest
import strategies
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")

NAMES = ["neg", "abs", "floor", "ceil", "trunc", "round", "sign", "positive"]
EDGES = np.array(
    [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 0.49999997, 1e10, -1e10, np.inf, -np.inf, np.nan, 3.0]
)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_layouts(name, data):
    check(lambda torch, x: getattr(torch, name)(x), data.draw(strategies.inputs(low=-4, high=4)), double=True)


@pytest.mark.parametrize("name", NAMES)
def test_dtypes_and_edges(name):
    """Halves go to the even neighbour; integers pass; bool may be refused."""
    for dtype in strategies.DTYPES:
        check(lambda torch, x: getattr(torch, name)(x), Input((5,), dtype, low=-3, high=3), may_raise=True)
        check(lambda torch, x: getattr(x, name)(), Input((5,), dtype, low=-3, high=3), may_raise=True)
    for dtype in strategies.FLOATS:
        check(lambda torch, x: getattr(torch, name)(x), array(EDGES, dtype), exact=name != "neg", grad=False)
        check(lambda torch, x: getattr(torch, name)(x), array(EDGES, dtype))


def test_smallest_integer():
    x = np.array([np.iinfo(np.int64).min, -1, 0, 1], np.int64)
    check(lambda torch, x: (-x, abs(x), torch.sign(x)), x)


@pytest.mark.parametrize("decimals", [-2, -1, 0, 1, 3])
def test_round_to_decimals(decimals):
    check(lambda torch, x: torch.round(x, decimals=decimals), Input((40,), "float64", low=-500, high=500))
    check(lambda torch, x: x.round(decimals=decimals), Input((40,), "float32", low=-5, high=5))


LIMITS = [(-1, 1), (None, 0.5), (-0.5, None), (1, -1), (0, 0), (-1.5, 2), (float("nan"), 1)]


@pytest.mark.parametrize("limits", LIMITS)
def test_clamp(limits):
    low, high = limits
    for dtype in ("float64", "float32", "int64", "uint8"):
        x = Input((3, 4), dtype, low=-3, high=3)
        check(lambda torch, x: torch.clamp(x, low, high), x, may_raise=True)
        check(lambda torch, x: x.clamp(min=low, max=high), x, may_raise=True)
    check(
        lambda torch, x: x.clamp(low, high),
        array([-1.0, 1.0, 0.5, np.nan, np.inf, -np.inf, -0.5, 2.0, 0.0, -1.5]),
    )
    check(lambda torch, x: x.clone().clamp_(low, high), Input((3, 4), "float64"))


@given(data=st.data())
def test_clamp_with_tensors(data):
    """The derivatives only with bounds of one shape: PyTorch's backward fails where both together are larger
    than x and one of them ("output with shape [] doesn't match the broadcast shape [1]")."""
    shapes = data.draw(strategies.broadcastable(3, max_dims=3))
    x, low, high = (data.draw(strategies.inputs(shape)) for shape in shapes)
    check(lambda torch, x, low, high: torch.clamp(x, low, high), x, low, high, grad=False)
    high = data.draw(strategies.inputs(shapes[1]))
    check(lambda torch, x, low, high: torch.clamp(x, low, high), x, low, high, double=True)


def test_clamp_one_sided_and_refused():
    x = Input((3,), "float64")
    check(
        lambda torch, x: (torch.clamp_min(x, 0.1), torch.clamp_max(x, 0.1), x.clamp_min(1), x.clamp_max(-1)),
        x,
    )
    check(lambda torch, x: (torch.clamp(x, min=x * 0), torch.clamp(x, max=x * 0)), x)
    check(lambda torch, x: torch.clamp(x), x, raises=RuntimeError)
    check(lambda torch, x: torch.clamp(x, "a"), x, raises=TypeError)
    check(lambda torch, x: torch.clip(x, 0, 1), x)


@given(data=st.data())
def test_large(data):
    check(lambda torch, x: (x.abs(), x.floor(), -x, x.clamp(-1, 1)), Input((200, 200), low=-5, high=5))
