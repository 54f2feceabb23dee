"""oneDNN, which minitorch does not use: the settings are kept. PyTorch: torch/backends/mkldnn/__init__.py."""

import contextlib
from collections.abc import Iterator

import minitorch

enabled = True
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """Whether oneDNN is used: never. PyTorch: torch.backends.mkldnn.is_available."""
    return False


@contextlib.contextmanager
def flags(
    enabled: bool = False, deterministic: bool = False, allow_tf32: bool = True, fp32_precision: str = "none"
) -> Iterator[None]:
    """A block with other settings. PyTorch: torch.backends.mkldnn.flags."""
    settings = minitorch.backends.mkldnn
    before = (settings.enabled, settings.deterministic, settings.allow_tf32)
    settings.enabled, settings.deterministic, settings.allow_tf32 = enabled, deterministic, allow_tf32
    try:
        yield
    finally:
        settings.enabled, settings.deterministic, settings.allow_tf32 = before
