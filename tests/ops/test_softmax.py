"""softmax and its logarithm. PyTorch: test/test_nn.py (softmax)."""

import math

import numpy as np
import pytest
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st
from strategies import dims, inputs, shapes

pytestmark = pytest.mark.usefixtures("device")

NAMES = ("softmax", "log_softmax")


@given(data=st.data(), name=st.sampled_from(NAMES))
def test_any_shape_and_layout(data, name):
    """Values, strides, gradients and second gradients."""
    input = data.draw(inputs(shape=shapes(), low=-5, high=5))
    dim = data.draw(dims(len(input.shape)))
    check(lambda torch, x: getattr(torch, name)(x, dim), input, double=True, strides=True, atol=1e-10)
    check(lambda torch, x: getattr(x, name)(dim), input)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "shape, dim", [((64, 10), 1), ((700, 100), 1), ((700, 100), 0), ((3, 21, 40, 40), 1)]
)
def test_every_size_of_work(name, shape, dim):
    """In float32, small and in parallel."""
    check(lambda torch, x: getattr(torch, name)(x, dim), Input(shape, low=-20, high=20))


@pytest.mark.parametrize("name", NAMES)
def test_extreme_values(name):
    inf, nan = math.inf, math.nan
    for values in (
        [1000.0, 999.0],
        [-inf, 0.0],
        [-inf, -inf],
        [inf, 0.0],
        [nan, 0.0],
        [0.0, nan],
        [3.4e38, -3.4e38],
    ):
        check(lambda torch, x: getattr(torch, name)(x, 0), array(values), grad=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_dtype_asked_for(name):
    check(lambda torch, x: getattr(torch, name)(x, 0, dtype=torch.float64), Input((3, 4)))
    check(lambda torch, x: getattr(torch, name)(x, 0, dtype=torch.float32), Input((3, 4), "int64"))


@pytest.mark.parametrize("name", [*NAMES, "softmin"])
@pytest.mark.parametrize("ndim", [0, 1, 2, 3, 4])
@pytest.mark.filterwarnings("ignore:Implicit dimension choice")
def test_the_dimension_that_functional_chooses(name, ndim):
    check(lambda torch, x: getattr(torch.nn.functional, name)(x), Input((2, 3, 4, 5)[:ndim]))


@pytest.mark.parametrize("name", [*NAMES, "softmin"])
def test_the_warning_about_it(name):
    import minitorch

    with pytest.warns(UserWarning, match=f"Implicit dimension choice for {name} has been deprecated"):
        getattr(minitorch.nn.functional, name)(minitorch.ones(2))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "arguments", [(2,), (-3,), (None,), (0.5,)], ids=["beyond", "before", "none", "half"]
)
def test_errors(name, arguments):
    check(lambda torch, x: getattr(torch, name)(x, *arguments), Input((3, 4)), raises=Exception)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool"])
def test_only_floats(name, dim, dtype):
    check(lambda torch, x: getattr(torch, name)(x, dim), Input((3, 4), dtype), raises=NotImplementedError)


def test_rows_do_not_touch_each_other():
    """Each row of a batch has the bits it has alone."""
    import minitorch

    x = minitorch.from_numpy(Input((500, 17)).numbers())
    whole = x.log_softmax(1).numpy()
    for row in (0, 250, 499):
        np.testing.assert_array_equal(x[row].log_softmax(0).numpy(), whole[row])
