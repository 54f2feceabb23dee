"""Storage: the memory of one tensor and all its views, and its version counter. PyTorch: torch/storage.py, c10/core/StorageImpl.h."""

import numpy as np


class Storage:
    """A flat piece of memory. Views share it, and with it the count of in-place writes. PyTorch: torch.UntypedStorage."""

    array: np.ndarray  # the first window onto this memory, starting at its first byte
    version = 0  # in-place writes so far; of the class until the first one, so that making a tensor stores less
    _bytes: np.ndarray | None = None

    def __init__(self, array: np.ndarray):
        self.array = array

    @property
    def bytes(self) -> np.ndarray:
        """The memory as uint8."""
        if self._bytes is None:
            array = self.array
            if array.flags.c_contiguous:
                self._bytes = array.reshape(-1).view(np.uint8)
            else:  # only memory that came from NumPy: reach to its last element
                last = sum((size - 1) * step for size, step in zip(array.shape, array.strides))
                reach = 0 if array.size == 0 else last + array.itemsize
                self._bytes = np.lib.stride_tricks.as_strided(
                    array.view(np.ndarray), (reach // array.itemsize,), (array.itemsize,)
                ).view(np.uint8)
        return self._bytes

    def nbytes(self) -> int:
        """Size in bytes."""
        return self.bytes.size

    size = nbytes
    __len__ = nbytes

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return self.bytes.ctypes.data

    def __getitem__(self, index: int) -> int:
        return int(self.bytes[index])

    def tolist(self) -> list[int]:
        """The bytes as Python integers."""
        return self.bytes.tolist()

    def __repr__(self) -> str:
        values = "".join(f" {each}\n" for each in self.bytes[:1000])
        return f"{values}[torch.storage.UntypedStorage(device=cpu) of size {self.nbytes()}]"


class TypedStorage:
    """The memory as numbers of one dtype, in the order in which they lie there. PyTorch: torch.TypedStorage."""

    def __init__(self, storage: Storage, dtype):
        self._storage = storage
        self.dtype = dtype

    def untyped(self) -> Storage:
        """The memory itself."""
        return self._storage

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return self._storage.data_ptr()

    def nbytes(self) -> int:
        """Size in bytes."""
        return self._storage.nbytes()

    def element_size(self) -> int:
        """Bytes of one number."""
        return self.dtype.itemsize

    def tolist(self) -> list:
        """The numbers as Python's."""
        return self._storage.bytes.view(self.dtype.numpy).tolist()

    def size(self) -> int:
        """How many numbers there are."""
        return self.nbytes() // self.dtype.itemsize

    __len__ = size

    def __getitem__(self, index):
        return self.tolist()[index]

    def __repr__(self) -> str:
        numbers = "".join(f" {each}\n" for each in self.tolist())
        return f"{numbers}[torch.storage.TypedStorage(dtype={self.dtype}, device=cpu) of size {self.size()}]"
