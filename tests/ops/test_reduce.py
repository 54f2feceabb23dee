"""Reductions, norms, running sums: results, gradients, errors. PyTorch: test/test_reductions.py."""

import math

import numpy as np
import pytest
from helpers import Input, array, check, numpy
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, FLOATS, dims, inputs, shapes

import minitorch

pytestmark = [
    pytest.mark.usefixtures("device"),
    pytest.mark.filterwarnings("ignore:.*degrees of freedom"),
]

OVER_DIMS = ("sum", "mean", "var", "std", "logsumexp", "amax", "amin")
OF_ANY_DTYPE = ("sum", "prod", "amax", "amin", "any", "all", "count_nonzero")


def some_dims(ndim: int):
    """One dimension, several different ones in any order and from either end, or None."""
    one = dims(ndim)
    several = st.lists(one, min_size=1, max_size=max(ndim, 1), unique_by=lambda dim: dim % max(ndim, 1))
    return st.one_of(one, several.map(tuple))


@given(data=st.data(), name=st.sampled_from(OVER_DIMS), keepdim=st.booleans())
def test_a_reduction_over_dimensions(data, name, keepdim):
    """Values, strides, gradients and second gradients for any layout and any dimensions."""
    input = data.draw(inputs(shape=shapes(min_side=1)))
    dim = data.draw(some_dims(len(input.shape)))
    check(
        lambda torch, x: getattr(torch, name)(x, dim, keepdim=keepdim),
        input,
        double=True,
        strides=True,
        rtol=1e-9,
        atol=1e-9,
    )


@given(
    input=inputs(shape=shapes(min_side=1)),
    name=st.sampled_from(("sum", "mean", "prod", "max", "min", "var", "std")),
)
def test_a_reduction_of_all_elements(input, name):
    check(lambda torch, x: getattr(torch, name)(x), input, double=True, rtol=1e-9, atol=1e-9)


@given(data=st.data(), name=st.sampled_from(OF_ANY_DTYPE))
def test_every_dtype(data, name):
    """The dtype of the result is PyTorch's; so are empty results."""
    input = data.draw(inputs(of=DTYPES))
    dim = data.draw(dims(len(input.shape)))
    check(lambda torch, x: getattr(torch, name)(x, dim), input, grad=False, strides=True, may_raise=True)


@given(
    input=inputs(of=DTYPES),
    name=st.sampled_from((*OF_ANY_DTYPE, "mean", "var", "max", "min", "median", "argmax")),
)
def test_every_dtype_of_all_elements(input, name):
    check(lambda torch, x: getattr(torch, name)(x), input, grad=False, may_raise=True)


@given(
    data=st.data(),
    name=st.sampled_from(("sum", "mean", "prod", "cumsum", "cumprod")),
    dtype=st.sampled_from(("float32", "float64", "int64")),
)
def test_a_dtype_asked_for(data, name, dtype):
    """The elements are converted before they are added."""
    input = data.draw(inputs(of=DTYPES, requires_grad=False))
    dim = data.draw(dims(len(input.shape)))
    check(lambda torch, x: getattr(torch, name)(x, dim, dtype=getattr(torch, dtype)), input, may_raise=True)


