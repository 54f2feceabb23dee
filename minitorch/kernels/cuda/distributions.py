"""Normal, exponential and the other distributions. PyTorch: ATen/native/cuda/DistributionTemplates.h, ATen/core/TransformationHelper.h.

The formulas are curand's and PyTorch's, with the GPU's own approximations of sine, logarithm and so on where these take
them for float32: then the numbers are PyTorch's to the bit, or to the last ones. Not checked beside it so far.
"""

import math

import numpy as np

from minitorch.kernels.cuda._compile import device
from minitorch.kernels.cuda._driver import SIMULATED, cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.extreme import extreme
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.pointwise import cast, contiguous, div, mul
from minitorch.kernels.cuda.random import Draw, uniform, unit_double, unit_single
from minitorch.kernels.cuda.scan import cumsum
from minitorch.kernels.cuda.sort import searchsorted, sort

_DOUBLE = np.dtype(np.float64)

if SIMULATED:
    fast_sin, fast_cos, fast_tan = (lambda x, f=f: np.float32(f(x)) for f in (math.sin, math.cos, math.tan))
    fast_log, fast_exp = lambda x: np.float32(math.log(x)), np.exp
    sin_pi, cos_pi = lambda x: math.sin(math.pi * x), lambda x: math.cos(math.pi * x)
else:
    from numba.cuda.libdevice import cospi as cos_pi
    from numba.cuda.libdevice import fast_cosf as fast_cos
    from numba.cuda.libdevice import fast_expf as fast_exp
    from numba.cuda.libdevice import fast_logf as fast_log
    from numba.cuda.libdevice import fast_sinf as fast_sin
    from numba.cuda.libdevice import fast_tanf as fast_tan
    from numba.cuda.libdevice import sinpi as sin_pi


def normal(array: DeviceArray, state: np.ndarray, mean: float, std: float) -> None:
    """Fill with normal numbers, by Box and Muller's pairs. float32 or float64."""
    kind = array.dtype.type
    (_normal32 if kind is np.float32 else _normal64)(array, state, kind(mean), kind(std))


_ANGLE, _HALF_ANGLE = np.float32(2.0**-32) * np.float32(6.2831855), np.float32(2.0**-33) * np.float32(6.2831855)
_MINUS_TWO = np.float32(-2)


@device
def _pair(a, b):
    """Two independent normal float32."""
    radius = np.float32(math.sqrt(_MINUS_TWO * np.float32(math.log(unit_single(a)))))
    angle = cuda.fma(np.float32(b), _ANGLE, _HALF_ANGLE)
    return fast_sin(angle) * radius, fast_cos(angle) * radius


@device
def _double_pair(a, b, c, d):
    """Two independent normal float64."""
    radius = math.sqrt(-2.0 * math.log(unit_double(a, b)))
    angle = 2.0 * unit_double(c, d)
    return sin_pi(angle) * radius, cos_pi(angle) * radius


def _normal_singles(words, mean, std):
    a, b, c, d = words
    first, second = _pair(a, b)
    third, fourth = _pair(c, d)
    return cuda.fma(first, std, mean), cuda.fma(second, std, mean), cuda.fma(third, std, mean), cuda.fma(fourth, std, mean)


def _normal_doubles(words, mean, std):
    a, b, c, d = words
    first, second = _double_pair(a, b, c, d)
    return cuda.fma(first, std, mean), cuda.fma(second, std, mean)


_normal32, _normal64 = Draw(_normal_singles, 4), Draw(_normal_doubles, 2)


def log_normal(array: DeviceArray, state: np.ndarray, mean: float, std: float) -> None:
    """Fill with exp of normal numbers. float32 or float64."""
    kind = array.dtype.type
    (_log_normal32 if kind is np.float32 else _log_normal64)(array, state, kind(mean), kind(std))


_normals, _double_normals = device(_normal_singles), device(_normal_doubles)


def _log_normal_singles(words, mean, std):
    a, b, c, d = _normals(words, mean, std)
    return fast_exp(a), fast_exp(b), fast_exp(c), fast_exp(d)


def _log_normal_doubles(words, mean, std):
    a, b = _double_normals(words, mean, std)
    return math.exp(a), math.exp(b)


_log_normal32, _log_normal64 = Draw(_log_normal_singles, 4), Draw(_log_normal_doubles, 2)


# ---- Of one uniform number each ----


