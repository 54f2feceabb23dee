"""Elements that a mask names, and what is not zero. PyTorch: ATen/native/TensorAdvancedIndexing.cpp."""

import math
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops import inplace
from minitorch.ops.advanced_indexing import Index, Places, RowMajorPut, write_
from minitorch.ops.devices import beside
from minitorch.ops.numbers import number_like, real_number
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, broadcast, check_tensor
from minitorch.ops.shape import expand, reshape, unsqueeze
from minitorch.ops.sizes import several


def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number) -> Tensor:
    """A copy with `value` where the mask is True. Shape: that of both, broadcast. PyTorch: torch.masked_fill.

    Raises RuntimeError for a mask that is not bool, and a value that is too large for the dtype.
    """
    value, function = _check_fill("masked_fill", input, mask, value)
    broadcast(mask.array.shape, input.array.shape)
    return function.apply(input, mask, value)


def masked_fill_(input: Tensor, mask: Tensor, value: Tensor | Number) -> Tensor:
    """masked_fill in place. PyTorch: Tensor.masked_fill_."""
    value, function = _check_fill("masked_fill_", input, mask, value)
    recorded = inplace.check(input, value)
    shape = broadcast(input.array.shape, mask.array.shape)
    if shape != input.array.shape:
        raise RuntimeError(
            f"output with shape {list(input.array.shape)} doesn't match the broadcast shape {list(shape)}"
        )
    if recorded:
        return inplace.assign(input, function.apply(input, mask, value))
    input.kernels.masked_fill(input.array, mask.array, value.array)
    input._storage.version += 1
    return input


class MaskedFill(Function):
    """derivatives.yaml: masked_fill.Scalar. The engine sums the gradient back to the input's shape."""

    @staticmethod
    def forward(ctx, input, mask, value):
        ctx.save_for_backward(mask)
        shape = np.broadcast_shapes(input.array.shape, mask.array.shape)
        result = wrap(input.kernels.contiguous(expand(input, shape).array))
        input.kernels.masked_fill(result.array, mask.array, value.array)
        return result

    @staticmethod
    def backward(ctx, grad):
        (mask,) = ctx.saved_tensors
        grad_input = masked_fill(grad, mask, 0) if ctx.needs_input_grad[0] else None
        grad_value = masked_fill(grad, ~mask, 0).sum() if ctx.needs_input_grad[2] else None
        return grad_input, None, grad_value


class MaskedFillTensor(MaskedFill):
    """derivatives.yaml: masked_fill.Tensor."""

    node_name = "MaskedFillBackward1"


def masked_select(input: Tensor, mask: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements where the mask is True, in one dimension; both broadcast. PyTorch: torch.masked_select.

    Raises RuntimeError for a mask that is not bool.
    """
    check_tensor(input, "masked_select", "input", 1)
    check_tensor(mask, "masked_select", "mask", 2)
    if mask.array.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast(mask.array.shape, input.array.shape)
    input = input if input.array.shape == shape else expand(input, shape)
    array = mask.array if mask.array.shape == shape else expand(mask, shape).array
    indices = input.kernels.nonzero(array if shape else array.reshape(1))
    result = MaskedSelect.apply(input, Places(tuple(indices)), None, (mask,))
    return result if out is None else deliver(out, "masked_select", result, input, mask, cast=False, apart=True)


class MaskedSelect(Index):
    """derivatives.yaml: masked_select."""


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy with the elements of `source`, in their order, where the mask is True. Shape: that of input and mask, broadcast.

    Raises RuntimeError for too few elements, another dtype, or a mask that is not bool. PyTorch: torch.masked_scatter.
    """
    check_tensor(input, "masked_scatter", "input", 1)
    check_tensor(mask, "masked_scatter", "mask", 2)
    shape = broadcast(mask.array.shape, input.array.shape)
    places, values = _check_scatter(input, mask, source, shape)
    return MaskedScatter.apply(expand(input, shape), values, places, False, (mask,))


def masked_scatter_(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """masked_scatter in place. PyTorch: Tensor.masked_scatter_."""
    expand(mask, input.array.shape)  # raises, in PyTorch's words
    places, values = _check_scatter(input, mask, source, input.array.shape)
    return write_(input, values, places, False, MaskedScatter, (mask,))


class MaskedScatter(RowMajorPut):
    """derivatives.yaml: masked_scatter."""


def _check_scatter(input: Tensor, mask: Tensor, source: Tensor, shape: tuple[int, ...]) -> tuple[Places, Tensor]:
    check_tensor(source, "masked_scatter", "source", 3)
    if input.array.dtype != source.array.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{types.SCALAR_NAME[input.dtype]} and {types.SCALAR_NAME[source.dtype]}"
        )
    if mask.array.dtype.kind != "b":
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {types.SCALAR_NAME[mask.dtype]}"
        )
    array = mask.array if mask.array.shape == shape else expand(mask, shape).array
    indices = input.kernels.nonzero(array if shape else array.reshape(1))
    count = indices.shape[1]
    if source.array.size < count:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    return Places(tuple(indices)), reshape(source, -1)[:count]


