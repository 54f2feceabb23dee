"""Every entry of PyTorch's database of optimizers. PyTorch: torch/testing/_internal/common_optimizers.py."""

import copy
import re

import numpy as np
import places
import pytest

import minitorch

torch = pytest.importorskip("torch", reason="the database and the values to compare with are PyTorch's")

from torch.testing._internal.common_optimizers import optim_db  # noqa: E402

pytestmark = pytest.mark.usefixtures("device")

ENTRIES = {info.optim_cls.__name__: info for info in optim_db}
INPUTS = [
    (name, number)
    for name, info in ENTRIES.items()
    if not info.only_supports_sparse_grads
    for number in range(len(info.optim_inputs_func(device="cpu")))
]
STEPS = 2 if places.SIMULATED else 10
# bfloat16 has 8 bits: one unit of its last place, in the largest number of an update of length 1, times lr and steps.
MUON = {"rtol": 1e-3, "atol": 2e-3}


def parameters(library, name: str, dtype: str) -> list:
    rng = np.random.default_rng(3)
    shapes = [(4, 3), (3, 5)] if name == "Muon" else [(4, 3), (4,), (), (2, 2, 3)]
    values = [library.from_numpy(rng.standard_normal(shape).astype(dtype)) for shape in shapes]
    return [library.nn.Parameter(places.here(library, each)) for each in values]


def loss_of(params: list):
    """A smooth bowl with a different slope in every direction."""
    total = 0.0
    for number, p in enumerate(params):
        total = total + ((p * p + 1).sqrt() * (number + 1)).sum() + (p.sum() - 1) ** 2 / 4
    return total


def train(optimizer, params: list, steps: int) -> None:
    def closure():
        optimizer.zero_grad()
        loss = loss_of(params)
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)


def converted(value, library):
    """An option, or a state, with tensors of the other library."""
    if isinstance(value, (torch.Tensor, minitorch.Tensor)):
        return library.from_numpy(np.array(value.numpy(force=True)))
    if isinstance(value, dict):
        return {key: converted(each, library) for key, each in value.items()}
    return type(value)(converted(each, library) for each in value) if isinstance(value, (list, tuple)) else value


def assert_close(ours, theirs, path: str, **tolerance) -> None:
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs) or set(ours) == set(theirs), path
        for key in theirs:
            assert_close(ours[key], theirs[key], f"{path}[{key!r}]", **tolerance)
    elif isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), path
        for number, (mine, other) in enumerate(zip(ours, theirs)):
            assert_close(mine, other, f"{path}[{number}]", **tolerance)
    elif isinstance(theirs, torch.Tensor):
        assert isinstance(ours, minitorch.Tensor), path
        assert str(ours.dtype) == str(theirs.dtype), path
        np.testing.assert_allclose(ours.numpy(force=True), theirs.numpy(force=True), err_msg=path, **tolerance)
    elif isinstance(theirs, float):
        np.testing.assert_allclose(ours, theirs, err_msg=path, **tolerance)
    else:
        assert ours == theirs, path


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name, number", INPUTS)
def test_training(name, number, dtype):
    """Parameters and state after some steps; then each goes on from the other's state_dict."""
    kwargs = ENTRIES[name].optim_inputs_func(device="cpu")[number].kwargs
    tolerance = {"rtol": 1e-9, "atol": 1e-9} if dtype == "float64" else {"rtol": 2e-5, "atol": 2e-6}
    if name == "Muon":
        tolerance = MUON
    elif name == "LBFGS" and dtype == "float32":
        tolerance = {"rtol": 1e-3, "atol": 1e-3}  # 1 / y.dot(s) of a converged search has lost half its digits
    sides = []
    for library in (minitorch, torch):
        params = parameters(library, name, dtype)
        optimizer = getattr(library.optim, name)(params, **converted(kwargs, library))
        train(optimizer, params, 1 if name == "LBFGS" else STEPS)
        sides.append((params, optimizer))
    (ours, our_optimizer), (theirs, their_optimizer) = sides
    assert_close(ours, theirs, "parameters", **tolerance)
    our_state, their_state = our_optimizer.state_dict(), their_optimizer.state_dict()
    if name != "LBFGS" or dtype == "float64":
        assert_close(our_state, their_state, "state", **tolerance)
    our_state, their_state = copy.deepcopy(our_state), copy.deepcopy(their_state)
    our_optimizer.load_state_dict(converted(their_state, minitorch))
    their_optimizer.load_state_dict(converted(our_state, torch))
    train(our_optimizer, ours, min(3, STEPS))
    train(their_optimizer, theirs, min(3, STEPS))
    assert_close(ours, theirs, "parameters later", **tolerance)


@pytest.mark.parametrize("name", ENTRIES)
def test_defaults_and_repr(name):
    sides = []
    for library in (minitorch, torch):
        optimizer = getattr(library.optim, name)(parameters(library, "Muon", "float32"))
        sides.append((optimizer.defaults, repr(optimizer)))
    assert sides[0] == sides[1]


@pytest.mark.parametrize("name", ENTRIES)
def test_error_inputs(name):
    info = ENTRIES[name]
    checked = 0
    for each in info.optim_error_inputs_func(device=places.theirs, dtype=torch.float32):
        case = each.optimizer_error_input
        if any(word in f"{case.desc} {each.error_regex}" for word in ("complex", "requires dense")):
            continue  # minitorch has neither complex nor sparse tensors
        expected = pytest.warns if issubclass(each.error_type, Warning) else pytest.raises
        with expected(each.error_type, match=each.error_regex):
            make(name, case)
        checked += 1
    assert checked >= 5


def make(name: str, case):
    return getattr(minitorch.optim, name)(converted_params(case.params, {}), **converted(case.kwargs, minitorch))


def converted_params(params, known: dict):
    """Parameters of minitorch; what is one tensor stays one."""
    if isinstance(params, torch.Tensor):
        if id(params) not in known:
            known[id(params)] = minitorch.nn.Parameter(converted(params, minitorch))
        return known[id(params)]
    if isinstance(params, dict):
        return {key: converted_params(each, known) if key == "params" else each for key, each in params.items()}
    if isinstance(params, (list, tuple, set)):
        return type(params)(converted_params(each, known) for each in params)
    return params


def test_sparse_adam_refuses_dense_gradients():
    for library in (minitorch, torch):
        p = library.nn.Parameter(library.ones(2))
        p.sum().backward()
        words = "SparseAdam does not support dense gradients, please consider Adam instead"
        with pytest.raises(RuntimeError, match=re.escape(words)):
            library.optim.SparseAdam([p]).step()
