"""Copies of a tensor with a part replaced: select_scatter and its like. PyTorch: aten/src/ATen/native/TensorShape.cpp."""

from collections.abc import Callable, Sequence

from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.ops.diagonals import diagonal
from minitorch.ops.inplace import deliver_recorded
from minitorch.ops.promotion import check_tensor
from minitorch.ops.slicing import select, slice
from minitorch.ops.strided import as_strided


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy with one slice of a dimension replaced by `src`. PyTorch: torch.select_scatter."""
    return _replaced(SelectScatter, input, src, lambda tensor: select(tensor, dim, index))


class SelectScatter(Function):
    """derivatives.yaml: select_scatter. Base of the others: `part` makes the view that is replaced."""

    @staticmethod
    def forward(ctx, input: Tensor, src: Tensor, part: Callable[[Tensor], Tensor]) -> Tensor:
        ctx.part = part
        result = copy_with_strides(input)
        view = part(result)
        view.kernels.copy_into(view.array, src.array)
        return result

    @staticmethod
    def backward(ctx, grad):
        part = ctx.part(grad)
        nothing = part.new_zeros(part.array.shape)
        grad_input = SelectScatter.apply(grad, nothing, ctx.part) if ctx.needs_input_grad[0] else None
        return grad_input, part if ctx.needs_input_grad[1] else None, None


def slice_scatter(
    input: Tensor,
    src: Tensor,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """A copy with every `step`-th slice of a dimension from start to end replaced. PyTorch: torch.slice_scatter."""
    result = _replaced(SliceScatter, input, src, lambda tensor: slice(tensor, dim, start, end, step))
    return result if out is None else deliver_recorded(out, "slice_scatter", result, input, src)


class SliceScatter(SelectScatter):
    """derivatives.yaml: slice_scatter."""


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy with a diagonal replaced. PyTorch: torch.diagonal_scatter."""
    return _replaced(DiagonalScatter, input, src, lambda tensor: diagonal(tensor, offset, dim1, dim2))


class DiagonalScatter(SelectScatter):
    """derivatives.yaml: diagonal_scatter."""


def as_strided_scatter(
    input: Tensor,
    src: Tensor,
    size: Sequence[int],
    stride: Sequence[int],
    storage_offset: int | None = None,
) -> Tensor:
    """A copy with any window onto it replaced; input must be row-major to be differentiated. PyTorch: torch.as_strided_scatter."""
    if input.requires_grad and not input.is_contiguous():
        raise RuntimeError("as_strided_scatter is currently only supported for contiguous inputs")
    start = 0 if storage_offset is None else storage_offset - input._offset

    def part(tensor: Tensor) -> Tensor:
        return as_strided(tensor, size, stride, tensor._offset + start)

    return _replaced(AsStridedScatter, input, src, part)


class AsStridedScatter(SelectScatter):
    """derivatives.yaml: as_strided_scatter."""

    @staticmethod
    def backward(ctx, grad):
        return SelectScatter.backward(ctx, grad.contiguous())


def copy_with_strides(input: Tensor) -> Tensor:
    """A copy of all the memory that a tensor reaches, gaps included; without gaps where elements share memory.

    PyTorch: at::clone_preserve_strides.
    """
    shape, stride = input.array.shape, input.stride()
    if any(size > 1 and step == 0 for size, step in zip(shape, stride)) or 0 in shape:
        return input.clone()
    reach = input._offset + 1 + sum((size - 1) * step for size, step in zip(shape, stride))
    memory = as_strided(input.detach(), (reach,), (1,), 0).clone()
    return as_strided(memory, shape, stride, input._offset).detach()


def _replaced(function: type, input: Tensor, src: Tensor, part: Callable[[Tensor], Tensor]) -> Tensor:
    check_tensor(input, "scatter", "input", 1)
    check_tensor(src, "scatter", "src", 2)
    shape = part(input.detach()).array.shape
    if shape != src.array.shape:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. "
            f"src size = {list(src.array.shape)}, slice size = {list(shape)}"
        )
    return function.apply(input, src, part)
