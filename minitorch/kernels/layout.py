"""In which order a result's dimensions lie in memory. PyTorch: aten/src/ATen/TensorIterator.cpp (reorder_dimensions)."""

from collections.abc import Sequence

import numpy as np


def memory_order(shape: Sequence[int], strides: Sequence[Sequence[int]]) -> list[int]:
    """The dimensions from the outermost to the innermost, as the operands' strides suggest; the first operand decides.

    An insertion sort in which dimensions that an operand repeats (stride 0) compare as equal: not every sort would give
    PyTorch's order for strides that contradict each other.
    """
    order = list(range(len(shape)))[::-1]  # the innermost first
    for place in range(1, len(order)):
        moved = place
        for before in range(place - 1, -1, -1):
            comparison = _compare(order[before], order[moved], shape, strides)
            if comparison > 0:
                order[before], order[moved] = order[moved], order[before]
                moved = before
            elif comparison < 0:
                break
    return order[::-1]


def _compare(first: int, second: int, shape: Sequence[int], strides: Sequence[Sequence[int]]) -> int:
    for steps in strides:
        a, b = steps[first], steps[second]
        if a == 0 or b == 0:
            continue
        if a != b:
            return -1 if a < b else 1
        if shape[first] > shape[second]:
            return 1
    return 0


def strides_in_order(shape: Sequence[int], order: Sequence[int]) -> tuple[int, ...]:
    """Strides without gaps, in elements, for dimensions that lie in this order."""
    result = [0] * len(shape)
    step = 1
    for axis in reversed(order):
        result[axis] = step
        step *= max(shape[axis], 1)
    return tuple(result)


def transposed(array: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """The array with its dimensions in this order."""
    return array.transpose(order)


def restored(array: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """The opposite of `transposed`."""
    inverse = [0] * len(order)
    for place, axis in enumerate(order):
        inverse[axis] = place
    return array.transpose(inverse)
