"""Pruning: masks, parameters and buffers, pruning again, errors. PyTorch: test/nn/test_pruning.py."""

import importlib

import pytest
from agreement import agree


def pruning(torch):
    return importlib.import_module(f"{torch.__name__}.nn.utils.prune")


def prunable(torch):
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Conv2d(2, 4, 3), torch.nn.Flatten(), torch.nn.Linear(16, 3))


def state(model) -> list:
    """Names, values and gradients of all that a module has; what its attribute `weight` is."""
    names = [[name for name, _ in model.named_parameters()], [name for name, _ in model.named_buffers()]]
    return [names, dict(model.state_dict()), [type(each.weight).__name__ for each in model if hasattr(each, "weight")]]


BODIES = {
    "random": lambda torch, prune, model: prune.random_unstructured(model[0], "weight", 0.3),
    "number": lambda torch, prune, model: prune.random_unstructured(model[0], name="weight", amount=5),
    "l1": lambda torch, prune, model: prune.l1_unstructured(model[2], "weight", amount=0.5),
    "l1 of a bias": lambda torch, prune, model: prune.l1_unstructured(model[2], "bias", amount=2),
    "nothing": lambda torch, prune, model: prune.l1_unstructured(model[2], "weight", amount=0),
    "everything": lambda torch, prune, model: prune.l1_unstructured(model[2], "weight", amount=1.0),
    "scores": lambda torch, prune, model: prune.l1_unstructured(
        model[2], "bias", amount=1, importance_scores=torch.tensor([3.0, 1.0, 2.0])
    ),
    "slices at random": lambda torch, prune, model: prune.random_structured(model[0], "weight", 2, dim=0),
    "no slices": lambda torch, prune, model: prune.random_structured(model[0], "weight", 0, dim=0),
    "rows": lambda torch, prune, model: prune.ln_structured(model[2], "weight", 0.5, n=2, dim=-1),
    "channels": lambda torch, prune, model: prune.ln_structured(model[0], "weight", 1, n=1, dim=1),
    "largest": lambda torch, prune, model: prune.ln_structured(model[0], "weight", 1, n=float("inf"), dim=0),
    "given": lambda torch, prune, model: prune.custom_from_mask(model[2], "bias", torch.tensor([1, 0, 1])),
    "identity": lambda torch, prune, model: prune.identity(model[2], "bias"),
}


@pytest.mark.parametrize("name", BODIES)
def test_once(name):
    def body(torch):
        model = prunable(torch)
        module = BODIES[name](torch, pruning(torch), model)
        return type(module).__name__, pruning(torch).is_pruned(model), state(model)

    agree(body)


def again(torch, prune, model):
    """Each method prunes of what the one before left."""
    prune.l1_unstructured(model[0], "weight", 0.3)
    prune.ln_structured(model[0], "weight", 1, n=2, dim=0)
    prune.ln_structured(model[0], "weight", 0.5, n=2, dim=-3)
    prune.random_unstructured(model[0], "weight", 0.5)
    prune.random_structured(model[0], "weight", 1, dim=1)
    prune.custom_from_mask(model[0], "weight", torch.ones(4, 2, 3, 3))
    prune.l1_unstructured(model[0], "bias", 1)
    (container,) = [hook for hook in model[0]._forward_pre_hooks.values() if len(getattr(hook, "_tensor_name", "")) == 6]
    return [type(each).__name__ for each in container], len(container), type(container[1]).__name__


def everywhere(torch, prune, model):
    prune.l1_unstructured(model[0], "weight", 0.2)
    prune.global_unstructured([(model[0], "weight"), (model[2], "weight")], prune.L1Unstructured, amount=0.4)
    scores = {(model[2], "weight"): torch.arange(48.0).view(3, 16)}
    prune.global_unstructured(((model[2], "weight"), (model[2], "bias")), prune.L1Unstructured, scores, amount=9)


def trained(torch, prune, model):
    """The mask holds in training; remove makes the numbers a parameter again."""
    prune.l1_unstructured(model[2], "weight", 0.5)
    before = model[2].weight.tolist()
    model(torch.ones(1, 2, 4, 4)).pow(2).sum().backward()
    grad = (model[2].weight_orig.grad == 0).tolist()
    torch.optim.SGD(model.parameters(), lr=0.5).step()
    pruned = (model[2](torch.ones(1, 16)) == 0).tolist(), (model[2].weight == 0).tolist()
    prune.remove(model[2], "weight")
    return [before[0][:3], grad, pruned, (model[2].weight == 0).tolist(), prune.is_pruned(model)][1:]


def own(torch, prune, model):
    class EveryOther(prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    EveryOther.apply(model[2], "bias")
    method = prune.L1Unstructured(amount=2)
    return method.prune(torch.tensor([3.0, -1.0, 2.0])), method.prune(torch.ones(3), importance_scores=torch.arange(3.0))


def copied(torch, prune, model):
    import pickle

    prune.l1_unstructured(model[2], "bias", 1)
    model[2](torch.ones(1, 16))
    other = prunable(torch)
    prune.identity(other[2], "bias")
    other.load_state_dict(model.state_dict())
    other[2](torch.ones(1, 16))
    return other[2].bias.detach(), type(pickle.loads(pickle.dumps(prune.L1Unstructured(2)))).__name__


@pytest.mark.parametrize("what", [again, everywhere, trained, own, copied])
def test_programs(what):
    def body(torch):
        model = prunable(torch)
        result = what(torch, pruning(torch), model)
        names = [[name for name, _ in model.named_parameters()], [name for name, _ in model.named_buffers()]]
        return result, names, state(model) if what is not trained else None

    agree(body)


ERRORS = [
    lambda torch, prune, model: prune.l1_unstructured(model[2], "weight", 1.5),
    lambda torch, prune, model: prune.l1_unstructured(model[2], "weight", -1),
    lambda torch, prune, model: prune.l1_unstructured(model[2], "weight", "all"),
    lambda torch, prune, model: prune.l1_unstructured(model[2], "weight", 49),
    lambda torch, prune, model: prune.ln_structured(model[2], "bias", 1, n=2, dim=0),
    lambda torch, prune, model: prune.ln_structured(model[2], "weight", 1, n=2, dim=2),
    lambda torch, prune, model: prune.random_structured(model[2], "weight", 4, dim=0),
    lambda torch, prune, model: prune.remove(model[2], "weight"),
    lambda torch, prune, model: prune.l1_unstructured(model[2], "other", 1),
    lambda torch, prune, model: prune.global_unstructured(3, prune.L1Unstructured, amount=1),
    lambda torch, prune, model: prune.global_unstructured([], prune.L1Unstructured, 3, amount=1),
    lambda torch, prune, model: prune.global_unstructured([(model[2], "weight")], prune.LnStructured, amount=1, n=2),
    lambda torch, prune, model: prune.PruningContainer().add_pruning_method(3),
]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_refusals(number):
    def body(torch):
        model = prunable(torch)
        try:
            ERRORS[number](torch, pruning(torch), model)
        except Exception as error:
            text = str(error).split("\n")[0]
            return type(error).__name__, text, [name for name, _ in model.named_parameters()]

    agree(body)
