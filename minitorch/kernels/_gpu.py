"""Whether there is a GPU, asked of NVIDIA's driver alone. PyTorch: torch/cuda/__init__.py (_lazy_init), c10/cuda/CUDAFunctions.cpp.

Importing numba-cuda takes most of a second: a script that only asks `cuda.is_available()` need not wait for it.
"""

import ctypes
import functools
import importlib.util
import os
import sys

# The oldest driver whose CUDA has what the runtime calls: 12.0, NVIDIA's 525.
OLDEST = 12000

_HOW_TO_INSTALL = "its packages are missing: pip install 'minitorch[cuda]'"


class OutOfMemoryError(RuntimeError):
    """The GPU's memory is full. PyTorch: torch.OutOfMemoryError."""


OutOfMemoryError.__module__ = "torch"


def simulated() -> bool:
    """Whether Numba's simulator stands in for a GPU: NUMBA_ENABLE_CUDASIM=1."""
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


def compiled_only() -> bool:
    """Whether kernels are compiled and not run, as the tests do: MINITORCH_CUDA=compile."""
    return os.environ.get("MINITORCH_CUDA") == "compile"


@functools.cache
def library() -> ctypes.CDLL | None:
    """NVIDIA's driver; None where it is not installed or does not start."""
    names = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1", "libcuda.so")
    for name in names:
        try:
            found = ctypes.CDLL(name)
            found.cuDriverGetVersion  # noqa: B018
            return found
        except (OSError, AttributeError):  # something else of that name has no such function
            continue
    return None


@functools.cache
def why_not() -> str | None:
    """What keeps the GPU from being used, as the help of an error; None where it can be."""
    if simulated() or compiled_only():
        return None
    if library() is None:
        return "no NVIDIA driver was found on this machine"
    if _version() < OLDEST:
        return f"the driver is too old: it offers CUDA {_version() // 1000}.{_version() % 1000 // 10}, and 12.0 is needed"
    status, number = _started()
    if status not in (0, _NO_DEVICE):
        return f"the driver does not start: error {status}, {_words(status)}"
    if number == 0:
        return "the driver finds no GPU"
    if importlib.util.find_spec("numba_cuda") is None:
        return _HOW_TO_INSTALL
    return None


def check() -> None:
    """Raise one clear error, in PyTorch's words, where there is no GPU to use. PyTorch: torch.cuda._lazy_init."""
    reason = why_not()
    if reason is None:
        return
    if library() is not None and _version() < OLDEST:
        error: Exception = RuntimeError(
            f"The NVIDIA driver on your system is too old (found version {_version()}). Please update your GPU driver by "
            "downloading and installing a new version from the URL: http://www.nvidia.com/Download/index.aspx"
        )
    elif library() is not None and _started()[0] not in (0, _NO_DEVICE):
        error = RuntimeError(
            "Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might "
            f"have already set an error? Error {_started()[0]}: {_words(_started()[0])}"
        )
    elif library() is not None and _started()[1] == 0:
        error = RuntimeError("No CUDA GPUs are available")
    else:  # as a PyTorch without CUDA, which is what a machine without a driver has
        error = AssertionError("Torch not compiled with CUDA enabled")
    error.add_note(f"minitorch: {reason}")
    raise error


def in_use() -> bool:
    """Whether the GPU's kernels have been imported: for questions that should not start it."""
    return "minitorch.kernels.cuda.memory" in sys.modules


def recording() -> bool:
    """Whether this thread's work is being recorded in a graph."""
    driver = sys.modules.get("minitorch.kernels.cuda._driver")
    return driver is not None and driver.recording() is not None


def count() -> int:
    """How many GPUs can be used; never raises."""
    if simulated() or compiled_only():
        return 1
    return 0 if why_not() else _started()[1]


def _version() -> int:
    """The version of CUDA that the driver speaks: 12040 for 12.4."""
    version = ctypes.c_int(0)
    library().cuDriverGetVersion(ctypes.byref(version))
    return version.value


_forked = False


def forked() -> bool:
    """Whether this process came from one that had started the driver: then it cannot use the GPU."""
    return _forked


def _after_fork() -> None:
    global _forked
    _forked = _forked or _started.cache_info().currsize > 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


_NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE


@functools.cache
def _started() -> tuple[int, int]:
    """The error with which the driver starts, 0 if none, and how many GPUs it finds."""
    number = ctypes.c_int(0)
    status = library().cuInit(0) or library().cuDeviceGetCount(ctypes.byref(number))
    return status, 0 if status else number.value


def _words(status: int) -> str:
    text = ctypes.c_char_p()
    library().cuGetErrorString(status, ctypes.byref(text))
    return text.value.decode() if text.value else "unknown error"