def _of_singles(transform) -> Draw:
    transform = device(transform)

    def numbers(words, *parameters):
        a, b, c, d = words
        return (
            transform(unit_single(a), *parameters),
            transform(unit_single(b), *parameters),
            transform(unit_single(c), *parameters),
            transform(unit_single(d), *parameters),
        )

    return Draw(numbers, 4)


def _of_doubles(transform) -> Draw:
    transform = device(transform)

    def numbers(words, *parameters):
        a, b, c, d = words
        return transform(unit_double(a, b), *parameters), transform(unit_double(c, d), *parameters)

    return Draw(numbers, 2)


def exponential(array: DeviceArray, state: np.ndarray, rate: float) -> None:
    """Fill with exponential numbers of mean 1 / rate. float32 or float64."""
    kind = array.dtype.type
    with np.errstate(divide="ignore"):
        scale = kind(-1) / kind(rate)
    (_exponential32 if kind is np.float32 else _exponential64)(array, state, scale)


_EPS32, _EPS64 = np.finfo(np.float32).eps, np.finfo(np.float64).eps
_ONE32, _LEAST32 = np.float32(1 - _EPS32 / 2), np.float32(-_EPS32 / 2)
_ONE64, _LEAST64 = float(1 - _EPS64 / 2), float(-_EPS64 / 2)


def _exponential_single(unit, scale):
    """Never 0: by which other operations divide."""
    return scale * (_LEAST32 if unit >= _ONE32 else fast_log(unit))


def _exponential_double(unit, scale):
    return scale * (_LEAST64 if unit >= _ONE64 else math.log(unit))


_exponential32, _exponential64 = _of_singles(_exponential_single), _of_doubles(_exponential_double)


def geometric(array: DeviceArray, state: np.ndarray, probability: float) -> None:
    """Fill with the number of trials until the first success. Any dtype."""
    if array.dtype == np.float64:
        _geometric64(array, state, math.log1p(-probability))
    else:
        _geometric32(array, state, np.float32(math.log1p(-probability)))


def _geometric_single(unit, log_failure):
    return math.ceil(fast_log(unit) / log_failure)


def _geometric_double(unit, log_failure):
    return math.ceil(math.log(unit) / log_failure)


_geometric32, _geometric64 = _of_singles(_geometric_single), _of_doubles(_geometric_double)


def cauchy(array: DeviceArray, state: np.ndarray, median: float, scale: float) -> None:
    """Fill with Cauchy numbers. float32 or float64."""
    kind = array.dtype.type
    (_cauchy32 if kind is np.float32 else _cauchy64)(array, state, kind(median), kind(scale))


_PI, _MIDDLE = np.float32(math.pi), np.float32(0.5)
_TOP32, _BOTTOM32 = np.float32(1 - _EPS32), np.float32(_EPS32)
_TOP64, _BOTTOM64 = float(1 - _EPS64), float(_EPS64)


def _cauchy_single(unit, median, scale):
    return cuda.fma(scale, fast_tan(_PI * (max(_BOTTOM32, min(_TOP32, unit)) - _MIDDLE)), median)


def _cauchy_double(unit, median, scale):
    return cuda.fma(scale, math.tan(math.pi * (max(_BOTTOM64, min(_TOP64, unit)) - 0.5)), median)


_cauchy32, _cauchy64 = _of_singles(_cauchy_single), _of_doubles(_cauchy_double)


def multinomial(weights: DeviceArray, state: np.ndarray, samples: int, replacement: bool) -> DeviceArray:
    """Category numbers drawn by weight: (rows, categories) -> (rows, samples) int64. float32 or float64."""
    rows, _ = weights.shape
    if replacement and samples > 1:
        totals = cumsum(cast(weights, _DOUBLE), 1)
        draws = empty((rows, samples), _DOUBLE)
        uniform(draws, state, 0.0, 1.0)
        heights = mul(draws, totals[:, -1:], dtype=_DOUBLE)
        return searchsorted(contiguous(totals), heights, True, np.dtype(np.int64))
    # A race of exponential clocks: the category whose clock rings first is drawn, then the next.
    race = empty(weights.shape, weights.dtype)
    exponential(race, state, 1.0)
    race = div(weights, race, dtype=weights.dtype)
    if samples == 1:
        return extreme(race, 1, True, True)[1]
    return contiguous(sort(race, 1, True)[1][:, :samples])
