"""Sorting along an axis. PyTorch: aten/src/ATen/native/cpu/SortingKernel.cpp."""

import math

import numpy as np


def sort(array: np.ndarray, axis: int, descending: bool) -> tuple[np.ndarray, np.ndarray]:
    """The elements in order, and the places (int64) they came from. Stable; NaN counts as largest."""
    if array.ndim == 0:
        return array.copy(), np.zeros((), np.int64)
    if descending:  # backwards twice: equal elements stay in order
        places = np.flip(array.shape[axis] - 1 - np.argsort(np.flip(array, axis), axis, kind="stable"), axis)
    else:
        places = np.argsort(array, axis, kind="stable")
    places = places.copy()  # row-major
    return np.take_along_axis(array, places, axis), places


def unique(array: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different elements in ascending order, which of them each element is, and how often each occurs."""
    elements, inverse, counts = np.unique(array, return_inverse=True, return_counts=True, equal_nan=False)
    return elements, inverse.reshape(array.shape), counts


def unique_slices(array: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The places of the different slices of an axis in ascending order, which each slice is, and how often they occur."""
    rows = np.moveaxis(array, axis, 0)
    rows = rows.reshape(len(rows), math.prod(rows.shape[1:]))
    order = np.lexsort(rows.T[::-1]) if rows.shape[1] else np.arange(len(rows))
    return _runs(rows[order], order)


def unique_runs(array: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same for slices of which only neighbours are compared, in the order they come."""
    rows = np.moveaxis(array, axis, 0)
    rows = rows.reshape(len(rows), math.prod(rows.shape[1:]))
    return _runs(rows, np.arange(len(rows)))


def _runs(rows: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows[1:] != rows[:-1]).any(1)
    inverse = np.empty(len(rows), np.int64)
    inverse[order] = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    return order[starts], inverse, np.diff(np.append(starts, len(rows)))


def median(array: np.ndarray, axis: int, keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """The middle element, the lower of two, or the first NaN; and its place, int64."""
    if array.ndim == 0:
        return array.copy(), np.zeros((), np.int64)
    places = np.argsort(array, axis, kind="stable")
    middle = (array.shape[axis] - 1) // 2
    place = np.take(places, [middle], axis)
    if array.dtype.kind == "f":
        missing = np.isnan(array)
        place = np.where(missing.any(axis, keepdims=True), missing.argmax(axis, keepdims=True), place)
    value = np.take_along_axis(array, place, axis)
    return (value, place) if keepdim else (value.squeeze(axis), place.squeeze(axis))


def nanmedian(array: np.ndarray, axis: int, keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """The middle of the elements that are not NaN, and its place, int64."""
    if array.ndim == 0:
        return array.copy(), np.zeros((), np.int64)
    counts = (array == array).sum(axis, keepdims=True)
    return _picked(array, np.maximum(counts - 1, 0) // 2, axis, keepdim)


def kthvalue(array: np.ndarray, k: int, axis: int, keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """The k-th smallest element, counted from 1, NaN the largest; and its place, int64."""
    if array.ndim == 0:
        return array.copy(), np.zeros((), np.int64)
    rank = np.full([1 if i == axis else n for i, n in enumerate(array.shape)], k - 1)
    return _picked(array, rank, axis, keepdim)


def mode(array: np.ndarray, axis: int, keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """The most frequent element, the smallest of several, and the last of its places, int64."""
    if array.ndim == 0:
        return array.copy(), np.zeros((), np.int64)
    ordered = np.sort(array, axis, kind="stable")
    index = np.arange(array.shape[axis]).reshape([-1 if i == axis else 1 for i in range(array.ndim)])
    fresh = np.ones(array.shape, np.bool_)
    fresh[(slice(None),) * axis + (slice(1, None),)] = np.diff(ordered, axis=axis) != 0
    length = index - np.maximum.accumulate(np.where(fresh, index, 0), axis)  # elements before it in its run
    return _picked(array, length.argmax(axis, keepdims=True), axis, keepdim)


def _picked(array: np.ndarray, rank: np.ndarray, axis: int, keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """The elements of these ranks in ascending order, and their places."""
    place = np.take_along_axis(np.argsort(array, axis, kind="stable"), rank, axis)
    value = np.take_along_axis(array, place, axis)
    return (value, place) if keepdim else (value.squeeze(axis), place.squeeze(axis))


def searchsorted(lines: np.ndarray, values: np.ndarray, right: bool, dtype: np.dtype) -> np.ndarray:
    """The places of values in sorted lines: in one for all, or in a line for each line of values."""
    side = "right" if right else "left"
    if lines.ndim == 1:
        return np.asarray(np.searchsorted(lines, values, side)).astype(dtype)
    out = np.empty(values.shape, dtype)
    for place in np.ndindex(lines.shape[:-1]):
        out[place] = np.searchsorted(lines[place], values[place], side)
    return out
