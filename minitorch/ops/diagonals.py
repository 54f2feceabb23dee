"""Diagonals, read and placed. PyTorch: aten/src/ATen/native/TensorShape.cpp, TensorFactories.cpp."""

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.inplace import deliver_recorded
from minitorch.ops.promotion import Number, check_tensor
from minitorch.ops.shape import reshape, window
from minitorch.ops.sizes import contiguous_format, wrap_dim
from minitorch.ops.strided import as_strided


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


def linalg_diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """A view of the diagonals of matrices. PyTorch: torch.linalg.diagonal."""
    return diagonal(A, offset, dim1, dim2)


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


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The last dimension as a diagonal of two new dimensions, zeros elsewhere. PyTorch: torch.diag_embed."""
    check_tensor(input, "diag_embed", "input", 1)
    ndim = input.array.ndim + 1
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    side = input.array.shape[-1] + abs(offset) if input.array.ndim else 1 + abs(offset)
    shape = list(input.array.shape[:-1])
    for dim in sorted((first, second)):
        shape.insert(dim, side)
    return DiagEmbed.apply(input, tuple(shape), (offset, first, second))


class DiagEmbed(PlaceDiagonal):
    """derivatives.yaml: diag_embed."""


def diag(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """A vector as the diagonal of a matrix, or a copy of the diagonal of a matrix. PyTorch: torch.diag."""
    check_tensor(input, "diag", "input", 1)
    if input.array.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.array.ndim}D")
    if input.array.ndim == 1:
        result = diag_embed(input, diagonal)
    else:
        result = _diagonal(input, diagonal, 0, 1).clone(memory_format=contiguous_format)
    return result if out is None else deliver_recorded(out, "diag", result, input)


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """All elements as the diagonal of a matrix. PyTorch: torch.diagflat."""
    return diag_embed(reshape(input, -1), offset)


_diagonal = diagonal  # where a parameter has this name


def fill_diagonal_(input: Tensor, fill_value: Number, wrap: bool = False) -> Tensor:
    """The main diagonal becomes `fill_value`; with `wrap`, of a tall matrix it begins anew below each square.

    Raises RuntimeError for a vector, and for more than two dimensions of different sizes. PyTorch: Tensor.fill_diagonal_.
    """
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    size, step, start = min(shape), sum(input.stride()), input.storage_offset()
    as_strided(input, (size,), (step,), start).fill_(fill_value)
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1:
        below = -(-input.array.size // (shape[1] + 1)) - size
        as_strided(input, (below,), (step,), start + input.stride(0) * (shape[1] + 1)).fill_(fill_value)
    return input
