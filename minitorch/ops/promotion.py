"""Which dtype an operation computes in. PyTorch: aten/src/ATen/native/TypeProperties.cpp, torch.result_type."""

import functools
import numbers

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap

Number = bool | int | float


def check_tensor(value: object, function: str, argument: str, position: int) -> None:
    """Raise TypeError in PyTorch's words unless `value` is a Tensor."""
    if not isinstance(value, Tensor):
        raise not_a_tensor(value, function, argument, position)


def not_a_tensor(value: object, function: str, argument: str, position: int) -> TypeError:
    """PyTorch's words for an argument that must be a tensor and is something else."""
    kind = types.name_of_type(value)
    return TypeError(f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {kind}")


def is_number(value: object) -> bool:
    """Whether it can stand for a 0-d tensor: a Python or NumPy number."""
    return isinstance(value, (int, float, np.generic, numbers.Real))


def category(value: types.dtype | Number) -> int:
    """bool < integer < floating point."""
    if isinstance(value, types.dtype):
        return value.category
    if isinstance(value, (bool, np.bool_)):
        return types.dtype.BOOL
    return types.dtype.INTEGER if isinstance(value, (int, np.integer)) else types.dtype.FLOATING


def dtype_of_number(value: Number) -> types.dtype:
    """The dtype of tensor(value)."""
    return (types.bool, types.int64, types.get_default_dtype())[category(value)]


def result_type(tensor1: Tensor | Number, tensor2: Tensor | Number) -> types.dtype:
    """The dtype of an operation on both.

    Tensors with dimensions decide; 0-d tensors and then numbers only where their category is higher.
    PyTorch: torch.result_type.
    """
    first, second = isinstance(tensor1, Tensor), isinstance(tensor2, Tensor)
    if first and second:
        if tensor1.array.dtype == tensor2.array.dtype:
            return tensor1.dtype
        if (tensor1.array.ndim == 0) == (tensor2.array.ndim == 0):
            return types.promote_types(tensor1.dtype, tensor2.dtype)
        if tensor1.array.ndim == 0:
            tensor1, tensor2 = tensor2, tensor1
        return _combine(tensor1.dtype, tensor2.dtype)
    if first:
        return _combine(tensor1.dtype, dtype_of_number(tensor2))
    if second:
        return _combine(tensor2.dtype, dtype_of_number(tensor1))
    return types.promote_types(dtype_of_number(tensor1), dtype_of_number(tensor2))


def result_type_of(*tensors: Tensor) -> types.dtype:
    """The dtype of an operation on several tensors: those with dimensions against those without. PyTorch: at::result_type."""
    groups = [each for each in tensors if each.array.ndim], [each for each in tensors if not each.array.ndim]
    kinds = [functools.reduce(types.promote_types, [each.dtype for each in group]) for group in groups if group]
    return _combine(*kinds) if len(kinds) == 2 else kinds[0]


def _combine(higher: types.dtype, lower: types.dtype) -> types.dtype:
    return higher if higher.category >= lower.category else types.promote_types(higher, lower)


def operand(value: object, function: str, argument: str = "other", position: int = 2) -> Tensor | Number:
    """A Tensor or a Python number. Raises TypeError in PyTorch's words for anything else."""
    if isinstance(value, (Tensor, float, int)):
        return value
    if isinstance(value, np.bool_):
        return float(value)  # PyTorch, too, takes NumPy's truth for a floating-point number
    if isinstance(value, np.generic):
        return value.item()
    if is_number(value):
        return float(value)
    raise not_a_tensor(value, function, argument, position)


def prepare(
    function: str, input: Tensor, other: object, argument: str = "other"
) -> tuple[Tensor, "Tensor | Number", np.dtype]:
    """Check two operands; the NumPy dtype that the operation computes in."""
    if not isinstance(input, Tensor):
        input = _number_first(function, input, other)
    if isinstance(other, Tensor):
        if input.kernels is not other.kernels:
            input, other = _on_one_device(input, other)
        a, b = input.array, other.array
        if a.shape != b.shape:
            broadcast(a.shape, b.shape)
        if a.dtype == b.dtype:
            return input, other, a.dtype
    else:
        other = operand(other, function, argument)
        if type(other) in (float, int) and input.array.dtype.kind == "f":
            return input, other, input.array.dtype
    return input, other, result_type(input, other).numpy


def _on_one_device(input: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """A number on the CPU goes where the other tensor is, and its gradient comes back. Any others the launch refuses.

    Second, and without a gradient, a kernel takes it as it is.
    """
    if input.array.ndim == 0 and type(input.array) is np.ndarray:
        return input.to(other.device), other
    if other.array.ndim == 0 and type(other.array) is np.ndarray and other.requires_grad:
        return input, other.to(input.device)
    return input, other


# The functions that take a number before the tensor, and those of whose signatures PyTorch lists several.
_NUMBER_FIRST = {"add", "sub", "mul", "div", "floor_divide", "remainder", "bitwise_and", "bitwise_or", "bitwise_xor"}
_OVERLOADED = {"eq", "ne", "lt", "le", "gt", "ge", "fmod", "copysign", "rsub"}


def _number_first(function: str, number: object, other: object) -> Tensor:
    """A number before a tensor, as a tensor that promotes nothing. Raises TypeError where PyTorch takes none there."""
    if isinstance(other, Tensor) and is_number(number):
        if function in _NUMBER_FIRST:
            return tensor_of(number, result_type(number, other), other)
        if function in _OVERLOADED:
            raise TypeError(
                f"{function}() received an invalid combination of arguments - got ({type(number).__name__}, "
                f"{type(other).__name__}), but expected one of:"
            )
    raise not_a_tensor(number, function, "input", 1)


def tensor_of(number: Number, dtype: types.dtype, beside: Tensor) -> Tensor:
    """A number as a tensor without dimensions, where `beside` is; an integer wraps around where it does not fit."""
    return wrap(beside.kernels.from_host(np.array(number).astype(dtype.numpy)))


def prepare_floating(function: str, input: Tensor, other: object) -> tuple[Tensor, "Tensor | Number", np.dtype]:
    """As prepare; integers are computed in the default dtype."""
    if function in _NUMBER_FIRST and is_number(input) and isinstance(other, Tensor):
        input = float(input)
    input, other, dtype = prepare(function, input, other)
    return input, other, dtype if dtype.kind == "f" else types.get_default_dtype().numpy


def array_of(value: Tensor | Number):
    """What a kernel takes: the tensor's array, or the number itself."""
    return value.array if isinstance(value, Tensor) else value


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that all can be expanded to. Raises RuntimeError in PyTorch's words. PyTorch: torch.broadcast_shapes."""
    result = shapes[0]
    for shape in shapes[1:]:
        if shape != result:
            result = _broadcast_two(result, shape)
    return result


def _broadcast_two(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    ndim = max(len(a), len(b))
    result = []
    for axis in reversed(range(ndim)):  # the last dimension that does not fit is the one the error names
        size_a = a[axis - ndim + len(a)] if axis - ndim + len(a) >= 0 else 1
        size_b = b[axis - ndim + len(b)] if axis - ndim + len(b) >= 0 else 1
        if size_a != size_b and size_a != 1 and size_b != 1:
            raise RuntimeError(
                f"The size of tensor a ({size_a}) must match the size of tensor b ({size_b}) at non-singleton "
                f"dimension {axis}"
            )
        result.append(size_b if size_a == 1 else size_a)
    return tuple(reversed(result))
