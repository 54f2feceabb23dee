"""Norms. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp, torch/functional.py (norm)."""

import math
from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.ops.decompositions import svdvals
from minitorch.ops.extreme import amax, amin
from minitorch.ops.inplace import deliver_recorded
from minitorch.ops.masked import masked_fill
from minitorch.ops.matrices import check_matrix, check_square
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, check_tensor
from minitorch.ops.reduce import Axes, Dims, axes_of, restore, sum
from minitorch.ops.shape import movedim, unsqueeze
from minitorch.ops.sizes import several, wrap_dim
from minitorch.ops.solving import inv_ex


def norm(
    input: Tensor,
    p: Number | str | None = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    dtype: types.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """sum(|input|**p) ** (1 / p), of all or over dimensions; "fro" is p=2, inf the largest, 0 counts; "nuc" of matrices.

    Raises RuntimeError for integers. PyTorch: torch.norm.
    """
    check_tensor(input, "norm", "input", 1)
    if p == "nuc":
        dim = tuple(range(input.array.ndim)) if dim is None else dim
        return matrix_norm(input, "nuc", dim, keepdim, dtype=dtype, out=out)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    if p == "fro" and isinstance(dim, (tuple, list)) and len(dim) > 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype, out=out)


def linalg_norm(
    A: Tensor,
    ord: Number | str | None = None,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: types.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """vector_norm, or matrix_norm where two dimensions are given or A is a matrix and `ord` is. PyTorch: torch.linalg.norm."""
    check_tensor(A, "linalg_norm", "A", 1)
    if dim is None and ord is not None and A.array.ndim not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. "
            f"Got {A.array.ndim}D."
        )
    given = several(dim) if dim is not None else (0, 1)[: A.array.ndim]
    if isinstance(ord, str) or (ord is not None and len(given) == 2):
        return matrix_norm(A, ord, given, keepdim, dtype=dtype, out=out)
    result = vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)
    return result if out is None else deliver_recorded(out, "linalg_norm", result)


def matrix_norm(
    A: Tensor,
    ord: Number | str = "fro",
    dim: Sequence[int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: types.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Norms of matrices: "fro", "nuc" (the sum of singular values), 2 or -2 (the largest, the smallest), and with sums of
    absolute values 1 or -1 (of columns), inf or -inf (of rows). PyTorch: torch.linalg.matrix_norm."""
    check_matrix(A, "linalg.matrix_norm")
    dim = several(dim)
    if len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    first, second = (wrap_dim(each, A.array.ndim) for each in dim)
    if first == second:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    if ord not in ("fro", "nuc") and abs(ord if not isinstance(ord, str) else 0) not in (1, 2, math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord if isinstance(ord, str) else _name(ord)} not supported.")
    if dtype is not None and dtype is not A.dtype:
        A = A.to(dtype)
    if ord == "fro":
        result = vector_norm(A, 2, (first, second), keepdim)
    elif ord == "nuc" or abs(ord) == 2:
        values = svdvals(movedim(A, (first, second), (-2, -1)))
        result = sum(values, -1) if ord == "nuc" else _largest(values, ord, -1, False)
        if keepdim:
            result = movedim(unsqueeze(unsqueeze(result, -1), -1), (-2, -1), (first, second))
    else:
        if abs(ord) == math.inf:
            first, second = second, first
        sums = sum(A.abs(), first, keepdim)
        axis = second if keepdim or second < first else second - 1
        result = _largest(sums, ord, axis, keepdim)
    return result if out is None else deliver_recorded(out, "linalg_matrix_norm", result)


def _largest(values: Tensor, ord: Number, axis: int, keepdim: bool) -> Tensor:
    """The largest, or for a negative order the smallest; 0 is the largest of none."""
    if ord > 0:
        return amax(values, axis, keepdim) if values.shape[axis] else sum(values, axis, keepdim)
    return amin(values, axis, keepdim)


def cond(A: Tensor, p: Number | str | None = None, *, out: Tensor | None = None) -> Tensor:
    """The norm of a matrix times that of its inverse; by default the largest singular value by the smallest.

    PyTorch: torch.linalg.cond.
    """
    if A.array.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p is None or p in (2, -2):
        values = svdvals(A)
        if A.array.size == 0:
            result = A.new_zeros(A.shape[:-2])
        else:
            largest, smallest = values.select(-1, 0), values.select(-1, values.shape[-1] - 1)
            result = smallest / largest if p == -2 else largest / smallest
    else:
        check_square(A, "linalg.cond")
        inverse, info = inv_ex(A)
        result = A.new_zeros(A.shape[:-2])
        if A.array.size:
            result = matrix_norm(A, p) * matrix_norm(inverse, p)
            result = masked_fill(result, info != 0, math.inf)
    return result if out is None else deliver(out, "linalg_cond", result)


def vector_norm(
    x: Tensor,
    ord: Number = 2,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: types.dtype | None = None,
    out: Tensor | None = None,
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
    result = LinalgVectorNorm.apply(x, float(ord), axes, keepdim)
    return result if out is None else deliver(out, "linalg_vector_norm", result, x, cast=False)


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
