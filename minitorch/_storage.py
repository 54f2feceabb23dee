"""Storage: the memory of one tensor and all its views, and its version counter. PyTorch: torch/storage.py, c10/core/StorageImpl.h."""

import numpy as np

from minitorch import kernels, types


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
            else:
                self._bytes = kernels.of(array).line_of_bytes(array)
        return self._bytes

    @property
    def device(self) -> types.device:
        """Where the memory is."""
        return types.CPU if kernels.of(self.array) is kernels.cpu else types.GPU

    def nbytes(self) -> int:
        """Size in bytes."""
        return self.bytes.size

    size = nbytes
    __len__ = nbytes

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return kernels.of(self.bytes).address(self.bytes)

    def __getitem__(self, index: int) -> int:
        return self.bytes[index].item()

    def tolist(self) -> list[int]:
        """The bytes as Python integers."""
        return self.bytes.tolist()

    def __repr__(self) -> str:
        values = "".join(f" {each}\n" for each in self.bytes[:1000].tolist())
        return f"{values}[torch.storage.UntypedStorage(device={self.device}) of size {self.nbytes()}]"


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
        return f"{numbers}[torch.storage.TypedStorage(dtype={self.dtype}, device={self._storage.device}) of size {self.size()}]"
