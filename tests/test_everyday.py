"""What everyday programs say: older names, NumPy's names of arguments, constants, printed types. Oracle: torch."""

import math
import sys

import numpy as np
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


def test_python_functions_over_elements():
    """apply_ and map_ write what Python says, cast to the dtype; they refuse what has a history."""

    def body(lib):
        x = lib.arange(6).view(2, 3)
        y = x.t().clone().float().t()
        y.apply_(lambda each: each * 2 + 0.5)
        return x.apply_(lambda each: each * 1.7), y, y.map_(lib.tensor([1.0, 2.0, 3.0]), lambda a, b: a * b), y.stride()

    check(body, grad=False)
    with pytest.raises(RuntimeError, match="Can't call apply_"):
        minitorch.ones(1, requires_grad=True).apply_(abs)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (5, 2), (9, 2), (2, 2, 2)])
@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal(shape, wrap):
    """Of matrices of all shapes, and cubes."""
    check(lambda lib: lib.zeros(shape).fill_diagonal_(7, wrap), grad=False)
    check(lambda lib: lib.zeros(*shape).transpose(0, 1).fill_diagonal_(7, wrap), grad=False)


@pytest.mark.parametrize("shape", [(3,), (2, 2, 3)])
def test_fill_diagonal_refuses(shape):
    """Lines, and boxes that are no cubes."""
    check(lambda lib: lib.zeros(shape).fill_diagonal_(7), grad=False, raises=RuntimeError)


def test_older_methods():
    """new, storage, and the questions about memory."""

    def body(lib):
        x = lib.arange(4).view(2, 2)
        said = [x.new([1, 2]), x.new(2, 3).shape, x.new(x).shape, x.greater(1), x.less_equal(1), x.not_equal(1)]
        storage = x.t().storage()
        said += [len(storage), storage.tolist(), storage[1], storage.dtype, storage.nbytes(), storage.element_size()]
        said += [x.is_shared(), x.is_pinned(), x[:1].broadcast_to(3, 2), lib.nn.Linear(2, 2).half().weight.dtype]
        return said

    check(body, grad=False)
    with pytest.raises(TypeError, match="no tensors of torch.bfloat16"):
        minitorch.ones(1).bfloat16()


def test_older_types_take_every_sequence():
    """Ranges and arrays too; large integers stay exact."""

    def body(lib):
        large = np.array([2**24 + 1, 2**53 + 1])
        said = [lib.LongTensor(range(3)), lib.Tensor(range(3)), lib.LongTensor(large), lib.FloatTensor(large)]
        return [*said, lib.LongTensor(np.array([1.7, -1.7])), lib.Tensor((1, 2)), lib.IntTensor([[1], [2]])]

    check(body, grad=False)


def test_arguments_by_name():
    """What has several forms without a name has one with it."""

    def body(lib):
        x = lib.arange(6).view(2, 3)
        said = [lib.zeros(size=(2,)), lib.ones(size=[1, 2]), lib.empty(size=(2, 3)).shape, x.new_zeros(size=(2,))]
        said += [x.new_ones(size=(1,)), x.new_empty(size=(2, 0)), x.view(size=(3, 2)), x.view(dtype=lib.int32)]
        return [*said, x.matmul(other=x.t()), x.swapaxes(axis0=0, axis1=1), lib.swapaxes(x, axis0=0, axis1=1)]

    check(body, grad=False)


def test_special_functions():
    """Those that are made of others."""

    def body(lib):
        x = lib.tensor([0.0, 0.3, 1.0, 2.5, -1.0, float("nan")])
        special = lib.special
        return special.entr(x), special.ndtr(x), special.xlog1py(x, lib.full((6,), -1.0)), special.expit(x)

    check(body, grad=False)
