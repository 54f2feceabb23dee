"""Functions written by users. PyTorch: torch/autograd/function.py, docs "Extending torch.autograd"."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


@pytest.mark.smoke
def test_function_of_the_tutorial():
    """The Legendre polynomial of PyTorch's own tutorial, unchanged."""

    def body(torch, x):
        class LegendrePolynomial3(torch.autograd.Function):
            @staticmethod
            def forward(ctx, input):
                ctx.save_for_backward(input)
                return 0.5 * (5 * input**3 - 3 * input)

            @staticmethod
            def backward(ctx, grad_output):
                (input,) = ctx.saved_tensors
                return grad_output * 1.5 * (5 * input**2 - 1)

        y = LegendrePolynomial3.apply(x)
        return y, y.grad_fn.name()

    check(body, Input((5,), "float64"), double=True)


def test_setup_context():
    def body(torch, x, w):
        class Product(torch.autograd.Function):
            @staticmethod
            def forward(x, w, scale):
                return x * w * scale, x + w

            @staticmethod
            def setup_context(ctx, inputs, output):
                x, w, scale = inputs
                assert len(output) == 2
                ctx.save_for_backward(x, w)
                ctx.scale = scale

            @staticmethod
            def backward(ctx, grad, other):
                x, w = ctx.saved_tensors
                return grad * w * ctx.scale + other, grad * x * ctx.scale + other, None

        return Product.apply(x, w, 3)

    check(body, Input((4,), "float64"), Input((4,), "float64"), double=True)


def test_needs_input_grad():
    def body(torch):
        seen = []

        class Probe(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a, b, c, d):
                seen.append(ctx.needs_input_grad)
                return a + b

            @staticmethod
            def backward(ctx, grad):
                seen.append(ctx.needs_input_grad)
                return grad, None, None, None

        x, y = torch.ones(2, requires_grad=True), torch.ones(2)
        Probe.apply(x, y, 3, "text").sum().backward()
        with torch.no_grad():
            Probe.apply(x, y, 3, None)
        return seen, x.grad

    check(body)


