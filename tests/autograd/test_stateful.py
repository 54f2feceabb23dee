"""Random programs of views, writes and backward passes, run in both libraries. PyTorch: the model."""

import random
import re
import warnings

import numpy as np
import pytest
from helpers import assert_same, first_line, needs_torch, torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

import minitorch

pytestmark = needs_torch

SHAPES = [(3,), (2, 3), (3, 1), (2, 2, 3), (1,), ()]

VIEWS = [
    lambda x: x[0],
    lambda x: x[1:],
    lambda x: x[..., ::2],
    lambda x: x[..., 0],
    lambda x: x.t(),
    lambda x: x.transpose(0, -1),
    lambda x: x.view(-1),
    lambda x: x.reshape(-1, 1),
    lambda x: x.unsqueeze(1),
    lambda x: x.squeeze(),
    lambda x: x.expand(2, *x.shape),
    lambda x: x.narrow(0, 0, 1),
    lambda x: x.diagonal(),
    lambda x: x.detach(),
    lambda x: x.flatten(),
    lambda x: x.unbind()[0],
    lambda x: x.split(1)[-1],
    lambda x: x.data,
]

WRITES = [
    lambda x, y: x.mul_(2),
    lambda x, y: x.mul_(y),
    lambda x, y: x.add_(y),
    lambda x, y: x.sub_(y, alpha=2),
    lambda x, y: x.copy_(y),
    lambda x, y: x.zero_(),
    lambda x, y: x.fill_(0.5),
    lambda x, y: x.neg_(),
    lambda x, y: x.relu_(),
    lambda x, y: x.sigmoid_(),
    lambda x, y: x.__setitem__(0, y),
    lambda x, y: x.__setitem__(slice(1, None), 1.5),
    lambda x, y: x.detach_(),
    lambda x, y: x.requires_grad_(),
]

RESULTS = [
    lambda x, y: x * y,
    lambda x, y: x + y,
    lambda x, y: x - 2 * y,
    lambda x, y: x.exp(),
    lambda x, y: x.sin(),
    lambda x, y: x.tanh(),
    lambda x, y: x * x,
    lambda x, y: x.sum(),
    lambda x, y: x.sum(0, keepdim=True),
    lambda x, y: x.clone(),
    lambda x, y: x.relu(),
    lambda x, y: x / 3,
]

places = st.integers(0, 30)


class Programs(RuleBasedStateMachine):
    """Pairs of tensors, (ours, theirs), to which one random step after the other is done."""

    @initialize(
        shapes=st.lists(st.tuples(st.sampled_from(SHAPES), st.booleans()), min_size=1, max_size=2), looks=st.booleans()
    )
    def start(self, shapes, looks):
        self.pairs = []
        self.looks = looks  # after every step for the history of all, which changes what a view knows
        for shape, requires_grad in shapes:
            self.leaf(shape, requires_grad)

    @rule(shape=st.sampled_from(SHAPES), requires_grad=st.booleans())
    def leaf(self, shape, requires_grad):
        numbers = np.random.default_rng(len(self.pairs)).uniform(-1, 1, shape)
        pair = [library.from_numpy(numbers.copy()) for library in (minitorch, torch)]
        self.pairs.append([each.requires_grad_(requires_grad) for each in pair])

    @rule(place=places, view=st.sampled_from(VIEWS))
    def view(self, place, view):
        self.step(lambda x: view(x[0]), [place], new=True, recorded=True)

    @rule(place=places, other=places, operation=st.sampled_from(RESULTS), silent=st.integers(0, 4))
    def result(self, place, other, operation, silent):
        self.step(lambda x: operation(*x), [place, other], new=True, recorded=silent > 0)

    @rule(place=places, other=places, write=st.sampled_from(WRITES), silent=st.integers(0, 2))
    def write(self, place, other, write, silent):
        x, y = (self.pairs[each % len(self.pairs)][1] for each in (place, other))
        if share_memory(x, y):
            write = WRITES[0]
        self.step(lambda x: write(*x), [place, other], new=False, recorded=silent > 0)

    @precondition(lambda self: any(theirs.requires_grad for _, theirs in self.pairs))
    @rule(place=places, keep=st.booleans())
    def backward(self, place, keep):
        able = [i for i, (_, theirs) in enumerate(self.pairs) if theirs.requires_grad]
        place = able[place % len(able)]
        shape = tuple(self.pairs[place][1].shape)
        cotangents = np.random.default_rng(place).standard_normal(shape)
        outcomes = [
            outcome(
                lambda x=x, library=library: x.backward(library.from_numpy(cotangents), retain_graph=keep)
            )
            for x, library in zip(self.pairs[place], (minitorch, torch))
        ]
        self.compare(outcomes)
        if outcomes[1][1] is not None:  # a pass that failed half-way: which leaves got theirs is not promised
            for pair in self.pairs:
                for each in pair:
                    each.grad = None

    def step(self, operation, where, new, recorded):
        if new and len(self.pairs) > 12:
            return
        chosen = [self.pairs[place % len(self.pairs)] for place in where]
        outcomes = []
        for side, library in enumerate((minitorch, torch)):
            with library.set_grad_enabled(recorded):
                outcomes.append(outcome(lambda side=side: operation([pair[side] for pair in chosen])))
        self.compare(outcomes)
        if new and outcomes[1][1] is None:
            self.pairs.append([value for value, _ in outcomes])

    def compare(self, outcomes):
        (_, ours), (_, theirs) = outcomes
        words = [error and (type(error).__name__, first_line(error)) for error in (ours, theirs)]
        if words[0] != words[1] and not (ours and theirs and known_difference(words)):
            raise AssertionError(f"minitorch: {words[0]}\ntorch:     {words[1]}") from (ours or theirs)
        for ours, theirs in self.pairs:
            assert_same(ours, theirs)
            assert steps(ours) == steps(theirs)
            assert ours._version == theirs._version
            assert ours.requires_grad == theirs.requires_grad
            if self.looks:
                assert [origin(ours)] == [origin(theirs)]
            with warnings.catch_warnings(action="ignore"):  # of a .grad that nobody keeps
                assert_same(ours.grad, theirs.grad)


