"""The Mersenne Twister, and what is drawn from it. PyTorch: ATen/core/MT19937RNGEngine.h, cpu/DistributionTemplates.h.

The engine is MT19937 of Matsumoto and Nishimura (BSD licence). Every draw is one serial walk over its 32-bit words, so nothing depends
on the number of threads. A loop `draw`s the words for a piece of its array and turns them into numbers.
"""

import math
from collections.abc import Callable

import numpy as np

from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cpu._fma import fma

# The 5,056 bytes of PyTorch's get_state(), field by field. Kernels advance an array of one such record.
STATE = np.dtype(
    [
        ("seed", "<u8"),
        ("left", "<i4"),  # words until the next twist, plus one
        ("seeded", "<i4"),
        ("next", "<u8"),  # position of the next word in key
        ("key", "<u8", 624),  # 32-bit words
        ("normal_x", "<f8"),
        ("cached_normal", "<f8"),  # the second number of a pair made by `scalar_normal`
        ("normal_rho", "<f8"),
        ("has_cached_normal", "<i4"),
        ("padding", "<i4"),
        ("cached_float", "<f4"),  # never set on the CPU, like the two below
        ("has_cached_float", "<i4"),
    ]
)

CHUNK = 8192  # elements per piece: 64 kB of words, which stay in the cache until they are used

_WORD = np.uint32
_TOP_BIT, _LOW_BITS, _TWIST = _WORD(0x80000000), _WORD(0x7FFFFFFF), _WORD(0x9908B0DF)
_U24 = np.float32(2.0**-24)


def seed(state: np.ndarray, value: int) -> None:
    """Start anew from `value` (0 <= value < 2**64), of which only the low 32 bits choose the stream."""
    state[0] = np.zeros((), STATE)
    state["seed"] = value
    state["seeded"] = 1
    _seed(state, _WORD(value & 0xFFFFFFFF))


@serial
def _seed(state, word):
    key = state[0].key
    key[0] = word
    for j in range(1, 624):
        word = _WORD(_WORD(1812433253) * (word ^ (word >> _WORD(30))) + _WORD(j))
        key[j] = word
    state[0].left = 1
    state[0].next = 0


@serial
def next_words(out, state):
    """Fill with 32-bit words."""
    key = state[0].key
    done = 0
    while done < out.size:
        if state[0].left == 1:
            _twist(key)
            state[0].left = 625
            state[0].next = 0
        count = min(out.size - done, state[0].left - 1)
        first = np.int64(state[0].next)
        for i in range(count):
            out[done + i] = _temper(_WORD(key[first + i]))
        state[0].left -= count
        state[0].next += count
        done += count


@serial
def _twist(key):
    for i in range(227):
        key[i] = _twisted(_WORD(key[i]), _WORD(key[i + 1]), _WORD(key[i + 397]))
    for i in range(227, 623):
        key[i] = _twisted(_WORD(key[i]), _WORD(key[i + 1]), _WORD(key[i - 227]))
    key[623] = _twisted(_WORD(key[623]), _WORD(key[0]), _WORD(key[396]))


@serial
def _twisted(word, following, far):
    mixed = (word & _TOP_BIT) | (following & _LOW_BITS)
    return _WORD(far ^ (mixed >> _WORD(1)) ^ ((_WORD(0) - (following & _WORD(1))) & _TWIST))


@serial
def _temper(word):
    word = _WORD(word ^ (word >> _WORD(11)))
    word = _WORD(word ^ ((word << _WORD(7)) & _WORD(0x9D2C5680)))
    word = _WORD(word ^ ((word << _WORD(15)) & _WORD(0xEFC60000)))
    return _WORD(word ^ (word >> _WORD(18)))


def fill(loop: Callable, array: np.ndarray, *arguments) -> None:
    """Run loop(elements, *arguments), elements being those of `array` in ascending address order, as one row.

    PyTorch: TensorIterator, which walks a tensor by its strides and not by its indices.
    """
    if not array.flags.c_contiguous:
        array = array.transpose(_address_axes(array))
    if array.flags.c_contiguous:
        loop(array.reshape(-1), *arguments)
    else:
        elements = np.empty(array.size, array.dtype)
        loop(elements, *arguments)
        array[...] = elements.reshape(array.shape)


def _address_axes(array: np.ndarray) -> list[int]:
    return sorted(range(array.ndim), key=lambda axis: -array.strides[axis])


@serial
def draw(out, state, start, words_each):
    """The CHUNK elements of `out` from `start` on, and `words_each` fresh words for each."""
    piece = out[start : start + CHUNK]
    words = np.empty(piece.size * words_each, np.uint32)
    next_words(words, state)
    return piece, words


@serial
def random64(words, i):
    """The i-th 64-bit draw: the first word is the high half."""
    return (np.uint64(words[2 * i]) << np.uint64(32)) | np.uint64(words[2 * i + 1])


