"""To and from Python, NumPy, other dtypes and libraries. PyTorch: test/test_numpy_interop.py."""

import itertools
import warnings

import numpy as np
import places
import pytest
import strategies
from helpers import LAYOUTS, Input, array, check
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

import minitorch

pytestmark = pytest.mark.usefixtures("device")

DATA = [
    1, 1.5, True, [], [[]], [1, 2], [1, 2.5], [True, False], [True, 2], [[1, 2], [3, 4]], [[1.0], [2]], (1,
    2), [(1, 2), [3, 4]],
    [[], []], [[[1]]], 2**40, float("nan"), np.float32(1.5), np.int64(3), np.bool_(True), [np.float32(1),
    2.5],
    [np.float64(1)], [np.int32(1), 2], range(3),
]  # fmt: skip


@pytest.mark.parametrize("data", DATA)
def test_tensor_of_python_data(data):
    check(lambda torch: torch.tensor(data), strides=True)
    if "numpy" in repr(data) or "np." in repr(data):
        return  # PyTorch converts some of NumPy's scalars to some dtypes
    for dtype in strategies.DTYPES:
        check(lambda torch, dtype: torch.tensor(data, dtype=getattr(torch, dtype)), dtype, may_raise=True)


@given(data=st.data())
def test_nested_lists(data):
    """What tolist() gives makes the same tensor again."""
    numbers = data.draw(st_numpy.arrays(data.draw(strategies.dtypes()), data.draw(strategies.shapes())))
    check(lambda torch: torch.tensor(numbers.tolist()))
    check(lambda torch, x: x.tolist(), array(np.nan_to_num(numbers), numbers.dtype.name), grad=False)


@pytest.mark.parametrize(
    "data",
    [
        [1, [2]], [[1], [2, 3]], [[1, 2], 3], ["a"], "abc", None, [None], object(), {1: 2}, [[1], "a"],
        {1}, [1, "2"], 2**70,
        [[[1], [2]], [[3]]], b"ab", [2**70],
    ],
)  # fmt: skip
def test_data_that_is_refused(data):
    check(lambda torch: torch.tensor(data), raises=Exception)


@pytest.mark.parametrize(
    "value, dtype",
    [
        (300, "uint8"),
        (-1, "uint8"),
        (2**31, "int32"),
        (float("nan"), "int64"),
        (1.9, "int64"),
        (-1.9, "int32"),
        (2, "bool"),
        (0.1, "bool"),
        (1e300, "float32"),
        (float("inf"), "int64"),
    ],
)
def test_numbers_that_do_not_fit(value, dtype):
    check(lambda torch: torch.tensor(value, dtype=getattr(torch, dtype)), may_raise=True)
    check(lambda torch: torch.tensor([value], dtype=getattr(torch, dtype)), may_raise=True)
    check(lambda torch: torch.full((1,), value, dtype=getattr(torch, dtype)), may_raise=True)


@pytest.mark.parametrize("source, target", list(itertools.product(strategies.DTYPES, repeat=2)))
def test_every_conversion(source, target):
    """Truncates, wraps, compares with zero; strides are kept; the gradient has the source's dtype."""
    x = Input((2, 3), source, layout="transposed", low=-300, high=300)
    check(lambda torch, x: x.to(getattr(torch, target)), x, strides=True)
    check(
        lambda torch, x: (x.to(getattr(torch, target)) is x, x.to(getattr(torch, target), copy=True) is x), x
    )


def test_extreme_conversions():
    numbers = [0.5, -0.5, 255.9, 256.0, -1.0, 1e10, -1e10, 2.0**31 - 1, 2.0**31]
    for dtype in ("int64", "bool", "float32"):
        check(lambda torch, x, dtype: x.to(getattr(torch, dtype)), array(numbers, "float64"), dtype)
    check(lambda torch, x: (x.bool(), x.float()), array([np.nan, np.inf, -np.inf, -0.0], "float64"))
    check(lambda torch, x: (x.int(), x.byte(), x.bool()), array([2**40 + 5, -1, 256, 300], "int64"))


