"""gather, scatter, take, index_select and their kin. PyTorch: test/test_scatter_gather_ops.py."""

import numpy as np
import pytest
from helpers import Input, array, check, numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import DTYPES, dims, inputs, shapes

import minitorch

pytestmark = pytest.mark.usefixtures("device")


@st.composite
def along(draw, shape: tuple[int, ...], unique: bool = False):
    """A dimension, and indices into it of a shape that fits `shape` in the others."""
    dim = draw(dims(len(shape)))
    axis = dim % max(len(shape), 1)
    size = shape[axis] if shape else 1
    sizes = [draw(st.integers(0, each)) for each in shape]
    if shape:
        sizes[axis] = draw(st.integers(0, size if unique else 4)) if size else 0
    if unique and shape and size:  # a permutation per line: no place is named twice
        line = np.arange(size).reshape([-1 if i == axis else 1 for i in range(len(shape))])
        rng = np.random.default_rng(draw(st.integers(0, 9)))
        order = rng.permuted(np.broadcast_to(line, shape), axis=axis)
        return dim, order[tuple(slice(0, each) for each in sizes)]
    dtype = draw(st.sampled_from(["int64", "int64", "int32"]))
    return dim, draw(hnp.arrays(dtype, tuple(sizes), elements=st.integers(0, max(size - 1, 0))))


@given(st.data(), inputs())
def test_gather(data, input):
    """Values, strides and both derivatives, for any layout."""
    dim, index = data.draw(along(input.shape))
    check(lambda torch, x, i: torch.gather(x, dim, i), input, index, double=True, may_raise=True)


@given(st.data(), inputs(), st.sampled_from(["src", "value", "add", "larger src"]), st.booleans())
def test_scatter(data, input, kind, in_place):
    """Values or a number, replacing or adding, in a copy or in place."""
    dim, index = data.draw(along(input.shape, unique=kind != "add"))
    shape = tuple(size + 1 for size in index.shape) if kind == "larger src" else index.shape

    def body(torch, x, i, src):
        x = x.clone()
        if kind == "value":
            return x.scatter_(dim, i, 3) if in_place else x.scatter(dim, i, 3)
        if kind == "add":
            return x.scatter_add_(dim, i, src) if in_place else x.scatter_add(dim, i, src)
        return x.scatter_(dim, i, src) if in_place else x.scatter(dim, i, src)

    # PyTorch has no gradient for a src that is larger than the index.
    source = Input(shape, input.dtype, requires_grad=kind != "larger src")
    check(body, input, index, source, double=not in_place, may_raise=True)


@given(st.data(), inputs(shape=shapes(min_side=1), of=DTYPES))
def test_moving_any_dtype(data, input):
    """Elements are moved, whatever they are; bool adds as "or"."""
    dim, index = data.draw(along(input.shape, unique=True))
    src = Input(index.shape, input.dtype, seed=5)

    def body(torch, x, i, src):
        x = x.clone()
        return x.gather(dim, i), x.scatter(dim, i, src), x.scatter_add(dim, i, src), x.scatter(dim, i, 1)

    check(body, input, index, src, grad=False)


@given(st.data(), inputs(shape=shapes(min_side=1)))
def test_take(data, input):
    """Positions of the flattened tensor, from either end."""
    size = int(np.prod(input.shape))
    index = data.draw(hnp.arrays("int64", shapes(max_dims=2), elements=st.integers(-size, size - 1)))
    check(lambda torch, x, i: torch.take(x, i), input, index, double=True, strides=True)


@given(st.data(), inputs(shape=shapes(min_dims=1, min_side=1)))
def test_take_along_dim(data, input):
    """Index and input broadcast; negative indices count from the end."""
    dim = data.draw(dims(len(input.shape)))
    sizes = [1 if data.draw(st.booleans()) else size for size in input.shape]
    sizes[dim] = data.draw(st.integers(1, 3))
    bound = input.shape[dim]
    index = data.draw(hnp.arrays("int64", tuple(sizes), elements=st.integers(-bound, bound - 1)))
    check(lambda torch, x, i: torch.take_along_dim(x, i, dim), input, index, double=True, strides=True)


@given(st.data(), inputs(shape=shapes(min_side=1)))
def test_index_select(data, input):
    """Slices named by a vector, or by one number."""
    dim = data.draw(dims(len(input.shape)))
    size = input.shape[dim] if input.shape else 1
    shape = data.draw(st.sampled_from([(), (1,), (0,), (4,)])) if input.shape else (1,)
    index = data.draw(hnp.arrays("int64", shape, elements=st.integers(0, size - 1)))
    check(lambda torch, x, i: torch.index_select(x, dim, i), input, index, double=True, strides=True)


