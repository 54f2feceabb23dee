"""Random numbers are PyTorch's, bit for bit. PyTorch: test/test_tensor_creation_ops.py."""

import copy
import json
import pickle
import threading
from fractions import Fraction

import numpy as np
import pytest
from helpers import check, needs_torch, torch
from hypothesis import given
from hypothesis import strategies as st
from random_draws import EXACT, GOLDEN, LIBM, drawn

import minitorch
from minitorch.kernels.cpu import random as kernels
from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cpu._fma import fma

GOLDEN_DRAWS = json.loads(GOLDEN.read_text())


# ---- The streams ----


@pytest.mark.parametrize("call", EXACT)
def test_golden(call):
    """What PyTorch drew when the file was written, and its generator afterwards; torch is not needed."""
    assert drawn(minitorch, call) == GOLDEN_DRAWS[call]


@needs_torch
@pytest.mark.parametrize("call", EXACT + LIBM)
def test_same_as_torch(call):
    """The installed PyTorch draws the same bits and leaves the same state, for several seeds."""
    for seed in (0, 2**40 + 7, -1):
        assert drawn(minitorch, call, seed) == drawn(torch, call, seed)


def test_golden_file_is_complete():
    assert list(GOLDEN_DRAWS) == EXACT


def test_shuffling_more_than_2_to_the_28_items():
    """The path for sizes that do not fit a test: on a small size, against the definition."""
    size = 1000
    state = _state(5)
    words = np.empty(2 * size, np.uint32)
    kernels.next_words(words, _state(5))
    expected = list(range(size))
    for i in range(size):
        z = ((int(words[2 * i]) << 32) | int(words[2 * i + 1])) % (i + 1)
        expected[i] = expected[z]
        expected[z] = i
    items = np.arange(size)
    kernels._shuffle_large(items, state)
    assert items.tolist() == expected


def test_words_are_the_mersenne_twisters():
    """NumPy has the same engine, seeded in the same way."""
    words = np.empty(2000, np.uint32)
    kernels.next_words(words, _state(123))
    expected = np.random.RandomState(123).randint(0, 2**32, 2000, dtype=np.uint32)
    np.testing.assert_array_equal(words, expected)


@given(cuts=st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_words_do_not_depend_on_how_they_are_asked_for(cuts):
    whole, pieces = np.empty(sum(cuts), np.uint32), [np.empty(n, np.uint32) for n in cuts]
    kernels.next_words(whole, _state(9))
    state = _state(9)
    for piece in pieces:
        kernels.next_words(piece, state)
    np.testing.assert_array_equal(whole, np.concatenate(pieces))


def _state(seed: int) -> np.ndarray:
    state = np.zeros(1, kernels.STATE)
    kernels.seed(state, seed)
    return state


@given(st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 3))
def test_fma_rounds_once(numbers):
    x, y, z = (np.float32(each) for each in numbers)
    exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
    error = abs(Fraction(float(_fma(x, y, z))) - exact)
    neighbours = [np.nextafter(_fma(x, y, z), np.float32(way)) for way in (-np.inf, np.inf)]
    assert all(error <= abs(Fraction(float(each)) - exact) for each in neighbours)


@serial
def _fma(x, y, z):
    return fma(x, y, z)


# ---- The generator ----


def test_default_seed_of_a_generator():
    assert minitorch.Generator().initial_seed() == 67280421310721


@needs_torch
@pytest.mark.parametrize("seed", [0, 1, -1, -(2**63), 2**63, 2**64 - 1, 2**32 + 5])
def test_state_after_seeding(seed):
    ours, theirs = minitorch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    assert ours.initial_seed() == theirs.initial_seed()
    assert _bytes(ours.get_state()) == _bytes(theirs.get_state())


@pytest.mark.parametrize("seed", [3.7, True, "7", np.int64(3)])
def test_manual_seed_takes_what_int_takes(seed):
    assert minitorch.manual_seed(seed) is minitorch.default_generator
    assert minitorch.initial_seed() == int(seed)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (lambda torch: torch.Generator().manual_seed(2**64), ValueError),
        (lambda torch: torch.Generator().manual_seed(-(2**63) - 1), ValueError),
        (lambda torch: torch.manual_seed(2**64), ValueError),
        (lambda torch: torch.manual_seed("x"), ValueError),
        (lambda torch: torch.Generator().manual_seed("a"), RuntimeError),
        (lambda torch: torch.Generator().manual_seed(3.7), RuntimeError),
        (lambda torch: torch.Generator().manual_seed(True), RuntimeError),
        (lambda torch: torch.Generator().manual_seed(None), RuntimeError),
        (lambda torch: torch.Generator("foo"), RuntimeError),
        (lambda torch: torch.Generator().get_offset(), RuntimeError),
        (lambda torch: torch.Generator().set_offset(1), RuntimeError),
        (lambda torch: torch.Generator().set_state([1]), TypeError),
        (lambda torch: torch.Generator().set_state(torch.zeros(5056)), TypeError),
        (lambda torch: torch.Generator().set_state(torch.zeros(3, dtype=torch.uint8)), RuntimeError),
        (lambda torch: torch.Generator().set_state(torch.zeros(5056, dtype=torch.uint8)), RuntimeError),
        (lambda torch: torch.Generator().set_state(torch.zeros(9, 2, dtype=torch.uint8)[:, 0]), RuntimeError),
        (lambda torch: torch.set_rng_state(3), TypeError),
    ],
)
def test_generator_errors(body, error):
    check(body, raises=error)


