"""Pooling over images. PyTorch: test/nn/test_pooling.py."""

import helpers
import numpy as np
import pytest
import strategies
from helpers import LAYOUTS, Input, array, check
from hypothesis import assume, given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")

pairs = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))


@given(data=st.data())
def test_max_pool2d(data):
    """Windows, strides, paddings, dilations, ceil_mode; indices too; both derivatives; or the same error."""
    image = data.draw(strategies.shapes(2, 2, min_side=1, max_side=8))
    lead = data.draw(st.sampled_from([(2, 3), (3,), (0, 2), (1, 1)]))
    options = {
        "stride": data.draw(st.none() | pairs),
        "padding": data.draw(st.integers(0, 1)),
        "dilation": data.draw(st.integers(1, 2)),
        "ceil_mode": data.draw(st.booleans()),
        "return_indices": data.draw(st.booleans()),
    }
    kernel = data.draw(pairs)
    assume(not pytorch_writes_elsewhere(image, kernel, options))
    x = data.draw(strategies.inputs((*lead, *image), of=strategies.FLOATS))
    check(
        lambda torch, x: torch.nn.functional.max_pool2d(x, kernel, **options), x, may_raise=True, double=True
    )


def pytorch_writes_elsewhere(image, kernel, options) -> bool:
    """PyTorch 2.13 gives a window of padding alone a place beside the image, and its backward pass writes there: it aborts."""
    if helpers.torch is None:
        return False
    try:
        nothing = helpers.torch.zeros(1, 1, *image)
        _, places = helpers.torch.nn.functional.max_pool2d(nothing, kernel, **{**options, "return_indices": True})
    except RuntimeError:
        return False
    return places.numel() > 0 and not 0 <= places.min() <= places.max() < nothing.numel()


@given(data=st.data())
def test_avg_pool2d(data):
    image = data.draw(strategies.shapes(2, 2, min_side=1, max_side=8))
    lead = data.draw(st.sampled_from([(2, 3), (3,), (0, 2), (1, 1)]))
    options = {
        "stride": data.draw(st.none() | pairs),
        "padding": data.draw(st.integers(0, 1)),
        "ceil_mode": data.draw(st.booleans()),
        "count_include_pad": data.draw(st.booleans()),
        "divisor_override": data.draw(st.none() | st.integers(1, 5)),
    }
    kernel = data.draw(pairs)
    x = data.draw(strategies.inputs((*lead, *image), of=strategies.FLOATS))
    check(
        lambda torch, x: torch.nn.functional.avg_pool2d(x, kernel, **options), x, may_raise=True, double=True
    )


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(name, layout):
    check(lambda torch, x: getattr(torch.nn.functional, name)(x, 2), Input((2, 3, 6, 7), layout=layout))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: torch.nn.functional.max_pool2d(x, 2),
        lambda torch, x: torch.nn.functional.avg_pool2d(x, 2),
        lambda torch, x: torch.nn.functional.adaptive_avg_pool2d(x, 3),
        lambda torch, x: torch.nn.functional.lp_pool2d(x, 2.0, 2),
        lambda torch, x: torch.nn.functional.interpolate(x, scale_factor=2),
        lambda torch, x: torch.nn.functional.interpolate(x, scale_factor=2, mode="bicubic"),
        lambda torch, x: torch.where(x > 0, x, 2 * x),
    ],
)
def test_channels_that_are_innermost_stay_so(body):
    check(body, Input((2, 3, 6, 7), layout="channels_last"), strides=True, grad=False)


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize("shape", [(2, 32, 28, 28), (4, 64, 14, 14), (3, 16, 7, 7)])
def test_sizes_of_real_networks(name, shape):
    check(lambda torch, x: getattr(torch.nn.functional, name)(x, 2), Input(shape))


@pytest.mark.smoke
@pytest.mark.parametrize("place", range(9))
def test_nan_and_ties(place):
    """NaN wins wherever it stands; of equal numbers the first; minus infinity is a number."""
    numbers = np.ones((1, 1, 3, 3), np.float32)

    def body(torch, x):
        return torch.nn.functional.max_pool2d(x, 3, return_indices=True)

    check(body, array(numbers))
    numbers[0, 0, place // 3, place % 3] = np.nan
    check(body, array(numbers))
    numbers[0, 0, (place + 4) % 9 // 3, (place + 4) % 3] = np.nan
    check(body, array(numbers))
    check(body, array(np.full((1, 1, 3, 3), -np.inf)))


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_other_dtypes(name, dtype):
    x = Input((1, 1, 4, 4), dtype, low=0, high=9)
    check(lambda torch, x: getattr(torch.nn.functional, name)(x, 2), x, may_raise=True)


REFUSED = [
    {"kernel_size": 0}, {"kernel_size": -1}, {"kernel_size": 9}, {"kernel_size": (2, 2, 2)},
    {"kernel_size": "a"},
    {"kernel_size": 2.5}, {"kernel_size": ()}, {"kernel_size": 2, "stride": 0}, {"kernel_size": 2,
    "stride": -1},
    {"kernel_size": 2, "padding": 2}, {"kernel_size": 2, "padding": -1}, {"kernel_size": 2, "stride": (1,
    1, 1)},
    {"kernel_size": 2, "padding": (1, 1, 1)}, {"kernel_size": [2]}, {"kernel_size": 2, "stride": []},
]  # fmt: skip


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize("arguments", REFUSED)
def test_what_is_refused(name, arguments):
    check(
        lambda torch, x: getattr(torch.nn.functional, name)(x, **arguments),
        Input((2, 3, 6, 6)),
        may_raise=True,
    )


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize("shape", [(6, 6), (6,), (), (1, 2, 3, 6, 6), (2, 0, 6, 6), (2, 3, 0, 6), (0, 6, 6)])
def test_shapes(name, shape):
    check(lambda torch, x: getattr(torch.nn.functional, name)(x, 2), Input(shape), may_raise=True)


def test_more_refusals():
    x = Input((2, 3, 6, 6))
    check(lambda torch, x: torch.nn.functional.max_pool2d(x, 2, dilation=0), x, raises=RuntimeError)
    check(lambda torch, x: torch.nn.functional.max_pool2d(x, 3, dilation=5), x, raises=RuntimeError)
    check(lambda torch, x: torch.nn.functional.avg_pool2d(x, 2, divisor_override=0), x, raises=RuntimeError)
    check(lambda torch, x: torch.nn.functional.max_pool2d(3, 2), x, raises=TypeError)


@pytest.mark.parametrize(
    "pool",
    [
        lambda torch, x: torch.nn.functional.max_pool1d(x[:, 0], 2, return_indices=True),
        lambda torch, x: torch.nn.functional.max_pool3d(x[None], (1, 2, 2), return_indices=True),
        lambda torch, x: torch.nn.functional.adaptive_max_pool2d(x, 2, return_indices=True),
        lambda torch, x: (torch.nn.functional.max_unpool2d(x, index := places(torch), 2), index),
        lambda torch, x: x.max(-1),
        lambda torch, x: x.sort(-1),
        lambda torch, x: x.topk(2, -1),
    ],
)
def test_places_that_were_written_to(pool):
    """The backward pass would read or write somewhere else."""

    def body(torch, x):
        values, indices = pool(torch, x)
        indices.fill_(10**6)
        values.sum().backward()

    check(body, Input((2, 3, 4, 4)), raises=RuntimeError, text=False)


def places(torch):
    return torch.arange(16).reshape(4, 4).expand(2, 3, 4, 4).clone()
