"""Triangles of matrices, and grids. PyTorch: aten/src/ATen/native/TriangularOps.cpp, TensorFactories.cpp, torch/functional.py."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.devices import kernels_on
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor


def tril(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """The lower triangle, zeros above. PyTorch: torch.tril."""
    check_tensor(input, "tril", "input", 1)
    if input.array.ndim < 2:
        raise RuntimeError("tril: input tensor must have at least 2 dimensions")
    result = input.masked_fill(_above(input, diagonal + 1), 0)
    return result if out is None else deliver(out, "tril", result, input, cast=False)


def triu(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """The upper triangle, zeros below. PyTorch: torch.triu."""
    check_tensor(input, "triu", "input", 1)
    if input.array.ndim < 2:
        raise RuntimeError("triu: input tensor must have at least 2 dimensions")
    result = input.masked_fill(~_above(input, diagonal), 0)
    return result if out is None else deliver(out, "triu", result, input, cast=False)


def _above(input: Tensor, diagonal: int) -> Tensor:
    """Which elements of a matrix lie on or above a diagonal."""
    kernels, (rows, columns) = input.kernels, input.array.shape[-2:]
    row, column = kernels.from_host(np.arange(rows)[:, None]), kernels.from_host(np.arange(columns) - diagonal)
    return wrap(kernels.le(row, column, dtype=np.dtype(np.int64)))


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype=types.int64, device=None, layout=None, pin_memory=False
) -> Tensor:
    """Row and column numbers of the lower triangle, row by row. Shape: (2, n). PyTorch: torch.tril_indices."""
    _check_triangle("tril_indices", row, col, dtype)
    return _positions(np.tri(row, col, offset, dtype=np.bool_), dtype, device)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype=types.int64, device=None, layout=None, pin_memory=False
) -> Tensor:
    """Row and column numbers of the upper triangle, row by row. Shape: (2, n). PyTorch: torch.triu_indices."""
    _check_triangle("triu_indices", row, col, dtype)
    return _positions(~np.tri(row, col, offset - 1, dtype=np.bool_), dtype, device)


def _positions(triangle: np.ndarray, dtype: types.dtype, device) -> Tensor:
    return wrap(kernels_on(device).from_host(np.stack(np.nonzero(triangle)).astype(dtype.numpy)))


def _check_triangle(function: str, row: int, col: int, dtype: types.dtype) -> None:
    for name, value in (("row", row), ("col", col)):
        if value < 0:
            raise RuntimeError(f"{name} must be non-negative, got{value}")
    if dtype not in (types.int64, types.int32):
        raise NotImplementedError(f"\"{function}\" not implemented for '{types.SCALAR_NAME[dtype]}'")


def meshgrid(*tensors: Tensor | list[Tensor] | tuple[Tensor, ...], indexing: str | None = None) -> tuple[Tensor, ...]:
    """Each line of coordinates repeated over all dimensions, as views; "xy" swaps the first two. PyTorch: torch.meshgrid."""
    lines = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)
    if not lines:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for position, each in enumerate(lines, 1):
        check_tensor(each, "meshgrid", "tensors", position)
        if each.array.ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {each}")
        if each.array.dtype != lines[0].array.dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    swap = indexing == "xy" and len(lines) >= 2
    if swap:
        lines[0], lines[1] = lines[1], lines[0]
    shape = [each.array.size for each in lines]
    grids = [
        each.view([-1 if axis == place else 1 for axis in range(len(lines))]).expand(shape)
        for place, each in enumerate(lines)
    ]
    if swap:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)
