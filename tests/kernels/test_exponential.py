"""exp, log, tanh and erf against wider arithmetic, in units in the last place. PyTorch: SLEEF's own tests."""

import math

import numpy as np
import pytest
from numba import njit

from minitorch.kernels import cpu
from minitorch.kernels.exponential import quick_exp

RANDOM = np.random.default_rng(0)
ARGUMENTS = {
    "exp": [RANDOM.uniform(-750, 712, 50_000), RANDOM.standard_normal(50_000), RANDOM.standard_normal(10_000) * 1e-5],
    "log": [np.exp(RANDOM.uniform(-740, 700, 50_000)), RANDOM.uniform(0.6, 1.5, 50_000), 1 + RANDOM.uniform(-1, 1, 10_000) * 1e-4],
    "tanh": [RANDOM.uniform(-25, 25, 50_000), RANDOM.standard_normal(50_000), RANDOM.standard_normal(10_000) * 1e-6],
}
# float32 is computed in float64, so rounded once; float64 itself is off by the rounding of its last steps.
MOST = {"exp": (0.5001, 1), "log": (0.5001, 1), "tanh": (0.5001, 2.5)}


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_error(name, dtype):
    """Also of results that overflow, or are subnormal."""
    if dtype == np.float64 and np.finfo(np.longdouble).nmant < 60:
        pytest.skip("no wider numbers than float64 on this processor")
    with np.errstate(all="ignore"):
        x = np.concatenate(ARGUMENTS[name]).astype(dtype)
        expected = getattr(np, name)(x.astype(np.longdouble))
        rounded = expected.astype(dtype)
        got = getattr(cpu, name)(x, dtype=np.dtype(dtype))
        finite = np.isfinite(rounded)
        assert np.array_equal(got[~finite], rounded[~finite], equal_nan=True)
        error = abs(got[finite] - expected[finite]) / np.spacing(abs(rounded[finite])).astype(np.longdouble)
    assert error.max() <= MOST[name][dtype == np.float64]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_error_function(dtype):
    """Against the C library's float64, itself within a unit; around 1, where one polynomial takes over from the other."""
    x = np.concatenate([RANDOM.uniform(-6, 6, 50_000), RANDOM.uniform(0.9, 1.1, 10_000), RANDOM.standard_normal(10_000) * 1e-6])
    x = np.concatenate([x, [1, -1, np.nextafter(1, 0)]]).astype(dtype)
    expected = np.array([math.erf(each) for each in x])
    error = abs(cpu.erf(x, dtype=np.dtype(dtype)).astype(np.float64) - expected) / np.spacing(abs(expected).astype(dtype))
    assert error.max() <= (1.0 if dtype == np.float32 else 2.0)


def test_single_precision():
    """The exponential of sigmoid, gelu and softmax: float32 arithmetic, within 1 unit in the last place."""
    x = np.concatenate([RANDOM.uniform(-87, 88.7, 50_000), RANDOM.standard_normal(50_000)]).astype(np.float32)
    expected = np.exp(x.astype(np.float64))
    ends = singles(np.array([0, -200, 200, np.nan, -np.inf, np.inf], np.float32))
    assert np.array_equal(ends, [1, 0, np.inf, np.nan, 0, np.inf], equal_nan=True)
    error = abs(singles(x).astype(np.float64) - expected) / np.spacing(expected.astype(np.float32))
    assert error.max() <= 1.0


@njit
def singles(x):
    result = np.empty_like(x)
    for i in range(x.size):
        result[i] = quick_exp(x[i])
    return result


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ends(dtype):
    smallest, largest = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max
    ends = {
        "exp": [(0, 1), (-0.0, 1), (math.inf, math.inf), (-math.inf, 0), (largest, math.inf), (-largest, 0), (smallest, 1)],
        "log": [(1, 0), (0, -math.inf), (-0.0, -math.inf), (math.inf, math.inf), (-1, math.nan), (-math.inf, math.nan)],
        "erf": [(0, 0), (math.inf, 1), (-math.inf, -1), (largest, 1), (-largest, -1)],
        "tanh": [(0, 0), (math.inf, 1), (-math.inf, -1), (largest, 1), (-largest, -1), (smallest, smallest)],
    }
    for name, pairs in ends.items():
        x, expected = np.array([*pairs, (math.nan, math.nan)], dtype).T
        assert np.array_equal(getattr(cpu, name)(x, dtype=np.dtype(dtype)), expected, equal_nan=True), name
    signed = cpu.tanh(np.array([-0.0, 0.0], dtype), dtype=np.dtype(dtype))
    assert list(np.signbit(signed)) == [True, False]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_same_bits_at_any_place(name):
    """An element in a vector and one at the end of an array, on its own, give the same."""
    x = ARGUMENTS[name][1][:1009].astype(np.float32)
    whole = getattr(cpu, name)(x, dtype=x.dtype)
    for start in (1, 7, 31, 1000):
        assert (getattr(cpu, name)(x[start:].copy(), dtype=x.dtype) == whole[start:]).all()
