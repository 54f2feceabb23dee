"""Losses of ONE prediction and target, compiled for every device. PyTorch: aten/src/ATen/native/Loss.cpp.

Each takes (input, target, parameter); a loss without a parameter ignores it.
"""

import math


def mse(a, b, parameter):
    return (a - b) * (a - b)


def smooth_l1(a, b, beta):
    """A parabola up to a distance of beta, a straight line beyond."""
    distance = math.fabs(a - b)
    return type(a)(0.5) * distance * distance / beta if distance < beta else distance - type(a)(0.5) * beta


def huber(a, b, delta):
    """delta times smooth_l1."""
    distance = math.fabs(a - b)
    half = type(a)(0.5)
    return half * distance * distance if distance <= delta else delta * (distance - half * delta)


def binary_cross_entropy(a, b, parameter):
    """-b log(a) - (1 - b) log(1 - a), each logarithm at least -100: the loss of a certain error is finite."""
    positive = max(math.log(a), type(a)(-100)) if a > 0 else type(a)(-100)
    negative = max(math.log1p(-a), type(a)(-100)) if a < 1 else type(a)(-100)
    return (b - 1) * negative - b * positive


def binary_cross_entropy_with_logits(a, b, parameter):
    """The same of sigmoid(a), written so that no exponential overflows."""
    return (type(a)(1) - b) * a + max(-a, type(a)(0)) + math.log1p(math.exp(-math.fabs(a)))
