"""Least squares: pseudo-inverse, lstsq, rank, condition. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp, BatchLinearAlgebra.cpp.

LAPACK is the CPU's: matrices of a GPU are sent there.
"""

import numpy as np

from minitorch import return_types, types
from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.ops.decompositions import svdvals
from minitorch.ops.devices import beside, on_host
from minitorch.ops.matmul import matmul
from minitorch.ops.matrices import by_columns
from minitorch.ops.out import deliver
from minitorch.ops.shape import squeeze, transpose, unsqueeze
from minitorch.ops.triangular import broadcast_batches


def pinv(
    A: Tensor,
    rcond: float | Tensor | None = None,
    hermitian: bool = False,
    *,
    atol: float | Tensor | None = None,
    rtol: float | Tensor | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Moore-Penrose inverses: (*, m, n) -> (*, n, m). Singular values up to max(atol, rtol * the largest) count as 0.

    PyTorch: torch.linalg.pinv.
    """
    if A.array.ndim < 2 or A.array.dtype.kind != "f":
        raise RuntimeError(
            f"linalg.pinv({types.SCALAR_NAME[A.dtype]}{{{list(A.array.shape)}}}): expected a tensor with 2 or more "
            "dimensions of float, double, cfloat or cdouble types"
        )
    result = LinalgPinv.apply(A, *_tolerances(A, atol, rtol if rcond is None else rcond), hermitian)
    return result if out is None else deliver(out, "linalg_pinv", result)


class LinalgPinv(Function):
    """derivatives.yaml: linalg_pinv. Golub and Pereyra (1973)."""

    @staticmethod
    def forward(ctx, A, atol, rtol, hermitian):
        shape, dtype = A.array.shape, A.array.dtype
        if A.array.size == 0:
            result = beside(A, np.zeros((*shape[:-2], shape[-1], shape[-2]), dtype))
        elif hermitian:
            values, vectors = map(A.kernels.to_host, A.kernels.eigh(A.array, False))
            limit = _limit(np.abs(values).max(-1), atol, rtol)
            inverted = np.where(np.abs(values) > limit[..., None], 1 / np.where(values == 0, 1, values), 0)
            result = beside(A, np.ascontiguousarray((vectors * inverted[..., None, :]) @ vectors.swapaxes(-2, -1)))
        else:
            u, s, vh = map(A.kernels.to_host, A.kernels.svd(A.array, False))
            limit = _limit(s[..., 0], atol, rtol)
            inverted = np.where(s > limit[..., None], 1 / np.where(s == 0, 1, s), 0).astype(dtype)
            result = beside(A, np.ascontiguousarray((vh.swapaxes(-2, -1) * inverted[..., None, :]) @ u.swapaxes(-2, -1)))
        ctx.save_for_backward(A, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        A, P = ctx.saved_tensors
        return _pinv_backward(grad, P, A), None, None, None


def _pinv_backward(grad: Tensor, P: Tensor, A: Tensor) -> Tensor:
    """Three terms: through the inverse itself, and through the two projections."""
    grad_T, P_T = transpose(grad, -2, -1), transpose(P, -2, -1)
    if A.shape[-2] <= A.shape[-1]:
        K = matmul(grad_T, P)
        turned = matmul(K, P_T)
        return (
            -transpose(matmul(P, K), -2, -1)
            + turned
            - matmul(matmul(A, P), turned)
            + matmul(matmul(P_T, P), grad_T - matmul(K, A))
        )
    K = matmul(P, grad_T)
    turned = matmul(P_T, K)
    return (
        -transpose(matmul(K, P), -2, -1)
        + matmul(matmul(grad_T - matmul(A, K), P), P_T)
        + turned
        - matmul(matmul(turned, P), A)
    )


def legacy_pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """linalg.pinv under its old name. PyTorch: torch.pinverse."""
    return pinv(input, rcond)


def matrix_rank(
    A: Tensor,
    tol: float | Tensor | None = None,
    hermitian: bool = False,
    *,
    atol: float | Tensor | None = None,
    rtol: float | Tensor | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """How many singular values exceed max(atol, rtol * the largest), int64. PyTorch: torch.linalg.matrix_rank."""
    if A.array.ndim < 2:
        raise RuntimeError("torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions.")
    if tol is not None:
        atol, rtol = tol, 0.0
    atol, rtol = _tolerances(A, atol, rtol)
    if A.array.size == 0:
        result = beside(A, np.zeros(A.array.shape[:-2], np.int64))
    else:
        values = A.kernels.to_host(A.kernels.eigh(A.array, False)[0]) if hermitian else on_host(svdvals(A.detach()))
        values = np.abs(values)
        result = beside(A, np.asarray((values > _limit(values.max(-1), atol, rtol)[..., None]).sum(-1)))
    return result if out is None else deliver(out, "linalg_matrix_rank", result)


def lstsq(
    A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None
) -> "return_types.linalg_lstsq":
    """The X of least norm that makes A @ X - B least: (*, m, n), (*, m, k) -> (*, n, k), and residuals, rank, singular values.

    Residuals for m > n and full rank only; rank and singular values as the LAPACK `driver` gives them.
    PyTorch: torch.linalg.lstsq.
    """
    if A.array.ndim < 2:
        raise RuntimeError("torch.linalg.lstsq: input must have at least 2 dimensions.")
    if B.array.ndim < 1:
        raise RuntimeError("torch.linalg.lstsq: other must have at least 1 dimension.")
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
        )
    vector = A.array.ndim - 1 == B.array.ndim and B.array.shape == A.array.shape[:-1]
    if vector:
        B = unsqueeze(B, -1)
    if A.array.shape[-2] != B.array.shape[-2]:
        raise RuntimeError("torch.linalg.lstsq: input.size(-2) should match other.size(-2)")
    if A.array.dtype != B.array.dtype:
        raise RuntimeError(
            f"torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype "
            f"{types.SCALAR_NAME[A.dtype]} and other's dtype {types.SCALAR_NAME[B.dtype]}"
        )
    A, B = broadcast_batches(A, B)
    driver = driver or "gelsy"
    m, n = A.array.shape[-2:]
    epsilon = types.finfo(A.dtype).eps * max(m, n)
    solution = LinalgLstsq.apply(A, B, epsilon if rcond is None else rcond)
    rank, values, residuals = (beside(A, np.empty(0, dtype)) for dtype in (np.int64, A.array.dtype, A.array.dtype))
    if driver != "gels":
        rank = matrix_rank(A.detach(), rtol=epsilon if rcond is None else rcond)
        if driver in ("gelsd", "gelss"):
            values = svdvals(A.detach())
    if m > n and driver != "gelsy" and (driver == "gels" or bool((rank == n).all())):
        residuals = ((matmul(A, solution) - B) ** 2).sum(-2)
    return return_types.linalg_lstsq((squeeze(solution, -1) if vector else solution, residuals, rank, values))


class LinalgLstsq(Function):
    """derivatives.yaml: linalg_lstsq: those of pinv(A) @ B."""

    @staticmethod
    def forward(ctx, A, B, rcond):
        ctx.save_for_backward(A, B)
        inverse = LinalgPinv.apply(A, None, rcond, False)
        return by_columns(A.kernels.from_host(on_host(inverse) @ on_host(B)))

    @staticmethod
    def backward(ctx, grad):
        A, B = ctx.saved_tensors
        inverse = pinv(A)
        grad_A = _pinv_backward(matmul(grad, transpose(B, -2, -1)), inverse, A) if ctx.needs_input_grad[0] else None
        return grad_A, matmul(transpose(inverse, -2, -1), grad) if ctx.needs_input_grad[1] else None, None


def _tolerances(A: Tensor, atol, rtol) -> tuple:
    """Both as NumPy arrays or None; rtol has its default where neither is given."""
    atol, rtol = (on_host(each) if isinstance(each, Tensor) else each for each in (atol, rtol))
    if rtol is None:
        given = atol is not None and np.asarray(atol) > 0
        default = types.finfo(A.dtype).eps * max(A.array.shape[-2:]) if A.array.dtype.kind == "f" else 0.0
        rtol = np.where(given, 0.0, default)
    return atol, rtol


def _limit(largest: np.ndarray, atol, rtol) -> np.ndarray:
    return np.maximum(0.0 if atol is None else atol, np.asarray(rtol) * largest)
