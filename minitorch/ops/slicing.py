"""Parts of a tensor: select, slice, narrow, split and their like. PyTorch: aten/src/ATen/native/TensorShape.cpp."""

from builtins import slice as python_slice
from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.joining import cat, stack
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import unsqueeze, window
from minitorch.ops.sizes import wrap_dim


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
    if isinstance(start, Tensor):
        if start.array.ndim or start.array.dtype.kind not in "iu":
            raise RuntimeError("start must be an 0-dim integral Tensor.")
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
            parts[-1]._made = "several"
            offset += size * stride[dim]
        return tuple(parts)

    @staticmethod
    def backward(ctx, *grads):
        return cat(grads, ctx.dim), None, None


class SplitWithSizes(Split):
    """derivatives.yaml: split_with_sizes."""


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the sizes given, which must add up to the dimension. PyTorch: torch.split_with_sizes."""
    return split(input, tuple(split_sizes), dim)


def tensor_split(
    input: Tensor, indices_or_sections: int | Sequence[int] | Tensor, dim: int = 0
) -> tuple[Tensor, ...]:
    """Views that begin at the places given, or so many views, the first ones larger by one. PyTorch: torch.tensor_split."""
    check_tensor(input, "tensor_split", "input", 1)
    if input.array.ndim == 0:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    places = indices_or_sections
    if isinstance(places, Tensor):
        if places.dtype is not types.int64:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
                f"{types.SCALAR_NAME[places.dtype]}"
            )
        if places.array.ndim > 1:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional "
                f"tensor, but got a tensor with {places.array.ndim} dims"
            )
        places = places.tolist()
    dim = wrap_dim(dim, input.array.ndim)
    size = input.array.shape[dim]
    if not isinstance(places, (tuple, list)):
        if places <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {places}")
        least, longer = divmod(size, places)
        places = [section * least + min(section, longer) for section in range(1, places)]
    starts, ends = [0, *places], [*places, None]
    return tuple([slice(input, dim, start, end) for start, end in zip(starts, ends)])


def hsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """tensor_split along the second dimension, of a vector along its only one. PyTorch: torch.hsplit."""
    return _split_along("hsplit", input, indices_or_sections, 1 if input.array.ndim > 1 else 0, 1)


def vsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """tensor_split along the first dimension. PyTorch: torch.vsplit."""
    return _split_along("vsplit", input, indices_or_sections, 0, 2)


def dsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """tensor_split along the third dimension. PyTorch: torch.dsplit."""
    return _split_along("dsplit", input, indices_or_sections, 2, 3)


def _split_along(function: str, input: Tensor, sections, dim: int, least: int) -> tuple[Tensor, ...]:
    ndim = input.array.ndim
    if not isinstance(sections, (int, tuple, list)):
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({type(sections).__name__}), but expected one of:"
        )
    if ndim < least:
        raise RuntimeError(
            f"torch.{function} requires a tensor with at least {least} dimension, but got a tensor with {ndim} dimensions!"
        )
    size = input.array.shape[dim]
    if isinstance(sections, int) and (sections == 0 or size % sections):
        raise RuntimeError(
            f"torch.{function} attempted to split along dimension {dim}, but the size of the dimension {size} is not "
            f"divisible by the split_size {sections}!"
        )
    return tensor_split(input, sections, dim)


def unsafe_split(tensor: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """split, but the parts are not tracked as views: each may be written to. PyTorch: torch.unsafe_split."""
    return _as_no_views(split(tensor, split_size, dim))


def unsafe_split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """split_with_sizes, but the parts are not tracked as views. PyTorch: torch.unsafe_split_with_sizes."""
    return _as_no_views(split_with_sizes(input, split_sizes, dim))


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """chunk, but the parts are not tracked as views: each may be written to. PyTorch: torch.unsafe_chunk."""
    return _as_no_views(chunk(input, chunks, dim))


def _as_no_views(parts: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    for each in parts:
        each._grad_fn, each._requires_grad = each.grad_fn, each.requires_grad
        each._base = each._made = None
    return parts


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
        parts = tuple([window(input, rest, steps, offset + index * stride[dim]) for index in range(shape[dim])])
        for each in parts:
            each._made = "several"
        return parts

    @staticmethod
    def backward(ctx, *grads):
        return stack(grads, ctx.dim), None
