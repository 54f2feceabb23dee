"""Tensors from nothing. PyTorch: test/test_tensor_creation_ops.py."""

import numpy as np
import pytest
import strategies
from helpers import LAYOUTS, Input, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")

SIZES = [(0,), (3,), (2, 3), (2, 0, 3), (1, 1, 1), ([2, 3],), ((2, 3),), ([],)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_sizes(name, size):
    def body(torch):
        made = getattr(torch, name)(*size)
        return (
            made.shape,
            made.dtype,
            made.stride(),
            made.is_contiguous(),
            (made * 0 if name != "empty" else None),
        )

    check(body)


@pytest.mark.parametrize("dtype", [*strategies.DTYPES, "float", "int"])
def test_dtypes(dtype):
    def body(torch):
        kind = getattr(torch, dtype)
        return (
            torch.zeros(2, dtype=kind), torch.ones(2, dtype=kind), torch.full((2,), 1, dtype=kind),
            torch.eye(2, dtype=kind),
            torch.arange(3, dtype=kind) if dtype != "bool" else None, torch.empty(2, dtype=kind).dtype,
        )  # fmt: skip

    check(body)


@pytest.mark.parametrize("value", [1, 1.5, True, -3, 2**40, float("inf"), np.float32(2.5), np.int64(3)])
def test_full(value):
    check(lambda torch: (torch.full((2, 3), value), torch.full([2], fill_value=value), torch.full((), value)))


ARANGES = [
    (5,), (5.0,), (0,), (1, 5), (1, 5, 2), (5, 1, -1), (0, 1, 0.1), (0.5, 3), (1, 1), (0, 10, 3), (-3, 3),
    (2.5,),
    (0, 1, 0.3), (10, 0, -2.5), (1, 2.0000001, 0.1), (0, 3, 1.0), (True,),
]  # fmt: skip


@pytest.mark.parametrize("bounds", ARANGES)
def test_arange(bounds):
    check(lambda torch: torch.arange(*bounds), exact=True)
    check(lambda torch: torch.arange(*bounds, dtype=torch.float64))
    check(lambda torch: torch.arange(*bounds, dtype=torch.int32))


@given(
    start=st.floats(-100, 100, width=32), count=st.integers(0, 200), step=st.floats(0.015625, 10, width=32)
)
def test_arange_of_floats(start, count, step):
    check(lambda torch: torch.arange(start, start + count * step, step))


@pytest.mark.parametrize(
    "arguments", [(0, 1, 5), (0, 1, 1), (0, 1, 0), (5, -5, 11), (0, 1, 100), (1, 1, 3), (0.1, 7, 33)]
)
def test_linspace(arguments):
    check(lambda torch: torch.linspace(*arguments))
    check(lambda torch: torch.linspace(*arguments, dtype=torch.float64))
    check(lambda torch: torch.linspace(*arguments, dtype=torch.int64))


def test_eye():
    check(lambda torch: (torch.eye(3), torch.eye(2, 4), torch.eye(4, 2), torch.eye(0), torch.eye(2, 0)))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3), (), (4, 1, 2)])
def test_like(layout, shape):
    """The strides follow the example where its memory has no gaps."""

    def body(torch, x):
        return (
            torch.zeros_like(x), torch.ones_like(x), torch.full_like(x, 7), torch.empty_like(x).stride(),
            torch.zeros_like(x, dtype=torch.int64), torch.ones_like(x, requires_grad=True).requires_grad,
            x.new_zeros(2, 3), x.new_ones((2,)), x.new_full((2,), 5), x.new_empty(3).shape,
            x.new_tensor([1, 2]),
        )  # fmt: skip

    check(body, Input(shape, layout=layout), strides=True, grad=False)


@pytest.mark.parametrize("diagonal", [-5, -1, 0, 1, 5])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 3, 3), (0, 3)])
def test_triangles(diagonal, shape):
    check(
        lambda torch, x: (torch.tril(x, diagonal), torch.triu(x, diagonal)),
        Input(shape, "float64"),
        double=True,
    )
    check(lambda torch, x: x.tril(diagonal), Input(shape, "int64", layout="transposed"))


def test_empty_strided():
    def body(torch):
        made = torch.empty_strided((2, 3), (1, 2))
        return (
            made.stride(),
            made.shape,
            made.untyped_storage().nbytes(),
            torch.empty_strided((2, 3), (10, 3)).stride(),
        )

    check(body)


def test_requires_grad():
    def body(torch):
        made = [
            torch.zeros(2, requires_grad=True), torch.ones(2, requires_grad=True), torch.full((2,), 1.0,
            requires_grad=True),
            torch.eye(2, requires_grad=True), torch.arange(2.0, requires_grad=True), torch.empty(2,
            requires_grad=True),
            torch.linspace(0, 1, 3, requires_grad=True), torch.tensor([1.0], requires_grad=True),
        ]  # fmt: skip
        return [(each.requires_grad, each.is_leaf) for each in made]

    check(body)


def test_legacy_constructor():
    def body(torch):
        return (
            torch.Tensor([1, 2]), torch.Tensor([[1.5]]), torch.Tensor(2, 3).shape, torch.Tensor().shape,
            torch.Tensor((3, 4)), torch.Tensor(torch.Size([2, 3])).shape, torch.Tensor([]).dtype,
        )  # fmt: skip

    check(body)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch: torch.zeros(-1),
        lambda torch: torch.zeros(2, -3),
        lambda torch: torch.empty(2**62, 2**62),
        lambda torch: torch.zeros("a"),
        lambda torch: torch.zeros(2.5),
        lambda torch: torch.zeros(2, "a"),
        lambda torch: torch.zeros(None),
        lambda torch: torch.ones(2, dtype=3),
        lambda torch: torch.zeros(2, device="nonsense"),
        lambda torch: torch.full((2,)),
        lambda torch: torch.full((2,), "a"),
        lambda torch: torch.full((-2,), 1),
        lambda torch: torch.arange(5, 1),
        lambda torch: torch.arange(1, 5, -1),
        lambda torch: torch.arange(1, 5, 0),
        lambda torch: torch.arange(float("inf")),
        lambda torch: torch.arange(float("nan")),
        lambda torch: torch.arange("a"),
        lambda torch: torch.arange(),
        lambda torch: torch.linspace(0, 1, -1),
        lambda torch: torch.eye(-1),
        lambda torch: torch.eye(2, -1),
        lambda torch: torch.tril(torch.ones(3)),
        lambda torch: torch.triu(torch.ones(3)),
        lambda torch: torch.zeros_like(3),
        lambda torch: torch.empty_strided((2,), (1, 1)),
        lambda torch: torch.empty_strided((2,), (-1,)),
        lambda torch: torch.ones(2, dtype=torch.int64, requires_grad=True),
    ],
)
def test_what_is_refused(body):
    check(body, raises=(RuntimeError, TypeError, ValueError))


@pytest.mark.cpu("a GPU's is another error: test_runtime.py")
def test_more_memory_than_there_is():
    """RuntimeError, in PyTorch's words but for the numbers; not MemoryError, and no machine brought down."""
    check(lambda torch: torch.empty(2**50), raises=RuntimeError, text=False)
    check(lambda torch: torch.zeros(2**45), raises=RuntimeError, text=False)
