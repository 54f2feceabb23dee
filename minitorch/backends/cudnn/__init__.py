"""cuDNN, which minitorch does not use: the settings are kept. PyTorch: torch/backends/cudnn/__init__.py."""

import contextlib
from collections.abc import Iterator

import minitorch

enabled = True
benchmark = False
benchmark_limit = None
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """Whether cuDNN is used: never. PyTorch: torch.backends.cudnn.is_available."""
    return False


def version() -> int | None:
    """None: there is no cuDNN. PyTorch: torch.backends.cudnn.version."""
    return None


def is_acceptable(tensor: "minitorch.Tensor") -> bool:
    """Whether cuDNN could compute with this tensor: never. PyTorch: torch.backends.cudnn.is_acceptable."""
    return False


@contextlib.contextmanager
def flags(
    enabled: bool = False,
    benchmark: bool = False,
    benchmark_limit: int = 10,
    deterministic: bool = False,
    allow_tf32: bool = True,
    fp32_precision: str = "none",
) -> Iterator[None]:
    """A block with other settings. PyTorch: torch.backends.cudnn.flags."""
    settings = minitorch.backends.cudnn
    before = (settings.enabled, settings.benchmark, settings.deterministic, settings.allow_tf32)
    settings.enabled, settings.benchmark = enabled, benchmark
    settings.deterministic, settings.allow_tf32 = deterministic, allow_tf32
    try:
        yield
    finally:
        settings.enabled, settings.benchmark, settings.deterministic, settings.allow_tf32 = before
