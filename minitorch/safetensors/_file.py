"""An open safetensors file whose tensors are read one by one. PyTorch: none (there: safetensors.safe_open)."""

import os

import safetensors

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.convert import from_numpy

DTYPES = {
    "BOOL": types.bool,
    "U8": types.uint8,
    "I8": types.int8,
    "I16": types.int16,
    "I32": types.int32,
    "I64": types.int64,
    "F16": types.float16,
    "F32": types.float32,
    "F64": types.float64,
}
"""The dtypes of the format that minitorch has."""


class safe_open:
    """A file as a context: keys(), metadata(), get_tensor(name), get_slice(name)[rows]. PyTorch: safetensors.safe_open.

    `framework`: "pt" gives Tensors, "np" arrays. `backend` is accepted. Raises FileNotFoundError, SafetensorError for a
    file that is none or is damaged, TypeError for a dtype that minitorch lacks (bfloat16).
    """

    def __init__(self, filename: str | os.PathLike, framework: str, device: str = "cpu", *, backend: str = "mmap"):
        self._device = device
        self._tensors = framework in ("pt", "torch", "pytorch")
        if not self._tensors and framework not in ("np", "numpy"):
            raise safetensors.SafetensorError(f"framework {framework!r} is invalid: minitorch reads 'pt' and 'np'")
        self._name = os.fspath(filename)
        self._file = safetensors.safe_open(filename, framework="np")

    def __enter__(self) -> "safe_open":
        self._file.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self._file.__exit__(*error)

    def keys(self) -> list[str]:
        return self._file.keys()

    def offset_keys(self) -> list[str]:
        """The names in the order of their numbers in the file."""
        return self._file.offset_keys()

    def metadata(self) -> dict[str, str] | None:
        return self._file.metadata()

    def get_tensor(self, name: str) -> Tensor:
        """A copy of one tensor's numbers."""
        return self.get_slice(name)[...]

    def get_tensors(self) -> dict[str, Tensor]:
        return {name: self.get_tensor(name) for name in self.keys()}

    def get_slice(self, name: str) -> "Slice":
        """A tensor that is read where it is indexed: get_slice("weight")[:10]."""
        return Slice(self, name)


class Slice:
    """One tensor of a file, not yet read. PyTorch: what safetensors.safe_open.get_slice returns."""

    def __init__(self, file: safe_open, name: str):
        self._whole = file, name
        self._slice = file._file.get_slice(name)

    def get_shape(self) -> list[int]:
        return self._slice.get_shape()

    def get_dtype(self) -> str:
        return self._slice.get_dtype()

    def __getitem__(self, index) -> Tensor:
        file, name = self._whole
        if self.get_dtype() not in DTYPES:
            raise TypeError(f"{file._name}: {name!r} is {self.get_dtype()}, a dtype that minitorch does not have")
        array = file._file.get_tensor(name) if index is ... else self._slice[index]
        return from_numpy(array).to(file._device) if file._tensors else array