def test_forms_of_to():
    def body(torch, x):
        other, here = torch.zeros(2, dtype=torch.float64), places.of(torch)
        return (
            x.to(torch.float64), x.to(here), x.to(torch.device(here), torch.int64), x.to(other),
            x.to(here, torch.float64),
            x.to(dtype=torch.int32), x.to(device=here), x.type_as(other), x.type(torch.float64),
            x.to(here, non_blocking=True) is x, x.to(torch.float32) is x,
        )  # fmt: skip

    check(body, Input((3,)))
    check(lambda torch, x: (x.to("cpu"), x.cpu(), x.to(torch.device("cpu"), torch.int64), x.to(device="cpu")), Input((3,)))
    check(lambda torch, x: x.to(None) is x, Input((3,)))
    for wrong in ("tpu", "float32", [1]):
        check(
            lambda torch, x, wrong: x.to(wrong),
            Input((3,)),
            wrong,
            raises=(RuntimeError, TypeError),
            text=False,
        )


@pytest.mark.cpu("names of types and identities of the CPU")
def test_forms_of_to_on_the_cpu():
    check(lambda torch, x: (x.type("torch.LongTensor"), x.type()), Input((3,)))
    check(lambda torch, x: (x.cpu() is x, x.to("cpu") is x, x.to("cpu", non_blocking=True) is x), Input((3,)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_clone_and_contiguous(layout):
    def body(torch, x):
        y, z = x.clone(), x.contiguous()
        return y, z, z is x, y.data_ptr() == x.data_ptr(), x.is_contiguous(), z.is_contiguous()

    check(body, Input((2, 3, 4, 5), "float64", layout=layout), strides=True)
    check(
        lambda torch, x: x.clone(memory_format=torch.contiguous_format),
        Input((2, 3), layout=layout),
        strides=True,
    )


@pytest.mark.cpu("NumPy has no memory of a GPU")
@pytest.mark.parametrize("dtype", strategies.DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_from_numpy_and_back_share_memory(dtype, layout):
    def body(torch, x):
        numbers = x.numpy()
        again = torch.from_numpy(numbers)
        again.zero_() if layout != "expanded" else None
        return x, numbers.copy(), numbers.strides, again.stride(), np.shares_memory(numbers, again.numpy())

    check(body, Input((2, 3), dtype, layout=layout, requires_grad=False))


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.arange(4)[::-1], lambda: np.arange(4, dtype=">i4"), lambda: np.array(["a"]),
        lambda: np.array([None]), lambda: [1, 2], lambda: 3, lambda: np.float32(1), lambda: np.zeros(2,
        "M8[s]"),
    ],
)  # fmt: skip
def test_arrays_that_are_refused(make):
    check(lambda torch: torch.from_numpy(make()), raises=(TypeError, ValueError), text=False)


@pytest.mark.parametrize("dtype", ["uint16", "uint32", "uint64", "complex64"])
def test_arrays_of_dtypes_that_minitorch_lacks(dtype):
    """PyTorch has these; here they are one clear TypeError that lists what there is."""
    with pytest.raises(
        TypeError, match=f"can't convert np.ndarray of type numpy.{dtype}. The only supported types are"
    ):
        minitorch.from_numpy(np.zeros(2, dtype))


def test_read_only_array():
    """A warning, as in PyTorch; writing is then the writer's own risk, but never a crash."""
    numbers = np.arange(3.0)
    numbers.flags.writeable = False
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        x = minitorch.from_numpy(numbers)
        assert (x + 1).tolist() == [1.0, 2.0, 3.0]
    assert "not writable" in str(caught[0].message)


@pytest.mark.cpu("of a GPU's tensor there is no array, with a gradient or without")
def test_numpy_of_what_needs_a_gradient():
    check(lambda torch: torch.ones(2, requires_grad=True).numpy(), raises=RuntimeError)
    check(lambda torch: (torch.ones(2, requires_grad=True) * 2).numpy(), raises=RuntimeError)
    check(lambda torch: torch.ones(2, requires_grad=True).detach().numpy())


def test_numpy_by_force():
    """A copy where it takes one: of what needs a gradient, of a GPU's tensor."""
    check(lambda torch: torch.ones(2, requires_grad=True).numpy(force=True))


@pytest.mark.cpu("NumPy's functions take no tensor of a GPU")
def test_numpy_functions_take_tensors():
    def body(torch, x):
        return (
            np.asarray(x), np.array(x), np.asarray(x, dtype=np.float64), np.sum(np.asarray(x)).item(),
            np.allclose(x, x),
        )  # fmt: skip

    check(body, Input((2, 3), requires_grad=False))


@pytest.mark.parametrize("dtype", strategies.DTYPES)
def test_item_and_python_conversions(dtype):
    def body(torch, x):
        y = x.reshape(())
        return (
            y.item(),
            type(y.item()).__name__,
            x.item(),
            float(y),
            int(y),
            bool(y),
            x.tolist(),
            y.tolist(),
            f"{y:.3f}" if dtype[0] == "f" else f"{y}",
        )

    check(body, Input((1, 1), dtype, low=1, high=3), grad=False)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch: torch.ones(2).item(),
        lambda torch: torch.ones(0).item(),
        lambda torch: bool(torch.ones(2)),
        lambda torch: bool(torch.ones(0)),
        lambda torch: float(torch.ones(2)),
        lambda torch: int(torch.ones(2)),
        lambda torch: [1, 2][torch.ones(())],
        lambda torch: [1, 2][torch.ones(2, dtype=torch.int64)],
        lambda torch: int(torch.tensor(float("nan"))),
        lambda torch: int(torch.tensor(float("inf"))),
        lambda torch: len(torch.ones(())),
        lambda torch: list(torch.ones(())),
        lambda torch: iter(torch.ones(())),
        lambda torch: 1 in [torch.ones(2)],
    ],
)
def test_what_is_no_number(body):
    check(body, raises=Exception)


