"""Copies in the other order. PyTorch: aten/src/ATen/native/TensorTransformations.cpp."""

import numpy as np

from minitorch.kernels.cpu.pointwise import contiguous, copy_into


def flip(array: np.ndarray, axes: tuple[int, ...], out: np.ndarray) -> None:
    """Write the array to `out`, with the order of these axes reversed. PyTorch: torch.flip."""
    copy_into(out, np.flip(array, axes) if array.ndim else array)


def roll(array: np.ndarray, shifts: tuple[int, ...], axes: tuple[int, ...]) -> np.ndarray:
    """A row-major copy moved along the axes; what falls off comes back in front. PyTorch: torch.roll."""
    return contiguous(np.roll(array, shifts, axes))