def test_seed_is_a_new_one_each_time():
    generator = minitorch.Generator()
    seeds = {generator.seed() for _ in range(4)}
    assert len(seeds) == 4
    assert generator.initial_seed() in seeds
    assert minitorch.seed() == minitorch.initial_seed()


@needs_torch
def test_state_is_exchanged_both_ways():
    """In the middle of a block, with a normal number pending, the other library goes on where one stopped."""
    minitorch.manual_seed(11)
    minitorch.rand(700)
    minitorch.randn(3)
    torch.set_rng_state(torch.from_numpy(minitorch.get_rng_state().numpy()))
    assert _bytes(minitorch.randn(5)) == _bytes(torch.randn(5))
    torch.rand(1000)
    torch.randn(7)
    minitorch.set_rng_state(torch.get_rng_state())
    minitorch_next, torch_next = (library.randn(2000) for library in (minitorch, torch))
    assert _bytes(minitorch_next) == _bytes(torch_next)
    assert _bytes(minitorch.get_rng_state()) == _bytes(torch.get_rng_state())


@pytest.mark.parametrize(
    ("field", "value"),
    [("left", 0), ("left", -1), ("left", 625), ("next", 625), ("next", 2**63), ("seeded", 0)],
)
def test_a_broken_state_is_refused(field, value):
    """A position outside of the words would make a kernel read foreign memory."""
    record = _state(3)
    record[field] = value
    with pytest.raises(RuntimeError, match="Invalid mt19937 state"):
        minitorch.Generator().set_state(minitorch.from_numpy(record.view(np.uint8)))


def test_a_position_that_contradicts_the_count_is_refused():
    generator = minitorch.Generator()
    minitorch.rand(10, generator=generator)
    record = generator.get_state().numpy().view(kernels.STATE)
    record["left"] += 1
    with pytest.raises(RuntimeError, match="Invalid mt19937 state"):
        generator.set_state(minitorch.from_numpy(record.view(np.uint8)))


def test_get_state_is_a_copy():
    generator = minitorch.Generator()
    state = generator.get_state()
    before = _bytes(state)
    minitorch.rand(5, generator=generator)
    assert _bytes(state) == before
    generator.set_state(state)
    minitorch.rand(5, generator=generator)
    assert _bytes(state) == before


@pytest.mark.parametrize("duplicate", [copy.deepcopy, copy.copy, lambda g: pickle.loads(pickle.dumps(g))])
def test_a_copied_generator_goes_on_from_the_same_point(duplicate):
    generator = minitorch.Generator().manual_seed(4)
    minitorch.randn(7, generator=generator)
    other = duplicate(generator)
    first = minitorch.randn(40, generator=generator)
    assert _bytes(first) == _bytes(minitorch.randn(40, generator=other))


def test_clone_state():
    generator = minitorch.Generator().manual_seed(4)
    clone = generator.clone_state()
    first = minitorch.rand(4, generator=generator)
    assert clone is not generator
    assert _bytes(first) == _bytes(minitorch.rand(4, generator=clone))


def test_a_generator_of_ones_own_leaves_the_default_one_alone():
    minitorch.manual_seed(0)
    before = _bytes(minitorch.get_rng_state())
    generator = minitorch.Generator().manual_seed(8)
    minitorch.rand(3, generator=generator)
    minitorch.empty(20).normal_(generator=generator)
    minitorch.randperm(5, generator=generator)
    minitorch.multinomial(minitorch.ones(4), 2, generator=generator)
    assert _bytes(minitorch.get_rng_state()) == before


def test_fork_rng():
    minitorch.manual_seed(0)
    before = _bytes(minitorch.get_rng_state())
    with minitorch.random.fork_rng():
        minitorch.rand(10)
    assert _bytes(minitorch.get_rng_state()) == before
    with minitorch.random.fork_rng(enabled=False):
        minitorch.rand(10)
    assert _bytes(minitorch.get_rng_state()) != before


def test_threads_share_a_generator_without_losing_words():
    """Each draw is one piece of the stream, whoever makes it."""
    generator = minitorch.Generator().manual_seed(1)
    drawn = []

    def draw():
        for _ in range(200):
            drawn.append(minitorch.rand(37, generator=generator).numpy().tobytes())

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = minitorch.Generator().manual_seed(1)
    expected = sorted(minitorch.rand(37, generator=alone).numpy().tobytes() for _ in range(800))
    assert sorted(drawn) == expected
    assert _bytes(generator.get_state()) == _bytes(alone.get_state())


def _bytes(tensor) -> bytes:
    return tensor.numpy().tobytes()
