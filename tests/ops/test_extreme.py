"""The largest and smallest elements: values, places, gradients, errors. PyTorch: test/test_reductions.py."""

import math

import numpy as np
import pytest
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st
from strategies import dims, dtypes, inputs, shapes

import minitorch

pytestmark = pytest.mark.usefixtures("device")


@pytest.mark.parametrize("size", [1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 40_000])
@pytest.mark.parametrize("name", ["max", "min", "amax", "amin", "argmax", "argmin", "median", "sum"])
def test_nan_wins_wherever_it_is(name, size):
    for place in {0, size // 2, size - 1}:
        values = np.linspace(-1, 1, size, dtype=np.float32)
        values[place] = np.nan
        check(lambda torch, x: getattr(torch, name)(x), array(values), grad=False)
        check(lambda torch, x: getattr(torch, name)(x, 0), array(np.stack([values, values], 1)), grad=False)


@given(dtype=dtypes(), shape=shapes(max_dims=2, min_side=1))
def test_aminmax(dtype, shape):
    check(lambda torch, x: tuple(x.aminmax()) + tuple(x.aminmax(dim=0, keepdim=True)), Input(shape, dtype))


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


def test_aminmax_names_its_fields():
    def body(torch, x):
        result = torch.aminmax(x)
        return repr(result), result.min, result.max

    check(body, Input((2, 3), requires_grad=False))


def test_places_have_no_gradient():
    values, indices = minitorch.ones(2, 3, requires_grad=True).max(1)
    assert values.requires_grad and not indices.requires_grad and indices.grad_fn is None


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.amax(4),
        lambda torch, x: x.amax((0, 0)),
        lambda torch, x: x[:0].amax(),
        lambda torch, x: x[:0].amin(0),
        lambda torch, x: x.max(2),
        lambda torch, x: x.max((0, 1)),
        lambda torch, x: x.argmax(-3),
        lambda torch, x: x.argmax(0.5),
        lambda torch, x: x[:0].max(),
        lambda torch, x: x[:0].max(0),
        lambda torch, x: x[:0].min(0),
        lambda torch, x: x[:0].argmax(),
        lambda torch, x: x[:0].argmin(0),
        lambda torch, x: x[:0].aminmax(),
        lambda torch, x: x.bool().argmax(),
        lambda torch, x: x.bool().argmin(0),
    ],
)
def test_errors(body):
    check(body, Input((3, 4), requires_grad=False), raises=Exception)
