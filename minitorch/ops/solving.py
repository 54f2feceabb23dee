"""Determinants, inverses and systems of equations. PyTorch: aten/src/ATen/native/BatchLinearAlgebra.cpp, LinearAlgebra.cpp.

Matrices are the last two dimensions, all before them batches. LAPACK is the CPU's: matrices of a GPU are sent there.
"""

import math

import numpy as np

from minitorch import return_types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.decompositions import svd
from minitorch.ops.devices import beside, on_host
from minitorch.ops.joining import stack
from minitorch.ops.masked import masked_fill
from minitorch.ops.matmul import matmul
from minitorch.ops.matrices import LinAlgError, by_columns, check_matrix, check_square, first_failure
from minitorch.ops.out import deliver, deliver_all
from minitorch.ops.shape import reshape, transpose, unsqueeze
from minitorch.ops.triangular import broadcast_batches, check_fits, check_same


def det(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Determinants: (*, n, n) -> (*). PyTorch: torch.linalg.det."""
    check_square(A, "linalg.det")
    result = LinalgDet.apply(A)
    return result if out is None else deliver(out, "linalg_det", result, cast=False)


class LinalgDet(Function):
    """derivatives.yaml: _linalg_det: the cofactors, which are det(A) * inv(A).mT where A is regular."""

    @staticmethod
    def forward(ctx, A):
        result = beside(A, np.asarray(np.linalg.det(on_host(A))))
        ctx.save_for_backward(A, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        A, result = ctx.saved_tensors
        grad, result = (unsqueeze(unsqueeze(each, -1), -1) for each in (grad, result))
        if _regular(A):
            return grad * result * transpose(inv(A), -2, -1)
        return grad * _cofactors(A)


def _regular(A: Tensor) -> bool:
    """Whether the inverses are worth using: no singular value is lost in the rounding of the largest."""
    values = np.linalg.svd(on_host(A), compute_uv=False)
    return values.size == 0 or bool((values[..., -1] > values[..., 0] * 10 * np.finfo(values.dtype).eps).all())


def _cofactors(A: Tensor) -> Tensor:
    """Of singular matrices too: U @ diag(the products of the other singular values) @ Vh, with the signs of U and Vh."""
    U, S, Vh = svd(A, False)
    sign = unsqueeze(unsqueeze(det(U.detach()) * det(Vh.detach()), -1), -1)
    n = S.shape[-1]
    others = [S.narrow(-1, 0, k).prod(-1) * S.narrow(-1, k + 1, n - k - 1).prod(-1) for k in range(n)]
    return sign * matmul(U * unsqueeze(stack(others, -1), -2), Vh)


def slogdet(A: Tensor, *, out=None) -> "return_types.linalg_slogdet":
    """The sign and the logarithm of the absolute value of determinants. PyTorch: torch.linalg.slogdet."""
    check_square(A, "linalg.slogdet")
    result = return_types.linalg_slogdet(LinalgSlogdet.apply(A))
    return result if out is None else deliver_all(out, "linalg_slogdet", result, cast=False)


class LinalgSlogdet(Function):
    """derivatives.yaml: _linalg_slogdet."""

    @staticmethod
    def forward(ctx, A):
        sign, logarithm = (beside(A, np.asarray(each)) for each in np.linalg.slogdet(on_host(A)))
        ctx.save_for_backward(A)
        return sign, logarithm

    @staticmethod
    def backward(ctx, unused, grad):
        (A,) = ctx.saved_tensors
        return unsqueeze(unsqueeze(grad, -1), -1) * transpose(inv_ex(A)[0], -2, -1)


def logdet(input: Tensor) -> Tensor:
    """The logarithm of determinants, NaN of negative ones. PyTorch: torch.logdet."""
    check_square(input, "logdet")
    sign, logarithm = LinalgSlogdet.apply(input)
    return masked_fill(logarithm, sign == -1, math.nan)


def inv(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Inverses. Raises LinAlgError for a singular matrix. PyTorch: torch.linalg.inv."""
    check_square(A, "linalg.inv")
    result, info = LinalgInvEx.apply(A)
    _check_inverse("linalg.inv", info)
    return result if out is None else deliver(out, "linalg_inv", result, cast=False)


def inv_ex(A: Tensor, *, check_errors: bool = False, out=None) -> "return_types.linalg_inv_ex":
    """inv without the check: inverses, and per matrix the column where it broke down, or 0. PyTorch: torch.linalg.inv_ex."""
    check_square(A, "linalg.inv")
    result = return_types.linalg_inv_ex(LinalgInvEx.apply(A))
    if check_errors:
        _check_inverse("linalg.inv_ex", result[1])
    return result if out is None else deliver_all(out, "linalg_inv_ex", result, cast=False)


class LinalgInvEx(Function):
    """derivatives.yaml: linalg_inv_ex."""

    @staticmethod
    def forward(ctx, A):
        result, info = A.kernels.inverse(A.array)
        result = by_columns(result)
        ctx.save_for_backward(result)
        return result, wrap(info)

    @staticmethod
    def backward(ctx, grad, unused):
        (inverse,) = ctx.saved_tensors
        turned = transpose(inverse, -2, -1)
        return -matmul(turned, matmul(grad, turned))


def _check_inverse(function: str, info: Tensor) -> None:
    if failure := first_failure(info):
        which, place = failure
        raise LinAlgError(
            f"{function}: {which}The diagonal element {place} is zero, the inversion could not be completed because "
            "the input matrix is singular."
        )


def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Tensor | None = None) -> Tensor:
    """X with A @ X = B, or X @ A = B without `left`; B may be vectors (*, n); batches broadcast.

    Raises LinAlgError for a singular matrix. PyTorch: torch.linalg.solve.
    """
    result, info = _solve(A, B, left)
    _check_solution("torch.linalg.solve", info)
    return result if out is None else deliver(out, "linalg_solve", result, cast=False)


