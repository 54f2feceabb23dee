"""Pairs of uniform numbers made normal, in blocks of 16. PyTorch: ATen/native/cpu/avx_mathfun.h.

The float32 logarithm, sine and cosine are the polynomials of Moshier's Cephes, in the order of operations
(which products are fused with which sums) of PyTorch's AVX2 build, because one rounding more changes the last
bit. The header this follows is under the zlib licence (Julien Pommier, Giovanni Garberoglio).
"""

import math

import numpy as np

from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cpu._fma import fma

_F = np.float32
_I = np.int32
_LOG = tuple(
    _F(c)
    for c in (
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
)
_LN2_LOW, _LN2_HIGH = _F(-2.12194440e-4), _F(0.693359375)
_SMALLEST_NORMAL, _SQRT_HALF = _F(2.0**-126), _F(0.70710677)
_MANTISSA, _HALF_BITS = _I(0x007FFFFF), _I(0x3F000000)  # 0.5 is the exponent that a mantissa is given
_TWO_PI32, _FOUR_OVER_PI = _F(2 * math.pi), _F(4 / math.pi)
_PI4_HIGH, _PI4_MIDDLE, _PI4_LOW = _F(0.78515625), _F(2.4187564849853515625e-4), _F(3.77489497744594108e-8)
_COS = (_F(2.443315711809948e-5), _F(-1.388731625493765e-3), _F(4.166664568298827e-2))
_SIN = (_F(-1.9515295891e-4), _F(8.3321608736e-3), _F(-1.6666654611e-1))
_ZERO, _HALF, _ONE, _TWO = _F(0), _F(0.5), _F(1), _F(2)


@serial
def box_muller32(data, mean, std):
    """float32, in place: of each 16 uniforms the first eight give the radii and the last eight the angles."""
    half = data.size // 2
    first, second = np.empty(half, np.float32), np.empty(half, np.float32)
    for i in range(half):
        first[i] = data[i // 8 * 16 + i % 8]
        second[i] = data[i // 8 * 16 + i % 8 + 8]
    for i in range(half):  # on two separate arrays, because LLVM does not vectorise a loop over eight
        radius = np.sqrt(-_TWO * _log(_ONE - first[i]))
        sine, cosine = _sincos(_TWO_PI32 * second[i])
        first[i] = fma(radius * cosine, std, mean)
        second[i] = fma(radius * sine, std, mean)
    for i in range(half):
        data[i // 8 * 16 + i % 8] = first[i]
        data[i // 8 * 16 + i % 8 + 8] = second[i]


@serial
def _log(x):
    """The natural logarithm of a float32 in (0, 1]."""
    bits = np.float32(max(x, _SMALLEST_NORMAL)).view(np.int32)
    exponent = _F(_I(_I(bits >> 23) - _I(127))) + _ONE
    x = np.int32((bits & _MANTISSA) | _HALF_BITS).view(np.float32)
    below = x < _SQRT_HALF
    exponent -= _ONE if below else _ZERO
    x = (x - _ONE) + (x if below else _ZERO)
    square = x * x
    y = _LOG[0]
    for coefficient in _LOG[1:]:
        y = fma(y, x, coefficient)
    y = x * y
    y = fma(y, square, exponent * _LN2_LOW)
    y = fma(-square, _HALF, y)
    return fma(exponent, _LN2_HIGH, x + y)


@serial
def _sincos(angle):
    """Sine and cosine of a float32 in [0, 2 pi], reduced to within pi/4 of the nearest multiple of pi/2."""
    octant = _I((_I(angle * _FOUR_OVER_PI) + _I(1)) & _I(~1))
    y = _F(octant)
    angle = fma(y, -_PI4_HIGH, angle)
    angle = fma(y, -_PI4_MIDDLE, angle)
    angle = fma(y, -_PI4_LOW, angle)
    square = angle * angle
    cosine = fma(fma(_COS[0], square, _COS[1]), square, _COS[2])
    cosine = square * cosine
    cosine = fma(square, cosine, -(square * _HALF)) + _ONE
    sine = fma(fma(_SIN[0], square, _SIN[1]), square, _SIN[2])
    sine = square * sine
    sine = fma(angle, sine, angle)
    swapped = (octant & _I(2)) != 0
    sine, cosine = (cosine if swapped else sine), (sine if swapped else cosine)
    sine = -sine if (octant & _I(4)) != 0 else sine
    cosine = -cosine if ((octant - _I(2)) & _I(4)) == 0 else cosine
    return sine, cosine


@serial
def box_muller64(data, mean, std):
    """float64, in place, with the C library's logarithm, sine and cosine."""
    for start in range(0, data.size, 16):
        for j in range(start, start + 8):
            radius = math.sqrt(-2.0 * math.log(1.0 - data[j]))
            angle = 2.0 * math.pi * data[j + 8]
            data[j] = fma(radius * math.cos(angle), std, mean)
            data[j + 8] = fma(radius * math.sin(angle), std, mean)
