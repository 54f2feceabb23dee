"""From a device's name to its kernels. PyTorch: c10/core/Device.h, torch/csrc/utils/device_lazy_init.h."""

from types import ModuleType

from minitorch import kernels, types


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
        raise AssertionError("Torch not compiled with CUDA enabled")
    raise NotImplementedError(f"minitorch has no tensors on the device {device}")
