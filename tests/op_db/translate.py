"""PyTorch's values as minitorch's: tensors, dtypes, functions, nested in anything. PyTorch: none, torch itself is the source."""

import contextlib
import functools
import types

import numpy as np
import places
import torch

import minitorch


class Missing(Exception):
    """minitorch has no such name."""


class Translator:
    """Translates the values of one sample; tensors that share memory still do, and one tensor stays one."""

    def __init__(self):
        self._tensors: dict[int, tuple] = {}  # the original is kept too: its id must not be given to another
        self._storages: dict[int, minitorch.Tensor] = {}

    def __call__(self, value):
        if isinstance(value, torch.Tensor):
            if id(value) not in self._tensors:
                self._tensors[id(value)] = value, self._tensor(value)
            return self._tensors[id(value)][1]
        if isinstance(value, torch.Size):
            return minitorch.Size(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self, value))
        if isinstance(value, list | tuple):
            return type(value)(map(self, value))
        if isinstance(value, dict):
            return {self(key): places.same(each) if key == "device" else self(each) for key, each in value.items()}
        if isinstance(value, slice):
            return slice(self(value.start), self(value.stop), self(value.step))
        if isinstance(value, torch.dtype | torch.memory_format | torch.layout):
            return named(str(value).removeprefix("torch."))
        if isinstance(value, torch.device):
            return minitorch.device(places.same(str(value)))
        if isinstance(value, torch.nn.Module):
            return named("nn." + type(value).__name__)()
        if isinstance(value, torch.Generator):
            generator = minitorch.Generator(places.same(value.device.type))
            generator.manual_seed(value.initial_seed())
            return generator
        if callable(value) and not isinstance(value, type):
            return function(value)
        return value

    def _tensor(self, tensor: torch.Tensor):
        if tensor.layout is not torch.strided:
            raise Missing(str(tensor.layout))
        if tensor.device.type not in ("cpu", places.theirs):
            raise Missing(f"device {tensor.device}")
        if tensor.dim() > 64:
            raise Missing("array of more than 64 dimensions: NumPy has none")
        dtype = self(tensor.dtype)
        if tensor.is_conj() or tensor.is_neg():
            raise Missing("lazy conjugation")
        with torch.no_grad():
            result = self._window(tensor, dtype)
        return result.requires_grad_() if tensor.requires_grad else result

    def _window(self, tensor: torch.Tensor, dtype):
        """A copy of the memory, and the same window onto it."""
        storage = tensor.untyped_storage()
        memory = self._storages.get(storage.data_ptr()) if storage.nbytes() else None
        if memory is None:
            flat = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(storage, 0, (storage.nbytes() // tensor.itemsize,), (1,)).cpu().clone()
            whole = tensor.is_contiguous() and tensor.numel() == flat.numel()
            flat = flat.reshape(tensor.shape) if whole else flat
            if tensor.dtype is torch.bfloat16:
                memory = minitorch.from_numpy(flat.float().numpy()).to(dtype)
            else:
                memory = minitorch.from_numpy(flat.numpy())
            memory = memory.to(places.same(tensor.device.type))
            self._storages[storage.data_ptr()] = memory
            if whole and tuple(memory.stride()) == tuple(tensor.stride()):
                return memory
        if memory.dtype is not dtype:
            raise Missing(f"a view of {memory.dtype} as {dtype}")
        return memory.detach().as_strided(tuple(tensor.shape), tuple(tensor.stride()), tensor.storage_offset()).detach()


def counterpart(entry):
    """What minitorch has for the operation of a database entry. Raises Missing."""
    operation = entry.op
    if entry.name == "slice":
        return _slice
    if isinstance(operation, types.FunctionType) and operation.__module__.startswith("torch.testing"):
        return function(operation)
    for candidate in (_path_of(operation), entry.name, f"Tensor.{entry.name}"):
        try:
            if candidate:
                return named(candidate)
        except Missing:
            pass
    raise Missing(entry.name)


def _slice(input, dim=0, start=None, end=None, step=1):
    """torch.ops.aten.slice, which has no name in torch but brackets."""
    return input[(slice(None),) * (dim % input.ndim) + (slice(start, end, step),)]


def named(path: str):
    """minitorch's object of a dotted name below torch. Raises Missing."""
    value = minitorch
    for part in path.split("."):
        if not hasattr(value, part):
            raise Missing(path)
        value = getattr(value, part)
    return value


@functools.cache
def _paths() -> dict[int, str]:
    result = {}
    spaces = {
        "": torch,
        "nn.functional.": torch.nn.functional,
        "linalg.": torch.linalg,
        "special.": torch.special,
        "Tensor.": torch.Tensor,
    }
    for prefix, space in spaces.items():
        for name in dir(space):
            value = getattr(space, name, None)
            if callable(value) and not isinstance(value, type):
                result.setdefault(id(value), prefix + name)
    return result


def _path_of(value) -> str | None:
    if hasattr(value, "_qualified_op_name"):  # torch.ops.aten.slice
        return value._qualified_op_name.split("::")[-1]
    return _paths().get(id(value))


def function(value):
    """A function that does the same in minitorch: found by its name, or, one of torch.testing, bound to minitorch."""
    if isinstance(value, functools.partial):
        translator = Translator()
        keywords = {name: translator(each) for name, each in value.keywords.items()}
        return functools.partial(function(value.func), *map(translator, value.args), **keywords)
    if isinstance(value, types.FunctionType) and value.__module__.startswith("torch.testing"):
        return _rebound(value)
    path = _path_of(value)
    if path is not None:
        return named(path)
    if getattr(value, "__module__", None) == "builtins" or not getattr(value, "__module__", "").startswith("torch"):
        return value
    raise Missing(getattr(value, "__qualname__", None) or type(value).__name__)


_bound: dict[types.FunctionType, types.FunctionType] = {}


def _rebound(original: types.FunctionType):
    """The same code, in which `torch` is minitorch."""
    if original in _bound:
        return _bound[original]
    globals_ = {"__builtins__": original.__globals__["__builtins__"], "__name__": original.__module__}
    cells = None if original.__closure__ is None else tuple(types.CellType() for _ in original.__closure__)
    bound = types.FunctionType(original.__code__, globals_, original.__name__, original.__defaults__, cells)
    bound.__kwdefaults__ = original.__kwdefaults__
    _bound[original] = bound  # first: it may refer to itself
    for cell, theirs in zip(cells or (), original.__closure__ or ()):
        cell.cell_contents = _global(theirs.cell_contents)
    for name in _names(original.__code__):
        if name in original.__globals__:
            globals_[name] = _global(original.__globals__[name])
    return bound


@contextlib.contextmanager
def _freeze_rng_state():
    """As torch.testing's of this name: the generator is as before afterwards."""
    space = minitorch if places.ours == "cpu" else minitorch.cuda
    state = space.get_rng_state()
    try:
        yield
    finally:
        space.set_rng_state(state)


def _global(value):
    if getattr(value, "__name__", None) == "freeze_rng_state":
        return _freeze_rng_state
    if isinstance(value, types.ModuleType):
        if value is torch.nn.functional:
            return minitorch.nn.functional
        return minitorch if value is torch else value
    if value is np or isinstance(value, type):
        return getattr(minitorch, value.__name__, value) if getattr(value, "__module__", "") == "torch" else value
    return Translator()(value)


def _names(code: types.CodeType) -> set[str]:
    inner = [_names(each) for each in code.co_consts if isinstance(each, types.CodeType)]
    return set(code.co_names).union(*inner)
