"""Elements back at the places where a maximum was found. PyTorch: aten/src/ATen/native/MaxUnpooling.cpp."""

import math
from collections.abc import Sequence
from types import ModuleType

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.avg_pool import window_sizes
from minitorch.ops.convert import in_channels_order
from minitorch.ops.shape import squeeze, unsqueeze


class Put(Function):
    """Every element to its place in a plane (the last `dims` dimensions) of zeros; those that meet are added."""

    @staticmethod
    def forward(ctx, input, places, shape, dims):
        ctx.save_for_backward(places)
        ctx.dims = dims
        planes, size = math.prod(shape[:-dims]), math.prod(shape[-dims:])
        lines, indices = (_planes(each.array, dims)[None, :, None] for each in (input, places))
        return wrap(input.kernels.max_pool2d_backward(lines, indices, (1, planes, 1, size)).reshape(shape))

    @staticmethod
    def backward(ctx, grad):
        return Pick.apply(grad, *ctx.saved_tensors, ctx.dims), None, None, None


class Pick(Function):
    """The elements at the places of each plane."""

    @staticmethod
    def forward(ctx, input, places, dims):
        ctx.save_for_backward(places)
        ctx.shape, ctx.dims = input.array.shape, dims
        indices = _with_rows(_planes(places.array, dims), input.kernels)
        return wrap(input.kernels.index(_planes(input.array, dims), indices).reshape(places.array.shape))

    @staticmethod
    def backward(ctx, grad):
        return Put.apply(grad, *ctx.saved_tensors, ctx.shape, ctx.dims), None, None


def _planes(array: np.ndarray, dims: int) -> np.ndarray:
    return array.reshape(math.prod(array.shape[:-dims]), math.prod(array.shape[-dims:]))


def _with_rows(places: np.ndarray, kernels: ModuleType) -> tuple[np.ndarray, np.ndarray]:
    """The number of its plane with every place."""
    return kernels.from_host(np.arange(places.shape[0])[:, None]), places


def max_unpool1d(
    input: Tensor, indices: Tensor, kernel_size, stride=None, padding=0, output_size: Sequence[int] | None = None
) -> Tensor:
    """The elements back at the places that max_pool1d told, zeros elsewhere. PyTorch: torch.nn.functional.max_unpool1d."""
    size = _size(input, "max_unpool1d", 1, kernel_size, stride, padding, output_size)
    if isinstance(indices, Tensor) and indices.array.ndim == input.array.ndim:
        indices = unsqueeze(indices, -1)
    return squeeze(_unpool(MaxUnpool2D, unsqueeze(input, -1), indices, (*size, 1)), -1)


def max_unpool2d(
    input: Tensor, indices: Tensor, kernel_size, stride=None, padding=0, output_size: Sequence[int] | None = None
) -> Tensor:
    """The elements back at the places that max_pool2d told, zeros elsewhere. PyTorch: torch.nn.functional.max_unpool2d."""
    return _unpool(MaxUnpool2D, input, indices, _size(input, "max_unpool2d", 2, kernel_size, stride, padding, output_size))


def max_unpool3d(
    input: Tensor, indices: Tensor, kernel_size, stride=None, padding=0, output_size: Sequence[int] | None = None
) -> Tensor:
    """The elements back at the places that max_pool3d told, zeros elsewhere. PyTorch: torch.nn.functional.max_unpool3d."""
    return _unpool(MaxUnpool3D, input, indices, _size(input, "max_unpool3d", 3, kernel_size, stride, padding, output_size))


class MaxUnpool2D(Function):
    """derivatives.yaml: max_unpool2d. Of elements that meet, the last one stays."""

    @staticmethod
    def forward(ctx, input, indices, shape, dims):
        ctx.save_for_backward(indices)
        ctx.dims = dims
        result = input.kernels.zeros(shape, input.array.dtype)
        places = _with_rows(_planes(indices.array, dims), input.kernels)
        input.kernels.index_put(_planes(result, dims), places, _planes(input.array, dims))
        return in_channels_order(wrap(result), input) if dims == 2 else wrap(result)

    @staticmethod
    def backward(ctx, grad):
        return Pick.apply(grad, *ctx.saved_tensors, ctx.dims), None, None, None


class MaxUnpool3D(MaxUnpool2D):
    """derivatives.yaml: max_unpool3d."""


def _unpool(function: type[MaxUnpool2D], input: Tensor, indices: Tensor, size: tuple[int, ...]) -> Tensor:
    dims = len(size)
    if indices.array.dtype != np.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {types.SCALAR_NAME[indices.dtype]}")
    if input.array.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Input to max_unpooling{dims}d should be a {dims + 1}d or {dims + 2}d Tensor, but got a tensor with "
            f"{input.array.ndim} dimensions."
        )
    if indices.array.shape != input.array.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(input.array.shape)}) but got "
            f"indices tensor with shape: {list(indices.array.shape)}"
        )
    count, places = math.prod(size), indices.array
    kernels, kind = input.kernels, places.dtype
    if places.size and (
        kernels.to_host(kernels.amin(places, None, False, kind)) < 0
        or kernels.to_host(kernels.amax(places, None, False, kind)) >= count
    ):
        places = kernels.to_host(places)
        wrong = places[(places < 0) | (places >= count)].reshape(-1)[0]
        raise RuntimeError(f"Found an invalid max index: {wrong} (output volumes are of size {'x'.join(map(str, size))}")
    return function.apply(input, indices, (*input.array.shape[:-dims], *size), dims)


def _size(input: Tensor, function: str, dims: int, kernel_size, stride, padding, output_size) -> tuple[int, ...]:
    """The size asked for, which may be less than a stride from that of the windows. Raises ValueError otherwise."""
    numbers = window_sizes(function, dims, kernel_size, stride, padding)
    sizes = [
        (size - 1) * step + taps - 2 * pad for size, taps, step, pad in zip(input.array.shape[-dims:], *numbers)
    ]
    if output_size is None:
        return tuple(sizes)
    output_size = tuple(output_size)[2:] if len(output_size) == dims + 2 else tuple(output_size)
    if len(output_size) != dims:
        raise ValueError(
            f"output_size should be a sequence containing {dims} or {dims + 2} elements, but it has a length of "
            f"'{len(output_size)}'"
        )
    for place, (size, step) in enumerate(zip(sizes, numbers[1])):
        if not size - step < output_size[place] < size + step:
            raise ValueError(
                f'invalid output_size "{output_size}" (dim {place} must be between {size - step} and {size + step})'
            )
    return output_size
