"""From a device's name to its kernels. PyTorch: c10/core/Device.h, torch/csrc/utils/device_lazy_init.h."""

from types import ModuleType

import numpy as np

from minitorch import kernels, types
from minitorch._tensor import Tensor, wrap
from minitorch.kernels import _gpu


def kernels_on(device: object) -> ModuleType:
    """The kernels of a device; of the default one for None. Raises an error that says why where it cannot be had."""
    if device is None:
        device = types.get_default_device()
    if not isinstance(device, (types.device, str, int)):
        raise TypeError(f"device must be a torch.device, str or int, not {type(device).__name__}")
    device = device if isinstance(device, types.device) else types.device(device)
    if device.type == "cpu":
        return kernels.cpu
    if device.type == "cuda":
        return _gpu_kernels(device)
    raise NotImplementedError(f"minitorch has no tensors on the device {device}")


def _gpu_kernels(device: types.device) -> ModuleType:
    _gpu.check()
    if device.index is not None and device.index >= _gpu.count():
        raise RuntimeError("CUDA error: invalid device ordinal")
    if device.index:
        raise NotImplementedError("minitorch uses one GPU: choose it with CUDA_VISIBLE_DEVICES")
    from minitorch.kernels import cuda

    return cuda


def moved(array, source: ModuleType, target: ModuleType, non_blocking: bool = False):
    """The array of the device `source` on the device `target`; itself where they are one. See kernels/cuda/copies.py."""
    if source is target:
        return array
    from minitorch.kernels.cuda import copies

    return copies.download(array, non_blocking) if target is kernels.cpu else copies.upload(array, non_blocking)


def write_from_elsewhere(target, array, non_blocking: bool) -> None:
    """Write an array of one device, broadcast and cast, into one of another."""
    from minitorch.kernels.cuda import copies

    on = kernels.of(target)
    if on is kernels.cpu:
        copies.download_into(target, array, non_blocking)
    elif not copies.upload_into(target, array, non_blocking):
        on.copy_into(target, copies.upload(array, non_blocking))


def pinned(array):
    """A copy in memory of the host that the GPU reads by itself. Raises RuntimeError without one."""
    if _gpu.why_not() is not None:
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on this system."
        )
    if kernels.of(array) is not kernels.cpu:
        raise RuntimeError("Only dense CPU tensors can be pinned")
    from minitorch.kernels.cuda import pinned as memory

    return memory.copy(array)


def on_host(input: Tensor) -> np.ndarray:
    """The elements where NumPy can read them. A GPU is waited for; on the CPU it is the memory itself."""
    return input.kernels.to_host(input.array)


def beside(input: Tensor, values: np.ndarray) -> Tensor:
    """What NumPy computed, as a tensor on the device of another."""
    return wrap(input.kernels.from_host(values))
