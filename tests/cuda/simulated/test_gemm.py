"""Matrix products: transposed, batched, with a bias, cut along k. PyTorch: test/test_linalg.py."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)


def matrix(*shape, dtype=np.float32):
    """Normal numbers."""
    return random.standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("m, n, k", [(3, 5, 4), (9, 10, 13), (1, 7, 3), (8, 1, 20), (5, 4, 0)])
def test_sizes(m, n, k):
    """Tiles that end in the middle, one row, one column, nothing to add."""
    agree("matmul", matrix(m, k), matrix(k, n), rtol=1e-5, atol=1e-6)


def test_layouts():
    """Each factor transposed; with gaps; float64, int64, float16."""
    a, b = matrix(6, 5), matrix(5, 7)
    for first in (a, a.T.copy().T, matrix(6, 10)[:, ::2]):
        for second in (b, b.T.copy().T):
            agree("matmul", first, second, rtol=1e-5, atol=1e-6)
    agree("matmul", matrix(3, 4, dtype=np.float64), matrix(4, 2, dtype=np.float64), rtol=1e-12)
    agree("matmul", random.integers(-9, 9, (3, 4)), random.integers(-9, 9, (4, 2)))
    agree("matmul", matrix(3, 4, dtype=np.float16), matrix(4, 2, dtype=np.float16), rtol=1e-3)


def test_pieces():
    """A long k is cut into pieces, which are added in order."""
    agree("matmul", matrix(3, 50), matrix(50, 4), rtol=1e-5, atol=1e-5)


def test_addmm_bmm_mv_dot():
    """alpha and beta, a bias of every shape; batches, also repeated ones."""
    a, b = matrix(4, 3), matrix(3, 5)
    for bias in (matrix(5), matrix(4, 1), matrix(4, 5), matrix(5, 4).T):
        agree("addmm", bias, a, b, rtol=1e-5, atol=1e-6)
    agree("addmm", matrix(5), a, b, 0.5, 2, rtol=1e-5, atol=1e-6)
    agree("addmm", np.full(5, np.nan, np.float32), a, b, 1, 0, rtol=1e-5, atol=1e-6)
    agree("bmm", matrix(3, 2, 4), matrix(3, 4, 2), rtol=1e-5, atol=1e-6)
    agree("bmm", np.broadcast_to(matrix(2, 4), (3, 2, 4)), matrix(3, 4, 2), rtol=1e-5, atol=1e-6)
    agree("mv", matrix(3, 4), matrix(4), rtol=1e-5, atol=1e-6)
    agree("dot", matrix(40), matrix(40), rtol=1e-5, atol=1e-5)


def test_linear():
    """A layer and its gradients, all and some."""
    x, w, b, g = matrix(4, 3), matrix(5, 3), matrix(5), matrix(4, 5)
    agree("linear", x, w, b, rtol=1e-5, atol=1e-6)
    agree("linear", x, w, None, rtol=1e-5, atol=1e-6)
    agree("linear_backward", g, x, w, True, rtol=1e-5, atol=1e-6)
    agree("linear_backward", g, x, None, False, rtol=1e-5, atol=1e-6)
