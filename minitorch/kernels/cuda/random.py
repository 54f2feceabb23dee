"""Philox, and what is drawn from it. PyTorch: ATen/cuda/CUDAGeneratorImpl.cpp, ATen/native/cuda/DistributionTemplates.h.

Philox 4x32-10 (Salmon and others, 2011) makes four words of a seed and a counter, whose parts are the thread of PyTorch's
launch and how often it drew. Which thread an element is of follows from their number and the size of the GPU: a
seed gives PyTorch's numbers on the same kind of GPU. Here any thread can compute any counter's words.

Like PyTorch's: uniform, normal, bernoulli, whole numbers, exponential and what `distributions.py` makes of these, and
how far the state moves. Not like PyTorch's: `permutation`, `multinomial` with replacement.
"""

import functools
from collections.abc import Callable

import numpy as np

from minitorch.kernels.cuda import _driver
from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._loops import merged, offset, padded
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import constant, empty
from minitorch.kernels.cuda.pointwise import copy_into
from minitorch.kernels.cuda.sort import sorted_rows

# The 16 bytes of PyTorch's get_state(): the seed, and the words that each thread has drawn so far, a multiple of 4.
STATE = np.dtype([("seed", "<u8"), ("offset", "<u8")])

_BLOCK = 256  # threads of a block in PyTorch's launch
_WORD, _LONG = np.uint32, np.uint64
_32 = np.uint64(32)


def seed(state: np.ndarray, value: int) -> None:
    """Start anew from `value` (0 <= value < 2**64)."""
    state["seed"] = value
    state["offset"] = 0


@device
def philox(counter, thread, key):
    """The four words of two halves of a counter and a key, all of 64 bits."""
    a, b = _WORD(counter & _LOW), _WORD(counter >> _32)
    c, d = _WORD(thread & _LOW), _WORD(thread >> _32)
    k, l = _WORD(key & _LOW), _WORD(key >> _32)  # noqa: E741
    for _ in range(10):
        first, second = _LONG(a) * _FIRST, _LONG(c) * _SECOND
        a, b, c, d = (
            _WORD(_WORD(second >> _32) ^ b ^ k),
            _WORD(second & _LOW),
            _WORD(_WORD(first >> _32) ^ d ^ l),
            _WORD(first & _LOW),
        )
        k, l = _WORD((_LONG(k) + _FIRST_STEP) & _LOW), _WORD((_LONG(l) + _SECOND_STEP) & _LOW)  # noqa: E741
    return a, b, c, d


_LOW = np.uint64(0xFFFFFFFF)
_FIRST, _SECOND = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_FIRST_STEP, _SECOND_STEP = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


