"""Attention and embeddings, as in a small transformer. PyTorch: benchmarks/transformer/sdp.py."""

import torch
import torch.nn.functional as F
from case import Case


def attention(batch, heads, length, size, backward=False):
    """softmax(q k^T / sqrt(size)) v, causal."""
    flops = 4 * batch * heads * length**2 * size

    def make():
        q, k, v = (torch.randn(batch, heads, length, size) for _ in range(3))
        if not backward:
            return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True)
        leaves = [each.requires_grad_() for each in (q, k, v)]
        result = F.scaled_dot_product_attention(*leaves, is_causal=True)
        gradient = torch.randn_like(result)
        return lambda: torch.autograd.grad(result, leaves, gradient, retain_graph=True)

    name = f"attention {batch}x{heads}x{length}x{size}" + (" backward" if backward else "")
    return Case(name, make, flops * (2.5 if backward else 1), 16 * batch * heads * length * size)


def embedding(rows, size, count):
    def make():
        table, indices = torch.randn(rows, size), torch.randint(0, rows, (count,))
        return lambda: F.embedding(indices, table)

    return Case(f"embedding {count} of {rows}x{size}", make, 0, 8 * count * size)


CASES = [
    attention(8, 8, 128, 64),
    attention(8, 8, 128, 64, backward=True),
    attention(1, 8, 1024, 64),
    embedding(10_000, 256, 4096),
]
