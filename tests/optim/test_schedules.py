"""Every schedule for 200 steps, and its state_dict. PyTorch: test/optim/test_lrscheduler.py, test_swa_utils.py."""

import copy
import warnings

import pytest
from helpers import check, needs_torch

import minitorch

try:
    import torch
except ImportError:
    torch = None


def schedule(name, **options):
    return lambda library, optimizer: getattr(library.optim.lr_scheduler, name)(optimizer, **options)


def sequential(library, optimizer):
    L = library.optim.lr_scheduler
    parts = [L.LinearLR(optimizer, 0.1, total_iters=20), L.CosineAnnealingLR(optimizer, 60), L.ExponentialLR(optimizer, 0.97)]
    return L.SequentialLR(optimizer, parts, milestones=[20, 90])


def nested(library, optimizer):
    L = library.optim.lr_scheduler
    inner = L.SequentialLR(optimizer, [L.ConstantLR(optimizer, 0.5, 4), L.StepLR(optimizer, 7, 0.8)], milestones=[10])
    return L.SequentialLR(optimizer, [inner, L.PolynomialLR(optimizer, 50, 2.0)], milestones=[60])


def chained(library, optimizer):
    L = library.optim.lr_scheduler
    return L.ChainedScheduler([L.ConstantLR(optimizer, 0.3, 8), L.ExponentialLR(optimizer, 0.99), L.StepLR(optimizer, 30)])


SCHEDULES = {
    "ConstantLR": schedule("ConstantLR", factor=0.2, total_iters=30),
    "ConstantLR, defaults": schedule("ConstantLR"),
    "LinearLR": schedule("LinearLR", start_factor=0.1, end_factor=0.7, total_iters=77),
    "LinearLR, defaults": schedule("LinearLR"),
    "PolynomialLR": schedule("PolynomialLR", total_iters=120, power=2.5),
    "PolynomialLR, defaults": schedule("PolynomialLR"),
    "StepLR": schedule("StepLR", step_size=7, gamma=0.8),
    "MultiStepLR": schedule("MultiStepLR", milestones=[3, 50, 50, 120], gamma=0.5),
    "ExponentialLR": schedule("ExponentialLR", gamma=0.97),
    "LambdaLR": schedule("LambdaLR", lr_lambda=[lambda epoch: 0.95**epoch, lambda epoch: 1 / (1 + epoch)]),
    "MultiplicativeLR": schedule("MultiplicativeLR", lr_lambda=lambda epoch: 0.95),
    "CosineAnnealingLR": schedule("CosineAnnealingLR", T_max=33, eta_min=0.001),
    "CosineAnnealingWarmRestarts": schedule("CosineAnnealingWarmRestarts", T_0=10, T_mult=2, eta_min=1e-4),
    "CosineAnnealingWarmRestarts, equal": schedule("CosineAnnealingWarmRestarts", T_0=17),
    "CyclicLR": schedule("CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=13),
    "CyclicLR, triangular2": schedule(
        "CyclicLR", base_lr=[0.01, 0.02], max_lr=[0.1, 0.3], step_size_up=9, step_size_down=20, mode="triangular2"
    ),
    "CyclicLR, exp_range": schedule(
        "CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=13, mode="exp_range", gamma=0.99, cycle_momentum=False
    ),
    "CyclicLR, function": schedule(
        "CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=13, scale_fn=lambda x: 0.9**x, scale_mode="iterations"
    ),
    "OneCycleLR": schedule("OneCycleLR", max_lr=0.3, total_steps=200),
    "OneCycleLR, three phases": schedule(
        "OneCycleLR", max_lr=[0.3, 0.2], epochs=10, steps_per_epoch=20, three_phase=True, anneal_strategy="linear"
    ),
    "OneCycleLR, no momentum": schedule("OneCycleLR", max_lr=0.3, total_steps=200, cycle_momentum=False, pct_start=0.1),
    "ReduceLROnPlateau": schedule("ReduceLROnPlateau", patience=3, factor=0.5, cooldown=2, min_lr=[1e-3, 1e-4]),
    "ReduceLROnPlateau, max": schedule("ReduceLROnPlateau", mode="max", threshold_mode="abs", threshold=0.1, patience=1),
    "SWALR": lambda library, optimizer: library.optim.swa_utils.SWALR(optimizer, [0.5, 0.01], anneal_epochs=30),
    "SWALR, linear": lambda library, optimizer: library.optim.swa_utils.SWALR(
        optimizer, 0.05, anneal_epochs=0, anneal_strategy="linear"
    ),
    "SequentialLR": sequential,
    "SequentialLR, nested": nested,
    "ChainedScheduler": chained,
}


def an_optimizer(library, kind: str):
    params = [library.nn.Parameter(library.ones(2)) for _ in range(2)]
    groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.04}]
    if kind == "Adam":
        return library.optim.Adam(groups, lr=library.tensor(0.1))
    return library.optim.SGD(groups, lr=0.1, momentum=0.9)


