"""In-place writes through views: histories, bases, views made under no_grad. PyTorch: docs "In-place operations"."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def test_write_to_a_view_under_no_grad():
    """Changes the numbers, not the history; what needs the old numbers is an error."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        with torch.no_grad():
            y[0] = 100.0
            view = y[1:]
            view.mul_(5)
        y.sum().backward()
        return y, x.grad, y.grad_fn.name()

    check(body)


@pytest.mark.parametrize("later", ["write", "grad mode write"])
def test_view_made_under_no_grad(later):
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        with torch.no_grad():
            view = y[1:]
        if later == "write":
            view.mul_(torch.ones(2, requires_grad=True))
        else:
            with torch.no_grad():
                view.mul_(3)
        y.sum().backward()
        return x.grad

    check(body, may_raise=True)


def test_view_of_a_leaf_made_under_no_grad_is_written_to():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        with torch.no_grad():
            view = x[1:]
            view.mul_(3)
        return x, view, view.requires_grad, x.is_leaf

    check(body)


def test_detached_copy_writes_through():
    """detach() shares memory and counter; .data shares memory only."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        z = y * y
        y.data.mul_(10)  # not noticed: the gradient is of the new numbers
        z.backward(torch.ones(3))
        return x.grad

    check(body)


def test_leaf_that_is_a_view_and_got_a_history():
    def body(torch):
        x = torch.zeros(3)
        part = x[1:]
        leaf = part[:1].requires_grad_()
        result = leaf * 2
        with torch.no_grad():
            part.mul_(3)
        part.mul_(torch.ones(2, requires_grad=True))
        result.backward(torch.ones(1))

    check(body, raises=RuntimeError)


def test_leaf_that_was_detached_and_got_a_history():
    def body(torch):
        x = torch.zeros(3, requires_grad=True)
        result = x * 2
        x.detach_().mul_(torch.ones(3, requires_grad=True))
        result.backward(torch.ones(3))

    check(body, raises=RuntimeError)


def test_view_whose_base_came_to_require_a_gradient():
    """Operations on it are recorded, but its gradient leads nowhere, and nothing is saved for it."""

    def body(torch):
        x = torch.ones(3)
        view = x[1:]
        x.requires_grad_()
        result = view * view
        for _ in range(2):
            result.backward(torch.ones(2))
        return result.grad_fn.name(), result.grad_fn.next_functions, x.grad

    check(body)


@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(
    "view", [lambda y: y.unbind()[0], lambda y: y.split(1)[0], lambda y: y.unbind()[0][1:], lambda y: y[0], lambda y: y[1:][0]]
)
def test_views_of_views_that_cannot_be_written_to(view, recorded, grad):
    """What a view is made of decides, whether or not it required a gradient then."""

    def body(torch, x):
        y = x * 1 if grad else x.detach().clone()
        with torch.set_grad_enabled(recorded):
            first = view(y)
        second = first[..., 1:]
        said = [
            refusal(torch, lambda: first.clone().mul_(x[0, 0]).grad_fn.name()),
            refusal(torch, lambda: first.mul_(x[0, 0].detach()).requires_grad),
            refusal(torch, lambda: second.mul_(2).requires_grad),
            refusal(torch, lambda: first.mul_(x[0, 0]).grad_fn.name()),
        ]
        with torch.no_grad():
            y.mul_(2)
        for each in (first, second):
            said += [refusal(torch, lambda each=each: each.is_leaf), each.requires_grad, each._version]
            said += [refusal(torch, lambda each=each: (each * 2).requires_grad), "Invalid" in repr(each)]
        return said

    check(body, Input((3, 3), "float64"))


def test_history_of_a_view_follows_the_base_not_the_view_between():
    """A leaf that is a view: a write under no_grad cuts what was made of it off, in PyTorch too."""

    def body(torch):
        x = torch.zeros(3)
        leaf = x[1:].requires_grad_()
        part = leaf[0]
        seen = [part._base is x, part.grad_fn.name(), refusal(torch, lambda: part.mul_(2))]
        with torch.no_grad():
            x.mul_(2)
        part.backward()
        return seen, part.grad_fn.name(), leaf.grad, leaf.is_leaf, leaf.requires_grad

    check(body)


def test_view_that_was_never_asked_for_its_new_history():
    def body(torch, x):
        said = []
        for ask in (False, True):
            y = torch.zeros(3, 3)
            view = y[0]
            y.mul_(x)
            if ask:
                said.append(view.grad_fn.name())
            said.append(refusal(torch, lambda view=view: view.mul_(2).requires_grad))
        return said

    check(body, Input((3, 3)))


def refusal(torch, function):
    """What a tensor answers, or why it does not."""
    try:
        return function()
    except RuntimeError as error:
        return str(error).splitlines()[0]
