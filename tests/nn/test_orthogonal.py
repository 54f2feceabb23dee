"""Weights that are kept orthogonal. PyTorch: test/nn/test_parametrization.py."""

import pytest
from agreement import agree
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")

SHAPES = [(3, 3), (5, 3), (3, 5), (2, 4, 3)]


@pytest.mark.parametrize("trivial", [True, False])
@pytest.mark.parametrize("kind", [None, "matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("shape", SHAPES)
def test_training(shape, kind, trivial):
    """The weight at the start and after two steps, and the gradients: orthogonal all the time."""

    def body(torch, start):
        torch.manual_seed(5)
        module = torch.nn.Module()
        module.weight = torch.nn.Parameter(start.detach().clone())
        orthogonal = torch.nn.utils.parametrizations.orthogonal
        orthogonal(module, "weight", kind, use_trivialization=trivial)
        assert module.weight.shape == start.shape
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
        results = []
        for _ in range(3):
            weight = module.weight
            tall = weight if weight.shape[-2] >= weight.shape[-1] else weight.mT
            assert torch.allclose(tall.mT @ tall, torch.eye(tall.shape[-1], dtype=tall.dtype), atol=1e-5)
            results.append(weight.detach())
            optimizer.zero_grad()
            (weight * torch.arange(float(weight.numel())).view(weight.shape)).sum().backward()
            results.append(module.parametrizations.weight.original.grad.clone())
            optimizer.step()
        return results

    check(body, Input(shape, dtype="float64"), grad=False, rtol=1e-6, atol=1e-7)


def test_assigning():
    """An orthogonal weight is taken as it is; another is made orthogonal."""

    def body(torch, other):
        orthogonal = torch.nn.utils.parametrizations.orthogonal
        layer = orthogonal(torch.nn.Linear(3, 3, dtype=torch.float64))
        turned = torch.linalg.qr(other.detach())[0]
        layer.weight = turned
        results = [layer.weight - turned]
        layer.weight = other
        results.append(layer.weight)
        reflected = orthogonal(torch.nn.Linear(3, 3, dtype=torch.float64), orthogonal_map="householder", use_trivialization=False)
        reflected.weight = turned
        results.append(reflected.weight - turned)
        return [each.detach() for each in results], list(layer.state_dict()), repr(layer)

    check(body, Input((3, 3), dtype="float64"), grad=False, rtol=1e-6, atol=1e-7)


ERRORS = [
    lambda nn, orthogonal: orthogonal(nn.Linear(2, 2), "other"),
    lambda nn, orthogonal: orthogonal(nn.Linear(2, 2), "bias"),
    lambda nn, orthogonal: orthogonal(nn.Linear(2, 2), orthogonal_map="qr"),
    lambda nn, orthogonal: setattr(orthogonal(nn.Linear(2, 2)), "weight", nn.Linear(3, 2).weight),
    lambda nn, orthogonal: setattr(orthogonal(nn.Linear(2, 2), use_trivialization=False), "weight", nn.Linear(2, 2).weight),
]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_refusals(number):
    def body(torch):
        ERRORS[number](torch.nn, torch.nn.utils.parametrizations.orthogonal)

    agree(body)
