"""What all optimizers share: parameter groups, state and hooks. PyTorch: torch/optim/optimizer.py."""

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import enable_grad
from minitorch.kernels import _gpu
from minitorch.nn.modules.module import typename
from minitorch.ops.convert import tensor
from minitorch.types import float32, get_default_dtype
from minitorch.utils.hooks import RemovableHandle, register


class _Required:
    """Stands for an option that every parameter group must set."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


class Optimizer:
    """Base class: a subclass gives the defaults of its options to `__init__` and defines `step`.

    `params`: tensors, (name, tensor) pairs, or dictionaries with "params" and options of their own, always in
    the same order.
    PyTorch: torch.optim.Optimizer.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = _with_hooks(cls.step)

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]],
        defaults: dict[str, Any],
    ):
        self.defaults = defaults
        self._make_hooks()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + typename(params)
            )
        self.state: defaultdict[Tensor, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)
        if defaults.get("differentiable"):
            raise NotImplementedError(
                "differentiable=True is not supported: no step of an optimizer is recorded. Write the update in tensor "
                "operations to differentiate through it."
            )

    def step(self, closure: Callable[[], Any] | None = None):
        """Update the parameters from their gradients; `closure` computes the loss and the gradients anew."""
        raise NotImplementedError

    def _loss(self, closure: Callable[[], Any] | None):
        """What the closure returns, if there is one."""
        if closure is None:
            return None
        with enable_grad():
            return closure()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param.grad = None
                elif param.grad is not None:
                    param.grad.detach_()
                    param.grad.zero_()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own. Raises TypeError or ValueError for what cannot be
        optimized.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        _set_params(param_group)
        for param in param_group["params"]:
            if not isinstance(param, Tensor):
                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is " + typename(param)
                )
            if not self.defaults.get("differentiable") and not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(
                    f"parameter group didn't specify a value of required optimization parameter {name}"
                )
            param_group.setdefault(name, default)
        params = param_group["params"]
        if len(params) != len(set(params)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause "
                "an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                kind = "with names" if "param_names" in param_group else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {kind} to the optimizer"
                )
        others = set(chain.from_iterable(group["params"] for group in self.param_groups))
        if not others.isdisjoint(params):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    # ---- Saving and loading ----

    def state_dict(self) -> dict[str, Any]:
        """The state by the parameters' numbers, and the groups with numbers in place of parameters.

        PyTorch reads it and the reverse. The tensors are the optimizer's own, not copies.
        """
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers: dict[Tensor, int] = {}
        groups = []
        first = 0
        for group in self.param_groups:
            places = enumerate(group["params"], first)
            numbers.update({param: place for place, param in places if param not in numbers})
            first += len(group["params"])
            packed = {name: value for name, value in group.items() if name != "params"}
            packed["params"] = [numbers[param] for param in group["params"]]
            groups.append(packed)
        state = {numbers[key] if isinstance(key, Tensor) else key: value for key, value in self.state.items()}
        result = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            changed = hook(self, result)
            if changed is not None:
                result = changed
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state_dict. Raises ValueError if its groups are of other sizes."""
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            changed = hook(self, state_dict)
            if changed is not None:
                state_dict = changed
        groups = self.param_groups
        saved_groups = deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(ours["params"]) != len(saved["params"]) for ours, saved in zip(groups, saved_groups)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's "
                "group"
            )
        owners = {}  # number -> (parameter, options)
        for ours, saved in zip(groups, saved_groups):
            for number, param in zip(saved["params"], ours["params"]):
                owners[number] = param, saved
        state: defaultdict = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in owners:
                param, options = owners[key]
                state[param] = _fitted(value, param, options)
            else:
                state[key] = value
        for ours, saved in zip(groups, saved_groups):
            saved["params"] = ours["params"]
            if "param_names" in ours:
                saved.setdefault("param_names", ours["param_names"])
        self.__setstate__({"state": state, "param_groups": saved_groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_optimizer_step_pre_hooks" not in self.__dict__:
            self._make_hooks()
        self.defaults.setdefault("differentiable", False)
        for group in self.param_groups:  # saved by a version that did not know an option
            for name, value in self.defaults.items():
                group.setdefault(name, value)
            for param in group["params"]:
                state = self.state.get(param) or {}
                if "step" in state and not isinstance(state["step"], Tensor):
                    state["step"] = tensor(float(state["step"]), dtype=_step_dtype(group))

    def __repr__(self) -> str:
        text = type(self).__name__ + " ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            for name in sorted(group):
                if name != "params":
                    text += f"    {name}: {group[name]}\n"
        return text + ")"

    # ---- Hooks ----

    def _make_hooks(self) -> None:
        self._optimizer_step_pre_hooks: OrderedDict = OrderedDict()
        self._optimizer_step_post_hooks: OrderedDict = OrderedDict()
        self._optimizer_state_dict_pre_hooks: OrderedDict = OrderedDict()
        self._optimizer_state_dict_post_hooks: OrderedDict = OrderedDict()
        self._optimizer_load_state_dict_pre_hooks: OrderedDict = OrderedDict()
        self._optimizer_load_state_dict_post_hooks: OrderedDict = OrderedDict()

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Before step: `hook(optimizer, args, kwargs)`; may return new (args, kwargs), args with the
        optimizer first.
        """
        return register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """After step: `hook(optimizer, args, kwargs)`."""
        return register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Before state_dict: `hook(optimizer)`."""
        return register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """After state_dict: `hook(optimizer, state_dict)`; may return another one."""
        return register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Before load_state_dict: `hook(optimizer, state_dict)`; may return another one."""
        return register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """After load_state_dict: `hook(optimizer)`."""
        return register(self._optimizer_load_state_dict_post_hooks, hook, prepend)


    def _check_recording(self) -> None:
        """Raise RuntimeError where a graph would repeat one step's numbers; PyTorch's warning for the opposite."""
        capturable = [group.get("capturable") for group in self.param_groups]
        if None in capturable:
            return
        if _gpu.recording():
            if not all(capturable):
                raise RuntimeError(
                    f"Attempting CUDA graph capture of step() for an instance of {type(self).__name__} but param_groups' capturable is "
                    "False."
                )
        elif all(capturable) and not self._warned_of_capturable:
            self._warned_of_capturable = True
            warnings.warn(
                "This instance was constructed with capturable=True or some of all the param_groups came with capturable=True, but "
                "step() is running without CUDA graph capture. If you never intend to graph-capture this instance, capturable=True can "
                "impair performance, and you should set capturable=False.",
                stacklevel=4,
            )

    _warned_of_capturable = False