def steps(optimizer, scheduler, number: int, first: int = 0) -> list:
    seen = []
    for step in range(first, first + number):
        optimizer.step()
        if "Plateau" in type(scheduler).__name__:
            scheduler.step(abs((step * 37) % 11 - 5) / (1 + step % 40))
        else:
            scheduler.step()
        rates = [float(group["lr"]) for group in optimizer.param_groups]
        momenta = [group.get("momentum", group.get("betas")) for group in optimizer.param_groups]
        seen.append((rates, momenta, [float(each) for each in scheduler.get_last_lr()]))
    return seen


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_two_hundred_steps(name, kind):
    def body(library):
        optimizer = an_optimizer(library, kind)
        scheduler = SCHEDULES[name](library, optimizer)
        start = [float(group["lr"]) for group in optimizer.param_groups]
        return start, steps(optimizer, scheduler, 199), scheduler.last_epoch if hasattr(scheduler, "last_epoch") else 0

    check(body, rtol=1e-6 if kind == "Adam" else 1e-12, atol=1e-7 if kind == "Adam" else 1e-15)


@needs_torch
@pytest.mark.parametrize("name", SCHEDULES)
def test_state_dict_of_the_other_library(name):
    """Each goes on from where the other was; what only one of them keeps does not disturb."""
    sides = {}
    for library in (minitorch, torch):
        optimizer = an_optimizer(library, "SGD")
        scheduler = SCHEDULES[name](library, optimizer)
        steps(optimizer, scheduler, 25)
        sides[library] = optimizer, scheduler
    states = {library: copy.deepcopy([each.state_dict() for each in side]) for library, side in sides.items()}
    later = []
    for library, other in ((minitorch, torch), (torch, minitorch)):
        optimizer = an_optimizer(library, "SGD")
        scheduler = SCHEDULES[name](library, optimizer)
        optimizer.param_groups[0]["lr"] = optimizer.param_groups[1]["lr"] = 0.5
        optimizer.load_state_dict({**states[other][0], "state": {}})
        state = states[other][1]
        missing = set(state_keys(states[torch][1])) - set(state_keys(states[minitorch][1])) - IMPLIED
        assert not missing
        scheduler.load_state_dict(copy.deepcopy(state))
        later.append(steps(optimizer, scheduler, 20, 25))
    assert close(later[0], later[1])


# What the other library computes from the rest.
IMPLIED = {"_scale_fn_ref"}


def state_keys(state: dict) -> list:
    return [key for key in state if key != "_schedulers"]


def close(a, b) -> bool:
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    return a == pytest.approx(b, rel=1e-12, abs=1e-15)


REFUSALS = [
    lambda L, o: L.ConstantLR(o, factor=2),
    lambda L, o: L.LinearLR(o, start_factor=0),
    lambda L, o: L.LinearLR(o, end_factor=2),
    lambda L, o: L.CosineAnnealingWarmRestarts(o, 0),
    lambda L, o: L.CosineAnnealingWarmRestarts(o, 2, 0),
    lambda L, o: L.CosineAnnealingWarmRestarts(o, 2, 1, "a"),
    lambda L, o: L.CosineAnnealingWarmRestarts(o, 2).step(-3),
    lambda L, o: L.CyclicLR(o, 0.1, 0.2, mode="square"),
    lambda L, o: L.CyclicLR(o, [0.1], 0.2),
    lambda L, o: L.CyclicLR(3, 0.1, 0.2),
    lambda L, o: L.OneCycleLR(o, 0.1),
    lambda L, o: L.OneCycleLR(o, 0.1, total_steps=0),
    lambda L, o: L.OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=2),
    lambda L, o: L.OneCycleLR(o, 0.1, epochs=2, steps_per_epoch=-2),
    lambda L, o: L.OneCycleLR(o, 0.1, total_steps=10, pct_start=2),
    lambda L, o: L.OneCycleLR(o, 0.1, total_steps=10, anneal_strategy="a"),
    lambda L, o: [L.OneCycleLR(o, 0.1, total_steps=2).step() for _ in range(1)] and steps_beyond(L, o),
    lambda L, o: L.ReduceLROnPlateau(o, factor=1.0),
    lambda L, o: L.ReduceLROnPlateau(o, mode="a"),
    lambda L, o: L.ReduceLROnPlateau(o, threshold_mode="a"),
    lambda L, o: L.ReduceLROnPlateau(o, min_lr=[1]),
    lambda L, o: L.ReduceLROnPlateau(3),
    lambda L, o: L.SequentialLR(o, [], []),
    lambda L, o: L.SequentialLR(o, [L.StepLR(o, 2)], [2]),
    lambda L, o: L.SequentialLR(o, [L.ReduceLROnPlateau(o), L.StepLR(o, 2)], [2]),
    lambda L, o: L.SequentialLR(o, [L.StepLR(o, 2), 3], [2]),
    lambda L, o: L.ChainedScheduler([]),
    lambda L, o: L.ChainedScheduler([L.StepLR(o, 2), L.ReduceLROnPlateau(o)]),
]


