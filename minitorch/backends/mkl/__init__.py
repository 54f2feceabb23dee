"""Intel's MKL, which minitorch does not use. PyTorch: torch/backends/mkl/__init__.py."""


def is_available() -> bool:
    """Whether MKL is used: never. PyTorch: torch.backends.mkl.is_available."""
    return False