@pytest.mark.parametrize("kind", ["add", "copy", "fill"])
@given(data=st.data(), input=inputs(shape=shapes(min_dims=1, min_side=1)), in_place=st.booleans())
def test_index_add_copy_fill(kind, data, input, in_place):
    """Slices named by a vector are added to, replaced, filled with a number or a tensor."""
    dim = data.draw(dims(len(input.shape)))
    size = input.shape[dim]
    if kind == "copy":
        index = np.array(data.draw(st.lists(st.integers(0, size - 1), unique=True, max_size=size)), "int64")
    else:
        index = data.draw(hnp.arrays("int64", st.integers(0, 4), elements=st.integers(0, size - 1)))
    sizes = list(input.shape)
    sizes[dim] = len(index)
    number = data.draw(st.sampled_from([None, 2]))

    def body(torch, x, i, source, value):
        x = x.clone()
        if kind == "add":
            alpha = number or 1
            add = x.index_add_ if in_place else x.index_add
            return add(dim, i, source, alpha=alpha)
        if kind == "copy":
            return x.index_copy_(dim, i, source) if in_place else x.index_copy(dim, i, source)
        fill = x.index_fill_ if in_place else x.index_fill
        return fill(dim, i, value if number is None else number)

    check(body, input, index, Input(tuple(sizes), input.dtype), Input((), input.dtype), double=not in_place)


BAD = """
x.gather(0, L(2, 4, 4))
x.gather(3, L(2, 4, 4))
x.gather(0, L(2, 3))
x.gather(0, L(1, 1, 1) + 5)
x.gather(0, L(1, 1, 1) - 1)
x.gather(2, L(1, 1, 1) + 4)
x.gather(0, L(1, 1, 1).float())
x.scatter(0, L(2, 3, 4), torch.ones(1, 3, 4))
x.scatter(1, L(3, 3, 4), torch.ones(3, 3, 4))
x.scatter(0, L(2, 3), torch.ones(2, 3))
x.scatter(0, L(2, 3, 4), torch.ones(2, 3))
x.scatter(0, L(1, 1, 1) + 2, 1.0)
x.scatter(0, L(1, 1, 1) - 1, torch.ones(1, 1, 1))
x.scatter(0, L(1, 1, 1).float(), 1.0)
x.scatter(0, L(1, 1, 1), torch.ones(1, 1, 1).long())
x.scatter(0, L(1, 1, 1), 2.0, reduce="foo")
x.scatter(0, L(1, 1, 1), torch.tensor(1.0))
x.scatter_add(0, L(1, 1, 1) + 2, torch.ones(1, 1, 1))
x.scatter_add(0, L(2, 1, 1), torch.ones(1, 1, 1))
x.long().scatter(0, L(1, 1, 1), float("inf"))
x.index_select(0, L(2).float())
x.index_select(0, L(1, 2))
x.index_select(0, L(2) + 2)
x.index_select(0, L(2) - 1)
x.index_select(3, L(2))
x[0, 0, 0].index_select(0, L(2))
x[:, :0].index_select(1, L(2))
x.index_add(0, L(2), torch.ones(3, 3, 4))
x.index_add(0, L(2), torch.ones(2, 4, 4))
x.index_add(0, L(2), torch.ones(2, 4))
x.index_add(0, L(2) + 2, torch.ones(2, 3, 4))
x.index_add(0, L(2) - 1, torch.ones(2, 3, 4))
x.index_add(0, L(1, 2), torch.ones(2, 3, 4))
x.index_add(0, L(2).float(), torch.ones(2, 3, 4))
x.index_add(0, L(2), torch.ones(2, 3, 4).long())
x.index_copy(0, L(2), torch.ones(3, 3, 4))
x.index_copy(0, L(2), torch.ones(2, 4, 4))
x.index_copy(0, L(2), torch.ones(2, 4))
x.index_copy(0, L(2), torch.tensor(1.0))
x.index_copy(0, L(2) + 2, torch.ones(2, 3, 4))
x.index_copy(0, L(2) - 1, torch.ones(2, 3, 4))
x.index_copy(0, L(2).int(), torch.ones(2, 3, 4))
x.index_copy(0, L(2), torch.ones(2, 3, 4).long())
x.index_copy(0, L(1, 2), torch.ones(2, 3, 4))
x.index_fill(0, L(2), torch.tensor([1]))
x.index_fill(0, L(2) + 2, 1)
x.index_fill(0, L(2) - 3, 1)
x.index_fill(0, L(2).int(), 1)
x.index_fill(0, L(1, 2), 1)
x.byte().index_fill(0, L(2), 300)
x.take(torch.tensor([24]))
x.take(torch.tensor([-25]))
x.take(L(2).int())
x[:0].take(L(2))
torch.take_along_dim(x, L(1, 1), 0)
torch.take_along_dim(x, L(5, 2, 1), 0)
torch.take_along_dim(x, L(5, 1, 1).int(), 0)
torch.take_along_dim(x, L(5, 1, 1), 4)
x.index_put(L(2), torch.tensor(1.0))
x.index_put((L(2),), 1.0)
x.index_put((None, L(2)), torch.tensor(1.0))
x.index_put((L(2),) * 4, torch.tensor(1.0))
x.index_put((L(2),), torch.ones(5))
x.index_put((L(2),), torch.tensor(1))
x.index_put((L(2).float(),), torch.tensor(1.0))
x.index_put((L(2) + 5,), torch.tensor(1.0))
""".strip().split("\n")


