"""What everyday programs say: older names, NumPy's names of arguments, constants, printed types. Oracle: torch."""

import math
import sys

import pytest
from helpers import check

import minitorch


def test_numpy_names_of_arguments():
    """axis and keepdims stand for dim and keepdim."""

    def body(lib):
        x = lib.tensor([[1.0, 5.0, 2.0], [4.0, 0.0, 3.0]])
        said = [x.sum(axis=1), x.sum(1, keepdims=True), lib.sum(x, axis=0), x.mean(axis=(0, 1)), x.prod(axis=0)]
        said += [x.std(axis=0), x.var(axis=1, keepdims=True), *x.max(axis=1), *x.min(axis=0), x.argmax(axis=1)]
        said += [x.argmin(axis=0), x.any(axis=0), x.all(axis=1), x.amax(axis=0), x.amin(axis=1), x.cumsum(axis=0)]
        said += [x.cumprod(axis=1), x.softmax(axis=1), lib.softmax(x, axis=0), x.log_softmax(axis=0)]
        said += [lib.cat([x, x], axis=1), lib.stack([x, x], axis=1), lib.concatenate([x, x], axis=0)]
        said += [x.unsqueeze(axis=1), x[:1].squeeze(axis=0)]
        return said

    check(body, grad=False)


@pytest.mark.parametrize("call", [lambda x: x.sum(axes=1), lambda x: minitorch.cat([x], dimension=0)])
def test_other_names_are_refused(call):
    """As Python itself would."""
    with pytest.raises(TypeError, match="got an unexpected keyword argument"):
        call(minitorch.ones(2, 2))


def test_variable():
    """A new tensor with the memory of the old one; every tensor is one."""

    def body(lib):
        Variable = lib.autograd.Variable
        x = lib.ones(2)
        variable = Variable(x, requires_grad=True)
        (variable * 3).sum().backward()
        x.add_(1)
        return variable, variable.grad, isinstance(x, Variable), Variable(x).requires_grad, Variable()

    check(body, grad=False)
    with pytest.raises(TypeError, match="Variable data has to be a tensor, but got list"):
        minitorch.autograd.Variable([1.0])


def test_constants():
    """math's, and newaxis."""
    assert (minitorch.pi, minitorch.e, minitorch.inf) == (math.pi, math.e, math.inf)
    assert math.isnan(minitorch.nan)
    assert minitorch.ones(2)[:, minitorch.newaxis].shape == (2, 1)


def test_types_are_printed_with_pytorchs_names():
    """Of tensors and parameters; a class of one's own keeps its name."""

    class Mine(minitorch.Tensor):
        pass

    assert repr(type(minitorch.ones(1))) == "<class 'torch.Tensor'>"
    assert repr(minitorch.nn.Parameter) == "<class 'torch.nn.parameter.Parameter'>"
    assert repr(Mine) == f"<class '{__name__}.{Mine.__qualname__}'>"
    assert sys.modules[minitorch.Tensor.__module__].Tensor is minitorch.Tensor  # so pickle finds it