@given(data=st.data(), keepdim=st.booleans())
def test_prod_along_a_dimension(data, keepdim):
    input = data.draw(inputs(shape=shapes(min_side=1)))
    dim = data.draw(dims(len(input.shape)))
    check(
        lambda torch, x: torch.prod(x, dim, keepdim), input, double=True, strides=True, rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("zeros", [1, 2, 3])
@pytest.mark.parametrize("name", ["prod", "cumprod"])
def test_products_with_zeros(name, zeros):
    """The derivative does not divide by the zeros."""
    values = np.array([[3.0, -2.0, 5.0, 0.5], [1.0, 2.0, 4.0, -1.0]])
    values[0, :zeros] = 0
    check(lambda torch, x: getattr(torch, name)(x, 1), array(values, "float64"), double=True)
    if name == "prod":
        check(lambda torch, x: torch.prod(x), array(values, "float64"), double=True)


@given(data=st.data(), unbiased=st.booleans(), name=st.sampled_from(("var", "std", "var_mean", "std_mean")))
def test_deviations(data, unbiased, name):
    """Every way to say the correction."""
    input = data.draw(inputs(shape=shapes(min_dims=1, min_side=2)))
    dim = data.draw(some_dims(len(input.shape)))
    arguments = data.draw(
        st.sampled_from(
            ((dim, unbiased), (dim, unbiased, True), (unbiased,), (dim,), ((dim), {"correction": 0}))
        )
    )
    if isinstance(arguments[-1], dict):
        check(lambda torch, x: getattr(torch, name)(x, dim, **arguments[-1]), input, double=True, rtol=1e-9)
    else:
        check(lambda torch, x: getattr(torch, name)(x, *arguments), input, double=True, rtol=1e-9, atol=1e-10)


@given(data=st.data())
def test_sum_to_size(data):
    """Undoes broadcasting, from any layout."""
    input = data.draw(inputs())
    kept = data.draw(st.integers(0, len(input.shape)))
    size = [data.draw(st.sampled_from((1, side))) for side in input.shape[len(input.shape) - kept :]]
    check(lambda torch, x: x.sum_to_size(size), input, double=True)


@pytest.mark.parametrize(
    "name", ["sum", "mean", "prod", "amax", "amin", "max", "min", "any", "all", "argmax", "argmin"]
)
@pytest.mark.parametrize(
    "shape", [(3, 5), (64, 10), (7, 33, 9), (40_000,), (3, 40_000), (40_000, 3), (33, 40, 50)]
)
def test_every_size_of_work(name, shape):
    """Small and large, rows and columns; the large ones run in parallel and in pieces."""
    for dim in (None, *range(len(shape))):
        arguments = () if dim is None else (dim,)
        input = Input(shape, low=0.9, high=1.1) if name == "prod" else Input(shape)
        check(lambda torch, x: getattr(torch, name)(x, *arguments), input, grad=False, rtol=3e-6)  # noqa: B023


@pytest.mark.parametrize(
    "layout", ["contiguous", "transposed", "channels_last", "rotated", "sliced", "expanded"]
)
@pytest.mark.parametrize("dim", [(0, 2, 3), (1, 3), (0, 2), (1, 2), (0, 3), (3, 1), (0, 1, 2, 3), 1, 2])
def test_any_order_of_memory(layout, dim):
    """Several runs of reduced dimensions, and results whose dimensions lie in another order."""
    check(lambda torch, x: x.sum(dim), Input((3, 4, 5, 6), layout=layout), grad=False, strides=True)
    check(
        lambda torch, x: x.amax(dim, keepdim=True),
        Input((3, 4, 5, 6), layout=layout),
        grad=False,
        strides=True,
    )


def test_a_float32_sum_is_as_exact_as_float32_is():
    """Totals are float64: a million tenths add up to the float32 nearest to the truth."""
    tenths = np.full(1_000_003, 0.1, np.float32)
    assert minitorch.from_numpy(tenths).sum().item() == np.float32(np.float64(np.float32(0.1)) * 1_000_003)


@pytest.mark.parametrize(
    "shape, dim", [((200_000,), 0), ((300, 1000), 1), ((1000, 300), 0), ((4, 9, 50, 60), (0, 2, 3))]
)
def test_the_bits_do_not_depend_on_the_number_of_threads(shape, dim):
    import numba

    x = minitorch.from_numpy(Input(shape).numbers())
    before = numba.get_num_threads()
    results = []
    for threads in (1, before):
        numba.set_num_threads(threads)
        try:
            results.append(numpy(x.sum(dim)).tobytes())
        finally:
            numba.set_num_threads(before)
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.sum(2),
        lambda torch, x: x.sum((0, 0)),
        lambda torch, x: x.sum((1, -1)),
        lambda torch, x: x.mean(-3),
        lambda torch, x: x.prod(5),
        lambda torch, x: x.var((0, -2)),
        lambda torch, x: torch.sum(3),
        lambda torch, x: x.sum(0.5),
        lambda torch, x: x.sum("a"),
        lambda torch, x: x.sum(True),
        lambda torch, x: x.long().mean(),
        lambda torch, x: x.bool().mean(0),
        lambda torch, x: x.mean(dtype=torch.int64),
        lambda torch, x: x.long().var(),
        lambda torch, x: x.long().std(0),
        lambda torch, x: x.sum_to_size(2, 4),
        lambda torch, x: x.sum_to_size(2, 3, 4),
        lambda torch, x: x.logsumexp(3),
        lambda torch, x: x.any(2),
    ],
)
def test_errors(body):
    check(body, Input((3, 4), requires_grad=False), raises=Exception)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: (
            x.sum(),
            x.mean(),
            x.prod(),
            x.any(),
            x.all(),
            x.var(),
            x.norm(),
            x.count_nonzero(),
        ),
        lambda torch, x: (x.sum(0), x.mean(0), x.prod(0), x.any(0), x.all(0), x.logsumexp(0), x.cumsum(0)),
        lambda torch, x: (x.sum(1), x.mean(1), x.amax(1), x.max(1)[0], x.argmax(1), x.cumprod(1)),
    ],
)
def test_of_nothing(body):
    check(body, Input((0, 3)), grad=False, strides=True)


