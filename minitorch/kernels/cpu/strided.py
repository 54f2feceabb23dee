"""Windows onto memory: the one kernel under every view, and its derivative. PyTorch: as_strided, as_strided_backward."""

import numpy as np

from minitorch.kernels.cpu.memory import zeros

Geometry = tuple[tuple[int, ...], tuple[int, ...], int]  # sizes, strides and offset, in elements


def window(memory: np.ndarray, dtype: np.dtype, shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> np.ndarray:
    """A window onto the bytes `memory`; the caller has checked that it stays inside."""
    itemsize = dtype.itemsize
    if 0 in shape:
        return np.empty(shape, dtype)
    return np.ndarray(shape, dtype, memory, offset * itemsize, tuple([step * itemsize for step in stride]))


def window_sum(grad: np.ndarray, base: Geometry, view: Geometry) -> np.ndarray:
    """For every element of the base, the sum of the elements of `grad`, a tensor on the view, that stand on it."""
    base_shape, base_stride, base_offset = base
    view_shape, view_stride, view_offset = view
    positions = _positions(base_shape, base_stride, base_offset).reshape(-1)
    shown = _positions(view_shape, view_stride, view_offset).reshape(-1)
    reach = 1 + max(positions.max(initial=0), shown.max(initial=0))
    total = zeros((int(reach),), grad.dtype)
    np.add.at(total, shown, grad.reshape(-1))
    result = total[positions].reshape(base_shape)
    repeated = np.bincount(positions, minlength=1)[positions] if positions.size else positions
    if repeated.size and repeated.max() > 1:  # the base itself shows an element several times: they share its gradient
        result = result / repeated.reshape(base_shape).astype(grad.dtype)
    return result.astype(grad.dtype, copy=False)


def _positions(shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> np.ndarray:
    result = np.full(shape, offset, np.int64)
    for axis, (size, step) in enumerate(zip(shape, stride)):
        result += (np.arange(size) * step).reshape((size,) + (1,) * (len(shape) - axis - 1))
    return result
