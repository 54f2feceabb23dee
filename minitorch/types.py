"""dtype, device, Size and the promotion rules. PyTorch: c10/core/ScalarType.h, Device.h, torch/csrc/Size.cpp."""

import builtins

import numpy as np


class dtype:
    """The type of a tensor's elements; prints, compares and pickles as PyTorch's. PyTorch: torch.dtype."""

    __slots__ = ("category", "is_floating_point", "itemsize", "name", "numpy")

    # Categories order promotion: bool < integer < floating point.
    BOOL, INTEGER, FLOATING = 0, 1, 2
    is_complex = False

    def __init__(self, name: str, numpy: type, category: int):
        self.name = name
        self.numpy = np.dtype(numpy)
        self.category = category
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = category == dtype.FLOATING

    @property
    def is_signed(self) -> bool:
        """Whether it holds negative numbers."""
        return self.numpy.kind in "if"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name  # pickled as the name of a module-level constant: one object per dtype


float32 = dtype("float32", np.float32, dtype.FLOATING)
float64 = dtype("float64", np.float64, dtype.FLOATING)
int64 = dtype("int64", np.int64, dtype.INTEGER)
int32 = dtype("int32", np.int32, dtype.INTEGER)
float16 = dtype("float16", np.float16, dtype.FLOATING)
int16 = dtype("int16", np.int16, dtype.INTEGER)
int8 = dtype("int8", np.int8, dtype.INTEGER)
uint8 = dtype("uint8", np.uint8, dtype.INTEGER)
bool = dtype("bool", np.bool_, dtype.BOOL)
PYTHON = {builtins.float: float64, builtins.int: int64, builtins.bool: bool}  # Python's types, where a dtype is asked for


class _Absent(dtype):
    """A floating-point dtype that scripts name, in a table say, and that minitorch has no tensors of."""

    __slots__ = ()
    is_signed = True

    def __init__(self, name: str, itemsize: int):
        self.name, self.itemsize = name, itemsize
        self.category, self.is_floating_point = dtype.FLOATING, True

    @property
    def numpy(self) -> np.dtype:
        """Raises TypeError."""
        raise TypeError(f"minitorch has no tensors of {self}")


bfloat16 = _Absent("bfloat16", 2)

ALL = (float32, float64, float16, int64, int32, int16, int8, uint8, bool)
_OF_NUMPY = {each.numpy: each for each in ALL}

# The name PyTorch's error texts give a dtype.
SCALAR_NAME = {float32: "Float", float64: "Double", int64: "Long", int32: "Int", uint8: "Byte", bool: "Bool"}
SCALAR_NAME |= {float16: "Half", int16: "Short", int8: "Char"}
# The name of the C++ type, which other texts have.
C_NAME = {float32: "float", float64: "double", int64: "long int", int32: "int", uint8: "unsigned char", bool: "bool"}
C_NAME |= {float16: "c10::Half", int16: "short int", int8: "signed char"}
# The name of PyTorch's legacy tensor type, as Tensor.type() prints it.
TENSOR_NAME = {each: f"torch.{SCALAR_NAME[each]}Tensor" for each in ALL}

_default = float32


def of_numpy(numpy_dtype: np.dtype) -> dtype:
    """The dtype of a NumPy array's elements. Raises TypeError in PyTorch's words for one it does not have."""
    try:
        return _OF_NUMPY[numpy_dtype]
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type {_numpy_name(numpy_dtype)}. The only supported types are: "
            "float64, float32, float16, int64, int32, int16, int8, uint8, and bool."
        ) from None


def _numpy_name(numpy_dtype: np.dtype) -> str:
    return f"numpy.{numpy_dtype.type.__name__}"


