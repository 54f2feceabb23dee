"""save and load: PyTorch's own files, both ways. PyTorch: torch/serialization.py.

A checkpoint is a zip file: data.pkl describes the object, with a key in place of the memory of each storage.
"""

import contextlib
import io
import math
import os
import pickle
import sys
from _codecs import encode
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from minitorch import _weights_only_unpickler, cuda, types
from minitorch._archive import CheckpointError as CheckpointError
from minitorch._archive import Reader, Writer, write_whole
from minitorch._storage import Storage
from minitorch._tensor import Tensor
from minitorch.kernels import of as kernels_of
from minitorch.nn.parameter import Parameter
from minitorch.ops.devices import kernels_on
from minitorch.ops.shape import detach

DEFAULT_PROTOCOL = 2

# The names that PyTorch's files have for the kinds of memory.
STORAGES = {
    "DoubleStorage": types.float64,
    "FloatStorage": types.float32,
    "HalfStorage": types.float16,
    "LongStorage": types.int64,
    "IntStorage": types.int32,
    "ShortStorage": types.int16,
    "CharStorage": types.int8,
    "ByteStorage": types.uint8,
    "BoolStorage": types.bool,
}


def save(
    obj: Any,
    f: str | os.PathLike | Any,
    pickle_module: Any = pickle,
    pickle_protocol: int = DEFAULT_PROTOCOL,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write an object to a file, or to anything with write(); torch.load reads it.

    Tensors that share memory still do when they are loaded. A path is written atomically: after a crash it has the old
    content or the new. Raises RuntimeError if the folder is missing. PyTorch: torch.save.
    """
    if isinstance(f, (str, os.PathLike)):
        path = os.fspath(f)
        folder = os.path.dirname(path)
        if folder and not os.path.isdir(folder):
            raise RuntimeError(f"Parent directory {folder} does not exist.")
        name = os.path.basename(path).partition(".")[0] or "archive"
        description, storages = _describe(obj, pickle_protocol)
        write_whole(path, lambda file: _write(file, name, description, storages))
    elif hasattr(f, "write"):
        memory = io.BytesIO()
        _write(memory, "archive", *_describe(obj, pickle_protocol))
        f.write(memory.getvalue())
    else:
        raise AttributeError(
            "expected 'f' to be string, path, or a file-like object with a 'write' attribute"
        )


def load(
    f: str | os.PathLike | Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """The object that torch.save wrote to a file, or to anything with read() and seek().

    With `weights_only` (the default) no code is run: raises pickle.UnpicklingError for anything but tensors, containers,
    numbers and strings. False runs what the file says: only for files that you trust. Raises CheckpointError (a
    RuntimeError) for a damaged file. `map_location`: memory saved on another device comes to the CPU. `mmap` is
    accepted. PyTorch: torch.load.
    """
    weights_only = True if weights_only is None else weights_only
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return _load(file, os.fspath(f), map_location, weights_only)
    if not (hasattr(f, "seek") and hasattr(f, "read")):
        raise AttributeError(
            f"'{type(f).__name__}' object has no attribute 'seek'. You can only torch.load from a file that is seekable. "
            "Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
        )
    return _load(f, getattr(f, "name", "the file"), map_location, weights_only)


# ---- Writing ----


class _Global:
    """A name in the file, `torch.FloatStorage`, which need not exist here."""

    def __init__(self, module: str, name: str):
        self.module, self.name = module, name

    def __call__(self, *args):
        raise TypeError(f"{self.module}.{self.name} is only a name")


class _Pickler(pickle._Pickler):
    """Python's pickler that writes PyTorch's names where minitorch's stand, and keys where memory stands."""

    dispatch = dict(pickle._Pickler.dispatch)

    def __init__(self, file: Any, protocol: int):
        super().__init__(file, protocol)
        self.storages: dict[tuple, tuple[str, Storage]] = {}  # by address

    def persistent_id(self, obj: Any) -> tuple | None:
        if not isinstance(obj, _Memory):
            return None
        storage, size = obj.storage, obj.storage.nbytes()
        place = (storage.data_ptr(), size) if size else (id(storage), 0)
        key, _ = self.storages.setdefault(place, (str(len(self.storages)), storage))
        kind = next(name for name, dtype in STORAGES.items() if dtype is obj.dtype)
        return "storage", _Global("torch", kind), key, str(storage.device), size // obj.dtype.itemsize

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Parameter):
            arguments = detach(obj), obj.requires_grad, OrderedDict()
            return _Global("torch._utils", "_rebuild_parameter"), arguments
        if isinstance(obj, Tensor):
            memory = _Memory(obj._storage, obj.dtype)
            arguments = memory, obj.storage_offset(), tuple(obj.shape), obj.stride(), obj.requires_grad
            return _Global("torch._utils", "_rebuild_tensor_v2"), (*arguments, OrderedDict())
        if isinstance(obj, types.Size):
            return _Global("torch", "Size"), (tuple(obj),)
        if isinstance(obj, types.device):
            return _Global("torch", "device"), (obj.type,) if obj.index is None else (obj.type, obj.index)
        return NotImplemented

    def save_name(self, obj: _Global) -> None:
        self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
        self.memoize(obj)

    def save_dtype(self, obj: types.dtype) -> None:
        self.write(pickle.GLOBAL + f"torch\n{str(obj).removeprefix('torch.')}\n".encode())
        self.memoize(obj)

    def save_global(self, obj: Any, name: str | None = None) -> None:
        module = getattr(obj, "__module__", None) or ""
        if module.split(".")[0] != "minitorch":
            super().save_global(obj, name)
            return
        self.write(pickle.GLOBAL + f"torch{module.removeprefix('minitorch')}\n{obj.__qualname__}\n".encode())
        self.memoize(obj)

    dispatch[_Global] = save_name
    dispatch[types.dtype] = save_dtype
    dispatch[type(save)] = save_global  # functions


