"""Windows onto memory: the one kernel under every view, and its derivative. PyTorch: as_strided, as_strided_backward."""

import numpy as np

from minitorch.kernels.cpu.strided import Geometry as Geometry
from minitorch.kernels.cuda import reduce
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty, zeros
from minitorch.kernels.cuda.pointwise import add, contiguous, div, maximum


def window(memory: DeviceArray, dtype: np.dtype, shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> DeviceArray:
    """A window onto the bytes `memory`; the caller has checked that it stays inside. ValueError for 2**63 bytes, as NumPy."""
    if 0 in shape:
        return empty(shape, dtype)
    itemsize = dtype.itemsize
    result = memory.window(shape, tuple([step * itemsize for step in stride]), offset * itemsize, dtype)
    if result.size * itemsize >> 63:
        raise ValueError("array is too big")
    return result


def at_address(
    address: int, shape: tuple[int, ...], dtype: np.dtype, strides: tuple[int, ...] | None, owner: object
) -> DeviceArray:
    """Memory of somebody else, whom the array keeps alive."""
    return DeviceArray(address, shape, dtype, owner, strides)


def line_of_bytes(array: DeviceArray) -> DeviceArray:
    """The memory from the first element of an array with gaps to its last, as uint8."""
    return array.window((array.reach * array.itemsize,), None, 0, np.dtype(np.uint8))


def window_sum(grad: DeviceArray, target: Geometry, source: Geometry, base: Geometry) -> DeviceArray:
    """For every element of `target`, the sum of the elements of `grad`, a tensor on `source`, that stand on it.

    Where `base` (one of the two) shows an element several times, those share it.
    """
    total = zeros((max(_reach(each) for each in (target, source, base)),), grad.dtype)
    _add_windows(total, grad, source)
    if len(_apart(*base[:2])) < len(base[0]) and 0 not in base[0]:
        ones, repeated = empty(base[0], grad.dtype), zeros(total.shape, grad.dtype)
        ones.fill(1)
        _add_windows(repeated, ones, base)
        total = div(total, maximum(repeated, 1, dtype=grad.dtype), dtype=grad.dtype)
    return contiguous(_part(total, *target)).reshape(target[0])


def _reach(geometry: Geometry) -> int:
    shape, stride, offset = geometry
    return 0 if 0 in shape else 1 + offset + sum([(size - 1) * step for size, step in zip(shape, stride)])


def _part(line: DeviceArray, shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> DeviceArray:
    return window(line.view(np.uint8), line.dtype, shape, stride, offset)


def _add_windows(total: DeviceArray, grad: DeviceArray, geometry: Geometry) -> None:
    """Add every element of `grad` to the line `total` where it stands, those that share a place one after the other."""
    if grad.size == 0:
        return
    shape, stride, offset = geometry
    repeated = tuple([axis for axis, step in enumerate(stride) if step == 0])
    if repeated:
        grad = reduce.sum(grad, repeated, False, grad.dtype)
        shape, stride = (tuple([each for each, step in zip(line, stride) if step]) for line in (shape, stride))
    apart = _apart(shape, stride)
    shown = tuple([shape[axis] for axis in apart]), tuple([stride[axis] for axis in apart])
    others = [axis for axis in range(len(shape)) if axis not in apart]
    for place in np.ndindex(*[shape[axis] for axis in others]):
        key: list = [slice(None)] * len(shape)
        for axis, at in zip(others, place):
            key[axis] = at
        part = _part(total, *shown, offset + sum([stride[axis] * at for axis, at in zip(others, place)]))
        add(part, grad[tuple(key)], dtype=grad.dtype, out=part)


def _apart(shape: tuple[int, ...], stride: tuple[int, ...]) -> list[int]:
    """Axes, the longest first, along which no two elements share a place; in ascending order."""
    chosen: list[int] = []
    for axis in sorted(range(len(shape)), key=lambda axis: -shape[axis]):
        by_stride = sorted([*chosen, axis], key=lambda axis: stride[axis])
        reach = 0
        for each in by_stride:
            if shape[each] > 1 and stride[each] <= reach:
                break
            reach += (shape[each] - 1) * stride[each]
        else:
            chosen.append(axis)
    return sorted(chosen)
