"""Largest elements, sorting, the median: values, places, gradients. PyTorch: test/test_sort_and_select.py."""

import math

import numpy as np
import pytest
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, dims, inputs, shapes

pytestmark = pytest.mark.usefixtures("device")


@given(data=st.data(), descending=st.booleans(), of=st.sampled_from(DTYPES))
def test_sort(data, descending, of):
    """Stable, in the memory order of the input, for every dtype."""
    input = data.draw(inputs(of=(of,), shape=shapes(min_side=1)))
    dim = data.draw(dims(len(input.shape)))
    check(
        lambda torch, x: tuple(torch.sort(x, dim=dim, descending=descending, stable=True)),
        input,
        strides=True,
        double=of == "float64",
    )
    check(lambda torch, x: torch.argsort(x, dim=dim, descending=descending, stable=True), input, strides=True)


@given(data=st.data(), largest=st.booleans())
def test_topk(data, largest):
    input = data.draw(inputs(shape=shapes(min_side=1)).filter(lambda each: each.layout != "expanded"))
    dim = data.draw(dims(len(input.shape)))
    k = data.draw(st.integers(0, input.shape[dim] if input.shape else 1))
    check(lambda torch, x: tuple(torch.topk(x, k, dim, largest)), input, strides=True, double=True)


@given(
    values=st.lists(st.integers(0, 4), max_size=8),
    dtype=st.sampled_from(("int64", "uint8", "float32", "bool")),
)
def test_unique(values, dtype):
    check(
        lambda torch, x: torch.unique(x, return_inverse=True, return_counts=True),
        array(values, dtype, requires_grad=False),
    )
    check(lambda torch, x: torch.unique(x.reshape(-1, 1)), array(values, dtype, requires_grad=False))


def test_sort_of_nothing():
    check(lambda torch, x: (*x.sort(0), *x.sort(1), x.argsort(), *x.topk(0, 0)), Input((0, 3)), grad=False)


def test_nan_sorts_as_the_largest():
    x = array([1.0, math.nan, -math.inf, math.inf, math.nan, 0.0])
    for descending in (False, True):
        check(lambda torch, x: tuple(x.sort(descending=descending, stable=True)), x, grad=False)  # noqa: B023
    check(lambda torch, x: x.topk(3)[0], x, grad=False)


@pytest.mark.parametrize("name", ["max", "min", "median", "sort", "topk"])
def test_the_named_tuple(name):
    """Prints, unpacks and names its fields as PyTorch's."""

    def body(torch, x):
        result = getattr(torch, name)(x, 1)
        values, indices = result
        return (
            repr(result),
            type(result).__name__,
            len(result),
            values,
            result.values,
            result.indices,
            indices,
        )

    check(body, Input((2, 3), requires_grad=False))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x[:0].median(0),
        lambda torch, x: x.bool().median(),
        lambda torch, x: x.bool().topk(1),
        lambda torch, x: x.topk(5),
        lambda torch, x: x.topk(-1),
        lambda torch, x: x.topk(1, 2),
        lambda torch, x: x.sort(2),
        lambda torch, x: x.argsort(-3),
        lambda torch, x: x.median(2),
    ],
)
def test_errors(body):
    check(body, Input((3, 4), requires_grad=False), raises=Exception)


def test_large_work():
    """The parallel path, and a place beyond the first piece of work."""
    values = np.zeros((3, 50_000), np.float32)
    values[1, 49_999] = 1
    check(
        lambda torch, x: (x.argmax(), x.argmax(1), x.max(0)[1].sum(), x.sort(dim=1, stable=True)[1]),
        array(values),
        grad=False,
    )


@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_gradient_of_the_median_of_all(name):
    """It goes to the one element that was taken, which does not stand in the middle."""
    check(lambda torch, x: getattr(torch, name)(x), array([[0.3, 4.0, -1.0], [9.0, 7.0, 5.0]]), double=True)
