"""A parameter computed from other tensors whenever it is asked for. PyTorch: torch/nn/utils/parametrize.py."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import Any

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.nn.modules.container import ModuleDict, ModuleList
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Make `module.<tensor_name>` the value of `parametrization(original)`, after those that are already there.

    The parameter or buffer moves to `module.parametrizations.<tensor_name>.original` (`original0`, ... if
    `parametrization.right_inverse` returns several). An assignment to the name goes through all `right_inverse`. Raises
    ValueError if the name is unknown or the value has another shape or dtype, which `unsafe` allows.
    PyTorch: torch.nn.utils.parametrize.register_parametrization.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_next(parametrization, getattr(module, tensor_name), tensor_name)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        chain = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            module.parametrizations = ModuleDict()
        module.parametrizations[tensor_name] = chain
        _set_class(module, type_before_parametrizations(module))
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make `module.<tensor_name>` a parameter or buffer again: the value, or (`leave_parametrized=False`) the original.

    PyTorch: torch.nn.utils.parametrize.remove_parametrizations.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    chain = module.parametrizations[tensor_name]
    if chain.is_tensor:
        original = chain.original
        if leave_parametrized:
            with no_grad():
                original.data = getattr(module, tensor_name)
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of "
            "tensors."
        )
    before = type_before_parametrizations(module)
    del module.parametrizations[tensor_name]
    _set_class(module, before)
    if not module.parametrizations:
        del module.parametrizations
    _register(module, tensor_name, original)
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether the tensor of this name, or any, is computed. PyTorch: torch.nn.utils.parametrize.is_parametrized."""
    chains = getattr(module, "parametrizations", None)
    if not isinstance(chains, ModuleDict):
        return False
    return len(chains) > 0 if tensor_name is None else tensor_name in chains


def type_before_parametrizations(module: Module) -> type:
    """The class that the module was made from. PyTorch: torch.nn.utils.parametrize.type_before_parametrizations."""
    kind = type(module)
    return kind.__bases__[0] if "_is_parametrized" in vars(kind) else kind


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give `to_module` the parametrizations and original tensors of `from_module`: all, or those of one name.

    PyTorch: torch.nn.utils.parametrize.transfer_parametrizations_and_params.
    """
    if not is_parametrized(from_module):
        return to_module
    for name in from_module.parametrizations if tensor_name is None else [tensor_name]:
        chain = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            to_module.__setattr__(name, Parameter(getattr(from_module, name)))
        for parametrization in chain:
            register_parametrization(to_module, name, parametrization)
        for place in chain.places():
            to_module.parametrizations[name].__setattr__(place, getattr(chain, place))
    return to_module


# ---- Values computed once ----


class _Cache:
    """The values of parametrized tensors inside `cached()`."""

    depth = 0
    values: dict[tuple[Module, str], Tensor] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Inside, a parametrized tensor is computed when first asked for, and kept. PyTorch: torch.nn.utils.parametrize.cached."""
    _Cache.depth += 1
    try:
        yield
    finally:
        _Cache.depth -= 1
        if not _Cache.depth:
            _Cache.values.clear()


