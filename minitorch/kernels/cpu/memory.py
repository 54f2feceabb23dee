"""CPU memory that is used again: a cache of blocks. PyTorch: c10/core/CPUAllocator.cpp, c10/cuda/CUDACachingAllocator.cpp.

Fresh pages from the operating system cost a page fault each (14 % of PyTorch's CNN step goes there). So the memory of
a large array goes back to a list of free blocks when the last view of it is gone, and the next array of that size
takes it from there. Small arrays are left to malloc, which does the same for them.
"""

import math
import mmap
import os
import threading

import numpy as np

from minitorch.kernels.memory_statistics import by_name

# Below this many bytes malloc keeps freed memory itself; above, it returns it to the operating system.
SMALL = 65_536

# Python's default is memory that a forked child shares: parent and child would write into each other's tensors.
_PRIVATE = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}

_free: dict[int, list[mmap.mmap]] = {}
_lock = threading.RLock()
_allocated = 0  # bytes in blocks that arrays are using
_reserved = 0  # those and the free ones
_peak = _peak_reserved = 0
_leases = _leased = 0  # blocks ever given out, and their bytes
_blocks = _mapped = 0  # blocks ever made, and their bytes
_returned = 0  # blocks given back to the operating system
_retries = _failures = 0  # allocations that needed the free blocks returned first; that failed all the same


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


def from_host(array: np.ndarray) -> np.ndarray:
    """The array on this device: a copy on a GPU, itself on the CPU."""
    return array


def to_host(array: np.ndarray) -> np.ndarray:
    """The array where NumPy can read it: a copy if it is on a GPU, itself on the CPU."""
    return array


def fill(array: np.ndarray, value) -> None:
    """Every element becomes `value`."""
    array.fill(value)


def address(array: np.ndarray) -> int:
    """Where the first element lies."""
    return array.__array_interface__["data"][0]


class _Lease(np.ndarray):
    """The bytes of one block, in use: every array on the block holds on to this object, and its end frees the block.

    Without slots or a __dict__ it is not tracked by the cycle collector, and costs 0.4 us.
    """

    __slots__ = ()

    def __del__(self, block_type=mmap.mmap):  # bound now: at exit the module's names may be gone
        if isinstance(self.base, block_type):  # not a view of a lease
            _give_back(self.base)


def _lease(size: int) -> _Lease:
    global _allocated, _peak, _leases, _leased
    size = _rounded(size)
    with _lock:
        blocks = _free.get(size)
        block = blocks.pop() if blocks else _new_block(size)
        _leases += 1
        _leased += size
        _allocated += size
        if _allocated > _peak:
            _peak = _allocated
    return np.ndarray.__new__(_Lease, (size,), np.uint8, block)


def _give_back(block: mmap.mmap) -> None:
    global _allocated
    with _lock:
        _allocated -= len(block)
        _free.setdefault(len(block), []).append(block)


def _new_block(size: int) -> mmap.mmap:
    global _reserved, _peak_reserved, _blocks, _mapped, _retries, _failures
    for attempt in range(2):
        try:
            block = mmap.mmap(-1, size, **_PRIVATE)
            break
        except (OSError, ValueError, OverflowError):
            if attempt:
                _failures += 1
                raise RuntimeError(
                    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
                    f"you tried to allocate {size} bytes. Error code 12 (Cannot allocate memory)"
                ) from None
            _retries += 1
            empty_cache()
    if hasattr(mmap, "MADV_HUGEPAGE") and size >= 1 << 21:
        block.madvise(mmap.MADV_HUGEPAGE)
    _blocks += 1
    _mapped += size
    _reserved += size
    _peak_reserved = max(_peak_reserved, _reserved)
    return block


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()  # another thread of the parent may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _rounded(size: int) -> int:
    """Up to the next of eight steps per power of two: at most 1/8 of a block is waste, and sizes meet again."""
    step = max(mmap.PAGESIZE, 1 << (size.bit_length() - 4))
    return (size + step - 1) // step * step


def empty_cache() -> None:
    """Return all free blocks to the operating system. PyTorch: torch.cuda.empty_cache."""
    global _reserved, _returned
    with _lock:
        for size, blocks in _free.items():
            _reserved -= size * len(blocks)
            _returned += len(blocks)
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


def max_memory_reserved() -> int:
    """The most `memory_reserved` has been. PyTorch: torch.cuda.max_memory_reserved."""
    return _peak_reserved


def reset_peak_memory_stats() -> None:
    """Start the two maxima anew. PyTorch: torch.cuda.reset_peak_memory_stats."""
    global _peak, _peak_reserved
    with _lock:
        _peak, _peak_reserved = _allocated, _reserved


def memory_stats() -> dict[str, int]:
    """Counts of large blocks, by PyTorch's names: see `by_name`. PyTorch: torch.cuda.memory_stats."""
    with _lock:
        kept = _blocks - _returned
        used = kept - sum(map(len, _free.values()))
        return by_name(
            used=used, kept=kept, leases=_leases, leased=_leased, blocks=_blocks, mapped=_mapped, returned=_returned,
            allocated=_allocated, peak=_peak, reserved=_reserved, peak_reserved=_peak_reserved, retries=_retries, failures=_failures,
        )  # fmt: skip


def memory_summary() -> str:
    """`memory_stats` as a table for people, in MiB. PyTorch: torch.cuda.memory_summary."""
    stats = memory_stats()
    rows = [("", "current", "peak", "allocated", "freed")]
    for what, title in (("allocated_bytes", "in use, MiB"), ("reserved_bytes", "kept, MiB")):
        columns = (stats[f"{what}.all.{column}"] / (1 << 20) for column in rows[0][1:])
        rows.append((title, *(f"{value:.1f}" for value in columns)))
    for what, title in (("allocation", "blocks in use"), ("segment", "blocks kept")):
        columns = (stats.get(f"{what}.all.{column}", "") for column in rows[0][1:])
        rows.append((title, *map(str, columns)))
    lines = [f"{row[0]:<15}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in rows]
    lines.append(f"allocations that had to empty the cache first: {stats['num_alloc_retries']}, failed: {stats['num_ooms']}")
    return "\n".join(["CPU memory in blocks of 64 KiB and more", *lines])
