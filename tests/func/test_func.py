"""torch.func: transforms of functions. PyTorch: test/functorch/test_eager_transforms.py, test_vmap.py."""

import importlib

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")

X = Input((3,), seed=1)
M = Input((4, 3), seed=2)


def func_of(torch):
    return importlib.import_module(torch.__name__ + ".func")


def test_gradients_of_functions():
    def body(torch, x, w):
        F = func_of(torch)

        def f(a, b):
            return (a.sin() * b).sum()

        return [
            F.grad(f)(x, w[0]),
            F.grad(f, argnums=1)(x, w[0]),
            F.grad(f, argnums=(0, -1))(x, w[0]),
            F.grad_and_value(f)(x, w[0]),
            F.grad(lambda a: (f(a, w[0]), a * 2), has_aux=True)(x),
            F.grad_and_value(lambda a: (f(a, w[0]), a * 2), has_aux=True)(x),
            F.grad(lambda p: (p["a"] * p["b"][0]).sum())({"a": x, "b": [w[0]]}),
            F.grad(F.grad(lambda a: a**3))(x[0]),
            F.grad(lambda a: (F.grad(lambda b: (a * b**2).sum())(a) * a).sum())(x),
            F.grad(lambda a: a.new_zeros(()))(x),
        ]

    check(body, X, M, double=True)


def test_a_result_has_a_history_only_for_the_caller():
    def body(torch):
        F = func_of(torch)
        x, w = torch.ones(3), torch.ones(3, requires_grad=True)
        results = [
            F.grad(lambda a: (a**2).sum())(x),
            F.grad(lambda a: (a**2).sum())(w),
            F.grad(lambda a: (w * a**2).sum())(x),
            F.vjp(torch.sin, x)[0],
            F.jvp(torch.sin, (w,), (x,))[1],
        ]
        results[2].sum().backward()
        return [each.requires_grad for each in results], w.grad, x.grad

    check(body)


def test_products():
    def body(torch, x, w):
        F = func_of(torch)

        def f(a, b):
            return {"product": a * b, "sum": a.sum()}

        output, back = F.vjp(f, x, w)
        v = {"product": torch.ones(4, 3), "sum": torch.tensor(2.0)}
        return [
            output,
            back(v),
            F.jvp(f, (x, w), (x * 2, w * 3)),
            F.jvp(lambda a: (a * 2, {"aux": a}), (x,), (x,), has_aux=True),
            F.vjp(lambda a: (a * 2, a), x, has_aux=True)[2],
        ]

    check(body, X, M)


def test_linearize():
    """Only values: PyTorch folds the point into constants, so that its product leads to no gradient in it."""

    def body(torch, x):
        output, product = func_of(torch).linearize(lambda a: a.sin() * a, x)
        return output, product(x).detach(), product(x * 2).detach()

    check(body, X, grad=False)


def test_jacobians():
    def body(torch, x, w):
        F = func_of(torch)

        def f(a, b):
            return (a * b).exp(), a.sum()

        return [
            F.jacrev(f, argnums=(0, 1))(x, w),
            F.jacfwd(f, argnums=(0, 1))(x, w),
            F.jacrev(f)(x, w),
            F.jacfwd(f, argnums=1)(x, w),
            F.jacrev(lambda a: (a**2, a), has_aux=True)(x),
            F.jacfwd(lambda a: (a**2, a), has_aux=True)(x),
            F.jacrev(torch.sin, chunk_size=1)(x),
            F.hessian(lambda a: (a**3).sum())(x),
            F.jacrev(F.jacrev(torch.sin))(x),
            F.jacfwd(F.jacfwd(torch.sin))(x),
            F.jacrev(lambda p: {"y": p["u"] * 2})({"u": x, "v": w[0]}),
        ]

    check(body, X, M)


def test_vmap():
    def body(torch, x, w):
        vmap = func_of(torch).vmap
        return [
            torch.vmap(torch.sin)(w),
            vmap(lambda row: row.sum())(w),
            vmap(torch.dot, in_dims=(0, None))(w, x),
            vmap(torch.dot, in_dims=(1, 1))(w, w),
            vmap(lambda a: (a, a.sum()), out_dims=(1, 0))(w),
            vmap(lambda a: {"s": a * 2})(w),
            vmap(lambda a: a["k"] + a["c"], in_dims=({"k": 0, "c": None},))({"k": w, "c": x}),
            vmap(vmap(lambda a, b: a * b), in_dims=(0, None))(w, x),
            vmap(lambda a, b: a + b, in_dims=(-1, 0), out_dims=-1)(w, x),
            vmap(lambda a: 5, out_dims=None)(w),
            vmap(lambda a, *, scale: a * scale)(w, scale=torch.arange(3.0)),
            vmap(lambda a: a.sum(), chunk_size=2)(w),
            vmap(lambda a: a.sum(0))(torch.ones(0, 2, 3)),
        ]

    check(body, X, M)


def test_gradients_per_example():
    def body(torch, x, w):
        F = func_of(torch)
        return F.vmap(F.grad(lambda a, b: ((a * b).sum() - 1) ** 2), in_dims=(None, 0))(x, w)

    check(body, X, M)


