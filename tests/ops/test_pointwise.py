"""Arithmetic on two tensors, or a tensor and a number. PyTorch: test/test_binary_ufuncs.py."""

import itertools

import numpy as np
import pytest
import strategies
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st

import minitorch

pytestmark = pytest.mark.usefixtures("device")

BINARY = {
    "add": lambda torch, x, y: torch.add(x, y),
    "sub": lambda torch, x, y: torch.sub(x, y),
    "mul": lambda torch, x, y: torch.mul(x, y),
    "div": lambda torch, x, y: torch.div(x, y),
    "div floor": lambda torch, x, y: torch.div(x, y, rounding_mode="floor"),
    "div trunc": lambda torch, x, y: torch.div(x, y, rounding_mode="trunc"),
    "floor_divide": lambda torch, x, y: torch.floor_divide(x, y),
    "remainder": lambda torch, x, y: torch.remainder(x, y),
    "fmod": lambda torch, x, y: torch.fmod(x, y),
    "pow": lambda torch, x, y: torch.pow(x, y),
    "atan2": lambda torch, x, y: torch.atan2(x, y),
    "maximum": lambda torch, x, y: torch.maximum(x, y),
    "minimum": lambda torch, x, y: torch.minimum(x, y),
    "add alpha": lambda torch, x, y: torch.add(x, y, alpha=3),
    "sub alpha": lambda torch, x, y: torch.sub(x, y, alpha=2),
    "rsub": lambda torch, x, y: torch.rsub(x, y),
    "rsub alpha": lambda torch, x, y: torch.rsub(x, y, alpha=2),
}
FLAT = {"floor_divide"}  # PyTorch does not differentiate it
POSITIVE = {"pow"}  # of negative numbers: NaN nearly everywhere
OPERATORS = {
    "+": lambda torch, x, y: x + y,
    "-": lambda torch, x, y: x - y,
    "*": lambda torch, x, y: x * y,
    "/": lambda torch, x, y: x / y,
    "//": lambda torch, x, y: x // y,
    "%": lambda torch, x, y: x % y,
    "**": lambda torch, x, y: x**y,
}


@pytest.mark.parametrize("name", BINARY)
@given(data=st.data())
def test_broadcasting_and_layouts(name, data):
    """Every pair of shapes that broadcast, in every layout, with both derivatives."""
    low = 0.3 if name in POSITIVE else -2.0
    first, second = data.draw(strategies.broadcastable(2, max_dims=3))
    x = data.draw(strategies.inputs(first, low=low))
    y = data.draw(strategies.inputs(second, low=low))
    check(BINARY[name], x, y, double=True, grad=name not in FLAT)


def test_floor_divide_has_no_derivative():
    check(BINARY["floor_divide"], Input((2, 3)), Input((3,)), raises=RuntimeError)
    check(OPERATORS["//"], Input((2, 3)), 2, raises=RuntimeError)


@pytest.mark.parametrize("name", BINARY)
def test_every_pair_of_dtypes(name):
    """Values and dtypes of all pairs, dimensioned and 0-d; or the same error."""
    for first, second in itertools.product(strategies.DTYPES, repeat=2):
        for shape in ((3,), ()):
            x = Input((2, 3), first, low=1, high=3)
            y = Input(shape, second, low=1, high=3, seed=1)
            check(BINARY[name], x, y, may_raise=True)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize(
    "number", [2, 3.0, True, -1, 0.5, np.float32(2.5), np.float64(1.5), np.int64(2), 0, 1, 2**40]
)
def test_python_numbers_on_both_sides(name, number):
    """A number has a kind but no width: it never widens a tensor of its kind; NumPy's count as Python's."""
    text = not isinstance(number, np.generic)
    for dtype in strategies.DTYPES:
        if name == "**" and number is True:
            continue  # PyTorch fails of itself
        x = array([1, 2, 3, 5], dtype, requires_grad=False if name == "//" else None)
        check(lambda torch, x: OPERATORS[name](torch, x, number), x, may_raise=True, text=text)
        if name == "%":
            # PyTorch has no derivative of number % x; ours has, that of remainder.
            x = array([1, 2, 3, 5], dtype, requires_grad=False)
        check(lambda torch, x: OPERATORS[name](torch, number, x), x, may_raise=True, text=text)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("wrong", ["text", None, [1, 2], object])
