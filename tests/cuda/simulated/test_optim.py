"""Optimizers: several parameters in one launch, every option. PyTorch: test/test_optim.py."""

import numpy as np
import pytest
from gpu import agree

random = np.random.default_rng(0)
SHAPES = [(3, 2), (70,), (), (4, 3)]


def columns(count, dtype=np.float32):
    """So many arrays for each parameter; the last parameter is transposed."""
    made = [[np.asarray(random.uniform(0.1, 1, shape), dtype) for shape in SHAPES] for _ in range(count)]
    for column in made:
        column[-1] = column[-1].T.copy().T
    return made


def steps():
    """The counts of steps, on the CPU."""
    return [np.array(2.0, np.float32) for _ in SHAPES]


@pytest.mark.parametrize("options", [(0.0, 0.0, 0.0, False, False), (0.9, 0.1, 0.01, False, True), (0.9, 0.0, 0.01, True, False)])
def test_sgd(options):
    """Momentum, dampening, weight decay, Nesterov, ascent."""
    agree("sgd", *columns(3), 0.1, *options, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("options", [(0.0, 0.0, False, False), (0.01, 0.9, True, True)])
def test_rmsprop(options):
    """Weight decay, momentum, centred, ascent."""
    params, grads, squares, averages, buffers = columns(5)
    squares = [np.asarray(each + 9, np.float32) if not each.ndim else each + 9 for each in squares]  # a variance is not negative
    run(lambda module, *given: module.rmsprop(*given, [np.array(1.0)] * 4, 0.1, 0.9, 1e-8, *options), params, grads, squares, averages, buffers)


@pytest.mark.parametrize("options", [(0.0, False, False, False), (0.01, True, True, False), (0.01, False, False, True)])
def test_adam(options):
    """Weight decay of both kinds, amsgrad, ascent; in float64 too."""
    for dtype in (np.float32, np.float64):
        run(lambda module, *given: module.adam(*given, steps(), 0.1, 0.9, 0.99, 1e-8, *options), *columns(5, dtype))


def run(call, *given):
    """The counts of steps stay on the CPU, so they are no arguments of `agree`."""
    agree(lambda module: lambda *arrays: call(module, *arrays), *given, rtol=1e-5, atol=1e-6)
