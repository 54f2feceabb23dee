"""Recurrent layers whose steps are one kernel. PyTorch: test/test_nn.py."""

import hypothesis
import places
import pytest
from helpers import Input, check
from hypothesis import strategies as st

import minitorch

pytestmark = pytest.mark.usefixtures("device")

BATCH, HIDDEN = (3, [1, 2, 5]) if places.SIMULATED else (19, [1, 2, 7, 16, 33])


def run(torch, kind, x, states, hidden, **options):
    """Outputs, last states and all first derivatives of a recurrent layer, which can be differentiated again."""
    torch.manual_seed(0)
    layer = getattr(torch.nn, kind)(x.shape[-1], hidden, **options).to(x.dtype)
    leaves = [x.detach().requires_grad_(), *[each.detach().requires_grad_() for each in states], *layer.parameters()]
    output, last = layer(leaves[0], tuple(leaves[1:3]) if kind == "LSTM" else leaves[1])
    total = (output * output.detach().cos()).sum() + sum(each.sin().sum() for each in last)
    return output, last, torch.autograd.grad(total, leaves, create_graph=True), leaves


@hypothesis.given(
    kind=st.sampled_from(["LSTM", "GRU", "RNN", "RNN relu"]),
    steps=st.integers(1, 4),
    batch=st.integers(1, BATCH),
    hidden=st.sampled_from(HIDDEN),
    reverse=st.booleans(),
    layers=st.integers(1, 2),
    bias=st.booleans(),
    batch_first=st.booleans(),
)
def test_layers(kind, steps, batch, hidden, reverse, layers, bias, batch_first):
    """Batches of several tasks, panels that are not full, both directions, second derivatives."""
    sizes = (batch, steps, 3) if batch_first else (steps, batch, 3)
    states = [Input((layers * (1 + reverse), batch, hidden), "float64", seed=seed) for seed in (0, 1)]
    options = {"num_layers": layers, "bidirectional": reverse, "bias": bias, "batch_first": batch_first}
    if kind == "RNN relu":
        kind, options["nonlinearity"] = "RNN", "relu"

    def body(torch, x, *states):
        output, last, gradients, leaves = run(torch, kind, x, states, hidden, **options)
        again = torch.autograd.grad(sum((each * each).sum() for each in gradients), leaves)
        return output, last, *gradients, *again

    check(body, Input(sizes, "float64"), *states[: 2 if kind == "LSTM" else 1], grad=False)


@pytest.mark.skipif(places.SIMULATED, reason="products with 300 x 300 weights take the simulator hours")
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_wide_layers(dtype, kind):
    """More than one block of the product's inner dimension, forwards (from 257 on) and backwards (from 65 on)."""

    def body(torch, x, *states):
        output, last, gradients, _ = run(torch, kind, x, states, 300)
        return output, last, *[each.detach() for each in gradients]

    states = [Input((1, 9, 300), dtype)] * (2 if kind == "LSTM" else 1)
    check(body, Input((2, 9, 3), dtype), *states, grad=False)


def test_gradients_of_one_output_only():
    """Nothing arrives for the outputs that nobody used."""

    def body(torch, x):
        torch.manual_seed(0)
        layer, x = torch.nn.LSTM(3, 4, dtype=torch.float64), x.detach().requires_grad_()
        results = []
        for choose in (lambda o, h, c: o, lambda o, h, c: h, lambda o, h, c: c, lambda o, h, c: o[1] * c):
            output, (h, c) = layer(x)
            results += torch.autograd.grad(choose(output, h, c).sum(), [x, layer.weight_hh_l0, layer.bias_hh_l0])
        return results

    check(body, Input((3, 2, 3), "float64"), grad=False)


def test_one_tensor_for_two_states():
    """Its gradient is the sum of both, also where it is differentiated again."""

    def body(torch, x, h):
        torch.manual_seed(0)
        layer, h = torch.nn.LSTM(3, 4, dtype=torch.float64), h.detach().requires_grad_()
        (first,) = torch.autograd.grad(layer(x, (h, h))[0].sum(), [h], create_graph=True)
        return first, torch.autograd.grad((first * first).sum(), [h])[0]

    check(body, Input((3, 2, 3), "float64"), Input((1, 2, 4), "float64"), grad=False)


def test_output_changed_before_backward():
    """The kernel's derivative reads the output again."""
    layer = minitorch.nn.LSTM(3, 4)
    output, _ = layer(minitorch.randn(2, 2, 3))
    with minitorch.no_grad():
        output.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()


@pytest.mark.cpu("about its threads")
def test_same_bits_for_any_number_of_threads():
    results = []
    before = minitorch.get_num_threads()
    for threads in (1, 2):
        minitorch.set_num_threads(threads)
        minitorch.manual_seed(0)
        layer = minitorch.nn.LSTM(16, 64)
        output, _ = layer(minitorch.randn(32, 24, 16))
        output.sum().backward()
        results.append([output.tolist(), *[each.grad.tolist() for each in layer.parameters()]])
    minitorch.set_num_threads(before)
    assert results[0] == results[1]