def test_wrong_operands(name, wrong):
    check(lambda torch, x: OPERATORS[name](torch, x, wrong), Input((2,)), raises=TypeError, text=False)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "pow", "maximum", "remainder", "atan2"])
def test_shapes_that_do_not_fit(name):
    check(BINARY[name], Input((2, 3)), Input((4,)), raises=RuntimeError)
    check(BINARY[name], Input((2, 3)), Input((2, 4, 3)), raises=RuntimeError)


EXTREMES = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-40, 3.4e38, 2.5, -2.5, 7.0, 0.5])


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", strategies.FLOATS)
def test_extreme_numbers(name, dtype):
    """Signed zeros, infinities, NaN and numbers near the ends, each with each."""
    x, y = np.meshgrid(EXTREMES.astype(dtype), EXTREMES.astype(dtype))
    check(BINARY[name], array(x, dtype), array(y, dtype), grad=name not in {"pow"} | FLAT)


@pytest.mark.parametrize("name", ["div floor", "div trunc", "floor_divide", "remainder", "fmod"])
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_integer_division(name, dtype):
    """Every combination of signs, and the error for a zero wherever it stands."""
    numbers = np.array([7, 5, 1, 100, 3], dtype)
    if dtype != "uint8":
        numbers = np.concatenate([numbers, -numbers, [np.iinfo(dtype).max]]).astype(dtype)
    x, y = np.meshgrid(numbers, numbers)
    check(BINARY[name], x.copy(), y.copy())
    for place in range(3):
        divisor = np.ones(3, dtype)
        divisor[place] = 0
        check(BINARY[name], np.ones(3, dtype), divisor, raises=RuntimeError)
    check(BINARY[name], np.ones(3, dtype), 0, raises=RuntimeError)
    check(BINARY[name], np.ones(0, dtype), np.zeros(0, dtype))


@pytest.mark.parametrize("dtype", ["int64", "int32"])
def test_smallest_integer_divided_by_minus_one(dtype):
    """Wraps around. Processors trap here: PyTorch dies of it, but for the floor; nothing of ours may."""
    x = np.array([np.iinfo(dtype).min, 5], dtype)
    y = np.array([-1, -1], dtype)
    check(lambda torch, x, y: (torch.div(x, y, rounding_mode="floor"), x // -1, -x), x, y)
    ours = [minitorch.from_numpy(each) for each in (x, y)]
    assert minitorch.div(*ours, rounding_mode="trunc").tolist() == [x[0], -5]
    assert minitorch.remainder(*ours).tolist() == [0, 0]
    assert minitorch.fmod(*ours).tolist() == [0, 0]


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_integers_wrap_around(dtype):
    limits = np.iinfo(dtype)
    x = np.array([limits.max, limits.min, 1, limits.max // 2 + 1], dtype)
    for name in ("add", "sub", "mul"):
        check(BINARY[name], x, x[::-1].copy())
    check(lambda torch, x: (x + 300, x * 300, 300 - x), x, may_raise=True)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 4, -1, -2, 0.5, -0.5, 0.0, 1.0, 2.0, 1.5, 10, True])
def test_powers(exponent):
    """Of a number of the exponent that has a short cut, and of those that have none."""
    check(lambda torch, x: x**exponent, Input((3, 4), "float64", low=0.2), double=True)
    check(lambda torch, x: x**exponent, Input((3, 4), "float32", low=-2))
    check(lambda torch, x: x**exponent, Input((3, 4), "int64", low=-3, high=3), may_raise=True)
    check(lambda torch, x: x**exponent, array([0.0, 1.0, -1.0, np.inf, np.nan], "float64"))


@pytest.mark.parametrize("base", [0, 1, 2, 2.5, 0.0, -1, -2.0])
def test_powers_of_a_number(base):
    check(lambda torch, x: base**x, Input((3, 4), "float64", low=-2), double=base > 0)
    check(lambda torch, x: base**x, array([0, 1, 2, 3], "int64"))
    check(lambda torch, x: torch.pow(base, x), array([0, 1, 2, 3], "uint8"))


def test_integer_powers():
    x, y = np.meshgrid(np.arange(-3, 4), np.array([0, 1, 2, 3, 62, 63, 64]))
    check(BINARY["pow"], x.astype(np.int64), y.astype(np.int64))
    check(
        BINARY["pow"],
        np.array([1, -1, 2, -2], np.int64),
        np.array([-1, -1, -1, -3], np.int64),
        may_raise=True,
    )


def test_gradient_of_powers_at_zero():
    x, y = np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0, 2.0, 0.5])
    check(BINARY["pow"], x, y)


