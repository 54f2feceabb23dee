"""x[index] and x[index] = value, as PyTorch does them. PyTorch: test/test_indexing.py."""

import math

import numpy as np
import pytest
from helpers import Input, check, first_line, needs_torch, numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import DTYPES, inputs, shapes

import minitorch

try:
    import torch
except ImportError:
    torch = None

pytestmark = [
    pytest.mark.usefixtures("device"),
    pytest.mark.filterwarnings("ignore:Using a non-tuple sequence", "ignore:indexing with dtype torch.uint8"),
]


class Picked:
    """An index made of numbers: a tensor, array or list, made anew in each library."""

    def __init__(self, values: np.ndarray, kind: str):
        self.values = values
        self.kind = kind

    def make(self, library):
        if self.kind == "list":
            return self.values.tolist()
        return self.values.copy() if self.kind == "numpy" else library.tensor(self.values)

    def __repr__(self) -> str:
        return f"{self.kind}({self.values.tolist()}, {self.values.dtype})"


def made(library, index):
    """The index with its tensors."""
    if isinstance(index, tuple):
        return tuple(made(library, item) for item in index)
    return index.make(library) if isinstance(index, Picked) else index


@st.composite
def positions(draw, size: int, shape: tuple[int, ...]):
    """Integers that pick elements of a dimension; now and then one is out of range."""
    bound = size + 1 if draw(st.integers(0, 15)) == 0 else size
    count = math.prod(shape)
    if bound == 0:
        shape, count = (0,), 0
    values = draw(st.lists(st.integers(-bound, bound - 1), min_size=count, max_size=count)) if count else []
    dtype = draw(st.sampled_from(["int64", "int64", "int32"]))
    kind = draw(st.sampled_from(["tensor", "tensor", "list", "numpy"]))
    return Picked(np.array(values, dtype).reshape(shape), kind)


@st.composite
def masks(draw, shape: tuple[int, ...]):
    """A mask of one shape, as bool or as the uint8 of old programs."""
    count = math.prod(shape)
    values = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool).reshape(shape)
    return Picked(values.astype(draw(st.sampled_from(["bool", "bool", "uint8"]))), "tensor")


def slices(size: int):
    """Slices with positive steps, in range and beyond."""
    ends = st.one_of(st.none(), st.integers(-size - 2, size + 2))
    return st.builds(slice, ends, ends, st.one_of(st.none(), st.integers(1, 3)))


@st.composite
def basic(draw, shape: tuple[int, ...]):
    """An index of integers, slices, None and ...: always a view."""
    items = []
    for size in shape[: draw(st.integers(0, len(shape)))]:
        if size and draw(st.booleans()):
            items.append(draw(st.integers(-size, size - 1)))
        else:
            items.append(draw(slices(size)))
    for _ in range(draw(st.integers(0, 2))):
        items.insert(draw(st.integers(0, len(items))), None)
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


@st.composite
def anything(draw, shape: tuple[int, ...]):
    """Any mix of basic and advanced indices, most of them valid."""
    common = draw(st.lists(st.integers(0, 3), min_size=1, max_size=2).map(tuple))
    items, axis = [], 0
    stop = draw(st.integers(0, len(shape)))
    while axis < stop:
        size = shape[axis]
        kind = draw(st.sampled_from(["int", "slice", "positions", "positions", "mask"]))
        if kind == "int" and size:
            items.append(draw(st.integers(-size, size - 1)))
        elif kind == "positions":
            kept = draw(st.integers(1, len(common)))
            block = tuple(1 if draw(st.integers(0, 3)) == 0 else each for each in common[-kept:])
            items.append(draw(positions(size, block)))
        elif kind == "mask":
            ndim = draw(st.integers(1, min(2, stop - axis)))
            items.append(draw(masks(shape[axis : axis + ndim])))
            axis += ndim - 1
        else:
            items.append(draw(slices(size)))
        axis += 1
    for extra in draw(st.lists(st.sampled_from([None, None, True, False]), max_size=1)):
        items.insert(draw(st.integers(0, len(items))), extra)
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


