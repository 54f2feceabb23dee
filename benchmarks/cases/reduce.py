"""Sums and their like, along rows, along columns and over everything. PyTorch: benchmarks/operator_benchmark/pt/sum_test.py."""

import torch
from case import Case

SHAPES = {"64x128": (64, 128), "1024x1024": (1024, 1024), "4096x4096": (4096, 4096)}
OPERATIONS = {
    "sum": lambda x: x.sum(),
    "sum rows": lambda x: x.sum(1),
    "sum columns": lambda x: x.sum(0),
    "mean rows": lambda x: x.mean(1),
    "var rows": lambda x: x.var(1),
    "max rows": lambda x: x.max(1),
    "argmax rows": lambda x: x.argmax(1),
    "amax columns": lambda x: x.amax(0),
    "cumsum rows": lambda x: x.cumsum(1),
}


def case(operation, shape):
    function = OPERATIONS[operation]
    rows, columns = SHAPES[shape]

    def make():
        x = torch.rand(rows, columns)
        return lambda: function(x)

    return Case(f"{operation} {shape}", make, rows * columns, 4 * rows * columns)


def channels(batch, channel, size):
    """The sum that the gradient of a convolution's bias is."""

    def make():
        x = torch.rand(batch, channel, size, size)
        return lambda: x.sum((0, 2, 3))

    numbers = batch * channel * size**2
    return Case(f"sum but channels {batch}x{channel}x{size}x{size}", make, numbers, 4 * numbers)


CASES = [
    *(case(operation, shape) for operation in OPERATIONS for shape in list(SHAPES)[:2]),
    *(case(operation, "4096x4096") for operation in ("sum", "sum rows", "sum columns")),
    channels(64, 64, 28),
]
