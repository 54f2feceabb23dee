"""A module called with other parameters. PyTorch: torch/_functorch/functional_call.py, torch/nn/utils/stateless.py."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from minitorch._tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.ops.joining import stack


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: dict[str, Tensor] | Sequence[dict[str, Tensor]],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with the tensors of the dictionary in place of its parameters and buffers of these names.

    What the module assigns to a buffer meanwhile ends in the dictionary. `tie_weights`: a parameter under several names
    is replaced under all. `strict`: raise RuntimeError unless the names are the module's. PyTorch: torch.func.functional_call.
    """
    given = _merged(parameter_and_buffer_dicts)
    tensors = _tied(module, given) if tie_weights else dict(given)
    if strict:
        _check_names(module, tensors)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    places = {name: _Place(module, name) for name in tensors}
    for name, place in places.items():
        place.put(tensors[name])
    try:
        return module(*args, **(kwargs or {}))
    finally:
        for name, place in places.items():
            last = place.put_back()
            if name in given and isinstance(parameter_and_buffer_dicts, dict):
                given[name] = last


class _Place:
    """Where a module, or one below it, keeps the tensor of a name."""

    def __init__(self, module: Module, name: str):
        *path, self.name = name.split(".")
        for each in path:
            if not hasattr(module, each):
                raise AttributeError(f"{type(module).__name__} has no attribute `{each}`")
            module = getattr(module, each)
        self.module = module
        tables = (module._parameters, module._buffers)
        self.table = next((table for table in tables if self.name in table), module.__dict__)
        self.before = self.table.get(self.name, self)  # itself: there was none

    def put(self, tensor: Tensor) -> None:
        self.table[self.name] = tensor

    def put_back(self) -> Any:
        """Restore what was there; returns what is there now."""
        last = self.table.get(self.name)
        if self.before is self:
            self.table.pop(self.name, None)
        else:
            self.table[self.name] = self.before
        return last


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of models of one class, each stacked along a new first dimension.

    PyTorch: torch.func.stack_module_state.
    """
    if len(models) == 0:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if any(type(model) is not type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return tuple(  # type: ignore[return-value]
        {name: _stacked_leaf([each[name] for each in states], name) for name in states[0]}
        for states in (parameters, buffers)
    )


def _stacked_leaf(tensors: list[Tensor], name: str) -> Tensor:
    if len({each.requires_grad for each in tensors}) > 1:
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    return stack(tensors).detach().requires_grad_(tensors[0].requires_grad)


def _merged(dicts: Any) -> dict[str, Tensor]:
    if isinstance(dicts, dict):
        return dicts
    if not isinstance(dicts, Sequence):
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
        )
    if not all(isinstance(each, dict) for each in dicts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    counts = Counter(name for each in dicts for name in each)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: tensor for each in dicts for name, tensor in each.items()}


def _tied(module: Module, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """The given tensors, under all the names that the module has for what they replace."""
    names: dict[Tensor, list[str]] = {}
    for name, tensor in _all_tensors(module):
        names.setdefault(tensor, []).append(name)
    result = dict(given)
    for tied in names.values():
        values = [given[name] for name in tied if name in given]
        if len(tied) > 1 and values:
            if any(value is not values[0] for value in values):
                raise ValueError(
                    f"functional_call got multiple values for keys {sorted(tied)}, which are tied. Consider using "
                    "tie_weights=False"
                )
            result.update(dict.fromkeys(tied, values[0]))
    return result


def _all_tensors(module: Module) -> list[tuple[str, Tensor]]:
    named = list(module.named_parameters(remove_duplicate=False))
    return named + list(module.named_buffers(remove_duplicate=False))


def _check_names(module: Module, tensors: dict[str, Tensor]) -> None:
    names = {name for name, _ in _all_tensors(module)}
    unexpected, missing = sorted(set(tensors) - names), sorted(names - set(tensors))
    if unexpected or missing:
        text = f"Error(s) in reparametrizing for {type(module).__name__}:"
        for title, keys in (("Unexpected", unexpected), ("Missing", missing)):
            if keys:
                text += f"\n\t{title} key(s): {', '.join(repr(key) for key in keys)}."
        raise RuntimeError(text)
