"""The GPU. PyTorch: torch/cuda/__init__.py. Where there is none, everything says so clearly.

There is one: `cuda:0`, which CUDA_VISIBLE_DEVICES chooses. Its kernels are imported when it is first used.
"""

import contextlib
import os
import sys
from types import ModuleType
from typing import NamedTuple

from minitorch import random, types
from minitorch._tensor import Tensor
from minitorch.cuda import amp as amp
from minitorch.cuda.graphs import CUDAGraph as CUDAGraph
from minitorch.cuda.graphs import graph as graph
from minitorch.cuda.graphs import graph_pool_handle as graph_pool_handle
from minitorch.cuda.graphs import is_current_stream_capturing as is_current_stream_capturing
from minitorch.cuda.graphs import make_graphed_callables as make_graphed_callables
from minitorch.cuda.streams import Event as Event
from minitorch.cuda.streams import ExternalStream as ExternalStream
from minitorch.cuda.streams import Stream as Stream
from minitorch.cuda.streams import StreamContext as StreamContext
from minitorch.cuda.streams import current_stream as current_stream
from minitorch.cuda.streams import default_stream as default_stream
from minitorch.cuda.streams import get_stream_from_external as get_stream_from_external
from minitorch.cuda.streams import set_stream as set_stream
from minitorch.cuda.streams import stream as stream
from minitorch.kernels import _gpu
from minitorch.kernels._gpu import OutOfMemoryError as OutOfMemoryError

NO_GPU = "Torch not compiled with CUDA enabled"


def _kernels() -> ModuleType:
    """The GPU's kernels. Raises an error that says why where there are none."""
    _gpu.check()
    from minitorch.kernels import cuda

    return cuda


def _driver() -> ModuleType:
    _kernels()
    from minitorch.kernels.cuda import _driver

    return _driver


def _in_use() -> ModuleType | None:
    """The module of kernels if the GPU has been used, else None: for questions that should not start it."""
    return sys.modules["minitorch.kernels.cuda.memory"] if _gpu.in_use() else None


def _check_index(device: object) -> None:
    """Raise where a device is not the one GPU. PyTorch: torch.cuda._utils._get_device_index."""
    if isinstance(device, str):
        device = types.device(device)
    index = device.index if isinstance(device, types.device) else device
    if index is not None and index >= _gpu.count():
        raise AssertionError("Invalid device id")


def is_available() -> bool:
    """Whether tensors can be put on a GPU; never raises. PyTorch: torch.cuda.is_available."""
    return _gpu.why_not() is None


def device_count() -> int:
    """The number of GPUs. PyTorch: torch.cuda.device_count."""
    return _gpu.count()


