"""NVIDIA's driver: memory, copies, launches, modules; the one import of numba-cuda. PyTorch: c10/cuda/CUDAFunctions.cpp.

Everything asked of the GPU while a program runs goes to the driver's own library, through ctypes: numba-cuda compiles
kernels and is out of the way afterwards. An address is an int. In Numba's simulator (NUMBA_ENABLE_CUDASIM=1) addresses
are the host's own, and so the same functions work.
"""

import contextlib
import ctypes
import functools
import os
import re
import threading
import warnings
from types import SimpleNamespace

import numpy as np

from minitorch.kernels import _gpu
from minitorch.kernels._gpu import OutOfMemoryError as OutOfMemoryError

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
library = None if ON_HOST else _gpu.library()

# What the driver says most often when something goes wrong, and PyTorch's words for it.
_OUT_OF_MEMORY = 2
_HELP = {
    2: "CUDA out of memory.",
    100: "No CUDA GPUs are available",
    222: "the driver is too old for the PTX of this NVVM",
    700: "CUDA error: an illegal memory access was encountered",
    719: "CUDA error: unspecified launch failure",
}


def call(name: str, *arguments) -> None:
    """Call the driver. Raises RuntimeError in PyTorch's words if it reports an error."""
    status = getattr(library, name)(*arguments)
    if status:
        raise error(name, status)


def error(name: str, status: int) -> RuntimeError:
    """The exception for an error that the driver reports."""
    if status == _OUT_OF_MEMORY:
        return OutOfMemoryError(_HELP[status])
    text = ctypes.c_char_p()
    library.cuGetErrorString(status, ctypes.byref(text))
    said = text.value.decode() if text.value else f"error {status}"
    result = RuntimeError(_HELP.get(status, f"CUDA error: {said}"))
    result.add_note(f"minitorch: {name} failed with error {status}: {said}")
    if status in (700, 719):
        result.add_note("minitorch: the GPU's context is lost: start the program anew. MINITORCH_LAUNCH_BLOCKING=1 names the kernel.")
    return result


@functools.cache
def _context() -> ctypes.c_void_p:
    """The first GPU's primary context, which PyTorch and Numba use too."""
    if _gpu.forked():
        raise RuntimeError(
            "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method"
        )
    device, result = ctypes.c_int(0), ctypes.c_void_p()
    call("cuInit", 0)
    call("cuDeviceGet", ctypes.byref(device), 0)
    call("cuDevicePrimaryCtxRetain", ctypes.byref(result), device)
    return result


class _Thread(threading.local):
    """What each thread has of its own; one that has not used the GPU before makes the context its own when it looks."""

    def __init__(self):
        if not ON_HOST:
            call("cuCtxSetCurrent", _context())
        self.stream = ctypes.c_void_p(0)  # the default stream, as PyTorch's


@functools.cache
def _thread() -> _Thread:
    """Made when the GPU is first used: importing this file touches it not."""
    return _Thread()


def start() -> None:
    """Make the GPU's context that of this thread."""
    _thread().stream  # noqa: B018


def started() -> bool:
    """Whether the GPU has been used."""
    return ON_HOST or _context.cache_info().currsize > 0


def _after_fork() -> None:
    """The parent's context is none of the child's: it finds out when it asks for one."""
    _thread.cache_clear()
    _context.cache_clear()
    _notes.clear()


if hasattr(os, "register_at_fork") and not ON_HOST:
    os.register_at_fork(after_in_child=_after_fork)


# ---- Memory ----


def allocate(size: int) -> int:
    """The address of new memory. Raises OutOfMemoryError."""
    if size >= 1 << 63 or (ON_HOST and size > memory_info()[1]):  # the driver would see the lower 64 bits
        raise OutOfMemoryError(_HELP[_OUT_OF_MEMORY])
    if ON_HOST:
        memory = np.full(size, 0xFF, np.uint8)  # NaN as a floating-point number: what is read too early shows
        _simulated_memory[memory.ctypes.data] = memory
        return memory.ctypes.data
    start()
    address = ctypes.c_uint64(0)
    with unrecorded():
        call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(size))
    return address.value


