"""Parts of a tensor, and tensors put together. PyTorch: aten/src/ATen/native/TensorShape.cpp, TensorTransformations.cpp."""

from builtins import slice as python_slice
from collections.abc import Sequence

import numpy as np

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import expand, reshape, unsqueeze, window
from minitorch.ops.sizes import check_sizes, several, sizes_of, wrap_dim
from minitorch.types import promote_types


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """One slice of a dimension, which disappears. PyTorch: torch.select."""
    shape = input.array.shape
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, len(shape))
    index = index.__index__()
    if not -shape[dim] <= index < shape[dim]:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(shape)} at dimension {dim}"
        )
    return Select.apply(input, dim, index + shape[dim] if index < 0 else index)


class Select(Function):
    """derivatives.yaml: select."""

    @staticmethod
    def forward(ctx, input, dim, index):
        ctx.shape, ctx.dim, ctx.index = input.array.shape, dim, index
        shape, stride = input.array.shape, input.stride()
        offset = input._offset + index * stride[dim]
        return window(input, shape[:dim] + shape[dim + 1 :], stride[:dim] + stride[dim + 1 :], offset)

    @staticmethod
    def backward(ctx, grad):
        return PlaceSlice.apply(unsqueeze(grad, ctx.dim), ctx.shape, ctx.dim, ctx.index, 1), None, None


