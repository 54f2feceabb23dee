"""Whatever computes beside the CPU: a GPU, where there is one. PyTorch: torch/accelerator/__init__.py."""

from minitorch import cuda, types


def is_available() -> bool:
    """Whether there is an accelerator. PyTorch: torch.accelerator.is_available."""
    return cuda.is_available()


def device_count() -> int:
    """The number of accelerators. PyTorch: torch.accelerator.device_count."""
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> types.device | None:
    """The kind of accelerator as a device without index; None if there is none.

    PyTorch: torch.accelerator.current_accelerator.
    """
    return types.device("cuda") if is_available() else None


def current_device_index() -> int:
    """The number of the accelerator in use. RuntimeError without one. PyTorch: torch.accelerator.current_device_index."""
    _check()
    return cuda.current_device()


def set_device_index(device: "types.device | str | int | None") -> None:
    """Use another accelerator from now on. RuntimeError without one. PyTorch: torch.accelerator.set_device_index."""
    _check()
    cuda.set_device(device)


def synchronize(device: "types.device | str | int | None" = None) -> None:
    """Wait for the accelerator. RuntimeError without one. PyTorch: torch.accelerator.synchronize."""
    _check()
    cuda.synchronize(device)


def empty_cache() -> None:
    """Return its unused memory. RuntimeError without one. PyTorch: torch.accelerator.empty_cache."""
    _check()
    cuda.empty_cache()


def memory_allocated(device_index: "types.device | str | int | None" = None) -> int:
    """Bytes of its memory in tensors. RuntimeError without one. PyTorch: torch.accelerator.memory_allocated."""
    _check()
    return cuda.memory_allocated(device_index)


def max_memory_allocated(device_index: "types.device | str | int | None" = None) -> int:
    """The most bytes so far. RuntimeError without one. PyTorch: torch.accelerator.max_memory_allocated."""
    _check()
    return cuda.max_memory_allocated(device_index)


def memory_reserved(device_index: "types.device | str | int | None" = None) -> int:
    """Bytes taken from the accelerator. RuntimeError without one. PyTorch: torch.accelerator.memory_reserved."""
    _check()
    return cuda.memory_reserved(device_index)


def max_memory_reserved(device_index: "types.device | str | int | None" = None) -> int:
    """The most bytes taken so far. RuntimeError without one. PyTorch: torch.accelerator.max_memory_reserved."""
    _check()
    return cuda.max_memory_reserved(device_index)


def _check() -> None:
    if not is_available():
        raise RuntimeError("Cannot access accelerator device when none is available.")