@given(st.data(), inputs())
def test_basic_indices_are_views(data, input):
    """Shape, strides, offset, sharing of memory and both derivatives."""
    index = data.draw(basic(input.shape))

    def body(library, x):
        y = x[index]
        shared = y.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
        return y, shared or y.numel() == 0, y._is_view()

    check(body, input, double=True, strides=math.prod(input.shape) > 0, may_raise=True)


@given(st.data(), inputs())
def test_all_indices(data, input):
    """Values, strides, view or copy, errors and both derivatives, whatever the source's strides."""
    index = data.draw(anything(input.shape))

    def body(library, x):
        y = x[made(library, index)]
        return y, y._is_view(), y.stride() if y.numel() else None

    check(body, input, double=True, may_raise=True)


@given(st.data(), inputs(of=DTYPES))
def test_indexing_any_dtype(data, input):
    """Elements are moved, whatever they are."""
    index = data.draw(anything(input.shape))
    check(lambda library, x: x[made(library, index)], input, grad=False, may_raise=True)


def distinct(index) -> bool:
    """Whether no element can be named twice (assignment is then undefined), nor by an uint8 mask.

    PyTorch refuses to assign a number through the latter; here it is a mask as anywhere else.
    """
    items = index if isinstance(index, tuple) else (index,)
    return all(item.values.dtype.kind == "b" for item in items if isinstance(item, Picked))


@st.composite
def assigned(draw, shape: tuple[int, ...]):
    """An index without duplicates."""
    return draw(anything(shape).filter(distinct))


@given(st.data(), inputs(), st.sampled_from(["number", "0-d", "same", "row", "ones before", "wrong"]))
def test_assignment(data, input, kind):
    """x[index] = value: the tensor after it, and the gradients of what was there and of the value."""
    if input.layout == "expanded":
        input = Input(input.shape, input.dtype, "sliced", seed=input.seed)
    index = data.draw(assigned(input.shape))

    def body(library, x):
        x = x.clone()
        place = made(library, index)
        shape = tuple(x[place].shape)
        if not math.prod(shape):
            return x
        if kind == "number":
            x[place] = 7
            return x
        wrong = (*shape[:-1], shape[-1] + 1) if shape else (2,)
        others = {"0-d": (), "row": shape[-1:], "ones before": (1, 1, *shape), "wrong": wrong}
        shape = others.get(kind, shape)
        value = library.arange(float(math.prod(shape)), dtype=x.dtype).reshape(shape).requires_grad_()
        x[place] = value
        (grad,) = library.autograd.grad((x * x).sum(), value, allow_unused=True, retain_graph=True)
        return x, grad

    check(body, input, may_raise=True)


NUMBERS = [0, 1, True, 2.5, -3, 300, 2**40, 1e300, float("nan"), float("inf")]


@given(st.data(), inputs(of=DTYPES), st.sampled_from(NUMBERS))
def test_assigning_numbers_to_any_dtype(data, input, value):
    """Numbers are cast as PyTorch casts them, and those that do not fit are refused in its words."""
    if input.layout == "expanded":
        input = Input(input.shape, input.dtype, seed=input.seed)
    index = data.draw(assigned(input.shape))

    def body(library, x):
        place = made(library, index)
        if x[place].numel():
            x[place] = value
        return x

    check(body, input, grad=False, may_raise=True)


@given(st.data(), st.sampled_from(["contiguous", "transposed", "sliced"]))
def test_accumulating_index_put(data, layout):
    """Equal indices add up, in order; both arguments get gradients."""
    shape = data.draw(shapes(min_dims=1, max_dims=3, min_side=1))
    block = data.draw(shapes(min_dims=1, max_dims=2, max_side=3))
    used = data.draw(st.integers(1, len(shape)))
    indices = [data.draw(hnp.arrays("int64", block, elements=st.integers(-n, n - 1))) for n in shape[:used]]

    def body(library, x, values):
        return x.index_put(tuple(library.tensor(each) for each in indices), values, accumulate=True)

    x, values = Input(shape, "float64", layout), Input((*block, *shape[used:]), "float64")
    check(body, x, values, double=True, strides=1 not in shape)