# ---- A module with computed tensors ----


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and the tensors that they start from.

    PyTorch: torch.nn.utils.parametrize.ParametrizationList.
    """

    original: Tensor
    unsafe: bool

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False):
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new: Any = original
        with no_grad():
            for module in reversed(self):
                with suppress(NotImplementedError):
                    new = module.right_inverse(new) if hasattr(module, "right_inverse") else new
        if not isinstance(new, (Tensor, Sequence)):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                f"Got {type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if isinstance(new, Tensor) else len(new)
        if isinstance(new, Tensor):
            if new.dtype != dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                    f"original.dtype: {dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            original.data = new
            _register(self, "original", original)
        else:
            for place, each in zip(self.places(), new):
                if not isinstance(each, Tensor):
                    raise ValueError(
                        "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                        f"Got element {place.removeprefix('original')} of the sequence with type {type(each).__name__}."
                    )
                if isinstance(original, Parameter):
                    each = Parameter(each, original.requires_grad)
                _register(self, place, each.requires_grad_(original.requires_grad))
        if not unsafe:
            _check_value(self(), shape, dtype, "unparametrized", "parametrized", "unless")

    def places(self) -> list[str]:
        """The names of the original tensors."""
        return ["original"] if self.is_tensor else [f"original{number}" for number in range(self.ntensors)]

    def forward(self) -> Tensor:
        first, *others = self
        value = first(*[getattr(self, place) for place in self.places()])
        for each in others:
            value = each(value)
        return value

    def right_inverse(self, value: Tensor) -> None:
        """Change the originals, so that the value becomes `value`; through the last parametrization first."""
        with no_grad():
            new: Any = value
            for module in reversed(self):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
                new = module.right_inverse(new)
            if self.is_tensor:
                if not isinstance(new, Tensor):
                    raise ValueError(f"`right_inverse` should return a tensor. Got {type(new).__name__}")
                if new.dtype != self.original.dtype:
                    raise ValueError(
                        f"The tensor returned by `right_inverse` has dtype {new.dtype} while `original` has dtype "
                        f"{self.original.dtype}"
                    )
                self.original.data = new
                return
            if not isinstance(new, Sequence):
                raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(new).__name__}.")
            if len(new) != self.ntensors:
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of length "
                    f"{len(new)}."
                )
            for number, (place, each) in enumerate(zip(self.places(), new)):
                original = getattr(self, place)
                if original.dtype != each.dtype:
                    raise ValueError(
                        f"Tensor {number} returned by `right_inverse` has dtype {each.dtype} while `{place}` has dtype "
                        f"{original.dtype}"
                    )
                original.data = each


def _set_class(module: Module, before: type) -> None:
    """Make the parametrized tensors properties: those of a class of this module's own, as properties belong to classes."""
    names: Iterable[str] = module.parametrizations.keys()
    if not names:
        module.__class__ = before
        return
    members = {name: property(_getter(name), _setter(name)) for name in names}
    members |= {"_is_parametrized": True, "__getstate__": _refuse_pickle}
    if not hasattr(before, "__deepcopy__"):
        members["__deepcopy__"] = _copied
    module.__class__ = type(f"Parametrized{before.__name__}", (before,), members)


def _getter(name: str):
    def value(self) -> Tensor:
        if not _Cache.depth:
            return self.parametrizations[name]()
        if (self, name) not in _Cache.values:
            _Cache.values[self, name] = self.parametrizations[name]()
        return _Cache.values[self, name]

    return value


def _setter(name: str):
    def assign(self, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    return assign


def _refuse_pickle(self):
    raise RuntimeError(
        "Serialization of parametrized modules is only supported through state_dict(). See:\n"
        "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
        "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
    )


def _copied(self, memo: dict) -> Module:
    """A deep copy, which otherwise asks for the state that is refused."""
    if id(self) not in memo:
        memo[id(self)] = copy = type(self).__new__(type(self))
        copy.__dict__ = deepcopy(self.__dict__, memo)
    return memo[id(self)]


def _register(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


# ---- Checks ----


def _check_next(parametrization: Module, value: Tensor, name: str) -> None:
    """Raise ValueError unless a further parametrization keeps shape and dtype, both ways."""
    of = f"module.{name}"
    result = parametrization(value)
    _check_value(result, value.shape, value.dtype, of, f"parametrization({of})", "unless the", dot=".")
    if not hasattr(parametrization, "right_inverse"):
        return
    try:
        back = parametrization.right_inverse(result)
    except NotImplementedError:
        return
    if not isinstance(back, Tensor):
        raise ValueError(f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}")
    for what, wanted, got in (("dtype", value.dtype, back.dtype), ("shape", value.shape, back.shape)):
        if wanted != got:
            raise ValueError(
                f"The tensor returned by parametrization.right_inverse must have the same {what} as {of}, unless the "
                f"`unsafe` flag is enabled.\n{of}.{what}: {wanted}\nreturned {what}: {got}"
            )


def _check_value(value: Any, shape, dtype, before: str, after: str, unless: str, dot: str = " ") -> None:
    if not isinstance(value, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(value).__name__}.")
    for what, wanted, got in (("dtype", dtype, value.dtype), ("shape", shape, value.shape)):
        if wanted != got:
            raise ValueError(
                f"Registering a parametrization may not change the {what} of the tensor, {unless} `unsafe` flag is enabled.\n"
                f"{before}{dot}{what}: {wanted}\n{after}{dot}{what}: {got}"
            )
