"""How the kernels of this folder are compiled and launched. PyTorch: aten/src/ATen/native/cuda/{Loops,CUDALoops}.cuh, CUDAContext.h.

A kernel sees arrays as one line of memory that begins at their first element; sizes and strides (in elements) come as
numbers beside them. It is compiled to PTX once for each combination of dtypes, and from then on launched by the
driver with its arguments packed in one struct: no types are inferred again.
"""

import ctypes
import functools
import os
import re
import struct
import threading
from collections.abc import Callable
from types import FunctionType, ModuleType

import numpy as np

from minitorch.kernels.cuda import _driver
from minitorch.kernels.cuda._driver import SIMULATED, cuda, types
from minitorch.kernels.cuda.array import MISMATCH, DeviceArray

if SIMULATED:
    from minitorch.kernels.cuda import _simulator

# Threads of a block, and the most blocks of a launch whose threads then take several elements each. In the simulator
# every thread is one of Python's, which takes 0.1 ms to start.
THREADS = 32 if SIMULATED else 256
_BLOCKS = 2 if SIMULATED else 1 << 16

# After each launch: wait for it, so that an error is reported where it was made.
_BLOCKING = os.environ.get("MINITORCH_LAUNCH_BLOCKING", "0") not in ("", "0")


def blocks(elements: int, per_block: int = THREADS) -> int:
    """How many blocks are launched for so many elements: their threads go on in steps of `cuda.gridsize(1)`."""
    return max(1, min((elements + per_block - 1) // per_block, _BLOCKS))


def kernel(function: Callable) -> "Kernel":
    """Compile a function for the GPU: `_loop[blocks, threads](out, array, 3, 0.5)`.

    Arrays arrive as lines of memory, an int as int64, a float as float64, a NumPy number as what it is, and a tuple of
    them as a tuple. Nobody else may use `cuda.jit`.
    """
    return Kernel(function)


def device(function: Callable) -> Callable:
    """Compile a function that kernels call. It may use `cuda`."""
    return cuda.jit(device=True)(function)


@functools.cache
def formula(function: Callable) -> Callable:
    """Compile one of the shared formulas: plain Python of one element.

    The simulator takes what the CPU runs: Python's own `math` raises an error where a formula means infinity.
    """
    if SIMULATED:
        return _simulator.formula(function)
    names = {**function.__globals__, "np": _rounding()}
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    return cuda.jit(device=True)(copy)


@functools.cache
def _rounding() -> ModuleType:
    """`np` of a formula on the GPU, for which Numba does not have NumPy's rounding. In float64 all these are exact."""
    from numba.cuda import libdevice

    result = ModuleType("numpy_on_the_device")
    for name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint32", "uint64", "bool_"):
        setattr(result, name, getattr(np, name))
    for name in ("floor", "ceil", "trunc", "rint"):
        setattr(result, name, _unary_on_doubles(getattr(libdevice, name)))
    single, double = libdevice.nextafterf, libdevice.nextafter

    @cuda.jit(device=True)
    def fmod(a, b):
        return libdevice.fmod(np.float64(a), np.float64(b))

    @cuda.jit(device=True)
    def nextafter(a, b):
        return single(a, b) if type(a) is np.float32 else double(a, b)

    result.fmod, result.nextafter = fmod, nextafter
    return result


def _unary_on_doubles(function: Callable) -> Callable:
    @cuda.jit(device=True)
    def on_doubles(a):
        return function(np.float64(a))

    return on_doubles


class Kernel:
    """A function for the GPU, and what it was compiled to. PyTorch: the <<<blocks, threads>>> of CUDA C++."""

    def __init__(self, function: Callable):
        self.function = function
        self._compiled: dict[tuple, _Compiled] = {}

    def __getitem__(self, size: tuple) -> Callable:
        """`kernel[blocks, threads]`: a launch of that size. Each is a number, or a tuple of up to three."""
        grid, block = size
        return functools.partial(self._launch, grid, block)

    def _launch(self, grid, block, *arguments) -> None:
        if _driver.capture is not None:
            _keep(arguments)
        if SIMULATED:
            _driver.do(_simulator.prepared(self.function, grid, block, arguments))
            return
        kinds: list = []
        values: list = []
        _take_apart(arguments, kinds, values)
        key = tuple(kinds)
        compiled = self._compiled.get(key)
        if compiled is None:
            make = _CompiledOnly if _driver.ON_HOST else _Compiled
            compiled = self._compiled[key] = make(self.function, tuple([_kind(each) for each in arguments]))
        compiled.launch(grid, block, values)


def _take_apart(arguments: tuple, kinds: list, values: list) -> None:
    """What decides how the kernel is compiled, as a line, and the fields of its arguments.

    Those of an array: no owner, no parent, size, item size, address, shape, stride.
    """
    for each in arguments:
        kind = type(each)
        if kind is DeviceArray:
            kinds.append(each.dtype)
            reach, itemsize = each.reach, each.itemsize
            values += (0, 0, reach, itemsize, each.address, reach, itemsize)
        elif kind is tuple:
            inner = tuple(map(type, each))
            kinds.append(inner)
            if DeviceArray in inner or tuple in inner:
                _take_apart(each, kinds, values)
            else:  # sizes, strides, scalars
                values += each
        elif kind is np.ndarray:
            raise RuntimeError(MISMATCH)
        else:
            kinds.append(kind)
            values.append(each)


def _keep(arguments: tuple) -> None:
    """What a graph reads that is not in its pool stays alive with it: a table may leave its cache before."""
    recording = _driver.recording()
    if recording is not None:
        owners = [each.owner for each in arguments if type(each) is DeviceArray]
        recording.kept.extend([each for each in owners if getattr(each, "pool", None) is not recording.pool])


def _kind(argument) -> object:
    """What decides how a kernel is compiled: the dtype of an array, the type of a number, a tuple of those."""
    kind = type(argument)
    if kind is DeviceArray:
        return argument.dtype
    if kind is tuple:
        return tuple([_kind(each) for each in argument])
    return kind


_NUMBERS = {int: types.int64, float: types.float64, bool: types.boolean, np.bool_: types.boolean}
_NUMBERS |= {each: types.__dict__[each.__name__] for each in (np.float32, np.float64, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint32, np.uint64)}
_FORMATS = {types.int64: "q", types.float64: "d", types.float32: "f", types.boolean: "?", types.int32: "i", types.int16: "h"}
_FORMATS |= {types.int8: "b", types.uint8: "B", types.uint32: "I", types.uint64: "Q"}


def numba_type(kind: object):
    """Numba's type of an argument."""
    if isinstance(kind, np.dtype):
        element = types.boolean if kind == np.bool_ else types.__dict__[kind.name]
        return types.Array(element, 1, "C")
    if isinstance(kind, tuple):
        kinds = [numba_type(each) for each in kind]
        return types.UniTuple(kinds[0], len(kinds)) if kinds and len(set(kinds)) == 1 else types.Tuple(kinds)
    return _NUMBERS[kind]


def _ptx(function: Callable, kinds: tuple, capability: tuple[int, int]) -> str:
    signature = tuple(numba_type(each) for each in kinds)
    return cuda.compile_ptx(function, signature, cc=capability)[0]


class _Compiled:
    """A kernel for one combination of dtypes, and how its arguments are packed."""

    def __init__(self, function: Callable, kinds: tuple):
        ptx = _ptx(function, kinds, _driver.capability())
        entry = re.search(r"\.entry\s+([\w$]+)", ptx).group(1)
        self._handle = ctypes.c_void_p(_driver.load(ptx, entry))
        self._name = function.__name__
        self._pack = struct.Struct("@" + _fields(kinds))
        self._buffer = ctypes.create_string_buffer(max(1, self._pack.size))
        self._size = ctypes.c_size_t(self._pack.size)
        self._extra = (ctypes.c_void_p * 5)(
            1, ctypes.addressof(self._buffer), 2, ctypes.addressof(self._size), 0  # pointer, size, end
        )
        self._lock = threading.Lock()

    def launch(self, grid, block, values: list) -> None:
        """Give it to the stream."""
        gx, gy, gz = (grid, 1, 1) if type(grid) is int else (*grid, 1, 1)[:3]
        bx, by, bz = (block, 1, 1) if type(block) is int else (*block, 1, 1)[:3]
        stream = _driver.stream()
        with self._lock:  # between packing and launching
            self._pack.pack_into(self._buffer, 0, *values)
            status = _driver.launch(self._handle, gx, gy, gz, bx, by, bz, 0, stream, None, self._extra)
        if status:
            raise _driver.error(f"launching {self._name}", status)
        if _BLOCKING:
            _driver.synchronize()


class _CompiledOnly:
    """A kernel on a machine without a GPU: compiled as for an A100 and an H100, and never run."""

    compiled = 0  # how many there were

    def __init__(self, function: Callable, kinds: tuple):
        for capability in ((8, 0), (9, 0)):
            with _driver.pretended(capability):
                ptx = _ptx(function, kinds, capability)
            head = ptx[ptx.index(".entry") :]
            taken = [int(bits) // 8 for bits in re.findall(r"\.param \.[a-z](\d+) ", head[: head.index(")")])]
            given = [struct.calcsize(letter) for letter in _fields(kinds)]
            if taken != given:
                raise AssertionError(f"{function.__name__} takes fields of {taken} bytes, and would be given {given}")
        _CompiledOnly.compiled += 1

    def launch(self, grid, block, values: list) -> None:
        """Nothing."""


def _fields(kinds: tuple) -> str:
    """The struct of a kernel's arguments, one letter for each field."""
    letters = ""
    for kind in kinds:
        if isinstance(kind, np.dtype):
            letters += "qqqqQqq"
        else:
            letters += _fields(kind) if isinstance(kind, tuple) else _FORMATS[_NUMBERS[kind]]
    return letters
