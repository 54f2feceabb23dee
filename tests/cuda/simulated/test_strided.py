"""The derivative of as_strided: windows that overlap, repeat, and leave gaps. PyTorch: test/test_autograd.py (as_strided)."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)

LINE = (6,), (1,), 0
GEOMETRIES = [
    ((2, 3), (3, 1), 0),  # all, once
    ((2, 2), (1, 3), 1),  # with gaps, transposed
    ((4, 3), (1, 1), 0),  # sliding windows
    ((3, 2), (0, 2), 1),  # repeated
    ((2, 2, 2), (1, 1, 2), 0),  # both
    ((0, 2), (1, 1), 0),  # nothing
    ((), (), 3),  # one
]


@pytest.mark.parametrize("source", GEOMETRIES)
def test_window_sum(source):
    """Onto a line; onto another window; of a window that repeats elements."""
    grad = random.standard_normal(source[0])
    for target in (LINE, ((3, 2), (2, 1), 0)):
        agree("window_sum", grad, target, source, target, rtol=1e-12, atol=1e-12)
    agree("window_sum", grad.astype(np.float32), LINE, source, source, rtol=1e-5, atol=1e-6)
