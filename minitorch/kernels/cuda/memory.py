"""GPU memory that is used again: a cache of blocks, one for each stream. PyTorch: c10/cuda/CUDACachingAllocator.cpp.

Asking the driver for memory takes 100 us and more, and giving it back waits for the GPU. So a block goes to a list when
the last array on it is gone, and the next array of that size takes it from there, at once: work on one stream is done
in order, so whoever gets the block writes to it after all that was read from it. What another stream uses too is named
by `record_stream`: such a block is free when that stream has come to the place where the last array on it went.

A graph (graphs.py) runs again and again over the same addresses. So what is recorded takes its memory from a pool of
its own, out of which nobody else is served.
"""

import functools
import math
import os
import sys
import threading
from collections import deque

import numpy as np

from minitorch.kernels import _gpu
from minitorch.kernels.cuda import _driver, _streams, pinned
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.memory_statistics import by_name


class Pool:
    """Free blocks: addresses, by stream and size; and how many graphs run over blocks of this pool."""

    __slots__ = ("free", "graphs")

    def __init__(self):
        self.free: dict[tuple[int, int], list[int]] = {}
        self.graphs = 0


# No byte more than an array has: compute-sanitizer then sees an access beside it.
_EXACT = os.environ.get("MINITORCH_EXACT_MEMORY", "0") not in ("", "0")

_shared = Pool()
_orphans: dict[tuple[int, int], list[int]] = {}  # free blocks of pools whose graphs are gone
_lock = threading.RLock()
_waiting: deque[tuple] = deque()  # (events, pool, stream, size, address): blocks that other streams may still be using
_unmarked: list[tuple] = []  # (streams, pool, stream, size, address): the same, freed while a capture forbids events
_allocated = 0  # bytes in blocks that arrays are using
_reserved = 0  # those and the free ones
_peak = _peak_reserved = 0
_used = _leases = _leased = 0  # blocks in use; blocks ever given out, and their bytes
_blocks = _mapped = 0  # blocks ever made, and their bytes
_returned = 0  # blocks given back to the driver
_retries = _failures = 0  # allocations that needed the free blocks returned first; that failed all the same


class Lease:
    """One block in use: every array on it holds on to this object, and its end frees the block."""

    __slots__ = ("address", "others", "pool", "size", "stream")

    def __init__(self, size: int):
        global _allocated, _peak, _used, _leases, _leased
        self.size = size = _rounded(size)
        self.stream = stream = _driver.stream().value or 0
        self.others: set[int] | None = None  # streams that use it besides its own
        self.pool = pool = _shared if _driver.capture is None else _pool_now()
        with _lock:
            if _waiting or _unmarked:
                _collect()
            blocks = pool.free.get((stream, size))
            self.address = blocks.pop() if blocks else _new_block(size)
            _used += 1
            _leases += 1
            _leased += size
            _allocated += size
            if _allocated > _peak:
                _peak = _allocated

    def __del__(self):
        global _allocated, _used
        if _lock is None or not hasattr(self, "address"):  # at exit the module's names may be gone
            return
        with _lock:
            _used -= 1
            _allocated -= self.size
            if self.others is None:
                self.pool.free.setdefault((self.stream, self.size), []).append(self.address)
            elif not (sys.is_finalizing() or _gpu.forked()):
                _unmarked.append((self.others, self.pool, self.stream, self.size, self.address))
                _mark()


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()  # another thread of the parent may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _pool_now() -> Pool:
    recording = _driver.recording()
    return _shared if recording is None else recording.pool


def record_stream(array: DeviceArray, stream: int) -> None:
    """Another stream uses the array: its block is not used anew before that stream has come to where it was freed.

    PyTorch: Tensor.record_stream.
    """
    lease = array.owner
    if type(lease) is Lease and stream != lease.stream:
        lease.others = set() if lease.others is None else lease.others
        lease.others.add(stream)


def _mark() -> None:
    """Put an event into each stream that uses a block which nobody else needs any more."""
    if _driver.capture is not None:
        return
    while _unmarked:
        streams, *block = _unmarked.pop()
        _waiting.append(([_streams.mark(each) for each in streams], *block))


def _collect(wait: bool = False) -> None:
    """Free the blocks whose events have come, the oldest first; with `wait`, all."""
    if _driver.capture is not None:
        return
    _mark()
    while _waiting:
        events, pool, stream, size, address = _waiting[0]
        if not wait and not all(_streams.event_is_done(event) for event in events):
            return
        _waiting.popleft()
        for event in events:
            _streams.wait_for_event(event)
            _streams.end_event(event)
        pool.free.setdefault((stream, size), []).append(address)


def retain(pool: Pool) -> None:
    """One graph more runs over a pool's blocks."""
    pool.graphs += 1


def release(pool: Pool) -> None:
    """One graph less. After the last, blocks that are free, and those that will be, can be returned to the driver."""
    with _lock:
        pool.graphs -= 1
        if pool.graphs == 0:
            for key, blocks in pool.free.items():
                _orphans.setdefault(key, []).extend(blocks)
            pool.free = _orphans


def _new_block(size: int) -> int:
    global _reserved, _peak_reserved, _blocks, _mapped, _retries, _failures
    try:
        address = _driver.allocate(size)
    except _driver.OutOfMemoryError:
        _retries += 1
        empty_cache()  # not in a capture: this waits for the GPU
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


@functools.lru_cache(maxsize=4096)
def _rounded(size: int) -> int:
    """Up to the next of eight steps per power of two, at least 512 bytes: sizes meet again, 1/8 at most is waste."""
    if _EXACT:
        return max(size, 1)
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
    """A copy on the GPU, row-major. In a capture: the values of now, in every replay. A tensor's are moved by copies.py."""
    array = np.ascontiguousarray(array).reshape(array.shape)
    result = empty(array.shape, array.dtype)
    if array.size:
        recording = _driver.recording()
        if recording is not None:
            array = pinned.copy(array)
            recording.kept.append(array)
        _driver.to_device(result.address, array)
    return result


def constant(array: np.ndarray) -> DeviceArray:
    """A table that is kept for later launches: it is there when this returns, for every stream, and no capture records it."""
    global _aside
    with _driver.unrecorded():
        if _aside is None:
            _aside = _streams.new_stream()
        before = _driver.use_stream(_aside)
        try:
            result = from_host(array)
            _driver.wait_for_stream(_aside)
        finally:
            _driver.use_stream(before)
    used_everywhere(result)
    return result


def used_everywhere(array: DeviceArray) -> None:
    """Any stream may use the array: its block waits for all of them."""
    array.owner.others = _Everywhere()


_aside: int | None = None  # a stream for this


class _Everywhere(set):
    """All the streams there are when one asks."""

    def __iter__(self):
        return iter(tuple(_streams.streams))


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
        if _driver.capture is not None:
            return
        _collect(wait=True)
        for free in (_shared.free, _orphans):
            for (_, size), blocks in free.items():
                _reserved -= size * len(blocks)
                _returned += len(blocks)
                for block in blocks:
                    _driver.release(block)
            free.clear()


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
        return by_name(
            used=_used, kept=_blocks - _returned, leases=_leases, leased=_leased, blocks=_blocks, mapped=_mapped, returned=_returned,
            allocated=_allocated, peak=_peak, reserved=_reserved, peak_reserved=_peak_reserved, retries=_retries, failures=_failures,
        )  # fmt: skip
