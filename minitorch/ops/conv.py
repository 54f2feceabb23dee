"""Convolution over lines, images and volumes. PyTorch: aten/src/ATen/native/Convolution.cpp."""

from collections.abc import Sequence
from functools import lru_cache
from types import ModuleType

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.pad import constant_pad
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import squeeze, unsqueeze

Sizes = tuple[int, ...]


def conv1d(
    input: Tensor,  # (N, C, L) or (C, L)
    weight: Tensor,  # (O, C / groups, K)
    bias: Tensor | None = None,  # (O,)
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """conv2d of lines: -> (N, O, OL). PyTorch: torch.nn.functional.conv1d."""
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


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
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,  # (N, C, D, H, W) or (C, D, H, W)
    weight: Tensor,  # (O, C / groups, KD, KH, KW)
    bias: Tensor | None = None,  # (O,)
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """conv2d of volumes: -> (N, O, OD, OH, OW). PyTorch: torch.nn.functional.conv3d."""
    return _conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def _conv(function: str, dims: int, input, weight, bias, stride, padding, dilation, groups: int) -> Tensor:
    if not (isinstance(input, Tensor) and isinstance(weight, Tensor)):
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({type(input).__name__}, "
            f"{type(weight).__name__}), but expected one of:"
        )
    stride = repeated(function, "stride", stride, dims)
    dilation = repeated(function, "dilation", dilation, dims)
    if isinstance(padding, str):
        return _named_padding(function, dims, input, weight, bias, stride, padding, dilation, groups)
    padding = repeated(function, "padding", padding, dims)
    if input.array.ndim == dims + 1:
        batch = unsqueeze(input, 0)
        return squeeze(_conv(function, dims, batch, weight, bias, stride, padding, dilation, groups), 0)
    check_ndim(function, dims, input)
    _check(input, weight, bias, stride, padding, dilation, groups)
    return Convolution.apply(input, weight, bias, stride, padding, dilation, groups)


class Convolution(Function):
    """derivatives.yaml: convolution."""

    @staticmethod
    def forward(ctx, input, weight, bias, *geometry):
        ctx.save_for_backward(input, weight)
        ctx.geometry = geometry
        return wrap(run(input.kernels, input.array, weight.array, None if bias is None else bias.array, *geometry))

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
            grad_bias = grad.sum((0, *range(2, grad.array.ndim)))
        return grad_input, grad_weight, grad_bias if needs[2] else None, None, None, None, None


class ConvolutionInput(Function):
    """The gradient of a convolution to its input: a transposed convolution. PyTorch: convolution_backward."""

    node_name = "ConvolutionBackwardBackward0"

    @staticmethod
    def forward(ctx, grad, weight, input_shape, geometry):
        ctx.save_for_backward(grad, weight)
        ctx.geometry = geometry
        return wrap(run_input(grad.kernels, grad.array, weight.array, input_shape, *geometry))

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
        weight, bias = run_parameters(grad.kernels, grad.array, input.array, weight_shape, *geometry)
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


# The kernels by number of dimensions; a line is an image of height 1.


def run(kernels: ModuleType, input: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, *geometry) -> np.ndarray:
    """conv1d, conv2d or conv3d of arrays; geometry: stride, padding, dilation, groups."""
    if input.ndim == 3:
        return kernels.conv2d(input[:, :, None], weight[:, :, None], bias, *_as_image(*geometry))[:, :, 0]
    return (kernels.conv2d if input.ndim == 4 else kernels.conv3d)(input, weight, bias, *geometry)


def run_input(kernels: ModuleType, grad: np.ndarray, weight: np.ndarray, shape: Sizes, *geometry) -> np.ndarray:
    """The gradient to an input of this shape."""
    if grad.ndim == 3:
        shape = (*shape[:2], 1, shape[2])
        return kernels.conv2d_input(grad[:, :, None], weight[:, :, None], shape, *_as_image(*geometry))[:, :, 0]
    return (kernels.conv2d_input if grad.ndim == 4 else kernels.conv3d_input)(grad, weight, shape, *geometry)


def run_parameters(
    kernels: ModuleType, grad: np.ndarray, input: np.ndarray, shape: Sizes, *geometry
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients to a weight of this shape, and to the bias."""
    if grad.ndim == 3:
        shape = (*shape[:2], 1, shape[2])
        weight, bias = kernels.conv2d_parameters(grad[:, :, None], input[:, :, None], shape, *_as_image(*geometry))
        return weight[:, :, 0], bias
    return (kernels.conv2d_parameters if grad.ndim == 4 else kernels.conv3d_parameters)(grad, input, shape, *geometry)


def _as_image(stride: Sizes, padding: Sizes, dilation: Sizes, groups: int):
    return (1, *stride), (0, *padding), (1, *dilation), groups


# Arguments.


def _named_padding(function, dims, input, weight, bias, stride, padding: str, dilation, groups) -> Tensor:
    if padding == "valid":
        return _conv(function, dims, input, weight, bias, stride, 0, dilation, groups)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if any(each != 1 for each in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    ndim = weight.array.ndim
    if ndim != input.array.ndim and input.array.ndim == dims + 2:
        raise RuntimeError(
            f"Expected {ndim}-dimensional input for {ndim}-dimensional weight{list(weight.array.shape)}, but got "
            f"{input.array.ndim}-dimensional input of size {list(input.array.shape)} instead"
        )
    total = [step * (size - 1) for step, size in zip(dilation, weight.array.shape[2:])]
    if any(each % 2 for each in total):  # the extra zero goes behind, as in PyTorch
        input = constant_pad(input, [odd for each in reversed(total) for odd in (0, each % 2)])
    return _conv(function, dims, input, weight, bias, stride, [each // 2 for each in total], dilation, groups)


def repeated(function: str, name: str, value: int | Sequence[int], times: int) -> Sizes:
    """One number for every dimension, or the numbers that were given."""
    if isinstance(value, int):
        return (value,) * times
    if not isinstance(value, (tuple, list)) or not all(isinstance(each, int) for each in value):
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got (Tensor, Tensor, Tensor, "
            f"{name}={type(value).__name__}), but expected one of:"
        )
    values = tuple(value)
    if len(values) == 1:
        return values * times
    if len(values) != times:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {times} values to match the convolution "
            f"dimensions, but got {name}={list(values)}"
        )
    return values


def check_ndim(function: str, dims: int, input: Tensor) -> None:
    """Raise RuntimeError in PyTorch's words for an input of another number of dimensions."""
    if input.array.ndim != dims + 2:
        raise RuntimeError(
            f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {function}, but got input of size: "
            f"{list(input.array.shape)}"
        )


def _check(input, weight, bias, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int) -> None:
    if bias is not None:
        check_tensor(bias, f"conv{len(weight.array.shape) - 2}d", "bias", 3)
    bias_shape = None if bias is None else bias.array.shape
    _check_shapes(input.array.shape, weight.array.shape, bias_shape, stride, padding, dilation, groups)
    check_dtypes(input, weight, bias)


@lru_cache(maxsize=512)  # a model asks the same every step: 0.5 us instead of 8
def _check_shapes(
    shape: Sizes, kernel: Sizes, bias: Sizes | None, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> None:
    check_geometry(shape, kernel, stride, padding, dilation, groups)
    if shape[1] != kernel[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(kernel)}, expected input{list(shape)} to have "
            f"{kernel[1] * groups} channels, but got {shape[1]} channels instead"
        )
    if bias is not None and bias != (kernel[0],):
        raise RuntimeError(
            f"Given weight of size {list(kernel)}, expected bias to be 1-dimensional with {kernel[0]} elements, but "
            f"got bias of size {list(bias)} instead"
        )
    padded = [size + 2 * pad for size, pad in zip(shape[2:], padding)]
    reach = [step * (size - 1) + 1 for size, step in zip(kernel[2:], dilation)]
    if any(have < want for have, want in zip(padded, reach)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). Kernel size: "
            f"({' x '.join(map(str, reach))}). Kernel size can't be greater than actual input size"
        )


def check_geometry(shape: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int) -> None:
    """What convolutions and transposed ones ask alike, of the shapes of input and weight."""
    if len(kernel) < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if len(kernel) != len(shape):
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
    if min(dilation) < 0:
        raise RuntimeError("dilation should be greater than zero")
    if min(dilation) == 0:
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


def check_dtypes(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise RuntimeError in PyTorch's words unless all have one dtype."""
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
