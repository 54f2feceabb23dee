"""Cutting and joining tensors. PyTorch: test/test_shape_ops.py, test_tensor_creation_ops.py."""

import itertools

import pytest
import strategies
from helpers import Input, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")


@given(data=st.data())
def test_cutting(data):
    """split, chunk, unbind, narrow and select of any dimension, as views."""
    x = data.draw(strategies.inputs(strategies.shapes(min_dims=1, max_dims=3, max_side=5)))
    dim = data.draw(strategies.dims(len(x.shape)))
    size = x.shape[dim]
    parts, each = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    start = data.draw(st.integers(0, size))
    length = data.draw(st.integers(0, size - start))
    check(lambda torch, x: torch.split(x, each, dim), x, strides=True, double=True)
    check(lambda torch, x: x.chunk(parts, dim), x, strides=True, double=True)
    check(lambda torch, x: x.unbind(dim), x, strides=True, double=True)
    check(lambda torch, x: torch.narrow(x, dim, start, length), x, strides=True, double=True)
    check(lambda torch, x: x.split([start, size - start], dim), x, strides=True)
    if size:
        index = data.draw(st.integers(-size, size - 1))
        check(lambda torch, x: torch.select(x, dim, index), x, strides=True, double=True)


@given(data=st.data())
def test_cat(data):
    """Tensors that differ in one dimension, of several layouts; empty ones of shape (0,) join everything."""
    shape = data.draw(strategies.shapes(min_dims=1, max_dims=3))
    dim = data.draw(strategies.dims(len(shape)))
    inputs = []
    for _ in range(data.draw(st.integers(1, 3))):
        sizes = list(shape)
        sizes[dim] = data.draw(st.integers(0, 3))
        inputs.append(data.draw(strategies.inputs(tuple(sizes), of=strategies.FLOATS)))
    if data.draw(st.booleans()):
        inputs.append(Input((0,)))
    check(lambda torch, *tensors: torch.cat(tensors, dim), *inputs, strides=True, double=True)


@given(data=st.data())
def test_stack(data):
    shape = data.draw(strategies.shapes(max_dims=3))
    dim = data.draw(strategies.dims(len(shape) + 1))
    inputs = [data.draw(strategies.inputs(shape)) for _ in range(data.draw(st.integers(1, 3)))]
    check(lambda torch, *tensors: torch.stack(tensors, dim), *inputs, strides=True, double=True)


@pytest.mark.parametrize("first, second", list(itertools.product(strategies.DTYPES, repeat=2)))
def test_dtypes_of_joined(first, second):
    x, y = Input((2,), first), Input((3,), second)
    check(lambda torch, x, y: (torch.cat([x, y]), torch.stack([x, y[:2]])), x, y)


@given(data=st.data())
def test_repeat_tile_flip_roll(data):
    x = data.draw(strategies.inputs(strategies.shapes(max_dims=3, max_side=3)))
    ndim = len(x.shape)
    counts = data.draw(st.lists(st.integers(0, 3), min_size=ndim, max_size=ndim + 1))
    check(lambda torch, x: x.repeat(counts), x, double=True, strides=True)
    fewer = counts[: data.draw(st.integers(0, len(counts)))]
    check(lambda torch, x: torch.tile(x, fewer), x, double=True)
    dims = data.draw(st.lists(strategies.dims(ndim), unique_by=lambda dim: dim % max(ndim, 1), max_size=ndim))
    check(lambda torch, x: torch.flip(x, dims), x, double=True)
    shifts = [data.draw(st.integers(-4, 4)) for _ in dims]
    if dims:
        check(lambda torch, x: torch.roll(x, shifts, dims), x, double=True)
    check(lambda torch, x: torch.roll(x, 2), x, double=True)


def test_forms_of_arguments():
    def body(torch, x):
        return (
            x.repeat(2, 2), x.repeat((2, 2)), torch.tile(x, (2,)), x.tile(2, 1), x.flip(0), x.flip(0, 1),
            x.flip([0, 1]),
            torch.flip(x, (0,)), x.roll(1), x.roll(1, 0), x.roll((1, 1), (0, 1)), torch.cat((x, x)),
            torch.cat([x, x], dim=1),
            torch.cat(tensors=[x], dim=-1), torch.stack((x, x), dim=-1), torch.concat([x, x]),
            torch.split(x, [1, 1]),
            x.split(1), x.chunk(2), x.narrow(0, 1, 1), x.narrow(0, -1, 1), x.select(1, -1), x.unbind(),
            torch.chunk(x, 5, dim=1),
        )  # fmt: skip

    check(body, Input((2, 3)))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: torch.cat([]),
        lambda torch, x: torch.cat(x),
        lambda torch, x: torch.cat([x, 3]),
        lambda torch, x: torch.cat([x, x[0]]),
        lambda torch, x: torch.cat([x, x[:, :2]]),
        lambda torch, x: torch.cat([x, x], 2),
        lambda torch, x: torch.cat([torch.ones(()), torch.ones(())]),
        lambda torch, x: torch.cat(3),
        lambda torch, x: torch.stack([]),
        lambda torch, x: torch.stack([x, x[0]]),
        lambda torch, x: torch.stack([x, x], 4),
        lambda torch, x: torch.split(x, 0),
        lambda torch, x: torch.split(x, -1),
        lambda torch, x: torch.split(x, [1, 2]),
        lambda torch, x: torch.split(x, [3, -1]),
        lambda torch, x: torch.split(x, 1, 2),
        lambda torch, x: torch.split(torch.ones(()), 1),
        lambda torch, x: torch.chunk(x, 0),
        lambda torch, x: torch.chunk(torch.ones(()), 1),
        lambda torch, x: torch.unbind(torch.ones(())),
        lambda torch, x: torch.unbind(x, 2),
        lambda torch, x: torch.narrow(x, 0, 1, 2),
        lambda torch, x: torch.narrow(x, 0, 3, 0),
        lambda torch, x: torch.narrow(x, 0, 0, -1),
        lambda torch, x: torch.narrow(x, 0, -3, 1),
        lambda torch, x: torch.narrow(torch.ones(()), 0, 0, 1),
        lambda torch, x: torch.select(x, 0, 2),
        lambda torch, x: torch.select(x, 0, -3),
        lambda torch, x: torch.select(x, 2, 0),
        lambda torch, x: torch.select(torch.ones(()), 0, 0),
        lambda torch, x: x.repeat(2),
        lambda torch, x: x.repeat(2, -1),
        lambda torch, x: x.flip(0, 0),
        lambda torch, x: x.flip(2),
        lambda torch, x: x.roll(1, (0, 1)),
        lambda torch, x: x.roll((1, 2)),
        lambda torch, x: x.roll(1, 2),
    ],
)
def test_what_is_refused(body):
    check(body, Input((2, 3)), raises=Exception)
