"""Matrix products against NumPy in float64, within the rounding error that k additions may have. PyTorch: test_linalg.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitorch.kernels.cpu import gemm, linear

FLOATS = [np.float32, np.float64]
LAYOUTS = ["rows", "columns", "steps", "window"]
# Around the edges of tiles (14 rows), panels (32 columns), blocks of k (256) and of what one thread does.
SIZES = st.sampled_from([1, 2, 3, 13, 14, 15, 29, 32, 33, 64, 65, 130, 256, 257, 300])


def matrix(shape, dtype, layout, seed):
    """Random numbers in memory of a layout; what lies between and around them is NaN."""
    rows, columns = shape
    memory = np.full((rows * 2 + 3, columns * 3 + 5), np.nan, dtype)
    values = np.random.default_rng(seed).standard_normal(shape).astype(dtype)
    if layout == "columns":
        result = np.full((columns + 2, rows + 2), np.nan, dtype).T[1:-1, 1:-1]
    elif layout == "steps":
        result = memory[1 : 2 * rows : 2, 2 : 3 * columns : 3]
    elif layout == "window":
        result = memory[3 : 3 + rows, 5 : 5 + columns]
    else:
        return values
    result[:] = values
    return result


def assert_close(got, a, b, bias=0.0, alpha=1.0, beta=1.0):
    """Equal to the product in float64, but for the rounding of k + 3 operations on these magnitudes."""
    wide = [np.asarray(each, np.float64) for each in (a, b, bias)]
    expected = alpha * (wide[0] @ wide[1]) + beta * wide[2]
    room = abs(alpha) * (abs(wide[0]) @ abs(wide[1])) + abs(beta * wide[2])
    assert got.dtype == a.dtype and got.shape == expected.shape
    assert (abs(got - expected) <= (a.shape[-1] + 3) * np.finfo(a.dtype).eps * room).all()


@given(SIZES, SIZES, SIZES, st.sampled_from(LAYOUTS), st.sampled_from(LAYOUTS), st.sampled_from(FLOATS))
def test_matmul_of_any_strides(m, k, n, left, right, dtype):
    a, b = matrix((m, k), dtype, left, 1), matrix((k, n), dtype, right, 2)
    assert_close(gemm.matmul(a, b), a, b)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(300, 700, 260), (16, 3000, 100), (3000, 16, 100), (700, 40, 1000), (1030, 1030, 1030)])
def test_large_products_in_several_blocks(shape, dtype):
    m, k, n = shape
    a, b = matrix((m, k), dtype, "rows", 1), matrix((n, k), dtype, "rows", 2).T
    assert_close(gemm.matmul(a, b), a, b)
    assert_close(gemm.matmul(b.T, a.T), b.T, a.T)


@given(SIZES, SIZES, SIZES, st.sampled_from(["row", "column", "full", "number"]), st.sampled_from(FLOATS))
def test_addmm_broadcasts_its_bias(m, k, n, kind, dtype):
    a, b = matrix((m, k), dtype, "rows", 1), matrix((k, n), dtype, "rows", 2)
    shape = {"row": (1, n), "column": (m, 1), "full": (m, n), "number": (1, 1)}[kind]
    bias = matrix(shape, dtype, "window", 3)
    assert_close(gemm.addmm(bias, a, b), a, b, bias)
    assert_close(gemm.addmm(bias, a, b, alpha=-2, beta=0.5), a, b, bias, -2, 0.5)
    assert_close(gemm.addmm(bias * np.nan, a, b, beta=0), a, b)
    if kind == "row":
        assert_close(linear(a, b.T, bias[0]), a, b, bias)
        assert_close(linear(a, b.T, None), a, b)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(3, 5, 7, 9), (40, 64, 64, 64), (2, 150, 150, 150), (5, 1, 1, 1), (300, 20, 3, 20)])
def test_bmm_of_expanded_and_transposed_batches(shape, dtype):
    batches, m, k, n = shape
    random = np.random.default_rng(0)
    a, b = random.standard_normal((batches, m, k)).astype(dtype), random.standard_normal((batches, n, k)).astype(dtype)
    assert_close(gemm.bmm(a, b.swapaxes(1, 2)), a, b.swapaxes(1, 2))
    one = np.lib.stride_tricks.as_strided(b, (batches, k, n), (0, b.strides[2], b.strides[1]))
    assert_close(gemm.bmm(a, one), a, one)


@pytest.mark.parametrize("dtype", FLOATS)
def test_vectors(dtype):
    for size in (1, 5, 300, 70_001):
        a, b = matrix((1, size), dtype, "steps", 1)[0], matrix((1, size), dtype, "window", 2)[0]
        assert_close(gemm.dot(a, b)[None, None], a[None], b[:, None])
    for layout in LAYOUTS:
        for shape in [(3, 4), (1, 5), (2000, 33), (33, 2000)]:
            a, x = matrix(shape, dtype, layout, 1), matrix((1, shape[1]), dtype, "steps", 2)[0]
            assert_close(gemm.mv(a, x)[:, None], a, x[:, None])
            assert_close(gemm.matmul(x[None], a.T), x[None], a.T)


@pytest.mark.parametrize("size", [3, 40, 300])
@pytest.mark.parametrize("dtype", FLOATS)
def test_nan_and_infinity_go_where_they_belong(size, dtype):
    """A column of a with infinity reaches every element of its row, as NaN where the other factor is 0."""
    a, b = matrix((size, size), dtype, "rows", 1), matrix((size, size), dtype, "columns", 2)
    a[1, 2], a[2, 1] = np.inf, np.nan
    b[2, 1] = 0
    got = gemm.matmul(a, b)
    assert np.isnan(got[1, 1]) and np.isnan(got[2]).all()
    assert np.isinf(np.delete(got[1], 1)).all() and np.isfinite(np.delete(got, (1, 2), 0)).all()


@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0), (300, 0, 300)])
def test_sizes_of_zero(shape):
    m, k, n = shape
    a, b, bias = np.ones((m, k), np.float32), np.ones((k, n), np.float32), np.arange(n, dtype=np.float32)
    assert (gemm.matmul(a, b) == np.zeros((m, n))).all()
    assert (gemm.addmm(bias, a, b) == np.broadcast_to(bias, (m, n)) + k).all()
    assert gemm.bmm(a[None], b[None]).shape == (1, m, n)


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_integers_wrap_around(dtype):
    a = np.random.default_rng(0).integers(0, 100, (7, 9)).astype(dtype)
    assert (gemm.matmul(a, a.T) == a @ a.T).all() and gemm.matmul(a, a.T).dtype == dtype
    assert (gemm.bmm(a[None], a.T[None]) == a @ a.T).all()
    assert gemm.dot(a[0], a[1]) == a[0] @ a[1]
    assert (gemm.addmm(a[0, :7], a, a.T, 2, 3) == 2 * (a @ a.T) + 3 * a[0, :7]).all()


def test_read_only_operands():
    a = np.random.default_rng(0).standard_normal((40, 40)).astype(np.float32)
    a.flags.writeable = False
    assert_close(gemm.addmm(a[0], a, a.T), a, a.T, a[0])
    assert_close(gemm.matmul(np.broadcast_to(a[:1], (40, 40)), a), np.broadcast_to(a[:1], (40, 40)), a)
