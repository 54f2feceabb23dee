"""To and from other dtypes, devices and libraries. PyTorch: aten/src/ATen/native/TensorConversions.cpp, torch/csrc/utils/tensor_new.cpp."""

import numbers
import warnings
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, contiguous_strides, wrap
from minitorch.autograd.function import Function
from minitorch.ops.creation import empty, empty_like, empty_strided, requiring_grad, strides_in_format
from minitorch.ops.devices import kernels_on, moved, pinned
from minitorch.ops.promotion import check_tensor, dtype_of_number
from minitorch.ops.shape import detach
from minitorch.ops.sizes import (
    channels_last,
    channels_last_3d,
    check_format,
    check_int64,
    contiguous_format,
    preserve_format,
)
from minitorch.ops.transfer import ToDevice, from_cuda_array


def tensor(data, *, dtype: types.dtype | None = None, device=None, requires_grad: bool = False, pin_memory=False) -> Tensor:
    """A copy of nested lists, numbers, arrays or a tensor. PyTorch: torch.tensor.

    The dtype is that of the data: float for Python floats, int64 for ints. Raises ValueError for ragged lists.
    """
    on = kernels_on(device)
    dtype = None if dtype is None else types.as_dtype(dtype, "tensor")
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        on = data.kernels if device is None else on
        array = moved(data.array, data.kernels, on)
        kind = dtype or data.dtype
    elif isinstance(data, (np.ndarray, np.generic)):
        array = np.asarray(data)
        kind = dtype or types.of_numpy(array.dtype)
    elif (array := _plain(data)) is not None:
        natural = types.of_numpy(array.dtype)
        kind = dtype or (types.get_default_dtype() if natural.is_floating_point else natural)
        if kind.category < natural.category or kind.itemsize < (4 if kind.is_floating_point else natural.itemsize):
            array = _array_of(data, array.shape, kind)  # may not fit: checked number by number
    else:
        shape = _shape_of(data)
        kind = dtype or _infer_dtype(data, shape)
        array = _array_of(data, shape, kind)
    array = _own_copy(on, array, kind.numpy)
    result = wrap(pinned(array) if pin_memory else array)
    return requiring_grad(result) if requires_grad else result


def legacy_tensor(cls: type, *args, device=None) -> Tensor:
    """`Tensor(2, 3)`: memory as it comes; `Tensor([1, 2])`: those values; always of the default dtype.

    PyTorch: torch.Tensor, legacy_tensor_ctor in torch/csrc/utils/tensor_new.cpp.
    """
    if len(args) == 1 and isinstance(args[0], Tensor):
        result = detach(args[0])
    elif not args:
        result = empty(0)
    elif all(isinstance(each, (int, np.integer)) and not isinstance(each, bool) for each in args):
        result = empty(*args)
    elif len(args) == 1 and isinstance(args[0], types.Size):
        result = empty(args[0])
    elif len(args) == 1 and isinstance(args[0], (Sequence, np.ndarray)):
        result = tensor(args[0], dtype=types.get_default_dtype())
    else:
        raise TypeError(f"new(): data must be a sequence (got {type(args[0]).__name__})")
    if cls is not Tensor:
        result.__class__ = cls
    return result


def _plain(data: object) -> np.ndarray | None:
    """A number or a flat list of numbers of one type, as labels are: NumPy reads it in a tenth of the time. None for others."""
    kind = type(data)
    if kind is list and data:
        kinds = set(map(type, data))
        kind = kinds.pop()
        if kinds:
            return None
    if kind not in (int, float, bool):
        return None
    try:
        return np.array(data, dtype={int: np.int64, float: np.float64, bool: np.bool_}[kind])
    except OverflowError:
        return None


