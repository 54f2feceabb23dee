"""Comparisons, logic, bits, and whether tensors are equal. PyTorch: test/test_binary_ufuncs.py."""

import itertools

import numpy as np
import pytest
import strategies
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")

COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]
LOGIC = ["logical_and", "logical_or", "logical_xor"]
BITS = ["bitwise_and", "bitwise_or", "bitwise_xor"]
NUMBERS = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, 2.0, -1.0]


@pytest.mark.parametrize("name", COMPARISONS + LOGIC)
@given(data=st.data())
def test_broadcasting_and_layouts(name, data):
    """Small whole numbers, so that equal ones occur."""
    first, second = data.draw(strategies.broadcastable(2, max_dims=3))
    x = data.draw(strategies.inputs(first, of=strategies.DTYPES, low=-1, high=2))
    y = data.draw(strategies.inputs(second, of=strategies.DTYPES, low=-1, high=2))
    check(lambda torch, x, y: getattr(torch, name)(x, y), x, y)


@pytest.mark.parametrize("name", COMPARISONS + LOGIC + BITS)
def test_every_pair_of_dtypes(name):
    for first, second in itertools.product(strategies.DTYPES, repeat=2):
        x, y = Input((3,), first, low=0, high=2), Input((2, 1), second, low=0, high=2, seed=1)
        check(lambda torch, x, y: getattr(torch, name)(x, y), x, y, may_raise=True)


@pytest.mark.parametrize("name", COMPARISONS)
def test_numbers(name):
    """A float is not cut to an integer before it is compared, and NaN equals nothing."""
    for dtype, number in itertools.product(
        strategies.DTYPES, [1, 0, 1.5, -1, True, float("nan"), 300, 2**31]
    ):
        check(lambda torch, x, y: getattr(torch, name)(x, y), array([0, 1, 2], dtype), number, may_raise=True)
    x, y = np.meshgrid(NUMBERS, NUMBERS)
    check(lambda torch, x, y: getattr(torch, name)(x, y), x, y)


def test_operators():
    def body(torch, x, y):
        return (
            x == y, x != y, x < y, x <= y, x > y, x >= y, x == 1, x == 1, x < 2, x >= 0, x == None, x != None,  # noqa: E711
            x == "text", (x > 0) & (y > 0), (x > 0) | (y > 0), (x > 0) ^ (y > 0), ~(x > 0), True & (x > 0),
        )  # fmt: skip

    check(body, Input((3, 4), "int64"), Input((4,), "int64", seed=1))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x < "a",
        lambda torch, x: x > None,
        lambda torch, x: x & 1.5,
        lambda torch, x: ~x,
        lambda torch, x: x & x,
    ],
)
def test_wrong_operands(body):
    check(body, Input((3,)), raises=(TypeError, RuntimeError), text=False)


@pytest.mark.parametrize("name", BITS)
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_bits(name, dtype):
    x, y = np.meshgrid(np.arange(8).astype(dtype), np.arange(8).astype(dtype))
    check(lambda torch, x, y: getattr(torch, name)(x, y), x.copy(), y.copy())
    check(lambda torch, x: (getattr(torch, name)(x, 3), ~x, torch.bitwise_not(x)), x.copy())


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "logical_not"])
def test_questions(name):
    check(lambda torch, x: (getattr(torch, name)(x), getattr(x, name)()), array(NUMBERS))
    for dtype in strategies.DTYPES:
        check(lambda torch, x: getattr(torch, name)(x), Input((2, 3), dtype, layout="transposed"))


def test_isclose_and_allclose():
    x = np.array([1.0, 1.0, 1.0, np.nan, np.inf, np.inf, 1e-9, 100.0])
    y = np.array([1.0, 1.00001, 1.001, np.nan, np.inf, -np.inf, 0.0, 100.001])
    for options in ({}, {"rtol": 1e-2}, {"atol": 1.0}, {"equal_nan": True}, {"rtol": 0.0, "atol": 0.0}):
        check(close, x, y, options)
        check(close, x, x, options)
    check(lambda torch, x, y: torch.isclose(x, y), np.array([1, 2]), np.array([1, 3]))
    check(
        lambda torch, x, y: torch.isclose(x, y), np.array([1, 2]), np.array([1.0, 3.0]), raises=RuntimeError
    )


def close(torch, x, y, options):
    return torch.isclose(x, y, **options), torch.allclose(x, y, **options), x.allclose(y, **options)


def test_equal():
    def body(torch, x):
        return (
            torch.equal(x, x),
            torch.equal(x, x + 1),
            torch.equal(x, x[:2]),
            x.equal(x.clone()),
            torch.equal(x, x * 1.0),
        )

    check(body, array([1, 2, 3]), may_raise=True)
    check(lambda torch, x: torch.equal(x, x), array([np.nan]))
    check(lambda torch: torch.equal(torch.ones(0), torch.ones(0)))
    check(lambda torch: torch.equal(torch.ones(0), torch.ones(0, 1)))
