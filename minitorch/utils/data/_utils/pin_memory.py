"""`DataLoader(pin_memory=True)`: the tensors of a batch in pinned memory. PyTorch: torch/utils/data/_utils/pin_memory.py.

PyTorch pins what workers made in a thread of its own; here that is done when the batch is asked for.
"""

import copy
import warnings
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

from minitorch import cuda


def pin_memory(data, device=None):
    """The same data with every tensor pinned, and whatever else has a method `pin_memory`, also in mappings and sequences."""
    if hasattr(data, "pin_memory"):
        return data.pin_memory()
    if isinstance(data, (str, bytes)):
        return data
    if isinstance(data, Mapping):
        return _mapping(data, {key: pin_memory(each) for key, each in data.items()})
    if isinstance(data, Sequence):
        return _sequence(data, [pin_memory(each) for each in data])
    return data


def _mapping(data: Mapping, pinned: dict) -> Mapping:
    """Of the same type, with what else it knows; a dict where its type does not make one of those."""
    try:
        if not isinstance(data, MutableMapping):
            return type(data)(pinned)
        result = copy.copy(data)
        result.update(pinned)
        return result
    except TypeError:
        return pinned


def _sequence(data: Sequence, pinned: list) -> Sequence:
    if isinstance(data, tuple):
        return type(data)(*pinned) if hasattr(data, "_fields") else type(data)(pinned)
    try:
        if not isinstance(data, MutableSequence):
            return type(data)(pinned)
        result = copy.copy(data)
        for place, each in enumerate(pinned):
            result[place] = each
        return result
    except TypeError:
        return pinned


def pins(wanted: bool, device: str) -> bool:
    """Whether a loader pins: with a GPU. PyTorch's warnings for `DataLoader(pin_memory=True, pin_memory_device=device)`."""
    if wanted and device:
        warnings.warn(
            "pin_memory_device is deprecated, the current accelerator will be used as the device,"
            f"ignore pin_memory_device='{device}'.",
            stacklevel=3,
        )
    if wanted and not cuda.is_available():
        warnings.warn(
            "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
            stacklevel=3,
        )
    return wanted and cuda.is_available()
