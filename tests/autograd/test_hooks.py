"""Hooks on tensors and nodes, gradients kept by non-leaves. PyTorch: docs "Backward Hooks execution"."""

import pytest
from helpers import check

pytestmark = pytest.mark.usefixtures("device")


def test_hooks_see_and_replace_the_gradient_in_order():
    def body(torch):
        seen = []
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y.register_hook(lambda grad: seen.append(("first", grad.clone())))
        y.register_hook(lambda grad: grad * 10)
        y.register_hook(lambda grad: seen.append(("third", grad.clone())))
        (y * torch.arange(3.0)).sum().backward()
        return seen, x.grad

    check(body)


def test_hook_on_a_leaf():
    """Runs before the gradient is added to `.grad`, once for the whole pass."""

    def body(torch):
        seen = []
        x = torch.ones(3, requires_grad=True)
        x.register_hook(lambda grad: seen.append((grad.clone(), x.grad is None)))
        x.register_hook(lambda grad: -grad)
        (x * 2 + x * 3).sum().backward()
        (x * 2).sum().backward()
        return seen, x.grad

    check(body)


def test_removed_hook_is_silent():
    def body(torch):
        seen = []
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        handle = y.register_hook(lambda grad: seen.append(1))
        other = y.register_hook(lambda grad: seen.append(2))
        handle.remove()
        handle.remove()
        y.sum().backward()
        with x.register_hook(lambda grad: seen.append(3)):
            (x * 1).sum().backward()
        (x * 1).sum().backward()
        other.remove()
        return seen

    check(body)


def test_hook_removed_by_another_hook():
    def body(torch):
        seen = []
        x = torch.ones(3, requires_grad=True)

        def first(grad):
            seen.append("first")
            second.remove()

        x.register_hook(first)
        second = x.register_hook(lambda grad: seen.append("second"))
        for _ in range(2):
            (x * 1).sum().backward()
        return seen

    check(body)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch: torch.ones(2).register_hook(lambda grad: None),
        lambda torch: torch.ones(2).retain_grad(),
        lambda torch: torch.ones(2).register_post_accumulate_grad_hook(lambda tensor: None),
        lambda torch: (torch.ones(2, requires_grad=True) * 2).register_post_accumulate_grad_hook(
            lambda t: None
        ),
    ],
)
def test_where_hooks_are_refused(body):
    check(body, raises=RuntimeError)


@pytest.mark.parametrize(
    "wrong", [lambda torch, grad: 3, lambda torch, grad: "x", lambda torch, grad: torch.ones(4, 4)]
)
def test_what_a_hook_must_return(wrong):
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y.register_hook(lambda grad: wrong(torch, grad))
        (y * 1).sum().backward()

    check(body, raises=(TypeError, RuntimeError))


def test_hook_that_raises():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y.register_hook(lambda grad: 1 / 0)
        y.sum().backward()

    check(body, raises=ZeroDivisionError)


def test_retain_grad():
    """A non-leaf keeps its gradient, as its hooks left it; passes add up."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        seen = [y.retains_grad]
        y.retain_grad()
        y.retain_grad()
        y.register_hook(lambda grad: grad * 5)
        z = (y * y).sum()
        z.backward(retain_graph=True)
        first = y.grad.clone()
        z.backward()
        x.retain_grad()
        return seen, y.retains_grad, x.retains_grad, first, y.grad, x.grad

    check(body)


def test_hook_registered_before_retain_grad():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y.register_hook(lambda grad: grad * 5)
        y.retain_grad()
        y.register_hook(lambda grad: grad * 7)
        y.sum().backward()
        return y.grad, x.grad

    check(body)


def test_post_accumulate_grad_hook():
    """Called with the tensor when `.grad` was written; may clear it: how a step is fused into backward()."""

    def body(torch):
        seen = []
        x, y = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)

        def step(tensor):
            with torch.no_grad():
                tensor.sub_(tensor.grad, alpha=0.1)
            tensor.grad = None
            seen.append(tensor is x)

        handle = x.register_post_accumulate_grad_hook(step)
        (x * y).sum().backward()
        handle.remove()
        (x * y).sum().backward()
        return seen, x, x.grad, y.grad

    check(body)


def test_hooks_of_a_node():
    """A prehook gets the gradients that arrive, a hook those that leave as well; both may replace them."""

    def body(torch):
        seen = []
        x, w = torch.ones(3, requires_grad=True), torch.full((3,), 2.0, requires_grad=True)
        y = x * w
        y.grad_fn.register_prehook(lambda grads: (grads[0] * 2,))
        y.grad_fn.register_hook(lambda leaving, arrived: seen.append((leaving, arrived)))
        handle = y.grad_fn.register_hook(lambda leaving, arrived: (leaving[0] * 3, None))
        y.grad_fn.register_hook(lambda leaving, arrived: 1 / 0).remove()
        y.backward(torch.arange(3.0))
        handle.remove()
        return seen, x.grad, w.grad

    check(body)


def test_hook_of_the_accumulator():
    def body(torch):
        seen = []
        x = torch.ones(3, requires_grad=True)
        y = x.expand(2, 3)
        node = y.grad_fn.next_functions[0][0]
        node.register_hook(lambda leaving, arrived: seen.append(("hook", leaving, arrived, x.grad is None)))
        node.register_prehook(lambda arrived: seen.append(("prehook", arrived, x.grad is None)))
        y.sum().backward()
        return seen

    check(body)


def test_hook_builds_a_graph_under_create_graph():
    def body(torch):
        x = torch.tensor([0.5, 2.0], requires_grad=True)
        y = x**2
        y.register_hook(lambda grad: grad * x)
        (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(gradient.sum(), x)
        return gradient, second

    check(body)


def test_hooks_and_autograd_grad():
    """grad() with respect to a tensor returns what its hooks made of it."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y.register_hook(lambda grad: grad * 5)
        x.register_hook(lambda grad: grad * 7)
        return torch.autograd.grad((y * y).sum(), [y, x])

    check(body)


def test_hook_on_a_tensor_that_is_then_written_to():
    """The hook stays with the value it was registered on."""

    def body(torch):
        seen = []
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y.register_hook(lambda grad: seen.append(("before", grad)))
        y.mul_(3)
        y.register_hook(lambda grad: seen.append(("after", grad)))
        y.sum().backward()
        return seen, x.grad

    check(body)


def test_hooks_of_a_node_count_its_operands():
    """A number in the place of a tensor has a place among a node's gradients, too."""

    def body(torch):
        def run(kind, hook):
            x = torch.ones(3, requires_grad=True)
            y = x * 2
            getattr(y.grad_fn, kind)(hook)
            try:
                y.sum().backward()
            except RuntimeError as error:
                return str(error)
            return x.grad

        seen = []
        return (
            run("register_hook", lambda inputs, outputs: seen.append((inputs, outputs))), seen,
            run("register_hook", lambda inputs, outputs: (inputs[0] * 5, None)),
            run("register_hook", lambda inputs, outputs: (inputs[0],)),
            run("register_prehook", lambda outputs: (outputs[0] * 7,)),
            run("register_prehook", lambda outputs: outputs * 2),
        )  # fmt: skip

    check(body)
