"""Memory of other programs and libraries as tensors, without a copy. PyTorch: torch/csrc/utils/tensor_new.cpp, torch/utils/dlpack.py."""

import warnings

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.convert import numpy
from minitorch.ops.creation import requiring_grad
from minitorch.ops.devices import kernels_on
from minitorch.ops.transfer import from_cuda_array


def frombuffer(buffer, *, dtype: types.dtype, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """The memory of a buffer, from `offset` bytes on, as a vector of `count` elements, or as many as there are.

    Raises ValueError where that does not fit. PyTorch: torch.frombuffer.
    """
    try:
        size = memoryview(buffer).nbytes
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    step = dtype.itemsize
    if size == 0 or count == 0:
        raise ValueError(f"both buffer length ({size}) and count ({count}) must not be 0")
    if not 0 <= offset < size:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({size} bytes) minus 1"
        )
    if count < 0 and (size - offset) % step:
        raise ValueError(
            f"buffer length ({size - offset} bytes) after offset ({offset} bytes) must be a multiple of element size ({step})"
        )
    if offset + count * step > size:
        raise ValueError(
            f"requested buffer length ({count} * {step} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({size} bytes)"
        )
    array = np.frombuffer(buffer, dtype.numpy, max(count, -1), offset)
    if not array.flags.writeable:
        warnings.warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write "
            "to the underlying (supposedly non-writable) buffer using the tensor.",
            UserWarning,
            stacklevel=2,
        )
        array = array.copy()  # safer than PyTorch: a write cannot reach memory that forbids it
    result = wrap(array)
    return requiring_grad(result) if requires_grad else result


def from_dlpack(ext_tensor, *, device=None, copy: bool | None = None) -> Tensor:
    """Another library's array, or a capsule of one, without a copy unless asked for. PyTorch: torch.from_dlpack."""
    if type(ext_tensor).__name__ == "PyCapsule":
        ext_tensor = _Capsule(ext_tensor)
    elif not hasattr(ext_tensor, "__dlpack__"):
        raise RuntimeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might have "
            "already constructed a tensor from it once."
        )
    if hasattr(ext_tensor, "__cuda_array_interface__"):
        return from_cuda_array(ext_tensor)  # the same memory, by NVIDIA's protocol
    kernels_on(device)
    array = np.from_dlpack(ext_tensor)
    return wrap(array.copy() if copy else array)


class _Capsule:
    """A capsule as an object that gives it away, which is what NumPy takes."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **unused):
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0  # the CPU


def to_dlpack(input: Tensor, stream=None, **options):
    """The memory of a tensor for another library. Raises BufferError for one that requires a gradient. PyTorch: Tensor.__dlpack__."""
    if input.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if stream is not None:
        raise AssertionError("stream should be None on cpu.")
    return numpy(input).__dlpack__(**options)
