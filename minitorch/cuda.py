"""The GPU. PyTorch: torch/cuda/__init__.py. So far there is none: everything says so clearly."""


def is_available() -> bool:
    """Whether tensors can be put on a GPU; never raises. PyTorch: torch.cuda.is_available."""
    return False


def device_count() -> int:
    """The number of GPUs. PyTorch: torch.cuda.device_count."""
    return 0


def manual_seed(seed: int) -> None:
    """Seeds the GPU's generator; ignored without one. PyTorch: torch.cuda.manual_seed."""


def manual_seed_all(seed: int) -> None:
    """Seeds the generators of all GPUs; ignored without one. PyTorch: torch.cuda.manual_seed_all."""


def synchronize(device: object = None) -> None:
    """Wait for the GPU. Raises AssertionError without one. PyTorch: torch.cuda.synchronize."""
    raise AssertionError("Torch not compiled with CUDA enabled")


def empty_cache() -> None:
    """Return unused GPU memory; does nothing without one. PyTorch: torch.cuda.empty_cache."""
