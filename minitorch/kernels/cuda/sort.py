"""Sorting along an axis. PyTorch: aten/src/ATen/native/cuda/SortingKernel.cu."""

import numpy as np

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def kthvalue(array: DeviceArray, k: int, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The k-th smallest element, counted from 1, NaN the largest; and its place, int64. Computed on the CPU."""
    return through_the_host(cpu.kthvalue, array, k, axis, keepdim)


def median(array: DeviceArray, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The middle element, the lower of two, or the first NaN; and its place, int64. Computed on the CPU."""
    return through_the_host(cpu.median, array, axis, keepdim)


def mode(array: DeviceArray, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The most frequent element, the smallest of several, and the last of its places, int64. Computed on the CPU."""
    return through_the_host(cpu.mode, array, axis, keepdim)


def nanmedian(array: DeviceArray, axis: int, keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The middle of the elements that are not NaN, and its place, int64. Computed on the CPU."""
    return through_the_host(cpu.nanmedian, array, axis, keepdim)


def searchsorted(lines: DeviceArray, values: DeviceArray, right: bool, dtype: np.dtype) -> DeviceArray:
    """The places of values in sorted lines: in one for all, or in a line for each line of values. Computed on the CPU."""
    return through_the_host(cpu.searchsorted, lines, values, right, dtype)


def sort(array: DeviceArray, axis: int, descending: bool) -> tuple[DeviceArray, DeviceArray]:
    """The elements in order, and the places (int64) they came from. Stable; NaN counts as largest. Computed on the CPU."""
    return through_the_host(cpu.sort, array, axis, descending)


def unique(array: DeviceArray) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The different elements in ascending order, which of them each element is, and how often each occurs. Computed on the CPU."""
    return through_the_host(cpu.unique, array)


def unique_runs(array: DeviceArray, axis: int) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The same for slices of which only neighbours are compared, in the order they come. Computed on the CPU."""
    return through_the_host(cpu.unique_runs, array, axis)


def unique_slices(array: DeviceArray, axis: int) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The places of the different slices of an axis in ascending order, which each slice is, and how often they occur. Computed on the CPU."""
    return through_the_host(cpu.unique_slices, array, axis)
