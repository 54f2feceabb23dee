"""The CPU: its memory and its threads. PyTorch: torch/cpu/__init__.py, at::get_num_threads; memory as torch.cuda's."""

import numba

from minitorch.kernels.cpu.memory import empty_cache as empty_cache
from minitorch.kernels.cpu.memory import max_memory_allocated as max_memory_allocated
from minitorch.kernels.cpu.memory import max_memory_reserved as max_memory_reserved
from minitorch.kernels.cpu.memory import memory_allocated as memory_allocated
from minitorch.kernels.cpu.memory import memory_reserved as memory_reserved
from minitorch.kernels.cpu.memory import memory_stats as memory_stats
from minitorch.kernels.cpu.memory import memory_summary as memory_summary
from minitorch.kernels.cpu.memory import reset_peak_memory_stats as reset_peak_memory_stats

_interop_threads: int | None = None


def is_available() -> bool:
    """Always. PyTorch: torch.cpu.is_available."""
    return True


def get_num_threads() -> int:
    """How many threads a parallel kernel uses. PyTorch: torch.get_num_threads."""
    return numba.get_num_threads()


def set_num_threads(num: int) -> None:
    """Use `num` threads; more than there are cores count as all of them. PyTorch: torch.set_num_threads."""
    if not isinstance(num, int) or isinstance(num, bool):
        raise TypeError(f"set_num_threads expects an int, but got {type(num).__name__}")
    if num <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    numba.set_num_threads(min(num, numba.config.NUMBA_NUM_THREADS))


def get_num_interop_threads() -> int:
    """What set_num_interop_threads set; operations run one after the other. PyTorch: torch.get_num_interop_threads."""
    return get_num_threads() if _interop_threads is None else _interop_threads


def set_num_interop_threads(num: int) -> None:
    """Kept. RuntimeError unless a positive int. PyTorch: torch.set_num_interop_threads."""
    global _interop_threads
    if not isinstance(num, int) or isinstance(num, bool):
        raise RuntimeError(f"set_num_interop_threads expects an int, but got {type(num).__name__}")
    if num <= 0:
        raise RuntimeError("set_num_interop_threads expects a positive integer")
    _interop_threads = num
