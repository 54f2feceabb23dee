"""Module: names, attributes, traversal, conversion, repr. PyTorch: test/test_nn.py."""

import copy
import pickle
from collections import OrderedDict

import pytest
from helpers import check
from networks import network

import minitorch


def _with_tables(library):
    nn = library.nn
    module = nn.Linear(2, 2)
    module.child = nn.ReLU()
    module.register_buffer("buffer", library.ones(1), persistent=False)
    module.plain = 3
    return module


def _tables(module):
    own = [name for name in module.__dict__ if not name.startswith("_")]
    return (
        list(module._parameters),
        list(module._buffers),
        list(module._modules),
        sorted(module._non_persistent_buffers_set),
        sorted(own),
    )


VALUES = {
    "None": lambda library: None,
    "number": lambda library: 3,
    "tensor": lambda library: library.ones(2),
    "parameter": lambda library: library.nn.Parameter(library.ones(2)),
    "non-leaf": lambda library: library.ones(2, requires_grad=True) * 2,
    "module": lambda library: library.nn.Tanh(),
    "buffer": lambda library: library.nn.Buffer(library.ones(3)),
}
# What PyTorch answers with an error; everything else must lead to the same tables.
REFUSED = {
    ("weight", "number"),
    ("weight", "tensor"),
    ("weight", "non-leaf"),
    ("weight", "module"),
    ("weight", "buffer"),
    ("bias", "number"),
    ("child", "number"),
    ("child", "tensor"),
    ("child", "non-leaf"),
    ("child", "buffer"),
    ("buffer", "number"),
    ("plain", "buffer"),
}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ["weight", "child", "buffer", "plain", "new"])
def test_assigning_an_attribute(name, value):
    """A name is a parameter, a buffer, a module or an attribute: the latest, and errors as PyTorch's."""

    def body(torch):
        module = _with_tables(torch)
        module.__setattr__(name, VALUES[value](torch))
        return _tables(module)

    check(body, raises=(TypeError, KeyError) if (name, value) in REFUSED else None)


@pytest.mark.parametrize("name", ["weight", "child", "buffer", "plain"])
def test_deleting_an_attribute(name):
    """It is gone from its table."""

    def body(torch):
        module = _with_tables(torch)
        delattr(module, name)
        return _tables(module), hasattr(module, name)

    check(body)


@pytest.mark.parametrize("value", ["None", "number", "tensor", "parameter", "non-leaf", "module"])
@pytest.mark.parametrize("name", ["ok", "a.b", "", 3, "plain", "weight", "child", "buffer"])
@pytest.mark.parametrize("method", ["register_parameter", "register_buffer", "add_module", "register_module"])
def test_registering(method, name, value):
    """Registering accepts and refuses the same names and values, in the same words."""

    def body(torch):
        module = _with_tables(torch)
        try:
            getattr(module, method)(name, VALUES[value](torch))
        except (KeyError, TypeError, ValueError) as error:
            return type(error).__name__, str(error)
        return _tables(module)

    check(body)


@pytest.mark.parametrize(
    "action",
    [
        lambda self, torch: setattr(self, "a", torch.nn.ReLU()),
        lambda self, torch: setattr(self, "a", torch.nn.Parameter(torch.ones(1))),
        lambda self, torch: self.register_buffer("a", None),
        lambda self, torch: self.register_parameter("a", None),
        lambda self, torch: self.a,
    ],
)
def test_before_init(action):
    """Forgetting super().__init__() is said clearly."""

    def body(torch):
        class Forgetful(torch.nn.Module):
            def __init__(self):
                action(self, torch)

        Forgetful()

    check(body, raises=AttributeError)


