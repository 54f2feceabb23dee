"""The updates against the formulas of the documentation, in NumPy. PyTorch: torch/optim/*.py."""

import numpy as np
import pytest
from helpers import numpy

import minitorch


def _sgd(p, g, state, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    if momentum:
        b = state["b"] = momentum * state["b"] + (1 - dampening) * g if "b" in state else g
        g = g + momentum * b if nesterov else b
    return p - lr * g


def _rmsprop(
    p, g, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False, maximize=False
):
    g = (-g if maximize else g) + weight_decay * p
    v = state["v"] = alpha * state.get("v", 0) + (1 - alpha) * g**2
    if centered:
        m = state["m"] = alpha * state.get("m", 0) + (1 - alpha) * g
        v = v - m**2
    b = state["b"] = momentum * state.get("b", 0) + g / (np.sqrt(v) + eps)
    return p - lr * b


def _adam(p, g, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    if amsgrad:
        v = state["u"] = np.maximum(state.get("u", 0), v)
    return p - lr * (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)


def _adamw(p, g, state, lr, weight_decay=0.01, **options):
    return _adam(p - lr * weight_decay * p, g, state, lr, **options)


@pytest.mark.parametrize(
    "name, formula, options",
    [
        ("SGD", _sgd, {}),
        ("SGD", _sgd, {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
        ("SGD", _sgd, {"momentum": 0.9, "nesterov": True, "maximize": True}),
        ("RMSprop", _rmsprop, {"alpha": 0.8, "weight_decay": 0.1}),
        ("RMSprop", _rmsprop, {"momentum": 0.5, "centered": True, "maximize": True}),
        ("Adam", _adam, {"weight_decay": 0.1}),
        ("Adam", _adam, {"betas": (0.4, 0.7), "amsgrad": True, "eps": 1e-3, "maximize": True}),
        ("AdamW", _adamw, {"weight_decay": 0.2, "amsgrad": True}),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_formula(name, formula, options):
    """Fifteen steps in float64 agree to the last few bits; PyTorch is not needed."""
    rng = np.random.default_rng(0)
    values = [rng.standard_normal(shape) for shape in ((4, 3), (), (5,))]
    parameters = [minitorch.nn.Parameter(minitorch.from_numpy(np.array(value))) for value in values]
    optimizer = getattr(minitorch.optim, name)(parameters, lr=0.05, **options)
    states: list[dict] = [{} for _ in values]
    for _ in range(15):
        gradients = [np.array(rng.standard_normal(value.shape)) for value in values]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = minitorch.from_numpy(gradient)
        optimizer.step()
        values = [
            formula(value, gradient, state, 0.05, **options)
            for value, gradient, state in zip(values, gradients, states)
        ]
    for parameter, value in zip(parameters, values):
        np.testing.assert_allclose(numpy(parameter), value, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam"])
def test_the_same_bits_for_any_number_of_threads(name):
    """An element's update does not depend on who computes it, nor on where the pieces begin."""
    threads = minitorch.get_num_threads()
    results = []
    try:
        for count in {1, threads}:
            minitorch.set_num_threads(count)
            rng = np.random.default_rng(0)
            parameters = []
            for size in (70_001, 5, 33_333):
                values = rng.standard_normal((2, size)).astype(np.float32)
                parameters.append(minitorch.nn.Parameter(minitorch.from_numpy(values[0].copy())))
                parameters[-1].grad = minitorch.from_numpy(values[1].copy())
            optimizer = getattr(minitorch.optim, name)(parameters, lr=0.01)
            for _ in range(3):
                optimizer.step()
            results.append([numpy(parameter) for parameter in parameters])
    finally:
        minitorch.set_num_threads(threads)
    for several in zip(*results):
        assert all((several[0] == each).all() for each in several)
