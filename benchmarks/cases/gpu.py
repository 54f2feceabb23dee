"""Sizes for a GPU: arrays of 64 MiB and large products, with limits there. PyTorch: benchmarks/operator_benchmark."""

import torch
import torch.nn.functional as F
from case import Case
from mnist_cnn import CNN
from programs import CNN_STEP, classifier
from torch import nn, optim

NUMBERS = 16 << 20  # 64 MiB of float32
IMAGES = (64, 64, 64, 64)  # as many
ROWS = (16384, 1024)


def gpu(name, make, flops, bytes, limit=1.25, **options):
    return Case(name, make, flops, bytes, gpu_limit=limit, gpu_only=True, **options)


def forward(name, function, *shapes, arrays=2):
    """`arrays`: how many of 64 MiB are read and written."""

    def make():
        tensors = [torch.randn(shape) for shape in shapes]
        return lambda: function(*tensors)

    return gpu(name, make, NUMBERS, 4 * arrays * NUMBERS)


def backward(name, function, shape, *others, arrays=3):
    """The gradients of all inputs."""

    def make():
        leaves = [torch.randn(each).requires_grad_() for each in (shape, *others)]
        result = function(*leaves)
        gradient = torch.randn_like(result)
        return lambda: torch.autograd.grad(result, leaves, gradient, retain_graph=True)

    return gpu(f"{name} backward", make, NUMBERS, 4 * arrays * NUMBERS)


def both(name, function, shape, *others):
    return [forward(name, function, shape, *others), backward(name, function, shape, *others)]


def step(name, optimizer, arrays):
    def make():
        parameter = nn.Parameter(torch.randn(NUMBERS))
        parameter.grad = torch.randn_like(parameter)
        return optimizer([parameter]).step

    return gpu(f"{name} 16M", make, 10 * NUMBERS, 4 * arrays * NUMBERS)


def product(n):
    def make():
        a, b = torch.randn(n, n), torch.randn(n, n)
        return lambda: a @ b

    return gpu(f"gemm {n}x{n}x{n}", make, 2 * n**3, 12 * n * n, 1.6)


CASES = [
    forward("add", lambda x, y: x + y, NUMBERS, NUMBERS, arrays=3),
    forward("add a row", lambda x, y: x + y, ROWS, ROWS[1]),
    forward("add transposed", lambda x, y: x + y.T, (4096, 4096), (4096, 4096), arrays=3),
    forward("relu", F.relu, NUMBERS),
    forward("exp", torch.exp, NUMBERS),
    forward("gelu", F.gelu, NUMBERS),
    forward("copy transposed", lambda x: x.T.contiguous(), (4096, 4096)),
    backward("relu", F.relu, NUMBERS),
    forward("sum", torch.sum, NUMBERS, arrays=1),
    forward("sum rows", lambda x: x.sum(1), ROWS, arrays=1),
    forward("sum columns", lambda x: x.sum(0), ROWS, arrays=1),
    forward("max rows", lambda x: x.max(1), ROWS, arrays=1),
    *both("softmax", lambda x: F.softmax(x, 1), ROWS),
    *both("log_softmax", lambda x: F.log_softmax(x, 1), ROWS),
    *both("layer_norm", lambda x, w, b: F.layer_norm(x, ROWS[1:], w, b), ROWS, ROWS[1], ROWS[1]),
    *both("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), IMAGES, IMAGES[1], IMAGES[1]),
    *both("group_norm", lambda x, w, b: F.group_norm(x, 8, w, b), IMAGES, IMAGES[1], IMAGES[1]),
    *both("max_pool2d", lambda x: F.max_pool2d(x, 2), IMAGES),
    *both("avg_pool2d", lambda x: F.avg_pool2d(x, 2), IMAGES),
    step("SGD", lambda parameters: optim.SGD(parameters, lr=1e-3), 3),
    step("Adam", optim.Adam, 7),
    *(product(n) for n in (1024, 2048, 4096, 8192)),
    gpu("mnist_cnn 2048", classifier(CNN, 2048), 2048 * CNN_STEP, 0, 2.0, memory_formats=True),
]
