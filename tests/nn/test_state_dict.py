"""state_dict and load_state_dict. PyTorch: test/nn/test_load_state_dict.py."""

import pytest
from helpers import check, needs_torch, numpy
from networks import network

import minitorch


def test_contents():
    """Keys, order, metadata, prefix and keep_vars as PyTorch's; values share memory with the module."""

    def body(torch):
        torch.manual_seed(0)
        model = network(torch)
        model[0].register_buffer("count", torch.ones(2))
        model[0].register_buffer("scratch", torch.ones(2), persistent=False)
        model[1].register_buffer("nothing", None)
        entries = model.state_dict()
        with torch.no_grad():
            model[0].weight.fill_(3)
        return (
            entries,
            type(entries).__name__,
            entries._metadata,
            list(model.state_dict(prefix="a.")),
            model.state_dict(keep_vars=True)["0.weight"] is model[0].weight,
            entries["0.weight"].requires_grad,
        )

    check(body, exact=True)


def _loaded(change, **options):
    """A body: load a changed state_dict; returns what came of it, the error's whole text included."""

    def body(torch):
        torch.manual_seed(0)
        model = network(torch)
        entries = {name: value + 1 for name, value in model.state_dict().items()}
        change(torch, entries)
        try:
            result = repr(model.load_state_dict(entries, **options))
        except RuntimeError as error:
            return str(error)
        return result, model.state_dict(), [p.requires_grad for p in model.parameters()]

    return body


CHANGES = {
    "nothing": lambda torch, entries: None,
    "missing": lambda torch, entries: entries.pop("0.weight"),
    "unexpected": lambda torch, entries: entries.update(
        {"x": torch.ones(1), "0.y": torch.ones(1), "2.0.z.q": torch.ones(1), "1.deep.er": torch.ones(1)}
    ),
    "misfits": lambda torch, entries: entries.update(
        {"0.weight": torch.ones(1), "3.weight": torch.ones(2, 3, 1)}
    ),
    "no tensor": lambda torch, entries: entries.update({"0.bias": 3}),
    "everything": lambda torch, entries: (
        entries.pop("3.weight"),
        entries.update({"0.weight": torch.ones(1), "zz": torch.ones(1)}),
    ),
}


@pytest.mark.parametrize("options", [{}, {"strict": False}, {"assign": True}], ids=str)
@pytest.mark.parametrize("change", CHANGES)
def test_loading(change, options):
    """The same result, or one error that lists every problem in the same words."""
    check(_loaded(CHANGES[change], **options), exact=True)


@pytest.mark.parametrize("options", [{}, {"strict": False}, {"assign": True}], ids=str)
def test_a_failed_load_changes_nothing(options):
    """Unlike PyTorch, which copies what fits before it raises."""
    model = network(minitorch)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    parameters = list(model.parameters())
    entries = {name: value + 1 for name, value in before.items()}
    entries["3.weight"] = minitorch.ones(7)
    with pytest.raises(RuntimeError, match="size mismatch for 3.weight"):
        model.load_state_dict(entries, **options)
    assert all(mine is other for mine, other in zip(model.parameters(), parameters))
    for name, value in model.state_dict().items():
        assert value.tolist() == before[name].tolist()


def test_loading_copies():
    """The loaded tensors stay their owner's; assign=True takes them instead, and keeps requires_grad."""

    def body(torch):
        model = torch.nn.Linear(2, 1)
        entries = {"weight": torch.ones(1, 2, dtype=torch.float64), "bias": torch.ones(1)}
        model.load_state_dict(entries)
        entries["bias"].fill_(7)
        copied = model.weight.dtype, model.bias.item()
        model.bias.requires_grad_(False)
        model.load_state_dict(entries, assign=True)
        entries["bias"].fill_(8)
        return copied, model.weight, model.bias, isinstance(model.weight, torch.nn.Parameter)

    check(body)


