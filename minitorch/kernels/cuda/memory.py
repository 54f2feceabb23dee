"""GPU memory that is used again: a cache of blocks, one for each stream. PyTorch: c10/cuda/CUDACachingAllocator.cpp.

Asking the driver for memory takes 100 us and more, and giving it back waits for the GPU. So a block goes to a list when
the last array on it is gone, and the next array of that size takes it from there, at once: work on one stream is done
in order, so whoever gets the block writes to it after all that was read from it.
"""

import math
import threading

import numpy as np

from minitorch.kernels.cuda import _driver
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.memory_statistics import by_name

_free: dict[tuple[int, int], list[int]] = {}  # addresses, by stream and size
_lock = threading.RLock()
_allocated = 0  # bytes in blocks that arrays are using
_reserved = 0  # those and the free ones
_peak = _peak_reserved = 0
_leases = _leased = 0  # blocks ever given out, and their bytes
_blocks = _mapped = 0  # blocks ever made, and their bytes
_returned = 0  # blocks given back to the driver
_retries = _failures = 0  # allocations that needed the free blocks returned first; that failed all the same


class Lease:
    """One block in use: every array on it holds on to this object, and its end frees the block."""

    __slots__ = ("address", "size", "stream")

    def __init__(self, size: int):
        global _allocated, _peak, _leases, _leased
        self.size = size = _rounded(size)
        self.stream = _driver.stream().value or 0
        with _lock:
            blocks = _free.get((self.stream, size))
            self.address = blocks.pop() if blocks else _new_block(size)
            _leases += 1
            _leased += size
            _allocated += size
            _peak = max(_peak, _allocated)

    def __del__(self):
        global _allocated
        if _lock is None or not hasattr(self, "address"):  # at exit the module's names may be gone
            return
        with _lock:
            _allocated -= self.size
            _free.setdefault((self.stream, self.size), []).append(self.address)


def _new_block(size: int) -> int:
    global _reserved, _peak_reserved, _blocks, _mapped, _retries, _failures
    try:
        address = _driver.allocate(size)
    except _driver.OutOfMemoryError:
        _retries += 1
        empty_cache()
        try:
            address = _driver.allocate(size)
        except _driver.OutOfMemoryError:
            _failures += 1
            free, total = _driver.memory_info()
            raise _driver.OutOfMemoryError(
                f"CUDA out of memory. Tried to allocate {_readable(size)}. GPU 0 has a total capacity of {_readable(total)} "
                f"of which {_readable(free)} is free."
            ) from None
    _blocks += 1
    _mapped += size
    _reserved += size
    _peak_reserved = max(_peak_reserved, _reserved)
    return address


def _readable(size: int) -> str:
    return f"{size / (1 << 30):.2f} GiB" if size >= 1 << 30 else f"{size / (1 << 20):.2f} MiB"


def _rounded(size: int) -> int:
    """Up to the next of eight steps per power of two, at least 512 bytes: sizes meet again, 1/8 at most is waste."""
    size = max(size, 512)
    step = max(512, 1 << (size.bit_length() - 4))
    return (size + step - 1) // step * step


def empty(shape: tuple[int, ...], dtype) -> DeviceArray:
    """An uninitialised row-major array. Raises OutOfMemoryError in PyTorch's words."""
    dtype = np.dtype(dtype)
    shape = tuple(shape)
    lease = Lease(math.prod(shape) * dtype.itemsize)
    return DeviceArray(lease.address, shape, dtype, lease)


def zeros(shape: tuple[int, ...], dtype) -> DeviceArray:
    """An array of zeros."""
    result = empty(shape, dtype)
    if result.size:
        _driver.set_bytes(result.address, 0, result.nbytes)
    return result


def from_host(array: np.ndarray) -> DeviceArray:
    """A copy on the GPU, row-major."""
    array = np.ascontiguousarray(array).reshape(array.shape)
    result = empty(array.shape, array.dtype)
    if array.size:
        _driver.to_device(result.address, array)
    return result


def to_host(array: DeviceArray) -> np.ndarray:
    """A copy in the CPU's memory, in the array's own order of dimensions, when the GPU has computed it."""
    if not array.flags.c_contiguous:
        from minitorch.kernels.cuda.pointwise import contiguous

        order = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
        sorted_ = array.transpose(order)
        line = to_host(sorted_ if sorted_.flags.c_contiguous else contiguous(sorted_))
        return line.transpose(np.argsort(order))
    host = np.empty(array.shape, array.dtype)
    if array.size:
        _driver.to_host(host, array.address)
    return host


def address(array: DeviceArray) -> int:
    """Where the first element lies."""
    return array.address


def empty_cache() -> None:
    """Return all free blocks to the driver. PyTorch: torch.cuda.empty_cache."""
    global _reserved, _returned
    with _lock:
        for (_, size), blocks in _free.items():
            _reserved -= size * len(blocks)
            _returned += len(blocks)
            for block in blocks:
                _driver.release(block)
        _free.clear()


def memory_allocated() -> int:
    """Bytes in blocks that tensors are using. PyTorch: torch.cuda.memory_allocated."""
    return _allocated


def memory_reserved() -> int:
    """Bytes in blocks, in use or kept for use. PyTorch: torch.cuda.memory_reserved."""
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
    """Counts of blocks, by PyTorch's names: see `by_name`. PyTorch: torch.cuda.memory_stats."""
    with _lock:
        kept = _blocks - _returned
        used = kept - sum(map(len, _free.values()))
        return by_name(
            used=used, kept=kept, leases=_leases, leased=_leased, blocks=_blocks, mapped=_mapped, returned=_returned,
            allocated=_allocated, peak=_peak, reserved=_reserved, peak_reserved=_peak_reserved, retries=_retries, failures=_failures,
        )  # fmt: skip
