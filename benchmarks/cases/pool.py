"""Pooling of 64 images: the reference CNN's and ResNet's. PyTorch: benchmarks/operator_benchmark/pt/pool_test.py."""

import torch
import torch.nn.functional as F
from case import Case

BATCH = 64


def cases(name, pool, channels, size, out_size, window):
    """Forward and backward. `window`: pixels that are looked at for each one of the result."""
    x_size, result_size = BATCH * channels * size**2, BATCH * channels * out_size**2

    def forward(memory_format=torch.contiguous_format):
        x = torch.randn(BATCH, channels, size, size).to(memory_format=memory_format)
        return lambda: pool(x)

    def backward(memory_format=torch.contiguous_format):
        x = torch.randn(BATCH, channels, size, size).to(memory_format=memory_format).requires_grad_()
        result = pool(x)
        gradient = torch.randn_like(result)
        return lambda: torch.autograd.grad(result, x, gradient, retain_graph=True)

    name = f"{name} {channels}x{size}x{size}"
    flops, once = result_size * window, 4 * (x_size + result_size)
    return [
        Case(f"{name} forward", forward, flops, once, memory_formats=True),
        Case(f"{name} backward", backward, result_size, once, memory_formats=True),
    ]


CASES = [
    *cases("max 2x2", lambda x: F.max_pool2d(x, 2), 32, 28, 14, 4),
    *cases("max 2x2", lambda x: F.max_pool2d(x, 2), 128, 7, 3, 4),
    *cases("max 3x3 stride 2", lambda x: F.max_pool2d(x, 3, 2, 1), 64, 56, 28, 9),
    *cases("avg 2x2", lambda x: F.avg_pool2d(x, 2), 32, 28, 14, 4),
    *cases("adaptive avg 1x1", lambda x: F.adaptive_avg_pool2d(x, 1), 512, 7, 1, 49),
]
