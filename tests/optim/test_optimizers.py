"""Optimizers step by step beside PyTorch. PyTorch: torch/testing/_internal/common_optimizers.py."""

import numpy as np
import places
import pytest
from helpers import check, needs_torch, numpy

import minitorch

pytestmark = pytest.mark.usefixtures("device")

CONFIGURATIONS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.5, "foreach": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "fused": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.9}),
    ("RMSprop", {"centered": True, "weight_decay": 0.1, "alpha": 0.3}),
    ("RMSprop", {"centered": True, "momentum": 0.4, "maximize": True, "eps": 1e-4}),
    ("Adam", {}),
    ("Adam", {"lr": 0.01, "amsgrad": True, "weight_decay": 0.1}),
    ("Adam", {"betas": (0.3, 0.4), "eps": 1e-3, "maximize": True}),
    ("Adam", {"betas": (0.0, 0.5), "foreach": True}),
    ("Adam", {"weight_decay": 0.2, "decoupled_weight_decay": True}),
    ("Adam", {"fused": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.02, "weight_decay": 0.3, "amsgrad": True, "maximize": True}),
]
SHAPES = [(5, 3), (), (7,), (2, 3, 2, 2), (0, 3)]


def _gradients(step: int, dtype: str) -> list[np.ndarray]:
    rng = np.random.default_rng(step)
    return [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]


def _parameters(torch, dtype: str = "float32", layout=lambda tensor: tensor):
    rng = np.random.default_rng(99)
    values = [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]
    return [torch.nn.Parameter(layout(places.here(torch, torch.from_numpy(value)))) for value in values]


def _train(torch, optimizer, parameters, steps: int, dtype: str = "float32") -> None:
    for step in range(steps):
        for number, (parameter, value) in enumerate(zip(parameters, _gradients(step, dtype))):
            # One parameter gets its first gradient late: its state starts later than the others'. (PyTorch's
            # fused SGD raises a TypeError then.)
            late = number == 2 and step < 3 and not optimizer.defaults.get("fused")
            parameter.grad = None if late else places.here(torch, torch.from_numpy(value))
        optimizer.step()