class _Memory:
    """A storage and the dtype of the tensor that shows it: what PyTorch calls a typed storage."""

    def __init__(self, storage: Storage, dtype: types.dtype):
        self.storage, self.dtype = storage, dtype


def _describe(obj: Any, protocol: int) -> tuple[bytes, list[tuple[str, Storage]]]:
    """data.pkl, and the memory that it names."""
    stream = io.BytesIO()
    pickler = _Pickler(stream, protocol)
    pickler.dump(obj)
    return stream.getvalue(), list(pickler.storages.values())


def _write(file: Any, name: str, description: bytes, storages: list[tuple[str, Storage]]) -> None:
    writer = Writer(file, name)
    writer.write("data.pkl", description)
    writer.write(".format_version", b"1")
    writer.write(".storage_alignment", b"64")
    writer.write("byteorder", sys.byteorder.encode())
    for key, storage in storages:
        writer.write(f"data/{key}", memoryview(kernels_of(storage.bytes).to_host(storage.bytes)))
    writer.write("version", b"3\n")
    writer.close()


# ---- Reading ----


def _load(file: Any, name: str, map_location: Any, weights_only: bool) -> Any:
    start = file.tell()
    if not file.read(1):
        raise EOFError(f"{name} is empty")
    file.seek(start)
    reader = Reader(file, name)
    order = bytes(reader.read("byteorder")) if "byteorder" in reader.entries else b"little"
    if order != sys.byteorder.encode():
        raise reader.error(f"its byte order is {order.decode('ascii', 'replace')!r}, this machine's is {sys.byteorder!r}")
    memory = _Memories(reader, map_location)
    description = bytes(reader.read("data.pkl"))
    if not weights_only:
        return _TrustingUnpickler(io.BytesIO(description), memory.of).load()
    try:
        return _weights_only_unpickler.load(description, {**_allowed(), **_safe_globals}, memory.of)
    except pickle.UnpicklingError as error:
        notes = getattr(error, "__notes__", [])
        refused = pickle.UnpicklingError(_REFUSED.format(error))
        for note in notes:
            refused.add_note(f"{name}: {note}")
        raise refused from error


