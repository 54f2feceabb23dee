"""How fast a GPU can be: multiply-adds and memory, measured by kernels of our own. PyTorch: none."""

import re
from pathlib import Path

import minitorch
from minitorch.kernels.cuda._compile import THREADS, kernel
from minitorch.kernels.cuda._driver import SIMULATED, cuda, driver_version, numba_version
from minitorch.kernels.cuda.memory import empty

REPEATS = 6
LARGE, SMALL = (1 << 6, 1 << 5) if SIMULATED else (1 << 27, 1 << 21)
"""float32 elements of an array: 512 MiB, far above every cache; 8 MiB, in the cache that all multiprocessors share."""
BLOCKS, STEPS = (1, 4) if SIMULATED else (4096, 4096)
CHAINS = 8
"""Multiply-adds that do not wait for each other."""


def measure() -> dict[str, float]:
    """`flops` a second (a multiply-add is two), `memory` and `cache` in bytes a second: the best of several runs."""
    return {"flops": flops(), "memory": bandwidth(LARGE), "cache": bandwidth(SMALL)}


def software() -> dict[str, str]:
    """The versions of the driver and of what compiles kernels."""
    major, minor = divmod(driver_version(), 1000)
    text = Path("/proc/driver/nvidia/version")  # NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 ...
    found = re.search(r"\b\d+\.\d+(\.\d+)?\b", text.read_text()) if text.exists() else None
    release = found.group() if found else "of an unknown release"
    return {"driver": f"{release} for CUDA {major}.{minor // 10}", "numba-cuda": numba_version()}


def flops() -> float:
    """Chains of multiply-adds in registers."""
    out = empty((BLOCKS * THREADS,), minitorch.float32.numpy)
    one = out.dtype.type(1)
    seconds = best(lambda: _chains[BLOCKS, THREADS](out, STEPS, one, one))
    return 2.0 * CHAINS * STEPS * BLOCKS * THREADS / seconds


def bandwidth(size: int) -> float:
    """Copies of an array: each byte is read and written."""
    source, target = (minitorch.zeros(size, device="cuda") for _ in range(2))
    times = 1 if SIMULATED else max(1, LARGE // size // 4)

    def copies():
        for _ in range(times):
            target.copy_(source)

    return 2.0 * times * 4 * size / best(copies)


def best(run) -> float:
    run()
    seconds = []
    for _ in range(REPEATS):
        begin, end = (minitorch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        run()
        end.record()
        end.synchronize()
        seconds.append(begin.elapsed_time(end) / 1000)
    return max(min(seconds), 1e-9)


@kernel
def _chains(out, steps, factor, term):
    a, b, c, d = term, term, term, term
    e, f, g, h = factor, factor, factor, factor
    for _ in range(steps):
        a = a * factor + term
        b = b * factor + term
        c = c * factor + term
        d = d * factor + term
        e = e * factor + term
        f = f * factor + term
        g = g * factor + term
        h = h * factor + term
    out[cuda.grid(1)] = (a + b) + (c + d) + (e + f) + (g + h)