def as_tensor(data, dtype: types.dtype | None = None, device=None) -> Tensor:
    """The data as a tensor, without a copy where it is one or an array. PyTorch: torch.as_tensor."""
    if isinstance(data, Tensor):
        return data if dtype is None and device is None else data.to(device, dtype)
    if isinstance(data, np.ndarray):
        shared = from_numpy(data)
        return shared if dtype is None and device is None else shared.to(device, dtype)
    if hasattr(data, "__cuda_array_interface__"):
        shared = from_cuda_array(data)
        return shared if dtype is None and device is None else shared.to(device, dtype)
    return tensor(data, dtype=dtype, device=device)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False) -> Tensor:
    """As as_tensor, with a copy on demand. PyTorch: torch.asarray."""
    result = as_tensor(obj, dtype, device)
    if copy:
        result = result.clone()
    return requiring_grad(result) if requires_grad else result


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """The array's own memory as a tensor. Raises ValueError for negative strides. PyTorch: torch.from_numpy."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {types.name_of_type(ndarray)})")
    if ndarray.dtype.newbyteorder("=") != ndarray.dtype:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported."
        )
    types.of_numpy(ndarray.dtype)
    if any(step < 0 for step in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with array.copy().) "
        )
    if any(step % ndarray.itemsize for step in ndarray.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate the "
            "memory."
        )
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing "
            "to this tensor will result in undefined behavior.",
            UserWarning,
            stacklevel=2,
        )
        ndarray = ndarray.copy()  # safer than PyTorch: a write cannot reach memory that forbids it
    return wrap(ndarray.view(np.ndarray))


def to(input: Tensor, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None) -> Tensor:
    """In another dtype or on another device; the tensor itself where nothing changes. PyTorch: Tensor.to."""
    flags = [each for each in args if isinstance(each, bool)]  # non_blocking and copy
    non_blocking = non_blocking or (len(flags) > 0 and flags[0])
    copy = copy or (len(flags) > 1 and flags[1])
    for each in args:
        if isinstance(each, types.dtype) or each in (float, int, bool):
            dtype = each
        elif isinstance(each, Tensor):
            dtype, device = each.dtype, each.device
        elif isinstance(each, (str, types.device, int)) and not isinstance(each, bool):
            device = each
        elif each is not None and not isinstance(each, bool):
            raise TypeError(
                f"to() received an invalid combination of arguments - got ({type(each).__name__}), but expected one of:"
            )
    if device is not None and kernels_on(device) is not input.kernels:
        kind = input.dtype if dtype is None else types.as_dtype(dtype, "to")
        result = ToDevice.apply(input, kind.numpy, kernels_on(device), bool(non_blocking))
        return result if memory_format is None else contiguous(result, memory_format=memory_format)
    check_format(memory_format, "to")
    dtype = None if dtype is None else types.as_dtype(dtype, "to")
    if dtype is None or dtype is input.dtype:
        if copy:
            return clone(input, memory_format=memory_format)
        if memory_format is None or (memory_format is contiguous_format and not is_in_format(input, channels_last)):
            return input  # PyTorch, too, leaves a tensor of any other strides alone
        return contiguous(input, memory_format=memory_format)
    return ToCopy.apply(input, dtype.numpy, memory_format)


class ToCopy(Function):
    """derivatives.yaml: _to_copy. The engine casts the gradient back."""

    @staticmethod
    def forward(ctx, input, dtype, memory_format):
        array = input.array
        if memory_format is None and array.flags.c_contiguous and _has_plain_strides(input):
            return wrap(_own_copy(input.kernels, array, dtype))
        return _copy(input, types.of_numpy(dtype), strides_in_format(input, memory_format))

    @staticmethod
    def backward(ctx, grad):
        return grad, None, None


def type_of(input: Tensor, dtype=None):
    """The legacy name of a tensor's type, or the tensor in another. PyTorch: Tensor.type."""
    if dtype is None:
        return types.TENSOR_NAME[input.dtype]
    if isinstance(dtype, type):
        dtype = f"torch.{dtype.__name__}"  # torch.LongTensor
    if isinstance(dtype, str):
        for each, name in types.TENSOR_NAME.items():
            if name == dtype:
                return to(input, each)
        raise ValueError(f"invalid type: '{dtype}'")
    return to(input, dtype)


def clone(input: Tensor, *, memory_format=None) -> Tensor:
    """A copy in memory of its own, with the order of strides kept or that of a memory format. PyTorch: torch.clone."""
    check_tensor(input, "clone", "input", 1)
    check_format(memory_format, "clone")
    return Clone.apply(input, memory_format)


class Clone(Function):
    """derivatives.yaml: clone."""

    @staticmethod
    def forward(ctx, input, memory_format):
        if memory_format is not None:
            return _copy(input, input.dtype, strides_in_format(input, memory_format))
        if input.array.flags.c_contiguous and (input._stride is None or not {0, 1} & set(input.array.shape)):
            return wrap(input.kernels.contiguous(input.array))
        result = empty_like(input)
        input.kernels.copy_into(result.array, input.array)
        return result

    @staticmethod
    def backward(ctx, grad):
        return grad, None


def contiguous(input: Tensor, *, memory_format=None) -> Tensor:
    """The tensor itself where it is row-major (or in the memory format), else such a copy. PyTorch: Tensor.contiguous."""
    if memory_format is not None:
        check_format(memory_format, "contiguous")
        if memory_format is preserve_format or is_in_format(input, memory_format):
            return input
        return Clone.apply(input, memory_format)
    return input if input.array.flags.c_contiguous else Contiguous.apply(input)


