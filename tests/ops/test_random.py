"""Signatures, errors and derivatives of what draws random numbers. PyTorch: test/test_tensor_creation_ops.py.

That the numbers are PyTorch's is shown in tests/test_random.py.
"""

import warnings

import numpy as np
import pytest
from helpers import check, needs_torch
from hypothesis import given
from hypothesis import strategies as st

import minitorch

CALLS = [
    lambda torch: torch.rand(2, 3),
    lambda torch: torch.rand((2, 3)),
    lambda torch: torch.rand([2, 3]),
    lambda torch: torch.rand(size=(2, 3)),
    lambda torch: torch.rand(()),
    lambda torch: torch.rand(0, 3),
    lambda torch: torch.rand(2, dtype=torch.float64, requires_grad=True),
    lambda torch: torch.rand(2, dtype=torch.float64, device="cpu", pin_memory=False),
    lambda torch: torch.rand(2, out=torch.zeros(2)),
    lambda torch: torch.rand(2, out=torch.zeros(0, dtype=torch.float64)),
    lambda torch: torch.rand(2, generator=None),
    lambda torch: torch.randn(2, 3, generator=torch.Generator().manual_seed(3)),
    lambda torch: torch.randint(3, (2,)),
    lambda torch: torch.randint(5, size=(2,)),
    lambda torch: torch.randint(2, 5, size=(2,)),
    lambda torch: torch.randint(low=2, high=5, size=(2,)),
    lambda torch: torch.randint(high=5, size=(2,)),
    lambda torch: torch.randint(0, 10, [3, 2]),
    lambda torch: torch.randint(0, 10, ()),
    lambda torch: torch.randint(0, 3, (2,), dtype=torch.float32, requires_grad=True),
    lambda torch: torch.randint(0, 10, (5,), out=torch.zeros(5, dtype=torch.int32)),
    lambda torch: torch.randperm(5, dtype=torch.float32, requires_grad=True),
    lambda torch: torch.randperm(256, dtype=torch.uint8),
    lambda torch: torch.randperm(5, out=torch.zeros(5)),
    lambda torch: torch.rand_like(torch.zeros(2, 3), requires_grad=True),
    lambda torch: torch.rand_like(torch.zeros(2, 3, dtype=torch.int64), dtype=torch.float32),
    lambda torch: torch.rand_like(torch.zeros(2, 3).t()),
    lambda torch: torch.randn_like(torch.zeros(4, 6)[::2, ::2]),
    lambda torch: torch.randint_like(torch.zeros(2, 3), 5),
    lambda torch: torch.randint_like(torch.zeros(2, 3).t(), 2, 5, dtype=torch.int64),
    lambda torch: torch.randint_like(torch.zeros(2, 3), low=1, high=5),
    lambda torch: torch.bernoulli(torch.full((4,), 0.5), out=torch.zeros(4, dtype=torch.int64)),
    lambda torch: torch.bernoulli(torch.zeros(9, dtype=torch.int64), 0.5),
    lambda torch: torch.zeros(9).bernoulli_(True),
    lambda torch: torch.zeros(9).bernoulli_(p=0.4),
    lambda torch: torch.zeros(9).bernoulli_(torch.tensor(0.5)),
    lambda torch: torch.zeros(2, 3).bernoulli_(torch.tensor([0.1, 0.5, 0.9])),
    lambda torch: torch.zeros(9, dtype=torch.int64).bernoulli_(torch.full((9,), 0.5, dtype=torch.float64)),
    lambda torch: torch.zeros(9).random_(to=5),
    lambda torch: torch.zeros(9).random_(**{"from": 1, "to": 5}),
    lambda torch: torch.zeros(9).random_(**{"from": 1, "to": None}),
    lambda torch: torch.zeros(9).uniform_(torch.tensor(1.0), to=torch.tensor(2.0)),
    lambda torch: torch.zeros(9).uniform_(1, 1),
    lambda torch: torch.zeros(20).normal_(mean=1, std=0),
    lambda torch: torch.zeros(0, dtype=torch.int64).normal_(),
    lambda torch: torch.normal(0, 1, (2,)),
    lambda torch: torch.normal(std=1.0, size=[3], mean=0),
    lambda torch: torch.normal(0.0, 1.0, size=(2,), dtype=torch.float64, requires_grad=True),
    lambda torch: torch.normal(torch.zeros(3)),
    lambda torch: torch.normal(torch.zeros(3, 1), torch.ones(1, 4)),
    lambda torch: torch.normal(torch.zeros(2, 3).t(), 1.0),
    lambda torch: torch.normal(torch.zeros(3), 1.0, out=torch.zeros(3, dtype=torch.float64)),
    lambda torch: torch.multinomial(torch.ones(0, 3), 2, True),
    lambda torch: torch.multinomial(torch.ones(3), 2, out=torch.zeros(2, dtype=torch.int64)),
    lambda torch: torch.multinomial(torch.ones(3), 4, replacement=True),
]