BAD = [
    "x[5]", "x[-3]", "x[0, 5]", "x[None, 5]", "x[..., 9]", "x[0, 0, 0, 0]", "x[:, :, :, :]",
    "x[:, :, :, [0]]", "x[::0]", "x[::-1]", "x[1.0:2]", "x['a':]", "x[1.0]", "x[{}]", "x[object()]",
    "x[10**20]", "x[0, -10**20]", "x[torch.tensor(1.0)]", "x[torch.tensor([1.0])]",
    "x[torch.tensor([0, 2])]", "x[:, torch.tensor([0, -4])]", "x[torch.tensor([0]), :, torch.tensor([7])]",
    "x[torch.tensor([0, 1]), torch.tensor([0, 1, 2])]", "x[torch.tensor([0, 9]), torch.tensor([9, 0])]",
    "x[torch.tensor([True, False, True])]", "x[:, torch.tensor([[True, False]])]",
    "x[0:0][torch.tensor([0])]", "x[0, 0, 0][0]", "x[0, 0, 0][:]", "x[0, 0, 0][[0]]", "x[5:6][0]",
    "x[np.float32(1)]", "x[np.bool_(True)]", "x['a']", "x[b'a']",
]  # fmt: skip


@pytest.mark.parametrize("code", BAD)
def test_bad_indices_are_refused(code):
    """The same exception with the same words, and nothing is read."""
    check(
        lambda library, x: eval(code, {"torch": library, "x": x, "np": np}),
        Input((2, 3, 4)),
        raises=Exception,
    )


BAD_ASSIGNMENTS = [
    "x[0] = [1, 2]", "x[0] = np.ones(4)", "x[0] = np.float32(3)", "x[0] = 'a'", "x[0] = None", "x[0] = 1j",
    "x[0] = torch.ones(5)", "x[0] = torch.ones(2, 3, 4)", "x[[0]] = torch.ones(5)",
    "x[[0]] = torch.ones(2, 3, 4)", "x[[0]] = torch.ones(4).long()", "x[x > 0] = torch.ones(99)",
    "x[5] = 1", "x[[5]] = 1", "x[True] = torch.ones(9)", "x[False, 0] = torch.ones(9)", "x[1.0] = 1",
    "x[::-1] = 1", "x[0] = 10**30", "x[0:1] = torch.ones(0)", "x.long()[0] = float('nan')",
    "x.byte()[0] = 300", "x.int()[[0]] = 2**40", "x[0] = torch.ones(3, 5)", "x[0, 0, 0] = torch.ones(2)",
    "torch.zeros(1).expand(3)[:] = 1",
]  # fmt: skip


@pytest.mark.parametrize("code", BAD_ASSIGNMENTS)
def test_bad_assignments_change_nothing(code):
    """The same exception with the same words, before anything is written."""
    before = None

    def body(library, x):
        nonlocal before
        before = x.clone() if library is minitorch else before
        try:
            exec(code, {"torch": library, "x": x, "np": np})
        finally:
            if library is minitorch:
                assert (numpy(x) == numpy(before)).all()

    check(body, Input((2, 3, 4), requires_grad=False), raises=Exception)


@pytest.mark.parametrize("wrong", [3, -4, 2**31, -(2**31), 2**63 - 1, -(2**63)])
@pytest.mark.parametrize("place", [0, 1, 5])
def test_no_foreign_memory(wrong, place):
    """An index out of range is found wherever it stands, however far off, before anything is touched."""
    values = np.zeros(6, np.int64)
    values[place] = wrong
    index = minitorch.tensor(values)
    x = minitorch.zeros(3, 2)
    with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for dimension 0 with size 3"):
        x[index]
    with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for dimension 0 with size 3"):
        x[index] = 1
    assert numpy(x).sum() == 0 and x._version == 0


def test_the_index_may_change_after_the_forward_pass():
    """Memory shared with NumPy may change unseen: the backward pass uses the indices that were checked."""
    positions = np.array([0, 1])
    x = minitorch.zeros(2, requires_grad=True)
    y = x[minitorch.from_numpy(positions)]
    positions[:] = 10**12
    y.backward(minitorch.tensor([3.0, 4.0]))
    assert x.grad.tolist() == [3, 4]


