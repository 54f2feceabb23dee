"""What all optimizers share: groups, state, hooks, errors. PyTorch: test/optim/test_optim.py."""

import copy
import pickle
import warnings

import pytest
from helpers import check

import minitorch


def _two(torch):
    return [torch.nn.Parameter(torch.ones(2, 3)), torch.nn.Parameter(torch.ones(3))]


def _filled(parameters, torch):
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    return parameters


@pytest.mark.parametrize(
    "body, error",
    [
        (lambda torch: torch.optim.SGD([]), ValueError),
        (lambda torch: torch.optim.SGD(torch.ones(2)), TypeError),
        (lambda torch: torch.optim.SGD([3]), TypeError),
        (lambda torch: torch.optim.SGD([torch.nn.ReLU()]), TypeError),
        (lambda torch: torch.optim.SGD([torch.ones(2, requires_grad=True) * 2]), ValueError),
        (lambda torch: torch.optim.SGD([{"params": set(_two(torch))}]), TypeError),
        (lambda torch: torch.optim.SGD([("a", _two(torch)[0]), _two(torch)[1]]), ValueError),
        (
            lambda torch: torch.optim.SGD([{"params": [("a", _two(torch)[0])]}, {"params": _two(torch)}]),
            ValueError,
        ),
        (lambda torch: torch.optim.SGD(_two(torch)).add_param_group(3), TypeError),
        (
            lambda torch: torch.optim.SGD(_two(torch)).load_state_dict({"state": {}, "param_groups": []}),
            ValueError,
        ),
        (
            lambda torch: torch.optim.SGD(_two(torch)).load_state_dict(
                torch.optim.SGD(_two(torch)[:1]).state_dict()
            ),
            ValueError,
        ),
        (lambda torch: torch.optim.Optimizer(_two(torch), {}).step(), NotImplementedError),
        (lambda torch: torch.optim.SGD(_two(torch), lr=-1), ValueError),
        (lambda torch: torch.optim.SGD(_two(torch), momentum=-1), ValueError),
        (lambda torch: torch.optim.SGD(_two(torch), weight_decay=-1), ValueError),
        (lambda torch: torch.optim.SGD(_two(torch), nesterov=True), ValueError),
        (lambda torch: torch.optim.SGD(_two(torch), nesterov=True, momentum=1, dampening=1), ValueError),
        (lambda torch: torch.optim.SGD(_two(torch), lr=torch.ones(2)), ValueError),
        (lambda torch: torch.optim.SGD(_two(torch), fused=True, foreach=True), RuntimeError),
        (lambda torch: torch.optim.SGD(_two(torch), 0.1, 0, 0, 0, False, True), TypeError),
        (lambda torch: torch.optim.Adam(_two(torch), lr=-1), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), lr=torch.ones(2)), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), lr=torch.tensor(0.1), foreach=True), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), betas=(1.0, 0.5)), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), betas=(0.1, 1.0)), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), betas=(0, 0.5)), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), betas=(torch.tensor(0.5), 0.5)), ValueError),
        (
            lambda torch: torch.optim.Adam(_two(torch), betas=(torch.tensor(0.5),) * 2, foreach=True),
            ValueError,
        ),
        (lambda torch: torch.optim.Adam(_two(torch), eps=-1), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), weight_decay=-1), ValueError),
        (lambda torch: torch.optim.Adam(_two(torch), fused=True, foreach=True), RuntimeError),
        (lambda torch: torch.optim.AdamW(_two(torch), betas=(0.1, -1.0)), ValueError),
        (lambda torch: torch.optim.RMSprop(_two(torch), lr=-1), ValueError),
        (lambda torch: torch.optim.RMSprop(_two(torch), alpha=-1), ValueError),
        (lambda torch: torch.optim.RMSprop(_two(torch), momentum=-1), ValueError),
        (lambda torch: torch.optim.RMSprop(_two(torch), weight_decay=-1), ValueError),
        (lambda torch: torch.optim.RMSprop(_two(torch), eps=float("nan")), ValueError),
    ],
)
def test_errors(body, error):
    """PyTorch's exceptions and words."""
    check(body, raises=error)


def test_parameters_in_two_groups_or_twice():
    """An error in the first case, a warning in the second."""

    def twice(torch):
        parameters = _two(torch)
        torch.optim.SGD([{"params": parameters}, {"params": parameters[:1]}])

    check(twice, raises=ValueError)

    def duplicated(torch):
        parameters = _two(torch)
        with pytest.warns(UserWarning, match="duplicate parameters") as caught:
            torch.optim.SGD(parameters + parameters)
        return [str(each.message) for each in caught]

    check(duplicated)


def test_differentiable_is_refused_in_words():
    """A kernel has no derivative."""
    with pytest.raises(NotImplementedError, match="differentiable=True is not supported"):
        minitorch.optim.SGD(_two(minitorch), differentiable=True)


def test_groups():
    """Own options, defaults for the rest, names, groups added later; printed and updated as PyTorch's."""

    def body(torch):
        parameters = [torch.nn.Parameter(torch.ones(2)) for _ in range(4)]
        named = [(str(number), parameter) for number, parameter in enumerate(parameters)]
        optimizer = torch.optim.SGD(
            [{"params": named[:1], "lr": 3.0}, {"params": iter(named[1:3]), "momentum": 0.5}], lr=0.1
        )
        optimizer.add_param_group({"params": named[3:], "weight_decay": 0.5})
        for _ in range(3):
            _filled(parameters, torch)
            optimizer.step()
        state = optimizer.state_dict()
        optimizer.load_state_dict(state)
        return [each.detach() for each in parameters], repr(optimizer), state, optimizer.defaults

    check(body)


