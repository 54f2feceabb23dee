"""Pointwise operations on ONE element, compiled for every device. PyTorch: the lambdas in aten/src/ATen/native/cpu/*OpsKernel.cpp.

Plain Python, readable as mathematics. The arguments have one dtype already. A bare `1` is an int64, and int64 times
float32 is float64: constants are float32 (exact in every floating-point dtype), so that float32 stays float32.
"""

import math

import numpy as np

from minitorch.kernels import exponential
from minitorch.kernels.error_function import erf as error_function

ZERO = np.float32(0)
HALF = np.float32(0.5)
ONE = np.float32(1)
TWO = np.float32(2)


def add(a, b):
    return a + b


def add_scaled(a, b, alpha):
    """Rounded once, in float32: the product is exact in float64, and cannot overflow before the sum."""
    return np.float64(a) + np.float64(alpha) * np.float64(b)


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def div(a, b):
    return a / b


def floor_divide(a, b):
    """Rounds down, also below zero. The remainder is taken off first: a / b alone may round up to the next integer."""
    if b == ZERO:
        return a / b
    remainder = np.fmod(a, b)
    quotient = (a - remainder) / b
    if remainder != ZERO and (b < ZERO) != (remainder < ZERO):
        quotient -= ONE
    if quotient == ZERO:
        return math.copysign(ZERO, a / b)
    floored = np.floor(quotient)
    return floored + ONE if quotient - floored > HALF else floored


def trunc_divide(a, b):
    return np.trunc(a / b)


def remainder(a, b):
    """The sign of the divisor, as Python's %."""
    result = np.fmod(a, b)
    if result != ZERO and (b < ZERO) != (result < ZERO):
        result += b
    return result


def fmod(a, b):
    """The sign of the dividend, as C's fmod."""
    return np.fmod(a, b)


def integer_floor_divide(a, b):
    """-a is a // -1, but wraps around for the smallest integer."""
    return -a if b == -1 else a // b


def integer_trunc_divide(a, b):
    if b == -1:
        return -a
    quotient = a // b
    return quotient + 1 if quotient < 0 and quotient * b != a else quotient


def integer_remainder(a, b):
    return a % b


def integer_fmod(a, b):
    result = a % b
    return result - b if result != 0 and (a < 0) != (b < 0) else result


def pow(a, b):
    return a**b


def integer_pow(a, b):
    """Repeated squaring; wraps around on overflow, and a negative exponent gives 0 except for a base of 1 or -1."""
    if b < 0:
        if a == 1:
            return a
        if a == -1:
            return a if b % 2 else -a
        return a - a
    result = a - a + 1
    while b > 0:
        if b % 2:
            result = result * a
        a = a * a
        b = b // 2
    return result


def maximum(a, b):
    """NaN wins."""
    return a if a > b or a != a else b


def minimum(a, b):
    return a if a < b or a != a else b


def neg(a):
    return -a


def abs(a):
    return math.fabs(a)


def integer_abs(a):
    return -a if a < 0 else a


def exp(a):
    return exponential.exp(a)


def exp2(a):
    return TWO**a


def expm1(a):
    return math.expm1(a)


def log(a):
    return exponential.log(a)


def log2(a):
    return math.log2(a)


def log10(a):
    return math.log10(a)


def log1p(a):
    return math.log1p(a)


def sqrt(a):
    return math.sqrt(a)


def rsqrt(a):
    return ONE / math.sqrt(a)


def reciprocal(a):
    return ONE / a


def square(a):
    return a * a


def sin(a):
    return math.sin(a)


def cos(a):
    return math.cos(a)


def tan(a):
    return math.tan(a)


def asin(a):
    return math.asin(a)


def acos(a):
    return math.acos(a)


def atan(a):
    return math.atan(a)


def atan2(a, b):
    return math.atan2(a, b)


def sinh(a):
    return math.sinh(a)


def cosh(a):
    return math.cosh(a)


def tanh(a):
    return exponential.tanh(a)


def tanh_backward(grad, result):
    return grad * (ONE - result * result)


def sigmoid(a):
    return ONE / (ONE + exponential.quick_exp(-a))


def sigmoid_backward(grad, result):
    return grad * (ONE - result) * result


def erf(a):
    return error_function(a)


