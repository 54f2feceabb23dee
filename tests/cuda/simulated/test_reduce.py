"""Reductions: over rows, over columns, over both, long and short. PyTorch: test/test_reductions.py."""

import numpy as np
import pytest
from gpu import agree

F32, F64, I64, BOOL = (np.dtype(each) for each in (np.float32, np.float64, np.int64, np.bool_))
random = np.random.default_rng(0)


@pytest.mark.parametrize("axes", [None, (0,), (1,), (2,), (0, 2), (1, 2), (0, 1, 2)])
def test_axes(axes):
    """Every set of axes, with and without keepdim."""
    x = random.standard_normal((2, 3, 4)).astype(np.float32)
    for keepdim in (False, True):
        agree("sum", x, axes, keepdim, F32, rtol=1e-6)
    agree("sum", x, axes, False, F32, 12.0, rtol=1e-6)
    agree("amax", x.transpose(2, 0, 1), axes, False, F32)


def test_long_rows():
    """A row longer than a block, and one cut into pieces; also in columns."""
    x = random.standard_normal((2, 300)).astype(np.float32)
    agree("sum", x, (1,), False, F32, rtol=1e-5)
    agree("sum", x.T.copy(), (0,), False, F32, rtol=1e-5)
    agree("sum", random.standard_normal(9000).astype(np.float32), None, False, F32, rtol=1e-4)


def test_kinds():
    """Products, extremes, truths; integers, bool, float16; NaN wins."""
    x = random.standard_normal((3, 40)).astype(np.float32)
    agree("prod", x, (1,), False, F32, rtol=1e-5)
    x[1, 7] = np.nan
    for name in ("amax", "amin"):
        agree(name, x, (1,), False, F32)
        agree(name, x, (0,), False, F32)
        agree(name, x > 0, (0,), False, BOOL)
    for kind in (np.int64, np.uint8):
        agree("amax", random.integers(0, 9, (3, 40)).astype(kind), (1,), False, np.dtype(kind))
        agree("amin", random.integers(0, 9, (3, 40)).astype(kind), (0,), False, np.dtype(kind))
    for name in ("any", "all"):
        agree(name, x > 1, (1,), False, BOOL)
        agree(name, x, (0,), True, BOOL)
    whole = random.integers(-5, 5, (3, 40))
    agree("integer_sum", whole, (1,), False, I64)
    agree("integer_sum", whole > 0, (0,), False, I64)
    agree("integer_prod", whole[:, :5], (1,), False, I64)
    agree("sum", x[:1].astype(np.float16), (1,), False, np.dtype(np.float16))
    agree("sum", np.zeros((0, 3)), (0,), False, F64)
