"""x[index] and x[index] = value. PyTorch: torch/csrc/autograd/python_variable_indexing.cpp.

Integers, slices, None and ... make a view. Tensors, arrays and lists of integers or bools pick elements out
of that view into fresh memory: that part is in `advanced_indexing.py`.
"""

import operator
import warnings
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import mode
from minitorch.ops import inplace
from minitorch.ops.advanced_indexing import (
    Index,
    IndexPut,
    advanced_places,
    dimensions,
    holds_positions,
    memory_order,
    write_,
)
from minitorch.ops.convert import from_numpy, tensor
from minitorch.ops.numbers import check_int64, checked_number, number_like
from minitorch.ops.promotion import Number
from minitorch.ops.shape import alias, expand, unsqueeze, view, window
from minitorch.ops.slicing import Select, Slice


def getitem(input: Tensor, index) -> Tensor:
    """input[index]: a view, or a copy if a tensor, list, array or bool is in the index.

    Raises IndexError for an index that does not fit the shape, ValueError for a slice with a step below 1.
    PyTorch: Tensor.__getitem__.
    """
    if type(index) is int:
        return _select(input, 0, index, 0)
    if type(index) is slice:
        return _slice(input, 0, index)
    part, picked = _basic(input, _items(index))
    if not picked:
        return Alias.apply(input) if part is input else part
    places = advanced_places(part, picked)
    order = memory_order(part.array, places)
    return Index.apply(part, places, order, tuple([each for _, each in picked]))


def setitem(input: Tensor, index, value: Tensor | Number) -> None:
    """input[index] = value: the value is broadcast and cast, and written in place.

    Raises TypeError for a value that is no tensor or number, RuntimeError for one whose shape does not fit.
    PyTorch: Tensor.__setitem__.
    """
    if not isinstance(value, Tensor):
        value = _assignable(input, value)
    if index is False:
        return
    if type(index) is int:
        part, picked = _select(input, 0, index, 0), ()
    elif type(index) is slice:
        part, picked = _slice(input, 0, index), ()
    elif index is True:
        part, picked = unsqueeze(input, 0), ()
    else:
        part, picked = _basic(input, _items(index))
    if not picked:
        _copy_to(part, value)
        return
    places = advanced_places(part, picked)
    if not isinstance(value, Tensor):
        value = number_like(input, value)
    elif value.array.ndim == 0 and value.array.dtype != input.array.dtype:
        masks = [each.array.dtype.kind == "b" or each.array.dtype == np.uint8 for _, each in picked]
        value = value.to(input.dtype) if masks == [True] else value
    write_(part, _without_leading_ones(value), places, False, IndexPut, tuple([each for _, each in picked]))


class Alias(Function):
    """derivatives.yaml: alias. A view of everything."""

    @staticmethod
    def forward(ctx, input):
        return alias(input)

    @staticmethod
    def backward(ctx, grad):
        return grad


# ---- The basic part of an index ----


def _items(index) -> tuple:
    """The index as a tuple with one entry per position."""
    if isinstance(index, tuple):
        return tuple(index)
    if not isinstance(index, Sequence):
        return (index,)
    if len(index) < 32 and any(_opens_dimensions(each) for each in index):
        warnings.warn(
            "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
            "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
            "tensor index, x[torch.tensor(seq)], which will result either in an error or a different result",
            UserWarning,
            stacklevel=4,
        )
        return tuple(index)
    return (index,)


def _opens_dimensions(item: object) -> bool:
    return item is None or item is Ellipsis or isinstance(item, (Tensor, slice, Sequence, np.ndarray))


def _basic(input: Tensor, items: tuple) -> tuple[Tensor, list[tuple[int, Tensor]]]:
    """The view that the basic entries make, and each advanced entry with its first dimension in that view."""
    items = [_normal(item) for item in items]
    wanted = sum([dimensions(item) for item in items])
    if wanted > input.array.ndim:
        raise IndexError(f"too many indices for tensor of dimension {input.array.ndim}")
    part, dim, picked = input, 0, []
    for number, item in enumerate(items):
        if type(item) is int:
            part = _select(part, dim, item, number)
        elif type(item) is slice:
            start, stop, step = _bounds(item, part.array.shape[dim])
            if (start, stop, step) != (0, part.array.shape[dim], 1):
                part = _slice(part, dim, item)
            dim += 1
        elif item is Ellipsis:
            dim += input.array.ndim - wanted
        elif item is None:
            part = unsqueeze(part, dim)
            dim += 1
        else:
            if item.array.ndim == 0 and item.array.dtype.kind != "f":  # a bool: a new dimension, of 1 or 0
                part, item = unsqueeze(part, dim), wrap(item.array.reshape(1).astype(np.bool_))
            picked.append((dim, item))
            dim += max(dimensions(item), 1)
    return part, picked


