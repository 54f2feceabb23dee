"""Convolution over images. PyTorch: aten/src/ATen/native/Convolution.cpp."""

from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import squeeze, unsqueeze

Pair = tuple[int, int]


def conv2d(
    input: Tensor,  # (N, C, H, W) or (C, H, W)
    weight: Tensor,  # (O, C / groups, KH, KW)
    bias: Tensor | None = None,  # (O,)
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Slide the kernels over the image and sum the products: -> (N, O, OH, OW).

    `padding` is in pixels of zeros on each side, "valid" (none) or "same" (as many as keep the size; stride 1 only).
    Raises RuntimeError where shapes or dtypes do not fit. PyTorch: torch.nn.functional.conv2d.
    """
    if not (isinstance(input, Tensor) and isinstance(weight, Tensor)):
        raise TypeError(
            f"conv2d() received an invalid combination of arguments - got ({type(input).__name__}, "
            f"{type(weight).__name__}), but expected one of:"
        )
    stride, dilation = _pair(stride, "stride"), _pair(dilation, "dilation")
    if isinstance(padding, str):
        return _conv2d_named_padding(input, weight, bias, stride, padding, dilation, groups)
    padding = _pair(padding, "padding")
    if input.array.ndim not in (3, 4):
        raise RuntimeError(
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: "
            f"{list(input.array.shape)}"
        )
    if input.array.ndim == 3:
        return squeeze(conv2d(unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups), 0)
    _check(input, weight, bias, stride, padding, dilation, groups)
    return Convolution.apply(input, weight, bias, stride, padding, dilation, groups)


class Convolution(Function):
    """derivatives.yaml: convolution."""

    @staticmethod
    def forward(ctx, input, weight, bias, stride, padding, dilation, groups):
        ctx.save_for_backward(input, weight)
        ctx.geometry = stride, padding, dilation, groups
        return wrap(
            input.kernels.conv2d(
                input.array, weight.array, None if bias is None else bias.array, stride, padding, dilation, groups
            )
        )

    @staticmethod
    def backward(ctx, grad):
        input, weight = ctx.saved_tensors
        needs = ctx.needs_input_grad
        grad_input = grad_weight = grad_bias = None
        if needs[0]:
            grad_input = ConvolutionInput.apply(grad, weight, input.array.shape, ctx.geometry)
        if needs[1]:
            grad_weight, grad_bias = ConvolutionWeight.apply(grad, input, weight.array.shape, ctx.geometry)
        elif needs[2]:
            grad_bias = grad.sum((0, 2, 3))
        return grad_input, grad_weight, grad_bias if needs[2] else None, None, None, None, None


class ConvolutionInput(Function):
    """The gradient of a convolution to its input: a transposed convolution. PyTorch: convolution_backward."""

    node_name = "ConvolutionBackwardBackward0"

    @staticmethod
    def forward(ctx, grad, weight, input_shape, geometry):
        ctx.save_for_backward(grad, weight)
        ctx.geometry = geometry
        return wrap(grad.kernels.conv2d_input(grad.array, weight.array, input_shape, *geometry))

    @staticmethod
    def backward(ctx, grad_grad):
        grad, weight = ctx.saved_tensors
        grad_output = grad_weight = None
        if ctx.needs_input_grad[0]:
            grad_output = Convolution.apply(grad_grad, weight, None, *ctx.geometry)
        if ctx.needs_input_grad[1]:
            grad_weight, _ = ConvolutionWeight.apply(grad, grad_grad, weight.array.shape, ctx.geometry)
        return grad_output, grad_weight, None, None


class ConvolutionWeight(Function):
    """The gradients of a convolution to its weight and bias, from one pass. PyTorch: convolution_backward."""

    node_name = "ConvolutionBackwardBackward0"

    @staticmethod
    def forward(ctx, grad, input, weight_shape, geometry):
        ctx.save_for_backward(grad, input)
        ctx.geometry = geometry
        weight, bias = grad.kernels.conv2d_parameters(grad.array, input.array, weight_shape, *geometry)
        return wrap(weight), wrap(bias)

    @staticmethod
    def backward(ctx, grad_weight, grad_bias):
        grad, input = ctx.saved_tensors
        grad_output = grad_input = None
        if ctx.needs_input_grad[0]:
            grad_output = Convolution.apply(input, grad_weight, grad_bias, *ctx.geometry)
        if ctx.needs_input_grad[1]:
            grad_input = ConvolutionInput.apply(grad, grad_weight, input.array.shape, ctx.geometry)
        return grad_output, grad_input, None, None


def _conv2d_named_padding(input, weight, bias, stride, padding: str, dilation, groups) -> Tensor:
    if padding == "valid":
        return conv2d(input, weight, bias, stride, 0, dilation, groups)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if stride != (1, 1):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    total = [step * (size - 1) for step, size in zip(dilation, weight.array.shape[2:])]
    if all(each % 2 == 0 for each in total):
        return conv2d(input, weight, bias, stride, [each // 2 for each in total], dilation, groups)
    return _conv2d_uneven(input, weight, bias, total, dilation, groups)


def _conv2d_uneven(input, weight, bias, total: list[int], dilation, groups) -> Tensor:
    """An odd total of padding: the extra zero goes behind, as in PyTorch."""
    height, width = input.array.shape[-2:]
    larger = input.new_zeros((*input.array.shape[:-2], height + total[0] % 2, width + total[1] % 2))
    larger[..., :height, :width] = input
    return conv2d(larger, weight, bias, 1, [each // 2 for each in total], dilation, groups)


def _pair(value: int | Sequence[int], name: str) -> Pair:
    if isinstance(value, int):
        return value, value
    if not isinstance(value, (tuple, list)) or not all(isinstance(each, int) for each in value):
        raise TypeError(
            "conv2d() received an invalid combination of arguments - got (Tensor, Tensor, Tensor, "
            f"{name}={type(value).__name__}), but expected one of:"
        )
    values = tuple(value)
    if len(values) == 1:
        return values * 2
    if len(values) != 2:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of 2 values to match the convolution dimensions, "
            f"but got {name}={list(values)}"
        )
    return values


def _check(input, weight, bias, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> None:
    shape, kernel = input.array.shape, weight.array.shape
    if len(kernel) != 4:
        raise RuntimeError(
            "expected stride to be a single integer value or a list of "
            f"{len(kernel) - 2} values to match the convolution dimensions, but got stride={list(stride)}"
        )
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) <= 0:
        raise RuntimeError("non-positive dilation is not supported")
    if kernel[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(kernel)} instead"
        )
    if kernel[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"[{list(kernel)}] instead"
        )
    if shape[1] != kernel[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(kernel)}, expected input{list(shape)} to have "
            f"{kernel[1] * groups} channels, but got {shape[1]} channels instead"
        )
    if bias is not None:
        check_tensor(bias, "conv2d", "bias", 3)
        if bias.array.shape != (kernel[0],):
            raise RuntimeError(
                f"Given weight of size {list(kernel)}, expected bias to be 1-dimensional with {kernel[0]} elements, but "
                f"got bias of size {list(bias.array.shape)} instead"
            )
    padded = [size + 2 * pad for size, pad in zip(shape[2:], padding)]
    reach = [step * (size - 1) + 1 for size, step in zip(kernel[2:], dilation)]
    if any(have < want for have, want in zip(padded, reach)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({padded[0]} x {padded[1]}). Kernel size: "
            f"({reach[0]} x {reach[1]}). Kernel size can't be greater than actual input size"
        )
    if input.array.dtype != weight.array.dtype and input.array.dtype.kind != "f":
        raise RuntimeError(
            f"expected scalar type {types.SCALAR_NAME[input.dtype]} but found {types.SCALAR_NAME[weight.dtype]}"
        )
    if input.array.dtype != weight.array.dtype:
        raise RuntimeError(
            f"Input type ({types.TENSOR_NAME[input.dtype]}) and weight type ({types.TENSOR_NAME[weight.dtype]}) should "
            "be the same or input should be a MKLDNN tensor and weight is a dense tensor"
        )
    if bias is not None and bias.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"Input type ({types.C_NAME[input.dtype]}) and bias type ({types.C_NAME[bias.dtype]}) should be the same"
        )