WHOSE = re.compile(r"which is output \d+ of \w+")


def share_memory(x, y) -> bool:
    """Whether PyTorch cannot tell whether they overlap: it then reads some elements after it has overwritten them."""
    same = x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()
    return same and x is not y and not (x.is_contiguous() and y.is_contiguous())


def known_difference(words) -> bool:
    """Both refuse, but tell another reason first, where there are two.

    PyTorch looks for the history of a view before it looks at shapes, minitorch after. A result that was saved of a write
    through a view is called the output of that view's node, in PyTorch only while that node lives.
    """
    ours, theirs = (text for _, text in words)
    if "of AsStrided" in ours + theirs:
        return WHOSE.sub("", ours) == WHOSE.sub("", theirs)
    return ("is a view" in theirs or "A view was created" in theirs) and "modified inplace" in theirs


def steps(tensor) -> list:
    """The strides that lead somewhere: that of a dimension of size 1, or of no elements, is a number nobody uses."""
    if 0 in tensor.shape:
        return []
    return [step for step, size in zip(tensor.stride(), tensor.shape) if size != 1]


def origin(tensor):
    """The name of its node, or why it can have none any more."""
    node, error = outcome(lambda: tensor.grad_fn)
    return first_line(error) if error else node and node.name()


def outcome(operation):
    """(value, None) or (None, the exception)."""
    try:
        return operation(), None
    except Exception as error:
        return None, error


@pytest.mark.filterwarnings("ignore:The use of `x.T`")
def test_random_programs():
    """Values, strides, versions, histories, gradients and errors agree after every step."""
    long = settings.get_current_profile_name() == "long"
    count, length = (settings().max_examples, 30) if long else (40, 15)
    run_state_machine_as_test(Programs, settings=settings(max_examples=count, stateful_step_count=length))


def test_even_programs():
    """Steps drawn evenly, which hypothesis does not do: it likes small numbers, and so the oldest tensors."""
    long = settings.get_current_profile_name() == "long"
    start = random.randrange(10**9) if long else 0
    for seed in range(start, start + (settings().max_examples if long else 100)):
        run_evenly(seed)


def run_evenly(seed: int, length: int = 30) -> None:
    """One program; raises AssertionError with the seed and the steps up to the one that differs."""
    draw, steps = random.Random(seed), []
    machine = Programs()
    shapes = [(draw.choice(SHAPES), draw.random() < 0.6) for _ in range(draw.randint(1, 2))]
    machine.start(shapes=shapes, looks=draw.random() < 0.5)
    for _ in range(length):
        place = draw.choice([draw.randint(0, 30), -1, -2])  # the newest ones half of the time
        step, choices = draw.choice(
            [
                (machine.view, {"place": place, "view": draw.choice(VIEWS)}),
                (machine.write, {"place": place, "other": draw.randint(0, 30), "write": draw.choice(WRITES), "silent": draw.randint(0, 2)}),
                (machine.result, {"place": place, "other": draw.randint(0, 30), "operation": draw.choice(RESULTS), "silent": draw.randint(0, 4)}),
                (machine.backward, {"place": place, "keep": draw.random() < 0.6}),
            ]
        )
        if step == machine.backward and not any(theirs.requires_grad for _, theirs in machine.pairs):
            continue
        steps.append((step.__name__, {name: _position(value) for name, value in choices.items()}))
        try:
            step(**choices)
        except AssertionError as error:
            raise AssertionError(f"{error}\nseed {seed}, {shapes}:\n" + "\n".join(map(str, steps))) from error


def _position(value):
    """Which of its list a function is."""
    return next((each.index(value) for each in (VIEWS, WRITES, RESULTS) if value in each), value)
