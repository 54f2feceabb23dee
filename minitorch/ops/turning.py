"""Copies with elements turned round, moved along or repeated. PyTorch: ATen/native/TensorTransformations.cpp, Repeat.cpp."""

from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.creation import empty_like
from minitorch.ops.devices import on_host
from minitorch.ops.index_select import index_select
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import detach, expand, flatten, reshape, transpose, unsqueeze
from minitorch.ops.sizes import check_sizes, contiguous_format, several, sizes_of, wrap_dim


def flip(input: Tensor, *axes, dims=None) -> Tensor:
    """A copy with the order of some dimensions reversed. PyTorch: torch.flip."""
    axes = tuple(wrap_dim(dim, input.array.ndim) for dim in sizes_of(axes if dims is None else (dims,), "flip", "dims"))
    if len(set(axes)) != len(axes):
        raise RuntimeError(f"dim {max(axes, key=axes.count)} appears multiple times in the list of dims")
    return Flip.apply(input, axes)


class Flip(Function):
    """derivatives.yaml: flip."""

    @staticmethod
    def forward(ctx, input, axes):
        ctx.axes = axes
        result = empty_like(input)
        result.kernels.flip(input.array, axes, result.array)
        return result

    @staticmethod
    def backward(ctx, grad):
        return Flip.apply(grad, ctx.axes), None


def fliplr(input: Tensor) -> Tensor:
    """A copy with the columns in reverse order. PyTorch: torch.fliplr."""
    if input.array.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """A copy with the rows in reverse order. PyTorch: torch.flipud."""
    if input.array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """A copy turned k times by 90 degrees, from the first of two dimensions towards the second. PyTorch: torch.rot90."""
    ndim = input.array.ndim
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == ndim:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    return Rot90.apply(input, k, [wrap_dim(dim, ndim) for dim in dims])


class Rot90(Function):
    """derivatives.yaml: rot90."""

    @staticmethod
    def forward(ctx, input, k, dims):
        ctx.k, ctx.dims = k, dims
        turned = (input.clone(), flip(input, dims[1]), flip(input, dims), flip(input, dims[0]))[k % 4]
        return detach(transpose(turned, *dims)) if k % 2 else turned

    @staticmethod
    def backward(ctx, grad):
        return Rot90.apply(grad, -ctx.k, ctx.dims), None, None


