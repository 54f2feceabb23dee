"""Tensors put together: cat, stack and their like. PyTorch: aten/src/ATen/native/TensorShape.cpp."""

import itertools
from builtins import slice as python_slice
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.kernels.layout import strides_in_order
from minitorch.ops.convert import is_in_format
from minitorch.ops.creation import zeros
from minitorch.ops.devices import beside
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import expand, reshape, unsqueeze
from minitorch.ops.sizes import CHANNELS_LAST_ORDER, channels_last, numpy_names, wrap_dim
from minitorch.types import promote_types


def cat(tensors: Sequence[Tensor], dim: int = 0, *, out: Tensor | None = None, **numpy) -> Tensor:
    """Tensors one after another along a dimension. Dtypes promote. PyTorch: torch.cat."""
    if numpy:
        dim, _ = numpy_names("cat", numpy, dim)
    tensors = _list_of_tensors(tensors, "cat")
    if out is not None:
        result = _castable(cat(tensors, dim), out)
        return deliver(out, "cat", result, *tensors, apart=True)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    if any(each.array.ndim == 0 for each in tensors):
        place = next(place for place, each in enumerate(tensors) if each.array.ndim == 0)
        raise RuntimeError(f"zero-dimensional tensor (at position {place}) cannot be concatenated")
    first = _shape_of_joined(tensors)
    dim = wrap_dim(dim, len(first))
    for place, each in enumerate(tensors):
        shape = each.array.shape
        if shape == (0,):
            continue
        if len(shape) != len(first):
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}"
            )
        for axis, (size, want) in enumerate(zip(shape, first)):
            if axis != dim and size != want:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {want} but got size {size} "
                    f"for tensor number {place} in the list."
                )
    dtype = tensors[0].dtype
    for each in tensors[1:]:
        dtype = promote_types(dtype, each.dtype)
    return Cat.apply(dim, dtype.numpy, *tensors)


def _shape_of_joined(tensors: Sequence[Tensor]) -> tuple[int, ...]:
    """The first shape that decides: PyTorch lets tensors of shape (0,) join anything."""
    return next((each.array.shape for each in tensors if each.array.shape != (0,)), (0,))


class Cat(Function):
    """derivatives.yaml: cat."""

    @staticmethod
    def forward(ctx, dim, dtype, *tensors):
        ctx.dim = dim
        ctx.shapes = [each.array.shape for each in tensors]
        sizes = [0 if shape == (0,) else shape[dim] for shape in ctx.shapes]
        shape = _shape_of_joined(tensors)
        shape = (*shape[:dim], sum(sizes), *shape[dim + 1 :])
        result = tensors[0].kernels.empty(shape, dtype)
        if len(shape) == 4 and all(_is_channels_last(each) for each in tensors):
            result = wrap(result).new_empty_strided(shape, strides_in_order(shape, CHANNELS_LAST_ORDER)).array
        start = 0
        before = (python_slice(None),) * dim
        for each, size in zip(tensors, sizes):
            if size == 0:
                continue
            each.kernels.copy_into(result[(*before, python_slice(start, start + size))], each.array)
            start += size
        return wrap(result)

    @staticmethod
    def backward(ctx, grad):
        grads, start = [], 0
        for shape, needed in zip(ctx.shapes, ctx.needs_input_grad[2:]):
            if shape == (0,):
                grads.append(grad.new_zeros(0) if needed else None)  # a constant, as in PyTorch
                continue
            grads.append(grad.narrow(ctx.dim, start, shape[ctx.dim]) if needed else None)
            start += shape[ctx.dim]
        return (None, None, *grads)


def stack(tensors: Sequence[Tensor], dim: int = 0, *, out: Tensor | None = None, **numpy) -> Tensor:
    """Tensors of one shape along a new dimension. PyTorch: torch.stack."""
    if numpy:
        dim, _ = numpy_names("stack", numpy, dim)
    tensors = _list_of_tensors(tensors, "stack")
    if out is not None:
        return deliver(out, "stack", _castable(stack(tensors, dim), out), *tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0].array.shape
    dim = wrap_dim(dim, len(first) + 1)
    for place, each in enumerate(tensors):
        if each.array.shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and "
                f"{list(each.array.shape)} at entry {place}"
            )
    kind = tensors[0].array.dtype
    dtype = tensors[0].dtype
    for each in tensors:
        if each.array.dtype is not kind:
            dtype = promote_types(dtype, each.dtype)
    return Stack.apply(dim, dtype.numpy, *tensors)


class Stack(Function):
    """derivatives.yaml: stack."""

    @staticmethod
    def forward(ctx, dim, dtype, *tensors):
        ctx.dim = dim
        arrays = [each.array for each in tensors]
        return wrap(tensors[0].kernels.stack(arrays, dim, dtype))

    @staticmethod
    def backward(ctx, grad):
        grads = grad.unbind(ctx.dim)
        return (None, None, *[each if needed else None for each, needed in zip(grads, ctx.needs_input_grad[2:])])


def hstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along the second dimension, vectors along their only one. PyTorch: torch.hstack."""
    tensors = _at_least("hstack", tensors, atleast_1d)
    return cat(tensors, 0 if tensors[0].array.ndim == 1 else 1, out=out)


def vstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along the first dimension, vectors as rows. PyTorch: torch.vstack."""
    return cat(_at_least("vstack", tensors, atleast_2d), 0, out=out)


def dstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along the third dimension, which is added where it is missing. PyTorch: torch.dstack."""
    return cat(_at_least("dstack", tensors, atleast_3d), 2, out=out)


def column_stack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along the second dimension, numbers and vectors as columns. PyTorch: torch.column_stack."""
    tensors = _at_least("column_stack", tensors, _as_columns)
    return cat(tensors, 1, out=out)


def _as_columns(tensor: Tensor) -> Tensor:
    return reshape(tensor, tensor.array.size, 1) if tensor.array.ndim <= 1 else tensor


def _at_least(function: str, tensors: Sequence[Tensor], raised) -> list[Tensor]:
    tensors = _list_of_tensors(tensors, function)
    if not tensors:
        raise RuntimeError(f"{function} expects a non-empty TensorList")
    return [raised(each) for each in tensors]


def atleast_1d(*tensors: Tensor) -> Tensor | tuple[Tensor, ...]:
    """Numbers as vectors of one element; other tensors as they are. PyTorch: torch.atleast_1d."""
    return _each("atleast_1d", tensors, lambda tensor: reshape(tensor, 1) if tensor.array.ndim == 0 else tensor)


def atleast_2d(*tensors: Tensor) -> Tensor | tuple[Tensor, ...]:
    """Numbers and vectors as matrices of one row; others as they are. PyTorch: torch.atleast_2d."""
    return _each("atleast_2d", tensors, _two_dimensional)


def _two_dimensional(tensor: Tensor) -> Tensor:
    if tensor.array.ndim == 0:
        return reshape(tensor, 1, 1)
    return unsqueeze(tensor, 0) if tensor.array.ndim == 1 else tensor


def atleast_3d(*tensors: Tensor) -> Tensor | tuple[Tensor, ...]:
    """Vectors (n) as (1, n, 1) and matrices (n, m) as (n, m, 1); more dimensions as they are. PyTorch: torch.atleast_3d."""
    return _each("atleast_3d", tensors, _three_dimensional)


def _three_dimensional(tensor: Tensor) -> Tensor:
    if tensor.array.ndim == 0:
        return reshape(tensor, 1, 1, 1)
    if tensor.array.ndim == 1:
        return unsqueeze(unsqueeze(tensor, 0), -1)
    return unsqueeze(tensor, -1) if tensor.array.ndim == 2 else tensor


def _each(function: str, tensors: tuple, change):
    """f(tensor), f(a, b) and f([a, b]) alike: one result or a tuple of them."""
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        return change(tensors[0])
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        (tensors,) = tensors
    for each in tensors:
        if not isinstance(each, Tensor):
            raise TypeError(
                f"{function}() received an invalid combination of arguments - got ({type(each).__name__}), but "
                "expected one of:"
            )
    return tuple([change(each) for each in tensors])


def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a larger one, zeros elsewhere; vectors count as rows. PyTorch: torch.block_diag."""
    tensors = _list_of_tensors(tensors, "block_diag")
    for place, each in enumerate(tensors):
        if each.array.ndim > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{place} has {each.array.ndim} dimensions"
            )
    if not tensors:
        return zeros((1, 0))
    blocks = [_two_dimensional(each) for each in tensors]
    dtype = blocks[0].dtype
    for each in blocks[1:]:
        dtype = promote_types(dtype, each.dtype)
    width, rows, left = sum([each.array.shape[1] for each in blocks]), [], 0
    for each in blocks:
        height, own = each.array.shape
        before, after = (zeros((height, size), dtype=dtype, device=each.device) for size in (left, width - left - own))
        rows.append(cat((before, each, after), 1))
        left += own
    return cat(rows, 0)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All tuples of one element of each vector, the last changing fastest: (n * m * ..., count). PyTorch: torch.cartesian_prod."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        (tensors,) = tensors
    tensors = _list_of_tensors(tensors, "cartesian_prod")
    for each in tensors:
        if each.array.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(each.array.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    shape = [each.array.size for each in tensors]
    grids = [
        reshape(expand(reshape(each, [-1 if axis == place else 1 for axis in range(len(shape))]), shape), -1)
        for place, each in enumerate(tensors)
    ]
    return stack(grids, 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of r elements of a vector, in the order of their places: (count, r). PyTorch: torch.combinations."""
    check_tensor(input, "combinations", "input", 1)
    if input.array.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.array.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input.new_empty(0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(input.array.size), r)), np.int64).reshape(-1, r)
    return stack([input[beside(input, np.ascontiguousarray(column))] for column in places.T], 1)


def _is_channels_last(tensor: Tensor) -> bool:
    return not tensor.array.flags.c_contiguous and is_in_format(tensor, channels_last)


def _castable(result: Tensor, out: Tensor) -> Tensor:
    if result.dtype.category > out.dtype.category:
        name = types.SCALAR_NAME[out.dtype]
        raise TypeError(f"torch.cat(): input types can't be cast to the desired output type {name}")
    return result


def _list_of_tensors(tensors, function: str) -> list[Tensor]:
    if isinstance(tensors, Tensor) or not hasattr(tensors, "__iter__"):
        raise TypeError(
            f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}"
        )
    tensors = list(tensors)
    for place, each in enumerate(tensors):
        if not isinstance(each, Tensor):
            raise TypeError(f"expected Tensor as element {place} in argument 0, but got {type(each).__name__}")
    return tensors
