"""The state_dict of a module: saved, and loaded whole or not at all. PyTorch: torch/nn/modules/module.py."""

import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.nn.parameter import Parameter
from minitorch.utils.hooks import RemovableHandle, register

_EXTRA_STATE = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What load_state_dict(strict=False) did not find, and what it found too much."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class Stateful:
    """What a Module knows about its state_dict."""

    # Kept in the state_dict's metadata; a module that changes its keys counts up, and `_load_from_state_dict`
    # converts.
    _version: int = 1

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict
    _non_persistent_buffers_set: set[str]
    _state_dict_hooks: OrderedDict
    _state_dict_pre_hooks: OrderedDict
    _load_state_dict_pre_hooks: OrderedDict
    _load_state_dict_post_hooks: OrderedDict

    def state_dict(
        self, *args, destination: dict | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """All parameters and persistent buffers by their names, sharing memory with the module.

        Detached unless `keep_vars`. PyTorch: torch.nn.Module.state_dict.
        """
        if args:
            warnings.warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict "
                "for details.",
                FutureWarning,
                stacklevel=2,
            )
            given = dict(zip(("destination", "prefix", "keep_vars"), args))
            destination = given.get("destination") if destination is None else destination
            prefix = prefix or given.get("prefix", "")
            keep_vars = keep_vars or given.get("keep_vars", False)
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook, public in self._state_dict_hooks.values():
            changed = hook(self, destination, prefix, local_metadata)
            if changed is not None:
                if public:
                    raise RuntimeError("state_dict post-hook must return None")
                destination = changed
        return destination

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        """Put this module's own tensors into `destination`, without those of its children."""
        for name, tensor in self._own_state().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[prefix + _EXTRA_STATE] = self.get_extra_state()

    def _own_state(self) -> dict[str, Tensor]:
        own = {name: tensor for name, tensor in self._parameters.items() if tensor is not None}
        for name, tensor in self._buffers.items():
            if tensor is not None and name not in self._non_persistent_buffers_set:
                own[name] = tensor
        return own

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> _IncompatibleKeys:
        """Copy the tensors of `state_dict` into the module, or with `assign` put them in its place.

        Raises RuntimeError that lists every missing, unexpected and misfitting key; unlike in PyTorch the
        module is then unchanged. With strict=False the first two are returned instead.
        PyTorch: torch.nn.Module.load_state_dict.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        state_dict = OrderedDict(state_dict)
        if metadata is not None:
            state_dict._metadata = metadata
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        writes: list[Callable[[], None]] = []  # nothing is written before everything was checked

        def visit(module: "Stateful", entries: dict, prefix: str) -> None:
            local_metadata = dict((metadata or {}).get(prefix[:-1], {}), _writes=writes)
            if assign:
                local_metadata["assign_to_params_buffers"] = True
            module._load_from_state_dict(entries, prefix, local_metadata, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    below = f"{prefix}{name}."
                    visit(child, {k: v for k, v in entries.items() if k.startswith(below)}, below)
            for hook in module._load_state_dict_post_hooks.values():
                if hook(module, _IncompatibleKeys(missing, unexpected)) is not None:
                    raise AssertionError(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to "
                        "return new "
                        "values, if incompatible_keys need to be modified, it should be done inplace."
                    )

        visit(self, state_dict, "")
        if strict:
            if unexpected:
                errors.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
            if missing:
                errors.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
        if errors:
            listing = "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listing}")
        for write in writes:
            write()
        return _IncompatibleKeys(missing, unexpected)

    def _load_from_state_dict(
        self,
        state_dict: dict,
        prefix: str,
        local_metadata: dict,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Check this module's own entries and note what is to be written; children are visited by the caller.

        A subclass may convert old entries here and then call this. Without a list of writes in
        `local_metadata` (it called with a dictionary of its own) they are done at once.
        """
        for hook, with_module in self._load_state_dict_pre_hooks.values():
            owner = (self,) if with_module else ()
            lists = missing_keys, unexpected_keys, error_msgs
            hook(*owner, state_dict, prefix, local_metadata, strict, *lists)
        writes = local_metadata.get("_writes", [])
        own = self._own_state()
        for name, tensor in own.items():
            key = prefix + name
            if key in state_dict:
                value = state_dict[key]
                problem = _misfit(key, tensor, value)
                if problem is not None:
                    error_msgs.append(problem)
                elif local_metadata.get("assign_to_params_buffers", False):
                    writes.append(partial(self._assign, name, tensor, value))
                else:
                    writes.append(partial(_copy, tensor, value))
            elif strict:
                missing_keys.append(key)
        extra_key = prefix + _EXTRA_STATE
        if type(self).set_extra_state is not Stateful.set_extra_state:
            if extra_key in state_dict:
                writes.append(partial(self.set_extra_state, state_dict[extra_key]))
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)
        if strict:
            unexpected_keys.extend(self._unexpected(state_dict, prefix, own))
        if "_writes" not in local_metadata:
            for write in writes:
                write()

    def _unexpected(self, state_dict: dict, prefix: str, own: dict) -> list[str]:
        """The keys below `prefix` that neither this module nor one of its children has."""
        found = []
        for key in state_dict:
            if key.startswith(prefix) and key != prefix + _EXTRA_STATE:
                name, dot, _ = key[len(prefix) :].partition(".")
                if name not in (self._modules if dot else own):
                    found.append(key)
        return found

    def _assign(self, name: str, tensor: Tensor, value: Tensor) -> None:
        """Put the loaded tensor itself in the place of the parameter or buffer."""
        if isinstance(tensor, Parameter):
            if isinstance(value, Parameter):
                value.requires_grad_(tensor.requires_grad)
            else:
                value = Parameter(value, requires_grad=tensor.requires_grad)
            self._parameters[name] = value
        else:
            self._buffers[name] = value

    def get_extra_state(self) -> Any:
        """More for the state_dict than tensors: a subclass defines this together with set_extra_state."""
        raise RuntimeError("get_extra_state() has no meaning in a Module that does not define it")

    def set_extra_state(self, state: Any) -> None:
        """Take back what get_extra_state returned."""
        raise RuntimeError("set_extra_state() has no meaning in a Module that does not define it")

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Before state_dict(): `hook(module, prefix, keep_vars)`."""
        return register(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """After state_dict(): `hook(module, state_dict, prefix, local_metadata)`, which may change
        state_dict.
        """
        return register(self._state_dict_hooks, (hook, True))

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        """As register_state_dict_post_hook, but may return another state_dict."""
        return register(self._state_dict_hooks, (hook, False))

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Before this module is loaded: `hook(module, ...)` with the arguments of `_load_from_state_dict`."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable, with_module: bool = False
    ) -> RemovableHandle:
        return register(self._load_state_dict_pre_hooks, (hook, with_module))

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """After this module was checked: `hook(module, incompatible_keys)`, which may change the lists."""
        return register(self._load_state_dict_post_hooks, hook)


def _misfit(key: str, tensor: Tensor, value: object) -> str | None:
    """Why `value` cannot be copied into `tensor`, in PyTorch's words."""
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
            f"checkpoint "
            f"but received {type(value)}"
        )
    if tensor.shape != value.shape and not (tensor.dim() == 0 and tuple(value.shape) == (1,)):
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {tensor.shape}."
        )
    return None


def _copy(tensor: Tensor, value: Tensor) -> None:
    with no_grad():
        tensor.copy_(value.reshape(tensor.shape))  # a checkpoint of PyTorch 0.3 has (1,) for a scalar


def _quoted(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
