"""Settings of matrix products on a GPU; they change nothing here. PyTorch: torch/backends/cuda/__init__.py."""

import contextlib
from collections.abc import Iterator


class _Matmul:
    """Every product is computed in the dtype of its inputs. PyTorch: torch.backends.cuda.matmul."""

    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True


matmul = _Matmul()
_attention = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True}


def is_built() -> bool:
    """Whether there are kernels for GPUs. PyTorch: torch.backends.cuda.is_built."""
    return False


def flash_sdp_enabled() -> bool:
    """What enable_flash_sdp set. PyTorch: torch.backends.cuda.flash_sdp_enabled."""
    return _attention["flash"]


def enable_flash_sdp(enabled: bool) -> None:
    """Kept, and without effect: attention is computed one way. PyTorch: torch.backends.cuda.enable_flash_sdp."""
    _attention["flash"] = bool(enabled)


def mem_efficient_sdp_enabled() -> bool:
    """What enable_mem_efficient_sdp set. PyTorch: torch.backends.cuda.mem_efficient_sdp_enabled."""
    return _attention["mem_efficient"]


def enable_mem_efficient_sdp(enabled: bool) -> None:
    """Kept, and without effect. PyTorch: torch.backends.cuda.enable_mem_efficient_sdp."""
    _attention["mem_efficient"] = bool(enabled)


def math_sdp_enabled() -> bool:
    """What enable_math_sdp set. PyTorch: torch.backends.cuda.math_sdp_enabled."""
    return _attention["math"]


def enable_math_sdp(enabled: bool) -> None:
    """Kept, and without effect. PyTorch: torch.backends.cuda.enable_math_sdp."""
    _attention["math"] = bool(enabled)


def cudnn_sdp_enabled() -> bool:
    """What enable_cudnn_sdp set. PyTorch: torch.backends.cuda.cudnn_sdp_enabled."""
    return _attention["cudnn"]


def enable_cudnn_sdp(enabled: bool) -> None:
    """Kept, and without effect. PyTorch: torch.backends.cuda.enable_cudnn_sdp."""
    _attention["cudnn"] = bool(enabled)


@contextlib.contextmanager
def sdp_kernel(
    enable_flash: bool = True, enable_math: bool = True, enable_mem_efficient: bool = True, enable_cudnn: bool = True
) -> Iterator[None]:
    """A block with other settings of attention. PyTorch: torch.backends.cuda.sdp_kernel."""
    before = dict(_attention)
    _attention.update(flash=enable_flash, math=enable_math, mem_efficient=enable_mem_efficient, cudnn=enable_cudnn)
    try:
        yield
    finally:
        _attention.update(before)