def test_zero_grad():
    """To None, or to zeros in place."""

    def body(torch):
        parameters = _filled(_two(torch), torch)
        optimizer = torch.optim.SGD(parameters)
        kept = parameters[0].grad
        optimizer.zero_grad(set_to_none=False)
        assert parameters[0].grad is kept
        zeros = [each.grad for each in parameters]
        optimizer.zero_grad()
        return zeros, [each.grad is None for each in parameters]

    check(body)


def test_closure():
    """It is called with gradients on, and its loss returned."""

    def body(torch):
        (parameter,) = parameters = [torch.nn.Parameter(torch.ones(3))]
        optimizer = torch.optim.SGD(parameters, lr=0.1)

        def closure():
            optimizer.zero_grad()
            loss = (parameter**2).sum()
            loss.backward()
            return loss

        with torch.no_grad():
            losses = [optimizer.step(closure).item() for _ in range(3)]
        return losses, parameter.detach(), optimizer.step()

    check(body)


def test_step_hooks():
    """Before and after a step, with the optimizer among the arguments, and removable."""

    def body(torch):
        optimizer = torch.optim.SGD(_two(torch), lr=0.1)
        log = []
        before = optimizer.register_step_pre_hook(
            lambda self, args, kwargs: log.append(("before", len(args), kwargs))
        )
        optimizer.register_step_post_hook(lambda self, args, kwargs: log.append(("after", len(args))))
        optimizer.register_step_pre_hook(lambda self, args, kwargs: ((args[0],), {"closure": lambda: 7}))
        results = [optimizer.step(), optimizer.step(lambda: 5)]
        before.remove()
        optimizer.step()
        return log, results

    check(body)


def test_a_step_hook_that_returns_something_else():
    """RuntimeError."""

    def body(torch):
        optimizer = torch.optim.SGD(_two(torch), lr=0.1)
        optimizer.register_step_pre_hook(lambda self, args, kwargs: 3)
        optimizer.step()

    check(body, raises=RuntimeError, text=False)


def test_state_dict_hooks():
    """Each runs at its time and may replace the dictionary."""

    def body(torch):
        optimizer = torch.optim.SGD(_two(torch), lr=0.1)
        log = []
        optimizer.register_state_dict_pre_hook(lambda self: log.append("save"))
        optimizer.register_state_dict_pre_hook(lambda self: log.append("first"), prepend=True)
        optimizer.register_state_dict_post_hook(lambda self, state: {**state, "more": 1})
        optimizer.register_load_state_dict_pre_hook(lambda self, state: log.append(sorted(state)))
        optimizer.register_load_state_dict_post_hook(lambda self: log.append("loaded"))
        optimizer.load_state_dict(optimizer.state_dict())
        return log

    check(body)


def test_loading_fits_the_state_to_the_parameter():
    """State takes the parameter's dtype, the step count keeps its own; numbers become tensors."""

    def body(torch):
        parameters = _filled(_two(torch), torch)
        optimizer = torch.optim.Adam(parameters)
        optimizer.step()
        state = optimizer.state_dict()
        state["state"][1]["step"] = 5
        state["state"]["extra"] = [1, 2]
        wide = [torch.nn.Parameter(each.detach().double()) for each in parameters]
        other = torch.optim.Adam(wide, lr=7)
        other.load_state_dict(state)
        return other.state_dict(), other.state["extra"]

    check(body)


def test_groups_of_an_older_version():
    """Options that a saved group lacks get a value."""

    def body(torch):
        parameters = _filled(_two(torch), torch)
        optimizer = torch.optim.Adam(parameters)
        state = optimizer.state_dict()
        for option in ("amsgrad", "maximize", "decoupled_weight_decay", "fused"):
            del state["param_groups"][0][option]
        optimizer.load_state_dict(state)
        optimizer.step()
        return repr(optimizer), parameters[0].detach()

    check(body)


def test_deepcopy_and_pickle():
    """A copy has parameters and state of its own."""

    def body(torch):
        parameters = _filled(_two(torch), torch)
        optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
        optimizer.step()
        duplicate = copy.deepcopy(optimizer)
        (copied, _) = duplicate.param_groups[0]["params"]
        copied.grad = torch.ones(2, 3)
        duplicate.step()
        return (
            repr(duplicate),
            copied.detach(),
            duplicate.state[copied]["momentum_buffer"],
            parameters[0].detach(),
        )

    check(body)
    optimizer = minitorch.optim.SGD(_filled(_two(minitorch), minitorch), lr=0.1, momentum=0.9)
    optimizer.step()
    again = pickle.loads(pickle.dumps(optimizer))
    assert repr(again) == repr(optimizer)
    assert again.state_dict()["state"].keys() == optimizer.state_dict()["state"].keys()


def test_an_optimizer_of_ones_own():
    """Subclassing works as in PyTorch: defaults, state, hooks."""

    def body(torch):
        class Signs(torch.optim.Optimizer):
            def __init__(self, params, lr=0.1):
                super().__init__(params, {"lr": lr})

            @torch.no_grad()
            def step(self, closure=None):
                for group in self.param_groups:
                    for parameter in group["params"]:
                        self.state[parameter].setdefault("count", 0)
                        self.state[parameter]["count"] += 1
                        parameter.add_(parameter.grad, alpha=-group["lr"])

        parameters = _filled(_two(torch), torch)
        optimizer = Signs(parameters)
        log = []
        optimizer.register_step_post_hook(lambda self, args, kwargs: log.append("stepped"))
        optimizer.step()
        return repr(optimizer), parameters[0].detach(), optimizer.state_dict()["state"], log

    check(body)


def test_no_warning_in_a_normal_step():
    """Nothing is said when nothing is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer = minitorch.optim.Adam(_filled(_two(minitorch), minitorch))
        optimizer.step()
        optimizer.zero_grad()
