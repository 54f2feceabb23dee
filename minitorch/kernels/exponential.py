"""exp, log and tanh of ONE element, in plain arithmetic. PyTorch: its SLEEF library (Sleef_expf16_u10 and so on).

A call of the C library is one element at a time: 1.8 ns. Steps without a branch or a call are what a compiler can do
for a vector of elements: 0.5 ns. All of it is float64, whatever goes in: a float32 result is then correct to 0.50001
units in its last place, a float64 result to 1 (tanh: 2.5). Where PyTorch's own float32 arithmetic is enough, `quick_exp`
takes twice as many elements at a time. The series are the ones of the textbooks, cut where the next term is
below the rounding; the tricks with bits are explained where they stand.
"""

import math

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

_LOG2_E = 1 / math.log(2)

# ln 2 in two parts. The first has 20 bits, so that a whole number of up to 32 bits times it is exact.
_LN2_HIGH = float.fromhex("0x1.62e42p-1")
_LN2_LOW = 4.7493250390316726e-07

# Added to a number below 2**51 it leaves no room for a fraction: the sum is rounded to a whole number, which the last
# bits then hold, and which subtracting it again gives.
_ROUND = 1.5 * 2**52
_ROUND_BITS = 0x4338000000000000

_BIAS = 1023  # of the exponent, which begins at bit 52
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD

# 1 / k! and 1 / k of the series
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11, _E12, _E13 = (1 / math.factorial(k) for k in range(2, 14))
_L3, _L5, _L7, _L9, _L11, _L13, _L15, _L17, _L19, _L21 = (2 / k for k in range(3, 22, 2))

# The multiplication and the addition of a series' step may be one instruction: 0.5 ns instead of 0.85.
_CONTRACT = {"contract"}


@register_jitable(fastmath=_CONTRACT, forceinline=True)
def exp(a):
    """e to the power of a. NaN stays; exact at 0; subnormal results are rounded like others."""
    x = np.float64(a)
    x = -746.0 if x < -746.0 else x  # 0
    x = 710.0 if x > 710.0 else x  # infinity
    n, rest = _exp_parts(x)
    half = n >> 1  # 2**n itself might be too small or too large
    power, other = _power_of_two(half), _power_of_two(n - half)
    return (power + power * rest) * other


def quick_exp(a):
    """exp; of float32 in float32 arithmetic, correct to 1 unit in the last place: 0.2 ns."""
    return exp_single(a) if isinstance(a, np.float32) else exp(a)


@overload(quick_exp)
def _quick_exp(a):
    return _of_single if a == types.float32 else _of_double


def _of_single(a):
    return exp_single(a)


def _of_double(a):
    return exp(a)


_SINGLE_LOG2_E = np.float32(_LOG2_E)
_SINGLE_LN2_HIGH = np.float32(355 / 512)  # 9 bits, so that up to 15 bits times it are exact
_SINGLE_LN2_LOW = np.float32(math.log(2) - 355 / 512)
_SINGLE_ROUND = np.float32(1.5 * 2**23)
_SINGLE_ROUND_BITS = np.int32(0x4B400000)
_SINGLE_BIAS = np.int32(127)  # of the exponent, which begins at bit 23
_SINGLE_SHIFT = np.int32(23)
_SINGLE_ONE = np.int32(1)
_LOWEST, _HIGHEST = np.float32(-104), np.float32(89)
_F2, _F3, _F4, _F5, _F6, _F7 = (np.float32(1 / math.factorial(k)) for k in range(2, 8))


@register_jitable(fastmath=_CONTRACT, forceinline=True)
def exp_single(x):
    """exp of a float32, by the steps of `exp`."""
    x = _LOWEST if x < _LOWEST else x  # 0
    x = _HIGHEST if x > _HIGHEST else x  # infinity
    shifted = x * _SINGLE_LOG2_E + _SINGLE_ROUND
    n = shifted - _SINGLE_ROUND
    y = (x - n * _SINGLE_LN2_HIGH) - n * _SINGLE_LN2_LOW
    rest = y + y * y * (_F2 + y * (_F3 + y * (_F4 + y * (_F5 + y * (_F6 + y * _F7)))))
    whole = np.int32(np.float32(shifted).view(np.int32) - _SINGLE_ROUND_BITS)
    half = np.int32(whole >> _SINGLE_ONE)
    power, other = _single_power_of_two(half), _single_power_of_two(np.int32(whole - half))
    return (power + power * rest) * other


@register_jitable
def _single_power_of_two(n):
    return np.int32(np.int32(n + _SINGLE_BIAS) << _SINGLE_SHIFT).view(np.float32)


@register_jitable(fastmath=_CONTRACT, forceinline=True)
def tanh(a):
    """-t / (t + 2), where t = exp(-2 |a|) - 1 is computed without forming the exponential first."""
    x = np.float64(a)
    y = -2.0 * math.fabs(x)
    y = -80.0 if y < -80.0 else y  # tanh is 1 long before
    n, rest = _exp_parts(y)
    power = _power_of_two(n)
    t = power * rest + (power - 1.0)
    return math.copysign(t / (t + 2.0), x)


@register_jitable(fastmath=_CONTRACT, forceinline=True)
def _exp_parts(x):
    """n and r with exp(x) = 2**n (1 + r): x = n ln 2 + y with |y| <= ln 2 / 2, and the series of exp(y) - 1."""
    shifted = x * _LOG2_E + _ROUND
    n = shifted - _ROUND
    y = (x - n * _LN2_HIGH) - n * _LN2_LOW
    series = _E6 + y * (_E7 + y * (_E8 + y * (_E9 + y * (_E10 + y * (_E11 + y * (_E12 + y * _E13))))))
    rest = y + y * y * (_E2 + y * (_E3 + y * (_E4 + y * (_E5 + y * series))))
    return np.float64(shifted).view(np.int64) - _ROUND_BITS, rest


@register_jitable
def _power_of_two(n):
    return np.int64((n + _BIAS) << 52).view(np.float64)


@register_jitable(fastmath=_CONTRACT, forceinline=True)
def log(a):
    """The natural logarithm: -infinity at 0, NaN below.

    a = 2**k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2), and log(1 + f) = 2 artanh(s) with s = f / (2 + f). Since
    2 s = f - s f and s f = h - s h with h = f**2 / 2, the largest term of the sum is f, which is exact.
    """
    given = np.float64(a)
    subnormal = given < 2.0**-1022
    x = given * 2.0**54 if subnormal else given
    bits = np.float64(x).view(np.int64)
    exponent = (bits - _SQRT_HALF_BITS) >> 52
    f = np.int64(bits - (exponent << 52)).view(np.float64) - 1.0
    k = np.float64(exponent - 54 if subnormal else exponent)
    s = f / (2.0 + f)
    z = s * s
    series = _L9 + z * (_L11 + z * (_L13 + z * (_L15 + z * (_L17 + z * (_L19 + z * _L21)))))
    series = z * (_L3 + z * (_L5 + z * (_L7 + z * series)))
    h = 0.5 * f * f
    result = k * _LN2_HIGH - ((h - (s * (h + series) + k * _LN2_LOW)) - f)
    result = given if given == math.inf or given != given else result
    result = -math.inf if given == 0.0 else result
    return math.nan if given < 0.0 else result
