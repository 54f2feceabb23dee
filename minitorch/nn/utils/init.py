"""Modules without initial values. PyTorch: torch/nn/utils/init.py."""

import inspect

from minitorch.nn.modules.module import Module
from minitorch.random import fork_rng


def skip_init(module_cls: type[Module], *args, **kwargs) -> Module:
    """A module whose parameters are not initialised; the generator stays as it was. PyTorch: torch.nn.utils.skip_init.

    Raises RuntimeError for what is no module or has no `device` argument.
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    with fork_rng():
        return module_cls(*args, **kwargs)
