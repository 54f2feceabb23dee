"""NVIDIA's driver: memory, copies, streams, events, modules; the one import of numba-cuda. PyTorch: c10/cuda/CUDAFunctions.cpp.

Everything asked of the GPU while a program runs goes to the driver's own library, through ctypes: numba-cuda compiles
kernels and is out of the way afterwards. An address is an int. In Numba's simulator (NUMBA_ENABLE_CUDASIM=1) addresses
are the host's own, and so the same functions work.
"""

import ctypes
import functools
import threading
import warnings

import numpy as np

from minitorch.kernels import _gpu

_gpu.check()

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Numba's own, older numba.cuda advertises numba-cuda
    import numba
    from numba import cuda as cuda
    from numba import types as types

SIMULATED = _gpu.simulated()
_library = None if SIMULATED else _gpu.library()

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
        if not SIMULATED:
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
    if SIMULATED:
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
    if SIMULATED:
        del _simulated_memory[address]
    else:
        call("cuMemFree_v2", ctypes.c_uint64(address))


def memory_info() -> tuple[int, int]:
    """Free and total bytes of the GPU."""
    if SIMULATED:
        return 1 << 33, 1 << 33
    start()
    free, total = ctypes.c_size_t(0), ctypes.c_size_t(0)
    call("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
    return free.value, total.value


def to_device(address: int, host: np.ndarray) -> None:
    """Copy a contiguous host array to the GPU, in the order of the stream."""
    if SIMULATED:
        ctypes.memmove(address, host.ctypes.data, host.nbytes)
    else:
        call("cuMemcpyHtoDAsync_v2", ctypes.c_uint64(address), ctypes.c_void_p(host.ctypes.data),
             ctypes.c_size_t(host.nbytes), stream())


def to_host(host: np.ndarray, address: int, wait: bool = True) -> None:
    """Copy to a contiguous host array what the GPU will have there when it gets to it, and wait for that."""
    if SIMULATED:
        ctypes.memmove(host.ctypes.data, address, host.nbytes)
        return
    call("cuMemcpyDtoHAsync_v2", ctypes.c_void_p(host.ctypes.data), ctypes.c_uint64(address),
         ctypes.c_size_t(host.nbytes), stream())
    if wait:
        call("cuStreamSynchronize", stream())


def copy_bytes(target: int, source: int, size: int) -> None:
    """Copy within the GPU's memory."""
    if SIMULATED:
        ctypes.memmove(target, source, size)
    else:
        call("cuMemcpyDtoDAsync_v2", ctypes.c_uint64(target), ctypes.c_uint64(source), ctypes.c_size_t(size), stream())


def set_bytes(address: int, value: int, size: int) -> None:
    """Fill memory with one byte."""
    if SIMULATED:
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


def synchronize() -> None:
    """Wait until the GPU has nothing left to do."""
    if not SIMULATED:
        start()
        call("cuCtxSynchronize")


# ---- What it is ----


def capability() -> tuple[int, int]:
    """The version of its instructions: (9, 0) for an H100."""
    return (9, 0) if SIMULATED else (_attribute(75), _attribute(76))


@functools.cache
def processors() -> int:
    """How many multiprocessors it has."""
    return 2 if SIMULATED else _attribute(16)


@functools.cache
def _attribute(number: int) -> int:
    start()
    value = ctypes.c_int(0)
    call("cuDeviceGetAttribute", ctypes.byref(value), number, 0)
    return value.value


def name() -> str:
    """The GPU's name."""
    if SIMULATED:
        return "Numba's CUDA simulator"
    start()
    text = ctypes.create_string_buffer(256)
    call("cuDeviceGetName", text, 256, 0)
    return text.value.decode()


# ---- Compiled code ----


def load(ptx: str, entry: str) -> int:
    """The handle of a kernel in PTX, which the driver translates for its GPU (and keeps in a cache of its own)."""
    start()
    module, function = ctypes.c_void_p(), ctypes.c_void_p()
    call("cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(ptx.encode()))
    call("cuModuleGetFunction", ctypes.byref(function), module, ctypes.c_char_p(entry.encode()))
    return function.value


launch = getattr(_library, "cuLaunchKernel", None)  # called without a wrapper: it is called most


def numba_version() -> str:
    """The version of what compiles kernels."""
    return getattr(cuda, "__version__", numba.__version__)
