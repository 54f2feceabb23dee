"""The largest and smallest elements and their first places. PyTorch: test/test_reductions.py (argmax, max)."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)


@pytest.mark.parametrize("largest", [False, True])
def test_extreme(largest):
    """Ties and NaN; every axis, all elements, keepdim; short and long rows; several dtypes."""
    x = np.round(random.standard_normal((2, 3, 4)) * 2).astype(np.float32)
    x[0, 1, 2] = x[0, 1, 3] = np.nan
    for axis in (0, 1, 2, None):
        agree("extreme", x, axis, False, largest)
        agree("extreme", x.transpose(2, 0, 1), axis, True, largest)
    for kind in (np.int64, np.bool_, np.float16):
        agree("extreme", random.integers(0, 3, (2, 5)).astype(kind), 1, False, largest)
    agree("extreme", np.array(2.0), 0, False, largest)
    agree("extreme", np.zeros((0, 3)), 1, False, largest)


def test_long():
    """A row of a block, a row in pieces, columns in pieces."""
    x = np.round(random.standard_normal((2, 70)) * 2).astype(np.float32)
    agree("extreme", x, 1, False, True)
    x[1, 50] = np.nan
    agree("extreme", x, 1, False, False)
    agree("extreme", random.integers(0, 50, 8200), None, False, True)
    agree("extreme", random.integers(0, 9, (130, 2)), 0, False, False)
