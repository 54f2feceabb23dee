"""nn.utils: clipping, parameters as a vector. PyTorch: test/test_nn.py."""

import math
import warnings

import pytest
from agreement import agree
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def _with_gradients(torch, values):
    parameters = []
    for value in values:
        parameter = torch.nn.Parameter(torch.zeros_like(value))
        parameter.grad = value.detach().clone()
        parameters.append(parameter)
    return [*parameters, torch.nn.Parameter(torch.ones(2))]


@pytest.mark.parametrize("norm_type", [2.0, 1, 3.0, 0.5, math.inf, -math.inf, 0])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clip_grad_norm(max_norm, norm_type):
    """The norm over all gradients, and gradients scaled if it is too large."""

    def body(torch, x, y):
        parameters = _with_gradients(torch, [x, y])
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type)
        return norm, [parameter.grad for parameter in parameters[:2]]

    check(body, Input((3, 4)), Input((5,), seed=1), grad=False)


def test_clip_grad_norm_of_one_of_none_and_of_nan():
    """A single tensor, nothing to clip, a generator without parameters, and a norm that is not finite."""

    def body(torch, x):
        (parameter, other) = _with_gradients(torch, [x])
        results = [torch.nn.utils.clip_grad_norm_(parameter, 1.0), parameter.grad]
        results.append(torch.nn.utils.clip_grad_norm_([other], 1.0))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results.append(torch.nn.utils.clip_grad_norm_((each for each in []), 1.0))
        results.append([str(each.message) for each in caught])
        parameter.grad.fill_(math.nan)
        results += [torch.nn.utils.clip_grad_norm_(parameter, 1.0), parameter.grad]
        return results

    check(body, Input((3, 4)), grad=False)

    def failing(torch):
        parameters = _with_gradients(torch, [torch.full((2,), math.inf)])
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, error_if_nonfinite=True)

    check(failing, raises=RuntimeError)


def test_clip_grad_value():
    """Every element within the limit."""

    def body(torch, x):
        parameters = _with_gradients(torch, [x])
        torch.nn.utils.clip_grad_value_(parameters, 0.5)
        return parameters[0].grad

    check(body, Input((3, 4)), grad=False)


def test_parameters_as_a_vector():
    """End to end, differentiable, and back as windows onto the vector."""

    def body(torch):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1))
        vector = torch.nn.utils.parameters_to_vector(model.parameters())
        weight = model[0].weight
        torch.nn.utils.vector_to_parameters(vector.detach() * 2, model.parameters())
        assert model[0].weight is weight
        return vector, model.state_dict()

    check(body)
    check(lambda torch: torch.nn.utils.vector_to_parameters(3, []), raises=TypeError)


def test_the_older_name_warns():
    def body(torch):
        parameters = _with_gradients(torch, [torch.ones(3)])
        return torch.nn.utils.clip_grad_norm(parameters, 1.0), parameters[0].grad

    agree(body)
