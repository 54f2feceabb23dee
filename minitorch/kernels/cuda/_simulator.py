"""Kernels on a machine without a GPU: Numba's simulator, made strict and quick. PyTorch: none; compute-sanitizer checks the same.

What `cuda` is in a kernel comes from Numba's simulator. Its threads run one at a time here, each until it ends or waits
for the others, in an order that is shuffled anew every time: a kernel that lacks a barrier gives another result. A
kernel without barriers needs no threads at all. Reading or writing beside an array is an error that names thread and
block, also before its beginning.
"""

import contextlib
import ctypes
import math
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import FunctionType, ModuleType

import numpy as np
from numba.cuda.simulator.kernelapi import Dim3, FakeCUDAModule
from numba.np.numpy_support import as_dtype

from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cuda.array import MISMATCH, DeviceArray


class Cuda(FakeCUDAModule):
    """What a kernel knows as `cuda`: the simulator's, of the thread that is running."""

    def __init__(self):
        super().__init__((1, 1, 1), (1, 1, 1), 0)
        self.thread: _Place | None = None
        self._shared = _Shared()

    @property
    def threadIdx(self) -> Dim3:
        """The place of the thread in its block."""
        return self.thread.threadIdx

    @property
    def blockIdx(self) -> Dim3:
        """The place of the block in the grid."""
        return self.thread.blockIdx

    @property
    def laneid(self) -> int:
        """The place of the thread in its warp."""
        return self.thread.number % 32

    def syncthreads(self) -> None:
        """Wait for the other threads of the block."""
        self.thread.wait()

    syncwarp = syncthreads

    def fma(self, a, b, c):
        """Rounded once."""
        result = np.float64(a) * np.float64(b) + np.float64(c)
        if isinstance(a, float) and result and math.isfinite(result):  # float64, which np.float64 is one of
            result = float(Fraction(a) * Fraction(float(b)) + Fraction(float(c)))
        return type(a)(result)

    def jit(self, *arguments, **options) -> Callable:
        """A function that kernels call is Python's own here."""
        return lambda function: function


class _Shared:
    """One array for each line that asks for one; NaN, or another odd number, until it is written."""

    def __init__(self):
        self.arrays: dict = {}

    def array(self, shape, dtype):
        """The block's array of this line."""
        frame = sys._getframe(1)
        key = frame.f_code, frame.f_lineno
        if key not in self.arrays:
            made = np.empty(shape, dtype if isinstance(dtype, (type, np.dtype)) else as_dtype(dtype))
            made.view(np.uint8)[...] = 0xFF
            self.arrays[key] = made
        return self.arrays[key]


cuda = Cuda()


class _Place:
    """One thread of a kernel that does not wait for others."""

    def __init__(self, block: tuple, thread: tuple, size: tuple):
        self.blockIdx, self.threadIdx = Dim3(*block), Dim3(*thread)
        self.number = thread[0] + size[0] * (thread[1] + size[1] * thread[2])
        self.exchanges = 0

    def wait(self) -> None:
        """Not to be called."""
        raise AssertionError("a kernel waits, and the simulator did not see it")


class _Thread(_Place):
    """One thread of a block that meets: it runs while it holds the baton."""

    def __init__(self, block: tuple, thread: tuple, size: tuple, run: Callable):
        super().__init__(block, thread, size)
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._run = run
        self.error: BaseException | None = None
        self.ended = self.abandoned = False
        threading.Thread(target=self._live, daemon=True).start()

    def _live(self) -> None:
        self._go.acquire()
        try:
            if not self.abandoned:
                with np.errstate(all="ignore"):
                    self._run()
        except BaseException as error:  # handed to the launcher
            self.error = error
        self.ended = True
        self._back.release()

    def proceed(self) -> None:
        """Let it run until it ends or waits."""
        cuda.thread = self
        self._go.release()
        self._back.acquire()

    def wait(self) -> None:
        """Give the baton back until all others have come here."""
        self._back.release()
        self._go.acquire()
        if self.abandoned:
            raise SystemExit


def prepared(function: Callable, grid, block, arguments: tuple) -> Callable[[], None]:
    """A launch: what runs a kernel when it is called."""
    lines = [_argument(each) for each in arguments]
    return lambda: _run(function, grid, block, lines)