@pytest.mark.parametrize(
    "body, error",
    [
        (lambda torch: torch.nn.Module(3), TypeError),
        (lambda torch: torch.nn.Module(a=3), TypeError),
        (lambda torch: torch.nn.Module()(3), NotImplementedError),
        (lambda torch: torch.nn.Linear(2, 3).wait, AttributeError),
        (lambda torch: torch.nn.Linear(2, 3).train(3), ValueError),
        (lambda torch: torch.nn.Linear(2, 3).to(torch.int32), TypeError),
        (lambda torch: network(torch).get_submodule("2.5"), AttributeError),
        (lambda torch: network(torch).get_submodule("0.weight"), AttributeError),
        (lambda torch: network(torch).get_parameter("0.wait"), AttributeError),
        (lambda torch: network(torch).get_parameter("2.0"), AttributeError),
        (lambda torch: network(torch).get_buffer("0.weight"), AttributeError),
        (lambda torch: network(torch).get_buffer("0.wait"), AttributeError),
        (lambda torch: network(torch).set_submodule("", torch.nn.ReLU()), ValueError),
        (lambda torch: network(torch).set_submodule("0", 3), ValueError),
        (lambda torch: network(torch).set_submodule("9", torch.nn.ReLU(), strict=True), AttributeError),
        (lambda torch: network(torch).set_submodule("0.weight", torch.nn.ReLU()), AttributeError),
    ],
)
def test_errors(body, error):
    """Misuse gets PyTorch's words."""
    check(body, raises=error)


def test_repr():
    """A module prints as PyTorch's, nested, with and without own text."""
    check(lambda torch: repr(network(torch)))
    check(lambda torch: repr(torch.nn.Module()))

    def own(torch):
        class Own(torch.nn.Module):
            def __init__(self, lines, child):
                super().__init__()
                self.lines = lines
                if child:
                    self.child = torch.nn.ReLU()
                    self.gap = None

            def extra_repr(self):
                return "\n".join(self.lines)

        return [repr(Own(lines, child)) for lines in ([], ["a"], ["a", "b"]) for child in (False, True)]

    check(own)


def test_names():
    """named_parameters, -modules, -children and -buffers follow PyTorch's rules of duplicates."""

    def body(torch):
        shared = torch.nn.Linear(2, 2)
        model = torch.nn.Sequential(OrderedDict(a=shared, b=torch.nn.ReLU(), c=shared))
        model.b.tied = shared.weight
        model.b.register_buffer("count", torch.zeros(2))
        model.again = model.b.count
        model.register_buffer("count", model.b.count)
        model.nothing = None
        return (
            [name for name, _ in model.named_parameters()],
            [name for name, _ in model.named_parameters(remove_duplicate=False)],
            [name for name, _ in model.named_parameters(prefix="p")],
            [name for name, _ in model.named_parameters(prefix="p", recurse=False)],
            [name for name, _ in model.named_modules()],
            [name for name, _ in model.named_modules(remove_duplicate=False)],
            [name for name, _ in model.named_modules(prefix="p")],
            [name for name, _ in model.named_children()],
            [name for name, _ in model.named_buffers()],
            [name for name, _ in model.named_buffers(remove_duplicate=False)],
            [
                len(list(each))
                for each in (model.parameters(), model.buffers(), model.modules(), model.children())
            ],
            [len(list(each)) for each in (model.parameters(recurse=False), model.buffers(recurse=False))],
            list(model.state_dict()),
        )

    check(body)


def test_lookup_by_path():
    """get_submodule, get_parameter, get_buffer and set_submodule take dotted names."""

    def body(torch):
        model = network(torch)
        model[0].register_buffer("count", torch.ones(3))
        assert model.get_submodule("") is model
        assert model.get_submodule("2.0") is model[2][0]
        model.set_submodule("2.1", torch.nn.Tanh())
        return model.get_parameter("2.0.weight"), model.get_buffer("0.count"), repr(model)

    check(body)


def test_train_eval_apply_and_requires_grad():
    """Each reaches every module, and returns the module."""

    def body(torch):
        model = network(torch)
        seen = []
        assert model.apply(lambda module: seen.append(type(module).__name__)) is model
        assert model.eval() is model
        flags = [module.training for module in model.modules()]
        model[2].train()
        flags += [module.training for module in model.modules()]
        assert model.requires_grad_(False) is model
        flags += [parameter.requires_grad for parameter in model.parameters()]
        return seen, flags

    check(body)


