"""What the operations on matrices share: checks, and the memory order of LAPACK. PyTorch: ATen/native/LinearAlgebraUtils.h."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, contiguous_strides, wrap
from minitorch.ops.devices import on_host
from minitorch.ops.promotion import check_tensor


class _LinAlgError(RuntimeError):
    """A matrix that has no inverse, or no such decomposition."""


LinAlgError = _LinAlgError  # PyTorch: torch.linalg.LinAlgError, which has this name too


def check_matrix(A: Tensor, function: str, name: str = "A") -> None:
    """Raise RuntimeError in PyTorch's words unless it has two dimensions or more, and floating-point elements."""
    check_tensor(A, function, name, 1)
    if A.array.ndim < 2:
        raise RuntimeError(f"{function}: The input tensor {name} must have at least 2 dimensions.")
    check_floating(A, function)


def check_floating(A: Tensor, function: str) -> None:
    """Raise RuntimeError in PyTorch's words for integers."""
    if A.array.dtype.kind != "f":
        raise RuntimeError(
            f"{function}: Expected a floating point or complex tensor as input. Got {types.SCALAR_NAME[A.dtype]}"
        )
    if A.array.dtype.itemsize < 4:
        raise RuntimeError(f"{function}: Low precision dtypes not supported. Got {types.SCALAR_NAME[A.dtype]}")


def check_square(A: Tensor, function: str, name: str = "A") -> None:
    """check_matrix, and RuntimeError for matrices that are not square."""
    check_tensor(A, function, name, 1)
    if A.array.ndim < 2:
        raise RuntimeError(f"{function}: The input tensor {name} must have at least 2 dimensions.")
    rows, columns = A.array.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"{function}: {name} must be batches of square matrices, but they are {rows} by {columns} matrices"
        )
    check_floating(A, function)


def by_columns(array: np.ndarray) -> Tensor:
    """The matrices with each column in one piece, as LAPACK leaves them."""
    fresh = wrap(_row_by_row(array.swapaxes(-2, -1)))
    order = (*range(array.ndim - 2), array.ndim - 1, array.ndim - 2)
    result = fresh.permute(order).detach()
    result._stride = (*contiguous_strides(array.shape)[:-2], 1, max(array.shape[-2], 1))
    return result


def by_rows(array: np.ndarray) -> Tensor:
    """The matrices row by row."""
    return wrap(_row_by_row(array))


def _row_by_row(array: np.ndarray) -> np.ndarray:
    return array if array.flags.c_contiguous else array.copy()


def first_failure(info: Tensor) -> tuple[str, int] | None:
    """For an error text: which matrix of the batch failed first, and where. None where none did."""
    info = on_host(info)
    if not info.any():
        return None
    if info.ndim == 0:
        return "", int(info)
    place = int(np.flatnonzero(info)[0])
    return f"(Batch element {place}): ", int(info.reshape(-1)[place])
