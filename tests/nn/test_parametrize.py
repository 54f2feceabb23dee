"""Parametrized, weight- and spectrally normalised, fused, stateless modules. PyTorch: test/nn/test_parametrization.py."""

import copy
import pickle
import warnings

import pytest
from helpers import Input, check

import minitorch

pytestmark = pytest.mark.usefixtures("device")

LAYERS = {
    "Linear": (lambda nn: nn.Linear(4, 3), (5, 4)),
    "Conv2d": (lambda nn: nn.Conv2d(2, 4, 3, groups=2), (2, 2, 5, 5)),
    "ConvTranspose1d": (lambda nn: nn.ConvTranspose1d(2, 3, 2), (2, 2, 4)),
}


def of(torch, layer: str):
    torch.manual_seed(1)
    return LAYERS[layer][0](torch.nn)


def trained(torch, module, x, steps=2):
    """Everything there is to see of some steps of training and a call in eval mode."""
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.5)
    seen = [repr(module), [name for name, _ in module.named_parameters()]]
    for _ in range(steps):
        optimizer.zero_grad()
        loss = module(x).square().mean() + module(x * 2).abs().mean()  # twice before one backward, as in a GAN
        loss.backward()
        optimizer.step()
        seen.append([loss.detach(), *[each.grad.clone() for each in module.parameters()]])
    state = {key: value.clone() for key, value in module.state_dict().items()}
    module.eval()
    with torch.no_grad():
        return seen, state, module(x), module.weight.detach().clone(), torch.get_rng_state()


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.parametrize("form", ["parametrization", "hook"])
def test_weight_norm(form, dim, layer):
    """Both forms: names, values, gradients, training; removed again; a checkpoint of the old form in the new one."""

    def body(torch, x):
        utils = torch.nn.utils
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = utils.weight_norm(of(torch, layer), dim=dim)
        module = utils.parametrizations.weight_norm(of(torch, layer), dim=dim) if form == "parametrization" else old
        results = trained(torch, module, x.detach())
        if form == "parametrization":
            module.load_state_dict(old.state_dict())
            utils.parametrize.remove_parametrizations(module, "weight")
        else:
            utils.remove_weight_norm(module)
        with torch.no_grad():
            return results, repr(module), module.state_dict(), [name for name, _ in module.named_parameters()], module(x)

    check(body, Input(LAYERS[layer][1]), grad=False)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("form", ["parametrization", "hook"])
@pytest.mark.parametrize("options", [{}, {"n_power_iterations": 3, "eps": 1e-6}, {"dim": 1}])
def test_spectral_norm(options, form, layer):
    """Both forms: the random start, the iterations in training, none in eval; removed again."""

    def body(torch, x):
        utils = torch.nn.utils
        if form == "parametrization":
            module = utils.parametrizations.spectral_norm(of(torch, layer), **options)
        else:
            module = utils.spectral_norm(of(torch, layer), **options)
        results = trained(torch, module, x.detach())
        metadata = dict(module.state_dict()._metadata[""])
        if form == "parametrization":
            utils.parametrize.remove_parametrizations(module, "weight")
        else:
            utils.remove_spectral_norm(module)
        with torch.no_grad():
            return results, metadata, repr(module), module.state_dict(), module(x)

    check(body, Input(LAYERS[layer][1]), grad=False)


def test_spectral_norm_of_a_vector_and_the_largest_singular_value():
    def body(torch, x):
        module = torch.nn.utils.parametrizations.spectral_norm(torch.nn.BatchNorm1d(3), "bias", dim=-1)
        with torch.no_grad():
            module.parametrizations.bias.original.copy_(torch.tensor([3.0, 0.0, 4.0]))
        return module(x), module.bias

    check(body, Input((4, 3)), grad=False)
    layer = minitorch.nn.utils.parametrizations.spectral_norm(minitorch.nn.Linear(6, 5), n_power_iterations=100)
    layer(minitorch.ones(6))
    assert abs(minitorch.linalg.svdvals(layer.weight)[0].item() - 1) < 1e-5


