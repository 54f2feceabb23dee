"""Comparisons and logic. PyTorch: aten/src/ATen/native/BinaryOps.cpp, TensorCompare.cpp."""

import math

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.out import deliver
from minitorch.ops.pointwise import prepare
from minitorch.ops.promotion import Number, array_of, check_tensor

# These have no derivative, so there is no Function below them.


def eq(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input == other, as bool. PyTorch: torch.eq."""
    input, other, dtype = prepare("eq", input, other)
    result = wrap(input.kernels.eq(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "eq", result, input)


def ne(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input != other, as bool. PyTorch: torch.ne."""
    input, other, dtype = prepare("ne", input, other)
    result = wrap(input.kernels.ne(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "ne", result, input)


def lt(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input < other, as bool. PyTorch: torch.lt."""
    input, other, dtype = prepare("lt", input, other)
    result = wrap(input.kernels.lt(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "lt", result, input)


def le(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input <= other, as bool. PyTorch: torch.le."""
    input, other, dtype = prepare("le", input, other)
    result = wrap(input.kernels.le(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "le", result, input)


def gt(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input > other, as bool. PyTorch: torch.gt."""
    input, other, dtype = prepare("gt", input, other)
    result = wrap(input.kernels.gt(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "gt", result, input)


def ge(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input >= other, as bool. PyTorch: torch.ge."""
    input, other, dtype = prepare("ge", input, other)
    result = wrap(input.kernels.ge(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "ge", result, input)


def logical_and(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Whether both are true (not zero). PyTorch: torch.logical_and."""
    check_tensor(other, "logical_and", "other", 2)
    input, other, dtype = prepare("logical_and", input, other)
    result = wrap(input.kernels.logical_and(input.array, other.array, dtype=dtype))
    return result if out is None else deliver(out, "logical_and", result, input, other)


def logical_or(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Whether one is true (not zero). PyTorch: torch.logical_or."""
    check_tensor(other, "logical_or", "other", 2)
    input, other, dtype = prepare("logical_or", input, other)
    result = wrap(input.kernels.logical_or(input.array, other.array, dtype=dtype))
    return result if out is None else deliver(out, "logical_or", result, input, other)


def logical_xor(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Whether exactly one is true (not zero). PyTorch: torch.logical_xor."""
    check_tensor(other, "logical_xor", "other", 2)
    input, other, dtype = prepare("logical_xor", input, other)
    result = wrap(input.kernels.logical_xor(input.array, other.array, dtype=dtype))
    return result if out is None else deliver(out, "logical_xor", result, input, other)


def logical_not(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Whether input is zero. PyTorch: torch.logical_not."""
    check_tensor(input, "logical_not", "input", 1)
    result = wrap(input.kernels.logical_not(input.array, dtype=input.array.dtype))
    return result if out is None else deliver(out, "logical_not", result, input)


def bitwise_and(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits set in both; for bool, and. PyTorch: torch.bitwise_and."""
    input, other, dtype = bits("bitwise_and", input, other)
    kernel = input.kernels.logical_and if dtype.kind == "b" else input.kernels.bitwise_and
    result = wrap(kernel(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "bitwise_and", result, input)


def bitwise_or(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits set in either; for bool, or. PyTorch: torch.bitwise_or."""
    input, other, dtype = bits("bitwise_or", input, other)
    kernel = input.kernels.logical_or if dtype.kind == "b" else input.kernels.bitwise_or
    result = wrap(kernel(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "bitwise_or", result, input)


def bitwise_xor(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits set in one of them; for bool, xor. PyTorch: torch.bitwise_xor."""
    input, other, dtype = bits("bitwise_xor", input, other)
    kernel = input.kernels.logical_xor if dtype.kind == "b" else input.kernels.bitwise_xor
    result = wrap(kernel(input.array, array_of(other), dtype=dtype))
    return result if out is None else deliver(out, "bitwise_xor", result, input)


def bitwise_not(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Every bit turned; for bool, not. PyTorch: torch.bitwise_not."""
    check_tensor(input, "bitwise_not", "input", 1)
    dtype = input.array.dtype
    if dtype.kind == "f":
        raise NotImplementedError(f"\"bitwise_not_cpu\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
    kernel = input.kernels.logical_not if dtype.kind == "b" else input.kernels.bitwise_not
    result = wrap(kernel(input.array, dtype=dtype))
    return result if out is None else deliver(out, "bitwise_not", result, input, cast=False)


def bits(function: str, input: Tensor, other: Tensor | Number):
    """Two operands of a bitwise operation, and the dtype. Raises NotImplementedError for floating-point numbers."""
    input, other, dtype = prepare(function, input, other)
    if dtype.kind == "f":
        name = types.SCALAR_NAME[types.of_numpy(dtype)]
        raise NotImplementedError(f"\"{function}_cpu\" not implemented for '{name}'")
    return input, other, dtype


def isnan(input: Tensor) -> Tensor:
    """Whether each element is not a number. PyTorch: torch.isnan."""
    check_tensor(input, "isnan", "input", 1)
    return wrap(input.kernels.isnan(input.array, dtype=input.array.dtype))


def isinf(input: Tensor) -> Tensor:
    """Whether each element is infinite. PyTorch: torch.isinf."""
    check_tensor(input, "isinf", "input", 1)
    if input.array.dtype.kind != "f":
        return wrap(input.kernels.zeros(input.array.shape, np.bool_))
    return wrap(input.kernels.isinf(input.array, dtype=input.array.dtype))


def isfinite(input: Tensor) -> Tensor:
    """Whether each element is neither infinite nor NaN. PyTorch: torch.isfinite."""
    check_tensor(input, "isfinite", "input", 1)
    if input.array.dtype.kind != "f":
        return wrap(input.kernels.from_host(np.ones(input.array.shape, np.bool_)))
    return wrap(input.kernels.isfinite(input.array, dtype=input.array.dtype))


def isposinf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Whether each element is infinite and above zero. PyTorch: torch.isposinf."""
    check_tensor(input, "isposinf", "input", 1)
    result = eq(input, math.inf) if input.array.dtype.kind == "f" else isinf(input)
    return result if out is None else deliver(out, "isposinf", result, input, cast=False)


def isneginf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Whether each element is infinite and below zero. PyTorch: torch.isneginf."""
    check_tensor(input, "isneginf", "input", 1)
    result = eq(input, -math.inf) if input.array.dtype.kind == "f" else isinf(input)
    return result if out is None else deliver(out, "isneginf", result, input, cast=False)


def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Whether |input - other| <= atol + rtol * |other|. PyTorch: torch.isclose."""
    check_tensor(input, "isclose", "input", 1)
    check_tensor(other, "isclose", "other", 2)
    if input.dtype is not other.dtype:
        first, second = types.SCALAR_NAME[input.dtype], types.SCALAR_NAME[other.dtype]
        raise RuntimeError(f"{first} did not match {second}")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value:g}")
    close = eq(input, other)
    if input.array.dtype.kind == "f" and equal_nan:
        close = bitwise_or(close, bitwise_and(isnan(input), isnan(other)))
    if rtol == 0 and atol == 0:
        return close
    wide = input.detach() if input.array.dtype.kind == "f" else input.to(types.get_default_dtype())
    other = other.detach() if other.array.dtype.kind == "f" else other.to(types.get_default_dtype())
    allowed = atol + (rtol * other).abs()
    actual = (wide - other).abs()
    return bitwise_or(close, bitwise_and(isfinite(actual), le(actual, allowed)))


def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements are close. PyTorch: torch.allclose."""
    return bool(isclose(input, other, rtol, atol, equal_nan).all().item())


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether both have the same shape and elements. PyTorch: torch.equal."""
    check_tensor(input, "equal", "input", 1)
    check_tensor(other, "equal", "other", 2)
    return input.array.shape == other.array.shape and bool(eq(input, other).all().item())
