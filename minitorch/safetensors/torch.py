"""Dictionaries of tensors and models as safetensors files. PyTorch: none (there: safetensors.torch)."""

import os
from collections.abc import Iterable

import safetensors.numpy

from minitorch._archive import write_whole
from minitorch._tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.ops.convert import from_numpy
from minitorch.safetensors._file import DTYPES, safe_open


def save_file(
    tensors: dict[str, Tensor], filename: str | os.PathLike, metadata: dict[str, str] | None = None
) -> None:
    """Write contiguous tensors that share no memory; atomically, as minitorch.save does. PyTorch: safetensors.torch.save_file.

    Raises ValueError for what is no dictionary of contiguous Tensors, RuntimeError where two share memory.
    """
    content = save(tensors, metadata)
    write_whole(os.fspath(filename), lambda file: file.write(content))


def save(tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """What save_file writes. PyTorch: safetensors.torch.save."""
    _check(tensors)
    return safetensors.numpy.save({name: each.detach().cpu().numpy() for name, each in tensors.items()}, metadata)


def load_file(filename: str | os.PathLike, device: str = "cpu", *, backend: str = "mmap") -> dict[str, Tensor]:
    """The tensors of a file by their names. Raises as safe_open does. PyTorch: safetensors.torch.load_file."""
    with safe_open(filename, framework="pt", device=device, backend=backend) as file:
        return file.get_tensors()


def load(data: bytes) -> dict[str, Tensor]:
    """The tensors in the bytes of a file. PyTorch: safetensors.torch.load."""
    for name, each in safetensors.deserialize(data):
        if each["dtype"] not in DTYPES:
            raise TypeError(f"{name!r} is {each['dtype']}, a dtype that minitorch does not have")
    return {name: from_numpy(array.copy()) for name, array in safetensors.numpy.load(data).items()}


def save_model(
    model: Module, filename: str, metadata: dict[str, str] | None = None, force_contiguous: bool = True
) -> None:
    """Write a model's state; of tensors that are one, the first name only. PyTorch: safetensors.torch.save_model."""
    state = model.state_dict()
    metadata = dict(metadata or {})
    for kept, others in _one_name_each(state).items():
        for other in others:
            metadata.setdefault(other, kept)
            del state[other]
    if force_contiguous:
        state = {name: each.contiguous() for name, each in state.items()}
    save_file(state, filename, metadata or None)


def load_model(
    model: Module, filename: str | os.PathLike, strict: bool = True, device: str = "cpu", *, backend: str = "mmap"
) -> tuple[set[str], list[str]]:
    """Read a state that save_model or save_file wrote into a model. Returns the missing and the unexpected names.

    Raises RuntimeError if there are any and `strict`. PyTorch: safetensors.torch.load_model.
    """
    state = load_file(filename, device, backend=backend)
    shared = _one_name_each(model.state_dict(), preferred=state)
    result = model.load_state_dict(state, strict=False)
    missing, unexpected = set(result.missing_keys), list(result.unexpected_keys)
    for other in (name for others in shared.values() for name in others):
        if other in missing:
            missing.remove(other)
        else:
            unexpected.append(other)
    if strict and (missing or unexpected):
        lines = [f"Error(s) in loading state_dict for {type(model).__name__}:"]
        for text, names in (("Missing", sorted(missing)), ("Unexpected", sorted(unexpected))):
            if names:
                lines.append(f"    {text} key(s) in state_dict: " + ", ".join(f'"{name}"' for name in names))
        raise RuntimeError("\n".join(lines))
    return missing, unexpected


# ---- Tensors that share memory ----


def _check(tensors: dict[str, Tensor]) -> None:
    if not isinstance(tensors, dict):
        raise ValueError(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}")
    for name, each in tensors.items():
        if not isinstance(each, Tensor):
            raise ValueError(f"Key `{name}` is invalid, expected torch.Tensor but received {type(each)}")
    groups = [names for names in _overlapping(tensors) if len(names) > 1]
    if groups:
        raise RuntimeError(f"Some tensors share memory, which a file does not keep: {groups}. save_model writes one of each.")
    for name, each in tensors.items():
        if not each.is_contiguous():
            raise ValueError(f"You are trying to save a non contiguous tensor: `{name}` which is not allowed: call .contiguous()")


def _overlapping(tensors: dict[str, Tensor]) -> list[set[str]]:
    """The names in groups: those that lie one upon another in memory are in one."""
    places: dict[int, list[tuple[int, int, str]]] = {}
    for name, each in tensors.items():
        if each.numel():
            length = 1 + sum((size - 1) * stride for size, stride in zip(each.shape, each.stride()))
            start = each.data_ptr()
            storage = each.untyped_storage().data_ptr()
            places.setdefault(storage, []).append((start, start + length * each.element_size(), name))
    groups = []
    for areas in places.values():
        end = 0
        for start, stop, name in sorted(areas):
            if start >= end:
                groups.append({name})
            else:
                groups[-1].add(name)
            end = max(end, stop)
    return groups


def _one_name_each(tensors: dict[str, Tensor], preferred: Iterable[str] = ()) -> dict[str, list[str]]:
    """Of names that share memory, the one to write, and those to leave out. Raises RuntimeError if none has all of it."""
    result = {}
    for names in _overlapping(tensors):
        whole = {name for name in names if _is_whole(tensors[name])}
        if not whole and len(names) > 1:
            raise RuntimeError(f"None of {sorted(names)}, which share memory, covers all of it: there is no name to keep")
        if whole:
            kept = min(whole.intersection(preferred) or whole)
            result[kept] = sorted(names - {kept})
    return result


def _is_whole(tensor: Tensor) -> bool:
    storage = tensor.untyped_storage()
    return tensor.data_ptr() == storage.data_ptr() and tensor.numel() * tensor.element_size() == storage.nbytes()
