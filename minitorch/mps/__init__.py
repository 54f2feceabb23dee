"""The GPU of a Mac: there is none for minitorch. PyTorch: torch/mps/__init__.py."""


def is_available() -> bool:
    """Whether tensors can be put on it: no. PyTorch: torch.mps.is_available."""
    return False


def device_count() -> int:
    """The number of them: 0. PyTorch: torch.mps.device_count."""
    return 0


def manual_seed(seed: int) -> None:
    """Seeds its generator; ignored without one. PyTorch: torch.mps.manual_seed."""


def synchronize() -> None:
    """Wait for it. Raises RuntimeError: there is none. PyTorch: torch.mps.synchronize."""
    raise RuntimeError("Cannot execute synchronize() without MPS backend.")


def empty_cache() -> None:
    """Return its unused memory. Raises RuntimeError: there is none. PyTorch: torch.mps.empty_cache."""
    raise RuntimeError("Cannot execute emptyCache() without MPS backend.")