_simulated_memory: dict[int, np.ndarray] = {}


def release(address: int) -> None:
    """Return memory to the driver, which waits until the GPU has done with it."""
    if ON_HOST:
        del _simulated_memory[address]
    else:
        call("cuMemFree_v2", ctypes.c_uint64(address))


def allocate_pinned(size: int) -> int:
    """The address of memory of the host that the GPU reads and writes by itself. Raises OutOfMemoryError."""
    if ON_HOST:
        return allocate(size)
    start()
    address = ctypes.c_void_p()
    with unrecorded():
        call("cuMemHostAlloc", ctypes.byref(address), ctypes.c_size_t(size), 0)
    return address.value


def release_pinned(address: int) -> None:
    """Return pinned memory to the driver."""
    if ON_HOST:
        del _simulated_memory[address]
    else:
        call("cuMemFreeHost", ctypes.c_void_p(address))


_ON_HOST, _ON_DEVICE = 1, 2  # CU_MEMORYTYPE_HOST, CU_MEMORYTYPE_DEVICE


def is_pinned(address: int) -> bool:
    """Whether memory of the host is pinned, whoever did it."""
    return not ON_HOST and started() and _kind_of_memory(address) == _ON_HOST


def is_on_device(address: int) -> bool:
    """Whether an address is the GPU's."""
    return ON_HOST or _kind_of_memory(address) == _ON_DEVICE


def _kind_of_memory(address: int) -> int:
    start()
    kind = ctypes.c_uint(0)
    status = library.cuPointerGetAttribute(ctypes.byref(kind), 2, ctypes.c_uint64(address))  # CU_POINTER_ATTRIBUTE_MEMORY_TYPE
    return 0 if status else kind.value  # an error: memory that the driver has not heard of


