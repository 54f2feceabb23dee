"""Intel's GPUs: there are none for minitorch. PyTorch: torch/xpu/__init__.py."""


def is_available() -> bool:
    """Whether tensors can be put on one: no. PyTorch: torch.xpu.is_available."""
    return False


def device_count() -> int:
    """The number of them: 0. PyTorch: torch.xpu.device_count."""
    return 0


def manual_seed(seed: int) -> None:
    """Seeds its generator; ignored without one. PyTorch: torch.xpu.manual_seed."""


def manual_seed_all(seed: int) -> None:
    """Seeds the generators of all; ignored without one. PyTorch: torch.xpu.manual_seed_all."""


def empty_cache() -> None:
    """Return unused memory; does nothing without one. PyTorch: torch.xpu.empty_cache."""
