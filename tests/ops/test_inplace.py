"""Every operation with an underscore: values, results, versions, gradients. PyTorch: test/test_torch.py."""

import numpy as np
import pytest
import strategies
from helpers import LAYOUTS, Input, array, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")

BINARY = ["add_", "sub_", "mul_", "div_", "pow_", "remainder_", "fmod_", "floor_divide_"]
UNARY = [
    "neg_", "abs_", "exp_", "log_", "sqrt_", "rsqrt_", "reciprocal_", "square_", "sin_", "cos_", "tanh_",
    "sigmoid_", "relu_",
    "floor_", "ceil_", "round_", "trunc_", "sign_", "zero_",
]  # fmt: skip


def write(name, *arguments, **options):
    def body(torch, x, *tensors):
        y = x.clone()
        z = getattr(y, name)(*tensors, *arguments, **options)
        return z is y, y, y._version, y * 2

    return body


@pytest.mark.parametrize("name", BINARY)
@given(data=st.data())
def test_binary(name, data):
    """The other operand broadcasts, the written one does not."""
    first, second = data.draw(strategies.broadcastable(2, max_dims=3))
    x, y = data.draw(strategies.inputs(first, low=0.3)), data.draw(strategies.inputs(second, low=0.3))
    check(write(name), x, y, may_raise=True)
    check(write(name, 2), x, may_raise=True)


@pytest.mark.parametrize("name", UNARY)
@given(data=st.data())
def test_unary(name, data):
    check(write(name), data.draw(strategies.inputs(low=0.3)), double=True)


@pytest.mark.parametrize("name", ["add_", "mul_", "div_", "copy_", "fill_", "zero_", "clamp_", "exp_"])
@pytest.mark.parametrize("layout", [each for each in LAYOUTS if each != "expanded"])
def test_writes_stay_inside_the_window(name, layout):
    """The memory around a view is as it was."""

    def body(torch, x):
        whole = x.as_strided((x.untyped_storage().nbytes() // x.element_size(),), (1,), 0)
        arguments = {"clamp_": (-1, 1), "fill_": (3,), "copy_": (torch.ones(3),)}.get(name, (2,))
        getattr(x, name)(*(() if name in ("zero_", "exp_") else arguments))
        return whole

    for dtype in ("float32", "int64"):
        check(body, Input((2, 3), dtype, layout=layout), grad=False, may_raise=True)


@pytest.mark.parametrize("name", ["add_", "mul_", "sub_", "div_", "copy_", "pow_"])
def test_dtypes(name):
    """A result of a higher kind is refused; of the same kind it is cast."""
    for first in strategies.DTYPES:
        for second in strategies.DTYPES:
            x, y = Input((3,), first, low=1, high=3), Input((3,), second, low=1, high=3, seed=1)
            check(write(name), x, y, may_raise=True, grad=False)
        for number in (True, 2, 2.5):
            check(write(name, number), Input((3,), first, low=1, high=3), may_raise=True, grad=False)


@given(data=st.data())
def test_copy(data):
    source, target = data.draw(strategies.broadcastable(2, max_dims=3))
    x = data.draw(strategies.inputs(target, of=strategies.DTYPES))
    y = data.draw(strategies.inputs(source, of=strategies.DTYPES))
    check(write("copy_"), x, y, may_raise=True)


def test_copy_of_overlapping_memory():
    def body(torch):
        x = torch.arange(6.0)
        x[1:].copy_(x[:-1].clone())
        return x

    check(body)
    check(lambda torch, x: x.copy_(x.t()), Input((3, 3)), grad=False, raises=RuntimeError)


@pytest.mark.parametrize("value", [3, 2.5, True, -1, float("nan")])
def test_fill(value):
    for dtype in strategies.DTYPES:
        check(write("fill_", value), Input((2, 3), dtype, layout="transposed"), grad=False, may_raise=True)
    check(write("fill_", value), Input((2, 3), "float64"))


def test_fill_with_a_tensor():
    check(write("fill_"), Input((2, 3), "float64"), Input((), "float64"))
    check(write("fill_"), Input((2, 3)), Input((1,)), raises=RuntimeError)


def test_with_itself():
    def body(torch, x):
        y = x.clone()
        y.add_(y)
        return y

    check(body, Input((3, 3), "float64"))
    check(lambda torch, x: x.mul_(x).pow_(x).sub_(x), Input((3, 3), "int64", low=0))
    check(lambda torch, x: x.sub_(x.t()), Input((3, 3)), grad=False, raises=RuntimeError)


def test_the_operand_of_a_product_is_the_target():
    """The operand is needed as it was, and is written over: refused when the gradient is asked for."""

    def body(torch, x):
        y = x.clone()
        return y.mul_(y)

    check(body, Input((3, 3)), raises=RuntimeError)


def test_options():
    x, y = Input((3,), "float64"), Input((3,), "float64", seed=1)
    check(write("add_", alpha=3), x, y)
    check(write("sub_", alpha=3), x, y)
    check(write("div_", rounding_mode="floor"), x, y)
    check(write("div_", rounding_mode="trunc"), array([7, -7], "int64"), array([2, 2], "int64"))
    check(write("clamp_", min=0), x)
    check(write("copy_", non_blocking=True), x, y)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch: torch.ones(3).add_(torch.ones(2, 3)),
        lambda torch: torch.ones(3).add_(torch.ones(4)),
        lambda torch: torch.ones(3).copy_(torch.ones(4)),
        lambda torch: torch.ones(3).copy_(torch.ones(2, 3)),
        lambda torch: torch.ones(3).copy_("a"),
        lambda torch: torch.ones(3).add_("a"),
        lambda torch: torch.ones(3).fill_("a"),
        lambda torch: torch.ones(3).fill_([1]),
        lambda torch: torch.ones(1).expand(3).add_(1),
        lambda torch: torch.ones(1).expand(3).copy_(torch.ones(3)),
        lambda torch: torch.ones(2, 1).expand(2, 3).mul_(torch.ones(3)),
        lambda torch: torch.ones(3, dtype=torch.int64).exp_(),
        lambda torch: torch.ones(3, dtype=torch.int64).mul_(1.5),
        lambda torch: torch.ones(3, dtype=torch.bool).sub_(torch.ones(3, dtype=torch.bool)),
        lambda torch: torch.ones(3, dtype=torch.bool).neg_(),
        lambda torch: torch.zeros(3, dtype=torch.int64).floor_divide_(0),
    ],
)
def test_what_is_refused(body):
    check(body, raises=Exception)


@pytest.mark.parametrize("size", [31, 40_000, 100_000])
def test_large(size):
    def body(torch, x, y):
        z = torch.zeros(size).copy_(x)
        z.add_(y).mul_(2).sub_(x[:1]).clamp_(-1, 1)
        torch.zeros(2, size)[1].copy_(x)
        return z

    check(body, Input((size,)), Input((size,), seed=1), exact=False)


def test_integers_wrap_around():
    check(write("add_", 200), array(np.array([100, 56, 0]), "uint8"), may_raise=True)
    check(write("mul_", 2), np.array([2**31 - 1, -(2**31)], np.int32))