def _with_hooks(step: Callable) -> Callable:
    """A `step` that runs the optimizer's hooks, if there are any, before and after the one given."""

    @functools.wraps(step)
    def step_with_hooks(*args, **kwargs):
        self = args[0]
        if _gpu.in_use():
            self._check_recording()
        if not (self._optimizer_step_pre_hooks or self._optimizer_step_post_hooks):
            return step(*args, **kwargs)
        for hook in self._optimizer_step_pre_hooks.values():
            changed = hook(self, args, kwargs)
            if changed is not None:
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(
                        f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                    )
                args, kwargs = changed
        result = step(*args, **kwargs)
        for hook in self._optimizer_step_post_hooks.values():
            hook(self, args, kwargs)
        return result

    return step_with_hooks


def scalar(value: float | Tensor) -> float:
    """An option that may be a tensor of one element, as a number."""
    return value.item() if isinstance(value, Tensor) else value


def check_tensor_lr(lr: float | Tensor) -> None:
    """Raise ValueError unless a learning rate that is a tensor has one element."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")


def check_fused(fused: bool | None, foreach: bool | None, differentiable: bool) -> None:
    """Raise RuntimeError for options that exclude each other; alone each asks for what is done anyway."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def new_step(group: dict[str, Any], param: Tensor | None = None) -> Tensor:
    """The count of steps in a parameter's state: a tensor, as PyTorch keeps it; where the parameter is, if it must not be waited for."""
    beside = param is not None and (group.get("capturable") or group.get("fused"))
    return tensor(0.0, dtype=_step_dtype(group), device=param.device if beside else "cpu")


def _step_dtype(group: dict[str, Any]):
    return float32 if group.get("fused") else get_default_dtype()


def _set_params(group: dict[str, Any]) -> None:
    """Make a list of group["params"], and take the names out of (name, tensor) pairs."""
    params = group["params"]
    if isinstance(params, Tensor):
        params = [params]
    elif isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but "
            "the ordering of tensors in sets will change between runs. Please use a list instead."
        )
    params = list(params)
    names = [param[0] for param in params if isinstance(param, tuple)]
    group["params"] = [param[1] if isinstance(param, tuple) else param for param in params]
    if names:
        if len(names) != len(params):
            raise ValueError(
                "all optimizer params should be with/without names. Some param names are missing"
            )
        group["param_names"] = names


def _fitted(value: Any, param: Tensor, options: dict[str, Any], key: str | None = None) -> Any:
    """A copy of a parameter's saved state, its tensors in the dtype and on the device of the parameter."""
    if isinstance(value, Tensor):
        if key == "step":  # a count: float32 even for a float16 parameter
            on_device = options.get("capturable") or options.get("fused")
            return value.to(device=param.device, dtype=float32) if on_device else value
        if param.is_floating_point():
            return value.to(device=param.device, dtype=param.dtype)
        return value.to(device=param.device)
    if isinstance(value, dict):
        return {name: _fitted(each, param, options, name) for name, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return type(value)(_fitted(each, param, options) for each in value)
    return value
