"""gradcheck and gradgradcheck accept what is right and reject what is wrong. PyTorch: test/test_autograd.py."""

import pytest
from helpers import check

import minitorch

pytestmark = pytest.mark.usefixtures("device")

def cube(torch, wrong: str = ""):
    """x ** 3 with a derivative that is right, or wrong in one way."""

    class Cube(torch.autograd.Function):
        calls = 0

        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            Cube.calls += 1
            right = 3 * x**2 * grad
            if wrong == "sign":
                return -right
            if wrong == "factor":
                return right * 1.01
            if wrong == "one element":
                mask = torch.ones_like(x)
                mask[0] = 0.9
                return right * mask
            if wrong == "ignores grad":
                return 3 * x**2
            if wrong == "constant":
                return right + 1
            if wrong == "random":
                return right * (1 + 1e-9 * (Cube.calls % 7))
            if wrong == "shape":
                return right.sum()
            if wrong == "second":  # right once: the derivative of the derivative is not recorded as it is
                return 3 * x.detach() ** 2 * grad
            return right

    return Cube.apply


WRONG = ["sign", "factor", "one element", "ignores grad", "constant", "random"]


def numbers(torch, *shape):
    return (torch.arange(1, 1 + max(1, shape[0] if shape else 1), dtype=torch.float64) / 2.7).requires_grad_()


@pytest.mark.parametrize("fast_mode", [False, True])
def test_right_derivatives_pass(fast_mode):
    def body(torch):
        x, y = numbers(torch, 3), numbers(torch, 3)
        gradcheck = torch.autograd.gradcheck
        return [
            gradcheck(cube(torch), x, fast_mode=fast_mode),
            gradcheck(lambda a, b: (a * b, a.sum()), (x, y), fast_mode=fast_mode),
            gradcheck(lambda a, b: a * 2, (x, 5), fast_mode=fast_mode),
            gradcheck(lambda a: a.long(), x, fast_mode=fast_mode, eps=1e-9),
            gradcheck(lambda a: (a.exp(), (a > 100).double()), [x], fast_mode=fast_mode),
        ]

    check(body, grad=False)


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_derivatives_are_found(wrong, fast_mode):
    def verdict(torch):
        return torch.autograd.gradcheck(
            cube(torch, wrong), numbers(torch, 3), raise_exception=False, fast_mode=fast_mode
        )

    def refusal(torch):
        torch.autograd.gradcheck(cube(torch, wrong), numbers(torch, 3), fast_mode=fast_mode)

    check(verdict, grad=False)
    assert verdict(minitorch) is False
    check(refusal, grad=False, raises=RuntimeError)  # GradcheckError is one


def test_a_gradient_of_another_shape():
    def body(torch):
        torch.autograd.gradcheck(cube(torch, "shape"), numbers(torch, 3))

    check(body, grad=False, raises=RuntimeError)


def test_tolerances():
    def body(torch):
        x = numbers(torch, 3)
        verdicts = []
        for options in ({"rtol": 0.02}, {"rtol": 0.001}, {"atol": 1.0}, {"atol": 1e-9, "rtol": 1e-9}):
            verdicts.append(torch.autograd.gradcheck(cube(torch, "factor"), x, raise_exception=False, **options))
        verdicts.append(
            torch.autograd.gradcheck(cube(torch, "random"), x, nondet_tol=1e-6, raise_exception=False)
        )
        return verdicts

    check(body, grad=False)
    assert body(minitorch) == [True, False, True, False, True]


def test_second_derivatives():
    def body(torch):
        x = numbers(torch, 2)
        gradgradcheck = torch.autograd.gradgradcheck
        return [
            gradgradcheck(cube(torch), x),
            gradgradcheck(cube(torch), x, fast_mode=True),
            gradgradcheck(cube(torch), x, torch.ones(2, dtype=torch.float64, requires_grad=True)),
            gradgradcheck(cube(torch), x, gen_non_contig_grad_outputs=True),
            gradgradcheck(lambda a: a * a, x),
            gradgradcheck(cube(torch, "second"), x, raise_exception=False),
            torch.autograd.gradcheck(cube(torch, "second"), x, raise_exception=False),
        ]

    check(body, grad=False)
    assert body(minitorch) == [True] * 5 + [False, True]


def test_inputs_that_cannot_be_checked():
    def nothing(torch):
        torch.autograd.gradcheck(lambda x: x, torch.ones(2, dtype=torch.float64))

    def expanded(torch):
        torch.autograd.gradcheck(lambda x: x, torch.ones(1, dtype=torch.float64, requires_grad=True).expand(3))

    check(nothing, grad=False, raises=ValueError)
    check(expanded, grad=False, raises=RuntimeError)
    with pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision"):
        minitorch.autograd.gradcheck(lambda x: x, minitorch.ones(2, requires_grad=True), atol=0.1)


def test_error_class():
    from minitorch.autograd.gradcheck import GradcheckError

    with pytest.raises(GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0,"):
        minitorch.autograd.gradcheck(cube(minitorch, "sign"), numbers(minitorch, 2))
