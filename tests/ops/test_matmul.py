"""Products of matrices and vectors. PyTorch: test/test_linalg.py."""

import numpy as np
import pytest
import strategies
from helpers import LAYOUTS, Input, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")


@given(data=st.data())
def test_matmul_of_any_dimensions(data):
    """Vectors, matrices, batches that broadcast; sizes of 0 and 1; every layout; both derivatives."""
    n, k, m = (data.draw(st.integers(0, 4)) for _ in range(3))
    left, right = data.draw(strategies.broadcastable(2, max_dims=2, max_side=3))
    first = data.draw(st.sampled_from([(k,), (n, k), (*left, n, k)]))
    second = data.draw(st.sampled_from([(k,), (k, m), (*right, k, m)]))
    x, y = data.draw(strategies.inputs(first)), data.draw(strategies.inputs(second))
    check(lambda torch, x, y: torch.matmul(x, y), x, y, double=True, strides=True)
    check(lambda torch, x, y: x @ y, x, y)


@pytest.mark.parametrize("first", LAYOUTS)
@pytest.mark.parametrize("second", LAYOUTS)
def test_layouts_of_matrices(first, second):
    """Also the layout of the gradients, which follow the operands."""

    def body(torch, x, y):
        (gx, gy) = torch.autograd.grad(x @ y, (x, y), torch.ones(3, 5))
        return x @ y, gx, gy

    check(body, Input((3, 4), layout=first), Input((4, 5), layout=second), strides=True)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x, y: x @ y,
        lambda torch, x, y: torch.mv(x, y[:, 0]),
        lambda torch, x, y: torch.dot(x[0], y[:, 0]),
        lambda torch, x, y: torch.bmm(x.expand(2, 3, 4), y.expand(2, 4, 5)),
        lambda torch, x, y: torch.addmm(x[0, 0], x, y, alpha=2, beta=0.5),
        lambda torch, x, y: torch.nn.functional.linear(x, y.t(), y[0]),
    ],
)
def test_float16_is_summed_in_float32_and_rounded_once(body):
    def of_halves(torch, x, y):
        result = body(torch, x.half(), y.half())
        return result.dtype, result.float()

    check(of_halves, Input((3, 4)), Input((4, 5)), rtol=1e-3, atol=1e-3)