@serial
def random53(words, i):
    """The low 53 bits of the i-th 64-bit draw."""
    return np.int64(random64(words, i) & np.uint64(0x1FFFFFFFFFFFFF))


@serial
def unit53(words, i):
    """The i-th float64 in [0, 1)."""
    return np.float64(random53(words, i)) * 2.0**-53


@serial
def unit24(words, i):
    """The i-th float32 in [0, 1): the low 24 bits of a word."""
    return np.float32(np.int32(words[i] & _WORD(0xFFFFFF))) * _U24


def uniform(array: np.ndarray, state: np.ndarray, low: float, high: float) -> None:
    """Fill with numbers in [low, high). float32 or float64."""
    fill(_uniform32 if array.dtype == np.float32 else _uniform64, array, state, float(low), float(high))


@serial
def _uniform32(out, state, low, high):
    low, high = np.float32(low), np.float32(high)
    span = high - low
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 1)
        for i in range(piece.size):
            value = fma(unit24(words, i), span, low)
            piece[i] = low if value == high else value


@serial
def _uniform64(out, state, low, high):
    span = high - low
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            value = fma(unit53(words, i), span, low)
            piece[i] = low if value == high else value


def random_integers(array: np.ndarray, state: np.ndarray, low: int, span: int) -> None:
    """Fill with whole numbers of low .. low + span - 1, cast to the array's dtype."""
    if span < 1 << 28:
        random_words(array, state, span, low)
    else:
        random_double_words(array, state, span, low)


def random_words(array: np.ndarray, state: np.ndarray, span: int, low: int = 0) -> None:
    """Fill with low + a 32-bit draw modulo span, cast to the array's dtype. 0 < span < 2**32."""
    fill(_modulo32, array, state, low, span)


@serial
def _modulo32(out, state, low, span):
    span = _WORD(span)
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 1)
        for i in range(piece.size):
            piece[i] = low + np.int64(words[i] % span)


def random_double_words(array: np.ndarray, state: np.ndarray, span: int, low: int = 0) -> None:
    """Fill with low + a 64-bit draw modulo span, cast to the array's dtype. span < 2**64; 0: no modulo."""
    fill(_modulo64, array, state, low, span if span < 1 << 63 else span - (1 << 64))


@serial
def _modulo64(out, state, low, span):
    span = np.uint64(span)
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            word = random64(words, i)
            piece[i] = low + np.int64(word % span if span > 0 else word)


def permutation(state: np.ndarray, size: int) -> np.ndarray:
    """0 .. size-1 in random order, int64. PyTorch: randperm_cpu in ATen/native/TensorFactories.cpp."""
    result = np.arange(size)
    if size < _LARGE_PERMUTATION:
        _shuffle(result, state)
    else:
        _shuffle_large(result, state)
    return result


# From here on a 32-bit word modulo the number of places left would be biased by more than 1 in 20.
_LARGE_PERMUTATION = (2**32 - 1) // 20


@serial
def _shuffle(items, state):
    for start in range(0, items.size - 1, CHUNK):
        piece, words = draw(items[:-1], state, start, 1)
        for k in range(piece.size):
            i = start + k
            j = i + np.int64(words[k] % _WORD(items.size - i))
            items[i], items[j] = items[j], items[i]


@serial
def _shuffle_large(items, state):
    for start in range(0, items.size, CHUNK):
        piece, words = draw(items, state, start, 2)
        for k in range(piece.size):
            i = start + k
            j = np.int64(random64(words, k) % np.uint64(i + 1))
            items[i] = items[j]
            items[j] = i


def bernoulli(array: np.ndarray, state: np.ndarray, probability: float, one: float = 1.0) -> None:
    """Fill with `one` where a uniform float64 is below `probability`, with 0 elsewhere. Any dtype."""
    # u * 2**-53 < p is u < p * 2**53, exactly: a comparison of integers, which vectorises.
    fill(_bernoulli, array, state, math.ceil(probability * 2.0**53), float(one))


@serial
def _bernoulli(out, state, threshold, one):
    one, zero = out.dtype.type(one), out.dtype.type(0)
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            piece[i] = one if random53(words, i) < threshold else zero


def bernoulli_each(array: np.ndarray, state: np.ndarray, probabilities: np.ndarray) -> None:
    """Fill with 1 by each element's own probability: float32 or float64, of the array's shape."""
    probabilities = probabilities.transpose(_address_axes(array)).ravel()
    fill(_bernoulli32 if probabilities.dtype == np.float32 else _bernoulli64, array, state, probabilities)


@serial
def _bernoulli32(out, state, probabilities):
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 1)
        for i in range(piece.size):
            piece[i] = unit24(words, i) < probabilities[start + i]


@serial
def _bernoulli64(out, state, probabilities):
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            piece[i] = unit53(words, i) < probabilities[start + i]