REFUSED_NORMS = {
    "two old weight norms": lambda torch, old: old.weight_norm(old.weight_norm(torch.nn.Linear(2, 2))),
    "two old spectral norms": lambda torch, old: old.spectral_norm(old.spectral_norm(torch.nn.Linear(2, 2))),
    "no weight norm": lambda torch, old: old.remove_weight_norm(torch.nn.Linear(2, 2)),
    "no spectral norm": lambda torch, old: old.remove_spectral_norm(torch.nn.Linear(2, 2)),
    "lazy weight norm": lambda torch, old: old.weight_norm(torch.nn.LazyLinear(2)),
    "lazy spectral norm": lambda torch, old: old.spectral_norm(torch.nn.LazyLinear(2)),
    "no iterations": lambda torch, old: old.spectral_norm(torch.nn.Linear(2, 2), n_power_iterations=0),
    "no iterations, new": lambda torch, old: old.parametrizations.spectral_norm(torch.nn.Linear(2, 2), n_power_iterations=0),
    "no dimension": lambda torch, old: old.parametrizations.spectral_norm(torch.nn.Linear(2, 2), dim=2),
    "no dimension of weight norm": lambda torch, old: old.parametrizations.weight_norm(torch.nn.Linear(2, 2), dim=5),
    "no tensor": lambda torch, old: old.parametrizations.spectral_norm(torch.nn.Linear(2, 2), "other"),
    "no parameter": lambda torch, old: old.spectral_norm(torch.nn.Linear(2, 2, bias=False), "bias"),
}


@pytest.mark.parametrize("name", REFUSED_NORMS)
def test_refused_norms(name):
    """PyTorch's words."""

    def body(torch):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            REFUSED_NORMS[name](torch, torch.nn.utils)

    check(body, raises=Exception)


# ---- Parametrizations of one's own ----


def own(torch):
    class Symmetric(torch.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).mT

        def right_inverse(self, x):
            return x.triu()

    class Exponential(torch.nn.Module):
        def forward(self, x):
            return x.exp()

        def right_inverse(self, x):
            return x.log()

    class Sum(torch.nn.Module):
        def forward(self, x, y):
            return x + 2 * y

        def right_inverse(self, x):
            return x / 3, x / 3

    class Doubled(torch.nn.Module):  # without a right_inverse
        def forward(self, x):
            return 2 * x

    return {"symmetric": Symmetric, "exponential": Exponential, "sum": Sum, "doubled": Doubled}


@pytest.mark.parametrize(
    "chain", [["symmetric"], ["exponential"], ["sum"], ["doubled"], ["symmetric", "exponential"], ["exponential", "doubled"], ["sum", "doubled"]]
)
@pytest.mark.parametrize("leave", [True, False])
def test_chains(chain, leave):
    """Values, gradients, names, assignment through the inverses, deep copies, and what remains."""

    def body(torch, x):
        parametrize = torch.nn.utils.parametrize
        module = of(torch, "Linear")
        module.weight = torch.nn.Parameter(torch.arange(16.0).reshape(4, 4) + 1)
        before = module.weight
        for name in chain:
            parametrize.register_parametrization(module, "weight", own(torch)[name]())
        seen = [repr(module), list(module.state_dict()), [name for name, _ in module.named_parameters()]]
        seen += [parametrize.is_parametrized(module), parametrize.is_parametrized(module, "weight")]
        seen += [parametrize.is_parametrized(module, "bias"), parametrize.type_before_parametrizations(module).__name__]
        seen += [type(module).__name__, any(each is before for each in module.parameters())]
        (module.weight[0] * x).sum().backward()
        seen.append([each.grad for each in module.parametrizations.parameters()])
        twin = copy.deepcopy(module)
        try:
            with torch.no_grad():
                module.weight = x.detach() * torch.ones(4, 4) + 3
        except RuntimeError as error:
            seen.append(str(error))
        seen += [module.weight.detach().clone(), twin.weight.detach().clone()]
        seen.append({key: value.clone() for key, value in module.state_dict().items()})
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=leave)
        seen += [repr(module), type(module).__name__, module.state_dict(), module.weight.requires_grad]
        seen += [isinstance(module.weight, torch.nn.Parameter), any(each is before for each in module.parameters())]
        return seen

    options = {"raises": ValueError} if chain[0] == "sum" and not leave else {}
    check(body, Input((4,)), grad=False, **options)


