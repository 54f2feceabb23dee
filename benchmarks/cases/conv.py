"""Convolutions of ResNet and of the reference CNN, 32 images. PyTorch: benchmarks/operator_benchmark/pt/conv_test.py."""

import torch
import torch.nn.functional as F
from case import Case

BATCH = 32


def cases(channels, size, out_channels, kernel, stride=1, groups=1, limit=None):
    """Forward, without a graph; and backward: the gradients of input, weight and bias together."""
    padding = kernel // 2
    out_size = (size + 2 * padding - kernel) // stride + 1
    flops = 2 * BATCH * out_channels * out_size**2 * channels // groups * kernel**2
    arrays = BATCH * channels * size**2, BATCH * out_channels * out_size**2, out_channels * channels // groups * kernel**2

    def prepare(memory_format):
        x = torch.randn(BATCH, channels, size, size)
        weight, bias = torch.randn(out_channels, channels // groups, kernel, kernel), torch.randn(out_channels)
        if memory_format is torch.channels_last:
            x, weight = x.to(memory_format=memory_format), weight.to(memory_format=memory_format)
        return x, weight, bias

    def forward(memory_format=torch.contiguous_format):
        x, weight, bias = prepare(memory_format)
        return lambda: F.conv2d(x, weight, bias, stride, padding, groups=groups)

    def backward(memory_format=torch.contiguous_format):
        leaves = [each.requires_grad_() for each in prepare(memory_format)]
        result = F.conv2d(*leaves, stride, padding, groups=groups)
        gradient = torch.randn_like(result)
        return lambda: torch.autograd.grad(result, leaves, gradient, retain_graph=True)

    name = f"{channels}x{size}x{size} to {out_channels}, {kernel}x{kernel}"
    name += f" stride {stride}" if stride > 1 else ""
    name += f" groups {groups}" if groups > 1 else ""
    once = 4 * sum(arrays)
    return [
        Case(f"{name} forward", forward, flops, once, limit=limit, gpu_limit=2.5, memory_formats=True),
        Case(f"{name} backward", backward, 2 * flops, 2 * once - 4 * arrays[1], limit=limit, gpu_limit=2.5, memory_formats=True),
    ]


CASES = [
    *cases(64, 56, 64, 3, limit=1.2),
    *cases(128, 28, 128, 3, limit=1.2),
    *cases(128, 28, 128, 3, stride=2, limit=1.2),
    *cases(256, 14, 256, 1, limit=1.2),
    *cases(3, 224, 64, 7, stride=2),  # ResNet's first layer
    *cases(256, 14, 1024, 1),
    *cases(512, 7, 512, 3),
    *cases(1, 28, 32, 3),  # the reference CNN
    *cases(32, 14, 64, 3),
    *cases(64, 7, 128, 3),
    *cases(64, 28, 64, 3, groups=64),  # a depthwise convolution
]
