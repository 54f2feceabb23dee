"""Pooling over images. PyTorch: aten/src/ATen/native/{DilatedMaxPool2d,AveragePool2d}.cpp, Pool.h."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.convert import in_channels_order
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import squeeze, unsqueeze
from minitorch.ops.sizes import wrap_dim

Pair = tuple[int, int]


def max_pool2d(
    input: Tensor,  # (N, C, H, W) or (C, H, W)
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """The largest element of each window; `stride` defaults to `kernel_size`. NaN wins.

    With `return_indices` also its place y * W + x in the plane, int64. PyTorch: torch.nn.functional.max_pool2d.
    """
    check_tensor(input, "max_pool2d", "input", 1)
    kernel, stride, padding = _windows("max_pool2d", kernel_size, stride, padding)
    dilation = _pair("max_pool2d", "dilation", dilation)
    _check_dtype("max_pool2d", input, "b")
    if input.array.ndim == 3:
        if 0 in input.array.shape:
            _check(unsqueeze(input, 0), kernel, stride, padding, dilation, ceil_mode, unbatched=True)
        batch = max_pool2d(unsqueeze(input, 0), kernel, stride, padding, dilation, ceil_mode, return_indices)
        return tuple(squeeze(each, 0) for each in batch) if return_indices else squeeze(batch, 0)
    if min(dilation) <= 0:
        raise RuntimeError(
            "dilation should be greater than zero, but got dilationH: "
            f"{dilation[0]} dilationW: {dilation[1]}"
        )
    _check(input, kernel, stride, padding, dilation, ceil_mode)
    result, choices = MaxPool2DWithIndices.apply(input, kernel, stride, padding, dilation, ceil_mode)
    if not return_indices:
        return result
    places = input.kernels.max_pool2d_indices(choices.array, input.array.shape, kernel, stride, padding, dilation)
    return result, in_channels_order(wrap(places), input)


class MaxPool2DWithIndices(Function):
    """derivatives.yaml: max_pool2d_with_indices. The place in the window is one byte: an eighth of an index to keep."""

    @staticmethod
    def forward(ctx, input, kernel, stride, padding, dilation, ceil_mode):
        ctx.shape = input.array.shape
        ctx.geometry = kernel, stride, padding, dilation
        result, choices = input.kernels.max_pool2d_choices(input.array, kernel, stride, padding, dilation, ceil_mode)
        result, choices = in_channels_order(wrap(result), input), wrap(choices)
        ctx.save_for_backward(choices)
        ctx.mark_non_differentiable(choices)
        ctx.set_materialize_grads(False)
        return result, choices

    @staticmethod
    def backward(ctx, grad, _):
        return MaxPoolBackward.apply(grad, *ctx.saved_tensors, ctx.shape, ctx.geometry), None, None, None, None, None


class MaxPoolBackward(Function):
    """Every gradient goes to the element that was the largest. PyTorch: max_pool2d_with_indices_backward."""

    node_name = "MaxPool2DWithIndicesBackwardBackward0"

    @staticmethod
    def forward(ctx, grad, choices, shape, geometry):
        ctx.save_for_backward(choices)
        ctx.shape, ctx.geometry = shape, geometry
        return wrap(grad.kernels.max_pool2d_choices_backward(grad.array, choices.array, shape, *geometry))

    @staticmethod
    def backward(ctx, grad):
        (choices,) = ctx.saved_tensors
        places = grad.kernels.max_pool2d_indices(choices.array, ctx.shape, *ctx.geometry)
        planes = grad.flatten(2).gather(2, wrap(places).flatten(2))
        return planes.view(choices.array.shape), None, None, None


def avg_pool2d(
    input: Tensor,  # (N, C, H, W) or (C, H, W)
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The mean of each window; `stride` defaults to `kernel_size`. PyTorch: torch.nn.functional.avg_pool2d."""
    check_tensor(input, "avg_pool2d", "input", 1)
    if out is not None:
        result = avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return deliver(out, "avg_pool2d", result, input, cast=False)
    kernel, stride, padding = _windows("avg_pool2d", kernel_size, stride, padding)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    _check_dtype("avg_pool2d", input, "bu")
    if input.array.ndim < 3:
        if input.array.ndim == 0:
            raise IndexError("Dimension specified as -3 but tensor has no dimensions")
        wrap_dim(-3, input.array.ndim)  # raises
    if input.array.ndim > 4:
        _refuse_shape(input.array.shape)
    if input.array.ndim == 3:
        if 0 in input.array.shape:
            _check(unsqueeze(input, 0), kernel, stride, padding, (1, 1), ceil_mode, unbatched=True)
        batch = unsqueeze(input, 0)
        return squeeze(
            avg_pool2d(batch, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override), 0
        )
    _check(input, kernel, stride, padding, (1, 1), ceil_mode)
    return AvgPool2D.apply(input, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override)


