"""Windows for spectra. PyTorch: aten/src/ATen/native/TensorFactories.cpp."""

import math

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.convert import tensor


def hann_window(
    window_length: int, periodic: bool = True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
) -> Tensor:
    """(1 - cos) / 2: 0 at the ends. RuntimeError for a negative length or integers. PyTorch: torch.hann_window."""
    return _cosines("hann_window", window_length, periodic, (0.5, 0.5), dtype, device, requires_grad)


def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype=None,
    layout=None,
    device=None,
    pin_memory=False,
    requires_grad=False,
) -> Tensor:
    """alpha - beta * cos. PyTorch: torch.hamming_window."""
    return _cosines("hamming_window", window_length, periodic, (alpha, beta), dtype, device, requires_grad)


def blackman_window(
    window_length: int, periodic: bool = True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
) -> Tensor:
    """Of two cosines. PyTorch: torch.blackman_window."""
    return _cosines("blackman_window", window_length, periodic, (0.42, 0.5, 0.08), dtype, device, requires_grad)


def bartlett_window(
    window_length: int, periodic: bool = True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
) -> Tensor:
    """A triangle. PyTorch: torch.bartlett_window."""
    place = _places("bartlett_window", window_length, periodic, dtype)
    return _made(1 - np.abs(2 * place - 1), window_length, dtype, device, requires_grad)


def _cosines(name: str, length: int, periodic: bool, weights: tuple, dtype, device, requires_grad: bool) -> Tensor:
    place = _places(name, length, periodic, dtype)
    values = sum((-1) ** k * weight * np.cos(2 * math.pi * k * place) for k, weight in enumerate(weights))
    return _made(values, length, dtype, device, requires_grad)


def _places(name: str, length: int, periodic: bool, dtype) -> np.ndarray:
    """From 0 to 1, or one step less where the window repeats."""
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    if dtype is not None and not dtype.is_floating_point:
        raise RuntimeError(f"{name} expects floating point dtypes, got: {dtype}")
    return np.arange(length) / max(length if periodic else length - 1, 1)


def _made(values: np.ndarray, length: int, dtype, device, requires_grad: bool) -> Tensor:
    values = np.ones(1) if length == 1 else values
    return tensor(values, dtype=dtype or types.get_default_dtype(), device=device, requires_grad=requires_grad)
