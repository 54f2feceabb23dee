"""The samples of the database's entries: which there are, their tensors, and one in a line of text. PyTorch: SampleInput."""

from collections.abc import Iterator

import places
import torch

from op_db.compare import flatten, is_tensor
from op_db.translate import Translator


def samples(entry, dtype: str, requires_grad: bool, limit: int | None) -> Iterator:
    """The samples of a dtype, evenly chosen where there are more than `limit`."""
    if not _supports(entry, dtype, requires_grad):
        return
    torch.manual_seed(0)
    made = entry.sample_inputs(places.theirs, getattr(torch, dtype), requires_grad=requires_grad)
    everything = [each for each in made if _dense(each)]
    if limit is not None and len(everything) > limit:
        everything = [everything[i * len(everything) // limit] for i in range(limit)]
    yield from everything


def has_sample(entry, dtype: str, requires_grad: bool) -> bool:
    if not _supports(entry, dtype, requires_grad):
        return False
    return any(map(_dense, entry.sample_inputs(places.theirs, getattr(torch, dtype), requires_grad=requires_grad)))


def _supports(entry, dtype: str, requires_grad: bool) -> bool:
    kind = getattr(torch, dtype)
    if not entry.supports_dtype(kind, places.theirs):
        return False
    return not requires_grad or (entry.supports_autograd and kind in entry.supported_backward_dtypes(places.theirs))


def _dense(sample) -> bool:
    return all(each.layout is torch.strided for each in tensors_of(sample))


def arguments_of(sample) -> tuple:
    return (sample.input, *sample.args), sample.kwargs


def tensors_of(sample) -> list:
    return [each for each in flatten(arguments_of(sample)) if is_tensor(each)]


def translated(sample) -> tuple:
    """The arguments of a sample for minitorch: (positional, keywords)."""
    return Translator()(arguments_of(sample))


def describe(sample) -> str:
    """The arguments of a sample in one line."""
    if sample is None:
        return ""
    positional, keywords = arguments_of(sample)
    parts = [_short(each) for each in positional] + [f"{name}={_short(each)}" for name, each in keywords.items()]
    return f"({', '.join(parts)})"


def _short(value) -> str:
    if isinstance(value, torch.Tensor):
        layout = "" if value.is_contiguous() else f" strides {tuple(value.stride())}"
        few = f" {value.tolist()}" if 0 < value.numel() <= 4 and value.layout is torch.strided else ""
        return f"{str(value.dtype).removeprefix('torch.')}{tuple(value.shape)}{layout}{few}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_short, value))}]"
    return repr(value)[:60]
