"""`DataLoader(pin_memory=True)`: the tensors of a batch in pinned memory. PyTorch: torch/utils/data/_utils/pin_memory.py.

PyTorch pins what workers made in a thread of its own; here that is done when the batch is asked for.
"""

import warnings
from collections.abc import Mapping, Sequence

from minitorch import cuda
from minitorch.utils.data._utils.collate import same_mapping, same_sequence


def pin_memory(data, device=None):
    """The same data with every tensor pinned, and whatever else has a method `pin_memory`, also in mappings and sequences."""
    if hasattr(data, "pin_memory"):
        return data.pin_memory()
    if isinstance(data, (str, bytes)):
        return data
    if isinstance(data, Mapping):
        return same_mapping(data, {key: pin_memory(each) for key, each in data.items()})
    if isinstance(data, Sequence):
        pinned = [pin_memory(each) for each in data]
        plain_tuple = isinstance(data, tuple) and not hasattr(data, "_fields")
        return type(data)(pinned) if plain_tuple else same_sequence(data, pinned)
    return data


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
