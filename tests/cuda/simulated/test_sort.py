"""Sorts, medians, modes, different elements, places in sorted lines. PyTorch: test/test_sort_and_select.py."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)
NAN = np.float32(np.nan)


@pytest.mark.parametrize("descending", [False, True])
def test_sort(descending):
    """Stable, NaN last or first; along every axis, of rows longer than one run; several dtypes."""
    x = np.round(random.standard_normal((2, 11)) * 2).astype(np.float32)  # many equal elements
    x[0, 3] = x[1, 0] = x[1, 9] = NAN
    agree("sort", x, 1, descending)
    agree("sort", x.T, 0, descending)
    for kind in (np.int64, np.uint8, np.bool_, np.float16):
        agree("sort", random.integers(0, 3, (3, 6)).astype(kind), 1, descending)


def test_sort_shapes():
    """An axis in the middle, one dimension, none, no elements."""
    agree("sort", random.standard_normal((2, 5, 3)), 1, False)
    agree("sort", random.standard_normal(9), 0, False)
    agree("sort", np.array(3.0), 0, False)
    agree("sort", np.zeros((2, 0), np.float32), 1, False)
    agree("sort", np.zeros((0, 2), np.float32), 1, True)


def test_ranks():
    """Of lines with and without NaN: the middle, the middle of numbers, the k-th, the most frequent."""
    x = np.round(random.standard_normal((3, 6)) * 2).astype(np.float32)
    x[1, 2], x[2] = NAN, NAN
    for name in ("median", "nanmedian", "mode"):
        agree(name, x, 1, False)
        agree(name, x.T, 0, True)
        agree(name, np.array(2.0), 0, False)
        agree(name, random.integers(0, 4, (2, 7)), 1, False)
    agree("kthvalue", x, 2, 1, False)
    agree("kthvalue", random.integers(0, 4, (7, 2)).astype(np.float16), 3, 0, True)


def test_unique():
    """Of all elements, of slices, of neighbours."""
    agree("unique", random.integers(0, 4, (3, 4)))
    agree("unique", np.array([1.0, NAN, 0.5, NAN, 1.0], np.float32))
    agree("unique", np.zeros(0, np.int64))
    rows = random.integers(0, 2, (5, 2, 2)).astype(np.float32)
    agree("unique_slices", rows, 0)
    agree("unique_slices", rows.transpose(1, 2, 0), 2)
    agree("unique_runs", np.array([1, 1, 2, 2, 1, 3, 3]), 0)
    agree("unique_runs", rows > 0, 0)


def test_searchsorted():
    """One line for all values, or one for each line; before or behind equals; NaN; both result types."""
    line = np.array([0, 1, 1, 2, 5], np.float32)
    values = np.array([[-1, 1, 5], [2, NAN, 7]], np.float32)
    for right in (False, True):
        agree("searchsorted", line, values, right, np.dtype(np.int64))
        agree("searchsorted", np.stack([line, line + 1]), values, right, np.dtype(np.int32))
    agree("searchsorted", np.arange(5), np.array(3), False, np.dtype(np.int64))