def test_mode_inside_forward_and_backward():
    """Neither is recorded, unless create_graph asks for it."""

    def body(torch):
        seen = []

        class Probe(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                seen.append(torch.is_grad_enabled())
                return x.clone()

            @staticmethod
            def backward(ctx, grad):
                seen.append(torch.is_grad_enabled())
                return grad * 2

        x = torch.ones(2, requires_grad=True)
        y = Probe.apply(x)
        torch.autograd.grad(y, x, torch.ones(2), retain_graph=True)
        torch.autograd.grad(y, x, torch.ones(2), create_graph=True)
        return seen, y.requires_grad, torch.is_grad_enabled()

    check(body)


@pytest.mark.parametrize("materialize", [True, False])
def test_materialize_grads(materialize):
    def body(torch):
        seen = []

        class Two(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.set_materialize_grads(materialize)
                return x * 2, x.sum()

            @staticmethod
            def backward(ctx, first, second):
                seen.append((first, second))
                return first if first is not None else second.expand(3)

        x = torch.ones(3, requires_grad=True)
        Two.apply(x)[0].sum().backward()
        Two.apply(x)[1].backward()
        return seen, x.grad

    check(body)


def test_function_without_differentiable_arguments():
    def body(torch):
        class Plain(torch.autograd.Function):
            @staticmethod
            def forward(ctx, n):
                return torch.ones(n)

            @staticmethod
            def backward(ctx, grad):
                return None

        y = Plain.apply(3)
        return y, y.requires_grad, y.grad_fn

    check(body)


def test_argument_returned_as_it_is():
    """An input that is also the output becomes a view, so that it does not get its own node as history."""

    def body(torch):
        class Identity(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x

            @staticmethod
            def backward(ctx, grad):
                return grad * 5

        x = torch.ones(3, requires_grad=True)
        y = Identity.apply(x)
        y.sum().backward()
        return y is x, x.is_leaf, y.data_ptr() == x.data_ptr(), x.grad, y.grad_fn.name()

    check(body)


def test_saved_output():
    def body(torch, x):
        class Exp(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                result = x.exp()
                ctx.save_for_backward(result, None)
                return result

            @staticmethod
            def backward(ctx, grad):
                result, nothing = ctx.saved_tensors
                assert nothing is None
                return grad * result

        return Exp.apply(x)

    check(body, Input((3,), "float64"), double=True)


def test_saved_tensor_modified():
    def body(torch):
        class Square(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            def backward(ctx, grad):
                return grad * 2 * ctx.saved_tensors[0]

        x = torch.ones(3, requires_grad=True).clone()
        y = Square.apply(x)
        x.add_(1)
        y.sum().backward()

    check(body, raises=RuntimeError)


def test_attributes_of_ctx():
    """Anything may be kept on ctx; save_for_backward takes tensors only."""

    def body(torch, x):
        class Scale(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, factor):
                ctx.factor = factor
                ctx.shape = x.shape
                return x * factor

            @staticmethod
            def backward(ctx, grad):
                return grad * ctx.factor, None

        return (
            Scale.apply(x, 4.0),
            type(Scale.apply(x, 1.0).grad_fn).__name__,
            Scale.apply(x, 2.0).grad_fn.factor,
        )

    check(body, Input((3,), "float64"))


@pytest.mark.parametrize("name", ["number", "edges", "hooks", "shape", "inputs", "retained", "run", "window"])
def test_any_name_may_be_used_on_ctx(name):
    """What the node keeps for itself must not be in the way."""

    def body(torch, x):
        class Scale(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, factor):
                setattr(ctx, name, factor)
                return x * factor

            @staticmethod
            def backward(ctx, grad):
                return grad * getattr(ctx, name), None

        y = Scale.apply(x, 4.0)
        y.register_hook(lambda grad: grad * 2)
        return y * Scale.apply(y, 3.0)

    check(body, Input((3,), "float64"), double=True, differentiable=False)


def wrong(forward=None, backward=None):
    """A body that applies a Function with these two parts, and walks back."""

    def body(torch):
        class Wrong(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *args):
                return forward(torch, ctx, *args) if forward else args[0] * 2

            @staticmethod
            def backward(ctx, *grads):
                return backward(torch, ctx, *grads) if backward else grads[0]

        x = torch.ones(3, requires_grad=True)
        y = Wrong.apply(x, 1.0)
        (y[0] if isinstance(y, tuple) else y).sum().backward()
        return x.grad

    return body


@pytest.mark.parametrize(
    "body",
    [
        wrong(backward=lambda torch, ctx, grad: grad),
        wrong(backward=lambda torch, ctx, grad: (grad, None, grad)),
        wrong(backward=lambda torch, ctx, grad: (torch.ones(5), None)),
        wrong(backward=lambda torch, ctx, grad: (torch.ones(2, 2), None)),
        wrong(backward=lambda torch, ctx, grad: (3.0, None)),
        wrong(backward=lambda torch, ctx, grad: (grad, grad)),
        wrong(forward=lambda torch, ctx, x, scale: ctx.save_for_backward(x, scale) or x * 2),
        wrong(forward=lambda torch, ctx, x, scale: ctx.save_for_backward("text") or x * 2),
        wrong(forward=lambda torch, ctx, x, scale: 1 / 0),
        wrong(backward=lambda torch, ctx, grad: {}["missing"]),
        wrong(forward=lambda torch, ctx, x, scale: ctx.mark_dirty(x) or x * 2),
    ],
)
def test_wrong_functions(body):
    check(body, raises=Exception)


@pytest.mark.parametrize(
    "backward",
    [
        lambda torch, ctx, grad: (grad, None, None, None),  # too many, but None
        lambda torch, ctx, grad: (grad.expand(4, 3), None),  # reduced to the shape of the input
        lambda torch, ctx, grad: (grad.double(), None),  # cast to its dtype
        lambda torch, ctx, grad: (None, None),
    ],
)
def test_what_backward_may_return(backward):
    check(wrong(backward=backward))


@pytest.mark.parametrize("missing", ["forward", "backward", "instance", "setup_context"])
def test_unfinished_functions(missing):
    def body(torch):
        class Empty(torch.autograd.Function):
            pass

        class Half(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

        class NoContext(torch.autograd.Function):
            @staticmethod
            def forward(x):
                return x * 2

        x = torch.ones(2, requires_grad=True)
        if missing == "forward":
            Empty.apply(x)
        elif missing == "backward":
            Half.apply(x).sum().backward()
        elif missing == "setup_context":
            NoContext.apply(x)
        else:
            Half()(x)

    check(body, raises=Exception)


def test_once_differentiable():
    def body(torch):
        class Square(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            @torch.autograd.function.once_differentiable
            def backward(ctx, grad):
                return grad * 2 * ctx.saved_tensors[0]

        x = torch.ones(3, requires_grad=True)
        (first,) = torch.autograd.grad(Square.apply(x).sum(), x)
        (gradient,) = torch.autograd.grad(
            Square.apply(x), x, torch.ones(3, requires_grad=True), create_graph=True
        )
        assert first.tolist() == gradient.tolist()
        gradient.sum().backward()

    check(body, raises=RuntimeError)


def test_nested_functions():
    """A Function inside the backward of another, so that second derivatives are its too."""

    def body(torch, x):
        class Inner(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x**2

            @staticmethod
            def backward(ctx, grad):
                return grad * 2 * ctx.saved_tensors[0]

        class Outer(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x**3 / 3

            @staticmethod
            def backward(ctx, grad):
                return grad * Inner.apply(ctx.saved_tensors[0])

        return Outer.apply(x)

    check(body, Input((4,), "float64"), double=True)


def test_views_of_a_multiple_output_function_cannot_be_written_to():
    def body(torch):
        class Halves(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x[:2], x[2:]

            @staticmethod
            def backward(ctx, a, b):
                return torch.cat([a, b])

        a, b = Halves.apply(torch.ones(4, requires_grad=True).clone())
        a.mul_(2)

    check(body, raises=RuntimeError)


def test_view_of_a_users_function_cannot_be_written_to():
    """The write would override the function's own derivative."""

    def body(torch):
        class Flat(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.view(-1)

            @staticmethod
            def backward(ctx, grad):
                return grad * 3

        Flat.apply(torch.ones(3, requires_grad=True)).add_(1)

    check(body, raises=RuntimeError)


def test_instances_of_functions():
    """Making one warns, apply works on it, calling it is refused; InplaceFunction notes its argument."""

    def body(torch):
        class Double(torch.autograd.function.InplaceFunction):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return grad * 2

        x = torch.ones(2, requires_grad=True)
        with pytest.warns(DeprecationWarning, match="should not be instantiated"):
            made = Double(True)
        made.apply(x).sum().backward()
        try:
            made(x)
        except RuntimeError as error:
            return x.grad, made.inplace, str(error)

    check(body, grad=False)
