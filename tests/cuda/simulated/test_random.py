"""Philox and what is made of it: known words, PyTorch's mapping, moments. PyTorch: test/test_random.py, cuda_philox_test.cu."""

import numpy as np
import pytest
from gpu import COMPILED_ONLY

from minitorch.kernels import cuda
from minitorch.kernels.cuda.random import STATE, philox


def drawn(kernel: str, shape, dtype, *parameters, seed: int = 7, offset: int = 0) -> np.ndarray:
    """What a kernel fills an array with."""
    array, state = cuda.empty(shape, np.dtype(dtype)), np.zeros(1, STATE)
    cuda.seed(state, seed)
    state["offset"] = offset
    getattr(cuda, kernel)(array, state, *parameters)
    drawn.offset = int(state["offset"][0])
    return cuda.to_host(array)


def words(counter: int, thread: int, key: int) -> list[int]:
    """Philox 4x32-10 in Python's own numbers, as its authors define it."""
    c = [counter & 0xFFFFFFFF, counter >> 32, thread & 0xFFFFFFFF, thread >> 32]
    k = [key & 0xFFFFFFFF, key >> 32]
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [second >> 32 ^ c[1] ^ k[0], second & 0xFFFFFFFF, first >> 32 ^ c[3] ^ k[1], first & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


KNOWN = [  # of the authors' Random123, kat_vectors
    ((0, 0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ((2**64 - 1,) * 3, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    ((0x85A308D3243F6A88, 0x0370734413198A2E, 0x299F31D0A4093822), [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]),
]


@pytest.mark.parametrize("given, expected", KNOWN)
def test_known_words(given, expected):
    """The generator gives the published words, and so does the test's own."""
    assert words(*given) == expected
    if not COMPILED_ONLY:  # a function of the GPU is Python's own in the simulator
        assert [int(each) for each in philox(*[np.uint64(each) for each in given])] == expected


def test_mapping():
    """Thread i of PyTorch's launch gives the elements i, i + threads, ...; what it has drawn before decides the counter."""
    got = drawn("random_words", (20,), np.int64, 1 << 27, 5, seed=3, offset=8)
    if not COMPILED_ONLY:
        np.testing.assert_array_equal(got, [words(2, i, 3)[0] % (1 << 27) + 5 for i in range(20)])
    assert drawn.offset == 12
    got = drawn("uniform", (5, 1000), np.float32, 0.0, 1.0).reshape(-1)
    threads = 16 * 256  # of the simulated GPU, at a time
    if not COMPILED_ONLY:
        word = [words(0, i % threads, 7)[i // threads] for i in (0, 1, 255, 4095, 4096, 4999)]
        np.testing.assert_array_equal(got[[0, 1, 255, 4095, 4096, 4999]], np.float32(word) * np.float32(2.0**-32) + np.float32(2.0**-33))
    assert drawn.offset == 4


def test_doubles():
    """Of two words each; two numbers of a thread, a grid apart."""
    got = drawn("uniform", (3,), np.float64, 0.0, 2.0)
    whole = drawn("random_double_words", (3,), np.int64, 1 << 40)
    if not COMPILED_ONLY:
        for i in range(3):
            low, high, *_ = words(0, i, 7)
            assert got[i] == 2 * ((low ^ high << 21) * 2.0**-53 + 2.0**-54)
            assert whole[i] == (low << 32 | high) % (1 << 40)


def test_addresses():
    """A transposed array is filled in the order of its memory."""
    state, array = np.zeros(1, STATE), cuda.empty((3, 4), np.float32)
    cuda.seed(state, 7)
    cuda.uniform(array.transpose(), state, 0.0, 1.0)
    if not COMPILED_ONLY:
        np.testing.assert_array_equal(cuda.to_host(array), drawn("uniform", (3, 4), np.float32, 0.0, 1.0))


def test_truths():
    """bernoulli of every kind; each with its own probability: four neighbours of a thread."""
    half = drawn("bernoulli", (50,), np.float32, 0.5, 2.0)
    same = drawn("bernoulli", (50,), np.bool_, 0.5)
    drawn("bernoulli", (3,), np.float64, 0.5)
    drawn("bernoulli", (3,), np.float16, 0.5)
    each = drawn("bernoulli_each", (6,), np.float32, cuda.from_host(np.array([0, 1, 0.5, 0.5, 0.5, 0.5], np.float32)))
    assert drawn.offset == 12
    if not COMPILED_ONLY:
        np.testing.assert_array_equal(half, 2 * same)
        np.testing.assert_array_equal(same, [words(0, i, 7)[0] < 2**31 for i in range(50)])
        assert list(each) == [0, 1] + [words(0, i // 4, 7)[i % 4] < 2**31 for i in range(2, 6)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distributions(dtype):
    """Box and Muller's pairs; means within five deviations of what they estimate."""
    n = 256
    normal = drawn("normal", (n,), dtype, 1.0, 2.0)
    if COMPILED_ONLY:
        normal = np.zeros(n)
    elif dtype is np.float32:
        radius, angle = np.sqrt(-2 * np.log((words(0, 5, 7)[0] + 0.5) / 2**32)), 2 * np.pi * (words(0, 5, 7)[1] + 0.5) / 2**32
        assert abs(normal[5] - (1 + 2 * radius * np.sin(angle))) < 1e-5
    log_normal = drawn("log_normal", (n,), dtype, 1.0, 2.0)
    exponential = drawn("exponential", (n,), dtype, 0.5)
    geometric = drawn("geometric", (n,), dtype, 0.25)
    cauchy = drawn("cauchy", (n,), dtype, 3.0, 2.0)
    if not COMPILED_ONLY:
        np.testing.assert_allclose(np.log(log_normal), normal, 1e-4, 1e-5)
        assert abs(normal.mean() - 1) < 5 * 2 / n**0.5
        assert abs(exponential.mean() - 2) < 5 * 2 / n**0.5 and exponential.min() > 0
        assert abs(geometric.mean() - 4) < 5 * 12**0.5 / n**0.5 and geometric.min() >= 1
        assert abs((cauchy < 3).mean() - 0.5) < 5 * 0.5 / n**0.5


def test_choices():
    """A permutation has every number once; no category without weight is drawn."""
    state = np.zeros(1, STATE)
    cuda.seed(state, 1)
    order = cuda.to_host(cuda.permutation(state, 20))
    weights = cuda.from_host(np.array([[0, 1, 2, 0], [3, 0, 0, 1]], np.float32))
    once = cuda.to_host(cuda.multinomial(weights, state, 2, False))
    one = cuda.to_host(cuda.multinomial(weights, state, 1, True))
    often = cuda.to_host(cuda.multinomial(weights, state, 30, True))
    if not COMPILED_ONLY:
        assert sorted(order) == list(range(20)) and list(order) != list(range(20))
        assert [set(row) for row in once] == [{1, 2}, {0, 3}] and [row[0] in s for row, s in zip(one, ({1, 2}, {0, 3}))]
        assert [set(row) for row in often] == [{1, 2}, {0, 3}]
