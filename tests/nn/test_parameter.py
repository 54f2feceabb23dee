"""Parameter and Buffer. PyTorch: test/test_nn.py."""

import copy
import pickle

from helpers import check

import minitorch


def test_parameter():
    """It shares memory, is a leaf, requires a gradient unless told otherwise, and prints its kind."""

    def body(torch):
        data = torch.arange(6.0).reshape(2, 3)
        parameter = torch.nn.Parameter(data)
        data[0, 0] = 7
        frozen = torch.nn.Parameter(data, requires_grad=False)
        whole = torch.nn.Parameter(torch.arange(3), requires_grad=False)
        window = torch.nn.Parameter(data.t())
        return (
            parameter,
            repr(parameter),
            parameter.is_leaf,
            isinstance(parameter, torch.Tensor),
            repr(frozen),
            repr(whole),
            window.stride(),
            parameter.data_ptr() == data.data_ptr(),
            isinstance(parameter * 2, torch.nn.Parameter),
            torch.nn.Parameter().shape,
            torch.nn.Parameter(parameter * 2).is_leaf,
        )

    check(body)


def test_a_parameter_of_integers_cannot_require_a_gradient():
    """PyTorch's error."""
    check(lambda torch: torch.nn.Parameter(torch.arange(3)), raises=RuntimeError)


def test_a_parameter_is_made_under_no_grad_too():
    """no_grad is about operations, not about leaves."""

    def body(torch):
        with torch.no_grad():
            return torch.nn.Parameter(torch.ones(2))

    check(body)


def test_deepcopy():
    """Own memory, no gradient, the same strides."""

    def body(torch):
        parameter = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3).t())
        parameter.grad = torch.ones(3, 2)
        duplicate = copy.deepcopy(parameter)
        with torch.no_grad():
            duplicate.add_(1)
        return parameter, duplicate, duplicate.stride(), duplicate.grad is None, type(duplicate).__name__

    check(body)


def test_pickle():
    """Comes back as a Parameter."""
    parameter = minitorch.nn.Parameter(minitorch.arange(3.0), requires_grad=False)
    again = pickle.loads(pickle.dumps(parameter))
    assert type(again) is minitorch.nn.Parameter
    assert again.tolist() == [0.0, 1.0, 2.0]
    assert not again.requires_grad


def test_buffer():
    """A Buffer registers itself when it is assigned, persistent or not."""

    def body(torch):
        module = torch.nn.Identity()
        module.kept = torch.nn.Buffer(torch.ones(2))
        module.lost = torch.nn.Buffer(torch.zeros(2), persistent=False)
        module.kept = torch.full((2,), 3.0)
        return list(dict(module.named_buffers())), module.state_dict(), module.kept.requires_grad

    check(body)
