"""Operands of every two dtypes, with and without dimensions, and Python's and NumPy's numbers. PyTorch: test/test_type_promotion.py."""

import itertools
import operator

import numpy as np
import pytest
from helpers import check

pytestmark = pytest.mark.usefixtures("device")

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
FUNCTIONS = ["add", "sub", "mul", "div", "floor_divide", "remainder", "pow", "maximum", "atan2", "lt", "bitwise_and", "xlogy"]
OPERATORS = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "lshift", "eq", "lt"]
IN_PLACE = ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand"]
NUMBERS = [True, 2, -3, 2.5, 300, np.float32(2), np.float64(2), np.int64(2), np.int8(2), np.bool_(True)]


def operands(torch, values=(1, 2, 3)):
    """One vector and one tensor without dimensions of every dtype."""
    for name in DTYPES:
        whole = torch.tensor([each % 2 == 1 if name == "bool" else each for each in values], dtype=getattr(torch, name))
        yield whole
        yield whole[1]


def outcome(operation, *arguments):
    """What it returns, or the type of the error and the first line of its text."""
    try:
        return operation(*arguments)
    except Exception as error:
        return type(error).__name__, str(error).split("\n", 1)[0].strip()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_of_every_pair(name):
    """Values, dtypes and errors of 324 pairs of tensors."""

    def body(torch):
        pairs = itertools.product(operands(torch), operands(torch, (2, 1, 2)))
        return [outcome(getattr(torch, name), a, b) for a, b in pairs]

    check(body)


@pytest.mark.parametrize("name", OPERATORS)
def test_operator_and_numbers(name):
    """A number on the right and on the left; NumPy's numbers leave the operation to the tensor."""

    def body(torch):
        function = getattr(operator, name)
        right = [outcome(function, each, number) for each in operands(torch) for number in NUMBERS]
        numbers = NUMBERS[:-1] if name == "lshift" else NUMBERS
        return right, [outcome(function, number, each) for each in operands(torch) for number in numbers]

    check(body)


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_with_numbers(name):
    """What cannot be stored in the tensor's dtype is refused."""

    def body(torch):
        return [outcome(getattr(operator, name), each.clone(), number) for each in operands(torch) for number in NUMBERS]

    check(body)


@pytest.mark.parametrize("name", ["addcmul", "addcdiv", "clamp", "where"])
def test_three_operands(name):
    """Tensors with dimensions decide together, those without only where their category is higher."""

    def body(torch):
        some = [each for each in operands(torch) if each.dtype in (torch.int64, torch.float32, torch.float64)]
        if name == "where":
            return [outcome(torch.where, torch.tensor([True, False, True]), a, b) for a, b in itertools.product(some, NUMBERS)]
        return [outcome(getattr(torch, name), *each) for each in itertools.product(some, repeat=3)]

    check(body)


def test_numbers_before_tensors():
    """Some functions take a number first, others say that they do not."""

    def body(torch):
        names = ["add", "mul", "div", "floor_divide", "remainder", "bitwise_or", "eq", "fmod", "rsub", "clamp_min", "maximum"]
        some = [torch.tensor([1, 2], dtype=torch.uint8), torch.tensor([1.5, 2.0]), torch.tensor(2)]
        return [outcome(getattr(torch, name), number, each) for name in names for number in (-3, 2.5) for each in some]

    check(body)


@pytest.mark.cpu("NumPy takes no tensor of a GPU")
def test_arrays_and_tensors():
    """An array beside a tensor, and NumPy's own functions of a tensor."""

    def body(torch):
        x, array = torch.tensor([1.0, 2.0, 4.0]), np.array([2.0, 1.0, 4.0])
        return (
            x + array, outcome(operator.add, array, x), x / array, array / x, outcome(operator.pow, array, x), x == array, array == x, x != array,
            np.sin(x), np.add(x, 1), np.maximum(x, array), np.greater(x, 1), np.add(torch.tensor(1), 2),
            outcome(operator.lt, x, array), outcome(operator.lshift, x, [1]), outcome(np.sin, x.requires_grad_()),
        )  # fmt: skip

    check(body, grad=False)
