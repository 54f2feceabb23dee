"""A tensor argument: the same numbers and layout in both libraries. PyTorch: torch/testing/_creation.py."""

import dataclasses
import math
from collections.abc import Callable
from types import ModuleType

import numpy as np


@dataclasses.dataclass(frozen=True)
class Input:
    """One tensor argument: the same numbers in the same memory layout in both libraries.

    Floating-point numbers are all different and never 0, so that no kink or tie is hit by accident; `values`
    gives the numbers instead. `layout` is one of LAYOUTS. `requires_grad=None`: if it is floating point.
    """

    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    layout: str = "contiguous"
    low: float = -2.0
    high: float = 2.0
    seed: int = 0
    values: np.ndarray | None = dataclasses.field(default=None, repr=False)
    requires_grad: bool | None = None

    def numbers(self) -> np.ndarray:
        """The elements, of this shape and dtype; what lies at one place in memory is one number."""
        numbers = self._independent_numbers()
        if self.layout == "expanded":
            dim = next((dim for dim, size in enumerate(self.shape) if size > 1), None)
            if dim is not None:
                numbers = np.repeat(numbers.take([0], dim), self.shape[dim], dim)
        return numbers

    def _independent_numbers(self) -> np.ndarray:
        if self.values is not None:
            return np.asarray(self.values, self.dtype).reshape(self.shape)
        rng = np.random.default_rng([self.seed, *self.shape])
        size = math.prod(self.shape)
        if self.dtype == "bool":
            return rng.integers(0, 2, self.shape).astype(bool)
        if self.is_floating_point:
            places = (rng.permutation(size) + 0.37) / max(size, 1)
            return (self.low + (self.high - self.low) * places).astype(self.dtype).reshape(self.shape)
        low = max(0, math.ceil(self.low)) if self.dtype == "uint8" else math.ceil(self.low)
        return rng.integers(low, max(low, math.floor(self.high)) + 1, self.shape).astype(self.dtype)

    @property
    def is_floating_point(self) -> bool:
        return self.dtype.startswith("float")

    def make(self, library: ModuleType, on: str = "cpu", grad: bool = True, dtype: str | None = None):
        """The tensor itself: a leaf."""
        dtype = dtype or self.dtype
        numbers = self.numbers().astype(dtype)
        if self.layout == "contiguous" and numbers.size == 0:  # NumPy forgets the strides of these
            tensor = library.zeros(self.shape, dtype=getattr(library, dtype)).to(on)
        elif self.layout == "contiguous":
            tensor = library.from_numpy(numbers.copy()).to(on)
        else:
            strides, offset, length = LAYOUTS[self.layout](self.shape)
            memory = _noise(length, dtype)
            window = np.lib.stride_tricks.as_strided(
                memory[offset:], self.shape, [step * memory.itemsize for step in strides]
            )
            window[...] = numbers
            tensor = library.from_numpy(memory).to(on).as_strided(self.shape, strides, offset)
        wanted = self.is_floating_point if self.requires_grad is None else self.requires_grad
        return tensor.detach().requires_grad_() if grad and wanted else tensor


def array(values, dtype: str | None = None, **options) -> Input:
    """An Input of given numbers."""
    values = np.asarray(values, dtype)
    if dtype is None and values.dtype == np.float64:
        values = values.astype(np.float32)
    return Input(values.shape, values.dtype.name, values=values, **options)


def _noise(length: int, dtype: str) -> np.ndarray:
    """Memory around a window: numbers that show in a result that should not have read them."""
    memory = np.empty(length, dtype)
    memory[...] = True if dtype == "bool" else 77
    return memory


def _strides(shape: tuple[int, ...]) -> list[int]:
    steps = [1]
    for size in reversed(shape[1:]):
        steps.append(steps[-1] * max(size, 1))
    return list(reversed(steps))[len(steps) - len(shape) :]


def _reach(shape, strides, offset: int) -> tuple[list[int], int, int]:
    """Strides, offset and the number of elements of memory, with a margin behind the last one."""
    return strides, offset, offset + sum(max(size - 1, 0) * step for size, step in zip(shape, strides)) + 4


def _transposed(shape):
    return _reach(shape, list(reversed(_strides(tuple(reversed(shape))))), 0)


def _offset(shape):
    return _reach(shape, _strides(shape), 3)


def _sliced(shape):
    return _reach(shape, [2 * step for step in _strides(shape)], 1)


def _expanded(shape):
    strides = _strides(shape)
    for dim, size in enumerate(shape):
        if size > 1:
            strides[dim] = 0
            break
    return _reach(shape, strides, 0)


def _rotated(shape):
    if len(shape) < 2:
        return _reach(shape, _strides(shape), 0)
    strides = _strides((*shape[1:], shape[0]))
    return _reach(shape, [strides[-1], *strides[:-1]], 0)


def _channels_last(shape):
    if len(shape) != 4:
        return _rotated(shape)
    n, h, w, c = _strides((shape[0], shape[2], shape[3], shape[1]))
    return _reach(shape, [n, c, h, w], 0)


# name -> function of the shape: strides, offset, elements of memory
LAYOUTS: dict[str, Callable] = {
    "contiguous": lambda shape: _reach(shape, _strides(shape), 0),
    "transposed": _transposed,  # column-major
    "offset": _offset,  # starts inside its storage
    "sliced": _sliced,  # every second element
    "expanded": _expanded,  # stride 0
    "rotated": _rotated,  # the first dimension lies innermost
    "channels_last": _channels_last,
}
