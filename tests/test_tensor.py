"""Tensor itself: geometry, storage, attributes, protocols. PyTorch: torch/_tensor.py, test/test_torch.py."""

import copy
import gc
import weakref

import numpy as np
import places
import pytest
import strategies
from helpers import LAYOUTS, Input, check
from hypothesis import given
from hypothesis import strategies as st

import minitorch

pytestmark = pytest.mark.usefixtures("device")


@given(x=strategies.inputs(of=strategies.DTYPES))
def test_geometry(x):
    """Shape, strides, offset, counts and sizes of every layout and dtype."""

    def body(torch, x):
        return (
            x.shape, x.size(), x.stride(), x.storage_offset(), x.numel(), x.nelement(), x.dim(), x.ndim,
            x.ndimension(),
            x.element_size(), x.itemsize, x.nbytes, x.dtype, x.device, x.layout, x.is_contiguous(),
            x.untyped_storage().nbytes(),
            [x.size(d) for d in range(x.ndim)], [x.stride(d) for d in range(-x.ndim, 0)],
            x.is_floating_point(), x.is_complex(),
            x.is_signed(), x.is_cuda is (places.of(torch) == "cuda"), x.is_leaf, x._is_view(), x._version,
            x.get_device() == (0 if x.is_cuda else -1), x.type() if x.is_cpu else x.type().replace("torch.cuda.", "torch."),
            x.output_nr,
            x.retains_grad, x.grad, x.grad_fn, repr(x.shape), x.size(dim=0) if x.ndim else None,
        )  # fmt: skip

    check(body, x)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_views_share_storage_and_version(layout):
    def body(torch, x):
        views = [
            x[0],
            x.t(),
            x[1:, 1:],
            x.detach(),
            x.unsqueeze(0),
            x.expand(2, *x.shape),
            x.as_strided((2,), (1,)),
        ]
        storage = x.untyped_storage()
        same = [each.untyped_storage().data_ptr() == storage.data_ptr() for each in views]
        offsets = [each.data_ptr() - x.data_ptr() for each in views]
        x[0, 0] = 5
        return (
            same,
            offsets,
            [each._version for each in views],
            [each._base is x for each in views],
            len(storage),
        )

    check(body, Input((3, 4), "int64", layout=layout))


def test_bytes_of_a_storage():
    def body(torch):
        storage = torch.arange(3, dtype=torch.int32).untyped_storage()
        return storage.nbytes(), storage.size(), len(storage), storage.tolist(), storage[4], list(storage)

    check(body)


@pytest.mark.parametrize("dim", [2, -3, "a", None, 1.5])
def test_wrong_dimension(dim):
    check(lambda torch, x: x.size(dim), Input((2, 3)), may_raise=True, text=isinstance(dim, int), grad=False)
    check(
        lambda torch, x: x.stride(dim), Input((2, 3)), may_raise=True, text=isinstance(dim, int), grad=False
    )


@pytest.mark.parametrize(
    "name", ["shape", "dtype", "ndim", "is_leaf", "grad_fn", "T", "device", "_version", "output_nr"]
)
def test_attributes_that_cannot_be_set(name):
    check(lambda torch: setattr(torch.ones(2, 2), name, 3), raises=AttributeError, text=False)


def test_own_attributes():
    """Users hang their own things on tensors; views and results do not inherit them."""

    def body(torch, x):
        x.note = "kept"
        return x.note, hasattr(x * 2, "note"), hasattr(x[0], "note"), hasattr(x.detach(), "note")

    check(body, Input((2, 2)))


@pytest.mark.parametrize("how", ["copy", "deepcopy", "deepcopy of a parameter with grad"])
def test_copies(how):
    def body(torch):
        x = torch.arange(4.0).view(2, 2).t().requires_grad_()
        if how != "copy":
            (x * x).sum().backward()
        y = copy.copy(x) if how == "copy" else copy.deepcopy(x)
        return y, y is x, y.data_ptr() == x.data_ptr(), y.requires_grad, y.is_leaf, y.grad, y.stride()

    check(body)


def test_deepcopy_of_a_result_is_refused():
    check(lambda torch: copy.deepcopy(torch.ones(2, requires_grad=True) * 2), raises=RuntimeError)


def test_deepcopy_keeps_sharing():
    """Two names for one tensor stay one in a copied structure."""

    def body(torch):
        x = torch.ones(2, requires_grad=True)
        first, second = copy.deepcopy([x, x])
        return first is second, first is x

    check(body)


def test_hash_and_identity():
    def body(torch):
        x, y = torch.ones(2), torch.ones(2)
        return len({x, y, x}), {x: 1}[x], y in {x: 1}, hash(x) == id(x)

    check(body)


@pytest.mark.smoke
def test_iteration_and_containers():
    def body(torch, x):
        first, second = x
        return (
            first,
            second,
            list(reversed(x.tolist())),
            [each.shape for each in x],
            sum(x),
            max(x[0]),
            sorted(x[0])[0],
        )

    check(body, Input((2, 3), "float64"))


@pytest.mark.parametrize("scalar", [np.float32(2), np.float64(2), np.int64(2), np.bool_(True)])
def test_numpy_scalars_on_the_left(scalar):
    """NumPy must leave the operation to us: a Tensor comes out, with the tensor's dtype."""

    def body(torch, x):
        return [
            type(each).__name__ == "Tensor" and each
            for each in (scalar * x, scalar + x, scalar - x, scalar / x)
        ]

    check(body, Input((3,), low=1))


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "@", "**", "//", "%"])
def test_tensors_and_arrays(op):
    """A tensor with a NumPy array: what PyTorch does, or the same refusal."""
    array = np.ones((2, 2), np.float32)
    code = compile(f"x {op} array", "test", "eval")
    check(
        lambda torch, x: type(eval(code, {"x": x, "array": array})).__name__,
        Input((2, 2)),
        may_raise=True,
        text=False,
    )


def test_weak_references():
    """A tensor dies with its last name; its storage with its last view."""
    gc.disable()
    try:
        x = minitorch.ones(3)
        tensor, storage, view = weakref.ref(x), weakref.ref(x.untyped_storage()), x[1:]
        del x
        assert view.tolist() == [1.0, 1.0]
        assert storage() is not None
        del view
        assert tensor() is None and storage() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["nonsense", "sinn", "backwards"])
def test_unknown_attribute(name):
    check(lambda torch: getattr(torch.ones(2), name), raises=AttributeError)


@given(data=st.data())
def test_methods_are_the_functions(data):
    """x.f(...) is torch.f(x, ...)."""
    x = data.draw(strategies.inputs(strategies.shapes(min_dims=1, min_side=1)))

    def body(torch, x):
        pairs = [
            (x.exp(), torch.exp(x)),
            (x.add(2), torch.add(x, 2)),
            (x.sum(), torch.sum(x)),
            (x.flatten(), torch.flatten(x)),
        ]
        return [torch.equal(first, second) for first, second in pairs]

    check(body, x)