class Contiguous(Function):
    """A row-major copy. PyTorch: derivatives.yaml: clone."""

    node_name = "CloneBackward0"

    @staticmethod
    def forward(ctx, input):
        return wrap(input.kernels.contiguous(input.array))

    @staticmethod
    def backward(ctx, grad):
        return grad


def numpy(input: Tensor, *, force: bool = False) -> np.ndarray:
    """The tensor's memory as an array. PyTorch: Tensor.numpy.

    Raises RuntimeError for one that requires a gradient, and TypeError on the GPU; `force` gives a copy of its values.
    """
    if input.requires_grad and not force:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    if input.is_cuda:
        if force:
            return input.array.to_host()
        raise TypeError(
            f"can't convert {input.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory "
            "first."
        )
    return input.array


def item(input: Tensor) -> int | float | bool:
    """The one element as a Python number. Raises RuntimeError for several. PyTorch: Tensor.item."""
    if input.array.size != 1:
        raise RuntimeError(f"a Tensor with {input.array.size} elements cannot be converted to Scalar")
    return input.array.item()


def tolist(input: Tensor):
    """Nested lists of Python numbers. PyTorch: Tensor.tolist."""
    return input.array.tolist()


def to_number(input: Tensor) -> int | float | bool:
    """As item, for float() and int(). Raises ValueError for several elements. PyTorch: Tensor.__float__."""
    if input.array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return input.array.item()


def to_bool(input: Tensor) -> bool:
    """The truth of one element. Raises RuntimeError for none or several. PyTorch: Tensor.__bool__."""
    if input.array.size == 1:
        return bool(input.array.item())
    if input.array.size == 0:
        raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
    raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")


def to_index(input: Tensor) -> int:
    """One integer, for use as an index. PyTorch: Tensor.__index__."""
    if input.array.size != 1 or input.array.dtype.kind not in "iub":
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(input.array.item())


def numpy_array(input: Tensor, dtype=None, copy=None) -> np.ndarray:
    """For numpy.asarray. Raises RuntimeError for a tensor that requires a gradient. PyTorch: Tensor.__array__."""
    array = numpy(input)
    if dtype is not None and array.dtype != dtype:
        return array.astype(dtype)
    return array.copy() if copy else array


def array_wrap(array: np.ndarray) -> Tensor:
    """What NumPy computed of a tensor, as a tensor: numpy.sin(x). PyTorch: Tensor.__array_wrap__."""
    return from_numpy(np.asarray(array.astype(np.uint8) if array.dtype == bool else array))


def is_in_format(input: Tensor, memory_format) -> bool:
    """Whether the elements lie in the order of a memory format, without gaps. PyTorch: Tensor.is_contiguous."""
    check_format(memory_format, "is_contiguous")
    if memory_format not in (channels_last, channels_last_3d):
        return input.array.flags.c_contiguous
    shape, stride = input.array.shape, input.stride()
    return len(shape) == (4 if memory_format is channels_last else 5) and all(
        size == 1 or have == want for size, have, want in zip(shape, stride, strides_in_format(input, memory_format))
    )


def in_channels_order(result: Tensor, input: Tensor) -> Tensor:
    """A new result with its channels innermost in memory if the image (or volume) it was made of has them there.

    PyTorch: Tensor.suggest_memory_format.
    """
    if input.array.flags.c_contiguous or result.array.ndim not in (4, 5):
        return result
    memory_format = channels_last if result.array.ndim == 4 else channels_last_3d
    if not is_in_format(input, memory_format):
        return result
    return _copy(result, result.dtype, strides_in_format(result, memory_format))


def shallow_copy(input: Tensor) -> Tensor:
    """Another tensor onto the same memory, a leaf. PyTorch: copy.copy, by way of Tensor.__reduce_ex__."""
    result = detach(input)
    result.__class__ = type(input)
    result._requires_grad = input.requires_grad
    return result


def reduce_for_pickle(input: Tensor):
    """How pickle and copy.copy see a tensor: its values, and whether it requires a gradient. PyTorch: Tensor.__reduce_ex__."""
    if input.is_cuda:
        return _rebuild, (type(input), input.kernels.to_host(input.array), input.requires_grad, str(input.device))
    return _rebuild, (type(input), input.array.copy(), input.requires_grad)


def _rebuild(cls: type, array: np.ndarray, requires_grad: bool, device: str = "cpu") -> Tensor:
    result = wrap(kernels_on(device).from_host(array))
    result.__class__ = cls
    result._requires_grad = requires_grad
    return result


