"""Convolution over images. PyTorch: test/nn/test_convolution.py."""

import pytest
import strategies
from helpers import LAYOUTS, Input, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")


def conv(torch, x, w, b=None, **options):
    return torch.nn.functional.conv2d(x, w, b, **options)


@st.composite
def cases(draw):
    """(input, weight, bias, options), small and mostly valid."""
    groups = draw(st.integers(1, 3))
    batch, inside, outside = (
        draw(st.integers(0, 3)),
        groups * draw(st.integers(1, 2)),
        groups * draw(st.integers(1, 3)),
    )
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    image = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    options = {
        "stride": draw(st.sampled_from([1, 2, (2, 1), (1, 3)])),
        "padding": draw(st.sampled_from([0, 1, (0, 2), (2, 1)])),
        "dilation": draw(st.sampled_from([1, 2, (1, 2)])),
        "groups": groups,
    }
    x = draw(strategies.inputs((batch, inside, *image)))
    w = draw(strategies.inputs((outside, inside // groups, *kernel)))
    return x, w, draw(strategies.inputs((outside,))), options


@given(case=cases())
def test_every_geometry(case):
    """Strides, paddings, dilations, groups, layouts, empty batches, with and without bias."""
    x, w, b, options = case
    check(lambda torch, x, w, b: conv(torch, x, w, b, **options), x, w, b, double=True, may_raise=True)
    check(lambda torch, x, w: conv(torch, x, w, **options), x, w, double=True, may_raise=True)


SIZES = [
    ((2, 1, 28, 28), (32, 1, 3, 3), 1), ((2, 32, 14, 14), (64, 32, 3, 3), 1), ((3, 64, 7, 7), (128, 64, 3,
    3), 1),
    ((2, 6, 14, 14), (16, 6, 5, 5), 0), ((1, 3, 33, 17), (8, 3, 1, 1), 0), ((2, 5, 9, 9), (7, 5, 7, 7), 3),
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", strategies.FLOATS)
def test_sizes_of_real_networks(size, dtype):
    image, weight, padding = size
    terms = 9 * max(weight[0], weight[1])  # of the longest sum; the products are 0.15 on average
    atol = 1e-10 if dtype == "float64" else 2**-23 * 0.25 * terms
    x, w, b = Input(image, dtype), Input(weight, dtype, low=-0.3, high=0.3), Input((weight[0],), dtype)
    check(lambda torch, x, w, b: conv(torch, x, w, b, padding=padding), x, w, b, atol=atol)


@pytest.mark.parametrize("stride", [1, 2])
def test_strided_real_network(stride):
    x, w = Input((2, 16, 15, 15)), Input((32, 16, 3, 3), low=-0.3, high=0.3)
    check(lambda torch, x, w: conv(torch, x, w, stride=stride, padding=1), x, w)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout):
    x, w = Input((2, 3, 6, 5), layout=layout), Input((4, 3, 3, 2), layout=layout, seed=1)
    check(lambda torch, x, w, b: conv(torch, x, w, b, padding=1), x, w, Input((4,), layout="sliced"))


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 4), (5, 2)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_named_padding(padding, kernel, dilation):
    x, w = Input((2, 3, 12, 11), "float64"), Input((4, 3, *kernel), "float64")
    check(lambda torch, x, w: conv(torch, x, w, padding=padding, dilation=dilation), x, w)


@pytest.mark.smoke
def test_one_image():
    check(
        conv, Input((3, 6, 5), "float64"), Input((4, 3, 3, 2), "float64"), Input((4,), "float64"), double=True
    )


@pytest.mark.parametrize(
    "needs", [(True, False, False), (False, True, False), (False, False, True), (False, False, False)]
)
def test_only_some_gradients(needs):
    x, w, b = needs
    check(
        conv,
        Input((2, 3, 6, 5), "float64", requires_grad=x),
        Input((4, 3, 3, 2), "float64", requires_grad=w),
        Input((4,), "float64", requires_grad=b),
    )


def test_forms_of_arguments():
    def body(torch, x, w):
        f = torch.nn.functional.conv2d
        return (
            f(x, w, stride=[2, 1]),
            f(x, w, None, 1, 1),
            f(x, w, padding=(1,)),
            f(x, w, stride=(2,), dilation=[1, 2]),
        )

    check(body, Input((2, 3, 6, 5)), Input((4, 3, 3, 2)))


@pytest.mark.parametrize(
    "arguments",
    [
        {"x": (6, 5)}, {"x": (1, 2, 3, 6, 5)}, {"x": (2, 4, 6, 5)}, {"w": (4, 3, 3)}, {"w": (4, 2, 3, 3)},
        {"w": (4, 3, 7, 3)},
        {"b": (3,)}, {"b": (4, 1)}, {"stride": 0}, {"stride": -1}, {"padding": -1}, {"dilation": 0},
        {"groups": 0}, {"groups": 2},
        {"groups": -1}, {"padding": "other"}, {"padding": "same", "stride": 2}, {"stride": (1, 1, 1)},
        {"padding": (1, 1, 1)},
        {"dilation": (1, 1, 1)}, {"stride": "a"}, {"stride": 1.5}, {"x": (2, 3, 0, 5)},
        {"w": (0, 3, 3, 3)}, {"groups": 3, "x": (2, 6, 6, 5)}, {"padding": None},
    ],
)  # fmt: skip
def test_what_is_refused(arguments):
    """Or accepted, such as an empty batch; but then with the same result.

    Not here: a kernel without rows, where oneDNN fails inside torch, and no input channels, where torch 2.13 returns no output
    channels either; ours are zeros plus the bias.
    """
    arguments = dict(arguments)
    x, w = Input(arguments.pop("x", (2, 3, 6, 5))), Input(arguments.pop("w", (4, 3, 3, 3)))
    b = Input(arguments.pop("b", (4,)))
    check(lambda torch, x, w, b: conv(torch, x, w, b, **arguments), x, w, b, may_raise=True, grad=False)


def test_dtypes_that_do_not_fit():
    x, w = Input((2, 3, 6, 5)), Input((4, 3, 3, 3), "float64")
    check(conv, x, w, raises=RuntimeError)
    check(conv, Input((2, 3, 6, 5), "int64"), Input((4, 3, 3, 3)), raises=RuntimeError)
    check(conv, x, Input((4, 3, 3, 3)), Input((4,), "float64"), raises=RuntimeError)
    check(lambda torch, x: torch.nn.functional.conv2d(x, 3), x, raises=TypeError)


@pytest.mark.parametrize("channels, outputs", [(5, 5), (3, 6)])
@pytest.mark.parametrize("options", [{}, {"padding": 1}, {"padding": (3, 0)}, {"dilation": 2, "padding": 2}, {"stride": 2}])
def test_depthwise(channels, outputs, options):
    """One input channel to a group, with padding that the turned kernel of the input's gradient does not have, too."""

    def body(torch, x, w, b):
        return torch.nn.functional.conv2d(x, w, b, groups=channels, **options)

    check(body, Input((2, channels, 9, 7), "float64"), Input((outputs, 1, 3, 2), "float64"), Input((outputs,), "float64"))


def test_infinity_beside_a_depthwise_window():
    """A pixel that a tap does not see leaves its gradient alone."""

    def body(torch, x, w):
        x = x.detach().clone()
        x[0, 0, 1, 0] = float("inf")
        w = w.detach().requires_grad_()
        torch.nn.functional.conv2d(x, w, groups=2).sum().backward()
        return w.grad

    check(body, Input((1, 2, 4, 4), "float64"), Input((2, 1, 2, 2), "float64"), grad=False)


def test_gradient_of_fold():
    check(lambda torch, x: torch.nn.functional.fold(x, (4, 5), (2, 2), stride=(2, 1)), Input((2, 12, 8)), double=True)
