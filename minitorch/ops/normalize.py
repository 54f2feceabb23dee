"""Scaling by a norm: RMS norm, local response norm, unit vectors. PyTorch: torch/nn/functional.py, native/layer_norm.cpp."""

from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.linalg import norm
from minitorch.ops.norm import check_normalized_shape
from minitorch.ops.pointwise import div
from minitorch.ops.promotion import check_tensor
from minitorch.ops.reduce import mean
from minitorch.ops.resample import moving_average
from minitorch.ops.unary import rsqrt


def rms_norm(
    input: Tensor,  # (*, normalized_shape)
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,  # of normalized_shape
    eps: float | None = None,
) -> Tensor:
    """The last dimensions divided by their root mean square, then scaled. PyTorch: torch.nn.functional.rms_norm.

    `eps`, added to the mean square, defaults to that of the dtype.
    """
    check_tensor(input, "rms_norm", "input", 1)
    shape = check_normalized_shape(input, normalized_shape, "*", weight=weight)
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"rms_norm\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
    eps = types.finfo(input.dtype).eps if eps is None else eps
    axes = tuple(range(-len(shape), 0))
    result = input * rsqrt(mean(input * input, axes, keepdim=True) + eps)
    return result if weight is None else result * weight


def local_response_norm(
    input: Tensor,  # (N, C, *)
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
) -> Tensor:
    """input / (k + alpha * the mean square of `size` neighbouring channels)**beta. PyTorch: F.local_response_norm."""
    if input.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {input.ndim} dimensions)")
    if input.array.size == 0:
        return input
    squares = moving_average(input * input, 1, size // 2, (size - 1) // 2)
    return input / (squares * alpha + k).pow(beta)


def normalize(
    input: Tensor, p: float = 2.0, dim: int | tuple[int, ...] = 1, eps: float = 1e-12, out: Tensor | None = None
) -> Tensor:
    """input divided by its p-norm along dim, which counts as at least eps. PyTorch: torch.nn.functional.normalize."""
    length = norm(input, p, dim, keepdim=True).clamp_min(eps).expand(input.array.shape)
    return div(input, length, out=out)


def norm_except_dim(v: Tensor, pow: int = 2, dim: int = 0) -> Tensor:
    """The norm over all other dimensions, kept as 1; 0-d for `dim` -1. Shape: any. PyTorch: torch.norm_except_dim."""
    if dim == -1:
        return norm(v, pow)
    rows = v.transpose(0, dim)
    size = rows.array.shape[0]
    return norm(rows.reshape(size, -1), pow, 1).view(*[size if each == dim % v.ndim else 1 for each in range(v.ndim)])


def _weight_norm(v: Tensor, g: Tensor, dim: int = 0) -> Tensor:
    """v * (g / its norm), one norm for each index of `dim`; `dim` -1: one for all. PyTorch: torch._weight_norm."""
    return v * (g / norm_except_dim(v, 2, dim))