def nonzero(
    input: Tensor, *, as_tuple: bool = False, out: Tensor | None = None
) -> Tensor | tuple[Tensor, ...]:
    """The positions of the elements that are not zero: (count, ndim), or a tuple of one vector per dimension.

    PyTorch: torch.nonzero.
    """
    check_tensor(input, "nonzero", "input", 1)
    if out is not None:
        check_tensor(out, "nonzero", "out", 2)
    if as_tuple:
        rows = input.kernels.nonzero(input.array if input.array.ndim else input.array.reshape(1))
        return tuple([wrap(row.copy()) for row in rows])
    rows = input.kernels.nonzero(input.array)  # (ndim, count): a column per element, as PyTorch lays it out
    result = wrap(rows.T)
    result._stride = (1, rows.shape[1])
    return result if out is None else deliver(out, "nonzero", result, cast=False)


def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1, out: Tensor | None = None) -> Tensor:
    """The first `size` positions of elements that are not zero, filled up with `fill_value`. PyTorch: torch.nonzero_static."""
    check_tensor(input, "nonzero_static", "input", 1)
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    found = nonzero(input).array[:size]
    result = beside(input, np.full((size, input.array.ndim), fill_value, np.int64))
    result.array[: len(found)] = found
    return result if out is None else deliver(out, "nonzero_static", result, cast=False)


def argwhere(input: Tensor) -> Tensor:
    """The positions of the elements that are not zero: (count, ndim). PyTorch: torch.argwhere."""
    return nonzero(input)


def _check_fill(function: str, input: Tensor, mask: Tensor, value: Tensor | Number):
    """The value as a tensor, and the Function to record."""
    check_tensor(input, function, "input", 1)
    if not isinstance(mask, Tensor) or not isinstance(value, (Tensor, bool, int, float, complex, np.number)):
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({type(mask).__name__}, "
            f"{type(value).__name__}), but expected one of:"
        )
    if isinstance(value, Tensor) and value.array.ndim:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.array.ndim} dimension(s)."
        )
    if mask.array.dtype.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {types.C_NAME[mask.dtype]}"
        )
    if isinstance(value, Tensor):
        return value.to(input.dtype), MaskedFillTensor
    return number_like(input, real_number(value, input.dtype)), MaskedFill


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Positions in a flattened tensor of a shape, as one index per dimension; they wrap around. PyTorch: torch.unravel_index."""
    if indices.array.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = tuple(several(shape))
    if any(size < 0 for size in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    steps = [math.prod(sizes[axis + 1 :]) for axis in range(len(sizes))]
    both = [beside(indices, np.array(each, np.int64)) for each in (steps, sizes)]
    return (unsqueeze(indices, -1).floor_divide(both[0]) % both[1]).unbind(-1)
