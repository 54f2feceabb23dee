"""The GPU of a Mac: minitorch has no kernels for it. PyTorch: torch/backends/mps/__init__.py."""


def is_built() -> bool:
    """Whether there are kernels for it: no. PyTorch: torch.backends.mps.is_built."""
    return False


def is_available() -> bool:
    """Whether tensors can be put on it: no. PyTorch: torch.backends.mps.is_available."""
    return False


def is_macos_or_newer(major: int, minor: int) -> bool:
    """False, as there is no such device. PyTorch: torch.backends.mps.is_macos_or_newer."""
    return False
