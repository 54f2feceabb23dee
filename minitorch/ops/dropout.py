"""Dropout: random zeros, in training. PyTorch: aten/src/ATen/native/Dropout.cpp, torch/nn/functional.py.

The input is multiplied by noise, 0 or 1/(1-p): so a dropped negative number leaves -0.0, a dropped infinity
NaN, and the derivative is that of a product.
"""

import math
import warnings

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.creation import empty, empty_like
from minitorch.ops.promotion import check_tensor
from minitorch.random import generator_of


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training: zeroes elements with probability p and divides the rest by 1 - p. PyTorch: F.dropout."""
    _check_probability(p)
    check_tensor(input, "dropout", "input", 1)
    if p == 0 or not training or input.array.size == 0:
        return input
    return _multiply(input, 0 if p == 1 else _noise(empty_like(input), p), inplace)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes channels of (N, C, L) or (C, L). RuntimeError for other shapes. PyTorch: F.dropout1d."""
    _check_probability(p)
    if input.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input. Note that dropout1d "
            "exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, "
            "and an optional batch dimension (i.e. 2D or 3D inputs)."
        )
    return _channels(input, p, training, inplace, batched=input.ndim == 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes channels of (N, C, H, W). Warns for other shapes; 3-d is (N, C, L). PyTorch: F.dropout2d."""
    _check_probability(p)
    if input.ndim not in (3, 4):
        _warn_dimensions("dropout2d", input.ndim, 2, "3D or 4D")
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior "
            "is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior "
            "will change in a future release to interpret the input as one without a batch dimension, i.e. "
            "shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using "
            "dropout1d instead.",
            stacklevel=2,
        )
    return _channels(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes channels of (N, C, D, H, W) or (C, D, H, W). Warns for others. PyTorch: F.dropout3d."""
    _check_probability(p)
    if input.ndim not in (4, 5):
        _warn_dimensions("dropout3d", input.ndim, 3, "4D or 5D")
    if input.ndim == 5:
        return _channels(input, p, training, inplace)
    # A single volume is a batch of one. PyTorch shows that: the result is a view.
    result = _channels(input.unsqueeze_(0) if inplace else input.unsqueeze(0), p, training, inplace)
    return result.squeeze_(0) if inplace else result.squeeze(0)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps the mean and variance of what SELU gives. PyTorch: F.alpha_dropout."""
    _check_probability(p)
    check_tensor(input, "alpha_dropout", "input", 1)
    if p == 0 or not training or input.array.size == 0:
        return input
    return _multiply_and_shift(input, 0 if p == 1 else _flips(empty_like(input), p), p, inplace)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """alpha_dropout of whole channels: (N, C, ...). PyTorch: F.feature_alpha_dropout."""
    _check_probability(p)
    check_tensor(input, "feature_alpha_dropout", "input", 1)
    if p == 0 or not training or input.array.size == 0:
        return input
    return _multiply_and_shift(input, 0 if p == 1 else _flips(_per_channel(input), p), p, inplace)


def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Zeroes channels of (N, C, ...). RuntimeError below 2 dimensions. PyTorch: torch.feature_dropout."""
    return _channels(input, p, train, inplace=False)


def _channels(input: Tensor, p: float, training: bool, inplace: bool, batched: bool = True) -> Tensor:
    if p == 0 or not training or input.array.size == 0:
        return input
    return _multiply(input, 0 if p == 1 else _noise(_per_channel(input, batched), p), inplace)


def _per_channel(input: Tensor, batched: bool = True) -> Tensor:
    """Room for noise: (N, C, 1, ...), or (C, 1, ...) without a batch dimension."""
    leading = 2 if batched else 1
    if input.ndim < leading:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return empty((*input.array.shape[:leading], *[1] * (input.ndim - leading)), dtype=input.dtype, device=input.device)


def _noise(result: Tensor, p: float) -> Tensor:
    """Fill with 0 with probability p, and with 1/(1-p), rounded as the elements are."""
    number = result.array.dtype.type
    if result.array.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {types.SCALAR_NAME[result.dtype]}"
        )
    return _bernoulli(result, 1 - p, float(number(1) / number(1 - p)))


def _flips(result: Tensor, p: float) -> Tensor:
    return _bernoulli(result, 1 - p, 1.0)


def _bernoulli(result: Tensor, probability: float, one: float) -> Tensor:
    generator = generator_of(result)
    with generator.lock:
        result.kernels.bernoulli(result.array, generator.state, float(probability), one)
    return result


def _multiply(input: Tensor, noise: Tensor | int, inplace: bool) -> Tensor:
    return input.mul_(noise) if inplace else input * noise


def _multiply_and_shift(input: Tensor, noise: Tensor | int, p: float, inplace: bool) -> Tensor:
    """Dropped elements become SELU's lowest value; all are then brought back to mean 0 and variance 1."""
    if isinstance(noise, int):
        return _multiply(input, noise, inplace)
    a = 1.0 / math.sqrt((_ALPHA * _ALPHA * p + 1) * (1 - p))
    shift = (noise - 1) * (_ALPHA * a) + _ALPHA * a * p
    noise = noise * a
    return input.mul_(noise).add_(shift) if inplace else input * noise + shift


_ALPHA = 1.7580993408473766  # scale * alpha of SELU


def _check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _warn_dimensions(function: str, ndim: int, spatial: int, expected: str) -> None:
    warnings.warn(
        f"{function}: Received a {ndim}-D input to {function}, which is deprecated and will result in an "
        "error in a future release. To retain the behavior and silence this warning, please use dropout "
        f"instead. Note that {function} exists to provide channel-wise dropout on inputs with {spatial} "
        f"spatial dimensions, a channel dimension, and an optional batch dimension (i.e. {expected} inputs).",
        stacklevel=3,
    )
