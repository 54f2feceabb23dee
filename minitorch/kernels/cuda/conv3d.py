"""Convolution over volumes, each sum by one thread. PyTorch: aten/src/ATen/native/cuda/vol2col.cuh, DepthwiseConv3d.cu.

Simple, not fast: every element of a result reads all that it is the sum of. Sums of float32 are float64, as on the CPU.
"""

import math

import numpy as np
from numba import types

from minitorch.kernels.cpu.conv3d import Triple
from minitorch.kernels.cuda import _block, reduce
from minitorch.kernels.cuda._compile import THREADS, blocks, device, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import in_order
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty


def conv3d(
    input: DeviceArray,
    weight: DeviceArray,
    bias: DeviceArray | None,
    stride: Triple,
    padding: Triple,
    dilation: Triple,
    groups: int,
) -> DeviceArray:
    """(N, C, D, H, W) with (O, C / groups, KD, KH, KW) -> (N, O, OD, OH, OW)."""
    extent = tuple([
        (size + 2 * pad - step * (taps - 1) - 1) // jump + 1
        for size, taps, jump, pad, step in zip(input.shape[2:], weight.shape[2:], stride, padding, dilation)
    ])
    result = empty((input.shape[0], weight.shape[0], *extent), input.dtype)
    if result.size:
        _conv3d[blocks(result.size), THREADS](
            in_order(input), in_order(weight), result if bias is None else in_order(bias), bias is None, result, result.size,
            _zero(input.dtype), input.shape[1:], weight.shape, extent, stride, padding, dilation, groups,
        )  # fmt: skip
    return result


def conv3d_input(
    grad: DeviceArray,
    weight: DeviceArray,
    input_shape: tuple[int, ...],
    stride: Triple,
    padding: Triple,
    dilation: Triple,
    groups: int,
) -> DeviceArray:
    """The gradient to the input, (N, C, D, H, W), of the gradient (N, O, OD, OH, OW)."""
    result = empty(tuple(input_shape), grad.dtype)
    if result.size:
        _conv3d_input[blocks(result.size), THREADS](
            in_order(grad), in_order(weight), result, result.size, _zero(grad.dtype), tuple(input_shape[1:]), weight.shape,
            grad.shape[2:], stride, padding, dilation, groups,
        )  # fmt: skip
    return result


def conv3d_parameters(
    grad: DeviceArray,
    input: DeviceArray,
    weight_shape: tuple[int, ...],
    stride: Triple,
    padding: Triple,
    dilation: Triple,
    groups: int,
) -> tuple[DeviceArray, DeviceArray]:
    """The gradients to the weight, (O, C / groups, KD, KH, KW), and to the bias, (O,)."""
    result = empty(tuple(weight_shape), grad.dtype)
    if result.size:
        _conv3d_weight[min(result.size, 1 << 20), _block.THREADS](
            in_order(grad), in_order(input), result, result.size, grad.shape[0] * math.prod(grad.shape[2:]), input.shape[1:],
            result.shape, grad.shape[2:], stride, padding, dilation, groups,
        )  # fmt: skip
    return result, reduce.sum(grad, (0, 2, 3, 4), False, grad.dtype)


def _zero(dtype: np.dtype) -> np.generic:
    """What a sum begins with: it decides in which dtype that is."""
    return np.float64(0) if dtype.kind == "f" else np.int64(0)


# `shape` is (C, D, H, W) of the input, `extent` (OD, OH, OW).


