"""Convolution and its gradients against sums over taps in float64, within rounding error. PyTorch: test_convolution.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitorch.kernels.cpu import conv, conv_backward

FLOATS = [np.float32, np.float64]
PLAIN = ((1, 1), (0, 0), (1, 1), 1)
SAME = ((1, 1), (1, 1), (1, 1), 1)


def taps(x, w, stride, padding, dilation, groups):
    """For each tap: what it sees of the padded input, (N, G, C, OH, OW), as a view, and its weights, (G, O, C)."""
    n, c, h, width = x.shape
    o, _, kh, kw = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    oh, ow = conv.output_extent(x.shape, w.shape, stride, padding, dilation)
    for i in range(kh):
        for j in range(kw):
            y, z = i * dilation[0], j * dilation[1]
            seen = padded[:, :, y : y + (oh - 1) * stride[0] + 1 : stride[0], z : z + (ow - 1) * stride[1] + 1 : stride[1]]
            yield i, j, seen.reshape(n, groups, c // groups, oh, ow), w[:, :, i, j].reshape(groups, o // groups, -1)


def forward(x, w, *geometry):
    total = sum(np.einsum("ngchw,goc->ngohw", seen, weight) for _, _, seen, weight in taps(x, w, *geometry))
    return total.reshape(x.shape[0], w.shape[0], *total.shape[3:])


def input_gradient(grad, x, w, stride, padding, dilation, groups):
    places = np.arange(x[0, 0].size, dtype=np.float64).reshape(1, 1, *x.shape[2:]) + 1
    result = np.zeros((*x.shape[:2], x[0, 0].size + 1))
    grad = grad.reshape(grad.shape[0], groups, -1, *grad.shape[2:])
    one = np.ones((1, 1, *w.shape[2:]))
    for (_, _, place, _), (_, _, _, weight) in zip(
        taps(places, one, stride, padding, dilation, 1), taps(x, w, stride, padding, dilation, groups)
    ):
        share = np.einsum("ngohw,goc->ngchw", grad, weight).reshape(*x.shape[:2], -1)
        result[:, :, place.astype(int).ravel()] += share  # a tap sees every pixel once; place 0 is padding
    return result[:, :, 1:].reshape(x.shape)


def weight_gradient(grad, x, w, *geometry):
    result = np.zeros(w.shape)
    grad = grad.reshape(grad.shape[0], geometry[3], -1, *grad.shape[2:])
    for i, j, seen, _ in taps(x, w, *geometry):
        result[:, :, i, j] = np.einsum("ngohw,ngchw->goc", grad, seen).reshape(w.shape[:2])
    return result


def assert_close(got, expected, room, depth, dtype):
    """`room`: the same sum over magnitudes; `depth`: how many numbers are added."""
    assert got.dtype == dtype and got.shape == expected.shape
    assert (abs(got - expected) <= (depth + 3) * np.finfo(dtype).eps * room).all()


def agree(x_shape, w_shape, geometry, dtype=np.float32):
    random = np.random.default_rng(sum(x_shape) + sum(w_shape))
    x, w = random.standard_normal(x_shape), random.standard_normal(w_shape)
    bias = random.standard_normal(w_shape[0])
    grad = random.standard_normal(forward(x, w, *geometry).shape)
    x, w, bias, grad = narrow = [each.astype(dtype) for each in (x, w, bias, grad)]
    wide = [each.astype(np.float64) for each in narrow]
    (wx, ww, wb, wg), (ax, aw, ab, ag) = wide, [abs(each) for each in wide]
    column = (slice(None), None, None)

    depth = w[0].size + 1
    got = conv.conv2d(x, w, bias, *geometry)
    assert_close(got, forward(wx, ww, *geometry) + wb[column], forward(ax, aw, *geometry) + ab[column], depth, dtype)
    assert_close(
        conv.conv2d(x, w, None, *geometry), forward(wx, ww, *geometry), forward(ax, aw, *geometry), depth, dtype
    )
    got = conv.conv2d_input(grad, w, x.shape, *geometry)
    room = input_gradient(ag, ax, aw, *geometry)
    assert_close(got, input_gradient(wg, wx, ww, *geometry), room, w[:, 0].size, dtype)

    depth = grad[:, 0].size
    weight, of_bias = conv_backward.conv2d_parameters(grad, x, w.shape, *geometry)
    room = weight_gradient(ag, ax, aw, *geometry)
    assert_close(weight, weight_gradient(wg, wx, ww, *geometry), room, depth, dtype)
    assert_close(of_bias, wg.sum((0, 2, 3)), ag.sum((0, 2, 3)), depth, dtype)
    assert_close(conv_backward.conv2d_bias(grad), wg.sum((0, 2, 3)), ag.sum((0, 2, 3)), depth, dtype)
    assert (conv_backward.conv2d_weight(grad, x, w.shape, *geometry) == weight).all()


@st.composite
def cases(draw):
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, stride, dilation = draw(pairs), draw(pairs), draw(pairs)
    padding = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels, outputs = draw(st.integers(1, 18)), draw(st.sampled_from([1, 2, 5, 16, 17, 32, 40, 70]))
    size = [draw(st.integers(7, 33)) for _ in range(2)]
    images = draw(st.sampled_from([1, 2, 5, 17]))
    x, w = (images, channels * groups, *size), (outputs * groups, channels, *kernel)
    return x, w, (stride, padding, dilation, groups), draw(st.sampled_from(FLOATS))


@given(cases())
def test_any_geometry(case):
    agree(*case)


@pytest.mark.parametrize(
    ("x", "w", "geometry"),
    [
        ((64, 1, 28, 28), (32, 1, 3, 3), SAME),  # the CNN of the programs
        ((20, 32, 14, 14), (64, 32, 3, 3), SAME),
        ((20, 64, 7, 7), (128, 64, 3, 3), SAME),
        ((2, 64, 56, 56), (64, 64, 3, 3), SAME),  # an image in several strips
        ((3, 128, 28, 28), (128, 128, 3, 3), ((2, 2), (1, 1), (1, 1), 1)),
        ((3, 256, 14, 14), (256, 256, 1, 1), PLAIN),  # whole planes, no copy
        ((2, 64, 14, 14), (48, 64, 1, 1), ((2, 2), (0, 0), (1, 1), 1)),  # phases that no tap meets
        ((2, 3, 65, 65), (64, 3, 7, 7), ((2, 2), (3, 3), (1, 1), 1)),
        ((5, 6, 14, 14), (16, 6, 5, 5), PLAIN),
        ((4, 40, 20, 20), (40, 1, 3, 3), ((1, 1), (1, 1), (1, 1), 40)),  # depthwise
        ((4, 40, 20, 20), (80, 1, 3, 3), ((2, 2), (1, 1), (1, 1), 40)),
        ((1, 2, 300, 5), (3, 2, 2, 2), PLAIN),
        ((1, 2, 5, 300), (3, 2, 2, 2), ((1, 3), (0, 0), (4, 1), 1)),
        ((2, 5, 4, 4), (7, 5, 4, 4), PLAIN),  # one pixel is left
        ((2, 5, 4, 4), (7, 5, 3, 3), ((5, 5), (4, 4), (1, 1), 1)),  # windows that see only padding
    ],
)
@pytest.mark.parametrize("dtype", FLOATS)
def test_shapes_that_take_each_path(x, w, geometry, dtype):
    agree(x, w, geometry, dtype)


@pytest.mark.parametrize("layout", ["images last", "window", "read only"])
def test_operands_of_any_strides(layout):
    random = np.random.default_rng(0)
    x, w = random.standard_normal((3, 4, 9, 9)).astype(np.float32), random.standard_normal((5, 4, 3, 3)).astype(np.float32)
    grad = random.standard_normal((3, 5, 9, 9)).astype(np.float32)

    def laid_out(array):
        if layout == "images last":
            return np.ascontiguousarray(array.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
        if layout == "window":
            memory = np.full([size + 3 for size in array.shape], np.nan, array.dtype)
            memory[1:-2, 1:-2, 1:-2, 1:-2] = array
            return memory[1:-2, 1:-2, 1:-2, 1:-2]
        copy = array.copy()
        copy.flags.writeable = False
        return copy

    a, b, c = laid_out(x), laid_out(w), laid_out(grad)
    assert (conv.conv2d(a, b, b[:, 0, 0, 0], *SAME) == conv.conv2d(x, w, w[:, 0, 0, 0].copy(), *SAME)).all()
    assert (conv.conv2d_input(c, b, x.shape, *SAME) == conv.conv2d_input(grad, w, x.shape, *SAME)).all()
    got, expected = (conv_backward.conv2d_parameters(*pair, w.shape, *SAME) for pair in [(c, a), (grad, x)])
    assert all((one == other).all() for one, other in zip(got, expected))


@pytest.mark.parametrize(("channels", "outputs"), [(3, 40), (16, 16), (1, 1)])
def test_nan_reaches_the_windows_that_see_it_and_no_others(channels, outputs):
    """Rows of the padded copy lie one after the other: a window at the end of one must not see the next."""
    x, w = np.ones((2, channels, 9, 9), np.float32), np.ones((outputs, channels, 3, 3), np.float32)
    x[1, 0, 4, 0] = np.nan
    seen = np.zeros((2, outputs, 9, 9), bool)
    seen[1, :, 3:6, :2] = True
    assert (np.isnan(conv.conv2d(x, w, None, *SAME)) == seen).all()
    grad = np.ones((2, outputs, 9, 9), np.float32)
    grad[0, 0, 8, 8] = np.inf
    got = conv.conv2d_input(grad, w, x.shape, *SAME)
    assert (np.isinf(got) == (np.indices(got.shape)[0] == 0) & (np.indices(got.shape)[2:] >= 7).all(0)).all()
    weight = conv_backward.conv2d_weight(np.ones_like(grad), x, w.shape, *SAME)
    expected = np.zeros(w.shape, bool)
    expected[:, 0, :, :2] = True  # the last column of taps never sees column 0
    assert (np.isnan(weight) == expected).all()


def test_no_images():
    x, w = np.zeros((0, 4, 9, 9), np.float32), np.ones((5, 4, 3, 3), np.float32)
    assert conv.conv2d(x, w, None, *SAME).shape == (0, 5, 9, 9)
    grad = np.zeros((0, 5, 9, 9), np.float32)
    assert conv.conv2d_input(grad, w, x.shape, *SAME).shape == x.shape
    weight, bias = conv_backward.conv2d_parameters(grad, x, w.shape, *SAME)
    assert (weight == 0).all() and (bias == 0).all()


def test_integers():
    random = np.random.default_rng(0)
    x, w = random.integers(-9, 9, (2, 4, 9, 9)), random.integers(-9, 9, (6, 2, 3, 3))
    geometry = ((2, 1), (1, 0), (1, 2), 2)
    assert (conv.conv2d(x, w, None, *geometry) == forward(x, w, *geometry)).all()
