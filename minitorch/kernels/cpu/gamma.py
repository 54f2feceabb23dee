"""Numbers drawn by rejection, and how they move with their parameters. PyTorch: ATen/native/Distributions.{h,cpp}.

Gamma numbers: Marsaglia and Tsang (2000). Poisson: Knuth for small means, Hoermann's transformed rejection (1993) for large
ones; binomial: waiting times, and the same rejection. How many words an element takes depends on what it rejects.

A drawn number moves with its parameter by -(d cdf / d parameter) / density, which is an integral over either tail. It is
taken over the shorter one, exact to rounding, by the double exponential rule (Takahasi and Mori, 1974);
PyTorch has rational approximations here, which are off by up to a thousandth.
"""

import math

import numpy as np

from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cpu.random import next_words, unit53
from minitorch.kernels.special_formulas import digamma_of

# PyTorch writes these in float32.
_THIRD, _SQUEEZE = np.float32(1) / np.float32(3), float(np.float32(0.0331))

_FIRST, _STEP, _NODES = -3.5, 0.17, 66  # of the rule's trapezoids


def standard_gamma(alpha: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Gamma numbers of the shapes `alpha` and scale 1. float32 or float64."""
    kind = alpha.dtype.type
    small = alpha < 1  # drawn as of alpha + 1, times a power of a uniform number
    with np.errstate(divide="ignore"):
        power = np.where(small, kind(1) / alpha, kind(0))
    shape = np.where(small, alpha + kind(1), alpha) - kind(_THIRD)
    result = np.empty(alpha.shape, alpha.dtype)
    _gammas(result.reshape(-1), _line(shape), _line(power), state, float(np.finfo(kind).tiny))
    return result


@serial
def _gammas(out, shape, power, state, tiny):
    buffer = np.empty(2, np.uint32)
    for i in range(out.size):
        if power[i] == math.inf:  # alpha is 0
            out[i] = tiny
            continue
        scale = (1 - _unit(state, buffer)) ** power[i] if power[i] else 1.0
        out[i] = max(tiny, _gamma(shape[i], scale, state, buffer))


@serial
def _gamma(d, scale, state, buffer):
    c = 1 / math.sqrt(9 * d)
    while True:
        x = _normal(state, buffer)
        y = 1 + c * x
        while y <= 0:
            x = _normal(state, buffer)
            y = 1 + c * x
        v = y * y * y
        u = 1 - _unit(state, buffer)
        square = x * x
        if u < 1 - _SQUEEZE * square * square or math.log(u) < 0.5 * square + d * (1 - v + math.log(v)):
            return scale * d * v


def poisson(rate: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Poisson numbers of the means `rate`, in its dtype."""
    result = np.empty(rate.shape, rate.dtype)
    _poissons(result.reshape(-1), _line(rate), state)
    return result


@serial
def _poissons(out, rate, state):
    buffer = np.empty(2, np.uint32)
    for i in range(out.size):
        if rate[i] >= 10:
            out[i] = _large_poisson(rate[i], state, buffer)
        elif rate[i] == 0:
            out[i] = 0
        else:
            limit, product, number = math.exp(-rate[i]), _unit(state, buffer), 0
            while product > limit:
                product *= _unit(state, buffer)
                number += 1
            out[i] = number


@serial
def _large_poisson(rate, state, buffer):
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    inside = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = _unit(state, buffer) - 0.5
        v = _unit(state, buffer)
        edge = 0.5 - math.fabs(u)
        k = math.floor((2 * a / edge + b) * u + rate + 0.43) if edge else -1.0
        if edge >= 0.07 and v <= inside:
            return k
        if k < 0 or (edge < 0.013 and v > edge):
            continue
        height = math.log(v) + math.log(inverse_alpha) - math.log(a / (edge * edge) + b)
        if height <= -rate + k * log_rate - math.lgamma(k + 1.0):
            return k


def binomial(count: np.ndarray, probability: np.ndarray, state: np.ndarray) -> np.ndarray:
    """How many of `count` trials succeed, in the arrays' dtype. Of one shape, float32 or float64."""
    kind = count.dtype.type
    failures = ~(probability <= 0.5)  # the rarer of the two outcomes is counted
    rare = np.where(failures, kind(1) - probability, probability)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log1p(-rare)
        odds = rare / (kind(1) - rare)
    mean = count * rare
    deviation = np.sqrt(mean * (kind(1) - rare))
    middle = np.floor((count + kind(1)) * rare)
    result = np.empty(count.shape, count.dtype)
    lines = [_line(each) for each in (count, rare, logarithm, odds, mean, deviation, middle)]
    _binomials(result.reshape(-1), *lines, state)
    return np.where(failures, count - result, result)


@serial
def _binomials(out, count, rare, logarithm, odds, mean, deviation, middle, state):
    buffer = np.empty(2, np.uint32)
    for i in range(out.size):
        if count[i] <= 0 or rare[i] <= 0:
            out[i] = 0
        elif not rare[i] > 0:
            out[i] = math.nan
        elif mean[i] >= 10:
            out[i] = _large_binomial(count[i], rare[i], odds[i], mean[i], deviation[i], middle[i], state, buffer)
        else:
            waited, number = math.ceil(math.log(_unit(state, buffer)) / logarithm[i]), 0
            while waited <= count[i]:
                waited += math.ceil(math.log(_unit(state, buffer)) / logarithm[i])
                number += 1
            out[i] = number


@serial
def _large_binomial(count, rare, odds, mean, deviation, middle, state, buffer):
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * rare
    inside = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * deviation
    while True:
        u = _unit(state, buffer) - 0.5
        v = _unit(state, buffer)
        edge = 0.5 - math.fabs(u)
        k = math.floor((2 * a / edge + b) * u + mean + 0.5) if edge else -1.0
        if k < 0 or k > count:
            continue
        if edge >= 0.07 and v <= inside:
            return k
        height = math.log(v * alpha / (a / (edge * edge) + b))
        limit = (middle + 0.5) * math.log((middle + 1) / (odds * (count - middle + 1)))
        limit += (count + 1) * math.log((count - middle + 1) / (count - k + 1))
        limit += (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
        limit += _tail(middle) + _tail(count - middle) - _tail(k) - _tail(count - k)
        if height <= limit:
            return k


@serial
def _tail(k):
    """What Stirling's formula for log k! lacks."""
    n = k + 1.0
    if n <= 10:
        return math.lgamma(n) - 0.5 * math.log(2 * math.pi) - (n - 0.5) * math.log(n) + n
    return (1 / 12 - (1 / 360 - 1 / 1260 / (n * n)) / (n * n)) / n


@serial
def _unit(state, buffer):
    next_words(buffer, state)
    return unit53(buffer, 0)


@serial
def _normal(state, buffer):
    """One normal number; the second of its pair waits in the state."""
    if state[0].has_cached_normal:
        waiting = state[0].cached_normal
        state[0].has_cached_normal = 0
        state[0].cached_normal = 0.0
        return waiting
    angle = 2 * math.pi * _unit(state, buffer)
    radius = math.sqrt(-2 * math.log1p(-_unit(state, buffer)))
    state[0].cached_normal = radius * math.sin(angle)
    state[0].has_cached_normal = 1
    return radius * math.cos(angle)


def standard_gamma_grad(alpha: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """d drawn / d alpha of gamma numbers. Of one shape."""
    result = np.empty(alpha.shape, alpha.dtype)
    _gamma_moves(result.reshape(-1), _line(alpha), _line(drawn))
    return result


@serial
def _gamma_moves(out, alpha, drawn):
    for i in range(out.size):
        a, x = np.float64(alpha[i]), np.float64(drawn[i])
        center, total = digamma_of(a), 0.0
        if x >= a:
            unit = x / (x - a + 1 + math.sqrt(a))
            for node in range(_NODES):
                tau = _FIRST + node * _STEP
                u = unit * math.exp(tau - math.exp(-tau))
                weight = math.exp((a - 1) * math.log1p(u / x) - u)
                total += (math.log(x + u) - center) * weight * u * (1 + math.exp(-tau))
        else:
            unit = 1 / (a - x + math.sqrt(x))
            for node in range(_NODES):
                tau = _FIRST + node * _STEP
                w = unit * math.exp(tau - math.exp(-tau))
                weight = math.exp(-a * w - x * math.expm1(-w))
                total -= x * (math.log(x) - w - center) * weight * w * (1 + math.exp(-tau))
        out[i] = total * _STEP


def dirichlet_grad(drawn: np.ndarray, alpha: np.ndarray, total: np.ndarray) -> np.ndarray:
    """d drawn / d alpha of Beta(alpha, total - alpha) numbers, over 1 - drawn. Of one shape."""
    result = np.empty(drawn.shape, drawn.dtype)
    _beta_moves(result.reshape(-1), _line(drawn), _line(alpha), _line(total))
    return result


@serial
def _beta_moves(out, drawn, alpha, total):
    for i in range(out.size):
        x, a, both = np.float64(drawn[i]), np.float64(alpha[i]), np.float64(total[i])
        b = both - a
        center, value = digamma_of(a) - digamma_of(both), 0.0
        if x * both <= a:
            unit = 1 / (a + math.sqrt(max(b - 1, 0.0) * x) / (1 - x))
            for node in range(_NODES):
                tau = _FIRST + node * _STEP
                w = unit * math.exp(tau - math.exp(-tau))
                weight = math.exp(-a * w + (b - 1) * math.log1p(-x * math.expm1(-w) / (1 - x)))
                value -= (math.log(x) - w - center) * weight * w * (1 + math.exp(-tau))
            value *= x / (1 - x)
        else:
            unit = 1 / (b + math.sqrt(max(a - 1, 0.0) * (1 - x)) / x)
            for node in range(_NODES):
                tau = _FIRST + node * _STEP
                w = unit * math.exp(tau - math.exp(-tau))
                rise = math.log1p(-(1 - x) * math.expm1(-w) / x)
                weight = math.exp(-b * w + (a - 1) * rise)
                value += (math.log(x) + rise - center) * weight * w * (1 + math.exp(-tau))
        out[i] = value * _STEP


def _line(array: np.ndarray) -> np.ndarray:
    """Its elements in float64, in the order of their indices."""
    return np.ascontiguousarray(array, np.float64).reshape(-1)