def test_zero_grad():
    """To None, or to zeros that keep their memory."""

    def body(torch):
        model = torch.nn.Linear(2, 1)
        model(torch.ones(3, 2)).sum().backward()
        kept = model.weight.grad
        model.zero_grad(set_to_none=False)
        assert model.weight.grad is kept
        zeros = kept.clone(), model.bias.grad.clone()
        model.zero_grad()
        return zeros, model.weight.grad is None, model.bias.grad is None

    check(body)


def test_conversion():
    """to, float, double and type keep the parameters' identity and convert gradients; integers stay."""

    def body(torch):
        model = torch.nn.Linear(2, 1)
        model.register_buffer("count", torch.zeros(2, dtype=torch.int64))
        model.register_buffer("mean", torch.zeros(2))
        model(torch.ones(3, 2)).sum().backward()
        weight = model.weight
        results = []
        for change in (
            lambda: model.double(),
            lambda: model.float(),
            lambda: model.to(torch.float64),
            lambda: model.to("cpu", torch.float32),
            lambda: model.to(torch.ones(1, dtype=torch.float64)),
            lambda: model.to(dtype=torch.float32, device="cpu"),
            lambda: model.cpu(),
        ):
            assert change() is model
            assert model.weight is weight
            results.append((model.weight.dtype, model.weight.grad.dtype, model.count.dtype, model.mean.dtype))
        return results, model.weight, model.weight.grad

    check(body)


def test_deepcopy_and_pickle():
    """A copy has own parameters with the same values, tied ones tied again, and the same hooks."""

    def body(torch):
        model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Linear(2, 2))
        model[2].weight = model[0].weight
        model.eval()
        calls = []
        model[0].register_forward_hook(lambda module, args, output: calls.append(type(module).__name__))
        duplicate = copy.deepcopy(model)
        assert duplicate[2].weight is duplicate[0].weight
        assert duplicate[0].weight is not model[0].weight
        with torch.no_grad():
            duplicate[0].weight.zero_()
        duplicate(torch.ones(1, 2))
        return model.state_dict(), duplicate.state_dict(), calls, duplicate.training

    check(body)
    model = minitorch.nn.Sequential(minitorch.nn.Linear(2, 2), minitorch.nn.ReLU())
    again = pickle.loads(pickle.dumps(model))
    assert repr(again) == repr(model)
    assert again[0].weight.tolist() == model[0].weight.tolist()
    assert isinstance(again[0].weight, minitorch.nn.Parameter)
    assert again[0].weight.requires_grad


def test_a_call_without_hooks_goes_straight_to_forward():
    """An override of forward on the instance is what is called, and keyword arguments pass."""

    def body(torch):
        module = torch.nn.Identity()
        module.forward = lambda x, scale=1: x * scale
        return module(torch.ones(2), scale=3)

    check(body)


def test_dir_lists_members():
    """Tab completion finds parameters and submodules, but no names that begin with a digit."""
    model = minitorch.nn.Sequential(minitorch.nn.Linear(1, 1))
    model.head = minitorch.nn.Linear(1, 1)
    assert "head" in dir(model)
    assert "0" not in dir(model)
    assert "weight" in dir(model.head)


def test_to_empty_and_compile():
    """Other memory of the same kind, here and (`recurse`) below; compile() changes nothing."""

    def body(torch):
        model = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 2))
        weight, address = model[1].weight, model[1].weight.data_ptr()
        assert model.to_empty(device="cpu", recurse=False) is model
        kept = weight.data_ptr() == address
        model.to_empty(device="cpu")
        moved = model[1].weight is weight and weight.data_ptr() != address
        model.compile()
        shapes = [(name, each.shape, each.dtype, each.requires_grad) for name, each in model.state_dict(keep_vars=True).items()]
        return kept, moved, shapes

    check(body)
