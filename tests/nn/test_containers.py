"""Containers of modules and of parameters. PyTorch: test/test_nn.py."""

from collections import OrderedDict

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def _three(torch):
    return torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Tanh(), torch.nn.Linear(2, 2))


def test_sequential():
    """Indexing, slicing, replacing, deleting and arithmetic give the same modules under the same names."""

    def body(torch):
        nn = torch.nn
        results = []

        def note(model):
            results.append(repr(model))
            return model

        model = note(_three(torch))
        note(model[1:])
        note(model[-1])
        results.append(len(model))
        model[0] = nn.Sigmoid()
        note(model)
        del model[1]
        note(model)
        note(model.append(nn.ReLU()))
        note(model.insert(1, nn.Tanh()))
        note(model.insert(-1, nn.Identity()))
        note(model.extend([nn.Flatten(), nn.ReLU()]))
        note(model.pop(0))
        note(model)
        del model[1:3]
        note(model)
        note(model + _three(torch))
        model += _three(torch)
        note(model)
        note(nn.Sequential(nn.ReLU()) * 3)
        note(2 * nn.Sequential(nn.ReLU(), nn.Tanh()))
        doubled = nn.Sequential(nn.ReLU(), nn.Tanh())
        doubled *= 2
        note(doubled)
        note(nn.Sequential(OrderedDict(first=nn.ReLU(), second=nn.Tanh()))[1:])
        note(nn.Sequential())
        results.append([name for name, _ in model.named_modules()])
        return results

    check(body)


def test_sequential_runs_in_order():
    """Shared modules may stand in several places."""

    def body(torch, x):
        torch.manual_seed(0)
        layer = torch.nn.Linear(3, 3)
        model = torch.nn.Sequential(layer, torch.nn.Tanh(), layer).to(x.dtype)
        return model(x), [name for name, _ in model.named_parameters()], list(model.state_dict())

    check(body, Input((2, 3)))


@pytest.mark.parametrize(
    "body, error",
    [
        (lambda torch: torch.nn.Sequential(3), TypeError),
        (lambda torch: _three(torch)[3], IndexError),
        (lambda torch: _three(torch)[-4], IndexError),
        (lambda torch: _three(torch)["0"], TypeError),
        (lambda torch: _three(torch) * 0, ValueError),
        (lambda torch: _three(torch) * 1.5, TypeError),
        (lambda torch: _three(torch) + 3, ValueError),
        (lambda torch: _three(torch).insert(5, torch.nn.ReLU()), IndexError),
        (lambda torch: _three(torch).insert(0, 3), AssertionError),
        (lambda torch: torch.nn.ModuleList(3), TypeError),
        (lambda torch: torch.nn.ModuleList([3]), TypeError),
        (lambda torch: torch.nn.ModuleList()(3), NotImplementedError),
        (lambda torch: torch.nn.ModuleDict(3), TypeError),
        (lambda torch: torch.nn.ModuleDict([1]), TypeError),
        (lambda torch: torch.nn.ModuleDict([(1, 2, 3)]), ValueError),
        (lambda torch: torch.nn.ModuleDict({"a.b": torch.nn.ReLU()}), KeyError),
        (lambda torch: torch.nn.ModuleDict({"type": torch.nn.ReLU()}), KeyError),
        (lambda torch: torch.nn.ParameterList(3), TypeError),
        (lambda torch: torch.nn.ParameterList(torch.ones(3)), TypeError),
        (lambda torch: torch.nn.ParameterList([1])[1], IndexError),
        (lambda torch: torch.nn.ParameterList()(), RuntimeError),
        (lambda torch: torch.nn.ParameterDict(3), TypeError),
        (lambda torch: torch.nn.ParameterDict([(1, 2)]), TypeError),
        (lambda torch: torch.nn.ParameterDict().a, AttributeError),
        (lambda torch: torch.nn.ParameterDict()(3), RuntimeError),
    ],
)
def test_errors(body, error):
    """PyTorch's exceptions; its words too, except where they print a class."""
    check(body, raises=error, text=error not in (ValueError, TypeError, AssertionError))


def test_module_list():
    """Equal neighbours print once; insertion and deletion renumber."""

    def body(torch):
        nn = torch.nn
        modules = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU()])
        results = [repr(modules), repr(nn.ModuleList()), repr(modules[:2]), repr(modules[-1])]
        modules.insert(1, nn.Sequential(nn.Tanh()))
        modules.append(nn.ReLU())
        results.append(repr(modules))
        modules += [nn.Sigmoid(), nn.Sigmoid()]
        del modules[0]
        results.append(repr(modules))
        results.append(repr(modules + [nn.Flatten()]))
        results.append(repr(modules.pop(-1)))
        modules[0] = nn.Identity()
        results.append([type(each).__name__ for each in modules])
        results.append([name for name, _ in modules.named_modules()])
        return results

    check(body)


def test_module_dict():
    """A dictionary whose order is that of insertion."""

    def body(torch):
        nn = torch.nn
        modules = nn.ModuleDict({"b": nn.Linear(1, 2), "a": nn.ReLU()})
        modules["c"] = nn.Tanh()
        modules.update([("d", nn.Sigmoid()), ("a", nn.Identity())])
        results = [repr(modules), list(modules), list(modules.keys()), "a" in modules, len(modules)]
        results.append(repr(modules.pop("b")))
        del modules["c"]
        results.append([(name, type(each).__name__) for name, each in modules.items()])
        results.append(len(list(modules.values())))
        modules.clear()
        return [*results, repr(modules)]

    check(body)


def test_parameter_list():
    """Tensors become parameters, other values stay what they are."""

    def body(torch):
        values = torch.nn.ParameterList([torch.ones(2, 3), torch.nn.Parameter(torch.zeros(())), 3])
        values.append(torch.ones(1))
        values += [torch.arange(2.0), "text"]
        values[0] = torch.zeros(4)
        return (
            repr(values),
            len(values),
            [type(each).__name__ for each in values],
            repr(values[1:3]),
            values[-2],
            list(values.state_dict()),
            [name for name, _ in values.named_parameters()],
        )

    check(body)


def test_parameter_dict():
    """A plain dictionary's values come in the order of their names, others in theirs."""

    def body(torch):
        values = torch.nn.ParameterDict({"b": torch.ones(2), "a": torch.zeros(1)})
        results = [repr(values), list(values)]
        values["n"] = 3
        values.update(OrderedDict(z=torch.ones(1), y=torch.ones(1)))
        results += [list(values), values.get("q", 5), values.setdefault("b"), "z" in values, len(values)]
        results += [list(reversed(values)), values.pop("z"), list(values.copy().keys())]
        results.append(list(values.fromkeys(["k", "l"], 3).items()))
        other = torch.nn.ParameterDict([("new", torch.ones(3))])
        results += [list(values | other), list(other | values)]
        values |= other
        results += [
            values.popitem(),
            list(values.state_dict()),
            [type(each).__name__ for each in values.values()],
        ]
        del values["a"]
        values.clear()
        return [*results, repr(values)]

    check(body)
