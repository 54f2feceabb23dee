"""NVIDIA's driver: memory, copies, streams, events, modules; the one import of numba-cuda. PyTorch: c10/cuda/CUDAFunctions.cpp.

Everything asked of the GPU while a program runs goes to the driver's own library, through ctypes: numba-cuda compiles
kernels and is out of the way afterwards. An address is an int. In Numba's simulator (NUMBA_ENABLE_CUDASIM=1) addresses
are the host's own, and so the same functions work.
"""

import contextlib
import ctypes
import functools
import itertools
import re
import threading
import time
import warnings
from types import SimpleNamespace

import numpy as np

from minitorch.kernels import _gpu

_gpu.check()

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Numba's own, older numba.cuda advertises numba-cuda
    import numba
    from numba import types as types

    if _gpu.simulated():
        from minitorch.kernels.cuda._simulator import cuda as cuda
    else:
        from numba import cuda as cuda

SIMULATED = _gpu.simulated()
ON_HOST = SIMULATED or _gpu.compiled_only()  # "device" memory is the host's
_library = None if ON_HOST else _gpu.library()

# What the driver says most often when something goes wrong, and PyTorch's words for it.
_OUT_OF_MEMORY = 2
_HELP = {
    2: "CUDA out of memory.",
    100: "No CUDA GPUs are available",
    222: "the driver is too old for the PTX of this NVVM",
    700: "CUDA error: an illegal memory access was encountered",
    719: "CUDA error: unspecified launch failure",
}


class OutOfMemoryError(RuntimeError):
    """The GPU's memory is full. PyTorch: torch.cuda.OutOfMemoryError."""


OutOfMemoryError.__module__ = "torch"


def call(name: str, *arguments) -> None:
    """Call the driver. Raises RuntimeError in PyTorch's words if it reports an error."""
    status = getattr(_library, name)(*arguments)
    if status:
        raise error(name, status)


def error(name: str, status: int) -> RuntimeError:
    """The exception for an error that the driver reports."""
    if status == _OUT_OF_MEMORY:
        return OutOfMemoryError(_HELP[status])
    text = ctypes.c_char_p()
    _library.cuGetErrorString(status, ctypes.byref(text))
    said = text.value.decode() if text.value else f"error {status}"
    result = RuntimeError(_HELP.get(status, f"CUDA error: {said}"))
    result.add_note(f"minitorch: {name} failed with error {status}: {said}")
    if status in (700, 719):
        result.add_note("minitorch: the GPU's context is lost: start the program anew. MINITORCH_LAUNCH_BLOCKING=1 names the kernel.")
    return result


@functools.cache
def _context() -> ctypes.c_void_p:
    """The first GPU's primary context, which PyTorch and Numba use too."""
    device, result = ctypes.c_int(0), ctypes.c_void_p()
    call("cuInit", 0)
    call("cuDeviceGet", ctypes.byref(device), 0)
    call("cuDevicePrimaryCtxRetain", ctypes.byref(result), device)
    return result


class _Thread(threading.local):
    """A thread that has not used the GPU before makes the context its own when it looks at `ready`."""

    def __init__(self):
        if not ON_HOST:
            call("cuCtxSetCurrent", _context())
        self.ready = True


@functools.cache
def _thread() -> _Thread:
    """Made when the GPU is first used: importing this file touches it not."""
    return _Thread()


def start() -> None:
    """Make the GPU's context that of this thread."""
    _thread().ready  # noqa: B018


# ---- Memory ----


def allocate(size: int) -> int:
    """The address of new memory. Raises OutOfMemoryError."""
    if ON_HOST:
        memory = np.full(size, 0xFF, np.uint8)  # NaN as a floating-point number: what is read too early shows
        _simulated_memory[memory.ctypes.data] = memory
        return memory.ctypes.data
    start()
    address = ctypes.c_uint64(0)
    call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(size))
    return address.value


_simulated_memory: dict[int, np.ndarray] = {}


def release(address: int) -> None:
    """Return memory to the driver, which waits until the GPU has done with it."""
    if ON_HOST:
        del _simulated_memory[address]
    else:
        call("cuMemFree_v2", ctypes.c_uint64(address))


