"""Tensors print character for character as PyTorch's. PyTorch: test/test_torch.py (test_print)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minitorch
from minitorch import _tensor_str

torch = pytest.importorskip("torch", reason="the printed text is compared with PyTorch's")

DTYPES = ["float32", "float64", "int64", "int32", "uint8", "bool"]
AWKWARD = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-4, 9.9e-5, 1e8, 1.1e8, 1e3, 1000.5, 1e-30, 123456.0, -7.25]
RECENT = tuple(int(part) for part in torch.__version__.split(".")[:2]) >= (2, 13)
AWKWARD += [float("nan"), float("inf"), float("-inf"), 99999.99999, 0.99999]


@pytest.fixture(autouse=True)
def default_options():
    """Both libraries start each test with the default print options."""
    yield
    minitorch.set_printoptions(profile="default")
    torch.set_printoptions(profile="default")


def same(array: np.ndarray) -> None:
    """The array prints alike as a tensor of either library."""
    assert repr(minitorch.tensor(array)) == repr(torch.tensor(array))


def numbers(dtype: str):
    """Numbers that reach every style of printing."""
    if dtype == "bool":
        return st.booleans()
    if dtype.startswith("float"):
        width = 32 if dtype == "float32" else 64
        return st.one_of(
            st.sampled_from(AWKWARD).map(lambda x: float(np.float32(x)) if width == 32 else x),
            st.floats(width=width),
            st.floats(-10, 10, width=width),
            st.integers(-5000, 5000).map(float),
        )
    limits = np.iinfo(dtype)
    return st.one_of(st.integers(limits.min, limits.max), st.integers(0, 20))


@st.composite
def arrays(draw):
    """Arrays of every dtype with zero to four dimensions, some of them long enough to be summarised."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
    array = draw(hnp.arrays(dtype, shape, elements=numbers(dtype)))
    if array.size and array.ndim and draw(st.booleans()):
        repeats = [draw(st.sampled_from([1, 2, 7, 30])) for _ in shape]
        array = np.tile(array, repeats) if array.size * np.prod(repeats) < 20_000 else array
    return array


@given(arrays())
@settings(max_examples=400, deadline=None)
def test_every_array_prints_as_in_torch(array):
    """Style, columns, line breaks, summaries and notes about size and dtype are PyTorch's."""
    same(array)


@given(
    arrays(),
    st.fixed_dictionaries(
        {},
        optional={
            "precision": st.integers(0, 8),
            "threshold": st.integers(0, 50),
            "edgeitems": st.integers(1, 4),
            "linewidth": st.integers(10, 120),
            "profile": st.sampled_from(["default", "short", "full"]),
            # Older releases chose the columns' width before they looked at sci_mode.
            "sci_mode": st.sampled_from([None, True, False] if RECENT else [None]),
        },
    ),
)
@settings(max_examples=300, deadline=None)
def test_print_options(array, options):
    """set_printoptions means the same in both libraries."""
    minitorch.set_printoptions(**options)
    torch.set_printoptions(**options)
    try:
        same(array)
        assert _tensor_str.get_printoptions() == torch._tensor_str.get_printoptions()
    finally:
        minitorch.set_printoptions(profile="default")
        torch.set_printoptions(profile="default")


@pytest.mark.skipif(not RECENT, reason="the size was not printed by older releases")
@pytest.mark.parametrize("shape", [(), (0,), (3,), (40, 40)])
def test_without_edge_items_the_size_is_named(shape):
    """edgeitems=0 prints no element of a summary, and so says how many there are."""
    minitorch.set_printoptions(edgeitems=0)
    torch.set_printoptions(edgeitems=0)
    same(np.ones(shape, "float32"))


def test_printoptions_as_a_context_puts_back_what_was():
    """The options return to what they were, also after an error."""
    before = _tensor_str.get_printoptions()
    with pytest.raises(ZeroDivisionError), _tensor_str.printoptions(precision=2):
        assert repr(minitorch.tensor([1.2345])) == "tensor([1.23])"
        raise ZeroDivisionError
    assert _tensor_str.get_printoptions() == before


@pytest.mark.parametrize(
    "shape", [(), (3,), (0,), (0, 2), (2, 3, 0), (1001,), (40, 40), (2, 3, 4, 5), (7, 8, 9, 10)]
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes_and_dtypes(shape, dtype):
    """Empty tensors name their size, uncommon dtypes are named, long tensors are summarised."""
    same((np.arange(np.prod(shape, dtype=int)) % 251).reshape(shape).astype(dtype))


@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 0), (30,)])
def test_history_is_printed(shape):
    """A leaf says requires_grad=True, a result names its grad_fn, a Parameter says what it is."""
    values = np.linspace(0, 1, int(np.prod(shape))).reshape(shape).astype("float32")
    texts = []
    for library in (minitorch, torch):
        leaf = library.tensor(values, requires_grad=True)
        parameter = library.nn.Parameter(leaf.detach())
        texts.append([repr(leaf), repr(leaf * 2), repr(leaf.detach()), repr(parameter)])
    assert texts[0] == texts[1]


def test_default_dtype_decides_what_is_named():
    """With float64 as the default, float32 is named and float64 is not."""
    minitorch.set_default_dtype(minitorch.float64)
    torch.set_default_dtype(torch.float64)
    try:
        for dtype in DTYPES:
            same(np.ones((2,), dtype))
            same(np.ones((0,), dtype))
    finally:
        minitorch.set_default_dtype(minitorch.float32)
        torch.set_default_dtype(torch.float32)


def test_strided_windows_print_their_elements():
    """What is printed is the window, not the memory behind it."""
    for library in (minitorch, torch):
        x = library.arange(24).reshape(4, 6)
        assert repr(x.t()[1::2, :2]) == "tensor([[ 1,  7],\n        [ 3,  9],\n        [ 5, 11]])"
        expanded = library.tensor([1.5]).expand(2, 2)
        assert repr(expanded) == "tensor([[1.5000, 1.5000],\n        [1.5000, 1.5000]])"


@pytest.mark.parametrize("spec", ["", ".3f", "8.2e", ">10", "d", "x", "%", "nonsense"])
@pytest.mark.parametrize("value", [3, 2.5, True, [1.0], float("nan")])
def test_format(spec, value):
    """A tensor of no dimensions formats as its number; others take no format."""
    results = []
    for library in (minitorch, torch):
        try:
            results.append(format(library.tensor(value), spec))
        except (TypeError, ValueError) as error:
            results.append((type(error), str(error)))
    assert results[0] == results[1]


def test_contents_can_be_replaced():
    """The notes stay where other text stands for the values."""
    ours = _tensor_str.tensor_str(minitorch.ones(2, dtype=minitorch.int32), "...")
    assert ours == torch.ones(2, dtype=torch.int32).__repr__(tensor_contents="...")