class Draw:
    """A kernel that fills an array: `draw(array, state, *parameters)`.

    `numbers(words, *parameters)` makes as many numbers of four words as a thread of PyTorch's does at once: 2 or 4.
    """

    __slots__ = ("_each", "_kernel", "_numbers")

    def __init__(self, numbers: Callable, each: int):
        self._numbers = numbers
        self._each = each
        self._kernel = None

    def __call__(self, array: DeviceArray, state: np.ndarray, *parameters) -> None:
        count = array.size
        if count == 0:
            return
        if array.dtype.char == "e":
            wide = empty(array.shape, np.dtype(np.float32)) if array.flags.c_contiguous else _like(array)
            self(wide, state, *parameters)
            copy_into(array, wide)
            return
        threads = _BLOCK * min(_most_blocks(), (count + _BLOCK - 1) // _BLOCK)
        calls = (count - 1) // (threads * self._each) + 1
        place = _place(state, 4 * calls)
        if self._kernel is None:
            self._kernel = kernel((_four if self._each == 4 else _two)(device(self._numbers)))
        sizes, (steps,) = padded(*merged(array, []))  # in the order of addresses, as TensorIterator goes
        self._kernel[blocks(threads * calls), THREADS](array, count, sizes, steps, threads, calls, *place, parameters)


def _place(state: np.ndarray, words: int) -> tuple[DeviceArray, np.uint64, np.uint64]:
    """Where a launch begins in the stream of numbers, and the key; the state moves on by so many words of each thread.

    The kernel adds what `origin` holds. In a graph that is where a replay begins, and the numbers count from there: see
    cuda/graphs.py.
    """
    drawn = int(state["offset"][0])
    state["offset"] = drawn + words
    recording = _driver.recording()
    if recording is None:
        return _beginning(), np.uint64(drawn // 4), np.uint64(int(state["seed"][0]))
    if id(state) not in recording.origins:
        raise RuntimeError("Attempt to increase offset for a CUDA generator not in capture mode.")
    origin, start = recording.origins[id(state)]
    return origin, np.uint64((drawn - start) // 4), np.uint64(0)


@functools.cache
def _beginning() -> DeviceArray:
    return constant(np.zeros(2, np.uint64))


def _like(array: DeviceArray) -> DeviceArray:
    """float32, with the same order of addresses."""
    order = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    made = empty([array.shape[axis] for axis in order], np.dtype(np.float32))
    return made.transpose(sorted(range(array.ndim), key=order.__getitem__))


def _most_blocks() -> int:
    """Of PyTorch's launch: as many as the GPU runs at a time."""
    return _driver.processors() * (_threads_of_a_processor() // _BLOCK)


def _threads_of_a_processor() -> int:
    """By compute capability, as in the CUDA programming guide's table of technical specifications."""
    major, minor = _driver.capability()
    return {(7, 5): 1024, (8, 0): 2048, (9, 0): 2048, (10, 0): 2048, (10, 3): 2048}.get(
        (major, minor), 2048 if major < 8 else 1536
    )


def _four(numbers):
    def draw(out, count, sizes, steps, threads, calls, origin, drawn, key, parameters):
        first_call, key = drawn + origin[0], key + origin[1]
        for task in range(cuda.grid(1), threads * calls, cuda.gridsize(1)):
            thread, call = task % threads, task // threads
            first = call * threads * 4 + thread
            if first < count:
                a, b, c, d = numbers(philox(first_call + _LONG(call), _LONG(thread), key), *parameters)
                out[offset(first, sizes, steps)] = a
                if first + threads < count:
                    out[offset(first + threads, sizes, steps)] = b
                if first + 2 * threads < count:
                    out[offset(first + 2 * threads, sizes, steps)] = c
                if first + 3 * threads < count:
                    out[offset(first + 3 * threads, sizes, steps)] = d

    return draw


def _two(numbers):
    def draw(out, count, sizes, steps, threads, calls, origin, drawn, key, parameters):
        first_call, key = drawn + origin[0], key + origin[1]
        for task in range(cuda.grid(1), threads * calls, cuda.gridsize(1)):
            thread, call = task % threads, task // threads
            first = call * threads * 2 + thread
            if first < count:
                a, b = numbers(philox(first_call + _LONG(call), _LONG(thread), key), *parameters)
                out[offset(first, sizes, steps)] = a
                if first + threads < count:
                    out[offset(first + threads, sizes, steps)] = b

    return draw


# ---- Numbers in (0, 1], as curand makes them ----


_SPAN32, _HALF32 = np.float32(2.0**-32), np.float32(2.0**-33)
_SPAN53, _HALF53 = np.float64(2.0**-53), np.float64(2.0**-54)
_21 = np.uint64(21)


@device
def unit_single(word):
    """The float32 in the middle of one of 2**32 intervals, rounded: at most 1, never 0."""
    return cuda.fma(np.float32(word), _SPAN32, _HALF32)


@device
def unit_double(low, high):
    """The float64 in the middle of one of 2**53 intervals: never 0."""
    return np.float64(_LONG(low) ^ (_LONG(high) << _21)) * _SPAN53 + _HALF53


def uniform(array: DeviceArray, state: np.ndarray, low: float, high: float) -> None:
    """Fill with numbers in [low, high). float32 or float64."""
    kind = array.dtype.type
    low, high = kind(low), kind(high)
    (_uniform32 if array.dtype == np.float32 else _uniform64)(array, state, low, high, kind(high - low))


@device
def _between(unit, low, high, span):
    """The upper end, which a draw of 1 would give, becomes the lower."""
    value = cuda.fma(unit, span, low)
    return low if value == high else value


def _uniform_singles(words, low, high, span):
    a, b, c, d = words
    return (
        _between(unit_single(a), low, high, span),
        _between(unit_single(b), low, high, span),
        _between(unit_single(c), low, high, span),
        _between(unit_single(d), low, high, span),
    )


def _uniform_doubles(words, low, high, span):
    a, b, c, d = words
    return _between(unit_double(a, b), low, high, span), _between(unit_double(c, d), low, high, span)


_uniform32, _uniform64 = Draw(_uniform_singles, 4), Draw(_uniform_doubles, 2)


def bernoulli(array: DeviceArray, state: np.ndarray, probability: float, one: float = 1.0) -> None:
    """Fill with `one` where a uniform number is below `probability`, with 0 elsewhere. Any dtype."""
    if array.dtype == np.float64:
        _bernoulli64(array, state, float(probability), float(one))
    else:
        _bernoulli32(array, state, np.float32(probability), np.float32(one))


def _truths_of_singles(words, probability, one):
    a, b, c, d = words
    zero = np.float32(0)
    return (
        one if unit_single(a) < probability else zero,
        one if unit_single(b) < probability else zero,
        one if unit_single(c) < probability else zero,
        one if unit_single(d) < probability else zero,
    )


def _truths_of_doubles(words, probability, one):
    a, b, c, d = words
    return one if unit_double(a, b) < probability else 0.0, one if unit_double(c, d) < probability else 0.0


_bernoulli32, _bernoulli64 = Draw(_truths_of_singles, 4), Draw(_truths_of_doubles, 2)


def bernoulli_each(array: DeviceArray, state: np.ndarray, probabilities: DeviceArray) -> None:
    """Fill with 1 by each element's own probability: float32 or float64, of the array's shape.

    As PyTorch does: four neighbours are of one thread, and the state moves by twelve words.
    """
    place = _place(state, 12)
    count = array.size
    if count:
        sizes, (steps, own) = padded(*merged(array, [probabilities]))
        _each[blocks((count + 3) // 4), THREADS](array, probabilities, count, sizes, steps, own, *place)


@kernel
def _each(out, probabilities, count, sizes, steps, own, origin, drawn, key):
    drawn, key = drawn + origin[0], key + origin[1]
    for thread in range(cuda.grid(1), (count + 3) // 4, cuda.gridsize(1)):
        words = philox(drawn, _LONG(thread), key)
        for k in range(4):
            i = 4 * thread + k
            if i < count:
                out[offset(i, sizes, steps)] = unit_single(words[k]) <= probabilities[offset(i, sizes, own)]


# ---- Whole numbers ----


def random_integers(array: DeviceArray, state: np.ndarray, low: int, span: int) -> None:
    """Fill with whole numbers of low .. low + span - 1, cast to the array's dtype."""
    if span < 1 << 28:
        random_words(array, state, span, low)
    else:
        random_double_words(array, state, span, low)


def random_words(array: DeviceArray, state: np.ndarray, span: int, low: int = 0) -> None:
    """Fill with low + a 32-bit draw modulo span, cast to the array's dtype. 0 < span < 2**32."""
    _words(array, state, np.uint32(span), np.int64(low))


def random_double_words(array: DeviceArray, state: np.ndarray, span: int, low: int = 0) -> None:
    """Fill with low + a 64-bit draw modulo span, cast to the array's dtype. span < 2**64; 0: no modulo."""
    _double_words(array, state, np.uint64(span), np.int64(low))


def _remainders(words, span, low):
    a, b, c, d = words
    return np.int64(a % span) + low, np.int64(b % span) + low, np.int64(c % span) + low, np.int64(d % span) + low


@device
def _long_remainder(high, low, span):
    word = (_LONG(high) << _32) | _LONG(low)
    return np.int64(word % span) if span > _LONG(0) else np.int64(word)


def _double_remainders(words, span, low):
    a, b, c, d = words
    return _long_remainder(a, b, span) + low, _long_remainder(c, d, span) + low


_words, _double_words = Draw(_remainders, 4), Draw(_double_remainders, 2)


def permutation(state: np.ndarray, size: int) -> DeviceArray:
    """0 .. size-1 in random order, int64: the places of sorted random numbers, and so not PyTorch's permutation."""
    keys = empty((1, size), np.int64)
    random_double_words(keys, state, 0)
    return sorted_rows(keys)[1].reshape(size)


def draw(out, state, start, words_each):
    """The words behind a piece of an array: only on the CPU, whose stream is one long line."""
    raise NotImplementedError("draw: Philox's words belong to threads, not to a line")