def test_too_few_elements_for_a_deviation():
    check(
        lambda torch, x: (x.var(), x.std(0), x.var(correction=3), x.std(correction=1)),
        array([1.5]),
        grad=False,
    )
    with pytest.warns(UserWarning, match=r"var\(\): degrees of freedom is <= 0"):
        minitorch.ones(1).var()


def test_extreme_values():
    """Infinities, and a logarithm of a sum of nothing but zeros."""
    inf = math.inf
    for values in ([inf, 1.0], [-inf, -inf], [inf, -inf], [1e38, 1e38], [-inf, 3.0], [math.nan, 1.0]):
        check(
            lambda torch, x: (
                x.logsumexp(0),
                x.amax(),
                x.max(0),
                x.norm(inf),
                x.std(),
                x.cumsum(0),
                x.cumprod(0),
            ),
            array(values, "float64"),
            grad=False,
        )


@pytest.mark.parametrize(
    "body, name",
    [
        (lambda x: x.sum(), "SumBackward0"),
        (lambda x: x.sum(1), "SumBackward1"),
        (lambda x: x.mean(), "MeanBackward0"),
        (lambda x: x.mean(0), "MeanBackward1"),
        (lambda x: x.prod(), "ProdBackward0"),
        (lambda x: x.prod(0), "ProdBackward1"),
        (lambda x: x.var(), "VarBackward0"),
        (lambda x: x.std(1), "StdBackward0"),
        (lambda x: x.amax(1), "AmaxBackward0"),
        (lambda x: x.max(), "MaxBackward1"),
        (lambda x: x.max(1).values, "MaxBackward0"),
        (lambda x: x.min(), "MinBackward1"),
        (lambda x: x.logsumexp(1), "LogsumexpBackward0"),
        (lambda x: x.norm(), "LinalgVectorNormBackward0"),
        (lambda x: x.cumsum(1), "CumsumBackward0"),
        (lambda x: x.sort().values, "SortBackward0"),
        (lambda x: x.topk(1).values, "TopkBackward0"),
        (lambda x: x.median(), "MedianBackward0"),
        (lambda x: x.median(0).values, "MedianBackward1"),
        (lambda x: x.softmax(1), "SoftmaxBackward0"),
    ],
)
def test_the_names_of_the_nodes(body, name):
    assert body(minitorch.ones(2, 3, requires_grad=True)).grad_fn.name() == name


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_mean_of_expanded_memory(dtype):
    check(lambda torch, x: x.expand(4, 3, 5).mean((0, 2)), Input((3, 5), dtype), double=True)


def test_any_of_no_dimensions_at_all():
    """Unlike sum(()), which is over all of them."""
    check(lambda torch, x: (x.any(()), x.all(()), x.sum(())), Input((2, 3), "int64"))
