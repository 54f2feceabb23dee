"""Norms. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp, torch/functional.py (norm)."""

import math

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.ops.extreme import amax, amin
from minitorch.ops.promotion import Number, check_tensor
from minitorch.ops.reduce import Axes, Dims, axes_of, restore, sum


def norm(
    input: Tensor,
    p: Number | str | None = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    dtype: types.dtype | None = None,
) -> Tensor:
    """sum(|input|**p) ** (1 / p), of all or over dimensions; "fro" is p=2, inf the largest, 0 counts.

    Raises RuntimeError for integers. PyTorch: torch.norm.
    """
    check_tensor(input, "norm", "input", 1)
    if p == "nuc":
        raise NotImplementedError('norm(p="nuc") needs singular values, which minitorch does not have')
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    if p == "fro" and isinstance(dim, (tuple, list)) and len(dim) > 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


def vector_norm(
    x: Tensor, ord: Number = 2, dim: Dims = None, keepdim: bool = False, *, dtype: types.dtype | None = None
) -> Tensor:
    """sum(|x|**ord) ** (1 / ord). Raises RuntimeError for integers. PyTorch: torch.linalg.vector_norm."""
    check_tensor(x, "linalg_vector_norm", "x", 1)
    if x.array.dtype.kind != "f":
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{types.SCALAR_NAME[x.dtype]}"
        )
    axes = axes_of(dim, x.array.ndim, "norm")
    empty = x.array.size == 0 and (axes is None or 0 in [x.array.shape[axis] for axis in axes])
    if empty and (ord == math.inf or ord < 0):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {_name(ord)} norm on an empty tensor because the "
            "operation does not have an identity"
        )
    if dtype is not None and dtype is not x.dtype:
        x = x.to(dtype)
    return LinalgVectorNorm.apply(x, float(ord), axes, keepdim)


class LinalgVectorNorm(Function):
    """derivatives.yaml: linalg_vector_norm. The gradient at a norm of 0 is 0."""

    @staticmethod
    def forward(ctx, x, p, axes, keepdim):
        result = _norm(x, p, axes, keepdim)
        ctx.save_for_backward(x, result)
        ctx.p, ctx.axes, ctx.keepdim = p, axes, keepdim
        return result

    @staticmethod
    def backward(ctx, grad):
        x, result = ctx.saved_tensors
        grad, result = (restore(each, x.array.shape, ctx.axes, ctx.keepdim) for each in (grad, result))
        return _norm_backward(grad, x, result, ctx.p, ctx.axes), None, None, None


def _norm(x: Tensor, p: float, axes: Axes, keepdim: bool) -> Tensor:
    if p == 2:
        return sum(x * x, axes, keepdim).sqrt()
    if p == 0:
        return sum(x != 0, axes, keepdim, dtype=x.dtype)
    if p == 1:
        return sum(x.abs(), axes, keepdim)
    if math.isinf(p):
        return (amax if p > 0 else amin)(x.abs(), axes or (), keepdim)
    return sum(x.abs() ** p, axes, keepdim) ** (1 / p)


def _norm_backward(grad: Tensor, x: Tensor, result: Tensor, p: float, axes: Axes) -> Tensor | None:
    if p == 0:
        return None
    if p == 1:
        return x.sign() * grad
    if p == 2:
        return grad * (x / result).masked_fill(result == 0, 0)
    if math.isinf(p):
        reached = x.abs() == result
        return x.sign() * (reached * (grad / sum(reached, axes, True)))
    if p < 2:  # the power of |x| has an infinite derivative at 0
        scaled = (x.sign() * x.abs() ** (p - 1)).masked_fill(x == 0, 0)
    else:
        scaled = x * x.abs() ** (p - 2)
    return scaled * (grad / result ** (p - 1)).masked_fill(result == 0, 0)


def _name(p: Number) -> str:
    return "inf" if p == math.inf else "-inf" if p == -math.inf else f"{p:g}"