def test_python_protocols():
    def body(torch, x):
        return (
            len(x), list(x), 2 in x, x[0] in x, hash(x) == id(x), [10, 20, 30][torch.tensor(1)],
            list(range(torch.tensor(3))), round(torch.tensor(2.6).item()), x.__len__(), "a" if x[0,
            0] < 9 else "b",
        )  # fmt: skip

    check(body, Input((3, 2), "int64"))


def test_as_tensor_and_asarray():
    def body(torch, x):
        numbers = np.arange(3)
        shared = torch.as_tensor(numbers)
        numbers[0] = 77
        copied = torch.asarray(numbers, copy=True)
        numbers[1] = 88
        return (
            torch.as_tensor(x) is x, shared, copied, torch.as_tensor([1, 2]), torch.as_tensor(x,
            dtype=torch.float64),
            torch.asarray([1.0, 2]), torch.as_tensor(numbers, dtype=torch.float32), torch.as_tensor(5),
        )  # fmt: skip

    check(body, Input((3,)))


def test_tensor_of_a_tensor_warns():
    x = minitorch.ones(2)
    with pytest.warns(UserWarning, match="recommended to use sourceTensor.detach"):
        y = minitorch.tensor(x)
    assert y is not x and y.tolist() == [1.0, 1.0] and y.data_ptr() != x.data_ptr()


@pytest.mark.parametrize("kind", [float, int, bool])
def test_python_types_as_dtypes(kind):
    def body(torch):
        x = torch.tensor([0.0, 1.5, 2.0])
        return (
            torch.tensor([1, 0], dtype=kind), torch.zeros(2, dtype=kind), x.to(kind), x.to(dtype=kind), x.sum(dtype=kind),
            torch.as_tensor([2], dtype=kind), x.double().view(int), torch.promote_types(torch.uint8, kind),
            torch.can_cast(torch.float32, kind), torch.finfo(float).max, torch.iinfo(int).max,
        )  # fmt: skip

    check(body)