def _copy(input: Tensor, dtype: types.dtype, stride: tuple[int, ...]) -> Tensor:
    result = empty_strided(input.array.shape, stride, dtype=dtype, device=input.device)
    input.kernels.copy_into(result.array, input.array)
    return result


def _has_plain_strides(input: Tensor) -> bool:
    """Whether the strides, also those of dimensions of size 1, are the ones that a new tensor has."""
    return input._stride is None or input._stride == contiguous_strides(input.array.shape)


def _own_copy(on, array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    result = on.empty(array.shape, dtype)
    on.copy_into(result, array)
    return result


def _is_sequence(data: object) -> bool:
    return isinstance(data, (list, tuple, range)) or (
        hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, (str, bytes, dict))
    )


def _shape_of(data: object) -> tuple[int, ...]:
    """The shape that the first element at every depth suggests."""
    shape = []
    while _is_sequence(data):
        if isinstance(data, (Tensor, np.ndarray)):
            return (*shape, *data.shape)
        shape.append(len(data))
        if len(data) == 0:
            break
        if len(shape) > 64:
            raise ValueError("too many dimensions: the list seems to contain itself")
        data = data[0]
    if isinstance(data, (str, bytes)):
        if not shape:
            raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
        raise ValueError(f"too many dimensions '{type(data).__name__}'")
    return tuple(shape)


def _leaves(data: object):
    if isinstance(data, Tensor):
        data = data.kernels.to_host(data.array)
    if isinstance(data, np.ndarray):
        yield from data.reshape(-1).tolist() if data.dtype.kind in "biuf" else data.reshape(-1)
    elif _is_sequence(data):
        for each in data:
            yield from _leaves(each)
    else:
        yield data


def _infer_dtype(data: object, shape: tuple[int, ...]) -> types.dtype:
    kinds = types.bool
    found = False
    for kind in {_kind(each) for each in _typed_leaves(data)}:
        kinds = types.promote_types(kinds, kind) if found else kind
        found = True
    return kinds if found else types.get_default_dtype()


def _typed_leaves(data: object):
    """Numbers by themselves, arrays as a whole."""
    if isinstance(data, (Tensor, np.ndarray)) or not _is_sequence(data):
        yield data
    else:
        for each in data:
            yield from _typed_leaves(each)


def _kind(leaf: object) -> types.dtype:
    if isinstance(leaf, Tensor):
        return leaf.dtype
    if isinstance(leaf, (np.ndarray, np.generic)):
        return types.of_numpy(leaf.dtype)
    if isinstance(leaf, numbers.Real):
        return dtype_of_number(leaf)
    if isinstance(leaf, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(leaf).__name__}'")
    raise RuntimeError(f"Could not infer dtype of {type(leaf).__name__}")


def _array_of(data: object, shape: tuple[int, ...], kind: types.dtype) -> np.ndarray:
    _check_regular(data, shape, 0)
    values = list(_leaves(data))
    for each in values:
        if not isinstance(each, (numbers.Real, np.bool_)):
            raise TypeError(f"must be real number, not {type(each).__name__}")
    dtype = kind.numpy
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        for each in values:
            low = limits.min
            if isinstance(each, (int, np.integer)):
                check_int64(each)
                low = limits.min if dtype.kind == "i" else -limits.max  # -1 is 255 as uint8
            if not low <= each <= limits.max:  # NaN compares as outside
                raise RuntimeError(f"value cannot be converted to type {_c_name(kind)} without overflow")
        values = [int(each) for each in values]
    with np.errstate(over="ignore"):
        array = np.array(values, dtype=np.int64 if dtype.kind in "iu" else dtype).astype(dtype)
    return array.reshape(shape)


def _c_name(kind: types.dtype) -> str:
    return kind.name


def _check_regular(data: object, shape: tuple[int, ...], depth: int) -> None:
    if isinstance(data, (Tensor, np.ndarray)):
        if data.shape != shape[depth:]:
            raise ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {len(data)})")
        return
    if depth == len(shape):
        if _is_sequence(data):
            raise TypeError(f"'{type(data).__name__}' object cannot be interpreted as an integer")
        return
    if not _is_sequence(data):
        raise TypeError("not a sequence")
    if len(data) != shape[depth]:
        raise ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {len(data)})")
    if data and depth + 1 == len(shape) and isinstance(data[0], (int, float)):
        nested = next((each for each in data if _is_sequence(each)), None)
        if nested is not None:
            raise TypeError(f"'{type(nested).__name__}' object cannot be interpreted as an integer")
        return
    for each in data:
        _check_regular(each, shape, depth + 1)
