"""Every module of PyTorch's database: names, repr, initial values, results, gradients, buffers, errors. PyTorch: test/test_modules.py."""

import random
import warnings

import numpy as np
import places
import pytest

import minitorch

torch = pytest.importorskip("torch", reason="torch is not installed: there is nothing to compare with")
common_modules = pytest.importorskip(
    "torch.testing._internal.common_modules", reason="PyTorch's database of modules needs expecttest (pip install expecttest)"
)

from op_db.translate import Translator  # noqa: E402

pytestmark = pytest.mark.usefixtures("device")

SAMPLES = 4  # inputs for each module and mode, chosen at random but always alike: the whole takes a minute
FEWEST = 110  # entries of the database in torch 2.11 .. 2.13; fewer would be tests lost without a word

# Modules that do not pass, and why.
NOT_YET: dict[str, str] = {}

INFOS = {info.name.removeprefix("nn."): info for info in common_modules.module_db}
PASSING = [name for name in INFOS if name not in NOT_YET and hasattr(minitorch.nn, name)]


def test_the_database_is_covered():
    """Every entry is tested or has its reason; a newer PyTorch may know modules that minitorch does not."""
    assert len(INFOS) >= FEWEST
    if torch.__version__.startswith("2.13"):
        assert [name for name in INFOS if name not in PASSING] == list(NOT_YET)


@pytest.mark.parametrize("name", PASSING)
def test_module(name):
    """The same seed makes the same module, which does the same in training and in eval."""
    info = INFOS[name]
    tested = 0
    for training in (True, False) if info.train_and_eval_differ else (True,):
        for sample in samples(info, training):
            run(info, sample, training)
            tested += 1
    assert tested


@pytest.mark.parametrize("name", [name for name in PASSING if INFOS[name].module_error_inputs_func])
def test_refusals(name):
    """What PyTorch refuses, with the same type and words."""
    info = INFOS[name]
    options = {"device": places.theirs, "dtype": torch.float32, "requires_grad": False, "training": True}
    for refused in info.module_error_inputs_func(info, **options):
        sample, translate = refused.module_error_input, Translator()
        construct, forward = sample.constructor_input, sample.forward_input
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(refused.error_type, match=refused.error_regex):
                module = getattr(minitorch.nn, name)(*translate(construct.args), **translate(construct.kwargs))
                if forward is not None:  # else the constructor refuses
                    module(*translate(forward.args), **translate(forward.kwargs))


def samples(info, training: bool) -> list:
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    made = info.module_inputs_func(info, device=places.theirs, dtype=torch.float64, requires_grad=True, training=training)
    made = [each for each in made if each.forward_input is not None]
    return made if len(made) <= SAMPLES else random.Random(0).sample(made, SAMPLES)


