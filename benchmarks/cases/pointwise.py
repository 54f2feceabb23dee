"""One formula for each element, at sizes from overhead to memory. PyTorch: benchmarks/operator_benchmark/pt/unary_test.py."""

import torch
import torch.nn.functional as F
from case import Case

SIZES = {"100": (100,), "64x512": (64, 512), "64x32x28x28": (64, 32, 28, 28), "64M": (64 << 20,)}
OPERATIONS = {  # what it does with the given tensors, and how many there are
    "add": (lambda x, y: x + y, 2),
    "mul scalar": (lambda x: x * 1.5, 1),
    "div": (lambda x, y: x / y, 2),
    "relu": (F.relu, 1),
    "exp": (torch.exp, 1),
    "tanh": (torch.tanh, 1),
    "sigmoid": (torch.sigmoid, 1),
    "gelu": (F.gelu, 1),
    "where": (lambda x, y: torch.where(x > 0, x, y), 2),
    "add_": (lambda x, y: x.add_(y), 2),
    "copy": (torch.clone, 1),
}


def case(operation, size):
    function, count = OPERATIONS[operation]
    shape = SIZES[size]
    numbers = count_of(shape)

    def make():
        tensors = [torch.rand(shape) for _ in range(count)]
        return lambda: function(*tensors)

    return Case(f"{operation} {size}", make, numbers, 4 * numbers * (count + 1))


def broadcast(name, shape, other):
    def make():
        x, y = torch.rand(shape), torch.rand(other)
        return lambda: x + y

    return Case(f"{name}", make, count_of(shape), 8 * count_of(shape))


def backward(name, function, shape):
    """The derivative of relu and its like: two arrays in, one out."""

    def make():
        x = torch.randn(shape).requires_grad_()
        result = function(x)
        gradient = torch.randn(shape)
        return lambda: torch.autograd.grad(result, x, gradient, retain_graph=True)

    return Case(f"{name} backward 64x32x28x28", make, count_of(shape), 12 * count_of(shape))


def count_of(shape):
    numbers = 1
    for size in shape:
        numbers *= size
    return numbers


CASES = [
    *(case(operation, size) for operation in OPERATIONS for size in list(SIZES)[:3]),
    *(case(operation, "64M") for operation in ("add", "relu", "copy")),
    broadcast("add bias of rows 4096x1024", (4096, 1024), (1024,)),
    broadcast("add bias of channels 64x32x28x28", (64, 32, 28, 28), (32, 1, 1)),
    backward("relu", F.relu, SIZES["64x32x28x28"]),
    backward("tanh", torch.tanh, SIZES["64x32x28x28"]),
    backward("gelu", F.gelu, SIZES["64x32x28x28"]),
]
