"""Whether a result of minitorch is PyTorch's. PyTorch: torch/testing/_comparison.py."""

from collections.abc import Callable

import numpy as np
import torch

import minitorch

# (relative, absolute), PyTorch's own; of float64 it is content with 1e-7.
TOLERANCE = {"float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-9, 1e-9)}


def flatten(value) -> list:
    """The tensors and other leaves of a nest of tuples, lists and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list) and not isinstance(value, torch.Size | minitorch.Size):
        return [leaf for each in value for leaf in flatten(each)]
    return [value]


def is_tensor(value) -> bool:
    """Of either library."""
    return isinstance(value, torch.Tensor | minitorch.Tensor)


def numbers(tensor) -> np.ndarray:
    """The elements of a tensor of either library."""
    tensor = tensor.detach()
    if isinstance(tensor, torch.Tensor) and tensor.dtype is torch.bfloat16:
        tensor = tensor.float()
    if isinstance(tensor, minitorch.Tensor) and tensor.dtype is getattr(minitorch, "bfloat16", None):
        tensor = tensor.to(minitorch.float32)
    return tensor.numpy(force=True)  # also of a ZeroTensor, which PyTorch makes in derivatives


def difference(
    ours,
    theirs,
    truth: Callable | None = None,
    values: bool = True,
    computed: str | None = None,
    cancels: bool = False,
) -> str | None:
    """What differs, but for strides; None if nothing.

    `truth` gives PyTorch's result in float64, a referee for float32; `computed` is the dtype that the numbers come from,
    if not their own. `cancels`: the elements are sums of terms that may be much larger than they are. Their errors are as
    large as the terms' then, in PyTorch's result too: ours may be up to twice PyTorch's largest in the same result.
    """
    mine, other = flatten(ours), flatten(theirs)
    if len(mine) != len(other):
        return f"{len(mine)} results instead of {len(other)}"
    for place, (a, b) in enumerate(zip(mine, other)):
        text = _difference(a, b, place, truth, values, computed, cancels)
        if text:
            return f"result {place}: {text}" if len(mine) > 1 else text
    return None


def _difference(a, b, place: int, truth, values: bool, computed: str | None, cancels: bool) -> str | None:
    if is_tensor(a) != is_tensor(b):
        return f"{_show(a)} instead of {_show(b)}"
    if not is_tensor(a):
        if isinstance(b, torch.dtype | torch.device | torch.layout):
            return None if str(a) == str(b) else f"{a} instead of {b}"
        if isinstance(b, float) and isinstance(a, float):
            return None if np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True) else f"{a} instead of {b}"
        if a is None or b is None:
            return None if a is b else f"{_show(a)} instead of {_show(b)}"
        same = type(a).__name__ == type(b).__name__ and a == b
        return None if same else f"{_show(a)} instead of {_show(b)}"
    if str(a.dtype) != str(b.dtype):
        return f"dtype {a.dtype} instead of {b.dtype}"
    if tuple(a.shape) != tuple(b.shape):
        return f"shape {tuple(a.shape)} instead of {tuple(b.shape)}"
    if a.requires_grad != b.requires_grad:
        return f"requires_grad {a.requires_grad} instead of {b.requires_grad}"
    return _values(a, b, place, truth, computed, cancels) if values else None


def _values(a, b, place: int, truth, computed: str | None, cancels: bool) -> str | None:
    x, y = numbers(a), numbers(b)
    if x.dtype.kind != "f":
        wrong = x != y
    else:
        rtol, atol = TOLERANCE[computed or str(b.dtype).removeprefix("torch.")]
        wrong = ~np.isclose(x, y, rtol, atol, equal_nan=True)
        if wrong.any() and truth is not None and (computed or x.dtype) == "float32":
            wrong &= ~_closer(x, y, truth(), place, rtol, atol, cancels)
    if not wrong.any():
        return None
    where = tuple(int(each[0]) for each in np.nonzero(np.atleast_1d(wrong)))
    first, second = np.atleast_1d(x)[where], np.atleast_1d(y)[where]
    return f"{first} instead of {second} at {where}, {int(wrong.sum())} of {wrong.size} wrong"


def _closer(x, y, true_results, place: int, rtol: float, atol: float, cancels: bool) -> np.ndarray:
    """Where ours is as close to the result in float64 as PyTorch's is, or within the tolerance."""
    leaves = [] if true_results is None else flatten(true_results)
    if place >= len(leaves) or not is_tensor(leaves[place]) or tuple(leaves[place].shape) != x.shape:
        return np.zeros(x.shape, bool)
    with np.errstate(all="ignore"):
        z = numbers(leaves[place]).astype(np.float64)
        theirs = np.abs(y - z)
        allowed = 2 * np.nanmax(theirs) if cancels else theirs
        return np.abs(x - z) <= np.maximum(allowed, atol + rtol * np.abs(z))


def stride_difference(ours, theirs, inputs, their_inputs) -> str | None:
    """What differs in strides, and in whether a result is memory of an input."""
    for a, b in zip(flatten(ours), flatten(theirs)):
        if not is_tensor(a) or not is_tensor(b) or b.layout is not torch.strided:
            continue
        if tuple(a.stride()) != tuple(b.stride()):
            return f"stride {tuple(a.stride())} instead of {tuple(b.stride())} for shape {tuple(b.shape)}"
        if a.numel() == 0:
            continue
        mine = any(each.untyped_storage() is a.untyped_storage() for each in inputs)
        other = any(each.untyped_storage().data_ptr() == b.untyped_storage().data_ptr() for each in their_inputs)
        if mine != other:
            return "shares memory with an input" if mine else "is a copy, not a view of the input"
        if mine and a.storage_offset() != b.storage_offset():
            return f"storage offset {a.storage_offset()} instead of {b.storage_offset()}"
        itself = any(each is a for each in inputs), any(each is b for each in their_inputs)
        if itself[0] != itself[1]:
            return "is an input itself" if itself[0] else "is a view of the input, not the input itself"
        if mine and not itself[0] and a._is_view() != b._is_view():
            return f"_is_view() is {a._is_view()} instead of {b._is_view()}"
    return None


def _show(value) -> str:
    return f"a Tensor of {tuple(value.shape)}" if is_tensor(value) else f"{type(value).__name__} {value!r}"[:80]