def memory_info() -> tuple[int, int]:
    """Free and total bytes of the GPU."""
    if ON_HOST:
        return 1 << 33, 1 << 33
    start()
    free, total = ctypes.c_size_t(0), ctypes.c_size_t(0)
    call("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
    return free.value, total.value


def to_device(address: int, host: np.ndarray) -> None:
    """Copy a contiguous host array to the GPU, in the order of the stream."""
    if ON_HOST:
        ctypes.memmove(address, host.ctypes.data, host.nbytes)
    else:
        call("cuMemcpyHtoDAsync_v2", ctypes.c_uint64(address), ctypes.c_void_p(host.ctypes.data),
             ctypes.c_size_t(host.nbytes), stream())


def to_host(host: np.ndarray, address: int, wait: bool = True) -> None:
    """Copy to a contiguous host array what the GPU will have there when it gets to it, and wait for that."""
    if ON_HOST:
        ctypes.memmove(host.ctypes.data, address, host.nbytes)
        return
    call("cuMemcpyDtoHAsync_v2", ctypes.c_void_p(host.ctypes.data), ctypes.c_uint64(address),
         ctypes.c_size_t(host.nbytes), stream())
    if wait:
        call("cuStreamSynchronize", stream())


def copy_bytes(target: int, source: int, size: int) -> None:
    """Copy within the GPU's memory."""
    if ON_HOST:
        ctypes.memmove(target, source, size)
    else:
        call("cuMemcpyDtoDAsync_v2", ctypes.c_uint64(target), ctypes.c_uint64(source), ctypes.c_size_t(size), stream())


def set_bytes(address: int, value: int, size: int) -> None:
    """Fill memory with one byte."""
    if ON_HOST:
        ctypes.memset(address, value, size)
    else:
        call("cuMemsetD8Async", ctypes.c_uint64(address), ctypes.c_ubyte(value), ctypes.c_size_t(size), stream())


# ---- Streams ----

_stream = ctypes.c_void_p(0)  # the default stream, as PyTorch's


def stream() -> ctypes.c_void_p:
    """The stream that work is given to."""
    _thread().ready  # noqa: B018
    return _stream


def use_stream(handle: int) -> int:
    """Give work to another stream from now on; returns the one before."""
    global _stream
    before, _stream = _stream.value or 0, ctypes.c_void_p(handle)
    return before


def new_stream() -> int:
    """The handle of another stream, which does not wait for the default one."""
    return _made("cuStreamCreate", 1)


def wait_for_stream(handle: int) -> None:
    """Wait until the work of a stream is done."""
    if not ON_HOST:
        call("cuStreamSynchronize", ctypes.c_void_p(handle))


def stream_is_done(handle: int) -> bool:
    """Whether the work of a stream is done."""
    return ON_HOST or _library.cuStreamQuery(ctypes.c_void_p(handle)) == 0


def stream_waits(handle: int, event: int) -> None:
    """Let a stream wait for an event."""
    if not ON_HOST:
        call("cuStreamWaitEvent", ctypes.c_void_p(handle), ctypes.c_void_p(event), 0)


def new_event(timed: bool) -> int:
    """The handle of an event."""
    return _made("cuEventCreate", 0 if timed else 2)


def record_event(event: int, stream: int) -> None:
    """Put an event into a stream."""
    if ON_HOST:
        _simulated_times[event] = time.perf_counter()
    else:
        call("cuEventRecord", ctypes.c_void_p(event), ctypes.c_void_p(stream))


def wait_for_event(event: int) -> None:
    """Wait until the GPU has come to an event."""
    if not ON_HOST:
        call("cuEventSynchronize", ctypes.c_void_p(event))


def event_is_done(event: int) -> bool:
    """Whether the GPU has come to an event."""
    return ON_HOST or _library.cuEventQuery(ctypes.c_void_p(event)) == 0


def elapsed_time(begin: int, end: int) -> float:
    """Milliseconds between two events."""
    if ON_HOST:
        return 1000 * (_simulated_times[end] - _simulated_times[begin])
    result = ctypes.c_float(0)
    call("cuEventElapsedTime", ctypes.byref(result), ctypes.c_void_p(begin), ctypes.c_void_p(end))
    return result.value


_simulated_times: dict[int, float] = {}
_simulated_handles = itertools.count(1)


def _made(name: str, flags: int) -> int:
    if ON_HOST:
        return next(_simulated_handles)
    start()
    handle = ctypes.c_void_p()
    call(name, ctypes.byref(handle), flags)
    return handle.value


def synchronize() -> None:
    """Wait until the GPU has nothing left to do."""
    if not ON_HOST:
        start()
        call("cuCtxSynchronize")


# ---- What it is ----


def capability() -> tuple[int, int]:
    """The version of its instructions: (9, 0) for an H100."""
    return (9, 0) if ON_HOST else (_attribute(75), _attribute(76))


@functools.cache
def processors() -> int:
    """How many multiprocessors it has."""
    return 2 if ON_HOST else _attribute(16)


@functools.cache
def _attribute(number: int) -> int:
    start()
    value = ctypes.c_int(0)
    call("cuDeviceGetAttribute", ctypes.byref(value), number, 0)
    return value.value


def name() -> str:
    """The GPU's name."""
    if ON_HOST:
        return "Numba's CUDA simulator"
    start()
    text = ctypes.create_string_buffer(256)
    call("cuDeviceGetName", text, 256, 0)
    return text.value.decode()


# ---- Compiled code ----


def load(ptx: str, entry: str) -> int:
    """The handle of a kernel in PTX, which the driver translates for its GPU (and keeps in a cache of its own)."""
    start()
    version = ctypes.c_int(0)
    call("cuDriverGetVersion", ctypes.byref(version))
    module, function = ctypes.c_void_p(), ctypes.c_void_p()
    text = understood(ptx, version.value).encode()
    call("cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(text))
    call("cuModuleGetFunction", ctypes.byref(function), module, ctypes.c_char_p(entry.encode()))
    return function.value


def understood(ptx: str, version: int) -> str:
    """The same PTX, declared to be of a version that a driver of CUDA `version` (13010 for 13.1) knows.

    NVVM declares its own version, which may be newer than the driver, and uses nothing that was not in 7.8, the first
    with the H100.
    """
    major, minor = version // 1000, version % 1000 // 10
    known = (8, min(minor, 5)) if major == 12 else (major - 4, minor)
    declared = re.search(r"^\.version (\d+)\.(\d+)$", ptx, re.MULTILINE)
    if tuple(map(int, declared.groups())) <= known:
        return ptx
    return f"{ptx[: declared.start()]}.version {known[0]}.{known[1]}{ptx[declared.end() :]}"


launch = getattr(_library, "cuLaunchKernel", None)  # called without a wrapper: it is called most


@contextlib.contextmanager
def pretended(capability: tuple[int, int]):
    """A block in which Numba takes the GPU to be of this kind: it asks before it compiles a function that kernels call."""
    from numba.cuda import dispatcher

    before = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=capability)
    try:
        yield
    finally:
        dispatcher.get_current_device = before


def numba_version() -> str:
    """The version of what compiles kernels."""
    return getattr(cuda, "__version__", numba.__version__)
