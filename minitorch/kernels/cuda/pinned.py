"""Memory of the host that the GPU reads and writes by itself: a cache of blocks. PyTorch: ATen/core/CachingHostAllocator.h, ATen/cuda/CachingHostAllocator.cpp.

Pages that the operating system may not move ("pinned") can be copied while the program goes on; making them takes the
driver milliseconds. So a block goes to a list when the last array on it is gone. An array of which a copy is under way
is held until the stream has come to its end: nobody gets its block before.
"""

import ctypes
import math
import os
import sys
import threading
from collections import deque

import numpy as np

from minitorch.kernels.cuda import _driver, _streams

_free: dict[int, list[ctypes.Array]] = {}  # blocks by size
_flying: deque[tuple[int, np.ndarray]] = deque()  # an event, and the array that is being copied until it comes
_lock = threading.RLock()


class _Lease(np.ndarray):
    """The bytes of one block, in use: every array on the block holds on to this object, and its end frees the block."""

    __slots__ = ()

    def __del__(self, block_type=ctypes.Array, ending=sys.is_finalizing):  # bound now: at exit the module's names may be gone
        if isinstance(self.base, block_type) and not ending():  # not a view of a lease
            _give_back(self.base)


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An uninitialised row-major array in pinned memory. Raises OutOfMemoryError."""
    dtype = np.dtype(dtype)
    return np.ndarray(shape, dtype, _lease(math.prod(shape) * dtype.itemsize))


def copy(array: np.ndarray) -> np.ndarray:
    """The same values, in pinned memory, with the same strides."""
    reach = sum([(size - 1) * step for size, step in zip(array.shape, array.strides)]) + array.itemsize if array.size else 0
    result = np.ndarray(array.shape, array.dtype, _lease(reach), 0, array.strides)
    np.copyto(result, array)
    return result


def _lease(size: int) -> _Lease:
    size = max(512, 1 << (size - 1).bit_length())  # powers of two, as PyTorch
    with _lock:
        settle()
        blocks = _free.get(size)
        block = blocks.pop() if blocks else (ctypes.c_char * size).from_address(_driver.allocate_pinned(size))
    return np.ndarray.__new__(_Lease, (size,), np.uint8, block)


def _give_back(block: ctypes.Array) -> None:
    with _lock:
        _free.setdefault(len(block), []).append(block)


def _after_fork() -> None:
    """A child has none of this memory."""
    global _lock
    _lock = threading.RLock()  # another thread of the parent may have held it
    _free.clear()


if hasattr(os, "register_at_fork") and not _driver.ON_HOST:
    os.register_at_fork(after_in_child=_after_fork)


def is_pinned(array: np.ndarray) -> bool:
    """Whether the array lies in pinned memory, ours or another library's."""
    base = array
    while base is not None:
        if isinstance(base, _Lease):
            return True
        base = getattr(base, "base", None)
    return array.size > 0 and _driver.is_pinned(array.ctypes.data)


def keep(array: np.ndarray) -> None:
    """Hold on to an array that is being copied until the current stream has come here; in a capture, as long as the graph."""
    recording = _driver.recording()
    if recording is not None:
        recording.kept.append(array)
        return
    with _lock:
        settle()
        _flying.append((_streams.mark(_driver.stream().value or 0), array))


def settle() -> None:
    """Let go of the arrays whose copies are done, the oldest first."""
    if _driver.capture is not None:  # which forbids to ask
        return
    with _lock:
        while _flying and _streams.event_is_done(_flying[0][0]):
            _streams.end_event(_flying.popleft()[0])


def empty_cache() -> None:
    """Return all free blocks to the driver. PyTorch: torch._C._host_emptyCache."""
    with _lock:
        settle()
        for blocks in _free.values():
            for block in blocks:
                _driver.release_pinned(ctypes.addressof(block))
        _free.clear()