def memory_info() -> tuple[int, int]:
    """Free and total bytes of the GPU."""
    if ON_HOST:
        return 1 << 33, 1 << 33
    start()
    free, total = ctypes.c_size_t(0), ctypes.c_size_t(0)
    call("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
    return free.value, total.value


def to_device(address: int, host: np.ndarray) -> None:
    """Copy a contiguous host array to the GPU, in the order of the stream.

    Where the array is not pinned, the driver has read it when this returns. Pinned, it must stay as it is until the
    stream has come here.
    """
    if ON_HOST:
        do(lambda: ctypes.memmove(address, host.ctypes.data, host.nbytes))
    else:
        call("cuMemcpyHtoDAsync_v2", ctypes.c_uint64(address), ctypes.c_void_p(host.ctypes.data),
             ctypes.c_size_t(host.nbytes), stream())


def to_host(host: np.ndarray, address: int, wait: bool = True) -> None:
    """Copy to a contiguous host array what the GPU will have there when it gets to it, and wait for that."""
    if ON_HOST:
        do(lambda: ctypes.memmove(host.ctypes.data, address, host.nbytes))
        if wait:
            _refuse_capture()
            tell()
        return
    call("cuMemcpyDtoHAsync_v2", ctypes.c_void_p(host.ctypes.data), ctypes.c_uint64(address),
         ctypes.c_size_t(host.nbytes), stream())
    if wait:
        call("cuStreamSynchronize", stream())
        tell()


def copy_bytes(target: int, source: int, size: int) -> None:
    """Copy within the GPU's memory."""
    if ON_HOST:
        do(lambda: ctypes.memmove(target, source, size))
    else:
        call("cuMemcpyDtoDAsync_v2", ctypes.c_uint64(target), ctypes.c_uint64(source), ctypes.c_size_t(size), stream())


def set_bytes(address: int, value: int, size: int) -> None:
    """Fill memory with one byte."""
    if ON_HOST:
        do(lambda: ctypes.memset(address, value, size))
    else:
        call("cuMemsetD8Async", ctypes.c_uint64(address), ctypes.c_ubyte(value), ctypes.c_size_t(size), stream())


# ---- Streams ----


def stream() -> ctypes.c_void_p:
    """The stream that this thread's work is given to."""
    return _thread().stream


def use_stream(handle: int) -> int:
    """Give this thread's work to another stream from now on; returns the one before."""
    thread = _thread()
    before, thread.stream = thread.stream.value or 0, ctypes.c_void_p(handle)
    return before


def wait_for_stream(handle: int) -> None:
    """Wait until the work of a stream is done."""
    if ON_HOST:
        _refuse_capture()
    else:
        start()
        call("cuStreamSynchronize", ctypes.c_void_p(handle))
    tell()


def synchronize() -> None:
    """Wait until the GPU has nothing left to do."""
    if ON_HOST:
        _refuse_capture()
    else:
        start()
        call("cuCtxSynchronize")
    tell()


# ---- What kernels find wrong with a user's numbers: they cannot raise, and to look first the CPU would have to wait ----

_notes: dict[str, ctypes.c_int64] = {}
_NOTHING = -0x6E6F7468696E67  # one word is read whole at any time; no number that a user gives


def note(text: str) -> int:
    """The address of an int64 of the host's, to which a kernel writes the number that goes into the text.

    The text is the IndexError that follows when Python next waits for the GPU. PyTorch: c10/cuda/CUDADeviceAssertionHost.cpp.
    """
    if text not in _notes:
        _notes[text] = ctypes.c_int64.from_address(allocate_pinned(8))
        _notes[text].value = _NOTHING
    return ctypes.addressof(_notes[text])


def tell() -> None:
    """Raise IndexError if a kernel left a note. It is told once, and the GPU goes on."""
    for text, note in _notes.items():
        number = note.value
        if number != _NOTHING:
            note.value = _NOTHING
            result = IndexError(text.format(number))
            result.add_note("minitorch: found on the GPU some time before. MINITORCH_LAUNCH_BLOCKING=1 names the place.")
            raise result


# ---- Captures: work that a stream records instead of doing it ----


class Capture:
    """What is being recorded: of which thread, from which pool its memory comes, and what must stay alive for it."""

    def __init__(self, stream: int, pool: object):
        self.stream, self.pool = stream, pool
        self.thread = threading.get_ident()
        self.kept: list = []
        self.origins: dict = {}  # of random numbers, see random.py: by the id of a generator's state
        self.actions: list = []  # in place of the driver's, on the host


capture: Capture | None = None  # one at a time in a process, as PyTorch has it; see _streams.py
RELAXED = 2  # CU_STREAM_CAPTURE_MODE_RELAXED


def recording() -> Capture | None:
    """What this thread is recording."""
    return capture if capture is not None and capture.thread == threading.get_ident() else None


@contextlib.contextmanager
def unrecorded():
    """A block whose calls a capture, if there is one, neither records nor takes for a mistake."""
    global capture
    if capture is None:
        yield
        return
    before, mine = capture, recording()
    mode = ctypes.c_int(RELAXED)
    if mine:
        capture = None
    if not ON_HOST:
        call("cuThreadExchangeStreamCaptureMode", ctypes.byref(mode))
    try:
        yield
    finally:
        if not ON_HOST:
            call("cuThreadExchangeStreamCaptureMode", ctypes.byref(mode))
        if mine:
            capture = before


def do(action) -> None:
    """On the host: now, or when what is being recorded is run."""
    if capture is None:
        action()
    else:
        capture.actions.append(action)


def _refuse_capture() -> None:
    if capture is not None:
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing")


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


def driver_version() -> int:
    """The version of CUDA that the driver speaks: 12040 for 12.4; 0 without one."""
    version = ctypes.c_int(0)
    if not ON_HOST:
        call("cuDriverGetVersion", ctypes.byref(version))
    return version.value


# ---- Compiled code ----


def load(ptx: str, entry: str) -> int:
    """The handle of a kernel in PTX, which the driver translates for its GPU (and keeps in a cache of its own)."""
    start()
    module, function = ctypes.c_void_p(), ctypes.c_void_p()
    text = understood(ptx, driver_version()).encode()
    with unrecorded():
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


launch = getattr(library, "cuLaunchKernel", None)  # called without a wrapper: it is called most


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
