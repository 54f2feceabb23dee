"""Softmax and the losses on it. PyTorch: benchmarks/operator_benchmark/pt/softmax_test.py."""

import torch
import torch.nn.functional as F
from case import Case

SHAPES = [(64, 10), (1024, 1000), (128, 32000)]


def forward(name, function, rows, classes):
    def make():
        x = torch.randn(rows, classes)
        return lambda: function(x, 1)

    return Case(f"{name} {rows}x{classes}", make, 4 * rows * classes, 8 * rows * classes)


def backward(name, function, rows, classes):
    def make():
        x = torch.randn(rows, classes).requires_grad_()
        result = function(x, 1)
        gradient = torch.randn(rows, classes)
        return lambda: torch.autograd.grad(result, x, gradient, retain_graph=True)

    return Case(f"{name} {rows}x{classes} backward", make, 4 * rows * classes, 12 * rows * classes)


def loss(rows, classes):
    """The cross-entropy and its gradient: what a training step pays."""

    def make():
        x, labels = torch.randn(rows, classes).requires_grad_(), torch.randint(0, classes, (rows,))
        return lambda: torch.autograd.grad(F.cross_entropy(x, labels), x)

    return Case(f"cross_entropy {rows}x{classes} with backward", make, 8 * rows * classes, 8 * rows * classes)


def squares(numbers):
    def make():
        x, y = torch.randn(numbers).requires_grad_(), torch.randn(numbers)
        return lambda: torch.autograd.grad(F.mse_loss(x, y), x)

    return Case(f"mse_loss {numbers} with backward", make, 5 * numbers, 12 * numbers)


CASES = [
    *(forward("softmax", F.softmax, *shape) for shape in SHAPES),
    *(forward("log_softmax", F.log_softmax, *shape) for shape in SHAPES),
    *(backward("softmax", F.softmax, *shape) for shape in SHAPES[1:]),
    *(loss(*shape) for shape in SHAPES),
    squares(100),
    squares(1 << 20),
]