@kernel
def _conv3d(input, weight, bias, no_bias, result, count, zero, shape, kernel, extent, stride, padding, dilation, groups):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        x, rest = i % extent[2], i // extent[2]
        y, rest = rest % extent[1], rest // extent[1]
        z, rest = rest % extent[0], rest // extent[0]
        o, n = rest % kernel[0], rest // kernel[0]
        top = n * shape[0] + o // (kernel[0] // groups) * kernel[1]
        total = zero
        for c in range(kernel[1]):
            for kz in range(kernel[2]):
                from_z = z * stride[0] + kz * dilation[0] - padding[0]
                for ky in range(kernel[3]):
                    from_y = y * stride[1] + ky * dilation[1] - padding[1]
                    if 0 <= from_z < shape[1] and 0 <= from_y < shape[2]:
                        row = (((top + c) * shape[1] + from_z) * shape[2] + from_y) * shape[3]
                        tap = (((o * kernel[1] + c) * kernel[2] + kz) * kernel[3] + ky) * kernel[4]
                        for kx in range(kernel[4]):
                            from_x = x * stride[2] + kx * dilation[2] - padding[2]
                            if 0 <= from_x < shape[3]:
                                total += input[row + from_x] * (zero + weight[tap + kx])
        result[i] = total if no_bias else total + bias[o]


@kernel
def _conv3d_input(grad, weight, result, count, zero, shape, kernel, extent, stride, padding, dilation, groups):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        x, rest = i % shape[3] + padding[2], i // shape[3]
        y, rest = rest % shape[2] + padding[1], rest // shape[2]
        z, rest = rest % shape[1] + padding[0], rest // shape[1]
        channel, n = rest % shape[0], rest // shape[0]
        group, c = channel // kernel[1], channel % kernel[1]
        outputs = kernel[0] // groups
        total = zero
        for o in range(group * outputs, (group + 1) * outputs):
            for kz in range(kernel[2]):
                oz = _window(z - kz * dilation[0], stride[0], extent[0])
                for ky in range(kernel[3]):
                    oy = _window(y - ky * dilation[1], stride[1], extent[1])
                    if oz >= 0 and oy >= 0:
                        row = (((n * kernel[0] + o) * extent[0] + oz) * extent[1] + oy) * extent[2]
                        tap = (((o * kernel[1] + c) * kernel[2] + kz) * kernel[3] + ky) * kernel[4]
                        for kx in range(kernel[4]):
                            ox = _window(x - kx * dilation[2], stride[2], extent[2])
                            if ox >= 0:
                                total += grad[row + ox] * (zero + weight[tap + kx])
        result[i] = total


@device
def _window(start, stride, extent):
    """Which window starts there, -1 for none."""
    return start // stride if start >= 0 and start % stride == 0 and start // stride < extent else -1


@kernel
def _conv3d_weight(grad, input, result, count, terms, shape, kernel, extent, stride, padding, dilation, groups):
    """A block has one element of the weight."""
    for task in range(cuda.blockIdx.x, count, cuda.gridDim.x):
        kx, rest = task % kernel[4], task // kernel[4]
        ky, rest = rest % kernel[3], rest // kernel[3]
        kz, rest = rest % kernel[2], rest // kernel[2]
        c, o = rest % kernel[1], rest // kernel[1]
        channel = o // (kernel[0] // groups) * kernel[1] + c
        total = 0.0
        for term in range(cuda.threadIdx.x, terms, cuda.blockDim.x):
            x, rest = term % extent[2], term // extent[2]
            y, rest = rest % extent[1], rest // extent[1]
            z, n = rest % extent[0], rest // extent[0]
            from_z, from_y = z * stride[0] + kz * dilation[0] - padding[0], y * stride[1] + ky * dilation[1] - padding[1]
            from_x = x * stride[2] + kx * dilation[2] - padding[2]
            if 0 <= from_z < shape[1] and 0 <= from_y < shape[2] and 0 <= from_x < shape[3]:
                place = (((n * shape[0] + channel) * shape[1] + from_z) * shape[2] + from_y) * shape[3] + from_x
                arrived = (((n * kernel[0] + o) * extent[0] + z) * extent[1] + y) * extent[2] + x
                total += np.float64(input[place]) * grad[arrived]
        total = _total(total, 0.0)
        if cuda.threadIdx.x == 0:
            result[task] = total


@device
def _add(a, b):
    return a + b


_total = _block.block_total(_add, types.float64)