def roll(input: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] = ()) -> Tensor:
    """Elements moved along dimensions, those that fall off come back in front; without dims, of the flattened tensor.

    PyTorch: torch.roll.
    """
    check_tensor(input, "roll", "input", 1)
    shifts, dims = several(shifts), several(dims)
    if not shifts:
        raise RuntimeError("`shifts` required")
    if len(shifts) != len(dims) and not (len(shifts) == 1 and not dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if dims and input.array.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return Roll.apply(input, tuple(shifts), tuple([wrap_dim(dim, input.array.ndim) for dim in dims]))


class Roll(Function):
    """derivatives.yaml: roll."""

    @staticmethod
    def forward(ctx, input, shifts, dims):
        ctx.shifts, ctx.dims = shifts, dims
        array = input.array
        if array.size == 0:
            return input.clone() if dims else wrap(input.kernels.contiguous(array))
        if not dims:
            return wrap(input.kernels.roll(array.reshape(-1), shifts, (0,)).reshape(array.shape))
        return wrap(input.kernels.roll(array, shifts, dims))

    @staticmethod
    def backward(ctx, grad):
        return Roll.apply(grad, tuple([-shift for shift in ctx.shifts]), ctx.dims), None, None


def repeat(input: Tensor, *counts, repeats=None) -> Tensor:
    """A copy in which every dimension is repeated; new dimensions come first. PyTorch: Tensor.repeat."""
    counts = sizes_of(counts if repeats is None else (repeats,), "repeat", "repeats")
    shape = input.array.shape
    if len(counts) < len(shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    shape = (1,) * (len(counts) - len(shape)) + shape
    if any(count < 0 for count in counts):
        check_sizes(tuple([count * size for count, size in zip(counts, shape)]))
    return Repeat.apply(input, counts)


class Repeat(Function):
    """derivatives.yaml: repeat."""

    @staticmethod
    def forward(ctx, input, counts):
        ctx.shape, ctx.counts = input.array.shape, counts
        shape = (1,) * (len(counts) - input.array.ndim) + input.array.shape
        single = reshape(input, [size for each in shape for size in (1, each)])  # (1, n, 1, m, ...)
        spread = expand(single, [size for pair in zip(counts, shape) for size in pair])
        fresh = wrap(input.kernels.contiguous(spread.array))
        return detach(reshape(fresh, [count * size for count, size in zip(counts, shape)]))

    @staticmethod
    def backward(ctx, grad):
        shape = (1,) * (len(ctx.counts) - len(ctx.shape)) + ctx.shape
        if 0 in ctx.counts:
            return grad.new_zeros(ctx.shape), None
        pairs = reshape(grad, [size for pair in zip(ctx.counts, shape) for size in pair])
        copies = [2 * axis for axis, count in enumerate(ctx.counts) if count > 1]
        total = pairs.sum(copies) if copies else pairs
        return reshape(total, ctx.shape), None


def tile(input: Tensor, *counts, dims=None) -> Tensor:
    """As repeat, but fewer counts than dimensions are filled with ones in front. PyTorch: torch.tile."""
    counts = sizes_of(counts if dims is None else (dims,), "tile", "dims")
    return repeat(input, (1,) * (input.array.ndim - len(counts)) + counts)


def repeat_interleave(
    input: Tensor,
    repeats: int | Tensor | None = None,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Tensor:
    """Each element of a dimension (without dim: of the flattened tensor) repeated `repeats` times, or as often as a vector says.

    With a vector only: each place as often as the vector says. PyTorch: torch.repeat_interleave.
    """
    check_tensor(input, "repeat_interleave", "input", 1)
    if repeats is None:
        return _places_repeated(input, output_size)
    if dim is None:
        input, dim = flatten(input), 0
    dim = wrap_dim(dim, input.array.ndim)
    if isinstance(repeats, int):
        return _each_repeated(input, repeats, dim, output_size)
    if not isinstance(repeats, Tensor):
        raise TypeError(
            "repeat_interleave() received an invalid combination of arguments - got "
            f"(Tensor, {type(repeats).__name__}), but expected one of:"
        )
    size = input.array.shape[dim] if input.array.ndim else 1
    if repeats.array.ndim == 0 or repeats.array.shape == (1,):
        repeats = expand(reshape(repeats, 1), size)
    elif repeats.array.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    elif repeats.array.size != size:
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats.array.size} "
            f"and input.size({dim}) = {size}"
        )
    return index_select(input, dim, _places_repeated(repeats, output_size))


def _each_repeated(input: Tensor, repeats: int, dim: int, output_size: int | None) -> Tensor:
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    input = flatten(input) if input.array.ndim == 0 else input
    shape = input.array.shape
    if output_size is not None and output_size != shape[dim] * repeats:
        raise RuntimeError(
            f"repeat_interleave: Invalid output_size, expected {shape[dim] * repeats} but got {output_size}"
        )
    spread = expand(unsqueeze(input, dim + 1), (*shape[: dim + 1], repeats, *shape[dim + 1 :]))
    return flatten(spread.clone(memory_format=contiguous_format), dim, dim + 1)


def _places_repeated(repeats: Tensor, output_size: int | None) -> Tensor:
    counts = on_host(repeats)
    if counts.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if counts.dtype.kind != "i":
        name = types.SCALAR_NAME[repeats.dtype]
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{name}'")
    if counts.size and counts.min() < 0:
        raise RuntimeError("repeats can not be negative")
    if output_size is not None and output_size != counts.sum():
        raise RuntimeError("allocated size does not match required size")
    places = np.repeat(np.arange(counts.size, dtype=counts.dtype), counts)
    return wrap(repeats.kernels.from_host(places))
