"""Largest elements, sorting, the median: values, places, gradients. PyTorch: test/test_sort_and_select.py."""

import math

import numpy as np
import pytest
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, dims, inputs, shapes

import minitorch

pytestmark = pytest.mark.usefixtures("device")


@given(data=st.data(), name=st.sampled_from(("max", "min", "median")), keepdim=st.booleans())
def test_a_pick_along_a_dimension(data, name, keepdim):
    """(values, indices), in any layout; the gradient arrives at the picked places."""
    input = data.draw(inputs(shape=shapes(min_side=1)).filter(lambda each: each.layout != "expanded"))
    dim = data.draw(dims(len(input.shape)))
    check(lambda torch, x: tuple(getattr(torch, name)(x, dim, keepdim)), input, double=True, strides=True)


@given(data=st.data(), name=st.sampled_from(("max", "min", "argmax", "argmin")), keepdim=st.booleans())
def test_the_first_of_equal_elements(data, name, keepdim):
    """Integers repeat: the first place counts."""
    input = data.draw(
        inputs(of=("int64", "int32", "uint8", "float32"), shape=shapes(min_side=1), low=0, high=2)
    )
    values = Input(input.shape, "int64", low=0, high=2, seed=input.seed).numbers()
    ties = array(values.astype(input.dtype))
    dim = data.draw(dims(len(input.shape)))

    def body(torch, x):
        result = getattr(torch, name)(x, dim, keepdim)
        return result if name.startswith("arg") else tuple(result)

    check(body, ties, strides=True)
    check(lambda torch, x: torch.argmax(x) - torch.argmin(x), ties)


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


@pytest.mark.parametrize("name", ["max", "min", "amax", "amin"])
def test_equal_elements_share_the_gradient(name):
    """Of the reductions that name no place."""
    check(
        lambda torch, x: getattr(torch, name)(x),
        array([[1.0, 3.0, 3.0], [3.0, 1.0, 1.0]], "float64"),
        double=True,
    )
    check(lambda torch, x: getattr(torch, name)(x), array([1.0, math.nan, 3.0, math.nan]))


def test_max_of_two_tensors():
    check(lambda torch, x, y: torch.max(x, y), Input((3, 4)), Input((4,), seed=1))
    check(lambda torch, x, y: x.min(y), Input((3, 4)), Input((4,), seed=1))
    check(lambda torch, x, y: torch.min(x, other=y), Input((3, 4)), Input((4,), seed=1))


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


def test_aminmax_names_its_fields():
    def body(torch, x):
        result = torch.aminmax(x)
        return repr(result), result.min, result.max

    check(body, Input((2, 3), requires_grad=False))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.max(2),
        lambda torch, x: x.max((0, 1)),
        lambda torch, x: x.argmax(-3),
        lambda torch, x: x.argmax(0.5),
        lambda torch, x: x[:0].max(),
        lambda torch, x: x[:0].max(0),
        lambda torch, x: x[:0].min(0),
        lambda torch, x: x[:0].argmax(),
        lambda torch, x: x[:0].argmin(0),
        lambda torch, x: x[:0].median(0),
        lambda torch, x: x[:0].aminmax(),
        lambda torch, x: x.bool().argmax(),
        lambda torch, x: x.bool().argmin(0),
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


def test_places_have_no_gradient():
    values, indices = minitorch.ones(2, 3, requires_grad=True).max(1)
    assert values.requires_grad and not indices.requires_grad and indices.grad_fn is None
