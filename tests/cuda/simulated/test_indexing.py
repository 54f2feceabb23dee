"""Reading, writing and adding at indices; masks; what is not zero. PyTorch: test/test_indexing.py, test_scatter_gather_ops.py."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)
X = random.standard_normal((4, 3, 5)).astype(np.float32)


def places(*shape: int, size: int = 4) -> np.ndarray:
    return random.integers(0, size, shape)


def test_read():
    """Rows, columns, an index in the middle, several that broadcast; strided arrays; a result in another order."""
    agree("index", X, (places(6),))
    agree("index", X, (None, places(2, 2, size=3)))
    agree("index", X, (places(2, 1), places(3, size=3)))
    agree("index", X.transpose(2, 0, 1), (None, places(6)))
    agree("index", X, (None, None, places(7, size=5)), (2, 0, 1))
    agree("index", X, (places(2), places(2, size=3), places(2, size=5)))
    for kind in (np.bool_, np.float16, np.float64):
        agree("index", (X[0] > 0).astype(kind), (places(4, size=3),))
    agree("index", X, (np.zeros((0,), np.int64),))
    agree("index", X[:, 0, 0], (np.array(2),))


def test_write():
    """The last of equal indices wins; values broadcast; one value; strided targets."""
    agree("index_put", X, (places(6),), random.standard_normal((6, 3, 5)).astype(np.float32))
    agree("index_put", X.T, (places(9, size=5),), random.standard_normal(4).astype(np.float32))
    agree("index_put", X, (None, places(2, size=3)), np.float32(3).reshape(()))
    agree("index_put", X, (places(0),), np.zeros((0, 3, 5), np.float32))


@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.bool_])
def test_add(kind):
    """The same bits as on the CPU, whatever the order of threads."""
    values = (random.standard_normal((9, 3)) * 3).astype(kind)
    agree("index_add", values[:3], (places(9, size=3),), values)
    agree("index_add", values.T, (None, places(4, size=9)), values[:3, :1])


def test_add_to_windows():
    """Several indices, and a target with gaps."""
    agree("index_add", X[:, ::2], (places(7), places(7, size=2)), random.standard_normal((7, 5)).astype(np.float32))
    agree("index_add", X[0, 0], (places(8, size=5),), random.standard_normal(8).astype(np.float32))


@pytest.mark.parametrize("reduce", ["prod", "amax", "amin"])
def test_reduce(reduce):
    """NaN wins; integers and bool."""
    values = random.standard_normal((9, 2)).astype(np.float32)
    values[4, 1] = np.nan
    with np.errstate(invalid="ignore"):
        agree("index_reduce", X[0, :, :2], (places(9, size=3),), values, reduce)
    agree("index_reduce", places(5), (places(9, size=5),), places(9), reduce)
    agree("index_reduce", places(5) > 1, (places(9, size=5),), places(9) > 0, reduce)


def test_masks():
    """Masks that broadcast, values of any dtype, strided targets."""
    agree("masked_fill", X, X > 0, np.array(2.0, np.float32))
    agree("masked_fill", X.transpose(1, 2, 0), (X > 0)[0][:, :, None], np.array(2.0, np.float32))
    agree("masked_fill", X > 0, X[0, 0] > 0, np.array(True))


def test_nonzero():
    """By dimension; no elements, no dimensions, none that is not zero."""
    agree("nonzero", X > 0.5)
    agree("nonzero", X.T)
    agree("nonzero", np.zeros((2, 0)))
    agree("nonzero", np.zeros(3, np.float16))
    agree("nonzero", np.array(2))
