"""Random numbers: dropout, and what initialises and shuffles. PyTorch: benchmarks/operator_benchmark/pt (dropout, fill)."""

import torch
import torch.nn.functional as F
from case import Case


def dropout(*shape):
    numbers = torch.Size(shape).numel()

    def make():
        x = torch.randn(shape)
        return lambda: F.dropout(x, 0.5)

    return Case(f"dropout {'x'.join(map(str, shape))}", make, numbers, 8 * numbers)


def draw(name, function, numbers):
    def make():
        torch.manual_seed(0)
        return lambda: function(numbers)

    return Case(f"{name} {numbers}", make, 0, 4 * numbers)


CASES = [
    dropout(64, 256),
    dropout(64, 32, 28, 28),
    draw("rand", torch.rand, 1 << 20),
    draw("randn", torch.randn, 1 << 20),
    draw("randperm", torch.randperm, 60_000),
]
