"""Loops over more than GRAIN elements, which tests on small tensors do not reach: against NumPy. PyTorch: native/cpu/Loops.h."""

import numpy as np
import pytest

from minitorch.kernels import cpu
from minitorch.kernels.cpu._compile import GRAIN

SIDE = int(GRAIN**0.5) + 19  # squares of more than GRAIN elements
RANDOM = np.random.default_rng(0)


def square(dtype=np.float32):
    return (RANDOM.standard_normal((SIDE, SIDE)) * 4).astype(dtype)


# What the second operand may be beside a square: a row, a column, a number of one dimension, other strides.
SECOND = {
    "row": lambda: RANDOM.standard_normal(SIDE).astype(np.float32),
    "column": lambda: RANDOM.standard_normal((SIDE, 1)).astype(np.float32),
    "one number": lambda: RANDOM.standard_normal((1, 1)).astype(np.float32),
    "transposed": lambda: square().T,
    "every second": lambda: RANDOM.standard_normal((SIDE, 2 * SIDE)).astype(np.float32)[:, ::2],
    "three blocks": lambda: RANDOM.standard_normal((SIDE, 3, SIDE)).astype(np.float32)[:, 1],
}


@pytest.mark.parametrize("name", SECOND)
def test_two_operands(name):
    """In both orders, into fresh and into strided memory."""
    a, b, dtype = square(), SECOND[name](), np.dtype(np.float32)
    assert np.array_equal(cpu.sub(a, b, dtype=dtype), a - b)
    assert np.array_equal(cpu.sub(b, a, dtype=dtype), b - a)
    for out in (np.zeros((SIDE, 2 * SIDE), np.float32)[:, ::2], np.zeros((SIDE, SIDE), np.float32).T):
        cpu.sub(a, b, dtype=dtype, out=out)
        assert np.array_equal(out, a - b)


@pytest.mark.parametrize("name", SECOND)
def test_three_operands(name):
    a, b, dtype = square(), SECOND[name](), np.dtype(np.float32)
    assert np.array_equal(cpu.where(a > 0, a, b, dtype=dtype), np.where(a > 0, a, b))
    assert np.array_equal(cpu.where(b > 0, b, a, dtype=dtype), np.where(b > 0, b, a))


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.bool_])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("largest", [True, False])
def test_extreme(dtype, axis, largest):
    """Rows and columns; of equal elements the first."""
    array = square().astype(np.int8).astype(dtype)  # many are equal
    values, places = cpu.extreme(array, axis, False, largest)
    assert np.array_equal(values, (array.max if largest else array.min)(axis))
    assert np.array_equal(places, (array.argmax if largest else array.argmin)(axis))


@pytest.mark.parametrize("axis", [0, 1])
def test_first_nan_wins(axis):
    array = square()
    array[[3, 7, 50], [5, 9, 50]] = np.nan
    for largest in (True, False):
        values, places = cpu.extreme(array, axis, False, largest)
        assert np.array_equal(np.isnan(values), np.isnan(array).any(axis))
        expected = np.where(np.isnan(array).any(axis), np.isnan(array).argmax(axis), places)
        assert np.array_equal(places, expected)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_scan(axis, dtype):
    """Floats are summed in float64, and rounded once each."""
    array = square(dtype)
    wide = np.float64 if array.dtype.kind == "f" else np.int64
    assert np.array_equal(cpu.cumsum(array, axis), array.cumsum(axis, dtype=wide).astype(dtype))
    with np.errstate(all="ignore"):
        assert np.array_equal(cpu.cumprod(array, axis), array.cumprod(axis, dtype=wide).astype(dtype), equal_nan=True)


def test_runs_of_indices():
    """Whole rows read, written and added, some of them more than once."""
    table, rows = square(), RANDOM.integers(0, SIDE, 3 * SIDE)
    assert np.array_equal(cpu.index(table, (rows,)), table[rows])
    once = RANDOM.permutation(SIDE)
    written = np.zeros_like(table)
    cpu.index_put(written, (once,), table)
    assert np.array_equal(written[once], table)
    added, expected = np.zeros_like(table), np.zeros_like(table)
    cpu.index_add(added, (rows,), table[rows])
    np.add.at(expected, rows, table[rows])
    assert np.array_equal(added, expected)