def _run(function: Callable, grid, block, lines: list) -> None:
    """One block after another."""
    grid, block = ((each, 1, 1) if isinstance(each, int) else (*each, 1, 1)[:3] for each in (grid, block))
    with _one_at_a_time, np.errstate(all="ignore"):
        cuda.gridDim, cuda.blockDim = Dim3(*grid), Dim3(*block)
        meets = _meets(function, set())
        for place in np.ndindex(*grid):
            cuda._shared.arrays = {}
            exchanged.clear()
            if meets:
                with _on_one_processor():
                    _run_together([_Thread(place, each, block, lambda: function(*lines)) for each in np.ndindex(*block)])
            else:
                for each in np.ndindex(*block):
                    cuda.thread = _Place(place, each, block)
                    try:
                        function(*lines)
                    except Exception as error:
                        _place(error, cuda.thread)
                        raise


@contextlib.contextmanager
def _on_one_processor() -> Iterator[None]:
    """Threads that take turns wake each other four times as fast where they do not have to be moved."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    current = ctypes.CDLL(None).sched_getcpu()
    os.sched_setaffinity(0, {current} & allowed or allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


_one_at_a_time = threading.Lock()
_order = random.Random(0)


def _run_together(threads: list[_Thread]) -> None:
    alive = threads
    while alive:
        _order.shuffle(alive)
        for each in alive:
            each.proceed()
            if each.error is not None:
                for other in alive:
                    other.abandoned = True
                    if not other.ended:
                        other._go.release()
                _place(each.error, each)
                raise each.error
        alive = [each for each in alive if not each.ended]


def _place(error: BaseException, thread: _Place) -> None:
    error.add_note(f"in thread {tuple(thread.threadIdx)} of block {tuple(thread.blockIdx)}")


def _meets(function: Callable, seen: set) -> bool:
    """Whether a kernel, or a function that it calls, waits for other threads."""
    if not isinstance(function, FunctionType) or function in seen:
        return False
    seen.add(function)
    if function is exchange or "syncthreads" in function.__code__.co_names or "syncwarp" in function.__code__.co_names:
        return True
    called = [function.__globals__.get(name) for name in function.__code__.co_names]
    called += [cell.cell_contents for cell in function.__closure__ or ()]
    return any(_meets(each, seen) for each in called)


exchanged: dict = {}


def exchange(value, mask: int):
    """What `cuda.shfl_xor_sync` does on a GPU: the value of another thread of the warp. The whole block must call it."""
    thread = cuda.thread
    thread.exchanges = turn = thread.exchanges + 1
    exchanged[turn, thread.number] = value
    thread.wait()
    return exchanged[turn, thread.number ^ mask]


class Line:
    """An array as a kernel sees it: one line of elements, with bounds."""

    __slots__ = ("_elements", "dtype", "size")

    ndim = 1

    def __init__(self, address: int, size: int, dtype: np.dtype):
        self.size, self.dtype = size, dtype
        memory = (ctypes.c_char * (size * dtype.itemsize)).from_address(address)
        self._elements = np.frombuffer(memory, dtype)

    def __getitem__(self, place):
        if not 0 <= place < self.size:
            raise self._outside(place)
        return self._elements[place]

    def __setitem__(self, place, value) -> None:
        if not 0 <= place < self.size:
            raise self._outside(place)
        if self.dtype.kind in "iu" and type(value) is not self.dtype.type:
            value = np.asarray(value).astype(np.int64).astype(self.dtype)  # wraps around, as a GPU does
        self._elements[place] = value

    def _outside(self, place) -> IndexError:
        return IndexError(f"index {place} is out of bounds for an array that reaches over {self.size} elements")

    def __len__(self) -> int:
        return self.size

    @property
    def shape(self) -> tuple[int]:
        """Its one size."""
        return (self.size,)


def line_at(address: int, size: int, like: Line) -> Line:
    """The array that a kernel finds by its address."""
    return Line(int(address), int(size), like.dtype)


def _argument(value):
    if isinstance(value, DeviceArray):
        return Line(value.address, value.reach, value.dtype)
    if isinstance(value, np.ndarray):
        raise RuntimeError(MISMATCH)
    return value


def formula(function: Callable) -> Callable:
    """A shared formula of one element. Plain arithmetic is Python's; the rest is what the CPU runs, compiled.

    Python's own `math` raises an error where a formula means infinity, and subtracts no bool from a bool.
    """
    compiled = serial(function)
    used = [function.__globals__.get(name) for name in function.__code__.co_names]
    plain = not any(isinstance(each, (FunctionType, ModuleType)) and each is not np for each in used)

    def run(*values):
        if plain or type(values[0]) is np.float16:  # which the CPU's compiler does not have: only copied
            try:
                return function(*values)
            except TypeError:
                pass
        return compiled(*values)

    return run
