"""masked_fill, masked_select, nonzero, embedding, one_hot, as in PyTorch. PyTorch: test/test_masked.py."""

import numpy as np
import pytest
from helpers import Input, check
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import DTYPES, broadcastable, inputs, layouts, shapes

pytestmark = pytest.mark.usefixtures("device")


@given(broadcastable(), layouts(), st.sampled_from([None, 2.5]), st.integers(0, 9))
def test_masked_fill(shapes, layout, number, seed):
    """Mask and tensor broadcast; the value is a number or a tensor."""
    shape, mask_shape = shapes

    def body(torch, x, mask, value):
        return x.masked_fill(mask, value if number is None else number)

    mask = Input(mask_shape, "bool", seed=seed)
    check(body, Input(shape, "float64", layout), mask, Input((), "float64"), double=True, strides=True)


@given(broadcastable(), st.booleans(), st.integers(0, 9))
def test_masked_fill_in_place(shapes, recorded, seed):
    """As the other, and an error where the mask is larger than the tensor."""
    shape, mask_shape = shapes

    def body(torch, x, mask):
        x = x.clone() if recorded else x.detach().clone()
        return x.masked_fill_(mask, 3), x._version

    check(body, Input(shape, "float64"), Input(mask_shape, "bool", seed=seed), may_raise=True)


@given(inputs(of=DTYPES), st.sampled_from([0, 1, 2.5, -1, 300, 2**40, float("inf"), float("nan")]))
def test_masked_fill_of_any_dtype(input, value):
    """Numbers are cast as PyTorch casts them, and those that do not fit are refused in its words."""
    mask = Input(input.shape, "bool", seed=1)
    check(lambda torch, x, m: x.masked_fill(m, value), input, mask, grad=False, may_raise=True)


@given(broadcastable(), layouts(), st.integers(0, 9))
def test_masked_select(shapes, layout, seed):
    """Mask and tensor broadcast; the elements come row by row."""
    shape, mask_shape = shapes
    mask = Input(mask_shape, "bool", seed=seed)
    check(lambda torch, x, m: torch.masked_select(x, m), Input(shape, "float64", layout), mask, double=True)


@given(inputs(of=DTYPES, low=0, high=2))
def test_nonzero(input):
    """The positions, their strides, and the form with a tuple."""

    def body(torch, x):
        x = x * (x > 1)
        places, columns = torch.nonzero(x), torch.nonzero(x, as_tuple=True)
        return places, places.stride(), columns, torch.argwhere(x), x.nonzero(as_tuple=True)

    check(body, input, grad=False)


@given(st.data(), st.integers(1, 5), st.integers(1, 4), st.booleans())
def test_embedding(data, rows, width, by_frequency):
    """Rows of a table; the padding row gets no gradient, and frequent ones less where asked."""
    index = data.draw(hnp.arrays("int64", shapes(max_dims=2), elements=st.integers(0, rows - 1)))
    padding = data.draw(st.one_of(st.none(), st.integers(-rows, rows - 1)))

    def body(torch, i, weight):
        return torch.nn.functional.embedding(i, weight, padding, scale_grad_by_freq=by_frequency)

    double = not by_frequency and padding is None and index.size > 0  # PyTorch fails on no index at all
    check(body, index, Input((rows, width), "float64"), strides=True, double=double)


@given(hnp.arrays("int64", shapes(), elements=st.integers(-1, 4)), st.sampled_from([-1, 0, 3, 5, 9]))
def test_one_hot(classes, number):
    """Classes as rows with a one, or PyTorch's words about a class that is out of range."""
    check(lambda torch, c: torch.nn.functional.one_hot(c, number), classes, strides=True, may_raise=True)


BAD = """
x.masked_fill((x > 1)[0, :, :2], 1)
x.masked_fill((x > 1).byte(), 1)
x.masked_fill(x.long(), 1)
x.masked_fill(x, 1)
x.masked_fill(x > 1, torch.tensor([1]))
x.masked_fill(True, 1)
x.masked_fill(x > 1, "x")
x.long().masked_fill(x > 1, float("inf"))
x.byte().masked_fill(x > 1, 300)
x.detach().masked_fill_((x > 1)[:, None], 1)
x[0].detach().masked_fill_(x > 1, 1)
x.masked_select((x > 1)[0, :, :2])
x.masked_select((x > 1).byte())
x.masked_select(x)
F.one_hot(x)
F.one_hot(torch.tensor([0, 1]), 1)
F.one_hot(torch.tensor([0, -1]))
F.one_hot(torch.tensor([]).long())
F.embedding(x[0].long() * 0, x)
F.embedding(x[0], x[0])
F.embedding(torch.tensor([0, 3]), x[0])
F.embedding(torch.tensor([0, -1]), x[0])
F.embedding(torch.tensor([0]), x[0], padding_idx=3)
""".strip().split("\n")


@pytest.mark.parametrize("code", BAD)
def test_bad_arguments_are_refused(code):
    """The same exception with the same words."""
    check(
        lambda torch, x: eval(code, {"torch": torch, "x": x, "F": torch.nn.functional, "np": np}),
        Input((2, 3, 4)),
        raises=Exception,
    )