def solve_ex(
    A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False, out=None
) -> "return_types.linalg_solve_ex":
    """solve without the check: X, and per matrix the column where it broke down, or 0. PyTorch: torch.linalg.solve_ex."""
    result = return_types.linalg_solve_ex(_solve(A, B, left))
    if check_errors:
        _check_solution("torch.linalg.solve_ex", result[1])
    return result if out is None else deliver_all(out, "linalg_solve_ex", result, cast=False)


def _solve(A: Tensor, B: Tensor, left: bool) -> tuple[Tensor, Tensor]:
    check_square(A, "linalg.solve")
    check_same(A, B, "linalg.solve")
    vector = B.array.ndim == 1 or (B.array.ndim == A.array.ndim - 1 and B.array.shape == A.array.shape[:-1])
    if vector:
        B = unsqueeze(B, -1)
    check_matrix(B, "linalg.solve", "B")
    if vector and not left:
        raise RuntimeError(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
            "linalg.solve is equivalent to B / A.squeeze(-1)"
        )
    check_fits(A, B, left, "linalg.solve")
    shape = A.array.shape[:-2]
    B, A = broadcast_batches(B, A)
    if left:
        result, info = LinalgSolveEx.apply(A, B, vector)
    else:
        result, info = LinalgSolveEx.apply(transpose(A, -2, -1), transpose(B, -2, -1), False)
        result = transpose(result, -2, -1)
    if info.array.shape != shape:
        info = info[(0,) * (info.array.ndim - len(shape))].clone()
        info = reshape(info, shape) if info.array.size == math.prod(shape) else info
    return result, info


class LinalgSolveEx(Function):
    """derivatives.yaml: _linalg_solve_ex. A batch of vectors lies in memory as one matrix would."""

    @staticmethod
    def forward(ctx, A, B, vector):
        result, info = A.kernels.solve(A.array, B.array)
        if vector:
            result = result[..., 0]
        result = by_columns(result) if result.ndim > 1 else wrap(result.copy())
        ctx.save_for_backward(A, result)
        ctx.vector = vector
        return result, wrap(info)

    @staticmethod
    def backward(ctx, grad, unused):
        A, X = ctx.saved_tensors
        if ctx.vector:
            X, grad = unsqueeze(X, -1), unsqueeze(grad, -1)
        grad_B = solve(transpose(A, -2, -1), grad)
        grad_A = -matmul(grad_B, transpose(X, -2, -1)) if ctx.needs_input_grad[0] else None
        return grad_A, grad_B if ctx.needs_input_grad[1] else None, None


def _check_solution(function: str, info: Tensor) -> None:
    if failure := first_failure(info):
        raise LinAlgError(f"{function}: {failure[0]}The solver failed because the input matrix is singular.")
