"""A Python number as an element. PyTorch: c10/core/Scalar.h, c10/util/TypeCast.h (checked_convert)."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.promotion import Number


def checked_number(value: Number, dtype: types.dtype) -> Number:
    """The number as `dtype` holds it. Raises RuntimeError in PyTorch's words where it is too large for it."""
    if isinstance(value, (int, np.integer)):
        check_int64(value)
    if dtype is types.bool:
        return bool(value)
    if dtype.is_floating_point:
        value = float(value)
        if np.isfinite(value) and abs(value) > types.finfo(dtype).max:
            _refuse(dtype)
        return value
    limits = types.iinfo(dtype)
    low = limits.min if dtype.is_signed else -limits.max  # -1 is 255 as uint8
    if not np.isfinite(value) or not low <= int(value) <= limits.max:
        _refuse(dtype)
    return int(value) & limits.max if dtype is types.uint8 else int(value)


def check_int64(value: int) -> None:
    """Raise ValueError in PyTorch's words for an integer that no tensor can hold."""
    if not -(2**63) <= value < 2**63:
        raise ValueError("Overflow when unpacking long long")


def number_like(input: Tensor, value: Number) -> Tensor:
    """A number as a tensor without dimensions, of the dtype of `input`."""
    return wrap(input.kernels.from_host(np.array(checked_number(value, input.dtype), input.array.dtype)))


def real_number(value: Number | complex, dtype: types.dtype) -> Number:
    """A number without an imaginary part. Raises RuntimeError for one that has it, and the dtype not."""
    if not isinstance(value, complex):
        return value
    if dtype is types.bool:
        return bool(value)
    if value.imag:
        _refuse(dtype)
    return value.real


def _refuse(dtype: types.dtype) -> None:
    raise RuntimeError(f"value cannot be converted to type {_C_NAME[dtype]} without overflow")


_C_NAME = {
    types.float16: "c10::Half",
    types.float32: "float",
    types.float64: "double",
    types.int64: "int64_t",
    types.int32: "int",
    types.int16: "int16_t",
    types.int8: "int8_t",
    types.uint8: "uint8_t",
}