def relu(a):
    """NaN is neither above nor below zero, and is kept."""
    return a if not a <= ZERO else ZERO


def integer_relu(a):
    return a if a > 0 else a - a


def threshold_backward(grad, a, threshold):
    """Written as a comparison that NaN fails: its gradient passes, as in PyTorch."""
    return ZERO if a <= threshold else grad


def leaky_relu(a, slope):
    return a if a > ZERO else a * slope


def leaky_relu_backward(grad, a, slope):
    return grad if a > ZERO else grad * slope


def clamp(a, low, high):
    """low, then high; NaN is kept."""
    if a < low:
        a = low
    if a > high:
        a = high
    return a


def floor(a):
    return np.floor(a)


def ceil(a):
    return np.ceil(a)


def trunc(a):
    return np.trunc(a)


def round(a):
    """Half to even."""
    return np.rint(a)


def sign(a):
    return (a > 0) - (a < 0)


def eq(a, b):
    return a == b


def ne(a, b):
    return a != b


def lt(a, b):
    return a < b


def le(a, b):
    return a <= b


def gt(a, b):
    return a > b


def ge(a, b):
    return a >= b


def logical_and(a, b):
    return a != 0 and b != 0


def logical_or(a, b):
    return a != 0 or b != 0


def logical_xor(a, b):
    return (a != 0) != (b != 0)


def logical_not(a):
    return a == 0


def bitwise_and(a, b):
    return a & b


def bitwise_or(a, b):
    return a | b


def bitwise_xor(a, b):
    return a ^ b


def bitwise_not(a):
    return ~a


def isnan(a):
    return a != a


def isinf(a):
    return a == math.inf or a == -math.inf


def isfinite(a):
    return a - a == 0


def gelu(a, sqrt_half):
    """a times the normal distribution function of a. sqrt(1/2) comes in the dtype of a."""
    return a * HALF * (ONE + error_function(a * sqrt_half))


def gelu_backward(grad, a, sqrt_half, density):
    """`density` is sqrt(1 / 2 pi)."""
    return grad * (HALF * (ONE + error_function(a * sqrt_half)) + a * exponential.quick_exp(-HALF * a * a) * density)


def silu(a):
    return a / (ONE + exponential.quick_exp(-a))


def silu_backward(grad, a):
    s = ONE / (ONE + exponential.quick_exp(-a))
    return grad * s * (ONE + a * (ONE - s))


def softplus(a, beta, threshold):
    return a if a * beta > threshold else math.log1p(exponential.exp(a * beta)) / beta


def where(condition, a, b):
    return a if condition else b


def copy(a):
    return a


def asinh(a):
    return math.asinh(a)


def acosh(a):
    return math.acosh(a)


def atanh(a):
    return math.atanh(a)


def frac(a):
    return a - np.trunc(a)


def signbit(a):
    return math.copysign(ONE, a) < ZERO


def fmax(a, b):
    """NaN loses."""
    return a if a >= b or b != b else b


def fmin(a, b):
    """NaN loses."""
    return a if a <= b or b != b else b


def copysign(a, b):
    return math.copysign(a, b)


def hypot(a, b):
    return math.hypot(a, b)


def heaviside(a, b):
    """b at 0, else whether a is above."""
    return b if a == 0 else (1 if a > 0 else 0)


def nextafter(a, b):
    return np.nextafter(a, b)


def gcd(a, b):
    while b != 0:
        a, b = b, a % b
    return -a if a < 0 else a


def lcm(a, b):
    g, h = a, b
    while h != 0:
        g, h = h, g % h
    result = a if g == 0 else a // g * b
    return -result if result < 0 else result


def left_shift(a, b, bits):
    return a << b if 0 <= b < bits else a - a


def right_shift(a, b, bits):
    return a >> b if 0 <= b < bits else (a - a if a >= 0 else a - a - 1)


def lerp(a, b, weight):
    """From the nearer end, so that both ends are exact."""
    return a + weight * (b - a) if math.fabs(weight) < HALF else b - (b - a) * (ONE - weight)


def addcmul(a, b, c, value):
    return a + value * b * c


def addcdiv(a, b, c, value):
    return a + value * b / c


def nan_to_num(a, nan, largest, smallest):
    if a != a:
        return nan
    return largest if a == math.inf else smallest if a == -math.inf else a
