"""Running sums, products, extremes: short and long rows, columns, pieces. PyTorch: test/test_reductions.py, test_torch.py (cumsum)."""

import numpy as np
from gpu import agree

random = np.random.default_rng(0)


def test_axes():
    """Every axis of a small array, also transposed; float64 totals; integers, float16."""
    x = random.standard_normal((2, 3, 4)).astype(np.float32)
    for axis in range(3):
        agree("cumsum", x, axis, rtol=1e-6)
        agree("cumprod", x.transpose(2, 0, 1), axis, rtol=1e-6)
    agree("cumsum", random.standard_normal((3, 2)), 0, rtol=1e-14)
    agree("cumsum", random.integers(-9, 9, (2, 5)), 1)
    agree("cumprod", random.integers(-9, 9, 6).astype(np.int8), 0)
    agree("cumsum", x[0].astype(np.float16), 1, rtol=1e-3)
    agree("cumsum", np.array(2.0), 0)
    agree("cumsum", np.zeros((0, 3)), 1)


def test_long_rows():
    """A row cut into pieces, one that is not, and columns turned into rows."""
    agree("cumsum", random.standard_normal((1, 300)).astype(np.float32), 1, rtol=1e-5)
    agree("cumsum", random.integers(-9, 9, 40), 0)
    agree("cumsum", random.integers(-9, 9, (40, 2)), 0)


def test_extremes():
    """The last place of equal elements; NaN from its place on."""
    x = np.round(random.standard_normal((3, 40)) * 2).astype(np.float32)
    x[1, 7] = x[1, 9] = np.nan
    for largest in (False, True):
        agree("cumulative_extreme", x, 1, largest)
        agree("cumulative_extreme", random.integers(0, 5, (4, 2)).astype(np.uint8), 0, largest)
    agree("cumulative_extreme", np.array(2.0), 0, True)
    agree("cumulative_extreme", x[:, :5].astype(np.float16), 0, True)


def test_logcumsumexp():
    """Infinities as in the operation of two; long rows."""
    x = random.standard_normal((2, 40)).astype(np.float32)
    x[0, 0], x[1, 5] = -np.inf, np.inf
    agree("logcumsumexp", x, 1, rtol=1e-6, atol=1e-6)
    agree("logcumsumexp", x[:, :4].astype(np.float64), 0, rtol=1e-12)
