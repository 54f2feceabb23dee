"""Two-dimensional convolution. PyTorch: aten/src/ATen/native/Convolution.cpp, which calls oneDNN on the CPU."""

import numpy as np

from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu.memory import empty

Pair = tuple[int, int]


def conv2d(
    input: np.ndarray,  # (N, C, H, W)
    weight: np.ndarray,  # (O, C / groups, KH, KW)
    bias: np.ndarray | None,  # (O,)
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """Correlate images with weights: -> (N, O, OH, OW). PyTorch: torch.ops.aten.convolution."""
    extent = _output_extent(input.shape, weight.shape, stride, padding, dilation)
    result = empty((input.shape[0], weight.shape[0], *extent), input.dtype)
    if bias is None:
        bias = np.zeros(weight.shape[0], input.dtype)
    _forward(_contiguous(input), _contiguous(weight), _contiguous(bias), result, stride, padding, dilation, groups)
    return result


def conv2d_input(
    grad: np.ndarray,  # (N, O, OH, OW)
    weight: np.ndarray,  # (O, C / groups, KH, KW)
    input_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """The gradient of `conv2d` to its input: -> (N, C, H, W). PyTorch: torch.nn.grad.conv2d_input."""
    result = empty(tuple(input_shape), grad.dtype)
    _input_gradient(_contiguous(grad), _contiguous(weight), result, stride, padding, dilation, groups)
    return result


def conv2d_weight(
    grad: np.ndarray,  # (N, O, OH, OW)
    input: np.ndarray,  # (N, C, H, W)
    weight_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """The gradient of `conv2d` to its weight: -> (O, C / groups, KH, KW). PyTorch: torch.nn.grad.conv2d_weight."""
    result = empty(tuple(weight_shape), grad.dtype)
    _weight_gradient(_contiguous(grad), _contiguous(input), result, stride, padding, dilation, groups)
    return result


def conv2d_bias(grad: np.ndarray) -> np.ndarray:
    """The gradient of `conv2d` to its bias, the sum over images and pixels: (N, O, OH, OW) -> (O,)."""
    result = empty((grad.shape[1],), grad.dtype)
    _bias_gradient(_contiguous(grad), result)
    return result


def _contiguous(array: np.ndarray) -> np.ndarray:
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()


def _output_extent(input_shape, weight_shape, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    return tuple(
        (input_shape[2 + d] + 2 * padding[d] - dilation[d] * (weight_shape[2 + d] - 1) - 1) // stride[d] + 1
        for d in range(2)
    )


@parallel
def _forward(input, weight, bias, result, stride, padding, dilation, groups):
    n, o, oh, ow = result.shape
    c, kh, kw = weight.shape[1:]
    h, w = input.shape[2:]
    for plane in prange(n * o):
        i, j = plane // o, plane % o
        first = j // (o // groups) * c
        for y in range(oh):
            for x in range(ow):
                total = bias[j]
                for ci in range(c):
                    for ky in range(kh):
                        iy = y * stride[0] - padding[0] + ky * dilation[0]
                        if 0 <= iy < h:
                            for kx in range(kw):
                                ix = x * stride[1] - padding[1] + kx * dilation[1]
                                if 0 <= ix < w:
                                    total += input[i, first + ci, iy, ix] * weight[j, ci, ky, kx]
                result[i, j, y, x] = total


@parallel
def _input_gradient(grad, weight, result, stride, padding, dilation, groups):
    n, o, oh, ow = grad.shape
    c, kh, kw = weight.shape[1:]
    h, w = result.shape[2:]
    for plane in prange(n * c * groups):
        i, channel = plane // (c * groups), plane % (c * groups)
        out = result[i, channel]
        out[:] = 0
        group = channel // c
        for j in range(group * (o // groups), (group + 1) * (o // groups)):
            for ky in range(kh):
                for kx in range(kw):
                    factor = weight[j, channel % c, ky, kx]
                    for y in range(oh):
                        iy = y * stride[0] - padding[0] + ky * dilation[0]
                        if 0 <= iy < h:
                            for x in range(ow):
                                ix = x * stride[1] - padding[1] + kx * dilation[1]
                                if 0 <= ix < w:
                                    out[iy, ix] += factor * grad[i, j, y, x]


@parallel
def _weight_gradient(grad, input, result, stride, padding, dilation, groups):
    n, o, oh, ow = grad.shape
    c, kh, kw = result.shape[1:]
    h, w = input.shape[2:]
    for plane in prange(o * c):
        j, ci = plane // c, plane % c
        first = j // (o // groups) * c
        for ky in range(kh):
            for kx in range(kw):
                total = result.dtype.type(0)
                for i in range(n):
                    for y in range(oh):
                        iy = y * stride[0] - padding[0] + ky * dilation[0]
                        if 0 <= iy < h:
                            for x in range(ow):
                                ix = x * stride[1] - padding[1] + kx * dilation[1]
                                if 0 <= ix < w:
                                    total += grad[i, j, y, x] * input[i, first + ci, iy, ix]
                result[j, ci, ky, kx] = total


@parallel
def _bias_gradient(grad, result):
    n, o, oh, ow = grad.shape
    for j in prange(o):
        total = result.dtype.type(0)
        for i in range(n):
            for y in range(oh):
                for x in range(ow):
                    total += grad[i, j, y, x]
        result[j] = total