@pytest.mark.parametrize("body", CALLS, ids=range(len(CALLS)))
def test_call(body):
    """Same numbers, dtype, shape and strides; `check` seeds both."""
    check(body, exact=True, strides=True)


ERRORS = [
    (lambda torch: torch.rand(), TypeError),
    (lambda torch: torch.rand(2, dtype=torch.int64), NotImplementedError),
    (lambda torch: torch.rand(2, -3), RuntimeError),
    (lambda torch: torch.rand(2.0), TypeError),
    (lambda torch: torch.rand("a"), TypeError),
    (lambda torch: torch.rand(2, size=(3,)), TypeError),
    (lambda torch: torch.rand(2, out=torch.zeros(2), dtype=torch.float64), RuntimeError),
    (lambda torch: torch.rand_like([1]), TypeError),
    (lambda torch: torch.rand_like(torch.zeros(2, dtype=torch.int64)), NotImplementedError),
    (lambda torch: torch.randn(2, dtype=torch.int64), NotImplementedError),
    (lambda torch: torch.randint(3, 3, (2,)), RuntimeError),
    (lambda torch: torch.randint(-3, (2,)), RuntimeError),
    (lambda torch: torch.randint(5, 2), TypeError),
    (lambda torch: torch.randint(5), TypeError),
    (lambda torch: torch.randint(0, 2.5, (2,)), TypeError),
    (lambda torch: torch.randint(0, 10, 2, 3), TypeError),
    (lambda torch: torch.randint(0, 300, (2,), dtype=torch.uint8), RuntimeError),
    (lambda torch: torch.randint(0, 3, (2,), dtype=torch.bool), RuntimeError),
    (lambda torch: torch.randint(0, 3, (2,), requires_grad=True), RuntimeError),
    (lambda torch: torch.randint(0, 10, (-2,)), RuntimeError),
    (lambda torch: torch.randint(2**63, (3,)), ValueError),
    (lambda torch: torch.randint(0, 10, (5,), out=torch.zeros(5), dtype=torch.int64), RuntimeError),
    (lambda torch: torch.randint_like(torch.zeros(2, 3), 5, 5), RuntimeError),
    (lambda torch: torch.randperm(-1), RuntimeError),
    (lambda torch: torch.randperm(3.0), TypeError),
    (lambda torch: torch.randperm(True), TypeError),
    (lambda torch: torch.randperm(257, dtype=torch.uint8), RuntimeError),
    (lambda torch: torch.randperm(2, dtype=torch.bool), NotImplementedError),
    (lambda torch: torch.randperm(2**24 + 2, dtype=torch.float32), RuntimeError),
    (lambda torch: torch.zeros(3).uniform_(1, 0), RuntimeError),
    (lambda torch: torch.zeros(3).uniform_(-3e38, 3e38), RuntimeError),
    (lambda torch: torch.zeros(3).uniform_(float("nan"), 1), RuntimeError),
    (lambda torch: torch.zeros(3).uniform_(0, 1e39), RuntimeError),
    (lambda torch: torch.zeros(3).double().uniform_(0, float("inf")), RuntimeError),
    (lambda torch: torch.zeros(3).uniform_(0, "a"), TypeError),
    (lambda torch: torch.zeros(3).long().uniform_(), NotImplementedError),
    (lambda torch: torch.zeros(0).uniform_(1, 0), RuntimeError),
    (lambda torch: torch.zeros(3).normal_(0, -1), RuntimeError),
    (lambda torch: torch.zeros(3).normal_(0, float("nan")), RuntimeError),
    (lambda torch: torch.zeros(3).bool().normal_(), NotImplementedError),
    (lambda torch: torch.zeros(3).normal_(generator=3), TypeError),
    (lambda torch: torch.zeros(3).random_(5, 5), RuntimeError),
    (lambda torch: torch.zeros(3).random_(0), RuntimeError),
    (lambda torch: torch.zeros(3).random_(1.5), TypeError),
    (lambda torch: torch.zeros(3).random_(1, 2.5), TypeError),
    (lambda torch: torch.zeros(3).random_(None), TypeError),
    (lambda torch: torch.zeros(3).random_(1, 2, 3), TypeError),
    (lambda torch: torch.zeros(3).random_(2**24, None), RuntimeError),
    (lambda torch: torch.zeros(3).byte().random_(0, 257), RuntimeError),
    (lambda torch: torch.zeros(3).byte().random_(-1, 256), RuntimeError),
    (lambda torch: torch.zeros(3).byte().random_(-5, None), RuntimeError),
    (lambda torch: torch.zeros(3).bool().random_(2, None), RuntimeError),
    (lambda torch: torch.zeros(3).int().random_(0, 2**31 + 1), RuntimeError),
    (lambda torch: torch.zeros(3).int().random_(-(2**63), None), RuntimeError),
    (lambda torch: torch.zeros(3).bernoulli_(1.5), RuntimeError),
    (lambda torch: torch.zeros(3).bernoulli_(-0.1), RuntimeError),
    (lambda torch: torch.zeros(3).bernoulli_(float("nan")), RuntimeError),
    (lambda torch: torch.zeros(3).bernoulli_("a"), TypeError),
    (lambda torch: torch.zeros(3).bernoulli_(torch.full((3,), 2.0)), RuntimeError),
    (lambda torch: torch.zeros(3).bernoulli_(torch.ones(3).long()), NotImplementedError),
    (lambda torch: torch.zeros(3).bernoulli_(torch.ones(4)), RuntimeError),
    (lambda torch: torch.bernoulli(torch.tensor([float("nan")])), RuntimeError),
    (lambda torch: torch.bernoulli(torch.ones(3).long()), NotImplementedError),
    (lambda torch: torch.bernoulli(torch.ones(3), 1.5), RuntimeError),
    (lambda torch: torch.zeros(3).exponential_(0), RuntimeError),
    (lambda torch: torch.zeros(3).exponential_(float("nan")), RuntimeError),
    (lambda torch: torch.zeros(3).long().exponential_(), RuntimeError),
    (lambda torch: torch.zeros(3).geometric_(0), RuntimeError),
    (lambda torch: torch.zeros(3).geometric_(1), RuntimeError),
    (lambda torch: torch.zeros(3).bool().geometric_(0.5), NotImplementedError),
    (lambda torch: torch.zeros(3).cauchy_(0, 0), RuntimeError),
    (lambda torch: torch.zeros(3).long().cauchy_(), RuntimeError),
    (lambda torch: torch.zeros(3).log_normal_(0, -1), RuntimeError),
    (lambda torch: torch.zeros(3).long().log_normal_(), NotImplementedError),
    (lambda torch: torch.zeros(3).expand(4, 3).uniform_(), RuntimeError),
    (lambda torch: torch.normal(0.0, 1.0), TypeError),
    (lambda torch: torch.normal(1.0), TypeError),
    (lambda torch: torch.normal(torch.zeros(3), torch.ones(3), torch.ones(3)), TypeError),
    (lambda torch: torch.normal("a", 1.0), TypeError),
    (lambda torch: torch.normal(torch.zeros(3, 2), torch.ones(4)), RuntimeError),
    (lambda torch: torch.normal(torch.zeros(3), -1.0), RuntimeError),
    (lambda torch: torch.normal(0.0, -torch.ones(3)), RuntimeError),
    (lambda torch: torch.normal(torch.zeros(3), -torch.ones(3)), RuntimeError),
    (lambda torch: torch.normal(torch.zeros(2).long(), 1.0), NotImplementedError),
    (lambda torch: torch.multinomial(torch.ones(3), 4), RuntimeError),
    (lambda torch: torch.multinomial(torch.ones(3), 0), RuntimeError),
    (lambda torch: torch.multinomial(torch.ones(3), 2.5), TypeError),
    (lambda torch: torch.multinomial(torch.ones(2, 2, 3), 2), RuntimeError),
    (lambda torch: torch.multinomial(torch.zeros(3), 1), RuntimeError),
    (lambda torch: torch.multinomial(torch.zeros(3), 2, True), RuntimeError),
    (lambda torch: torch.multinomial(-torch.ones(3), 1), RuntimeError),
    (lambda torch: torch.multinomial(-torch.ones(3), 2, True), RuntimeError),
    (lambda torch: torch.multinomial(torch.full((3,), float("inf")), 2, True), RuntimeError),
    (lambda torch: torch.multinomial(torch.full((3,), float("nan")), 1), RuntimeError),
    (lambda torch: torch.multinomial(torch.ones(3).long(), 1), RuntimeError),
    (lambda torch: torch.multinomial(torch.ones(3), 2, out=torch.zeros(0)), RuntimeError),
]


