"""Transposed convolution: the gradient of a convolution to its input, as an operation. PyTorch: native/Convolution.cpp."""

from collections.abc import Sequence

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.conv import (
    Convolution,
    ConvolutionWeight,
    Sizes,
    check_dtypes,
    check_geometry,
    check_ndim,
    repeated,
    run_input,
)
from minitorch.ops.pad import constant_pad
from minitorch.ops.shape import squeeze, unsqueeze


def conv_transpose1d(
    input: Tensor,  # (N, C, L) or (C, L)
    weight: Tensor,  # (C, O / groups, K)
    bias: Tensor | None = None,  # (O,)
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """conv_transpose2d of lines: -> (N, O, OL). PyTorch: torch.nn.functional.conv_transpose1d."""
    geometry = stride, padding, output_padding, groups, dilation
    return _conv_transpose("conv_transpose1d", 1, input, weight, bias, *geometry)


def conv_transpose2d(
    input: Tensor,  # (N, C, H, W) or (C, H, W)
    weight: Tensor,  # (C, O / groups, KH, KW)
    bias: Tensor | None = None,  # (O,)
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Every element of the image times the kernels, added up `stride` apart: -> (N, O, OH, OW).

    OH = (H - 1) * stride - 2 * padding + dilation * (KH - 1) + output_padding + 1. Raises RuntimeError where shapes or
    dtypes do not fit. PyTorch: torch.nn.functional.conv_transpose2d.
    """
    geometry = stride, padding, output_padding, groups, dilation
    return _conv_transpose("conv_transpose2d", 2, input, weight, bias, *geometry)


def conv_transpose3d(
    input: Tensor,  # (N, C, D, H, W) or (C, D, H, W)
    weight: Tensor,  # (C, O / groups, KD, KH, KW)
    bias: Tensor | None = None,  # (O,)
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """conv_transpose2d of volumes: -> (N, O, OD, OH, OW). PyTorch: torch.nn.functional.conv_transpose3d."""
    geometry = stride, padding, output_padding, groups, dilation
    return _conv_transpose("conv_transpose3d", 3, input, weight, bias, *geometry)


class ConvTranspose(Function):
    """derivatives.yaml: convolution, of transposed=True."""

    node_name = "ConvolutionBackward0"

    @staticmethod
    def forward(ctx, input, weight, bias, shape, geometry):
        ctx.save_for_backward(input, weight)
        ctx.geometry = geometry
        result = run_input(input.kernels, input.array, weight.array, shape, *geometry)
        if bias is not None:
            bias = bias.array.reshape(-1, *[1] * (result.ndim - 2))
            input.kernels.add(result, bias, dtype=result.dtype, out=result)
        return wrap(result)

    @staticmethod
    def backward(ctx, grad):
        input, weight = ctx.saved_tensors
        to_input = to_weight = to_bias = None
        if ctx.needs_input_grad[0]:
            to_input = Convolution.apply(grad, weight, None, *ctx.geometry)
        if ctx.needs_input_grad[1]:
            to_weight, _ = ConvolutionWeight.apply(input, grad, weight.array.shape, ctx.geometry)
        if ctx.needs_input_grad[2]:
            to_bias = grad.sum((0, *range(2, grad.array.ndim)))
        return to_input, to_weight, to_bias, None, None


def _conv_transpose(
    function: str, dims: int, input, weight, bias, stride, padding, output_padding, groups: int, dilation
) -> Tensor:
    if not (isinstance(input, Tensor) and isinstance(weight, Tensor)):
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({type(input).__name__}, "
            f"{type(weight).__name__}), but expected one of:"
        )
    stride = repeated(function, "stride", stride, dims)
    padding = repeated(function, "padding", padding, dims)
    output_padding = repeated(function, "output_padding", output_padding, dims)
    dilation = repeated(function, "dilation", dilation, dims)
    if input.array.ndim == dims + 1:
        arguments = unsqueeze(input, 0), weight, bias, stride, padding, output_padding, groups, dilation
        return squeeze(_conv_transpose(function, dims, *arguments), 0)
    check_ndim(function, dims, input)
    if min(output_padding) < 0:
        raise RuntimeError("negative output_padding is not supported")
    check_geometry(input.array.shape, weight.array.shape, stride, padding, dilation, groups)
    shape = _check(input, weight, bias, stride, padding, output_padding, groups, dilation)
    check_dtypes(input, weight, bias)
    more = [extra // step for extra, step in zip(output_padding, stride)]
    if any(more):  # rows of zeros instead: every convolution has one size of input for a size of output
        input = constant_pad(input, [rows for each in reversed(more) for rows in (0, each)])
    return ConvTranspose.apply(input, weight, bias, shape, (stride, padding, dilation, groups))


def _check(
    input: Tensor, weight: Tensor, bias, stride: Sizes, padding: Sizes, more: Sizes, groups: int, dilation: Sizes
) -> Sizes:
    """The shape of the result."""
    shape, kernel = input.array.shape, weight.array.shape
    if shape[1] != kernel[0]:
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(kernel)}, expected input{list(shape)} to have {kernel[0]} "
            f"channels, but got {shape[1]} channels instead"
        )
    if bias is not None and bias.array.shape != (kernel[1] * groups,):
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(kernel)}, expected bias to be 1-dimensional with "
            f"{kernel[1] * groups} elements, but got bias of size {list(bias.array.shape)} instead"
        )
    if any(each >= step and each >= apart for each, step, apart in zip(more, stride, dilation)):
        numbers = zip(("output_padding", "stride", "dilation"), (more, stride, dilation))
        got = " ".join(f"{name}_{axis}: {size}" for name, sizes in numbers for axis, size in zip(_AXES[-len(more) :], sizes))
        raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {got}")
    reach = [step * (taps - 1) + 1 for step, taps in zip(dilation, kernel[2:])]
    extent = [
        (size - 1) * step - 2 * pad + span + extra
        for size, step, pad, span, extra in zip(shape[2:], stride, padding, reach, more)
    ]
    if min(extent) < 1:
        have, wanted = " x ".join(map(str, shape[2:])), " x ".join(map(str, extent))
        raise RuntimeError(
            f"Given input size per channel: ({have}). Calculated output size per channel: ({wanted}). Output size is too "
            "small"
        )
    return (shape[0], kernel[1] * groups, *extent)


_AXES = "depth", "height", "width"