def _state(optimizer):
    return optimizer.state_dict()["state"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name, options", CONFIGURATIONS, ids=str)
def test_twenty_steps(name, options, dtype):
    """Parameters, state and groups after 20 steps; only PyTorch's square root is a last bit off at times."""

    def body(torch):
        parameters = _parameters(torch, dtype)
        optimizer = getattr(torch.optim, name)(parameters, **options)
        _train(torch, optimizer, parameters, 20, dtype)
        return [each.detach() for each in parameters], optimizer.state_dict(), repr(optimizer)

    if options.get("fused") and name == "Adam":
        check(body)  # PyTorch's own fused kernel rounds differently from its plain path
    else:
        check(body, exact=name == "SGD", rtol=1e-6, atol=3e-7)


@needs_torch
@pytest.mark.parametrize("name, options", [each for each in CONFIGURATIONS if "Adam" in each[0]], ids=str)
def test_adam_rounds_as_pytorch(name, options):
    """Bit for bit what PyTorch's operations give, once the square root is the correctly rounded one."""
    import torch

    from_options = {
        "lr": 1e-3,
        "betas": (0.9, 0.999),
        "eps": 1e-8,
        "weight_decay": 0.01 if name == "AdamW" else 0,
    }
    o = {**from_options, "amsgrad": False, "maximize": False, **options}
    decoupled = name == "AdamW" or o.get("decoupled_weight_decay", False)
    beta1, beta2 = o["betas"]
    parameters = _parameters(minitorch)
    optimizer = getattr(minitorch.optim, name)(parameters, **options)
    expected = [torch.from_numpy(numpy(each).copy()) for each in parameters]
    means = [torch.zeros_like(each) for each in expected]
    squares = [torch.zeros_like(each) for each in expected]
    peaks = [torch.zeros_like(each) for each in expected]
    for step in range(10):
        gradients = _gradients(step, "float32")
        for parameter, value in zip(parameters, gradients):
            parameter.grad = places.here(minitorch, minitorch.from_numpy(value))
        optimizer.step()
        for p, m, v, peak, value in zip(expected, means, squares, peaks, gradients):
            g = -torch.from_numpy(value) if o["maximize"] else torch.from_numpy(value)
            if o["weight_decay"] and decoupled:
                p.mul_(1 - o["lr"] * o["weight_decay"])
            elif o["weight_decay"]:
                g = g.add(p, alpha=o["weight_decay"])
            m.lerp_(g, 1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            used = torch.maximum(peak, v, out=peak) if o["amsgrad"] else v
            root = used.double().sqrt().float()
            denominator = (root / (1 - beta2 ** (step + 1)) ** 0.5).add_(o["eps"])
            p.addcdiv_(m, denominator, value=-o["lr"] / (1 - beta1 ** (step + 1)))
    for mine, other in zip(parameters, expected):
        assert (numpy(mine) == other.numpy()).all()


def test_large_parameters_are_shared_out():
    """Beyond one grain the parallel loop runs, across the borders between parameters, with the same bits."""

    def body(torch):
        results = []
        for name, options in (
            ("SGD", {"momentum": 0.9}),
            ("Adam", {"amsgrad": True}),
            ("Adam", {}),
            ("RMSprop", {"centered": True}),
            ("RMSprop", {}),
        ):
            rng = np.random.default_rng(0)
            sizes = [10, 40_000, 0, 33_000, 1]
            parameters = [
                torch.nn.Parameter(places.here(torch, torch.from_numpy(rng.standard_normal(size).astype(np.float32))))
                for size in sizes
            ]
            optimizer = getattr(torch.optim, name)(parameters, lr=0.01, **options)
            for _ in range(3):
                for parameter in parameters:
                    values = rng.standard_normal(parameter.shape).astype(np.float32)
                    parameter.grad = places.here(torch, torch.from_numpy(values))
                optimizer.step()
            results += [parameter.detach() for parameter in parameters]
        return results

    check(body, rtol=1e-6, atol=3e-7)


LAYOUTS = {
    "transposed": lambda tensor: tensor.transpose(0, -1) if tensor.dim() > 1 else tensor,
    "every other": lambda tensor: tensor.repeat_interleave(2, 0)[::2] if tensor.dim() else tensor,
}


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam"])
@pytest.mark.parametrize("what", ["parameter", "gradient"])
def test_layouts(what, name):
    """Parameters and gradients that do not lie row by row are updated all the same."""

    def body(torch):
        rng = np.random.default_rng(0)

        def transposed(shape):
            return places.here(torch, torch.from_numpy(rng.standard_normal(shape).astype(np.float32))).t()

        parameter = torch.nn.Parameter(
            transposed((3, 4)) if what == "parameter" else transposed((4, 3)).contiguous()
        )
        if what == "gradient":
            parameter = torch.nn.Parameter(transposed((3, 4)).contiguous())
        optimizer = getattr(torch.optim, name)(
            [parameter], lr=0.1, **({"momentum": 0.9} if name != "Adam" else {})
        )
        for step in range(4):
            gradient = transposed((3, 4))
            if what == "parameter":
                gradient = gradient.contiguous()
            elif step == 3:
                gradient = torch.ones(1, 1).expand(4, 3)
            parameter.grad = gradient
            optimizer.step()
        return parameter.detach(), parameter.stride(), _state(optimizer)

    check(body, rtol=1e-6, atol=3e-7)


@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate parameters")
def test_a_parameter_listed_twice():
    """It is updated twice, the second time from the result of the first."""

    def body(torch):
        results = []
        for name in ("SGD", "Adam"):
            parameter = torch.nn.Parameter(torch.ones(40_000))
            parameter.grad = torch.full((40_000,), 0.5)
            optimizer = getattr(torch.optim, name)([parameter, parameter], lr=0.1, weight_decay=0.5)
            optimizer.step()
            results += [parameter.detach(), _state(optimizer)]
        return results

    check(body)


def test_a_window_onto_other_memory():
    """Only the parameter's own elements change."""

    def body(torch):
        memory = torch.arange(10.0)
        parameter = torch.nn.Parameter(memory[1::3])
        parameter.grad = torch.ones(3)
        torch.optim.SGD([parameter], lr=0.5).step()
        return memory

    check(body)


def test_parameters_of_both_dtypes():
    """One group may hold float32 and float64."""

    def body(torch):
        parameters = [
            torch.nn.Parameter(torch.ones(3, dtype=dtype)) for dtype in (torch.float32, torch.float64)
        ]
        optimizer = torch.optim.Adam(parameters, lr=0.1)
        for _ in range(3):
            for parameter in parameters:
                parameter.grad = torch.arange(3.0, dtype=parameter.dtype)
            optimizer.step()
        return [each.detach() for each in parameters], _state(optimizer)

    check(body)


def test_a_step_counts_as_an_in_place_write():
    """A graph that saved the parameter cannot be walked after a step."""

    def body(torch):
        parameter = torch.nn.Parameter(torch.ones(3))
        other = torch.ones(3, requires_grad=True)
        optimizer = torch.optim.SGD([parameter], lr=0.1)
        loss = (parameter * other).sum()
        loss.backward(retain_graph=True)
        optimizer.step()
        loss.backward()

    check(body, raises=RuntimeError, text=False)

    def version(torch):
        parameter = torch.nn.Parameter(torch.ones(3))
        parameter.grad = torch.ones(3)
        optimizer = torch.optim.SGD([parameter], lr=0.1)
        before = parameter._version
        optimizer.step()
        return parameter._version > before

    check(version)


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam"])
def test_learning_rate_as_a_tensor(name):
    """A tensor of one element, changed between steps."""

    def body(torch):
        rate = torch.tensor(0.1)
        parameter = torch.nn.Parameter(torch.ones(3))
        optimizer = getattr(torch.optim, name)([parameter], lr=rate)
        for _ in range(3):
            parameter.grad = torch.arange(3.0)
            optimizer.step()
            rate.mul_(0.5)
        return parameter.detach(), repr(optimizer)

    check(body)


def test_betas_as_tensors():
    """Adam's betas may be tensors of one element."""

    def body(torch):
        parameter = torch.nn.Parameter(torch.ones(3))
        betas = torch.tensor(0.5), torch.tensor(0.75)
        optimizer = torch.optim.Adam([parameter], lr=0.1, betas=betas)
        for _ in range(3):
            parameter.grad = torch.arange(3.0)
            optimizer.step()
        return parameter.detach(), repr(optimizer)

    check(body)


def test_nan_and_infinity_arrive():
    """They are not lost in amsgrad's maximum, and do not touch their neighbours."""

    def body(torch):
        parameter = torch.nn.Parameter(torch.ones(6))
        optimizer = torch.optim.Adam([parameter], lr=0.1, amsgrad=True)
        for step in range(3):
            gradient = torch.ones(6)
            if step == 1:
                gradient[1], gradient[3] = float("nan"), float("inf")
            parameter.grad = gradient
            optimizer.step()
        return parameter.detach(), _state(optimizer)

    check(body)


def test_state_of_the_wrong_shape_is_refused():
    """The kernel never reads beyond an array that somebody put into the state."""
    parameter = minitorch.nn.Parameter(minitorch.ones(1000))
    optimizer = minitorch.optim.Adam([parameter])
    parameter.grad = minitorch.ones(1000)
    optimizer.step()
    optimizer.state[parameter]["exp_avg"] = minitorch.zeros(3)
    with pytest.raises(RuntimeError, match="does not fit"):
        optimizer.step()


@needs_torch
@pytest.mark.parametrize(
    "name, options", [each for each in CONFIGURATIONS if "fused" not in each[1]], ids=str
)
def test_state_exchanged_with_pytorch(name, options):
    """A state_dict of either library goes on in the other."""
    import torch

    ours, theirs = _parameters(minitorch), _parameters(torch)
    mine = getattr(minitorch.optim, name)(ours, **options)
    other = getattr(torch.optim, name)(theirs, **options)
    _train(minitorch, mine, ours, 5)
    _train(torch, other, theirs, 5)
    to_ours = _converted(other.state_dict(), torch, minitorch)
    to_theirs = _converted(mine.state_dict(), minitorch, torch)
    mine = getattr(minitorch.optim, name)(ours, lr=3.0)
    other = getattr(torch.optim, name)(theirs, lr=3.0)
    mine.load_state_dict(to_ours)
    other.load_state_dict(to_theirs)
    _train(minitorch, mine, ours, 5)
    _train(torch, other, theirs, 5)
    for left, right in zip(ours, theirs):
        np.testing.assert_allclose(numpy(left), numpy(right), rtol=2e-6, atol=1e-6)


def _converted(value, source, target):
    if isinstance(value, source.Tensor):
        return target.from_numpy(numpy(value).copy())
    if isinstance(value, dict):
        return {name: _converted(each, source, target) for name, each in value.items()}
    if isinstance(value, list):
        return [_converted(each, source, target) for each in value]
    return value
