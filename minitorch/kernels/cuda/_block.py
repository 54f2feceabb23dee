"""What the threads of a warp and of a block do together: a tree of totals. PyTorch: aten/src/ATen/native/cuda/block_reduce.cuh.

A warp exchanges values without memory, the warps of a block through a few words of shared memory. The order of a sum
follows from the thread's number alone, so the bits are the same in every run.
"""

from collections.abc import Callable

from minitorch.kernels.cuda._compile import device
from minitorch.kernels.cuda._driver import SIMULATED, cuda

# Threads of a block that works together: whole warps, more than one of them also in the simulator.
THREADS = 64 if SIMULATED else 256
_WARPS = THREADS // 32


if SIMULATED:
    from minitorch.kernels.cuda._simulator import exchange as exchange
else:

    @device
    def exchange(value, mask):
        """The value of the thread of this warp whose number differs in the bits of `mask`. Every thread must call it."""
        return cuda.shfl_xor_sync(0xFFFFFFFF, value, mask)


def block_total(combine: Callable, kind) -> Callable:
    """A device function `total(value, first)`: all values of a block of THREADS, combined; every thread gets it.

    `combine` is a compiled function of two; `kind` Numba's type of the values, and `first` what changes nothing.
    All threads of the block must call it, and meet again before they call it a second time.
    """

    @device
    def total(value, first):
        shared = cuda.shared.array(_WARPS, kind)
        for step in range(5):
            value = combine(value, exchange(value, 16 >> step))
        if cuda.threadIdx.x % 32 == 0:
            shared[cuda.threadIdx.x // 32] = value
        cuda.syncthreads()
        value = shared[cuda.threadIdx.x % 32] if cuda.threadIdx.x % 32 < _WARPS else first
        for step in range(5):
            value = combine(value, exchange(value, 16 >> step))
        cuda.syncthreads()
        return value

    return total
