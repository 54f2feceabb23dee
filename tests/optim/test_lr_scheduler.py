"""Learning-rate schedules, 200 steps beside PyTorch. PyTorch: test/optim/test_lrscheduler.py."""

import warnings

import pytest
from helpers import check

SCHEDULES = {
    "StepLR": lambda s, o: s.StepLR(o, 7, 0.5),
    "StepLR default": lambda s, o: s.StepLR(o, 60),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 3, 50, 120], 0.3),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.97),
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda epoch: 0.95**epoch),
    "LambdaLR list": lambda s, o: s.LambdaLR(o, [lambda epoch: 0.95**epoch, lambda epoch: epoch // 3]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 0.99),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 30, 0.001),
    "CosineAnnealingLR long": lambda s, o: s.CosineAnnealingLR(o, T_max=500),
}


def _optimizer(torch, tensor_rate: bool = False):
    parameters = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    rates = [torch.tensor(0.1, dtype=torch.float64), torch.tensor(0.3)] if tensor_rate else [0.1, 0.3]
    return torch.optim.SGD(
        [{"params": parameters[:1]}, {"params": parameters[1:], "lr": rates[1]}], lr=rates[0]
    )


@pytest.mark.parametrize("tensor_rate", [False, True])
@pytest.mark.parametrize("name", SCHEDULES)
def test_two_hundred_steps(name, tensor_rate):
    """The same rates, get_last_lr and state_dict, bit for bit."""

    def body(torch):
        optimizer = _optimizer(torch, tensor_rate)
        scheduler = SCHEDULES[name](torch.optim.lr_scheduler, optimizer)
        rates = []
        for _ in range(200):
            optimizer.step()
            scheduler.step()
            rates.append([float(each) for each in scheduler.get_last_lr()])
            rates.append([float(group["lr"]) for group in optimizer.param_groups])
        state = {key: value for key, value in scheduler.state_dict().items() if key != "milestones"}
        return rates, {key: state[key] for key in sorted(state)}, repr(optimizer)

    check(body, exact=True)


@pytest.mark.parametrize("name", SCHEDULES)
def test_stepping_to_an_epoch(name):
    """The deprecated argument warns, and uses the closed form where there is one."""

    def body(torch):
        optimizer = _optimizer(torch)
        scheduler = SCHEDULES[name](torch.optim.lr_scheduler, optimizer)
        optimizer.step()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scheduler.step(17)
        return scheduler.get_last_lr(), [str(each.message) for each in caught]

    check(body, exact=True)


@pytest.mark.parametrize("name", SCHEDULES)
def test_resuming(name):
    """A new scheduler with the old one's state goes on where that stopped."""

    def body(torch):
        optimizer = _optimizer(torch)
        scheduler = SCHEDULES[name](torch.optim.lr_scheduler, optimizer)
        for _ in range(9):
            optimizer.step()
            scheduler.step()
        saved, saved_optimizer = scheduler.state_dict(), optimizer.state_dict()
        optimizer = _optimizer(torch)
        scheduler = SCHEDULES[name](torch.optim.lr_scheduler, optimizer)
        scheduler.load_state_dict(saved)
        optimizer.load_state_dict(saved_optimizer)
        optimizer.step()
        scheduler.step()
        return scheduler.get_last_lr(), scheduler.last_epoch

    check(body, exact=True)


@pytest.mark.parametrize("name", ["StepLR", "CosineAnnealingLR", "ExponentialLR"])
def test_resuming_with_last_epoch(name):
    """The initial rates come from the optimizer's groups."""

    def body(torch):
        optimizer = _optimizer(torch)
        for group in optimizer.param_groups:
            group["initial_lr"] = group["lr"] * 2
        scheduler_type = getattr(torch.optim.lr_scheduler, name)
        scheduler = scheduler_type(optimizer, 0.9 if name == "ExponentialLR" else 3, last_epoch=4)
        rates = [scheduler.get_last_lr()]
        for _ in range(4):
            optimizer.step()
            scheduler.step()
            rates.append(scheduler.get_last_lr())
        return rates

    check(body, exact=True)


@pytest.mark.parametrize(
    "body, error",
    [
        (lambda torch: torch.optim.lr_scheduler.StepLR(3, 3), TypeError),
        (lambda torch: torch.optim.lr_scheduler.StepLR(_optimizer(torch), 3, last_epoch=2), KeyError),
        (lambda torch: torch.optim.lr_scheduler.LambdaLR(_optimizer(torch), [abs]), ValueError),
        (lambda torch: torch.optim.lr_scheduler.MultiplicativeLR(_optimizer(torch), 3), TypeError),
        (lambda torch: torch.optim.lr_scheduler.LRScheduler(_optimizer(torch)), NotImplementedError),
    ],
)
def test_errors(body, error):
    """PyTorch's words."""
    check(body, raises=error)


def _warnings_of(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    return [(type(each.message).__name__, str(each.message)) for each in caught]


def test_warnings():
    """The wrong order, a step() that was replaced, and get_lr() by hand."""

    def body(torch):
        results = []
        optimizer = _optimizer(torch)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
        results.append(_warnings_of(scheduler.step))
        results.append(_warnings_of(scheduler.step))
        results.append(_warnings_of(scheduler.get_lr))
        optimizer = _optimizer(torch)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
        optimizer.step = lambda: None
        results.append(_warnings_of(scheduler.step))
        optimizer = _optimizer(torch)
        first = torch.optim.lr_scheduler.StepLR(optimizer, 3)
        second = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        optimizer.step()
        results.append(_warnings_of(first.step) + _warnings_of(second.step))
        return results, first.get_last_lr(), second.get_last_lr()

    check(body)


def test_functions_that_are_objects_are_saved():
    """Their attributes travel in the state_dict; plain functions do not."""

    def body(torch):
        class Factor:
            def __init__(self, base):
                self.base = base

            def __call__(self, epoch):
                return self.base**epoch

        optimizer = _optimizer(torch)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [Factor(0.5), lambda epoch: 1.0])
        state = scheduler.state_dict()
        other = torch.optim.lr_scheduler.LambdaLR(_optimizer(torch), [Factor(0.1), lambda epoch: 2.0])
        other.load_state_dict(state)
        return state["lr_lambdas"], other.lr_lambdas[0].base, sorted(state)

    check(body)


def test_a_hook_on_step_and_a_scheduler_together():
    """Both see every step, whichever came first."""

    def body(torch):
        log = []
        optimizer = _optimizer(torch)
        optimizer.register_step_post_hook(lambda self, args, kwargs: log.append("before"))
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
        optimizer.register_step_post_hook(lambda self, args, kwargs: log.append("after"))
        optimizer.step()
        return log, _warnings_of(scheduler.step)

    check(body)