@pytest.mark.parametrize(("body", "error"), ERRORS, ids=range(len(ERRORS)))
def test_error(body, error):
    check(body, raises=error)


FILLS = [
    lambda x: x.uniform_(),
    lambda x: x.normal_(),
    lambda x: x.random_(),
    lambda x: x.random_(5),
    lambda x: x.random_(1, 5),
    lambda x: x.bernoulli_(),
    lambda x: x.bernoulli_(x.detach() / 4),
    lambda x: x.exponential_(),
    lambda x: x.geometric_(0.5),
    lambda x: x.cauchy_(),
    lambda x: x.log_normal_(),
]


@needs_torch
@pytest.mark.parametrize("fill", FILLS, ids=range(len(FILLS)))
def test_a_fill_cuts_the_history(fill):
    """What was there before gets the gradient 0, also through a view; the node has PyTorch's name."""

    def whole(torch, x):
        y = x * 2
        version = y._version
        same = fill(y) is y
        return y, same, y._version - version, type(y.grad_fn).__name__

    def part(torch, x):
        y = x * 2
        fill(y[1:])
        return y, type(y.grad_fn).__name__

    check(whole, np.linspace(0.1, 1.9, 20, dtype=np.float32), exact=True)
    check(part, np.linspace(0.1, 1.9, 20, dtype=np.float32), exact=True)
    check(lambda torch, x: fill(x), np.zeros(3, np.float32), raises=RuntimeError)


