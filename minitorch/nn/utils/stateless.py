"""A module called with other tensors in place of its own. PyTorch: torch/nn/utils/stateless.py."""

import warnings
from typing import Any

from minitorch._tensor import Tensor
from minitorch.nn.modules.module import Module


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """torch.func.functional_call under its older name, with a FutureWarning. PyTorch: torch.nn.utils.stateless."""
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future version of "
        "PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return _functional_call(module, parameters_and_buffers, args, kwargs, tie_weights, strict)


def _functional_call(
    module: Module, given: dict[str, Tensor], args: Any, kwargs: dict[str, Any] | None, tie_weights: bool, strict: bool
) -> Any:
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
            if name in given:
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