SIZES = [
    (1, 1, 1),
    (1, 100, 1),
    (7, 13, 5),
    (16, 16, 16),
    (33, 65, 17),
    (64, 1152, 10),
    (100, 1, 100),
    (128, 256, 64),
    (5, 300, 3),
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", strategies.FLOATS)
def test_sizes_around_tiles(size, dtype):
    n, k, m = size
    atol = 1e-12 * k if dtype == "float64" else None
    check(lambda torch, x, y: x @ y, Input((n, k), dtype), Input((k, m), dtype, seed=1), atol=atol)
    check(lambda torch, x, y: x @ y.t(), Input((n, k), dtype), Input((m, k), dtype, seed=1), atol=atol)


@given(data=st.data())
def test_named_products(data):
    n, k, m, b = (data.draw(st.integers(0, 4)) for _ in range(4))
    draw = lambda *shape: data.draw(strategies.inputs(shape))  # noqa: E731
    check(lambda torch, x, y: torch.mm(x, y), draw(n, k), draw(k, m), double=True)
    check(lambda torch, x, y: torch.bmm(x, y), draw(b, n, k), draw(b, k, m), double=True)
    check(lambda torch, x, y: torch.mv(x, y), draw(n, k), draw(k), double=True)
    check(lambda torch, x, y: torch.dot(x, y), draw(k), draw(k), double=True)
    check(lambda torch, x, y: torch.outer(x, y), draw(n), draw(m), double=True)


FACTORS = [{}, {"beta": 0}, {"alpha": 2}, {"beta": 0.5, "alpha": -1}, {"beta": 2, "alpha": 0}]


@pytest.mark.parametrize("factors", FACTORS)
@pytest.mark.parametrize("bias", [(3, 5), (5,), (1, 5), (3, 1), (1,), ()])
def test_addmm(factors, bias):
    x, y = Input((3, 4), "float64"), Input((4, 5), "float64")
    check(lambda torch, b, x, y: torch.addmm(b, x, y, **factors), Input(bias, "float64"), x, y, double=True)
    check(
        lambda torch, b, x, y: b.addmm(x, y, **factors),
        Input((3, 5), "float32"),
        Input((3, 4)),
        Input((4, 5)),
    )


@pytest.mark.parametrize("factors", FACTORS)
def test_baddbmm(factors):
    b, x, y = Input((2, 3, 5), "float64"), Input((2, 3, 4), "float64"), Input((2, 4, 5), "float64")
    check(lambda torch, b, x, y: torch.baddbmm(b, x, y, **factors), b, x, y, double=True)


@pytest.mark.smoke
def test_beta_of_zero_ignores_nan():
    check(lambda torch, x: torch.addmm(torch.full((2, 2), float("nan")), x, x, beta=0), Input((2, 2)))
    check(lambda torch, x: torch.baddbmm(torch.full((1, 2, 2), float("nan")), x, x, beta=0), Input((1, 2, 2)))


@given(data=st.data())
def test_linear(data):
    batch = data.draw(strategies.shapes(max_dims=3, max_side=3))
    inside, out = data.draw(st.integers(0, 4)), data.draw(st.integers(0, 4))
    x = data.draw(strategies.inputs((*batch, inside)))
    w, b = data.draw(strategies.inputs((out, inside))), data.draw(strategies.inputs((out,)))
    check(lambda torch, x, w, b: torch.nn.functional.linear(x, w, b), x, w, b, double=True)
    check(lambda torch, x, w: torch.nn.functional.linear(x, w), x, w, double=True)


def test_linear_with_one_output():
    check(
        lambda torch, x, w, b: torch.nn.functional.linear(x, w, b),
        Input((3, 4)),
        Input((4,)),
        Input(()),
        may_raise=True,
    )
    check(lambda torch, x, w: torch.nn.functional.linear(x, w), Input((3, 4)), Input((4,)), may_raise=True)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_integers(dtype):
    x, y = Input((3, 4), dtype, low=0, high=5), Input((4, 5), dtype, low=0, high=5, seed=1)
    check(lambda torch, x, y: x @ y, x, y, may_raise=True)
    check(lambda torch, x, y: torch.dot(x[0], y[:, 0]), x, y, may_raise=True)
    check(lambda torch, x, y: x @ y[:, 0], x, y, may_raise=True)
    check(lambda torch, x, y: x[None] @ y[None], x, y, may_raise=True)


@pytest.mark.parametrize(
    "shape, stride", [((1, 2), (2, 0)), ((2, 1), (0, 1)), ((1, 3), (5, 2)), ((3, 3), (0, 0))]
)
def test_rows_that_repeat_or_skip_memory(shape, stride):
    """One row or column whose numbers do not lie side by side: nothing between them is read."""

    def body(torch, x):
        y = torch.arange(10.0).as_strided(shape, stride, 1)
        return (
            x[:, : shape[0]] @ y,
            y @ x[: shape[1]],
            y.t() @ y,
            torch.nn.functional.linear(x[:, : shape[1]], y),
        )

    check(body, Input((3, 3)))


def test_infinities_and_nan():
    x = np.array([[np.inf, 0.0], [np.nan, 1.0], [1.0, -np.inf]])
    check(lambda torch, x, y: x @ y, x, np.array([[0.0, 1.0], [1.0, 0.0]]), grad=False)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: torch.mm(x, x),
        lambda torch, x: torch.mm(x[0], x),
        lambda torch, x: torch.mm(x, x[0]),
        lambda torch, x: torch.mm(x, 3),
        lambda torch, x: torch.mm(3, x),
        lambda torch, x: x @ x,
        lambda torch, x: x @ x[0, :2],
        lambda torch, x: x[0] @ x[0, :2],
        lambda torch, x: x[0, :1] @ x,
        lambda torch, x: x @ torch.ones(()),
        lambda torch, x: torch.ones(()) @ x,
        lambda torch, x: x @ 3,
        lambda torch, x: 3 @ x,
        lambda torch, x: torch.matmul(x, "a"),
        lambda torch, x: x @ torch.ones(2, 4, 3),
        lambda torch, x: torch.ones(2, 2, 3) @ torch.ones(3, 3, 3),
        lambda torch, x: torch.ones(2, 2, 3) @ torch.ones(2, 4, 3),
        lambda torch, x: torch.bmm(x, x),
        lambda torch, x: torch.bmm(x[None], x),
        lambda torch, x: torch.bmm(x[None], x[None]),
        lambda torch, x: torch.bmm(torch.ones(2, 2, 3), torch.ones(3, 3, 3)),
        lambda torch, x: torch.mv(x, x),
        lambda torch, x: torch.mv(x[0], x[0]),
        lambda torch, x: torch.mv(x, x[0, :2]),
        lambda torch, x: torch.dot(x, x),
        lambda torch, x: torch.dot(x[0], x[0, :2]),
        lambda torch, x: torch.dot(x[0], x[0].double()),
        lambda torch, x: torch.outer(x, x[0]),
        lambda torch, x: torch.outer(x[0], x),
        lambda torch, x: torch.mm(x, x.t().double()),
        lambda torch, x: x @ x[0].double(),
        lambda torch, x: x @ torch.ones(3, 2, dtype=torch.int64),
        lambda torch, x: x[None] @ torch.ones(1, 3, 2, dtype=torch.int64),
        lambda torch, x: torch.addmm(torch.ones(3), x, x.t()),
        lambda torch, x: torch.addmm(torch.ones(4, 2, 2), x, x.t()),
        lambda torch, x: torch.addmm(x, x, x),
        lambda torch, x: torch.addmm(torch.ones(2, 2).double(), x, x.t()),
        lambda torch, x: torch.baddbmm(torch.ones(3), x[None], x.t()[None]),
        lambda torch, x: torch.nn.functional.linear(x, x[:, :2]),
        lambda torch, x: torch.nn.functional.linear(x, x, torch.ones(3)),
        lambda torch, x: torch.nn.functional.linear(x, torch.ones(2, 3, 4)),
        lambda torch, x: torch.nn.functional.linear(x, x.double()),
        lambda torch, x: torch.nn.functional.linear(x, 3),
        lambda torch, x: torch.nn.functional.linear("a", x),
    ],
)
def test_what_is_refused(body):
    check(body, Input((2, 3)), raises=(RuntimeError, TypeError, IndexError))
