"""Which kernel scaled_dot_product_attention takes: there is one here. PyTorch: torch/nn/attention/__init__.py."""

import contextlib
import enum
from collections.abc import Iterator, Sequence


class SDPBackend(enum.IntEnum):
    """The kernels that PyTorch chooses from. PyTorch: torch.nn.attention.SDPBackend."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextlib.contextmanager
def sdpa_kernel(backends: Sequence[SDPBackend] | SDPBackend, set_priority: bool = False) -> Iterator[None]:
    """Changes nothing. TypeError for anything but SDPBackends. PyTorch: torch.nn.attention.sdpa_kernel."""
    for each in [backends] if isinstance(backends, SDPBackend) else backends:
        if not isinstance(each, SDPBackend):
            raise TypeError("Backend must be an instance of SDPBackend or a list of SDPBackend instances")
    yield