class AvgPool2D(Function):
    """derivatives.yaml: avg_pool2d."""

    @staticmethod
    def forward(ctx, input, *geometry):
        ctx.shape, ctx.geometry = input.array.shape, geometry
        return in_channels_order(wrap(input.kernels.avg_pool2d(input.array, *geometry)), input)

    @staticmethod
    def backward(ctx, grad):
        return AvgPoolBackward.apply(grad, ctx.shape, ctx.geometry), None, None, None, None, None, None


class AvgPoolBackward(Function):
    """Every gradient is shared out over its window. PyTorch: avg_pool2d_backward."""

    node_name = "AvgPool2DBackwardBackward0"

    @staticmethod
    def forward(ctx, grad, shape, geometry):
        ctx.geometry = geometry
        return wrap(grad.kernels.avg_pool2d_backward(grad.array, shape, *geometry))

    @staticmethod
    def backward(ctx, grad):
        return AvgPool2D.apply(grad, *ctx.geometry), None, None


def _windows(function: str, kernel_size, stride, padding) -> tuple[Pair, Pair, Pair]:
    kernel = _pair(function, "kernel_size", kernel_size)
    stride = kernel if stride is None or stride in ((), []) else _pair(function, "stride", stride)
    return kernel, stride, _pair(function, "padding", padding)


def _pair(function: str, name: str, value: int | Sequence[int]) -> Pair:
    if isinstance(value, int):
        return value, value
    if not isinstance(value, (tuple, list)) or not all(isinstance(each, int) for each in value):
        place = " (position 2)" if function == "max_pool2d" else ""
        raise TypeError(
            f"{function}(): argument '{name}'{place} must be tuple of ints, not {type(value).__name__}"
        )
    values = tuple(value)
    if len(values) not in (1, 2):
        omitted = "be omitted, " if name == "stride" else "be "
        raise RuntimeError(f"{function}: {name} must either {omitted}a single int, or a tuple of two ints")
    return values if len(values) == 2 else values * 2


def _check_dtype(function: str, input: Tensor, refused: str) -> None:
    if input.array.dtype.kind in refused or (refused != "b" and input.array.dtype.itemsize < 8 and input.array.dtype.kind == "i"):
        raise NotImplementedError(f"\"{function}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")


def _check(input: Tensor, *geometry, unbatched: bool = False) -> None:
    _check_geometry(input.kernels.pool_extent, unbatched, input.array.shape, *geometry)


@lru_cache(maxsize=512)  # a model asks the same every step
def _check_geometry(
    extent: Callable, unbatched: bool, shape: tuple, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> None:
    if len(shape) != 4:
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    if min(stride) == 0:
        raise RuntimeError("stride should not be zero")
    if min(kernel) <= 0:
        raise RuntimeError(f"kernel size should be greater than zero, but got kH: {kernel[0]} kW: {kernel[1]}")
    if min(stride) < 0:
        raise RuntimeError(f"stride should be greater than zero, but got dH: {stride[0]} dW: {stride[1]}")
    if min(padding) < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {min(padding)}")
    for size, pad, step in zip(kernel, padding, dilation):
        if pad > ((size - 1) * step + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
                f"dilation={step}"
            )
    if 0 in shape[1:]:
        _refuse_shape(shape[1:] if unbatched else shape)
    out = extent(shape, kernel, stride, padding, dilation, ceil_mode)
    if min(out) < 1:
        raise RuntimeError(
            f"Given input size: ({shape[1]}x{shape[2]}x{shape[3]}). Calculated output size: "
            f"({shape[1]}x{out[0]}x{out[1]}). Output size is too small"
        )


def _refuse_shape(shape: tuple[int, ...]) -> None:
    raise RuntimeError(
        f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(shape)}"
    )
