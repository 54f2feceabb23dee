"""Layers that PyTorch's database of modules lacks: adaptive softmax, DataParallel. PyTorch: test/test_nn.py."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def adaptive(torch, cutoffs=(4, 10, 15), **options):
    torch.manual_seed(0)
    return torch.nn.AdaptiveLogSoftmaxWithLoss(16, 20, list(cutoffs), **options)


@pytest.mark.parametrize("targets", [[0, 3, 4, 17, 9, 14, 19], [0, 1, 2, 3, 3, 0, 1], [19, 17, 16, 15, 15, 19, 18]])
@pytest.mark.parametrize("options", [{}, {"div_value": 2.0, "head_bias": True}])
def test_adaptive_softmax(targets, options):
    """Targets in all clusters, in the head only, in one cluster only: losses, logarithms, gradients of every weight."""

    def body(torch, x):
        module = adaptive(torch, **options)
        output, loss = module(x, torch.tensor(targets))
        results = [output, loss, module.log_prob(x), repr(module)]
        loss.backward(retain_graph=True)
        results += [(name, each.grad) for name, each in module.named_parameters()]
        return results

    check(body, Input((7, 16)))


def test_adaptive_prediction():
    """The likeliest class; one example without a batch; new initial values."""

    def body(torch, x):
        module = adaptive(torch)
        with torch.no_grad():
            results = [module.predict(x)]
            for number in range(20):  # until each entry of the head won once
                module.head.weight[number % 7] = x.mean(0) * 3 + number
                results += [module.predict(x), module.predict(x - 1)]
        result = module(x[0].detach(), torch.tensor(12))
        answer = [each.detach() for each in (result.output, result.loss)]
        with torch.no_grad():
            module.reset_parameters()
        return results, answer, type(result).__name__, module.state_dict()

    check(body, Input((7, 16)), grad=False)


@pytest.mark.parametrize(
    "cutoffs, shape, targets, error",
    [
        ((), (2, 16), [0, 1], ValueError),
        ((5, 4), (2, 16), [0, 1], ValueError),
        ((4, 4), (2, 16), [0, 1], ValueError),
        ((0, 4), (2, 16), [0, 1], ValueError),
        ((4, 20), (2, 16), [0, 1], ValueError),
        ((4.5, 6), (2, 16), [0, 1], ValueError),
        ((4,), (2, 16), [0, 20], RuntimeError),
        ((4,), (2, 16), [0, -1], RuntimeError),
        ((4,), (2, 16), [0, 1, 2], RuntimeError),
        ((4,), (2, 16), [[0, 1]], RuntimeError),
        ((4,), (2, 2, 16), [0, 1], RuntimeError),
        ((4,), (2, 16), 3, RuntimeError),
    ],
)
def test_adaptive_refusals(cutoffs, shape, targets, error):
    """PyTorch's words."""
    check(lambda torch: adaptive(torch, cutoffs)(torch.ones(shape), torch.tensor(targets)), raises=error)


def test_data_parallel_without_gpus():
    """The module itself, under the name `module`."""

    def body(torch, x):
        torch.manual_seed(0)
        module = torch.nn.DataParallel(torch.nn.Linear(3, 2), [0, 1])
        return module(x), module.state_dict(), repr(module), module.device_ids

    check(body, Input((4, 3)))
