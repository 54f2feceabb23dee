"""requires_grad, .grad, .data, detach: what may be set. PyTorch: torch/csrc/autograd/python_variable.cpp."""

import pytest
from helpers import check

pytestmark = pytest.mark.usefixtures("device")


def test_who_requires_a_gradient():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        y = torch.ones(2)
        results = [x * y, y * y, x.detach() * y, x > y, x.argmax(), x.long(), (x * 2)[0], x.data, x.clone()]
        return [(each.requires_grad, each.is_leaf, each.grad_fn is None) for each in results]

    check(body)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_only_floating_point(dtype):
    def body(torch, make):
        make(torch, getattr(torch, dtype))

    for make in (
        lambda torch, dtype: torch.ones(2, dtype=dtype, requires_grad=True),
        lambda torch, dtype: torch.ones(2, dtype=dtype).requires_grad_(),
        lambda torch, dtype: torch.tensor([1], dtype=dtype, requires_grad=True),
        lambda torch, dtype: setattr(torch.ones(2, dtype=dtype), "requires_grad", True),
    ):
        check(body, make, raises=RuntimeError)


def test_setting_requires_grad():
    def body(torch):
        x = torch.ones(2)
        x.requires_grad = True
        seen = [x.requires_grad]
        x.requires_grad_(False)
        seen.append(x.requires_grad)
        y = x.requires_grad_() * 2
        y.requires_grad_()
        return seen, y.requires_grad

    check(body)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, y: y.requires_grad_(False),
        lambda torch, y: setattr(y, "requires_grad", False),
        lambda torch, y: setattr(y, "requires_grad", True),
        lambda torch, y: setattr(y, "requires_grad", 1),
        lambda torch, y: setattr(y, "requires_grad", None),
        lambda torch, y: y.detach()[0:1].requires_grad_("yes"),
    ],
)
def test_what_requires_grad_refuses(body):
    check(lambda torch: body(torch, torch.ones(2, requires_grad=True) * 2), raises=(RuntimeError, TypeError))


def test_setting_grad():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        gradient = torch.full((2,), 5.0)
        x.grad = gradient
        same = x.grad is gradient
        (x * 2).sum().backward()
        now = x.grad.clone()
        x.grad = None
        gone = x.grad is None
        x.grad = gradient
        del x.grad
        return same, now, gradient, gone, x.grad

    check(body)


@pytest.mark.parametrize(
    "value",
    [
        lambda torch, x: 3.0,
        lambda torch, x: "text",
        lambda torch, x: torch.ones(3),
        lambda torch, x: torch.ones(1, 2),
        lambda torch, x: torch.ones(2, dtype=torch.float64),
        lambda torch, x: torch.ones(2, dtype=torch.int64),
        lambda torch, x: x,
    ],
)
def test_what_grad_refuses(value):
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        x.grad = value(torch, x)

    check(body, raises=(RuntimeError, TypeError))


def test_grad_of_a_tensor_that_needs_none():
    def body(torch):
        x = torch.ones(2)
        x.grad = torch.ones(2)
        return x.grad, x.requires_grad

    check(body)


def test_grad_of_a_non_leaf_warns():
    def body(torch):
        import warnings

        y = torch.ones(2, requires_grad=True) * 2
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            nothing = y.grad
        return nothing, [(each.category.__name__, str(each.message).split("\n")[0][:120]) for each in caught]

    check(body)


def test_detach():
    def body(torch):
        x = torch.arange(6.0).reshape(2, 3).requires_grad_()
        y = (x * 2).t()
        z = y.detach()
        z[0, 0] = 77.0
        same = z.data_ptr() == y.data_ptr()
        return (
            z,
            z.stride(),
            z.requires_grad,
            z.is_leaf,
            z.grad_fn,
            y,
            same,
            z._version,
            y._version,
            z._is_view(),
        )

    check(body)


def test_detach_in_place():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        z = y.detach_()
        w = torch.ones(2)
        return z is y, y.requires_grad, y.is_leaf, y.grad_fn, w.detach_() is w

    check(body)


@pytest.mark.parametrize(
    "make", [lambda x: x[0].detach_(), lambda x: (x * 2)[0].detach_(), lambda x: x.view(4).detach_()]
)
def test_views_cannot_be_detached_in_place(make):
    check(lambda torch: make(torch.ones(2, 2, requires_grad=True)), raises=RuntimeError)


def test_data():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        data = x.data
        data.mul_(5)
        seen = [
            x.clone(),
            data.requires_grad,
            x._version,
            data._version,
            data.data_ptr() == x.data_ptr(),
            x.is_leaf,
        ]
        x.data = torch.arange(3.0)
        seen += [x.clone(), x.requires_grad, x.shape]
        y = torch.ones(2, requires_grad=True)
        y.data = y.data * 2
        (y * y).sum().backward()
        return seen, y.grad

    check(body)


@pytest.mark.parametrize("value", [lambda torch: 3.0, lambda torch: None, lambda torch: [1.0]])
def test_what_data_refuses(value):
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        x.data = value(torch)

    check(body, raises=(TypeError, RuntimeError))


def test_data_of_another_dtype():
    def body(torch):
        x = torch.ones(2)
        x.data = torch.arange(2)
        return x

    check(body)


def test_detaching_one_use():
    """A baseline subtracted from a reward: part of the expression counts as a constant."""

    def body(torch):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = (x - x.detach().mean()) * x
        y.sum().backward()
        return y, x.grad

    check(body)
