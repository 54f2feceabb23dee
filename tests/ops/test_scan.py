"""Running sums and products: results, gradients, errors. PyTorch: test/test_reductions.py."""

import pytest
from helpers import Input, check
from hypothesis import given
from hypothesis import strategies as st
from strategies import dims, inputs, shapes

pytestmark = pytest.mark.usefixtures("device")


@given(data=st.data(), name=st.sampled_from(("cumsum", "cumprod")))
def test_running_sums_and_products(data, name):
    input = data.draw(inputs(shape=shapes(min_side=1)))
    dim = data.draw(dims(len(input.shape)))
    check(
        lambda torch, x: getattr(torch, name)(x, dim), input, double=True, strides=True, rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.cumsum(2),
        lambda torch, x: x.cumprod(-3),
    ],
)
def test_errors(body):
    check(body, Input((3, 4), requires_grad=False), raises=Exception)