def test_two_tensors_of_one_module():
    """Each goes its own way, and the class is what it was after the last is removed; a buffer too."""

    def body(torch):
        parametrize, kinds = torch.nn.utils.parametrize, own(torch)
        module = torch.nn.BatchNorm1d(2)
        for name in ("weight", "running_var"):
            parametrize.register_parametrization(module, name, kinds["doubled"]())
        seen = [list(module.state_dict()), list(module._parameters), list(module._buffers)]
        other = copy.deepcopy(module)
        parametrize.remove_parametrizations(module, "weight")
        seen += [type(module).__name__, module.weight, module.running_var, other.running_var]
        parametrize.remove_parametrizations(module, "running_var")
        return [*seen, type(module).__name__, module.state_dict(), list(dict(module.named_parameters()))]

    check(body, grad=False)


def test_a_copy_outlives_the_removal():
    """A class of one's own: in PyTorch the copy, which shares the class, has no weight any more."""
    module = minitorch.nn.utils.parametrizations.weight_norm(minitorch.nn.Linear(2, 2))
    other = copy.deepcopy(module)
    minitorch.nn.utils.parametrize.remove_parametrizations(module, "weight")
    assert other.weight.equal(module.weight)


def test_cached():
    """Computed once inside, at each use outside; removed values do not stay."""

    def body(torch):
        calls = []

        class Counting(torch.nn.Module):
            def forward(self, x):
                calls.append(1)
                return x * 2

        parametrize = torch.nn.utils.parametrize
        module = torch.nn.Linear(2, 2)
        parametrize.register_parametrization(module, "weight", Counting())
        counts = [len(calls)]
        for _ in range(2):
            with parametrize.cached():
                with parametrize.cached():
                    first = module.weight
                same = module.weight is first
            counts += [len(calls), same, module.weight is first]
        return counts

    check(body)


def test_transfer():
    def body(torch):
        parametrize, kinds = torch.nn.utils.parametrize, own(torch)
        source, target = of(torch, "Linear"), torch.nn.Linear(4, 3)
        parametrize.register_parametrization(source, "weight", kinds["doubled"]())
        parametrize.register_parametrization(source, "bias", kinds["sum"]())
        parametrize.transfer_parametrizations_and_params(source, target)
        same = target.parametrizations.weight.original is source.parametrizations.weight.original
        return same, target.state_dict(), repr(target), target.weight, target.bias

    check(body, grad=False)


def with_forward(torch, forward, right_inverse=None):
    class Module(torch.nn.Module):
        pass

    Module.forward = lambda self, *x: forward(*x)
    if right_inverse is not None:
        Module.right_inverse = lambda self, x: right_inverse(x)
    return Module()


