"""Maxima over windows: of lines and volumes, adaptive and fractional. PyTorch: native/{DilatedMaxPool3d,
AdaptiveMaxPooling2d,FractionalMaxPool2d}.cpp.
"""

import math
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.avg_pool import (
    adaptive_windows,
    check_geometry,
    check_windows,
    per_dimension,
    pooled_size,
    sizes_with_none,
    window_sizes,
)
from minitorch.ops.max_unpool import Put
from minitorch.ops.promotion import check_tensor
from minitorch.ops.random import rand

Result = Tensor | tuple[Tensor, Tensor]


def max_pool1d(
    input: Tensor,  # (N, C, L) or (C, L)
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Result:
    """The largest element of each window, and with `return_indices` its place. PyTorch: torch.nn.functional.max_pool1d."""
    check_tensor(input, "max_pool1d", "input", 1)
    shape = input.array.shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{list(shape)}"
        )
    geometry = *window_sizes("max_pool1d", 1, kernel_size, stride, padding), per_dimension("max_pool1d", "dilation", dilation, 1)
    if not return_indices:
        _check_line(shape[-1], geometry, ceil_mode)
    return _max_pool(MaxPool1D, input, 1, geometry, ceil_mode, return_indices)


def _check_line(size: int, geometry: tuple, ceil_mode: bool) -> None:
    """PyTorch has another function, and other words, where no indices are wanted."""
    kernel, stride, padding, dilation = (each[0] for each in geometry)
    for name, number in (("kernel_size", kernel), ("stride", stride), ("dilation", dilation)):
        if number <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {number}")
    if padding < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding}")
    if padding > kernel // 2:
        raise RuntimeError(
            "max_pool1d() padding should be at most half of kernel size, but got padding="
            f"{padding} and kernel_size={kernel}"
        )
    count = pooled_size(size, kernel, stride, padding, dilation, ceil_mode)
    if count < 1:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")