class _Memories:
    """The storages of a file, each read once."""

    def __init__(self, reader: Reader, map_location: Any):
        self._reader = reader
        self._map_location = map_location
        self._read: dict[str, Storage] = {}

    def of(self, key: tuple) -> _Memory:
        """The memory that a key of data.pkl names."""
        if len(key) != 5:
            raise self._reader.error(f"a storage is described by {len(key)} values, expected 5")
        _, kind, name, location, numel = key
        dtype = kind if isinstance(kind, types.dtype) else None
        if dtype is None or not isinstance(name, str) or not isinstance(location, str):
            raise self._reader.error(f"the storage {name!r:.100} is of the unknown kind {kind!r:.100}")
        if type(numel) is not int or numel < 0:
            raise self._reader.error(f"the storage {name!r:.100} has {numel!r:.100} elements")
        _check_location(location, self._map_location)
        if name not in self._read:
            content = np.frombuffer(self._reader.read(f"data/{name}"), np.uint8)
            self._read[name] = Storage(kernels_on(_place(location, self._map_location)).from_host(content))
        storage = self._read[name]
        if storage.nbytes() != numel * dtype.itemsize:
            raise self._reader.error(
                f"the storage {name!r} has {storage.nbytes()} bytes, and should have {numel} elements of "
                f"{dtype.itemsize}"
            )
        return _Memory(storage, dtype)


def _check_location(location: str, map_location: Any) -> None:
    if map_location is None and location.startswith("cuda") and not cuda.is_available():
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on "
            "a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
        )


def _place(location: str, map_location: Any) -> types.device:
    """Where the memory goes: where it was, or where `map_location` sends it; the CPU where that is a function."""
    if map_location is None:
        return types.device(location) if location.startswith("cuda") else types.CPU
    if isinstance(map_location, dict):
        return types.device(map_location.get(location, location))
    return types.device(map_location) if isinstance(map_location, (str, types.device)) else types.CPU


def _rebuild_tensor_v2(memory, offset, size, stride, requires_grad, backward_hooks, metadata=None) -> Tensor:
    """A tensor of some memory: its window must lie within."""
    if type(memory) is not _Memory:
        raise ValueError("a tensor without a storage")
    if type(size) not in (tuple, types.Size) or type(stride) is not tuple or len(size) != len(stride):
        raise ValueError(f"a tensor of size {size!r:.100} and stride {stride!r:.100}")
    numbers = (offset, *size, *stride)
    if not all(type(each) is int and 0 <= each < 2**63 for each in numbers):
        raise ValueError(f"offset {offset!r:.50}, size {size!r:.100} or stride {stride!r:.100} is out of range")
    itemsize = memory.dtype.itemsize
    empty = 0 in size
    last = 0 if empty else offset + sum((n - 1) * step for n, step in zip(size, stride)) + 1
    if last * itemsize > memory.storage.nbytes() or math.prod(size) >= 2**63:
        raise ValueError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {itemsize} "
            f"requiring a storage size of {last * itemsize} are out of bounds for storage of size {memory.storage.nbytes()}"
        )
    tensor = object.__new__(Tensor)
    tensor._storage, tensor._stride, tensor._offset = memory.storage, stride, offset
    content = memory.storage.bytes
    shown = 0 if empty else offset
    tensor.kernels = kernels_of(content)
    tensor.array = tensor.kernels.window(content, np.dtype(memory.dtype.numpy), tuple(size), stride, shown)
    tensor._requires_grad = bool(requires_grad)
    return tensor


def _rebuild_parameter(data, requires_grad, backward_hooks) -> Parameter:
    return Parameter(data, bool(requires_grad))


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state) -> Parameter:
    return Parameter(data, bool(requires_grad))


