"""The GPU. PyTorch: torch/cuda/__init__.py. So far there is none: everything says so clearly."""

import contextlib

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.cuda import amp as amp

NO_GPU = "Torch not compiled with CUDA enabled"


def is_available() -> bool:
    """Whether tensors can be put on a GPU; never raises. PyTorch: torch.cuda.is_available."""
    return False


def device_count() -> int:
    """The number of GPUs. PyTorch: torch.cuda.device_count."""
    return 0


def is_initialized() -> bool:
    """Whether the GPU has been used. PyTorch: torch.cuda.is_initialized."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether tensors of bfloat16 can be had. PyTorch: torch.cuda.is_bf16_supported."""
    return False


def get_arch_list() -> list[str]:
    """The kinds of GPU that there are kernels for. PyTorch: torch.cuda.get_arch_list."""
    return []


def init() -> None:
    """Start the GPU. Raises AssertionError without one. PyTorch: torch.cuda.init."""
    raise AssertionError(NO_GPU)


def current_device() -> int:
    """The number of the GPU in use. Raises AssertionError without one. PyTorch: torch.cuda.current_device."""
    raise AssertionError(NO_GPU)


def set_device(device: object) -> None:
    """Use another GPU. Raises AssertionError without one, unless -1. PyTorch: torch.cuda.set_device."""
    if device != -1:
        raise AssertionError(NO_GPU)


def get_device_name(device: object = None) -> str:
    """The name of a GPU. Raises AssertionError without one. PyTorch: torch.cuda.get_device_name."""
    raise AssertionError(NO_GPU)


def get_device_properties(device: object = None):
    """Memory, multiprocessors and name. AssertionError without a GPU. PyTorch: torch.cuda.get_device_properties."""
    raise AssertionError(NO_GPU)


def get_device_capability(device: object = None) -> tuple[int, int]:
    """The version of its instructions. AssertionError without a GPU. PyTorch: torch.cuda.get_device_capability."""
    raise AssertionError(NO_GPU)


def synchronize(device: object = None) -> None:
    """Wait for the GPU. Raises AssertionError without one. PyTorch: torch.cuda.synchronize."""
    raise AssertionError(NO_GPU)


def current_stream(device: object = None):
    """The stream in use. Raises AssertionError without a GPU. PyTorch: torch.cuda.current_stream."""
    raise AssertionError(NO_GPU)


class device(contextlib.nullcontext):
    """A block that uses another GPU; AssertionError on entering it without one. PyTorch: torch.cuda.device."""

    def __init__(self, device: object):
        super().__init__()
        self.idx = device

    def __enter__(self) -> None:
        set_device(self.idx)


class Event:
    """A mark in a stream. Raises RuntimeError without a GPU. PyTorch: torch.cuda.Event."""

    def __new__(cls, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False):
        raise RuntimeError("Tried to instantiate dummy base class Event")


class Stream:
    """A queue of work for a GPU. Raises RuntimeError without one. PyTorch: torch.cuda.Stream."""

    def __new__(cls, device: object = None, priority: int = 0):
        raise RuntimeError("torch.cuda.Stream requires CUDA support")


def stream(stream: Stream | None) -> contextlib.AbstractContextManager:
    """A block whose work goes to `stream`; None changes nothing. PyTorch: torch.cuda.stream."""
    return contextlib.nullcontext()


# ---- Memory: torch/cuda/memory.py ----


def empty_cache() -> None:
    """Return unused GPU memory; does nothing without one. PyTorch: torch.cuda.empty_cache."""


def memory_allocated(device: object = None) -> int:
    """Bytes of GPU memory in tensors. PyTorch: torch.cuda.memory_allocated."""
    return 0


def max_memory_allocated(device: object = None) -> int:
    """The most bytes so far. PyTorch: torch.cuda.max_memory_allocated."""
    return 0


def memory_reserved(device: object = None) -> int:
    """Bytes taken from the GPU. PyTorch: torch.cuda.memory_reserved."""
    return 0


def max_memory_reserved(device: object = None) -> int:
    """The most bytes taken so far. PyTorch: torch.cuda.max_memory_reserved."""
    return 0


def reset_peak_memory_stats(device: object = None) -> None:
    """Count the maxima anew; does nothing without a GPU. PyTorch: torch.cuda.reset_peak_memory_stats."""


def mem_get_info(device: object = None) -> tuple[int, int]:
    """Free and total bytes. Raises AssertionError without a GPU. PyTorch: torch.cuda.mem_get_info."""
    raise AssertionError(NO_GPU)


def ipc_collect() -> None:
    """Free memory of ended processes. AssertionError without a GPU. PyTorch: torch.cuda.ipc_collect."""
    raise AssertionError(NO_GPU)


# ---- Random numbers: torch/cuda/random.py ----


def manual_seed(seed: int) -> None:
    """Seeds the GPU's generator; ignored without one. PyTorch: torch.cuda.manual_seed."""


def manual_seed_all(seed: int) -> None:
    """Seeds the generators of all GPUs; ignored without one. PyTorch: torch.cuda.manual_seed_all."""


def seed() -> None:
    """Seeds the GPU's generator by chance; ignored without one. PyTorch: torch.cuda.seed."""


def seed_all() -> None:
    """Seeds the generators of all GPUs by chance; ignored without one. PyTorch: torch.cuda.seed_all."""


def initial_seed() -> int:
    """The seed of the GPU's generator. AssertionError without one. PyTorch: torch.cuda.initial_seed."""
    raise AssertionError(NO_GPU)


def get_rng_state(device: "types.device | str | int" = "cuda") -> Tensor:
    """The state of the GPU's generator. AssertionError without one. PyTorch: torch.cuda.get_rng_state."""
    raise AssertionError(NO_GPU)


def get_rng_state_all() -> list[Tensor]:
    """The states of all GPUs' generators: none. PyTorch: torch.cuda.get_rng_state_all."""
    return []


def set_rng_state(new_state: Tensor, device: "types.device | str | int" = "cuda") -> None:
    """Set the state of the GPU's generator; ignored without one. PyTorch: torch.cuda.set_rng_state."""


def set_rng_state_all(new_states: list[Tensor]) -> None:
    """Set the states of all GPUs' generators. PyTorch: torch.cuda.set_rng_state_all."""
