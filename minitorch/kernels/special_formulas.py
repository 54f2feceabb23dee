"""Special functions of ONE element, compiled as the other formulas are. PyTorch: aten/src/ATen/native/Math.h.

All compute in float64 and are rounded once at the end; the series are the textbook ones (Abramowitz and Stegun, DLMF).
"""

import math

import numpy as np
from numba.extending import register_jitable

TWO_OVER_PI_A = 2 / (math.pi * 0.147)
TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)
# (2k)! / B(2k), B the Bernoulli numbers: what the terms of the Euler-Maclaurin sum are divided by.
EULER_MACLAURIN = np.array(
    [12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -691 ** -1 * 1307674368000.0, 74724249600.0, -2950130727918.1646]
)


def erfc(a):
    return math.erfc(np.float64(a))


def erfinv(a):
    """Winitzki's approximation, good to 2e-3, then two of Halley's steps, each of which triples the correct digits."""
    y = np.float64(a)
    if not -1 < y < 1:
        return y * math.inf if y == 1 or y == -1 else math.nan
    logarithm = math.log((1 - y) * (1 + y))
    t = TWO_OVER_PI_A + logarithm / 2
    x = math.copysign(math.sqrt(math.sqrt(t * t - logarithm / 0.147) - t), y)
    for _ in range(2):
        if math.fabs(y) < 0.5:
            error = math.erf(x) - y
        else:  # erf alone has no digits left near 1
            error = math.copysign(1.0, y) * ((1 - math.fabs(y)) - math.erfc(math.fabs(x)))
        step = error / (TWO_OVER_SQRT_PI * math.exp(-x * x))
        x -= step / (1 + x * step)
    return x


def lgamma(a):
    x = np.float64(a)
    return math.inf if math.isinf(x) else math.lgamma(x)


def digamma(a):
    """The recurrence up to 10, then the asymptotic series; below zero the reflection formula."""
    return digamma_of(np.float64(a))


@register_jitable
def digamma_of(x):
    if x == 0:
        return math.copysign(math.inf, -x)
    result = 0.0
    if x < 0:
        if x == math.floor(x):
            return math.nan
        result = -math.pi / math.tan(math.pi * (x - math.trunc(x)))
        x = 1 - x
    while x < 10:
        result -= 1 / x
        x += 1
    if math.isinf(x):
        return x
    z = 1 / (x * x)
    series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760 - z / 12))))))
    return result + math.log(x) - 0.5 / x - series


def polygamma(a, n):
    """The n-th derivative of digamma: (-1)**(n + 1) * n! * zeta(n + 1, a), and the reflection formula for n = 1."""
    x, n = np.float64(a), np.float64(n)
    if n == 0:
        return digamma_of(x)
    if n == 1 and x < 0.5:
        sine = math.sin(math.pi * x)
        return math.pi * math.pi / (sine * sine) - _zeta(2.0, 1 - x)
    return (1 if n % 2 else -1) * math.exp(math.lgamma(n + 1)) * _zeta(n + 1, x)


@register_jitable
def _zeta(x, q):
    """The sum of (q + k)**-x: nine terms or more one by one, the rest by the Euler-Maclaurin formula."""
    if q <= 0 and q == math.floor(q):
        return math.inf
    total = q**-x
    count = 0
    while count < 9 or q <= 9:
        count += 1
        q += 1
        term = q**-x
        total += term
        if math.fabs(term) < 1e-17 * math.fabs(total):
            return total
    total += term * q / (x - 1) - term / 2
    factor = 1.0
    for k in range(EULER_MACLAURIN.size):
        factor *= x + 2 * k
        term /= q
        total += factor * term / EULER_MACLAURIN[k]
        factor *= x + 2 * k + 1
        term /= q
    return total


def i0(a):
    """The power series, all terms of one sign."""
    x = math.fabs(np.float64(a))
    if x > 800:
        return math.inf
    total = term = 1.0
    k = 1
    while term > 1e-17 * total:
        term *= x * x / 4 / (k * k)
        total += term
        k += 1
    return total + (x - x)


def i1(a):
    """As i0."""
    x = np.float64(a)
    if math.fabs(x) > 800:
        return math.copysign(math.inf, x)
    total = term = 1.0
    k = 1
    while term > 1e-17 * total:
        term *= x * x / 4 / (k * (k + 1))
        total += term
        k += 1
    return total * x / 2


def igamma(a, x):
    """The lower incomplete gamma function, regularised."""
    a, x = np.float64(a), np.float64(x)
    if x < 0 or a < 0 or a != a or x != x or (a == 0 and x == 0) or (math.isinf(a) and math.isinf(x)):
        return math.nan
    if a == 0 or math.isinf(x):
        return 1.0
    if x == 0 or math.isinf(a):
        return 0.0
    return 1 - _upper_fraction(a, x) if x > 1 and x > a else _lower_series(a, x)


def igammac(a, x):
    """The upper incomplete gamma function, regularised: 1 - igamma."""
    a, x = np.float64(a), np.float64(x)
    if x < 0 or a < 0 or a != a or x != x or (a == 0 and x == 0) or (math.isinf(a) and math.isinf(x)):
        return math.nan
    if a == 0 or math.isinf(x):
        return 0.0
    if x == 0 or math.isinf(a):
        return 1.0
    return _upper_fraction(a, x) if x > 1 and x > a else 1 - _lower_series(a, x)


@register_jitable
def _lower_series(a, x):
    """DLMF 8.11.4."""
    term = total = 1.0
    n = a
    for _ in range(2000):
        n += 1
        term *= x / n
        total += term
        if term < 1e-17 * total:
            break
    return total * math.exp(a * math.log(x) - x - math.lgamma(a)) / a


@register_jitable
def _upper_fraction(a, x):
    """DLMF 8.9.2, by Lentz's method."""
    b = x + 1 - a
    c = 1e300
    d = 1 / b
    result = d
    for i in range(1, 2000):
        numerator = -i * (i - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        result *= c * d
        if math.fabs(c * d - 1) < 1e-16:
            break
    return result * math.exp(a * math.log(x) - x - math.lgamma(a))


def sinc(a):
    """sin(pi * a) / (pi * a)."""
    x = math.pi * np.float64(a)
    return 1.0 if x == 0 else math.sin(x) / x


def logit(a, eps):
    """log(a / (1 - a)), a between eps and 1 - eps; a negative eps is none."""
    one = np.float32(1)
    if eps >= 0:
        a = eps if a < eps else (one - eps if a > one - eps else a)
    return math.log(a / (one - a))


def xlogy(a, b):
    """a * log(b), and 0 where a is."""
    if b != b:
        return b
    return a if a == 0 else a * math.log(b)


def logaddexp(a, b):
    """log(exp(a) + exp(b)) without overflow."""
    if a == b and math.isinf(a):
        return a
    return (a if a > b or a != a else b) + math.log1p(math.exp(-math.fabs(a - b)))


def logaddexp2(a, b):
    """log2(2**a + 2**b) without overflow."""
    if a == b and math.isinf(a):
        return a
    return (a if a > b or a != a else b) + math.log1p(np.float32(2) ** -math.fabs(a - b)) / math.log(2.0)