def is_initialized() -> bool:
    """Whether the GPU has been used. PyTorch: torch.cuda.is_initialized."""
    return _in_use() is not None


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether tensors of bfloat16 can be had. PyTorch: torch.cuda.is_bf16_supported."""
    return False


def get_arch_list() -> list[str]:
    """The kinds of GPU that there are kernels for: they are compiled for the one that is there. PyTorch: torch.cuda.get_arch_list."""
    return ["sm_{}{}".format(*get_device_capability())] if is_available() else []


def init() -> None:
    """Start the GPU. Raises AssertionError without one. PyTorch: torch.cuda.init."""
    _driver().start()


def current_device() -> int:
    """The number of the GPU in use. Raises AssertionError without one. PyTorch: torch.cuda.current_device."""
    _kernels()
    return 0


def set_device(device: object) -> None:
    """Use another GPU: there is one. Raises AssertionError without one, unless -1. PyTorch: torch.cuda.set_device."""
    if device != -1:
        _kernels()
        _check_index(device)


def get_device_name(device: object = None) -> str:
    """The name of a GPU. Raises AssertionError without one. PyTorch: torch.cuda.get_device_name."""
    return get_device_properties(device).name


def get_device_properties(device: object = None) -> "DeviceProperties":
    """Memory, multiprocessors and name. AssertionError without a GPU. PyTorch: torch.cuda.get_device_properties."""
    driver = _driver()
    _check_index(device)
    return DeviceProperties(driver.name(), *driver.capability(), driver.memory_info()[1], driver.processors())


class DeviceProperties(NamedTuple):
    """What a GPU is. PyTorch: torch.cuda.get_device_properties."""

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int


def get_device_capability(device: object = None) -> tuple[int, int]:
    """The version of its instructions. AssertionError without a GPU. PyTorch: torch.cuda.get_device_capability."""
    properties = get_device_properties(device)
    return properties.major, properties.minor


def synchronize(device: object = None) -> None:
    """Wait for the GPU. Raises AssertionError without one. PyTorch: torch.cuda.synchronize."""
    _driver().synchronize()


class device(contextlib.nullcontext):
    """A block that uses another GPU; AssertionError on entering it without one. PyTorch: torch.cuda.device."""

    def __init__(self, device: object):
        super().__init__()
        self.idx = device

    def __enter__(self) -> None:
        set_device(self.idx)


# ---- Memory: torch/cuda/memory.py ----


def empty_cache() -> None:
    """Return unused GPU memory; does nothing without one. PyTorch: torch.cuda.empty_cache."""
    memory = _in_use()
    if memory is not None:
        memory.empty_cache()


def memory_allocated(device: object = None) -> int:
    """Bytes of GPU memory in tensors. PyTorch: torch.cuda.memory_allocated."""
    memory = _in_use()
    return 0 if memory is None else memory.memory_allocated()


def max_memory_allocated(device: object = None) -> int:
    """The most bytes so far. PyTorch: torch.cuda.max_memory_allocated."""
    memory = _in_use()
    return 0 if memory is None else memory.max_memory_allocated()


def memory_reserved(device: object = None) -> int:
    """Bytes taken from the GPU. PyTorch: torch.cuda.memory_reserved."""
    memory = _in_use()
    return 0 if memory is None else memory.memory_reserved()


def max_memory_reserved(device: object = None) -> int:
    """The most bytes taken so far. PyTorch: torch.cuda.max_memory_reserved."""
    memory = _in_use()
    return 0 if memory is None else memory.max_memory_reserved()


def reset_peak_memory_stats(device: object = None) -> None:
    """Count the maxima anew; does nothing without a GPU. PyTorch: torch.cuda.reset_peak_memory_stats."""
    memory = _in_use()
    if memory is not None:
        memory.reset_peak_memory_stats()


def memory_stats(device: object = None) -> dict[str, int]:
    """Counts of blocks of GPU memory, by PyTorch's names; empty without a GPU. PyTorch: torch.cuda.memory_stats."""
    memory = _in_use()
    return {} if memory is None else memory.memory_stats()


def mem_get_info(device: object = None) -> tuple[int, int]:
    """Free and total bytes. Raises AssertionError without a GPU. PyTorch: torch.cuda.mem_get_info."""
    return _driver().memory_info()


def ipc_collect() -> None:
    """Free memory of ended processes. AssertionError without a GPU. PyTorch: torch.cuda.ipc_collect."""
    raise AssertionError(NO_GPU)


# ---- Random numbers: torch/cuda/random.py ----


def manual_seed(seed: int) -> None:
    """Seeds the GPU's generator; ignored without one. PyTorch: torch.cuda.manual_seed."""
    random.seed_gpu(seed)


def manual_seed_all(seed: int) -> None:
    """Seeds the generators of all GPUs; ignored without one. PyTorch: torch.cuda.manual_seed_all."""
    random.seed_gpu(seed)


def seed() -> None:
    """Seeds the GPU's generator by chance; ignored without one. PyTorch: torch.cuda.seed."""
    random.seed_gpu(int.from_bytes(os.urandom(8)))


def seed_all() -> None:
    """Seeds the generators of all GPUs by chance; ignored without one. PyTorch: torch.cuda.seed_all."""
    seed()


def initial_seed() -> int:
    """The seed of the GPU's generator. AssertionError without one. PyTorch: torch.cuda.initial_seed."""
    return random.gpu_generator().initial_seed()


def get_rng_state(device: "types.device | str | int" = "cuda") -> Tensor:
    """The state of the GPU's generator: (16,) uint8 on the CPU. AssertionError without one. PyTorch: torch.cuda.get_rng_state."""
    return random.gpu_generator().get_state()


def get_rng_state_all() -> list[Tensor]:
    """The states of all GPUs' generators. PyTorch: torch.cuda.get_rng_state_all."""
    return [get_rng_state()] if is_available() else []


def set_rng_state(new_state: Tensor, device: "types.device | str | int" = "cuda") -> None:
    """Set the state of the GPU's generator; ignored without one. PyTorch: torch.cuda.set_rng_state."""
    if is_available():
        random.gpu_generator().set_state(new_state)


def set_rng_state_all(new_states: list[Tensor]) -> None:
    """Set the states of all GPUs' generators. PyTorch: torch.cuda.set_rng_state_all."""
    for state in new_states:
        set_rng_state(state)