def _bytes(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise ValueError(f"bytes in the encoding {encoding!r:.50}")
    return encode(text, encoding)


def _bytearray(content: bytes | str = b"", encoding: str = "latin-1") -> bytearray:
    if type(content) is bytes:  # and not a number, which would be a size
        return bytearray(content)
    if type(content) is not str or encoding != "latin-1":
        raise ValueError(f"a bytearray of {type(content).__name__}")
    return bytearray(content, encoding)


def _set(values: list) -> set:
    return {_weights_only_unpickler.checked_key(each) for each in values}


def _allowed() -> dict[str, Any]:
    """What a file may name: containers, numbers, tensors."""
    return {
        "collections.OrderedDict": OrderedDict,
        "collections.Counter": Counter,
        "builtins.set": _set,
        "builtins.bytearray": _bytearray,
        "builtins.complex": complex,
        "_codecs.encode": _bytes,
        "torch.Size": types.Size,
        "torch.device": types.device,
        "torch._utils._rebuild_tensor_v2": _rebuild_tensor_v2,
        "torch._utils._rebuild_parameter": _rebuild_parameter,
        "torch._utils._rebuild_parameter_with_state": _rebuild_parameter_with_state,
        **{f"torch.{name}": dtype for name, dtype in STORAGES.items()},
        **{str(dtype): dtype for dtype in STORAGES.values()},
    }


class _TrustingUnpickler(pickle.Unpickler):
    """Python's unpickler, which runs what the file says, with minitorch's names where PyTorch's stand."""

    def __init__(self, file: Any, memory_of: Callable[[tuple], _Memory]):
        super().__init__(file)
        self._memory_of = memory_of

    def persistent_load(self, key: tuple) -> _Memory:
        return self._memory_of(key)

    def find_class(self, module: str, name: str) -> Any:
        known = _allowed().get(f"{module}.{name}")
        if known is not None:
            return known
        if module == "torch" or module.startswith("torch."):
            module = "minitorch" + module.removeprefix("torch")
        return super().find_class(module, name)


# ---- What the user trusts ----

_safe_globals: dict[str, Any] = {}


def add_safe_globals(safe_globals: list) -> None:
    """Let load(weights_only=True) use these classes and functions, or (class, name) pairs.

    PyTorch: torch.serialization.add_safe_globals.
    """
    _safe_globals.update(_named(safe_globals))


def clear_safe_globals() -> None:
    """Forget what add_safe_globals was given. PyTorch: torch.serialization.clear_safe_globals."""
    _safe_globals.clear()


def get_safe_globals() -> list:
    """What add_safe_globals was given. PyTorch: torch.serialization.get_safe_globals."""
    return list(_safe_globals.values())


@contextlib.contextmanager
def safe_globals(safe_globals: list):
    """A context in which load(weights_only=True) may use these. PyTorch: torch.serialization.safe_globals."""
    before = dict(_safe_globals)
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _safe_globals.clear()
        _safe_globals.update(before)


def _named(given: list) -> dict[str, Any]:
    names = {}
    for each in given:
        value, name = each if isinstance(each, tuple) else (each, f"{each.__module__}.{each.__qualname__}")
        if name.startswith("minitorch."):
            name = "torch." + name.removeprefix("minitorch.")
        names[name] = value
    return names


_REFUSED = (
    "Weights only load failed. This file can still be loaded, to do so you have two options, "
    "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. "
    "\n\t(1) In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to "
    "`True`. Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary "
    "code execution. Do it only if you got the file from a trusted source."
    "\n\t(2) Alternatively, to load with `weights_only=True` please check the recommended steps in the following error "
    "message.\n\tWeightsUnpickler error: {}\n\nCheck the documentation of torch.load to learn more about types accepted by "
    "default with weights_only https://pytorch.org/docs/stable/generated/torch.load.html."
)
