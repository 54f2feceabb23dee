"""LU decomposition with partial pivoting. PyTorch: aten/src/ATen/native/BatchLinearAlgebra.cpp."""

import numpy as np

from minitorch import return_types, types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.convert import tensor
from minitorch.ops.creation import eye
from minitorch.ops.matmul import matmul
from minitorch.ops.matrices import check_matrix
from minitorch.ops.triangles import tril, triu
from minitorch.ops.triangular import solve_triangular


def lu_factor(A: Tensor, *, pivot: bool = True) -> "return_types.linalg_lu_factor":
    """L and U in one matrix, (*, m, n), and the rows exchanged, (*, min(m, n)) int32.

    RuntimeError where a pivot is zero. PyTorch: torch.linalg.lu_factor.
    """
    LU, pivots, info = _factor(A, pivot, "torch.lu_factor")
    for k in [k for k in np.ravel(info.tolist()) if k]:
        raise RuntimeError(
            f"torch.linalg.lu_factor: U[{k},{k}] is zero and using it on lu_solve would result in a division by zero. If "
            "you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, "
            "pivot)"
        )
    return return_types.linalg_lu_factor((LU, pivots))


def lu_factor_ex(
    A: Tensor, *, pivot: bool = True, check_errors: bool = False
) -> "return_types.linalg_lu_factor_ex":
    """lu_factor with the number of the first zero pivot in place of an error. PyTorch: torch.linalg.lu_factor_ex."""
    return return_types.linalg_lu_factor_ex(_factor(A, pivot, "torch.lu_factor_ex"))


def lu(A: Tensor, *, pivot: bool = True) -> "return_types.linalg_lu":
    """A = P @ L @ U: (*, m, m), (*, m, k), (*, k, n) with k = min(m, n). PyTorch: torch.linalg.lu."""
    LU, pivots, _ = _factor(A, pivot, "linalg.lu")
    return return_types.linalg_lu(lu_unpack(LU, pivots))


def legacy_lu(A: Tensor, pivot: bool = True, get_infos: bool = False) -> tuple[Tensor, ...]:
    """lu_factor, with get_infos also what lu_factor_ex says. PyTorch: torch.lu."""
    parts = _factor(A, pivot, "torch.lu_factor_ex")
    return tuple(parts) if get_infos else tuple(parts[:2])


def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True
) -> "return_types.lu_unpack":
    """P, L and U of what lu_factor returns, empty where not asked for. PyTorch: torch.lu_unpack."""
    rows, columns = LU_data.shape[-2:]
    k = min(rows, columns)
    none = LU_data.new_empty((0,))
    P = _permutation(LU_pivots, rows).to(LU_data.dtype) if unpack_pivots else none
    if not unpack_data:
        return return_types.lu_unpack((P, none, none))
    L = tril(LU_data[..., :k], -1) + eye(rows, k, dtype=LU_data.dtype, device=LU_data.device)
    return return_types.lu_unpack((P, L, triu(LU_data[..., :k, :])))


def lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """X with A @ X = B, for A's lu_factor; without `left` X @ A = B, with `adjoint` of A's transpose. PyTorch: as named."""
    if not left:
        return lu_solve(LU, pivots, B.mT, adjoint=not adjoint).mT
    P = _permutation(pivots, LU.shape[-1]).to(LU.dtype)
    if adjoint:
        half = solve_triangular(LU.mT, B, upper=False)
        return matmul(P, solve_triangular(LU.mT, half, upper=True, unitriangular=True))
    half = solve_triangular(LU, matmul(P.mT, B), upper=False, unitriangular=True)
    return solve_triangular(LU, half, upper=True)


def legacy_lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """lu_solve with the right side first. PyTorch: torch.lu_solve."""
    return lu_solve(LU_data, LU_pivots, input)


def _factor(A: Tensor, pivot: bool, function: str) -> tuple[Tensor, Tensor, Tensor]:
    if A.array.ndim < 2:
        raise RuntimeError(f"{function}: Expected tensor with 2 or more dimensions. Got size: {list(A.shape)} instead")
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    if A.dtype not in (types.float32, types.float64):
        raise NotImplementedError(f"\"lu_cpu\" not implemented for '{types.SCALAR_NAME[A.dtype]}'")
    check_matrix(A, function)
    return LuFactor.apply(A)


class LuFactor(Function):
    """derivatives.yaml: linalg_lu_factor_ex, of square matrices."""

    @staticmethod
    def forward(ctx, A):
        LU, pivots, info = (wrap(each) for each in A.kernels.lu(A.array))
        ctx.save_for_backward(LU, pivots)
        ctx.mark_non_differentiable(pivots, info)
        return LU, pivots, info

    @staticmethod
    def backward(ctx, grad, _pivots, _info):
        LU, pivots = ctx.saved_tensors
        if LU.shape[-2] != LU.shape[-1]:
            raise RuntimeError("linalg.lu_factor: minitorch differentiates it for square matrices only")
        unit = tril(LU, -1) + eye(LU.shape[-1], dtype=LU.dtype, device=LU.device)
        # X = inv(L) P.T dA inv(U) is dL below the diagonal, seen from L, and dU above it, seen from U.
        grad_X = tril(matmul(unit.mT, tril(grad, -1)), -1) + triu(matmul(triu(grad), triu(LU).mT))
        left = solve_triangular(unit.mT, grad_X, upper=True, unitriangular=True)
        result = solve_triangular(triu(LU).mT, left, upper=False, left=False)
        return matmul(_permutation(pivots, LU.shape[-1]).to(LU.dtype), result)


def _permutation(pivots: Tensor, size: int) -> Tensor:
    """The matrix P of exchanges: (*, k) from 1 -> (*, size, size)."""
    exchanges = np.array(pivots.tolist(), np.int64).reshape(-1, pivots.shape[-1])
    result = np.zeros((len(exchanges), size, size))
    for matrix, rows in zip(result, exchanges):
        order = list(range(size))
        for step, row in enumerate(rows):
            order[step], order[row - 1] = order[row - 1], order[step]
        matrix[order, range(size)] = 1
    return tensor(result.reshape(*pivots.shape[:-1], size, size), device=pivots.device)
