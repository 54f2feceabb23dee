"""Kernels: arrays in, arrays out; one module per device. PyTorch: aten/src/ATen/native/{cpu,cuda}."""

from types import ModuleType

import numpy as np

from minitorch.kernels import _import_numba as _import_numba  # isort: skip  (first: see there)
from minitorch.kernels import cpu


def of(array: object) -> ModuleType:
    """The kernels of the device that holds `array`: the one place that asks "which device?"."""
    if isinstance(array, np.ndarray):
        return cpu
    kernels = getattr(array, "kernels", None)  # a DeviceArray knows: `kernels.cuda` is imported when it is needed
    if kernels is None:
        raise TypeError(f"no kernels for an array of type {type(array).__name__}")
    return kernels