def _normal(item: object):
    """An entry as int, slice, None, Ellipsis or Tensor."""
    if type(item) is int or item is None or item is Ellipsis or type(item) is slice:
        return item
    if isinstance(item, Tensor):
        return item.array.item() if item.array.ndim == 0 and holds_positions(item) else item
    if isinstance(item, bool):
        return wrap(np.array(item))
    if isinstance(item, np.ndarray):
        return _normal(from_numpy(item))
    if isinstance(item, Sequence):
        return _index_tensor(item)
    try:
        return operator.index(item)
    except TypeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
            f"indices (got {_type_name(item)})"
        ) from None


def _index_tensor(values: Sequence) -> Tensor:
    if isinstance(values, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(values).__name__}'")
    result = tensor(values)
    return result.to(types.int64) if result.is_floating_point() else result


def _select(input: Tensor, dim: int, index: int, number: int) -> Tensor:
    """One slice of a dimension; `number` says which entry of the index asked for it."""
    shape = input.array.shape
    if not shape:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
            "convert a 0-dim tensor to a number"
        )
    size = shape[dim]
    if not -size <= index < size:
        check_int64(index)
        raise IndexError(f"index {index} is out of bounds for dimension {number} with size {size}")
    if index < 0:
        index += size
    if input.requires_grad:
        return Select.apply(input, dim, index)
    stride = input.stride()
    offset = input._offset + index * stride[dim]
    array = input.array[index, ...] if dim == 0 else None  # three times as fast as a window, for rows of a dataset
    return _unrecorded(window(input, shape[:dim] + shape[dim + 1 :], stride[:dim] + stride[dim + 1 :], offset, array))


def _slice(input: Tensor, dim: int, index: slice) -> Tensor:
    shape = input.array.shape
    if not shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    start, stop, step = _bounds(index, shape[dim])
    length = (stop - start + step - 1) // step if stop > start else 0
    if input.requires_grad:
        return Slice.apply(input, dim, start, length, step)
    stride = input.stride()
    new_shape = (*shape[:dim], length, *shape[dim + 1 :])
    new_stride = (*stride[:dim], stride[dim] * step, *stride[dim + 1 :])
    return _unrecorded(window(input, new_shape, new_stride, input._offset + start * stride[dim]))


def _unrecorded(view: Tensor) -> Tensor:
    """What Function.apply does for the others: under no_grad, the view is marked."""
    if not mode.enabled:
        view._made = "no_grad"
    return view


def _bounds(index: slice, size: int) -> tuple[int, int, int]:
    """Start, stop and step with defaults and negative numbers resolved."""
    start, stop, step = index.indices(size)
    if step < 0:
        raise ValueError("step must be greater than zero")
    return start, stop, step


# ---- The value of an assignment ----


def _copy_to(part: Tensor, value: Tensor | Number) -> None:
    if not isinstance(value, Tensor) or value.array.ndim == 0:
        inplace.check(part, value)  # an assignment refuses repeated memory, which fill_ itself may write
        inplace.fill_(part, value)
        return
    if value.array.shape != part.array.shape:
        value = expand(_without_leading_ones(value), part.array.shape)
    inplace.copy_(part, value)


def _without_leading_ones(value: Tensor) -> Tensor:
    shape = value.array.shape
    extra = next((axis for axis, size in enumerate(shape) if size != 1), len(shape))
    return view(value, shape[extra:]) if extra else value


def _assignable(input: Tensor, value: object) -> Number:
    """A Python number. Raises TypeError in PyTorch's words for anything else."""
    if isinstance(value, np.integer):
        value = int(value)
    if isinstance(value, (bool, int, float)):
        return checked_number(value, input.dtype)
    if isinstance(value, complex):
        raise RuntimeError("value cannot be converted to type float without overflow")
    raise TypeError(f"can't assign a {_type_name(value)} to a {types.TENSOR_NAME[input.dtype]}")


def _type_name(value: object) -> str:
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
