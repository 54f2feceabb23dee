"""Pooling against plain loops over windows, bit for bit, and against PyTorch. PyTorch: test/nn/test_pooling.py."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minitorch.kernels.cpu import pool

FLOATS = [np.float32, np.float64]
FILLS = ["numbers", "ties", "nan", "lowest"]


@st.composite
def cases(draw):
    """An input and kernel, stride, padding, dilation, ceil_mode."""
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, stride, dilation = draw(st.tuples(st.integers(1, 4), st.integers(1, 4))), draw(pairs), draw(pairs)
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 40)), draw(st.integers(1, 40)))
    assume(all(d * (k - 1) + 1 <= size + 2 * p for d, k, p, size in zip(dilation, kernel, padding, shape[2:])))
    return filled(shape, draw(st.sampled_from(FLOATS)), draw(st.sampled_from(FILLS))), kernel, stride, padding, dilation, draw(
        st.booleans()
    )


def filled(shape, dtype, fill):
    random = np.random.default_rng(math.prod(shape))
    x = random.standard_normal(shape).astype(dtype)
    if fill == "ties":
        x = np.round(x)
    elif fill != "numbers":
        x[random.random(shape) < 0.6] = np.nan if fill == "nan" else -np.inf
    return x


def windows(shape, kernel, stride, padding, dilation, extent):
    """For each window its place and its elements that are not padding: (y, x), [(iy, ix), ...]."""
    for y, x in np.ndindex(*extent):
        rows = [y * stride[0] - padding[0] + i * dilation[0] for i in range(kernel[0])]
        columns = [x * stride[1] - padding[1] + j * dilation[1] for j in range(kernel[1])]
        yield (y, x), [(i, j) for i in rows for j in columns if 0 <= i < shape[2] and 0 <= j < shape[3]]


@given(cases())
def test_max_pool2d(case):
    x, kernel, stride, padding, dilation, ceil_mode = case
    result, indices = pool.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)
    grad = np.random.default_rng(0).standard_normal(result.shape).astype(x.dtype)
    grad_input = np.zeros_like(x)
    for (y, z), elements in windows(x.shape, kernel, stride, padding, dilation, result.shape[2:]):
        if not elements:  # nothing but padding, which PyTorch refuses or leaves undefined
            return
        for n, c in np.ndindex(*x.shape[:2]):
            best = elements[0]
            for place in elements[1:]:
                if x[n, c][place] > x[n, c][best] or np.isnan(x[n, c][place]):
                    best = place
            assert np.array_equal(result[n, c, y, z], x[n, c][best], equal_nan=True)
            assert indices[n, c, y, z] == best[0] * x.shape[3] + best[1]
            grad_input[n, c][best] += grad[n, c, y, z]
    _, choices = pool.max_pool2d_choices(x, kernel, stride, padding, dilation, ceil_mode)
    geometry = (kernel, stride, padding, dilation)
    assert choices.dtype == np.uint8
    assert (pool.max_pool2d_indices(choices, x.shape, *geometry) == indices).all() and indices.dtype == np.int64
    assert (pool.max_pool2d_choices_backward(grad, choices, x.shape, *geometry) == grad_input).all()
    assert (pool.max_pool2d_backward(grad, indices, x.shape) == grad_input).all()


@given(cases(), st.booleans(), st.sampled_from([None, None, 3]))
def test_avg_pool2d(case, include, override):
    x, kernel, stride, padding, _, ceil_mode = case
    x = np.nan_to_num(x, nan=1, neginf=-2)
    assume(all(k <= size + 2 * p for k, p, size in zip(kernel, padding, x.shape[2:])))
    options = (kernel, stride, padding, ceil_mode, include, override)
    result = pool.avg_pool2d(x, *options)
    grad = np.random.default_rng(0).standard_normal(result.shape).astype(x.dtype)
    got = pool.avg_pool2d_backward(grad, x.shape, *options)
    expected = np.zeros(x.shape)
    eps = np.finfo(x.dtype).eps * (kernel[0] * kernel[1] + 2)
    for (y, z), elements in windows(x.shape, kernel, stride, padding, (1, 1), result.shape[2:]):
        size = [
            min(i * s - p + k, full + p) - (i * s - p)
            for i, s, p, k, full in zip((y, z), stride, padding, kernel, x.shape[2:])
        ]
        count = override or (size[0] * size[1] if include else len(elements))
        seen = [x[:, :, i, j].astype(np.float64) for i, j in elements]
        mean = sum(seen) / count if elements else np.zeros(x.shape[:2])
        room = sum(abs(each) for each in seen) / max(count, 1)
        assert (abs(result[:, :, y, z] - mean) <= eps * room).all()
        for i, j in elements:
            expected[:, :, i, j] += grad[:, :, y, z].astype(np.float64) / count
    assert np.allclose(got, expected, rtol=0, atol=10 * eps * abs(grad).max())


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_max_pool2d_of_integers(dtype):
    x = np.random.default_rng(0).integers(0, 200, (2, 3, 9, 9)).astype(dtype)
    result, indices = pool.max_pool2d(x, (3, 3), (2, 2), (1, 1), (1, 1), False)
    assert (np.take_along_axis(x.reshape(2, 3, 81), indices.reshape(2, 3, 25), 2) == result.reshape(2, 3, 25)).all()
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))[:, :, ::2, ::2]
    assert result.dtype == dtype and (result == seen.max((-1, -2))).all()


def test_large_windows_need_more_than_a_byte():
    x = np.random.default_rng(0).standard_normal((1, 2, 20, 20)).astype(np.float32)
    result, choices = pool.max_pool2d_choices(x, (20, 20), (1, 1), (0, 0), (1, 1), False)
    assert choices.dtype == np.int32 and (choices.ravel() == x.reshape(2, -1).argmax(1)).all()
    assert (result.ravel() == x.max((2, 3)).ravel()).all()


def test_planes_larger_than_a_band():
    """Rows of windows are worked on some at a time: 300 x 300 windows are more than 4096."""
    x = np.random.default_rng(0).standard_normal((1, 2, 300, 300)).astype(np.float32)
    seen = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf), (3, 3), (2, 3))
    assert (pool.max_pool2d(x, (3, 3), (1, 1), (1, 1), (1, 1), False)[0] == seen.max((-1, -2))).all()
    assert (pool.avg_pool2d(x, (1, 1), (1, 1), (0, 0), False, True, None) == x).all()


@pytest.mark.parametrize("shape", [(0, 3, 8, 8), (2, 0, 8, 8)])
def test_no_planes(shape):
    x = np.zeros(shape, np.float32)
    result, indices = pool.max_pool2d(x, (2, 2), (2, 2), (0, 0), (1, 1), False)
    assert result.shape == indices.shape == (*shape[:2], 4, 4)
    assert pool.max_pool2d_backward(result, indices, shape).shape == shape
    assert pool.avg_pool2d(x, (2, 2), (2, 2), (0, 0), False, True, None).shape == (*shape[:2], 4, 4)


def test_operands_of_any_strides():
    x = np.random.default_rng(0).standard_normal((8, 9, 2, 3)).astype(np.float32).transpose(2, 3, 0, 1)
    geometry = ((2, 2), (2, 2), (0, 0), (1, 1))
    result, choices = pool.max_pool2d_choices(x, *geometry, False)
    expected = pool.max_pool2d_choices(np.ascontiguousarray(x), *geometry, False)
    assert (result == expected[0]).all() and (choices == expected[1]).all()
    grad = np.ones_like(result).transpose(0, 1, 3, 2).copy().transpose(0, 1, 3, 2)
    got = pool.max_pool2d_choices_backward(grad, choices, x.shape, *geometry)
    assert (got == pool.max_pool2d_choices_backward(np.ones_like(result), choices, x.shape, *geometry)).all()
