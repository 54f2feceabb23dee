"""What a user's function says of its outputs: dirty, not differentiable. PyTorch: docs "Extending torch.autograd"."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def doubling(torch):
    """A function that doubles its argument in place."""

    class Double_(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    return Double_


def test_mark_dirty():
    """forward() wrote into its argument: it becomes the result of this node, and its version goes up."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x.clone()
        z = doubling(torch).apply(y)
        (z * z).sum().backward()
        return z is y, y, y.grad_fn.name(), x.grad, y._version

    check(body)


def test_mark_dirty_of_a_view():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x.clone()
        doubling(torch).apply(y[:2])
        (y * y).sum().backward()
        return y, x.grad

    check(body)


def test_mark_dirty_of_a_leaf():
    def body(torch):
        doubling(torch).apply(torch.ones(3, requires_grad=True))

    check(body, raises=RuntimeError)


def test_mark_non_differentiable():
    def body(torch, x):
        class Sort(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                values, floats = x * 2, x.floor()
                ctx.mark_non_differentiable(floats)
                ctx.set_materialize_grads(False)
                return values, floats

            @staticmethod
            def backward(ctx, grad, unused):
                assert unused is None
                return grad * 2

        return Sort.apply(x)

    check(body, Input((3,), "float64"))


def test_integer_outputs_have_no_gradient():
    def body(torch, x):
        class Both(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2, (x > 0).long(), "text", None, 7

            @staticmethod
            def backward(ctx, grad, *others):
                return grad * 2

        return Both.apply(x)

    check(body, Input((3,), "float64"))


@pytest.mark.parametrize("number", [1, 2])
def test_views_from_a_tuple_may_not_be_written_to(number):
    """The error names a custom function, or one of several views where there are several."""

    def body(torch):
        class Views(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return tuple(x.view_as(x) for _ in range(number))

            @staticmethod
            def backward(ctx, *grads):
                return sum(grads)

        Views.apply(torch.ones(2, requires_grad=True))[0].add_(1)

    check(body, raises=RuntimeError)
