"""Memory shared with other libraries, without a copy. PyTorch: torch/utils/dlpack.py, aten/src/ATen/DLConvert.cpp.

A capsule holds a C struct with the owner's "deleter", which the receiver calls. NumPy makes and takes them in C, holds
what it must, and calls deleters at the right time with Python's lock: so it does that for memory of the GPU too, which it
never looks at. The struct says "GPU" to everyone else, and "CPU" while NumPy reads it.
"""

import contextlib
import ctypes
import enum

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.kernels import _gpu
from minitorch.ops.convert import clone, numpy, to
from minitorch.ops.devices import kernels_on
from minitorch.ops.transfer import is_pinned


class DLDeviceType(enum.IntEnum):
    """Where memory is. PyTorch: torch.utils.dlpack.DLDeviceType."""

    kDLCPU = 1
    kDLCUDA = 2
    kDLCUDAHost = 3
    kDLOpenCL = 4
    kDLVulkan = 7
    kDLMetal = 8
    kDLVPI = 9
    kDLROCM = 10
    kDLROCMHost = 11
    kDLExtDev = 12
    kDLCUDAManaged = 13
    kDLOneAPI = 14
    kDLWebGPU = 15
    kDLHexagon = 16
    kDLMAIA = 17


def dlpack_device(input: Tensor) -> tuple[DLDeviceType, int]:
    """Where the memory is. PyTorch: Tensor.__dlpack_device__."""
    if input.is_cuda:
        return DLDeviceType.kDLCUDA, 0
    return (DLDeviceType.kDLCUDAHost if is_pinned(input) else DLDeviceType.kDLCPU), 0


def to_dlpack(
    input: Tensor,
    *,
    stream: int | None = -1,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
):
    """The memory of a tensor as a capsule for another library, which is used once.

    `stream`: who reads it there, by the driver's handle; that stream waits for ours. None and 1 mean the default one, -1
    nobody. Raises BufferError for a tensor that requires a gradient. PyTorch: Tensor.__dlpack__.
    """
    if input.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if stream is not None and type(stream) is not int:
        raise TypeError("stream must be ``int`` or ``none``")
    if input.is_cuda:
        _let_wait(stream)
    elif stream not in (None, -1):
        raise AssertionError("stream should be None on cpu.")
    here = dlpack_device(input)
    if dl_device is not None and tuple(dl_device) != here:
        if copy is False:
            raise ValueError(f"cannot move {here} tensor to {tuple(dl_device)} without copying")
        input, copy = to(input, "cuda" if dl_device[0] == DLDeviceType.kDLCUDA else "cpu"), None
        here = dlpack_device(input)
    input = clone(input) if copy else input
    host = _as_numpy(input.array, input.array.address) if input.is_cuda else numpy(input)
    versioned = max_version is not None and max_version[0] >= 1 and _NUMPY_HAS_VERSIONS
    capsule = host.__dlpack__(max_version=(1, 0)) if versioned else host.__dlpack__()
    if here[0] != DLDeviceType.kDLCPU:
        _device_of(capsule).type = here[0]
    return capsule


_NUMPY_HAS_VERSIONS = tuple(map(int, np.__version__.split(".")[:2])) >= (2, 1)


def _let_wait(stream: int | None) -> None:
    """The stream of whoever takes the capsule waits for ours."""
    from minitorch.kernels.cuda import _driver, _streams

    if stream == -1:
        return
    if stream == 2:
        raise BufferError("per-thread default stream is not supported.")
    if stream == 0:
        raise AssertionError(f"unsupported stream on CUDA: {stream}.")
    _streams.wait(0 if stream in (None, 1) else stream, _driver.stream().value or 0)


class _Owner:
    """Memory as NumPy takes it: an address, a layout, and who keeps it in use."""

    def __init__(self, array, address: int):
        self.array = array
        self.__array_interface__ = {
            "data": (address, False), "shape": array.shape, "strides": array.strides, "typestr": array.dtype.str, "version": 3,
        }  # fmt: skip


def _as_numpy(array, address: int) -> np.ndarray:
    """An array at that address, which may be written to. On the GPU it must not be looked into."""
    return np.asarray(_Owner(array, address))


# ---- The struct ----


class _Device(ctypes.Structure):
    """DLDevice: `type` is a DLDeviceType."""

    _fields_ = (("type", ctypes.c_int32), ("index", ctypes.c_int32))


class _Tensor(ctypes.Structure):
    """The beginning of DLTensor, which begins DLManagedTensor."""

    _fields_ = (("data", ctypes.c_void_p), ("device", _Device))


