"""Jacobians, Hessians and products with vectors. PyTorch: test/autograd/test_functional.py."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")

X = Input((2, 3), seed=1, dtype="float64")
Y = Input((3,), seed=2, dtype="float64")


def two(x, y):
    return (x * y).exp(), (x.sum(0) * y).sum()


def scalar(x, y):
    return (x.sin() * y**2).sum() + (y**3).sum()


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("strict", [False, True])
def test_products(create_graph, strict):
    def body(torch, x, y):
        F = torch.autograd.functional
        v = (torch.ones(2, 3, dtype=torch.float64) * 2, torch.tensor(3.0, dtype=torch.float64))
        u = (torch.ones(2, 3, dtype=torch.float64), torch.arange(3, dtype=torch.float64))
        options = {"create_graph": create_graph, "strict": strict}
        return [
            F.vjp(two, (x, y), v, **options),
            F.vjp(lambda x: (x**2).sum(), x, **options),
            F.jvp(two, (x, y), u, **options),
            F.jvp(lambda x: x * y, x, u[0], create_graph=create_graph),
            F.vhp(scalar, (x, y), u, **options),
            F.hvp(scalar, (x, y), u, **options),
        ]

    check(body, X, Y, grad=create_graph)


@pytest.mark.parametrize("create_graph", [False, True])
def test_jacobian_and_hessian(create_graph):
    def body(torch, x, y):
        F = torch.autograd.functional
        return [
            F.jacobian(two, (x, y), create_graph=create_graph),
            F.jacobian(lambda x: x**3, x, create_graph=create_graph),
            F.jacobian(lambda x: (x * 2, x.sum()), x, create_graph=create_graph),
            F.jacobian(lambda x, y: y * 2, (x, y), create_graph=create_graph),
            F.hessian(scalar, (x, y), create_graph=create_graph),
            F.hessian(lambda x: (x**3).sum(), x, create_graph=create_graph),
        ]

    check(body, X, Y, grad=create_graph)


def test_vectorized():
    def body(torch, x):
        F = torch.autograd.functional
        return [
            F.jacobian(lambda x: x**2, x, vectorize=True),
            F.jacobian(lambda x: x**2, x, vectorize=True, strategy="forward-mode"),
            F.hessian(lambda x: (x**3).sum(), x, vectorize=True, outer_jacobian_strategy="forward-mode").detach(),
        ]

    check(body, X, grad=False)


CALLS = [
    lambda F, x: F.vjp(lambda x: x * 2, x),
    lambda F, x: F.vjp(lambda x: x * 2, x, x[0]),
    lambda F, x: F.vjp(lambda x: x * 2, x, (x, x)),
    lambda F, x: F.vjp(lambda x: (x, x), x, (x,)),
    lambda F, x: F.vjp(lambda x: 3, x),
    lambda F, x: F.vjp(lambda x: x, 3),
    lambda F, x: F.vjp(lambda x, y: x.sum(), (x, 3)),
    lambda F, x: F.vjp(lambda x: x.detach().sum(), x, strict=True),
    lambda F, x: F.vjp(lambda x, y: x.sum(), (x, x), strict=True),
    lambda F, x: F.vjp(lambda x: x.sum(), x, strict=True, create_graph=True),
    lambda F, x: F.jvp(lambda x: x, x),
    lambda F, x: F.jvp(lambda x: x.detach() * 2, x, x, strict=True),
    lambda F, x: F.jvp(lambda x, y: x * 2, (x, x), (x, x), strict=True),
    lambda F, x: F.vhp(lambda x: x, x, x),
    lambda F, x: F.vhp(lambda x: (x.sum(), x.sum()), x, x),
    lambda F, x: F.vhp(lambda x: x.sum(), x, x, strict=True),
    lambda F, x: F.hvp(lambda x: x.sum(), x),
    lambda F, x: F.hvp(lambda x: x.sum(), x, x, strict=True),
    lambda F, x: F.jacobian(lambda x, y: x, (x, x), strict=True),
    lambda F, x: F.jacobian(lambda x: x, x, strict=True, vectorize=True),
    lambda F, x: F.jacobian(lambda x: x, x, strategy="forward-mode"),
    lambda F, x: F.jacobian(lambda x: x, x, strategy="sideways"),
    lambda F, x: F.hessian(lambda x: x * 2, x),
    lambda F, x: F.hessian(lambda x: (x.sum(),), x),
    lambda F, x: F.hessian(lambda x: x.sum(), x, strict=True),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_refusals(number):
    check(
        lambda torch, x: CALLS[number](torch.autograd.functional, x), X, grad=False, may_raise=True
    )
