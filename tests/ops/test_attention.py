"""Attention in blocks of queries. PyTorch: test/test_transformers.py."""

import importlib
import math

import pytest
from helpers import Input, check
from hypothesis import assume, given
from hypothesis import strategies as st

import minitorch

kernel = importlib.import_module("minitorch.kernels.cpu.attention")  # the package has a function of that name
pytestmark = pytest.mark.usefixtures("device")


def attend(torch, q, k, v, **options):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, **options)


@pytest.fixture(params=["whole", "blocks"])
def cut(request, monkeypatch):
    """Blocks of one head and two queries, so that small sizes make many; or as they are."""
    if request.param == "blocks":
        monkeypatch.setattr(kernel, "_SCORES", 1)
        monkeypatch.setattr(kernel, "_ROWS", 2)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("layout", ["contiguous", "transposed"])
@pytest.mark.parametrize("length, keys", [(5, 5), (5, 7), (7, 4), (1, 3)])
def test_result_and_gradients(cut, length, keys, layout, causal):
    """Strides too: the result lies in memory as the query does."""

    def body(torch, q, k, v):
        if layout == "transposed":
            q, k, v = (each.transpose(1, 2) for each in (q, k, v))
        return attend(torch, q, k, v, is_causal=causal, scale=0.7)

    sizes = [(2, n, 3, 4) if layout == "transposed" else (2, 3, n, 4) for n in (length, keys, keys)]
    check(body, *[Input(size) for size in sizes], strides=True)


@pytest.mark.parametrize("shape", [(5, 6), (2, 3, 5, 6), (2, 1, 5, 6), (1, 1, 1, 6)])
@pytest.mark.parametrize("kind", ["bool", "float"])
def test_masks(cut, shape, kind):
    """The first query of the first mask sees nothing, and gets zeros."""

    def body(torch, q, k, v, mask):
        mask = mask.detach() * 3
        if kind == "bool":
            mask = mask > 0
        mask[..., 0, :] = False if kind == "bool" else -math.inf
        return attend(torch, q, k, v, attn_mask=mask)

    check(body, Input((2, 3, 5, 4)), Input((2, 3, 6, 4)), Input((2, 3, 6, 4)), Input(shape))


@given(
    batch=st.integers(1, 2), heads=st.integers(1, 3), length=st.integers(1, 9), keys=st.integers(1, 9),
    width=st.integers(1, 5), causal=st.booleans(), scale=st.sampled_from([None, 0.0, -0.5, 2.0]),
)  # fmt: skip
def test_any_shape(batch, heads, length, keys, width, causal, scale):
    assume(not causal or scale is None or scale > 0)  # PyTorch multiplies the -inf of hidden keys by it, and gets NaN
    sizes = [(batch, heads, n, width) for n in (length, keys, keys)]
    check(lambda torch, q, k, v: attend(torch, q, k, v, is_causal=causal, scale=scale), *[Input(s, dtype="float64") for s in sizes])


def test_long_sequences():
    """More than one block, and more than one thread."""
    sizes = [(2, 4, 300, 8)] * 3
    check(lambda torch, q, k, v: attend(torch, q, k, v, is_causal=True), *[Input(s, dtype="float32") for s in sizes])


def test_where_pytorch_has_no_kernel():
    """Dropout, other numbers of dimensions, values of another width, a mask that learns: step by step, and named so."""

    def names(torch, q):
        learns = torch.ones(5, 5, requires_grad=True)
        results = [
            attend(torch, q, q, q),
            attend(torch, q[0], q[0], q[0]),
            attend(torch, q, q, q[..., :2]),
            attend(torch, q, q, q, attn_mask=learns),
        ]
        return [type(each.grad_fn).__name__ == "ScaledDotProductFlashAttentionForCpuBackward0" for each in results], results

    check(names, Input((2, 3, 5, 4)))


@pytest.mark.parametrize("causal", [False, True])
def test_second_derivative(causal):
    """PyTorch's kernel has none; finite differences are the referee."""
    generator = minitorch.Generator().manual_seed(0)
    inputs = [
        minitorch.randn(1, 2, n, 3, dtype=minitorch.float64, generator=generator, requires_grad=True) for n in (3, 4, 4)
    ]
    assert minitorch.autograd.gradgradcheck(lambda *given: attend(minitorch, *given, is_causal=causal), inputs)


def test_changed_mask():
    """What the backward pass needs must not have been written to."""

    def body(torch, q):
        mask = torch.zeros(5, 5)
        result = attend(torch, q, q, q, attn_mask=mask)
        mask += 1
        result.sum().backward()

    check(body, Input((2, 3, 5, 4)), raises=RuntimeError)