class _Versioned(ctypes.Structure):
    """DLManagedTensorVersioned, up to the DLTensor's device."""

    _fields_ = (
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _Tensor),
    )


_name_of, _address_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
_name_of.restype, _name_of.argtypes = ctypes.c_char_p, (ctypes.py_object,)
_address_of.restype, _address_of.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
_NEWEST = 1  # of the struct's layout, as the field `major` counts


def _device_of(capsule) -> _Device:
    """The field of a capsule's struct that says where the memory is. Raises RuntimeError for a capsule that was used."""
    name = _name_of(capsule)
    if name == b"dltensor":
        return _Tensor.from_address(_address_of(capsule, name)).device
    if name == b"dltensor_versioned":
        versioned = _Versioned.from_address(_address_of(capsule, name))
        if versioned.major > _NEWEST:
            raise RuntimeError(f"Unsupported DLPack capsule major version. Expected <= {_NEWEST}, but got {versioned.major}.")
        return versioned.tensor.device
    raise RuntimeError(_INVALID)


_INVALID = (
    "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might have already "
    "constructed a tensor from it once."
)


# ---- From another library ----


def from_dlpack(ext_tensor, *, device=None, copy: bool | None = None) -> Tensor:
    """Another library's array, or a capsule of one, without a copy unless asked for. PyTorch: torch.from_dlpack."""
    if not hasattr(ext_tensor, "__dlpack__"):
        if device is not None or copy is not None:
            raise AssertionError("device and copy kwargs not supported when ext_tensor is already a DLPack capsule.")
        return _taken(ext_tensor)
    place = tuple(ext_tensor.__dlpack_device__())
    target = None if device is None else types.device(device)
    if target is not None:
        kernels_on(target)
        moves = (target.type == "cuda") != (place[0] == DLDeviceType.kDLCUDA)
        if moves and copy is False:
            goal = (DLDeviceType.kDLCUDA if target.type == "cuda" else DLDeviceType.kDLCPU, 0)
            raise ValueError(
                f"cannot move DLPack tensor from device {place} to {goal} without copying. Set copy=None or copy=True."
            )
    options = {}
    if place[0] == DLDeviceType.kDLCUDA:
        _gpu.check()
        from minitorch.kernels.cuda import _driver

        options["stream"] = _driver.stream().value or 1
    result = _taken(_offered(ext_tensor, options))
    if target is not None and moves:
        return to(result, target)
    return clone(result) if copy else result


def _offered(other, options: dict):
    """The capsule of an object: of the versioned kind where it and NumPy know that."""
    if not _NUMPY_HAS_VERSIONS:
        return other.__dlpack__(**options)
    try:
        return other.__dlpack__(max_version=(1, 0), **options)
    except TypeError:
        return other.__dlpack__(**options)


def _taken(capsule) -> Tensor:
    """The tensor of a capsule; from now on the capsule is used."""
    if type(capsule).__name__ != "PyCapsule":
        raise RuntimeError(_INVALID)
    device = _device_of(capsule)
    if device.type != DLDeviceType.kDLCUDA:
        return wrap(_writable(_by_numpy(capsule), _name_of(capsule)))
    if device.index != 0:
        raise BufferError(f"minitorch uses one GPU, and the capsule is of number {device.index}")
    kernels = kernels_on("cuda")
    with _called_cpu(device):
        host = _by_numpy(capsule)
    return wrap(kernels.at_address(host.ctypes.data, host.shape, host.dtype, host.strides, host))


@contextlib.contextmanager
def _called_cpu(device: _Device):
    """The struct says "CPU" while NumPy reads it. Then it is NumPy's, or, where NumPy refuses it, still the capsule's."""
    before, device.type = device.type, DLDeviceType.kDLCPU
    try:
        yield
    except MemoryError:  # NumPy had it, and has let its owner free it
        raise
    except BaseException:
        device.type = before
        raise
    device.type = before


def _by_numpy(capsule) -> np.ndarray:
    return np.from_dlpack(_Capsule(capsule))


def _writable(array: np.ndarray, name: bytes) -> np.ndarray:
    """Capsules without a version do not say whether one may write: PyTorch does. A newer one says it: then a copy is safer."""
    if array.flags.writeable:
        return array
    return _as_numpy(array, array.ctypes.data) if name == b"used_dltensor" else array.copy()


class _Capsule:
    """A capsule as an object that gives it away, which is what NumPy takes."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **unused):
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0  # the CPU