def test_an_index_changed_in_place_is_noticed():
    """As any saved tensor."""

    def body(library, x):
        index = library.tensor([0, 1])
        y = x[index]
        index += 1
        y.sum().backward()

    check(body, Input((3,)), raises=RuntimeError, text=False)  # the hint at the end differs by release


def test_backward_twice_needs_the_indices():
    """The graph keeps the indices, and frees them."""

    def body(library, x):
        y = x[library.tensor([0, 1])].sum()
        y.backward()
        y.backward()

    check(body, Input((3,)), raises=RuntimeError)


EXPRESSIONS = [
    "x[0]", "x[:]", "x[...]", "x[()]", "x[0, 1]", "x[:, 0]", "x[:, :]", "x[0:1]", "x[None]", "x[[0]]",
    "x[:, [0]]", "x[0, [0]]", "x[True]", "x[x > 3]", "x[torch.tensor(0)]", "x[np.array(1)]", "x[1:2, [0]]",
]  # fmt: skip


@pytest.mark.parametrize("code", EXPRESSIONS)
def test_nodes_are_named_as_in_torch(code):
    """The chain of nodes behind an index."""

    def body(library, x):
        node, names = eval(code, {"torch": library, "x": x, "np": np}).grad_fn, []
        while node is not None:
            names.append(node.name().rpartition("::")[2])
            node = node.next_functions[0][0] if node.next_functions else None
        return names

    check(body, Input((2, 3, 4)))


def test_history_of_a_view_made_before_an_assignment():
    """Views made before a recorded write belong to the graph after it."""

    def body(library, x):
        a = library.zeros(3, 4, dtype=x.dtype)
        row = a[1]
        a[1:3] = x * 2
        return row * 3

    check(body, Input((2, 4), "float64"))


def test_history_of_assignments():
    """Writing a recorded value makes the written tensor, and views of it, part of the graph."""

    def body(library, x, w):
        a = library.zeros(3, 4, dtype=x.dtype)
        a[0] = w
        a[[1, 2], 1:3] = (x * 2)[:, :2]
        a[a < 0] = 0.5
        before = a._version
        a[1, 3] = w.sum()
        row = a[1]
        return a * a, row * 3, a.requires_grad, row.requires_grad, a._version - before

    check(body, Input((2, 4), "float64"), Input((4,), "float64"))


def test_writing_into_a_leaf_is_refused():
    """In PyTorch's words."""

    def body(library, x):
        x[0] = 1

    check(body, Input((3,)), raises=RuntimeError)


@needs_torch
@pytest.mark.parametrize(
    "code", ["x[[slice(None), 1]]", "x[[[0, 1], [1, 0]]]", "x[torch.tensor([1, 0], dtype=torch.uint8)]"]
)
def test_warnings(code):
    """Old ways to index warn in both libraries."""
    texts = []
    for library in (minitorch, torch):
        with pytest.warns(UserWarning) as caught:
            eval(code, {"torch": library, "x": library.zeros(2, 3)})
        texts.append(first_line(caught[0].message).partition(" (Triggered")[0])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("threads", [1, 2])
def test_large_indexing(threads):
    """The parallel loops give what the serial ones would, for any number of threads."""
    rng = np.random.default_rng(0)
    table = rng.standard_normal((500, 300)).astype(np.float32)
    index = rng.integers(0, 500, 2000)
    weights = rng.standard_normal((2000, 300)).astype(np.float32)
    expected = np.zeros_like(table)
    for row, weight in zip(index, weights):
        expected[row] += weight
    before = minitorch.get_num_threads()
    minitorch.set_num_threads(threads)
    try:
        x = minitorch.tensor(table, requires_grad=True)
        y = x[minitorch.tensor(index)]
        assert (numpy(y) == table[index]).all()
        y.backward(minitorch.tensor(weights))
        assert (numpy(x.grad) == expected).all()
        transposed = minitorch.tensor(table.T.copy()).t()[minitorch.tensor(index)]
        assert (numpy(transposed) == table[index]).all()
    finally:
        minitorch.set_num_threads(before)