def test_a_scalar_of_old_checkpoints():
    """PyTorch before 0.4 saved a scalar as one element."""

    def body(torch):
        module = torch.nn.Identity()
        module.scale = torch.nn.Parameter(torch.tensor(1.0))
        module.load_state_dict({"scale": torch.tensor([5.0])})
        return module.scale

    check(body)


def test_not_a_dictionary():
    """TypeError."""
    check(lambda torch: network(torch).load_state_dict(3), raises=TypeError)


def test_extra_state():
    """Extra state has a key of its own; missing and unexpected ones are reported."""

    def body(torch):
        class Counting(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.count = 0

            def get_extra_state(self):
                return {"count": self.count}

            def set_extra_state(self, state):
                self.count = state["count"]

        model = torch.nn.Sequential(Counting(), torch.nn.Linear(1, 1))
        model[0].count = 5
        entries = model.state_dict()
        other = torch.nn.Sequential(Counting(), torch.nn.Linear(1, 1))
        other.load_state_dict(entries)
        problems = []
        for wrong in (
            {name: value for name, value in entries.items() if "extra" not in name},
            {**entries, "1._extra_state": 3},
        ):
            try:
                other.load_state_dict(wrong)
            except RuntimeError as error:
                problems.append(str(error))
        return list(entries), other[0].count, problems

    check(body)


def test_hooks():
    """Hooks before and after saving and loading see what PyTorch's see, and may change it."""

    def body(torch):
        torch.manual_seed(0)
        model = network(torch)
        log = []
        model[2].register_state_dict_pre_hook(lambda module, prefix, keep: log.append((prefix, keep)))

        def without_weight(module, entries, prefix, meta):
            del entries["0.weight"]

        model.register_state_dict_post_hook(without_weight)
        model[0]._register_state_dict_hook(lambda module, entries, prefix, meta: log.append((prefix, meta)))
        handle = model[0].register_load_state_dict_pre_hook(
            lambda module, entries, prefix, *rest: entries.update({prefix + "weight": torch.zeros(3, 4)})
        )
        model[3].register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
        model.load_state_dict(dict(model.state_dict()))
        handle.remove()
        entries = model.state_dict()
        entries.pop("3.weight")
        log.append(repr(model.load_state_dict(entries)))
        return log, model[0].weight

    check(body)


def test_a_public_hook_must_not_return_another_dictionary():
    """RuntimeError."""

    def body(torch):
        model = network(torch)
        model.register_state_dict_post_hook(lambda module, entries, prefix, meta: {})
        model.state_dict()

    check(body, raises=RuntimeError)


def test_converting_old_entries():
    """A subclass may rename entries by the version in the metadata, and then call the base class."""

    def body(torch):
        class Renamed(torch.nn.Linear):
            _version = 2

            def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
                if (local_metadata.get("version") or 1) < 2:
                    state_dict[prefix + "weight"] = state_dict.pop(prefix + "w")
                super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

        model = torch.nn.Sequential(Renamed(2, 1))
        new = model.state_dict()
        model.load_state_dict({"0.w": torch.ones(1, 2), "0.bias": torch.zeros(1)})
        return new._metadata, model.state_dict()

    check(body)


@needs_torch
def test_exchange_with_pytorch():
    """What one library saves the other loads, by way of NumPy."""
    import torch

    torch.manual_seed(3)
    theirs = network(torch)
    ours = network(minitorch)
    keys = ours.load_state_dict(
        {name: minitorch.from_numpy(numpy(value)) for name, value in theirs.state_dict().items()}
    )
    assert repr(keys) == "<All keys matched successfully>"
    theirs.load_state_dict(
        {name: torch.from_numpy(numpy(each) * 2) for name, each in ours.state_dict().items()}
    )
    for mine, other in zip(ours.parameters(), theirs.parameters()):
        assert (numpy(mine) * 2 == numpy(other)).all()
