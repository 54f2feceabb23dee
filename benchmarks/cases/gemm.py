"""Matrix products: square, thin, transposed, batched. PyTorch: benchmarks/operator_benchmark/pt/matmul_test.py."""

import torch
from case import Case


def product(m, k, n, limit=None, transposed=False):
    """(m, k) @ (k, n); transposed: the second is a view of (n, k), as the weight of a Linear is."""

    def make():
        a, b = torch.randn(m, k), torch.randn(n, k).T if transposed else torch.randn(k, n)
        return lambda: a @ b

    name = f"{m}x{k}x{n}" + (" transposed" if transposed else "")
    return Case(name, make, flops=2 * m * k * n, bytes=4 * (m * k + k * n + m * n), limit=limit)


def batched(batch, m, k, n):
    def make():
        a, b = torch.randn(batch, m, k), torch.randn(batch, k, n)
        return lambda: torch.bmm(a, b)

    return Case(
        f"bmm {batch}x{m}x{k}x{n}", make, flops=2 * batch * m * k * n, bytes=4 * batch * (m * k + k * n + m * n)
    )


CASES = [
    *(product(n, n, n, limit=1.1) for n in (256, 512, 1024, 2048)),
    *(product(m, n, n, limit=1.1) for n in (256, 1024, 2048) for m in (1, 8, 64)),  # few rows
    *(product(n, n, m, limit=1.1) for n in (256, 1024, 2048) for m in (1, 8, 64)),  # few columns
    *(product(n, k, n, limit=1.1) for n in (256, 1024, 2048) for k in (8, 64)),  # few terms in each sum
    product(512, 512, 512, transposed=True),
    product(64, 784, 256, transposed=True),  # mnist_mlp's first layer
    batched(64, 64, 64, 64),
    batched(12, 128, 64, 128),  # attention scores
    batched(256, 16, 16, 16),
]
