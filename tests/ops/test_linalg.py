"""Norms: results, gradients, errors. PyTorch: test/test_linalg.py."""

import math

import numpy as np
import pytest
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st
from strategies import dims, inputs, shapes

pytestmark = pytest.mark.usefixtures("device")


@given(
    data=st.data(),
    p=st.sampled_from((2, 1, 0, 3, 1.5, 0.5, -1, math.inf, -math.inf, "fro", None)),
    keepdim=st.booleans(),
)
def test_norm(data, p, keepdim):
    input = data.draw(inputs(shape=shapes(min_side=1)))
    ndim = len(input.shape)
    dim = data.draw(st.one_of(dims(ndim), st.none(), st.just(tuple(range(ndim))[-2:])))
    # Of the others PyTorch makes a second derivative that cannot be read (a ZeroTensor).
    curved = p not in (0, 1, math.inf, -math.inf)
    check(
        lambda torch, x: torch.norm(x, p, dim, keepdim),
        input,
        double=curved,
        strides=True,
        rtol=1e-8,
        atol=1e-8,
    )
    check(lambda torch, x: x.norm() if p is None else x.norm(p), input, rtol=1e-9)


@pytest.mark.parametrize("p", [2, 1, 3, 1.5, math.inf])
def test_the_gradient_of_the_norm_of_zeros(p):
    check(lambda torch, x: torch.norm(x, p), array(np.zeros(3), "float64"))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.long().norm(),
        lambda torch, x: x[:0].norm(math.inf),
        lambda torch, x: x.norm("fro", (0, 1, 2)),
        lambda torch, x: x.norm("x"),
        lambda torch, x: x.norm(2, 5),
    ],
)
def test_errors(body):
    check(body, Input((3, 4), requires_grad=False), raises=Exception)
