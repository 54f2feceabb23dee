"""Sorting along an axis. PyTorch: aten/src/ATen/native/cpu/SortingKernel.cpp."""

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
    rows = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
    order = np.lexsort(rows.T[::-1]) if rows.shape[1] else np.arange(len(rows))
    return _runs(rows[order], order)


def unique_runs(array: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same for slices of which only neighbours are compared, in the order they come."""
    rows = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
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
