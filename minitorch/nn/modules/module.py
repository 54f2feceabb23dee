"""Module: parameters, buffers and submodules under names. PyTorch: torch/nn/modules/module.py.

Its hooks stand in `_hooks.py`, its state_dict in `_state.py`.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.nn.modules._hooks import Hooked, call, explain
from minitorch.nn.modules._hooks import register_module_forward_hook as register_module_forward_hook
from minitorch.nn.modules._hooks import register_module_forward_pre_hook as register_module_forward_pre_hook
from minitorch.nn.modules._hooks import register_module_full_backward_hook as register_module_full_backward_hook
from minitorch.nn.modules._hooks import register_module_full_backward_pre_hook as register_module_full_backward_pre_hook
from minitorch.nn.modules._state import Stateful
from minitorch.nn.parameter import Buffer, Parameter
from minitorch.ops.creation import empty_like
from minitorch.types import as_dtype
from minitorch.types import device as Device
from minitorch.types import dtype as Dtype


class Module(Hooked, Stateful):
    """Base class of all layers and models.

    A subclass calls `super().__init__()`, assigns its parts to attributes and defines `forward`.
    PyTorch: torch.nn.Module.
    """

    training: bool
    call_super_init: bool = False

    def __init__(self, *args, **kwargs):
        if not self.call_super_init:
            _refuse_arguments(self, args, kwargs)
        members = self.__dict__  # past __setattr__, which looks into the tables that are made here
        members["training"] = True
        members["_parameters"] = {}
        members["_buffers"] = {}
        members["_non_persistent_buffers_set"] = set()
        members["_modules"] = {}
        members["_forward_pre_hooks"] = OrderedDict()
        members["_forward_pre_hooks_with_kwargs"] = OrderedDict()
        members["_forward_hooks"] = OrderedDict()
        members["_forward_hooks_with_kwargs"] = OrderedDict()
        members["_forward_hooks_always_called"] = OrderedDict()
        members["_backward_pre_hooks"] = OrderedDict()
        members["_backward_hooks"] = OrderedDict()
        members["_state_dict_hooks"] = OrderedDict()
        members["_state_dict_pre_hooks"] = OrderedDict()
        members["_load_state_dict_pre_hooks"] = OrderedDict()
        members["_load_state_dict_post_hooks"] = OrderedDict()
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def __call__(self, *args, **kwargs):
        """Run the hooks and forward()."""
        try:  # costs nothing unless it fails
            return call(self, args, kwargs) if self._hooked else self.forward(*args, **kwargs)
        except Exception as error:
            explain(error, self, args, kwargs)
            raise

    def forward(self, *input: Any):
        """What the module computes: every subclass defines it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    # ---- Attributes that are parameters, buffers or modules ----

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under a name; None keeps the name. Raises KeyError, TypeError or ValueError."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name, self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{typename(param)}' object to parameter '{name}' (torch.nn.Parameter or "
                f"None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
                f"To express '{name}' as a function of another Tensor, compute the value in the forward() "
                f"method."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that is state but not trained; `persistent`: part of the state_dict."""
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Add a submodule under a name."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = module

    def register_module(self, name: str, module: "Module | None") -> None:
        """The same as add_module."""
        self.add_module(name, module)

    def _check_name(self, kind: str, name: object, own: dict) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        # PyTorch asks in another order for modules.
        taken = name not in own and hasattr(self, name)
        if taken and kind == "module":
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(
                f'module name can\'t contain ".", got: {name}'
                if kind == "module"
                else f'{kind} name can\'t contain "."'
            )
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if taken:
            raise KeyError(f"attribute '{name}' already exists")

    def __setattr__(self, name: str, value: Any) -> None:
        members = self.__dict__
        parameters = members.get("_parameters")
        modules = members.get("_modules")
        buffers = members.get("_buffers")
        if isinstance(value, Parameter):
            if parameters is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name, members, buffers, modules)
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if parameters is not None and name in parameters:
                raise _cannot_assign(value, "parameter", name, "torch.nn.Parameter or None expected")
            if modules is None:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._forget(name, members, parameters, buffers)
            modules[name] = value
        elif parameters is not None and name in parameters:
            if value is not None:
                raise _cannot_assign(value, "parameter", name, "torch.nn.Parameter or None expected")
            parameters[name] = None
        elif modules is not None and name in modules:
            if value is not None:
                raise _cannot_assign(value, "child module", name, "torch.nn.Module or None expected")
            modules[name] = None
        elif isinstance(value, Buffer) or (buffers is not None and name in buffers):
            if value is not None and not isinstance(value, Tensor):
                raise _cannot_assign(value, "buffer", name, "torch.nn.Buffer, torch.Tensor or None expected")
            if isinstance(value, Buffer):
                self.register_buffer(name, value, value.persistent)
            else:
                buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    def _forget(self, name: str, *tables: dict) -> None:
        """A name is one thing only: the latest that was assigned."""
        for table in tables:
            table.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __getattr__(self, name: str) -> Any:
        members = self.__dict__
        if "_parameters" in members and name in members["_parameters"]:
            return members["_parameters"][name]
        if "_buffers" in members and name in members["_buffers"]:
            return members["_buffers"][name]
        if "_modules" in members and name in members["_modules"]:
            return members["_modules"][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        if name in self._parameters:
            del self._parameters[name]
        elif name in self._buffers:
            del self._buffers[name]
            self._non_persistent_buffers_set.discard(name)
        elif name in self._modules:
            del self._modules[name]
        else:
            object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__, *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if not name[:1].isdigit())

    # ---- Looking around ----

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Each parameter once, of this module and with `recurse` of all below."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Name and parameter, such as "0.weight"; a shared one under its first name."""
        yield from self._named_members(lambda module: module._parameters, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Each buffer once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Name and buffer."""
        yield from self._named_members(lambda module: module._buffers, prefix, recurse, remove_duplicate)

    def _named_members(
        self, table: Callable[["Module"], dict], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, member in table(module).items():
                if member is None or member in seen:
                    continue
                if remove_duplicate:
                    seen.add(member)
                yield f"{path}.{name}" if path else name, member

    def children(self) -> Iterator["Module"]:
        """Each direct submodule once."""
        for _, module in self.named_children():
            yield module

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """Name and module of each direct submodule."""
        seen: set = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def modules(self, remove_duplicate: bool = True) -> Iterator["Module"]:
        """This module and all below, each once."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(
        self, memo: set["Module"] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, "Module"]]:
        """Name and module of this one, whose name is empty, and all below."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, path, remove_duplicate)

    def get_submodule(self, target: str) -> "Module":
        """The module with a name such as "layer.0". Raises AttributeError."""
        module = self
        for name in target.split(".") if target else []:
            if not hasattr(module, name):
                raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: "Module", strict: bool = False) -> None:
        """Put `module` under a name such as "layer.0"; with `strict` there must be one already."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        parent.__setattr__(name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter with a name such as "layer.0.weight". Raises AttributeError."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        parameter = getattr(module, name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer with a name such as "norm.running_mean". Raises AttributeError."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return module._buffers[name]

    # ---- Changing all of it ----

    def apply(self, fn: Callable[["Module"], None]) -> "Module":
        """Call `fn` on every module below, then on this one; returns self."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> "Module":
        """Set training mode (dropout drops, batch norm counts) here and below; returns self."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> "Module":
        """Leave training mode; returns self."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> "Module":
        """Set requires_grad of every parameter; returns self."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget every parameter's gradient, or fill it with zeros."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                if set_to_none:
                    parameter.grad = None
                else:
                    parameter.grad.detach_()
                    parameter.grad.zero_()

    def to(self, *args, **kwargs) -> "Module":
        """Move to a device, convert to a floating-point dtype, or both, in place; returns self.

        `to(device)`, `to(dtype)`, `to(device, dtype)`, `to(tensor)`. Integer buffers keep their dtype.
        """
        device, dtype, non_blocking, memory_format = _parse_to(*args, **kwargs)
        if dtype is not None and not dtype.is_floating_point:
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")

        def convert(tensor: Tensor) -> Tensor:
            wanted = dtype if tensor.is_floating_point() else None
            if memory_format is not None and tensor.dim() in (4, 5):
                return tensor.to(device, wanted, non_blocking, memory_format=memory_format)
            return tensor.to(device, wanted, non_blocking)

        return self._apply(convert)

    def float(self) -> "Module":
        """Floating-point parameters and buffers to float32; returns self."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self) -> "Module":
        """Floating-point parameters and buffers to float64; returns self."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self) -> "Module":
        """Floating-point parameters and buffers to float16; returns self."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def type(self, dst_type: Dtype | str) -> "Module":
        """All parameters and buffers to a dtype; returns self."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self) -> "Module":
        """Move to the CPU; returns self."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: int | Device | None = None) -> "Module":
        """Move to a GPU; returns self."""
        return self._apply(lambda t: t.cuda(device))

    def share_memory(self) -> "Module":
        """Move to memory that other processes can see; returns self."""
        return self._apply(lambda t: t.share_memory_())

    def to_empty(self, *, device: Device | str | int | None, recurse: bool = True) -> "Module":
        """New memory for every parameter and buffer, with no values in it; returns self."""
        return self._apply(lambda t: empty_like(t, device=device), recurse)

    def compile(self, *args, **kwargs) -> None:
        """Nothing: what is compiled here are the kernels."""

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "Module":
        """Replace the data of every parameter, gradient and buffer by `fn` of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for parameter in self._parameters.values():
            if parameter is None:
                continue
            grad = parameter.grad
            with no_grad():
                parameter.data = fn(parameter)
                if grad is not None:
                    parameter.grad.data = fn(grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    # ---- Printing ----

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What `repr` shows in the parentheses besides submodules: one line or several."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        lines += [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]
        if not lines:
            return f"{self._get_name()}()"
        if len(lines) == 1 and extra:
            return f"{self._get_name()}({lines[0]})"
        listing = "\n  ".join(lines)
        return f"{self._get_name()}(\n  {listing}\n)"


def indented(text: str) -> str:
    """Two spaces before every line but the first and the empty ones."""
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line if line.strip() else "" for line in rest)])


