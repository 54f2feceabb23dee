"""Recurrent layers: every kind, both directions, and the derivative. PyTorch: test/test_nn.py (RNN)."""

import numpy as np
import pytest
from gpu import agree

from minitorch.kernels import cpu

random = np.random.default_rng(0)
GATES = {"lstm": 4, "gru": 3, "tanh": 1, "relu": 1}
STEPS, BATCH, SIZE = 3, 2, 5


def drawn(*shape: int, dtype=np.float32) -> np.ndarray:
    """Random numbers."""
    return random.standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", GATES)
def test_layers(kind, reverse):
    """The outputs and what is kept; the gradients, with and without those of the last state."""
    for dtype, close in ((np.float32, {"rtol": 1e-4, "atol": 1e-5}), (np.float64, {"rtol": 1e-10, "atol": 1e-11})):
        width = GATES[kind] * SIZE
        h = drawn(BATCH, SIZE, dtype=dtype)
        c = drawn(BATCH, SIZE, dtype=dtype) if kind == "lstm" else None
        projected, weight = drawn(STEPS, BATCH, width, dtype=dtype), drawn(SIZE, width, dtype=dtype).T
        bias = drawn(width, dtype=dtype) if reverse else None
        agree("recurrent", kind, projected, h, c, weight, bias, reverse, **close)
        kept = cpu.recurrent(kind, projected, h, c, weight, bias, reverse)
        arrived = drawn(STEPS, BATCH, SIZE, dtype=dtype), drawn(BATCH, SIZE, dtype=dtype), None if c is None else c + 1
        for grads in (arrived, (arrived[0], None, None)):
            agree("recurrent_backward", kind, *grads, h, c, weight, *kept, reverse, **close)
