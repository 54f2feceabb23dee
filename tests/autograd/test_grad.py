"""autograd.grad: gradients as values. PyTorch: torch/autograd/__init__.py, test/test_autograd.py."""

import pytest
from helpers import check

pytestmark = pytest.mark.usefixtures("device")


def leaves(torch):
    return torch.arange(1.0, 4.0, requires_grad=True), torch.full((3,), 2.0, requires_grad=True)


def test_leaves_keep_their_grad():
    def body(torch):
        x, y = leaves(torch)
        gradients = torch.autograd.grad((x * y).sum(), (x, y))
        return gradients, x.grad, y.grad, type(gradients).__name__

    check(body)


def test_inputs_in_the_middle():
    """Of leaves, intermediate results, the output itself, one of them twice."""

    def body(torch):
        x, y = leaves(torch)
        a = x * y
        b = a.exp()
        c = (b * a).sum()
        return torch.autograd.grad(c, [a, x, c, b, a])

    check(body)


def test_only_what_is_needed_runs():
    def body(torch):
        ran = []
        x, y = leaves(torch)
        a = x * 2
        b = y * 3
        a.register_hook(lambda grad: ran.append("a"))
        b.register_hook(lambda grad: ran.append("b"))
        c = a * b
        torch.autograd.grad(c.sum(), b)
        return ran

    check(body)


def test_grad_frees_the_graph_it_walked():
    def body(torch):
        x, y = leaves(torch)
        a = x * y
        torch.autograd.grad(a.sum(), x)
        torch.autograd.grad(a.sum(), x)

    check(body, raises=RuntimeError)


def test_several_outputs():
    def body(torch):
        x, y = leaves(torch)
        return torch.autograd.grad([x * y, x.sum()], [x, y], [torch.arange(3.0), None])

    check(body)


@pytest.mark.parametrize("options", [{}, {"allow_unused": False}, {"create_graph": True}])
def test_unused_input(options):
    def body(torch):
        x, y = leaves(torch)
        torch.autograd.grad((x * 2).sum(), [x, y], **options)

    check(body, raises=RuntimeError)


@pytest.mark.parametrize("options", [{"allow_unused": True}, {"materialize_grads": True}])
def test_unused_input_allowed(options):
    def body(torch):
        x, y = leaves(torch)
        return torch.autograd.grad((x * 2).sum(), [x, y], **options)

    check(body)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch: torch.autograd.grad(torch.ones(3, requires_grad=True) * 2, torch.ones(3)),
        lambda torch: torch.autograd.grad(torch.ones(()), torch.ones(3, requires_grad=True)),
        lambda torch: torch.autograd.grad((leaves(torch)[0] * 2), leaves(torch)[0]),
        lambda torch: torch.autograd.grad((leaves(torch)[0] * 2).sum(), torch.ones(3)),
        lambda torch: torch.autograd.grad((leaves(torch)[0] * 2), leaves(torch)[0], torch.ones(4)),
        lambda torch: torch.autograd.grad((leaves(torch)[0] * 2), leaves(torch)[0], [3.0]),
        lambda torch: torch.autograd.grad(
            (leaves(torch)[0] * 2).sum(), leaves(torch)[0], allow_unused=False, materialize_grads=True
        ),
    ],
)
def test_what_grad_refuses(body):
    check(body, raises=(RuntimeError, ValueError, TypeError))


def test_gradient_penalty():
    """A gradient inside a loss, whose gradient goes to `.grad`."""

    def body(torch):
        x, y = leaves(torch)
        (gradient,) = torch.autograd.grad((x * y).tanh().sum(), x, create_graph=True)
        penalty = (gradient * gradient).sum()
        penalty.backward()
        return gradient, gradient.requires_grad, x.grad, y.grad

    check(body)


def test_without_create_graph_there_is_no_history():
    def body(torch):
        x, y = leaves(torch)
        (gradient,) = torch.autograd.grad((x * y).tanh().sum(), x, retain_graph=True)
        return gradient.requires_grad, gradient.is_leaf

    check(body)


def test_gradient_of_a_cotangent():
    """The vector-Jacobian product is linear in its vector: its gradient is the forward-mode product."""

    def body(torch):
        x, _ = leaves(torch)
        v = torch.zeros(3, requires_grad=True)
        (product,) = torch.autograd.grad(x**3, x, v, create_graph=True)
        return torch.autograd.grad(product, v, torch.arange(3.0))

    check(body)


def test_an_input_written_to_since():
    """After an in-place write the tensor stands for its new value, also as an input of grad()."""

    def body(torch):
        x, y = leaves(torch)
        a = x * y
        a.mul_(2)
        return torch.autograd.grad((a * a).sum(), [a, x])

    check(body)


def test_cotangents_take_the_dtype_of_what_they_belong_to():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        x.backward(torch.ones(3, dtype=torch.float64))
        (y,) = torch.autograd.grad(x * 2, x, torch.ones(3, dtype=torch.float16))
        try:
            torch.autograd.grad(x.sum(), [])
        except RuntimeError as error:
            return x.grad, y, str(error)

    check(body)