def typename(value: object) -> str:
    """The name of a value's type as PyTorch's error texts write it. PyTorch: torch.typename."""
    if isinstance(value, Tensor):
        return value.type()
    owner = value if hasattr(value, "__qualname__") else type(value)
    module = getattr(value, "__module__", None) or ""
    if module in ("", "builtins"):
        return owner.__qualname__
    if module.startswith("minitorch."):
        module = module.removeprefix("mini")
    return f"{module}.{owner.__qualname__}"


def _cannot_assign(value: object, kind: str, name: str, expected: str) -> TypeError:
    return TypeError(f"cannot assign '{typename(value)}' as {kind} '{name}' ({expected})")


def _refuse_arguments(module: Module, args: tuple, kwargs: dict) -> None:
    name = f"{type(module).__name__}.__init__()"
    if kwargs:
        raise TypeError(f"{name} got an unexpected keyword argument '{next(iter(kwargs))}'")
    if args:
        raise TypeError(f"{name} takes 1 positional argument but {len(args) + 1} were given")


def _parse_to(
    *args, device=None, dtype=None, tensor=None, non_blocking=False, copy=False, memory_format=None
):
    """The meanings of Module.to's and Tensor.to's arguments. PyTorch: torch._C._nn._parse_to."""
    for place, argument in enumerate(args):
        if isinstance(argument, Tensor):
            tensor = argument
        elif isinstance(argument, (Dtype, type)):
            dtype = as_dtype(argument, "to")
        elif isinstance(argument, bool):
            non_blocking = argument
        elif argument is not None and place == 0:
            device = argument
        elif argument is not None:
            raise TypeError(
                "to() received an invalid combination of arguments - expected (device, dtype, non_blocking, copy), "
                "(dtype, non_blocking, copy) or (tensor, non_blocking, copy)"
            )
    if tensor is not None:
        device, dtype = tensor.device, tensor.dtype
    return None if device is None else Device(device), dtype, non_blocking, memory_format
