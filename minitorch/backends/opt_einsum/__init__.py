"""The order of products in einsum: from left to right. PyTorch: torch/backends/opt_einsum/__init__.py."""

enabled = False
strategy = None


def is_available() -> bool:
    """Whether the package opt_einsum chooses the order: no. PyTorch: torch.backends.opt_einsum.is_available."""
    return False
