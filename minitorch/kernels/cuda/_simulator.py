"""Kernels on a machine without a GPU: Numba's simulator, made strict. PyTorch: none; NVIDIA's compute-sanitizer checks the same.

Every thread of a block is one of Python's. Reading or writing beside an array is an error that names thread and block
(also before it, where a GPU would not notice), and so is a second thread that writes an element without a barrier.
"""

import ctypes
import functools
import threading
from collections.abc import Callable

import numpy as np

from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray


class Line:
    """An array as a kernel sees it: one line of elements, with bounds."""

    __slots__ = ("_elements", "dtype", "size")

    def __init__(self, array: DeviceArray):
        self.size = array.reach
        self.dtype = array.dtype
        memory = (ctypes.c_char * (self.size * array.itemsize)).from_address(array.address)
        self._elements = np.frombuffer(memory, array.dtype)

    def __getitem__(self, place):
        self._check(place)
        return self._elements[place]

    def __setitem__(self, place, value) -> None:
        self._check(place)
        self._elements[place] = value

    def _check(self, place) -> None:
        if not 0 <= place < self.size:
            raise IndexError(f"index {place} is out of bounds for an array that reaches over {self.size} elements")

    def __len__(self) -> int:
        return self.size

    @property
    def shape(self) -> tuple[int]:
        """Its one size."""
        return (self.size,)


def launch(function: Callable, grid, block, arguments: tuple) -> None:
    """Run a kernel, one block after another."""
    with _one_at_a_time:
        cuda.jit(_Quiet(function))[grid, block](*[_argument(each) for each in arguments])


_one_at_a_time = threading.Lock()


class _Quiet:
    """The function, without NumPy's warnings of overflow and NaN, which a GPU does not give."""

    def __init__(self, function: Callable):
        functools.update_wrapper(self, function)
        self.__globals__ = function.__globals__
        self._function = function

    def __call__(self, *arguments) -> None:
        with np.errstate(all="ignore"):
            self._function(*arguments)


def _argument(value):
    if isinstance(value, DeviceArray):
        return Line(value)
    if isinstance(value, np.ndarray):
        from minitorch.kernels.cuda._compile import MISMATCH

        raise RuntimeError(MISMATCH)
    return value


def formula(function: Callable) -> Callable:
    """The CPU's compiled formula. Its result is what the GPU would compute, but for the last bits of some."""
    return serial(function)


def exchange(value, mask: int):
    """What `cuda.shfl_xor_sync` does on a GPU: the value of another thread of the warp. The whole block must call it."""
    thread = threading.current_thread()
    values = thread._manager.__dict__.setdefault("exchanged", {})
    values[thread.thread_id] = value
    thread.syncthreads()
    other = values[thread.thread_id ^ mask]
    thread.syncthreads()
    return other