REFUSED = {
    "an unknown name": lambda torch, register: register("other", with_forward(torch, lambda x: x)),
    "another shape": lambda torch, register: register("weight", with_forward(torch, lambda x: x[0])),
    "another dtype": lambda torch, register: register("weight", with_forward(torch, lambda x: x.double())),
    "no tensor": lambda torch, register: register("weight", with_forward(torch, lambda x: 3)),
    "an inverse of another dtype": lambda torch, register: register(
        "weight", with_forward(torch, lambda x: x, lambda x: x.double())
    ),
    "an inverse that is a number": lambda torch, register: register("weight", with_forward(torch, lambda x: x, lambda x: 3)),
    "an inverse of numbers": lambda torch, register: register("weight", with_forward(torch, lambda x: x, lambda x: (3, 4))),
    "a second of another shape": lambda torch, register: register(
        "weight", with_forward(torch, lambda x: x), with_forward(torch, lambda x: x[0])
    ),
    "a second whose inverse has another shape": lambda torch, register: register(
        "weight", with_forward(torch, lambda x: x), with_forward(torch, lambda x: x, lambda x: x[0])
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_parametrizations(name):
    """PyTorch's words, and a module that is as it was."""

    def body(torch):
        module = torch.nn.Linear(2, 2)

        def register(tensor, *parametrizations):
            for each in parametrizations:
                torch.nn.utils.parametrize.register_parametrization(module, tensor, each)

        try:
            REFUSED[name](torch, register)
        except ValueError as error:
            return str(error).replace("minitorch", "torch"), list(module.state_dict())

    check(body)


def test_more_refusals():
    remove = minitorch.nn.utils.parametrize.remove_parametrizations
    check(
        lambda torch: torch.nn.utils.parametrize.remove_parametrizations(torch.nn.Linear(2, 2), "weight"),
        raises=ValueError,
    )
    check(lambda torch: torch.nn.utils.parametrize.ParametrizationList([], torch.ones(2)), raises=ValueError)
    module = minitorch.nn.utils.parametrizations.weight_norm(minitorch.nn.Linear(2, 2))
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(module)
    assert type(remove(module, "weight")) is minitorch.nn.Linear


# ---- Fusion, modules without initial values, stateless calls ----


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(  # without a weight of the norm PyTorch fails to fuse it with a linear layer
    "layer, affine",
    [("Linear", True), ("Conv2d", True), ("Conv2d", False), ("ConvTranspose1d", True), ("ConvTranspose1d", False)],
)
def test_fused_batch_norm(layer, affine, bias):
    """One layer that computes what two did; in eval mode only."""

    def body(torch, x):
        module = of(torch, layer)
        if not bias:
            module.bias = None
        norm = {1: torch.nn.BatchNorm1d, 2: torch.nn.BatchNorm2d}[max(1, x.dim() - 2)](4 if layer == "Conv2d" else 3, affine=affine)
        norm(module(x.detach()))
        fuse = torch.nn.utils.fuse_linear_bn_eval if layer == "Linear" else torch.nn.utils.fuse_conv_bn_eval
        transpose = (True,) if layer == "ConvTranspose1d" else ()
        try:
            fuse(module, norm, *transpose)
        except AssertionError as error:
            text = str(error)
        fused = fuse(module.eval(), norm.eval(), *transpose)
        assert torch.allclose(fused(x), norm(module(x)), atol=1e-5)
        return text, fused.state_dict(), [each.requires_grad for each in fused.parameters()], fused(x)

    check(body, Input(LAYERS[layer][1]))


def test_skipped_initial_values():
    """Memory as it comes, and no random numbers drawn."""

    def body(torch):
        torch.manual_seed(3)
        module = torch.nn.utils.skip_init(torch.nn.Linear, 3, 2, bias=False)
        return [(name, each.shape, each.requires_grad) for name, each in module.named_parameters()], torch.rand(2)

    check(body)
    check(lambda torch: torch.nn.utils.skip_init(torch.nn.ReLU), raises=RuntimeError)
    check(lambda torch: torch.nn.utils.skip_init(dict), raises=RuntimeError, text=False)


def test_the_stateless_call_of_old():
    def body(torch, x):
        module = torch.nn.BatchNorm1d(3)
        state = {"weight": torch.full((3,), 2.0), "running_mean": torch.zeros(3)}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = torch.nn.utils.stateless.functional_call(module, state, x)
        return result, state, module.state_dict(), [str(each.message) for each in caught]

    check(body, Input((4, 3)))