def slice(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """Every `step`-th element of a dimension from start to end. PyTorch: torch.ops.aten.slice."""
    shape = input.array.shape
    if not shape:
        raise RuntimeError("slice() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, len(shape))
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    start, end, step = python_slice(start, end, step).indices(shape[dim])
    return Slice.apply(input, dim, start, max(0, (end - start + step - 1) // step), step)


class Slice(Function):
    """derivatives.yaml: slice."""

    @staticmethod
    def forward(ctx, input, dim, start, length, step):
        ctx.shape, ctx.dim, ctx.start, ctx.step = input.array.shape, dim, start, step
        shape, stride = input.array.shape, input.stride()
        new_shape = shape[:dim] + (length,) + shape[dim + 1 :]
        new_stride = stride[:dim] + (stride[dim] * step,) + stride[dim + 1 :]
        return window(input, new_shape, new_stride, input._offset + start * stride[dim])

    @staticmethod
    def backward(ctx, grad):
        return PlaceSlice.apply(grad, ctx.shape, ctx.dim, ctx.start, ctx.step), None, None, None, None


class PlaceSlice(Function):
    """Zeros, but for a slice: the derivative of slice() and select(). PyTorch: slice_backward."""

    node_name = "SliceBackward0"

    @staticmethod
    def forward(ctx, grad, shape, dim, start, step):
        ctx.place = dim, start, grad.array.shape[dim], step
        result = grad.kernels.zeros(shape, grad.array.dtype)
        length = grad.array.shape[dim]
        where = (python_slice(None),) * dim + (python_slice(start, start + length * step, step),)
        grad.kernels.copy_into(result[where], grad.array)
        return wrap(result)

    @staticmethod
    def backward(ctx, grad):
        return Slice.apply(grad, *ctx.place), None, None, None, None


def narrow(input: Tensor, dim: int, start: int | Tensor, length: int) -> Tensor:
    """`length` elements of a dimension from `start`. PyTorch: torch.narrow."""
    check_tensor(input, "narrow", "input", 1)
    if input.array.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(dim, input.array.ndim)
    size = input.array.shape[dim]
    start = int(start)
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start = start + size if start < 0 else start
    if start > size - length:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return Slice.apply(input, dim, start, length, 1)


def split(tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of one size (the last may be smaller), or of the sizes given. PyTorch: torch.split."""
    check_tensor(tensor, "split", "tensor", 1)
    if tensor.array.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, tensor.array.ndim)
    size = tensor.array.shape[dim]
    if isinstance(split_size_or_sections, int):
        each = split_size_or_sections
        if each < 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={each}")
        if each == 0:
            if size:
                raise RuntimeError(
                    "split_size can only be 0 if dimension size is 0, but got dimension size of " + str(size)
                )
            return (narrow(tensor, dim, 0, 0),)
        sections = [min(each, size - start) for start in range(0, max(size, 1), each)]
        return Split.apply(tensor, dim, sections)
    sections = list(split_size_or_sections)
    if any(each < 0 for each in sections):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sections}"
        )
    if sum(sections) != size:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {dim}), "
            f"but got split_sizes={sections}"
        )
    return SplitWithSizes.apply(tensor, dim, sections)


class Split(Function):
    """derivatives.yaml: split."""

    @staticmethod
    def forward(ctx, input, dim, sections):
        ctx.dim = dim
        shape, stride, offset = input.array.shape, input.stride(), input._offset
        parts = []
        for size in sections:
            parts.append(window(input, (*shape[:dim], size, *shape[dim + 1 :]), stride, offset))
            offset += size * stride[dim]
        return tuple(parts)

    @staticmethod
    def backward(ctx, *grads):
        return cat(grads, ctx.dim), None, None


class SplitWithSizes(Split):
    """derivatives.yaml: split_with_sizes."""


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` views of equal size (the last may be smaller). PyTorch: torch.chunk."""
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if input.array.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, input.array.ndim)
    size = input.array.shape[dim]
    each = (size + chunks - 1) // chunks
    if each == 0:
        return tuple(narrow(input, dim, 0, 0) for _ in range(chunks))
    return split(input, each, dim)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """All slices of a dimension, as views. PyTorch: torch.unbind."""
    dim = wrap_dim(dim, input.array.ndim)
    if input.array.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return Unbind.apply(input, dim)


class Unbind(Function):
    """derivatives.yaml: unbind."""

    @staticmethod
    def forward(ctx, input, dim):
        ctx.dim = dim
        shape, stride, offset = input.array.shape, input.stride(), input._offset
        rest, steps = shape[:dim] + shape[dim + 1 :], stride[:dim] + stride[dim + 1 :]
        return tuple([window(input, rest, steps, offset + index * stride[dim]) for index in range(shape[dim])])

    @staticmethod
    def backward(ctx, *grads):
        return stack(grads, ctx.dim), None


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors one after another along a dimension. Dtypes promote. PyTorch: torch.cat."""
    tensors = _list_of_tensors(tensors, "cat")
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
        result = tensors[0].kernels.empty((*shape[:dim], sum(sizes), *shape[dim + 1 :]), dtype)
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
            grads.append(Slice.apply(grad, ctx.dim, start, shape[ctx.dim], 1) if needed else None)
            start += shape[ctx.dim]
        return (None, None, *grads)


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape along a new dimension. PyTorch: torch.stack."""
    tensors = _list_of_tensors(tensors, "stack")
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
    dtype = tensors[0].dtype
    for each in tensors[1:]:
        dtype = promote_types(dtype, each.dtype)
    return Stack.apply(dim, dtype.numpy, *tensors)


class Stack(Function):
    """derivatives.yaml: stack."""

    @staticmethod
    def forward(ctx, dim, dtype, *tensors):
        ctx.dim = dim
        shape = tensors[0].array.shape
        result = tensors[0].kernels.empty((*shape[:dim], len(tensors), *shape[dim:]), dtype)
        np.stack([each.array for each in tensors], axis=dim, out=result, casting="unsafe")
        return wrap(result)

    @staticmethod
    def backward(ctx, grad):
        grads = unbind(grad, ctx.dim)
        return (None, None, *[each if needed else None for each, needed in zip(grads, ctx.needs_input_grad[2:])])


def repeat(input: Tensor, *repeats) -> Tensor:
    """A copy in which every dimension is repeated; new dimensions come first. PyTorch: Tensor.repeat."""
    counts = sizes_of(repeats, "repeat")
    shape = input.array.shape
    if len(counts) < len(shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    shape = (1,) * (len(counts) - len(shape)) + shape
    if any(count < 0 for count in counts):
        check_sizes(tuple([count * size for count, size in zip(counts, shape)]))
    pairs = [size for pair in zip(counts, shape) for size in pair]
    single = [size for each in shape for size in (1, each)]
    spread = expand(reshape(input, single), pairs)
    return reshape(spread.clone(), [count * size for count, size in zip(counts, shape)])


def tile(input: Tensor, *dims) -> Tensor:
    """As repeat, but fewer counts than dimensions are filled with ones in front. PyTorch: torch.tile."""
    counts = sizes_of(dims, "tile")
    return repeat(input, (1,) * (input.array.ndim - len(counts)) + counts)


def flip(input: Tensor, *dims) -> Tensor:
    """A copy with the order of some dimensions reversed. PyTorch: torch.flip."""
    axes = tuple(wrap_dim(dim, input.array.ndim) for dim in sizes_of(dims, "flip"))
    if len(set(axes)) != len(axes):
        raise RuntimeError(f"dim {max(axes, key=axes.count)} appears multiple times in the list of dims")
    return Flip.apply(input, axes)


class Flip(Function):
    """derivatives.yaml: flip."""

    @staticmethod
    def forward(ctx, input, axes):
        ctx.axes = axes
        return wrap(input.kernels.contiguous(np.flip(input.array, axes) if input.array.ndim else input.array))

    @staticmethod
    def backward(ctx, grad):
        return Flip.apply(grad, ctx.axes), None


def roll(input: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
    """Elements moved along a dimension, those that fall off come back in front. PyTorch: torch.roll."""
    if dims is None:
        if len(several(shifts)) != 1:
            raise RuntimeError(f"shifts and dimensions must align. shifts: {len(several(shifts))}, dims:0")
        return reshape(roll(reshape(input, -1), shifts, 0), input.array.shape)
    shifts, dims = several(shifts), several(dims)
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    for shift, dim in zip(shifts, dims):
        size = input.size(dim)
        if size and shift % size:
            cut = size - shift % size
            input = cat([narrow(input, dim, cut, size - cut), narrow(input, dim, 0, cut)], dim)
    return input.clone() if all(s % max(input.size(d), 1) == 0 for s, d in zip(shifts, dims)) else input


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A view of a diagonal, as the last dimension. PyTorch: torch.diagonal."""
    ndim = input.array.ndim
    given = f"{dim1}, {dim2}"
    dim1, dim2 = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if dim1 == dim2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {given}")
    shape, stride = input.array.shape, input.stride()
    length = min(shape[dim1], shape[dim2] - offset) if offset >= 0 else min(shape[dim1] + offset, shape[dim2])
    length = max(length, 0)
    start = input._offset
    if length:
        start += offset * stride[dim2] if offset >= 0 else -offset * stride[dim1]
    kept = [axis for axis in range(ndim) if axis not in (dim1, dim2)]
    return Diagonal.apply(
        input,
        [shape[axis] for axis in kept] + [length],
        [stride[axis] for axis in kept] + [stride[dim1] + stride[dim2]],
        start,
        (offset, dim1, dim2),
    )


class Diagonal(Function):
    """derivatives.yaml: diagonal."""

    @staticmethod
    def forward(ctx, input, shape, stride, start, place):
        ctx.shape, ctx.place = input.array.shape, place
        return window(input, shape, stride, start)

    @staticmethod
    def backward(ctx, grad):
        return PlaceDiagonal.apply(grad, ctx.shape, ctx.place), None, None, None, None


class PlaceDiagonal(Function):
    """Zeros, but for a diagonal. PyTorch: diagonal_backward."""

    node_name = "DiagonalBackward0"

    @staticmethod
    def forward(ctx, grad, shape, place):
        ctx.place = place
        result = wrap(grad.kernels.zeros(shape, grad.array.dtype))
        grad.kernels.copy_into(diagonal(result, *place).array, grad.array)
        return result

    @staticmethod
    def backward(ctx, grad):
        return diagonal(grad, *ctx.place), None, None


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
