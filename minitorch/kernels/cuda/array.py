"""DeviceArray: a window onto the GPU's memory, with the names of numpy.ndarray. PyTorch: at::TensorBase's sizes, strides, data_ptr.

It knows its shape; the arithmetic is in the kernels. What a kernel needs on the host is fetched by name: `to_host()`,
`item()`, `tolist()`. NumPy's functions do not take it: they would copy to the CPU without saying so.
"""

import functools
import math
from types import ModuleType
from typing import NamedTuple

import numpy as np


class _Flags(NamedTuple):
    c_contiguous: bool
    writeable: bool = True

    @property
    def carray(self) -> bool:
        """Contiguous, and written to: what kernels take."""
        return self.c_contiguous


_CONTIGUOUS, _STRIDED = _Flags(True), _Flags(False)

MISMATCH = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"


class DeviceArray:
    """`size` elements of a dtype at an address of the GPU; `strides` in bytes. `owner` keeps the memory in use."""

    __slots__ = ("__weakref__", "address", "dtype", "flags", "itemsize", "owner", "shape", "size", "strides")

    def __init__(self, address: int, shape: tuple[int, ...], dtype: np.dtype, owner: object, strides: tuple[int, ...] | None = None):
        self.address, self.shape, self.dtype, self.owner = address, shape, dtype, owner
        self.itemsize = dtype.itemsize
        self.size = math.prod(shape)
        if strides is None:
            self.strides, self.flags = row_major(shape, self.itemsize), _CONTIGUOUS
        else:
            self.strides = strides
            self.flags = _CONTIGUOUS if is_row_major(shape, strides, self.itemsize) else _STRIDED

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    @property
    def reach(self) -> int:
        """How many elements of memory lie from the first to the last."""
        if self.flags is _CONTIGUOUS or not self.size:
            return self.size
        return 1 + sum([(size - 1) * step for size, step in zip(self.shape, self.strides)]) // self.itemsize

    @property
    def steps(self) -> tuple[int, ...]:
        """The strides in elements, as kernels count."""
        itemsize = self.itemsize
        return tuple([step // itemsize for step in self.strides])

    @property
    def kernels(self) -> ModuleType:
        """The kernels for it: this is how `kernels.of` knows."""
        from minitorch.kernels import cuda

        return cuda

    @property
    def base(self) -> object:
        """What keeps the memory in use."""
        return self.owner

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"DeviceArray({self.to_host()!r})"

    # ---- Windows ----

    def window(self, shape: tuple[int, ...], strides: tuple[int, ...] | None, offset: int = 0, dtype: np.dtype | None = None):
        """Another window onto this memory; strides and offset in bytes."""
        return DeviceArray(self.address + offset, tuple(shape), dtype or self.dtype, self.owner, strides)

    def reshape(self, *shape) -> "DeviceArray":
        """The same elements in another shape; a copy where they do not lie row by row."""
        shape = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        shape = tuple(shape)
        if -1 in shape:
            known = math.prod(size for size in shape if size != -1)
            shape = tuple([self.size // max(known, 1) if size == -1 else size for size in shape])
        if math.prod(shape) != self.size:
            raise ValueError(f"cannot reshape array of size {self.size} into shape {shape}")
        array = self if self.flags is _CONTIGUOUS else self.copy()
        return DeviceArray(array.address, shape, self.dtype, array.owner)

    def ravel(self) -> "DeviceArray":
        """One dimension."""
        return self.reshape(-1)

    def transpose(self, *axes) -> "DeviceArray":
        """The dimensions in another order, or reversed."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        if not order:
            order = range(self.ndim)[::-1] if not axes else ()
        return self.window([self.shape[axis] for axis in order], tuple([self.strides[axis] for axis in order]))

    @property
    def T(self) -> "DeviceArray":
        """The dimensions reversed."""
        return self.transpose()

    def swapaxes(self, first: int, second: int) -> "DeviceArray":
        """Two dimensions exchanged."""
        order = list(range(self.ndim))
        order[first], order[second] = order[second], order[first]
        return self.transpose(order)

    def view(self, dtype) -> "DeviceArray":
        """The bytes of a contiguous array as another dtype."""
        dtype = np.dtype(dtype)
        if dtype.itemsize == self.itemsize:
            return self.window(self.shape, self.strides, 0, dtype)
        if self.flags is not _CONTIGUOUS or not self.shape:
            raise ValueError("to change to a dtype of a different size, the last axis must be contiguous")
        last = self.shape[-1] * self.itemsize // dtype.itemsize
        return DeviceArray(self.address, (*self.shape[:-1], last), dtype, self.owner)

    def __getitem__(self, key) -> "DeviceArray":
        """A window: numbers, slices, None and one Ellipsis."""
        key = key if isinstance(key, tuple) else (key,)
        if Ellipsis in key:
            place = key.index(Ellipsis)
            missing = self.ndim - sum(each is not None for each in key) + 1
            key = (*key[:place], *(slice(None),) * missing, *key[place + 1 :])
        shape, strides, offset, axis = [], [], 0, 0
        for each in key:
            if each is None:
                shape.append(1)
                strides.append(0)
                continue
            size, step = self.shape[axis], self.strides[axis]
            axis += 1
            if isinstance(each, slice):
                start, stop, stride = each.indices(size)
                count = len(range(start, stop, stride))
                offset += start * step if count else 0
                shape.append(count)
                strides.append(step * stride)
            else:
                offset += range(size)[each] * step  # IndexError outside
        return self.window((*shape, *self.shape[axis:]), (*strides, *self.strides[axis:]), offset)

    def __setitem__(self, key, value) -> None:
        target = self if key is Ellipsis else self[key]
        if isinstance(value, (DeviceArray, np.ndarray)):
            self.kernels.copy_into(target, value)
        else:
            target.fill(value)

    # ---- Values ----

    def fill(self, value) -> None:
        """Every element becomes a number."""
        self.kernels.fill(self, value)

    def copy(self) -> "DeviceArray":
        """A row-major copy."""
        return self.kernels.contiguous(self)

    def astype(self, dtype, order: str = "K", copy: bool = True) -> "DeviceArray":
        """The same values in another dtype."""
        dtype = np.dtype(dtype)
        return self if dtype == self.dtype and not copy else self.kernels.cast(self, dtype)

    def to_host(self) -> np.ndarray:
        """A copy in the CPU's memory, after waiting for what is still being computed."""
        return self.kernels.to_host(self)

    def item(self):
        """The one element as a Python number."""
        return self.to_host().item()

    def tolist(self):
        """Nested lists of Python numbers."""
        return self.to_host().tolist()

    # ---- Other libraries ----

    @property
    def __cuda_array_interface__(self) -> dict:
        from minitorch.kernels.cuda import _driver

        return {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "data": (self.address if self.size else 0, False),
            "strides": None if self.flags is _CONTIGUOUS else self.strides,
            "version": 3,
            "stream": _driver.stream().value or 1,  # who reads it waits for that; 1 is the default one
        }

    __array_ufunc__ = None  # NumPy's operators raise TypeError

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError(MISMATCH)

    @property
    def _numba_type_(self):
        """What Numba asks an argument of a CPU kernel for."""
        raise RuntimeError(MISMATCH)


def check(*arrays: object) -> None:
    """Raise PyTorch's error unless all are on the GPU: where a launcher looks at strides before it launches."""
    for array in arrays:
        if type(array) is not DeviceArray and array is not None:
            raise RuntimeError(MISMATCH)


@functools.lru_cache(maxsize=4096)
def row_major(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Strides in bytes without gaps."""
    strides = []
    step = itemsize
    for size in reversed(shape):
        strides.append(step)
        step *= size or 1
    return tuple(strides[::-1])


def is_row_major(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> bool:
    """As NumPy has it: the strides of dimensions of size 1 do not count, and nothing is always in order."""
    if 0 in shape:
        return True
    step = itemsize
    for size, stride in zip(reversed(shape), reversed(strides)):
        if size != 1:
            if stride != step:
                return False
            step *= size
    return True