def max_pool3d(
    input: Tensor,  # (N, C, D, H, W) or (C, D, H, W)
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Result:
    """The largest element of each window, and with `return_indices` its place (z * H + y) * W + x. PyTorch: F.max_pool3d."""
    check_tensor(input, "max_pool3d", "input", 1)
    if input.array.ndim not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    geometry = *window_sizes("max_pool3d", 3, kernel_size, stride, padding), per_dimension("max_pool3d", "dilation", dilation, 3)
    shape = input.array.shape
    check_windows(3, *geometry)
    if 0 in shape[-4:]:
        raise RuntimeError(
            "max_pool3d_with_indices_out_cpu_template(): Expected input's non-batch dimensions to have positive length, but "
            f"input has a shape of {list(shape)} and non-batch dimension 0 has length zero!"
        )
    return _max_pool(MaxPool3DWithIndices, input, 3, geometry, ceil_mode, return_indices)


def _max_pool(function: type["_Largest"], input: Tensor, dims: int, geometry: tuple, ceil_mode: bool, return_indices: bool):
    check_geometry(input, dims, *geometry, ceil_mode)
    _refuse_bool(f"max_pool{dims}d", input)
    intervals = []
    for size, kernel, stride, padding, dilation in zip(input.array.shape[-dims:], *geometry):
        first = np.arange(pooled_size(size, kernel, stride, padding, dilation, ceil_mode)) * stride - padding
        past = np.minimum(first + (kernel - 1) * dilation + 1, size)
        first = np.where(first < 0, first + -(first // dilation) * dilation, first)  # the first tap inside
        intervals.append(np.stack([first, past], 1))
    result = function.apply(input, intervals, geometry[3])
    return result if return_indices else result[0]


def adaptive_max_pool1d(input: Tensor, output_size: int | Sequence[int], return_indices: bool = False) -> Result:
    """Maxima of as many windows, alike in size, as are asked for. PyTorch: torch.nn.functional.adaptive_max_pool1d."""
    check_tensor(input, "adaptive_max_pool1d", "input", 1)
    sizes = (output_size,) if isinstance(output_size, int) else tuple(output_size)
    if len(sizes) != 1:
        raise RuntimeError(f"adaptive_max_pool1d() argument 'output_size' should contain one int (got {len(sizes)})")
    return _adaptive(AdaptiveMaxPool1D, "adaptive_max_pool1d", input, sizes, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size, return_indices: bool = False) -> Result:
    """Maxima of as many windows, alike in size, as are asked for; None keeps a size. PyTorch: F.adaptive_max_pool2d."""
    sizes = _asked_for("adaptive_max_pool2d", input, output_size, 2)
    return _adaptive(AdaptiveMaxPool2D, "adaptive_max_pool2d", input, sizes, return_indices)


def adaptive_max_pool3d(input: Tensor, output_size, return_indices: bool = False) -> Result:
    """Maxima of as many windows, alike in size, as are asked for; None keeps a size. PyTorch: F.adaptive_max_pool3d."""
    sizes = _asked_for("adaptive_max_pool3d", input, output_size, 3)
    return _adaptive(AdaptiveMaxPool3D, "adaptive_max_pool3d", input, sizes, return_indices)


def _asked_for(function: str, input: Tensor, output_size, dims: int) -> tuple[int, ...]:
    check_tensor(input, function, "input", 1)
    sizes = sizes_with_none(input, output_size, dims)
    if len(sizes) != dims:
        raise RuntimeError(f"{function}(): internal error: output_size.size() must be {dims}")
    return sizes


def _adaptive(function: type["_Largest"], name: str, input: Tensor, sizes: tuple[int, ...], return_indices: bool):
    shape, dims = input.array.shape, len(sizes)
    if len(shape) not in (dims + 1, dims + 2):
        raise RuntimeError(f"{name}(): Expected {dims + 1}D or {dims + 2}D tensor, but got: {list(shape)}")
    if min(sizes) < 0:
        whole = [*shape[:-dims], *([1] if dims == 1 else []), *sizes]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {whole}")
    for axis in range(len(shape) - dims, len(shape)):
        if shape[axis] == 0:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{list(shape)} with dimension {axis} being empty"
            )
    _refuse_bool(name, input)
    intervals = [adaptive_windows(size, count) for size, count in zip(shape[-dims:], sizes)]
    result = function.apply(input, intervals, (1,) * dims)
    return result if return_indices else result[0]


def fractional_max_pool2d(
    input: Tensor,  # (N, C, H, W) or (C, H, W)
    kernel_size: int | Sequence[int],
    output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,  # (N, C, 2) in [0, 1): drawn if None
) -> Result:
    """Maxima of windows at random distances, as many as are asked for. PyTorch: F.fractional_max_pool2d."""
    arguments = kernel_size, output_size, output_ratio, return_indices, _random_samples
    return _fractional(FractionalMaxPool2D, 2, input, *arguments)


def fractional_max_pool3d(
    input: Tensor,  # (N, C, D, H, W) or (C, D, H, W)
    kernel_size: int | Sequence[int],
    output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,  # (N, C, 3) in [0, 1): drawn if None
) -> Result:
    """Maxima of windows at random distances, as many as are asked for. PyTorch: F.fractional_max_pool3d."""
    arguments = kernel_size, output_size, output_ratio, return_indices, _random_samples
    return _fractional(FractionalMaxPool3D, 3, input, *arguments)


def _fractional(function, dims: int, input, kernel_size, output_size, output_ratio, return_indices, samples):
    name = f"fractional_max_pool{dims}d"
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    shape = input.array.shape
    if len(shape) not in (dims + 1, dims + 2) or 0 in shape[-dims - 1 :]:
        raise RuntimeError(
            f"{name}(): Expected {dims + 1}D or {dims + 2}D (batch mode) tensor with optional 0 dim batch size for input, "
            f"but got: {list(shape)}"
        )
    kernel = per_dimension(name, "kernel_size", kernel_size, dims)
    if output_size is None:
        if len(output_ratio if isinstance(output_ratio, (tuple, list)) else [1] * dims) != dims:
            raise ValueError(f"{name} requires output_ratio to either be a single Int or tuple of Ints.")
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else [output_ratio] * dims
        sizes = tuple([int(size * ratio) for size, ratio in zip(shape[-dims:], ratios)])
    else:
        sizes = per_dimension(name, "output_size", output_size, dims)
    if samples is None:
        batch = 1 if len(shape) == dims + 1 else shape[0]
        samples = rand(batch, shape[-dims - 1], dims, dtype=input.dtype, device=input.device)
    for letter, size, count, taps in zip(("time", "height", "width")[-dims:], shape[-dims:], sizes, kernel):
        if count + taps - 1 > size:
            raise RuntimeError(f"{name}(): pool {letter} {taps} too large relative to input {letter} {size}")
    draws = samples.kernels.to_host(samples.array).reshape(-1, dims)
    draws = draws[:, ::-1] if dims == 2 else draws  # of images, the first is across
    intervals = [
        _fractional_windows(draws[:, place], *numbers)
        for place, numbers in enumerate(zip(shape[-dims:], sizes, kernel))
    ]
    result = function.apply(input, intervals, (1,) * dims)
    return result if return_indices else result[0]


def _fractional_windows(draws: np.ndarray, size: int, count: int, kernel: int) -> np.ndarray:
    """(P, count, 2) for one draw for each plane; all in the dtype of the draws, as PyTorch does."""
    number = draws.dtype.type
    first = np.full((len(draws), count), size - kernel, np.int64)
    if count > 1:
        step = number(size - kernel) / number(count - 1)
        i = np.arange(count - 1).astype(draws.dtype)
        draws = draws[:, None]
        first[:, :-1] = ((i + draws) * step).astype(np.int64) - (draws * step).astype(np.int64)
    return np.stack([first, first + kernel], 2)


class _Largest(Function):
    """The largest element of each window, and its place in the plane."""

    @staticmethod
    def forward(ctx, input, intervals, steps):
        shape, dims = input.array.shape, len(intervals)
        missing = 3 - dims
        planes = input.array.reshape(math.prod(shape[:-dims]), *[1] * missing, *shape[-dims:])
        intervals = [np.array([[0, 1]])] * missing + intervals
        result, places = input.kernels.max_window(planes, intervals, (1,) * missing + tuple(steps))
        extent = (*shape[:-dims], *result.shape[1 + missing :])
        result, places = wrap(result.reshape(extent)), wrap(places.reshape(extent))
        ctx.mark_non_differentiable(places)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(places)
        ctx.shape, ctx.dims = shape, dims
        return result, places

    @staticmethod
    def backward(ctx, grad, _):
        (places,) = ctx.saved_tensors
        return Put.apply(grad, places, ctx.shape, ctx.dims), None, None


class MaxPool1D(_Largest):
    """derivatives.yaml: max_pool2d_with_indices."""


class MaxPool3DWithIndices(_Largest):
    """derivatives.yaml: max_pool3d_with_indices."""


class AdaptiveMaxPool1D(_Largest):
    """derivatives.yaml: adaptive_max_pool2d."""


class AdaptiveMaxPool2D(_Largest):
    """derivatives.yaml: adaptive_max_pool2d."""


class AdaptiveMaxPool3D(_Largest):
    """derivatives.yaml: adaptive_max_pool3d."""


class FractionalMaxPool2D(_Largest):
    """derivatives.yaml: fractional_max_pool2d."""


class FractionalMaxPool3D(_Largest):
    """derivatives.yaml: fractional_max_pool3d."""


def _refuse_bool(function: str, input: Tensor) -> None:
    if input.array.dtype.kind == "b":
        raise NotImplementedError(f"\"{function}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
