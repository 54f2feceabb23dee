"""Windows of any strides, and what flows back through them. PyTorch: aten/src/ATen/native/TensorShape.cpp (as_strided)."""

from collections.abc import Sequence

from minitorch._tensor import Tensor, contiguous_strides, wrap
from minitorch.autograd.function import Function
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import window
from minitorch.ops.sizes import MAX, sizes_of, wrap_dim


def as_strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """Any window onto the storage. Raises RuntimeError where it would leave the storage. PyTorch: torch.as_strided."""
    check_tensor(input, "as_strided", "input", 1)
    size = sizes_of((size,), "as_strided")
    stride = sizes_of((stride,), "as_strided", "stride")
    offset = input._offset if storage_offset is None else storage_offset
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    for step in stride:
        if step < 0:
            raise RuntimeError(
                f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}"
            )
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    reach = 0 if 0 in size else offset + 1 + sum((n - 1) * step for n, step in zip(size, stride))
    itemsize = input.array.itemsize
    if any(each < 0 for each in size) or reach * itemsize > MAX:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}"
        )
    if reach * itemsize > input._storage.nbytes():
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize "
            f"{itemsize} requiring a storage size of {reach * itemsize} are out of bounds for storage of size "
            f"{input._storage.nbytes()}"
        )
    return AsStrided.apply(input, size, stride, offset)


class AsStrided(Function):
    """derivatives.yaml: as_strided. Elements seen several times collect several gradients."""

    @staticmethod
    def forward(ctx, input, size, stride, offset):
        ctx.geometry = input.array.shape, input.stride(), input._offset
        ctx.window = size, stride, offset
        return window(input, size, stride, offset)

    @staticmethod
    def backward(ctx, grad):
        return AsStridedBackward.apply(grad, ctx.geometry, ctx.window, ctx.geometry), None, None, None


class AsStridedBackward(Function):
    """The sum, for every element of one window, of the gradients of another window's elements that stand on it.

    Its derivative is the same with the windows exchanged. `base`: the one whose repeated elements share a gradient.
    """

    @staticmethod
    def forward(ctx, grad, target, source, base):
        ctx.windows = source, target, base
        return wrap(grad.kernels.window_sum(grad.array, target, source, base))

    @staticmethod
    def backward(ctx, grad):
        return AsStridedBackward.apply(grad, *ctx.windows), None, None, None


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of `size` elements along a dimension, `step` apart, as a new last dimension. PyTorch: Tensor.unfold."""
    shape, stride = input.array.shape or (1,), input.stride() or (1,)
    dim = wrap_dim(dimension, input.array.ndim)
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > shape[dim]:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {shape[dim]} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not input.array.ndim:
        return Unfold.apply(input, (size,), (1,), dim, step)
    count = (shape[dim] - size) // step + 1
    sizes = (*shape[:dim], count, *shape[dim + 1 :], size)
    return Unfold.apply(input, sizes, (*stride[:dim], stride[dim] * step, *stride[dim + 1 :], stride[dim]), dim, step)


class Unfold(Function):
    """derivatives.yaml: unfold. Elements in several windows collect several gradients."""

    @staticmethod
    def forward(ctx, input, shape, stride, dim, step):
        ctx.shape, ctx.dim, ctx.step = input.array.shape, dim, step
        return window(input, shape, stride, input._offset)

    @staticmethod
    def backward(ctx, grad):
        plain = contiguous_strides(ctx.shape)
        rows = plain or (1,)
        steps = rows if not ctx.shape else (*rows[: ctx.dim], rows[ctx.dim] * ctx.step, *rows[ctx.dim + 1 :], rows[ctx.dim])
        target = ctx.shape, plain, 0
        grad_input = AsStridedBackward.apply(grad, target, (grad.array.shape, steps, 0), target)
        return grad_input, None, None, None, None
