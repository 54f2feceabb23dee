"""Memory of other programs as tensors, without a copy. PyTorch: torch/csrc/utils/tensor_new.cpp. See dlpack.py."""

import warnings

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.creation import requiring_grad


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
