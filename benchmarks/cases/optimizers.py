"""One step of an optimizer: few large and many small parameters. PyTorch: benchmarks/ (optim)."""

import torch
from case import Case
from torch import nn, optim

MODELS = {  # shapes of parameters
    "mnist_cnn": [(32, 1, 3, 3), (32,), (64, 32, 3, 3), (64,), (128, 64, 3, 3), (128,), (10, 1152), (10,)],
    "4M": [(2048, 2048)],
    "100 of 1000": [(1000,)] * 100,
}
OPTIMIZERS = {  # how it is made, operations for each parameter, arrays read and written
    "SGD": (lambda parameters: optim.SGD(parameters, lr=1e-3), 2, 3),
    "SGD momentum": (lambda parameters: optim.SGD(parameters, lr=1e-3, momentum=0.9), 4, 5),
    "RMSprop": (lambda parameters: optim.RMSprop(parameters), 8, 5),
    "Adam": (lambda parameters: optim.Adam(parameters), 13, 7),
    "AdamW": (lambda parameters: optim.AdamW(parameters), 14, 7),
}


def case(optimizer, model):
    make_optimizer, flops, arrays = OPTIMIZERS[optimizer]
    numbers = sum(torch.Size(shape).numel() for shape in MODELS[model])

    def make():
        parameters = [nn.Parameter(torch.randn(shape)) for shape in MODELS[model]]
        for parameter in parameters:
            parameter.grad = torch.randn_like(parameter)
        return make_optimizer(parameters).step

    return Case(f"{optimizer} {model}", make, flops * numbers, 4 * arrays * numbers)


CASES = [case(optimizer, model) for optimizer in OPTIMIZERS for model in MODELS]
