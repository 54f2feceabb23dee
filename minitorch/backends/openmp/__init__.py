"""OpenMP: how Numba's threads are started is its own choice. PyTorch: torch/backends/openmp/__init__.py."""


def is_available() -> bool:
    """Whether kernels run on several threads: yes. PyTorch: torch.backends.openmp.is_available."""
    return True