def run(info, sample, training: bool) -> None:
    translate = Translator()
    construct, forward = sample.constructor_input, sample.forward_input
    name = info.name.removeprefix("nn.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arguments = [ours_of(each, translate) for each in construct.args]
        keywords = {key: ours_of(each, translate) for key, each in construct.kwargs.items()}
        lazy = name.startswith("Lazy")  # has no parameters to convert before the first input
        torch.manual_seed(3)
        theirs = info.module_cls(*construct.args, **construct.kwargs, **({"dtype": torch.float64} if lazy else {}))
        minitorch.manual_seed(3)
        double = {"dtype": minitorch.float64} if lazy else {}
        ours = getattr(minitorch.nn, name)(*arguments, **keywords, **double)
        for module in (ours, theirs):
            module.train(training)
        if not lazy:
            assert minitorch.get_rng_state().tolist() == torch.get_rng_state().tolist()
            same_state(ours, theirs, exact=True)
            theirs.double()
            ours.double()
        ours.to(places.ours)
        theirs.to(places.theirs)
        torch.manual_seed(5)
        minitorch.manual_seed(5)
        inputs = list(forward.args), dict(forward.kwargs)
        our_inputs = translate(inputs)
        with places.watched_draws() as watch:
            expected = tensors(theirs(*inputs[0], **inputs[1]), torch.Tensor)
        results = tensors(ours(*our_inputs[0], **our_inputs[1]), minitorch.Tensor)
    assert type(ours).__name__ == type(theirs).__name__
    assert repr(ours) == repr(theirs)
    if watch.drew:  # from generators that differ
        assert [tuple(each.shape) for each in results] == [tuple(each.shape) for each in expected]
        return
    same_all("result", results, expected)
    same_state(ours, theirs, exact=False)
    same_gradients(ours, theirs, results, expected, our_inputs, inputs)


def ours_of(argument, translate):
    """An argument of a constructor; layers are made anew, with the values of PyTorch's."""
    if isinstance(argument, torch.nn.LayerNorm):
        return minitorch.nn.LayerNorm(argument.normalized_shape, argument.eps)
    if isinstance(argument, torch.nn.TransformerEncoderLayer):
        layer = minitorch.nn.TransformerEncoderLayer(
            argument.linear1.in_features,
            argument.self_attn.num_heads,
            argument.linear1.out_features,
            argument.dropout.p,
            translate(argument.activation),
            argument.norm1.eps,
            argument.self_attn.batch_first,
            argument.norm_first,
            argument.linear1.bias is not None,
        )
        layer.to(translate(argument.linear1.weight).dtype)
        layer.load_state_dict({key: translate(value) for key, value in argument.state_dict().items()})
        return layer
    return translate(argument)


def same_state(ours, theirs, exact: bool) -> None:
    state, expected = ours.state_dict(), theirs.state_dict()
    assert list(state) == list(expected)
    for key, value in expected.items():
        same(key, state[key], value, exact)


def same_gradients(ours, theirs, results, expected, our_inputs, inputs) -> None:
    """Of inputs and parameters, under a random cotangent."""
    pairs = list(zip(tensors(our_inputs, minitorch.Tensor), tensors(inputs, torch.Tensor)))
    pairs = [pair for pair in pairs if pair[1].requires_grad and pair[1].is_leaf]
    own, wanted = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    assert [name for name, _ in ours.named_parameters()] == [name for name, _ in theirs.named_parameters()]
    wanted += [each for each in theirs.parameters() if each.requires_grad]
    own += [each for each in ours.parameters() if each.requires_grad]
    heads = [each for each in expected if each.requires_grad]
    assert [each.requires_grad for each in results] == [each.requires_grad for each in expected]
    if not heads or not wanted:
        return
    generator = torch.Generator().manual_seed(1)
    cotangents = [places.here(torch, torch.randn(each.shape, generator=generator, dtype=each.dtype)) for each in heads]
    answers = torch.autograd.grad(heads, wanted, cotangents, allow_unused=True)
    gradients = minitorch.autograd.grad(
        [each for each in results if each.requires_grad],
        own,
        [places.here(minitorch, minitorch.from_numpy(each.numpy(force=True))) for each in cotangents],
        allow_unused=True,
    )
    same_all("gradient", gradients, answers)


def same_all(what: str, ours, theirs) -> None:
    assert len(ours) == len(theirs)
    for number, pair in enumerate(zip(ours, theirs)):
        same(f"{what} {number}", *pair)


def same(what: str, ours, theirs, exact: bool = False) -> None:
    assert (ours is None) == (theirs is None), what
    if theirs is None:
        return
    assert str(ours.dtype) == str(theirs.dtype), what
    tolerance = {"rtol": 0, "atol": 0} if exact else {}
    found = torch.from_numpy(np.array(ours.numpy(force=True)))
    torch.testing.assert_close(found, theirs.detach().cpu(), equal_nan=True, msg=lambda text: f"{what}: {text}", **tolerance)


def tensors(value, kind: type) -> list:
    """All tensors in lists, tuples and dictionaries, in order."""
    if isinstance(value, kind):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return []
    return [each for part in value for each in tensors(part, kind)]