@needs_torch
def test_results_of_bernoulli_and_normal_have_no_gradient():
    """By definition: finite differences of a normal number would see its mean."""
    probabilities = np.linspace(0.1, 0.9, 20, dtype=np.float32)
    check(lambda torch, x: torch.bernoulli(x), probabilities, exact=True)
    check(lambda torch, x: torch.normal(x, 1.0), probabilities, exact=True)
    check(lambda torch, x: torch.normal(0.0, x), probabilities, exact=True)
    check(lambda torch, x, y: torch.normal(x, y), probabilities, probabilities[:1], exact=True)
    check(lambda torch, x: torch.bernoulli(x, 0.5), probabilities, raises=RuntimeError)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("low", "high"),
    [
        (2**24 + 1, 2**24 + 3),
        (2**24 - 1, 2**24 + 1),
        (-(2**24) - 1, 5),
        (-(2**53) - 1, 2**53 + 1),
        (2**53 + 1, 2**53 + 7),
        (-(2**62), 2**62),
        (-(2**40) - 12345, 2**50 + 6789),
    ],
)
def test_bounds_that_a_float_does_not_have(dtype, low, high):
    """They move inwards, with PyTorch's warnings, or leave nothing between them."""

    def body(torch):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = torch.zeros(50, dtype=getattr(torch, dtype)).random_(low, high)
        return result, [str(each.message).split(" (Triggered")[0] for each in caught]

    check(body, exact=True, may_raise=True)


@given(n=st.integers(0, 3000), seed=st.integers(0, 2**64 - 1))
def test_randperm_has_every_number_once(n, seed):
    generator = minitorch.Generator().manual_seed(seed)
    assert sorted(minitorch.randperm(n, generator=generator).tolist()) == list(range(n))


@given(low=st.integers(-(2**63), 2**63 - 2), width=st.integers(1, 2**64), n=st.integers(0, 40))
def test_randint_stays_in_its_range(low, width, n):
    high = min(low + width, 2**63 - 1)
    assert all(low <= each < high for each in minitorch.randint(low, high, (n,)).tolist())


@given(ends=st.tuples(*[st.floats(-(2.0**99), 2.0**99, width=32)] * 2))
def test_uniform_stays_in_its_range(ends):
    """The upper end is never drawn, even where rounding would reach it."""
    low, high = sorted(ends)
    drawn = minitorch.empty(200).uniform_(low, high).numpy()
    assert (drawn >= low).all()
    assert (drawn < high).all() or low == high