@pytest.mark.smoke
def test_equal_numbers_share_the_gradient():
    check(BINARY["maximum"], array([1.0, 2.0, 3.0]), array([1.0, 5.0, 0.0]))
    check(BINARY["minimum"], array([1.0, 2.0, 3.0]), array([1.0, 5.0, 0.0]))


@given(data=st.data())
def test_where(data):
    shapes = data.draw(strategies.broadcastable(3, max_dims=3))
    condition = data.draw(strategies.inputs(shapes[0], of=("bool",)))
    x, y = data.draw(strategies.inputs(shapes[1])), data.draw(strategies.inputs(shapes[2]))
    check(lambda torch, c, x, y: torch.where(c, x, y), condition, x, y, double=True)


def test_where_of_numbers_and_dtypes():
    condition = array([True, False, True])
    for dtype in strategies.DTYPES:
        x = array([1, 2, 3], dtype)
        for number in (True, 2, 2.5):
            check(lambda torch, c, x, y: (torch.where(c, x, y), torch.where(c, y, x)), condition, x, number)
    check(lambda torch, c: torch.where(c, 1, 2.5), condition)
    check(lambda torch, c: torch.where(c, 1.0, 2.5), condition)
    check(lambda torch, c: torch.where(c), array([[True, False], [True, True]]))
    check(
        lambda torch, c, x: torch.where(c, x, x),
        array([1, 0, 1], "float32"),
        Input((3,)),
        raises=RuntimeError,
    )
    check(lambda torch, c, x: x.where(c, torch.zeros(())), condition, Input((3,)))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: torch.add(x, x, alpha=1.5),
        lambda torch, x: torch.sub(x, x, alpha=2.5),
        lambda torch, x: torch.add(x, x, alpha="2"),
        lambda torch, x: x.bool() - x.bool(),
        lambda torch, x: 1 - x.bool(),
        lambda torch, x: -x.bool(),
        lambda torch, x: torch.div(x, x, rounding_mode="up"),
        lambda torch, x: x**-1,
        lambda torch, x: torch.maximum(x, 1),
        lambda torch, x: torch.add("a", x),
        lambda torch, x: torch.add(x),
        lambda torch, x: torch.mul(x, x, x),
        lambda torch, x: torch.square("a"),
    ],
)
def test_what_is_refused(body):
    check(body, array([1, 2, 3], "int64"), raises=(RuntimeError, TypeError))


@pytest.mark.parametrize("size", [1, 7, 31, 32, 33, 1000, 40_000])
def test_sizes_around_vectors_and_chunks(size):
    """The serial loop, its tail, and the parallel one."""
    x, y = Input((size,), "float32"), Input((size,), "float32", seed=1)
    check(lambda torch, x, y: (x + y, x * y, x / y, x - y), x, y, exact=True)
    check(lambda torch, x, y: x * y, Input((2, size), layout="transposed"), y)


@given(layouts=st.lists(strategies.layouts(), min_size=2, max_size=2), shape=strategies.shapes(min_dims=2))
def test_strides_of_the_result(layouts, shape):
    """The result is laid out as its operands are, where they agree."""
    x, y = (Input(shape, layout=layout, seed=seed) for seed, layout in enumerate(layouts))
    check(lambda torch, x, y: x * y, x, y, strides=True, grad=False)


@pytest.mark.parametrize("name", ["igamma", "igammac"])
def test_gradient_of_incomplete_gamma_functions(name):
    """In the second argument: the order has none."""
    order, x = (Input((4,), "float64", low=0.5, high=3.0, seed=seed) for seed in (1, 2))
    check(lambda torch, order, x: getattr(torch, name)(order.detach(), x), order, x, rtol=1e-9)
