"""Checkpoints of activations. PyTorch: test/test_autograd.py, test/test_utils.py."""

import importlib
import warnings

import numpy as np
import pytest
from helpers import Input, check

import minitorch
from minitorch.utils.checkpoint import CheckpointError, checkpoint

pytestmark = pytest.mark.usefixtures("device")

X = Input((3, 4), seed=1)
W = Input((4, 4), seed=2)


def of(torch):
    return importlib.import_module(torch.__name__ + ".utils.checkpoint")


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_values_and_gradients(use_reentrant):
    def body(torch, x, w):
        def block(x, w, power):
            return (x @ w).tanh() ** power, x.sum()

        first, second = of(torch).checkpoint(block, x, w, 2, use_reentrant=use_reentrant)
        return first.exp(), second

    def plain(torch, x, w):
        return ((x @ w).tanh() ** 2).exp(), x.sum()

    check(body, X, W, grad=False)
    results = []
    for function in (body, plain):
        rng = np.random.default_rng(0)
        x, w = (minitorch.from_numpy(rng.standard_normal(each.shape)).requires_grad_() for each in (X, W))
        sum(each.sum() for each in function(minitorch, x, w)).backward()
        results.append((x.grad.numpy(), w.grad.numpy()))
    for a, b in zip(*results):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("preserve", [True, False])
@pytest.mark.parametrize("use_reentrant", [True, False])
def test_random_numbers(use_reentrant, preserve):
    def body(torch):
        x = torch.ones(64, requires_grad=True)
        y = of(torch).checkpoint(
            lambda x: torch.nn.functional.dropout(x, 0.5), x, use_reentrant=use_reentrant, preserve_rng_state=preserve
        )
        torch.rand(3)
        y.sum().backward()
        return y.detach(), x.grad, torch.rand(2)

    check(body, differentiable=False)


def test_the_function_runs_again_only_in_backward():
    calls = []

    def block(x):
        calls.append(minitorch.is_grad_enabled())
        return x.sin().exp()

    x = minitorch.ones(3, requires_grad=True)
    y = checkpoint(block, x, use_reentrant=False)
    assert calls == [True]
    y.sum().backward()
    assert calls == [True, True]


def test_what_was_saved_is_freed():
    """Between the passes nothing of the inside is alive."""
    import gc
    import weakref

    inside = []

    def block(x):
        y = x.sin()
        inside.append(weakref.ref(y._storage))
        return y.exp()

    gc.disable()
    try:
        x = minitorch.ones(3, requires_grad=True)
        y = checkpoint(block, x, use_reentrant=False)
        assert inside[0]() is None
        y.sum().backward()
        assert inside[1]() is None
    finally:
        gc.enable()


def test_nested():
    def body(torch, x):
        C = of(torch).checkpoint

        def inner(x):
            return x.sin().exp()

        def outer(x):
            return C(inner, x * 2, use_reentrant=False).tanh()

        return C(outer, x, use_reentrant=False)

    check(body, X)


def test_retained_graph_and_grad():
    def body(torch, x):
        x = x.detach().requires_grad_()
        y = of(torch).checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False).sum()
        y.backward(retain_graph=True)
        first = x.grad.clone()
        y.backward()
        return first, x.grad.clone(), torch.autograd.grad((x * 2).sum(), x)

    check(body, Input((3,), seed=3, requires_grad=True), grad=False, differentiable=False)


def test_keywords_and_contexts():
    def body(torch, x):
        x = x.detach().requires_grad_()
        seen = []

        class Note:
            def __init__(self, name):
                self.name = name

            def __enter__(self):
                seen.append(self.name)

            def __exit__(self, *unused):
                seen.append("/" + self.name)

        y = of(torch).checkpoint(
            lambda x, *, scale: (x * scale).exp(),
            x,
            scale=3.0,
            use_reentrant=False,
            context_fn=lambda: (Note("forward"), Note("again")),
        )
        y.sum().backward()
        return seen, x.grad

    check(body, Input((3,), seed=3, requires_grad=True), grad=False)


@pytest.mark.parametrize("use_reentrant", [True, False])
@pytest.mark.parametrize("segments", [1, 2, 3])
def test_sequential(use_reentrant, segments):
    def body(torch, x):
        torch.manual_seed(0)
        layers = [torch.nn.Linear(4, 4), torch.nn.Tanh(), torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2)]
        model = torch.nn.Sequential(*layers)
        of(torch).checkpoint_sequential(model, segments, x, use_reentrant=use_reentrant).sum().backward()
        return [each.grad for each in model.parameters()], x.grad

    check(body, Input((3, 4), seed=3, requires_grad=True), grad=False)


def test_the_recomputation_must_do_the_same():
    def run(function):
        calls = []
        x = minitorch.ones(3, requires_grad=True)
        y = checkpoint(lambda x: function(x, calls), x, use_reentrant=False)
        y.sum().backward()

    def fewer(x, calls):
        calls.append(1)
        return x.sin().exp() if len(calls) == 1 else x.sin()

    def other_shape(x, calls):
        calls.append(1)
        return (x if len(calls) == 1 else x[:2]).sin().exp().sum()

    with pytest.raises(CheckpointError, match="A different number of tensors was saved"):
        run(fewer)
    with pytest.raises(CheckpointError, match="have different metadata than during the forward pass"):
        run(other_shape)


CALLS = [
    lambda C, x: C.checkpoint(lambda x: x, x, use_reentrant=True, foo=1),
    lambda C, x: C.checkpoint(lambda x: x, x, use_reentrant=True, debug=True),
    lambda C, x: C.checkpoint(lambda x: x, x, use_reentrant=False, determinism_check="a"),
    lambda C, x: C.checkpoint_sequential([len], 1, x, use_reentrant=True, foo=1),
    lambda C, x: C.checkpoint(lambda x: x.detach() * 1, x, use_reentrant=True).sum().backward(),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_refusals(number):
    check(
        lambda torch, x: CALLS[number](of(torch), x),
        Input((3,), requires_grad=True),
        grad=False,
        may_raise=True,
    )


def test_reentrant_and_grad():
    def body(torch, x):
        y = of(torch).checkpoint(lambda x: x.sin(), x, use_reentrant=True)
        torch.autograd.grad(y.sum(), x)

    check(body, Input((3,), requires_grad=True), grad=False, raises=RuntimeError)


def test_warnings():
    def body(torch, x):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            of(torch).checkpoint(lambda x: x.sin(), x)
            of(torch).checkpoint_sequential([lambda x: x], 1, x)
            of(torch).checkpoint(lambda x: x.sin(), x.detach(), use_reentrant=True)
        return [str(each.message) for each in caught]

    check(body, Input((3,), requires_grad=True), grad=False)
