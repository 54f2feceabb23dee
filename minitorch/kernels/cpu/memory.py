"""CPU memory that is used again: a cache of blocks. PyTorch: c10/core/CPUAllocator.cpp, c10/cuda/CUDACachingAllocator.cpp.

Fresh pages from the operating system cost a page fault each (14 % of PyTorch's CNN step goes there). So the memory of
a large array goes back to a list of free blocks when the last view of it is gone, and the next array of that size
takes it from there. Small arrays are left to malloc, which does the same for them.
"""

import math
import mmap
import threading

import numpy as np

# Below this many bytes malloc keeps freed memory itself; above, it returns it to the operating system.
SMALL = 65_536

_free: dict[int, list[mmap.mmap]] = {}
_lock = threading.RLock()
_allocated = 0  # bytes in blocks that arrays are using
_reserved = 0  # those and the free ones
_peak = 0


def empty(shape: tuple[int, ...], dtype) -> np.ndarray:
    """An uninitialised C-contiguous array. Raises RuntimeError in PyTorch's words when there is not that much memory."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize  # Python integers: cannot overflow
    if size < SMALL:
        return np.empty(shape, dtype)
    return np.ndarray(shape, dtype, _lease(size))


def zeros(shape: tuple[int, ...], dtype) -> np.ndarray:
    """An array of zeros."""
    result = empty(shape, dtype)
    result.fill(0)
    return result


class _Lease(np.ndarray):
    """The bytes of one block, in use: every array on the block holds on to this object, and its end frees the block.

    Without slots or a __dict__ it is not tracked by the cycle collector, and costs 0.4 us.
    """

    __slots__ = ()

    def __del__(self, block_type=mmap.mmap):  # bound now: at exit the module's names may be gone
        if isinstance(self.base, block_type):  # not a view of a lease
            _give_back(self.base)


def _lease(size: int) -> _Lease:
    global _allocated, _peak
    size = _rounded(size)
    with _lock:
        blocks = _free.get(size)
        block = blocks.pop() if blocks else _new_block(size)
        _allocated += size
        _peak = max(_peak, _allocated)
    return np.ndarray.__new__(_Lease, (size,), np.uint8, block)


def _give_back(block: mmap.mmap) -> None:
    global _allocated
    with _lock:
        _allocated -= len(block)
        _free.setdefault(len(block), []).append(block)


def _new_block(size: int) -> mmap.mmap:
    global _reserved
    for attempt in range(2):
        try:
            block = mmap.mmap(-1, size)
            break
        except (OSError, ValueError, OverflowError):
            if attempt:
                raise RuntimeError(
                    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
                    f"you tried to allocate {size} bytes. Error code 12 (Cannot allocate memory)"
                ) from None
            empty_cache()
    if hasattr(mmap, "MADV_HUGEPAGE") and size >= 1 << 21:
        block.madvise(mmap.MADV_HUGEPAGE)
    _reserved += size
    return block


def _rounded(size: int) -> int:
    """Up to the next of eight steps per power of two: at most 1/8 of a block is waste, and sizes meet again."""
    step = max(mmap.PAGESIZE, 1 << (size.bit_length() - 4))
    return (size + step - 1) // step * step


def empty_cache() -> None:
    """Return all free blocks to the operating system. PyTorch: torch.cuda.empty_cache."""
    global _reserved
    with _lock:
        for size, blocks in _free.items():
            _reserved -= size * len(blocks)
        _free.clear()


def memory_allocated() -> int:
    """Bytes in large blocks that tensors are using. PyTorch: torch.cuda.memory_allocated."""
    return _allocated


def memory_reserved() -> int:
    """Bytes in large blocks, in use or kept for use. PyTorch: torch.cuda.memory_reserved."""
    return _reserved


def max_memory_allocated() -> int:
    """The most `memory_allocated` has been. PyTorch: torch.cuda.max_memory_allocated."""
    return _peak


def reset_peak_memory_stats() -> None:
    """Start `max_memory_allocated` anew. PyTorch: torch.cuda.reset_peak_memory_stats."""
    global _peak
    _peak = _allocated
