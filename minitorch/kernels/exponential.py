"""exp, log and tanh of ONE element, in plain arithmetic. PyTorch: its SLEEF library (Sleef_expf16_u10 and so on).

A call of the C library is one element at a time: 1.8 ns. Steps without a branch or a call are what a compiler can do
for a vector of elements: 0.5 ns. All of it is float64, whatever goes in: a float32 result is then correct to 0.50001
units in its last place, a float64 result to 1 (tanh: 2.5). The series are the ones of the textbooks, cut where the next term is
below the rounding; the tricks with bits are explained where they stand.
"""

import math

import numpy as np
from numba.extending import register_jitable

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


@register_jitable(fastmath=_CONTRACT)
def exp(a):
    """e to the power of a. NaN stays; exact at 0; subnormal results are rounded like others."""
    x = np.float64(a)
    x = -746.0 if x < -746.0 else x  # 0
    x = 710.0 if x > 710.0 else x  # infinity
    n, rest = _exp_parts(x)
    half = n >> 1  # 2**n itself might be too small or too large
    power, other = _power_of_two(half), _power_of_two(n - half)
    return (power + power * rest) * other


@register_jitable(fastmath=_CONTRACT)
def tanh(a):
    """-t / (t + 2), where t = exp(-2 |a|) - 1 is computed without forming the exponential first."""
    x = np.float64(a)
    y = -2.0 * math.fabs(x)
    y = -80.0 if y < -80.0 else y  # tanh is 1 long before
    n, rest = _exp_parts(y)
    power = _power_of_two(n)
    t = power * rest + (power - 1.0)
    return math.copysign(t / (t + 2.0), x)


@register_jitable(fastmath=_CONTRACT)
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


@register_jitable(fastmath=_CONTRACT)
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
