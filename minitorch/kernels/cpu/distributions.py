"""Normal, exponential and the other distributions. PyTorch: ATen/native/cpu/DistributionTemplates.h.

float64 arithmetic goes through `math`, that is the C library, as in PyTorch: NumPy's vectorised log1p, exp
and tan differ from it in the last bit of 0.5 to 7 % of inputs.
"""

import math

import numpy as np

from minitorch.kernels.cpu._box_muller import box_muller32, box_muller64
from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cpu._fma import fma
from minitorch.kernels.cpu.random import CHUNK, draw, fill, unit24, unit53


def normal(array: np.ndarray, state: np.ndarray, mean: float, std: float) -> None:
    """Fill with normal numbers: in blocks of 16, or by pairs if small or strided. float32 or float64."""
    if array.size < 16 or not array.flags.c_contiguous:
        fill(_normal, array, state, float(mean), float(std))
    elif array.dtype == np.float32:
        fill(_normal_blocks32, array, state, float(mean), float(std))
    else:
        fill(_normal_blocks64, array, state, float(mean), float(std))


@serial
def _normal(out, state, mean, std):
    """In float64, in pairs: the second of a pair waits in the state for the next call, whatever its dtype."""
    done = 0
    if out.size and state[0].has_cached_normal:
        out[0] = fma(state[0].cached_normal, std, mean)
        state[0].cached_normal = 0.0
        state[0].has_cached_normal = 0
        done = 1
    pairs = out[done::2]
    for start in range(0, pairs.size, CHUNK):
        piece, words = draw(pairs, state, start, 4)
        for i in range(piece.size):
            angle = 2.0 * math.pi * unit53(words, 2 * i)
            radius = math.sqrt(-2.0 * math.log1p(-unit53(words, 2 * i + 1)))
            piece[i] = fma(radius * math.cos(angle), std, mean)
            second = radius * math.sin(angle)
            place = done + 2 * (start + i) + 1
            if place < out.size:
                out[place] = fma(second, std, mean)
            else:
                state[0].cached_normal = second
                state[0].has_cached_normal = 1


@serial
def _normal_blocks32(out, state, mean, std):
    mean, std = np.float32(mean), np.float32(std)
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 1)
        for i in range(piece.size):
            piece[i] = unit24(words, i)
        box_muller32(piece[: piece.size // 16 * 16], mean, std)
    if out.size % 16:  # the rest are drawn again, with so many finished numbers that they make a block
        last, words = draw(out, state, out.size - 16, 1)
        for i in range(16):
            last[i] = unit24(words, i)
        box_muller32(last, mean, std)


@serial
def _normal_blocks64(out, state, mean, std):
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            piece[i] = unit53(words, i)
        box_muller64(piece[: piece.size // 16 * 16], mean, std)
    if out.size % 16:
        last, words = draw(out, state, out.size - 16, 2)
        for i in range(16):
            last[i] = unit53(words, i)
        box_muller64(last, mean, std)


def log_normal(array: np.ndarray, state: np.ndarray, mean: float, std: float) -> None:
    """Fill with exp of normal numbers drawn one by one. float32 or float64."""
    fill(_log_normal, array, state, float(mean), float(std))


@serial
def _log_normal(out, state, mean, std):
    exponents = np.empty(out.size)
    _normal(exponents, state, mean, std)
    for i in range(out.size):
        out[i] = math.exp(exponents[i])


def exponential(array: np.ndarray, state: np.ndarray, rate: float) -> None:
    """Fill with exponential numbers of mean 1 / rate. float32 or float64."""
    fill(_exponential, array, state, -1.0 / rate if rate else -math.inf)


@serial
def _exponential(out, state, scale):
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            piece[i] = scale * math.log1p(-unit53(words, i))


def geometric(array: np.ndarray, state: np.ndarray, probability: float) -> None:
    """Fill with the number of trials until the first success. Any dtype."""
    fill(_geometric, array, state, math.log1p(-probability))


@serial
def _geometric(out, state, log_failure):
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            piece[i] = math.ceil(math.log(unit53(words, i)) / log_failure)


def cauchy(array: np.ndarray, state: np.ndarray, median: float, scale: float) -> None:
    """Fill with Cauchy numbers. float32 or float64."""
    fill(_cauchy, array, state, float(median), float(scale))


@serial
def _cauchy(out, state, median, scale):
    for start in range(0, out.size, CHUNK):
        piece, words = draw(out, state, start, 2)
        for i in range(piece.size):
            piece[i] = fma(scale, math.tan(math.pi * (unit53(words, i) - 0.5)), median)


def multinomial(weights: np.ndarray, state: np.ndarray, samples: int, replacement: bool) -> np.ndarray:
    """Category numbers drawn by weight: (rows, categories) -> (rows, samples) int64. float32 or float64."""
    if replacement and samples > 1:
        rows, categories = weights.shape
        result = np.empty((rows, samples), np.int64)
        _search(result, state, np.ascontiguousarray(weights), np.empty(categories, weights.dtype))
        return result
    # A race of exponential clocks: the category whose clock rings first is drawn, then the next.
    race = np.empty_like(weights)
    exponential(race, state, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(weights, race, out=race)
    if samples == 1:
        return race.argmax(axis=1, keepdims=True)
    return np.argsort(-race, axis=1, kind="stable")[:, :samples].copy()


@serial
def _search(out, state, weights, cumulative):
    rows, categories = weights.shape
    for row in range(rows):
        cumulative[0] = weights[row, 0]
        for category in range(1, categories):
            cumulative[category] = cumulative[category - 1] + weights[row, category]
        total = cumulative[categories - 1]
        for category in range(categories):
            cumulative[category] /= total
        cumulative[categories - 1] = 1
        for start in range(0, out.shape[1], CHUNK):
            piece, words = draw(out[row], state, start, 2)
            for i in range(piece.size):
                value = unit53(words, i)
                low, high = 0, categories
                while low < high:
                    middle = (low + high) // 2
                    if cumulative[middle] < value:
                        low = middle + 1
                    else:
                        high = middle
                piece[i] = low