def steps_beyond(L, optimizer):
    scheduler = L.OneCycleLR(optimizer, 0.1, total_steps=2)
    for _ in range(4):
        scheduler.step()


@pytest.mark.parametrize("number", range(len(REFUSALS)))
def test_refusals(number):
    def body(library):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            REFUSALS[number](library.optim.lr_scheduler, an_optimizer(library, "SGD"))

    check(body, raises=(TypeError, ValueError), may_raise=True)


def test_averaged_models():
    def body(library):
        torch = library
        results = []
        for options in ("mean", "ema", "multi ema", "own"):
            torch.manual_seed(1)
            model = torch.nn.Linear(3, 2)
            swa = torch.optim.swa_utils
            keywords = {
                "mean": {},
                "ema": {"avg_fn": swa.get_ema_avg_fn(0.9)},
                "multi ema": {"multi_avg_fn": swa.get_ema_multi_avg_fn(0.9)},
                "own": {"avg_fn": lambda averaged, current, number: (averaged + current) / 2},
            }[options]
            averaged = swa.AveragedModel(model, **keywords)
            for step in range(4):
                with torch.no_grad():
                    for p in model.parameters():
                        p.add_(step + 0.5)
                averaged.update_parameters(model)
            results.append((list(averaged.state_dict()), averaged.state_dict(), averaged(torch.ones(1, 3))))
        return results

    check(body, grad=False)


def test_averaged_model_options():
    def both(torch):
        torch.optim.swa_utils.AveragedModel(torch.nn.Linear(1, 1), avg_fn=len, multi_avg_fn=len)

    def decay(torch):
        torch.optim.swa_utils.get_ema_multi_avg_fn(2)

    check(both, raises=AssertionError)
    check(decay, raises=ValueError)


@pytest.mark.parametrize("momentum", [0.1, None])
@pytest.mark.parametrize("kind", ["lists", "tensors"])
def test_update_bn(momentum, kind):
    """Running statistics of the averaged model over a loader; modes and momenta are as before."""

    def body(library):
        torch, swa = library, library.optim.swa_utils
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4, momentum=momentum), torch.nn.Dropout())
        averaged = swa.AveragedModel(model)
        averaged.update_parameters(model)
        data = torch.randn(12, 3)
        loader = [(each, 0) for each in data.split(4)] if kind == "lists" else data.split(4)
        averaged.eval()
        swa.update_bn(loader, averaged)
        modes = averaged.training, averaged.module[1].momentum
        swa.update_bn(loader, torch.nn.Linear(3, 1))  # no batch norm: nothing happens
        return averaged.state_dict(), modes, torch.rand(1)

    check(body, grad=False)


def test_averaged_buffers():
    """With use_buffers batch norm's statistics are averaged too, its count of batches copied; without, they stay."""

    def body(library):
        torch, swa = library, library.optim.swa_utils
        results = []
        for use_buffers in (False, True):
            for average in (None, swa.get_ema_multi_avg_fn(0.7)):
                torch.manual_seed(0)
                model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
                averaged = swa.AveragedModel(model, multi_avg_fn=average, use_buffers=use_buffers)
                for _ in range(3):
                    model(torch.randn(5, 3))
                    averaged.update_parameters(model)
                results.append((averaged.state_dict(), averaged.module.training))
        return results

    check(body, grad=False)


def test_an_averaged_model_goes_on_from_its_state():
    """A state_dict carries the number of models; the next average is that of an uninterrupted one."""

    def body(library):
        torch, swa = library, library.optim.swa_utils
        torch.manual_seed(0)
        model = torch.nn.Linear(2, 2)
        averaged = swa.AveragedModel(model)
        for turn in range(4):
            with torch.no_grad():
                model.weight.mul_(1.5)
            if turn == 2:
                other = swa.AveragedModel(model)
                other.load_state_dict(averaged.state_dict())
                averaged = other
            averaged.update_parameters(model)
        return averaged.state_dict(), averaged(torch.ones(1, 2))

    check(body, grad=False)