def get_default_dtype() -> dtype:
    """The dtype of new floating-point tensors. PyTorch: torch.get_default_dtype."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the dtype of new floating-point tensors. Raises TypeError for others. PyTorch: torch.set_default_dtype."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d


class device:
    """Where a tensor lives: a type, `"cpu"` or `"cuda"`, and an index. PyTorch: torch.device.

    As a context manager: new tensors are made there.
    """

    __slots__ = ("index", "type")

    def __init__(self, type: "str | device | int" = "cpu", index: int | None = None):
        if isinstance(type, device):
            self.type, self.index = type.type, type.index
            return
        if isinstance(type, int):
            self.type, self.index = "cuda", type
            return
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' (position 1) must be str, not {type.__class__.__name__}")
        if not type:
            raise RuntimeError("Device string must not be empty")
        name, colon, number = type.partition(":")
        if not name:
            raise RuntimeError(f"Invalid device string: '{type}'")
        if name not in ("cpu", "cuda", "meta"):
            if name in _OTHER_DEVICES:
                raise RuntimeError(f"minitorch has the devices cpu and cuda, not {name}")
            raise RuntimeError(
                "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, "
                f"vulkan, mps, meta, hpu, mtia, privateuseone device type at start of device string: {name}"
            )
        if colon:
            if not number.isdecimal() or (len(number) > 1 and number[0] == "0"):
                raise RuntimeError(f"Invalid device string: '{type}'")
            if index is not None:
                raise RuntimeError(
                    f"type (string) must not include an index because index was passed explicitly: {type}"
                )
            index = int(number)
        self.type, self.index = name, index

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + (")" if self.index is None else f", index={self.index})")

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self):
        return device, (self.type, self.index) if self.index is not None else (self.type,)

    def __enter__(self) -> "device":
        _outer_devices.append(_default_device)
        set_default_device(self)
        return self

    def __exit__(self, *unused) -> None:
        set_default_device(_outer_devices.pop())


_OTHER_DEVICES = {"mps", "xpu", "hpu", "xla", "mtia", "vulkan", "hip", "ipu"}
CPU = device("cpu")
GPU = device("cuda", 0)  # there is one
_default_device = CPU
_outer_devices: list[device] = []  # the defaults outside of `with torch.device(...)`


def get_default_device() -> device:
    """Where new tensors are made. PyTorch: torch.get_default_device."""
    return _default_device


def set_default_device(d: "device | str | int | None") -> None:
    """Make new tensors there; None is the CPU. What is not there fails when used. PyTorch: torch.set_default_device."""
    global _default_device
    _default_device = CPU if d is None else device(d)


class Size(tuple):
    """A tensor's shape: a tuple that prints as PyTorch's and knows its number of elements. PyTorch: torch.Size."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def numel(self) -> int:
        """The number of elements in a tensor of this shape."""
        result = 1
        for size in self:
            result *= size
        return result

    def __getitem__(self, item):
        result = tuple.__getitem__(self, item)
        return Size(result) if isinstance(item, slice) else result

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other):
        return Size(tuple.__add__(tuple(other), self))

    def __mul__(self, other):
        return Size(tuple.__mul__(self, other))

    __rmul__ = __mul__

    def __reduce__(self):
        return Size, (tuple(self),)


def name_of_type(value: object) -> str:
    """How PyTorch's texts name the type of an argument: numpy.float32, but float."""
    kind = type(value)
    return f"numpy.{kind.__name__}" if isinstance(value, (np.ndarray, np.generic)) else kind.__name__


def as_dtype(value: object, function: str, argument: str = "dtype", place: str = "") -> dtype:
    """A dtype, which Python's float, int and bool stand for too. Raises TypeError for anything else."""
    if isinstance(value, dtype):
        return value
    if isinstance(value, type) and value in PYTHON:
        return PYTHON[value]
    raise TypeError(f"{function}(): argument '{argument}'{place} must be torch.dtype, not {type(value).__name__}")


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that both can be cast to safely. PyTorch: torch.promote_types."""
    if not (isinstance(type1, dtype) and isinstance(type2, dtype)):
        type1 = as_dtype(type1, "promote_types", "type1", " (position 1)")
        type2 = as_dtype(type2, "promote_types", "type2", " (position 2)")
    if type1 is type2:
        return type1
    if type1.category != type2.category:
        return type1 if type1.category > type2.category else type2
    if type1.category == dtype.FLOATING:
        return type1 if type1.itemsize > type2.itemsize else type2
    if {type1, type2} == {uint8, int8}:
        return int16
    return type1 if type1.itemsize > type2.itemsize else type2  # one holds all numbers of the other


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result can be stored in a dtype: not in one of a lower category. PyTorch: torch.can_cast."""
    from_ = as_dtype(from_, "can_cast", "from_", " (position 1)")
    return from_.category <= as_dtype(to, "can_cast", "to", " (position 2)").category


class finfo:
    """The limits of a floating-point dtype. PyTorch: torch.finfo."""

    def __init__(self, type: dtype | None = None):
        type = _default if type is None else as_dtype(type, "finfo", "type", " (position 1)")
        if not type.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        limits = np.finfo(type.numpy)
        self.bits = limits.bits
        self.eps = float(limits.eps)
        self.max = float(limits.max)
        self.min = float(limits.min)
        self.tiny = self.smallest_normal = float(limits.tiny)
        self.resolution = float(limits.resolution)
        self.dtype = type.name

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


class iinfo:
    """The limits of an integer dtype. PyTorch: torch.iinfo."""

    def __init__(self, type: dtype):
        type = as_dtype(type, "iinfo", "type", " (position 1)")
        if type.is_floating_point:
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'"
            )
        if type is bool:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(type.numpy)
        self.bits = limits.bits
        self.max = int(limits.max)
        self.min = int(limits.min)
        self.dtype = type.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
