"""Losses of ONE prediction and target, and their derivatives, compiled for every device. PyTorch: aten/src/ATen/native/Loss.cpp.

Each takes (input, target, parameter); a loss without a parameter ignores it. The derivative is with respect to input.
"""

import math


def mse(a, b, parameter):
    return (a - b) * (a - b)


def mse_derivative(a, b, parameter):
    return (a - b) * type(a)(2)


def smooth_l1(a, b, beta):
    """A parabola up to a distance of beta, a straight line beyond."""
    distance = math.fabs(a - b)
    return type(a)(0.5) * distance * distance / beta if distance < beta else distance - type(a)(0.5) * beta


def smooth_l1_derivative(a, b, beta):
    difference = a - b
    if difference <= -beta:
        return type(a)(-1)
    return type(a)(1) if difference >= beta else difference / beta


def huber(a, b, delta):
    """delta times smooth_l1."""
    distance = math.fabs(a - b)
    return (
        type(a)(0.5) * distance * distance if distance <= delta else delta * (distance - type(a)(0.5) * delta)
    )


def huber_derivative(a, b, delta):
    difference = a - b
    if difference <= -delta:
        return -delta
    return delta if difference >= delta else difference


def binary_cross_entropy(a, b, parameter):
    """-b log(a) - (1 - b) log(1 - a), each logarithm at least -100, so that the loss of a certain error is finite."""
    positive = max(math.log(a), type(a)(-100)) if a > 0 else type(a)(-100)
    negative = max(math.log1p(-a), type(a)(-100)) if a < 1 else type(a)(-100)
    return (b - 1) * negative - b * positive if a == a else a


def binary_cross_entropy_derivative(a, b, parameter):
    return (a - b) / max((type(a)(1) - a) * a, type(a)(1e-12))


def binary_cross_entropy_with_logits(a, b, parameter):
    """The same of sigmoid(a), written so that no exponential overflows."""
    return (type(a)(1) - b) * a + max(-a, type(a)(0)) + math.log1p(math.exp(-math.fabs(a)))


def binary_cross_entropy_with_logits_derivative(a, b, parameter):
    return type(a)(1) / (type(a)(1) + math.exp(-a)) - b