@pytest.mark.parametrize("code", BAD)
def test_bad_arguments_are_refused(code):
    """The same exception with the same words."""

    def body(torch, x):
        eval(code, {"torch": torch, "x": x, "L": lambda *shape: torch.zeros(*shape, dtype=torch.long)})

    check(body, Input((2, 3, 4)), raises=Exception)


def test_take_along_dim_checks_its_indices():
    """PyTorch 2.13 wraps an index out of range around silently; here it is an error, as for gather."""
    x = minitorch.zeros(2, 3)
    for wrong in (3, -4):
        with pytest.raises(RuntimeError, match=f"index {wrong} is out of bounds for dimension 1 with size 3"):
            minitorch.take_along_dim(x, minitorch.tensor([[wrong]]), 1)


NODES = [
    "x.gather(0, i)", "x.scatter(0, i, s)", "x.scatter(0, i, 1.0)", "x.scatter_add(0, i, s)", "x.take(i)",
    "x.take_along_dim(i, 0)", "x.index_select(0, i[0])", "x.index_add(0, i[0], x[:1])",
    "x.index_fill(0, i[0], 1)", "x.index_copy(0, i[0], x[:1])", "x.index_fill(0, i[0], x[0, 0])",
    "x.index_put((i,), s)", "x.masked_fill(x > 0, 1)", "x.masked_fill(x > 0, x[0, 0])",
    "x.masked_select(x > 0)", "torch.nn.functional.embedding(i, x)",
]  # fmt: skip


@pytest.mark.parametrize("code", NODES)
def test_nodes_are_named_as_in_torch(code):
    """The node of each operation."""

    def body(torch, x, i, s):
        return eval(code, {"torch": torch, "x": x, "i": i, "s": s}).grad_fn.name()

    check(body, Input((2, 3)), array([[0]]), array([[1.5]], requires_grad=False))


@pytest.mark.parametrize("dtype", ["float32", "bool"])
def test_equal_indices_add_in_order(dtype):
    """The sum is the one that a loop in the order of the indices gives, bit for bit."""
    rng = np.random.default_rng(0)
    index = rng.integers(0, 7, 50_000)
    values = rng.standard_normal(50_000).astype(np.float32) > 1.5 if dtype == "bool" else None
    values = rng.standard_normal(50_000).astype(np.float32) if values is None else values
    expected = np.zeros(7, values.dtype)
    np.add.at(expected, index, values)
    x = minitorch.zeros(7, dtype=getattr(minitorch, dtype))
    x.index_add_(0, minitorch.tensor(index), minitorch.tensor(values))
    assert (numpy(x) == expected).all()


@pytest.mark.parametrize("name", ["select", "slice", "diagonal"])
def test_gradient_of_a_replaced_part(name):
    """The input's is zero where it was replaced, which is not symmetrical here; the rest of it arrives."""
    place, shape = {"select": ((0, 2), (4,)), "slice": ((0, 1, 2), (1, 4)), "diagonal": ((1,), (3,))}[name]
    check(lambda torch, x, part: getattr(torch, f"{name}_scatter")(x, part, *place), Input((3, 4)), Input(shape), double=True)


def test_gradient_of_what_fills_a_tensor():
    check(lambda torch, x, value: torch.fill(x, value) * torch.arange(6.0).view(2, 3), Input((2, 3)), Input(()), double=True)


def test_gradient_of_a_replaced_window():
    """Against finite differences: PyTorch 2.13 gives the input the gradient of the part that was replaced, not of the rest."""
    x, part = (minitorch.randn(shape, dtype=minitorch.float64, requires_grad=True) for shape in ((3, 4), (2, 2)))
    assert minitorch.autograd.gradcheck(lambda x, part: minitorch.as_strided_scatter(x, part, (2, 2), (4, 1), 1), (x, part))
