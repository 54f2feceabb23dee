"""How fast this machine can be: multiply-adds and memory, measured by kernels of our own. PyTorch: none.

A run of f operations on b bytes takes at least f / (operations per second) and at least b / (bytes per second): the
roofline of Williams, Waterman and Patterson (2009).
"""

import time

import numba
import numpy as np
from numba import njit, prange

from minitorch.kernels.cpu.microkernel import ROWS, loops, multiply, panel_width

REPEATS = 6
"""The best of so many counts: a ceiling is not an average."""
DEPTH = 256
LARGE, SMALL = 1 << 25, 1 << 19
"""float32 elements of an array: 128 MiB, far above most caches; 2 MiB, in a cache that all cores share."""


def measure() -> dict[str, float]:
    """Of all threads together: `flops` a second (a multiply-add is two), `memory` and `cache` in bytes a second."""
    return {"flops": flops(), "memory": bandwidth(LARGE), "cache": bandwidth(SMALL)}


def flops() -> float:
    """The micro-kernel on operands that stay in the first-level cache: nothing but multiply-adds to wait for."""
    threads, dtype = numba.get_num_threads(), np.dtype(np.float32)
    a, b = np.zeros(DEPTH * ROWS, dtype), np.zeros(DEPTH * panel_width(dtype), dtype)
    out = np.zeros((threads, ROWS * panel_width(dtype)), dtype)
    steps = np.arange(DEPTH) * ROWS
    times = 4000
    arguments = loops(dtype, True)[0], threads, times, a, steps, b, panel_width(dtype), out
    seconds = best(lambda: _tiles(*arguments))
    return 2.0 * threads * times * DEPTH * ROWS * panel_width(dtype) / seconds


def bandwidth(size: int) -> float:
    """The best of reading, copying and adding arrays of `size` elements."""
    a, b, c = (np.full(size, 1, np.float32) for _ in range(3))
    times = max(1, LARGE // size // 4)
    blocks = numba.get_num_threads() * 8
    found = []
    for loop, arrays in ((_read, 1), (_copy, 2), (_add, 3)):
        seconds = best(lambda loop=loop: loop(a, b, c, blocks, times))
        found.append(arrays * a.nbytes * times / seconds)
    return max(found)


def best(run) -> float:
    run()
    seconds = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


@njit(parallel=True, error_model="numpy")
def _tiles(loop, threads, times, a, steps, b, width, out):
    for thread in prange(threads):
        for _ in range(times):
            line = out[thread]
            multiply(loop, ROWS, width, DEPTH, a, 0, steps, 0, b, 0, width, line, 0, width, line, 0, width)


@njit(parallel=True, error_model="numpy")
def _read(a, b, c, blocks, times):
    size = a.size // blocks
    for block in prange(blocks):
        c[block] = 0
        for _ in range(times):
            c[block] += _sum(a[block * size : (block + 1) * size])


@njit(error_model="numpy", fastmath={"reassoc", "nsz"})
def _sum(a):
    total = np.float32(0)
    for i in range(a.size):
        total += a[i]
    return total


@njit(parallel=True, error_model="numpy")
def _copy(a, b, c, blocks, times):
    size = a.size // blocks
    for block in prange(blocks):
        part = slice(block * size, (block + 1) * size)
        _copy_block(a[part], b[part], times)


@njit(error_model="numpy")
def _copy_block(a, b, times):
    for _ in range(times):
        for i in range(a.size):
            b[i] = a[i]


@njit(parallel=True, error_model="numpy")
def _add(a, b, c, blocks, times):
    size = a.size // blocks
    for block in prange(blocks):
        part = slice(block * size, (block + 1) * size)
        _add_block(a[part], b[part], c[part], times)


@njit(error_model="numpy")
def _add_block(a, b, c, times):
    for _ in range(times):
        for i in range(a.size):
            c[i] = a[i] + b[i]