def test_random_numbers_in_vmap():
    def refused(torch):
        func_of(torch).vmap(lambda a: a + torch.rand(()))(torch.ones(3))

    def same(torch):
        return func_of(torch).vmap(lambda a: a + torch.rand(2), randomness="same")(torch.ones(3))

    def different(torch):
        return func_of(torch).vmap(lambda a: a + torch.rand(2), randomness="different")(torch.ones(3))

    check(refused, raises=RuntimeError)
    check(same)
    check(different)


def model(torch):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1))


def test_functional_call():
    def body(torch, w):
        F = func_of(torch)
        net = model(torch)
        parameters = {name: each.detach() * 2 for name, each in net.named_parameters()}
        before = [each.clone() for each in net.parameters()]

        def loss(parameters, x):
            return F.functional_call(net, parameters, (x,)).sum()

        return [
            F.functional_call(net, parameters, w),
            F.functional_call(net, ({"0.bias": torch.zeros(2)}, {"2.bias": torch.ones(1)}), (w,)),
            F.grad(loss)(parameters, w),
            F.vmap(F.grad(loss), in_dims=(None, 0))(parameters, w),
            [a.equal(b) for a, b in zip(before, net.parameters())],
        ]

    check(body, M)


def test_ensembles():
    def body(torch, w):
        F = func_of(torch)
        torch.manual_seed(0)
        models = [torch.nn.Linear(3, 2) for _ in range(2)]
        parameters, buffers = F.stack_module_state(models)
        results = F.vmap(lambda p, b, x: F.functional_call(models[0], (p, b), (x,)), in_dims=(0, 0, None))
        return parameters, buffers, [each.is_leaf for each in parameters.values()], results(parameters, buffers, w)

    check(body, M)


CALLS = [
    lambda torch, F, x: F.grad(lambda a: a)(x),
    lambda torch, F, x: F.grad(lambda a: 3)(x),
    lambda torch, F, x: F.grad(torch.sum, argnums=2)(x),
    lambda torch, F, x: F.grad(torch.sum, argnums=())(x),
    lambda torch, F, x: F.grad(torch.sum, argnums=(0, 0))(x),
    lambda torch, F, x: F.grad(torch.sum, argnums="a")(x),
    lambda torch, F, x: F.grad(torch.sum)(1.0),
    lambda torch, F, x: F.grad(torch.sum, has_aux=True)(x),
    lambda torch, F, x: F.grad(torch.sum)(x.long()),
    lambda torch, F, x: F.vmap(lambda a: 3)(x),
    lambda torch, F, x: F.vmap(lambda a: a, in_dims=1)(x),
    lambda torch, F, x: F.vmap(lambda a: a, in_dims=None)(x),
    lambda torch, F, x: F.vmap(lambda a: a, in_dims="a")(x),
    lambda torch, F, x: F.vmap(lambda a, b: a, in_dims=(0,))(x, x),
    lambda torch, F, x: F.vmap(lambda a, b: a, in_dims=(None, None))(x, x),
    lambda torch, F, x: F.vmap(lambda a: a)(3),
    lambda torch, F, x: F.vmap(lambda a: a, out_dims=(0, 0))(x),
    lambda torch, F, x: F.vmap(lambda a: a, out_dims="k")(x),
    lambda torch, F, x: F.vmap(lambda a: (a, a), out_dims=(None, 0))(x),
    lambda torch, F, x: F.vmap(lambda a, b: a)(x, torch.ones(4)),
    lambda torch, F, x: F.vmap(lambda: 1)(),
    lambda torch, F, x: F.vmap(lambda a: a, randomness="k")(x),
    lambda torch, F, x: F.jvp(torch.sin, x, (x,)),
    lambda torch, F, x: F.jvp(torch.sin, (x,), (x, x)),
    lambda torch, F, x: F.jvp(torch.sin, (x,), (1.0,)),
    lambda torch, F, x: F.jvp(lambda a: torch.ones(2), (x,), (x,), strict=True),
    lambda torch, F, x: F.vjp(torch.sin, x)[1](torch.ones(4)),
    lambda torch, F, x: F.vjp(lambda a: a.long(), x),
    lambda torch, F, x: F.vjp(lambda a: None, x),
    lambda torch, F, x: F.vjp(lambda a: (a, 5), x, has_aux=True),
    lambda torch, F, x: F.jacrev(torch.sin, chunk_size=0)(x),
    lambda torch, F, x: F.functional_call(torch.nn.Linear(2, 2), {"foo": x}, x, strict=True),
    lambda torch, F, x: F.functional_call(torch.nn.Linear(2, 2), {"a.b": x}, x),
    lambda torch, F, x: F.functional_call(torch.nn.Linear(2, 2), 3, x),
    lambda torch, F, x: F.functional_call(torch.nn.Linear(2, 2), ({"a": x}, {"a": x}), x),
    lambda torch, F, x: F.stack_module_state([]),
    lambda torch, F, x: F.stack_module_state([torch.nn.Linear(2, 2), torch.nn.ReLU()]),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_refusals(number):
    check(
        lambda torch, x: CALLS[number](torch, func_of(torch), x), Input((3,), requires_grad=False), grad=False,
        may_raise=True,
    )
