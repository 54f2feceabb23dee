"""Normalisation, forward and backward. PyTorch: benchmarks/operator_benchmark/pt/{batchnorm,layernorm,groupnorm}_test.py."""

import torch
import torch.nn.functional as F
from case import Case


def cases(name, normalise, shape, channels, affine=2):
    """`normalise(x, weight, bias)`; the gradients are those of all of them."""
    numbers = torch.Size(shape).numel()

    def tensors():
        return [torch.randn(shape), *(torch.rand(channels) for _ in range(affine))]

    def forward():
        arguments = tensors()
        return lambda: normalise(*arguments)

    def backward():
        leaves = [each.requires_grad_() for each in tensors()]
        result = normalise(*leaves)
        gradient = torch.randn(shape)
        return lambda: torch.autograd.grad(result, leaves, gradient, retain_graph=True)

    name = f"{name} {'x'.join(map(str, shape))}"
    return [
        Case(f"{name} forward", forward, 8 * numbers, 8 * numbers),
        Case(f"{name} backward", backward, 12 * numbers, 12 * numbers),
    ]


IMAGES = (64, 64, 28, 28)

CASES = [
    *cases("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), IMAGES, 64),
    *cases("layer_norm", lambda x, w, b: F.layer_norm(x, (512,), w, b), (32, 128, 512), 512),
    *cases("rms_norm", lambda x, w: F.rms_norm(x, (512,), w), (32, 128, 512), 512, affine=1),
    *cases("group_norm", lambda x, w, b: F.group_norm(x, 8, w, b), IMAGES, 64),
]
