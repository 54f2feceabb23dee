"""Lines of elements, each the work of a few threads: of one, of a part of a warp, of a warp, or of a block. PyTorch: aten/src/ATen/native/cuda/PersistentSoftmax.cuh.

A line is read several times, but from the first-level cache: memory is read once. What its threads add up, they add up
in a tree, in float64.
"""

from collections.abc import Callable

from numba import types

from minitorch.kernels.cuda import _block
from minitorch.kernels.cuda._block import exchange
from minitorch.kernels.cuda._compile import blocks, device
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.pointwise import contiguous

THREADS = _block.THREADS

# A warp has lines up to this long: 32 elements for each thread.
_WARP = 1024


def in_order(array: DeviceArray) -> DeviceArray:
    """The array itself where its elements lie row by row, else such a copy: what kernels of lines see."""
    return array if array.flags.c_contiguous else contiguous(array)


def threads_of(length: int) -> int:
    """How many threads share a line whose elements lie side by side: 1, 2, 4, ... 32, or all of a block."""
    return THREADS if length > _WARP else min(32, 1 << max(0, (length + 3) // 4 - 1).bit_length())


def blocks_of(lines: int, threads: int) -> int:
    """How many blocks are launched for so many lines."""
    return blocks(lines, THREADS // threads)


@device
def first_line(threads):
    """The first line of a block, which takes THREADS // threads of them at a time."""
    return cuda.blockIdx.x * (cuda.blockDim.x // threads)


@device
def all_lines(threads):
    """How many lines all blocks take at a time."""
    return cuda.gridDim.x * (cuda.blockDim.x // threads)


def line_total(combine: Callable) -> Callable:
    """A device function `total(value, first, threads)`: a float64 of every thread of a line, combined.

    All threads of the block must call it, also those without a line. `first` changes nothing.
    """
    of_block = _block.block_total(combine, types.float64)

    @device
    def total(value, first, threads):
        if threads > 32:
            return of_block(value, first)
        mask = threads // 2
        while mask > 0:
            value = combine(value, exchange(value, mask))
            mask = mask // 2
        return value

    return total


@device
def _add(a, b):
    return a + b


@device
def _larger(a, b):
    """NaN is the largest."""
    return a if a > b or a != a else b


total_of_line = line_total(_add)
largest_of_line = line_total(_larger)
