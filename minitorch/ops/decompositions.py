"""QR, eigenvalues of symmetric matrices, and singular values. PyTorch: ATen/native/BatchLinearAlgebra.cpp.

Derivatives: Giles, Collected matrix derivative results (2008); Walter, Lehmann, Lamour (2012) for wide matrices.
"""

import numpy as np

from minitorch import return_types, types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.creation import eye
from minitorch.ops.diagonals import diag_embed
from minitorch.ops.joining import cat
from minitorch.ops.matmul import matmul
from minitorch.ops.matrices import LinAlgError, by_columns, check_matrix, check_square
from minitorch.ops.out import deliver, deliver_all
from minitorch.ops.shape import transpose, unsqueeze
from minitorch.ops.triangles import tril
from minitorch.ops.triangular import solve_triangular


def qr(A: Tensor, mode: str = "reduced", *, out=None) -> "return_types.linalg_qr":
    """A = Q @ R with orthonormal columns in Q and R upper triangular: (*, m, n) -> (*, m, k), (*, k, n).

    k is min(m, n), or m for mode "complete"; mode "r" gives R only. PyTorch: torch.linalg.qr.
    """
    check_matrix(A, "linalg.qr")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    result = return_types.linalg_qr(LinalgQr.apply(A, mode))
    return result if out is None else deliver_all(out, "linalg_qr", result, cast=False)


class LinalgQr(Function):
    """derivatives.yaml: linalg_qr."""

    @staticmethod
    def forward(ctx, A, mode):
        Q, R = A.kernels.qr(A.array, mode)
        ctx.mode, ctx.shape = mode, A.array.shape
        Q, R = wrap(Q) if mode == "r" else by_columns(Q), by_columns(R)
        ctx.save_for_backward(Q, R)
        ctx.set_materialize_grads(False)
        return Q, R

    @staticmethod
    def backward(ctx, grad_Q, grad_R):
        Q, R = ctx.saved_tensors
        m, n = ctx.shape[-2:]
        if ctx.mode == "r":
            raise RuntimeError(
                "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
                "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
            )
        if ctx.mode == "complete" and m > n:
            raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
        grad_Q = Q.new_zeros(Q.shape) if grad_Q is None else grad_Q
        grad_R = R.new_zeros(R.shape) if grad_R is None else grad_R
        if m >= n:
            return _qr_backward(grad_Q, grad_R, Q, R), None
        left, right = R.narrow(-1, 0, m), R.narrow(-1, m, n - m)  # A = Q [R1 R2]: A2 = Q R2 follows from Q and R2
        grad_left, grad_right = grad_R.narrow(-1, 0, m), grad_R.narrow(-1, m, n - m)
        grad_Q = grad_Q + matmul(matmul(Q, right), transpose(grad_right, -2, -1))
        first = _qr_backward(grad_Q, grad_left, Q, left)
        return cat((first, matmul(Q, grad_right)), -1), None


def _qr_backward(grad_Q: Tensor, grad_R: Tensor, Q: Tensor, R: Tensor) -> Tensor:
    M = matmul(R, transpose(grad_R, -2, -1)) - matmul(transpose(grad_Q, -2, -1), Q)
    symmetric = tril(M) + transpose(tril(M, -1), -2, -1)
    return solve_triangular(transpose(R, -2, -1), grad_Q + matmul(Q, symmetric), upper=False, left=False)


def legacy_qr(input: Tensor, some: bool = True, *, out=None) -> "return_types.qr":
    """linalg.qr under its old name: `some` is mode "reduced", else "complete". PyTorch: torch.qr."""
    result = return_types.qr(qr(input, "reduced" if some else "complete"))
    return result if out is None else deliver_all(out, "qr", result, cast=False)


def eigh(A: Tensor, UPLO: str = "L", *, out=None) -> "return_types.linalg_eigh":
    """Eigenvalues (ascending) and orthonormal eigenvectors (columns) of symmetric matrices, read from one triangle.

    Raises LinAlgError where LAPACK does not converge. PyTorch: torch.linalg.eigh.
    """
    _check_symmetric(A, UPLO)
    result = return_types.linalg_eigh(LinalgEigh.apply(A, UPLO.upper() == "U"))
    return result if out is None else deliver_all(out, "linalg_eigh", result, cast=False)


class LinalgEigh(Function):
    """derivatives.yaml: _linalg_eigh."""

    @staticmethod
    def forward(ctx, A, upper):
        try:
            values, vectors = A.kernels.eigh(A.array, upper)
        except np.linalg.LinAlgError as error:
            raise LinAlgError(f"linalg.eigh: The algorithm failed to converge ({error}).") from None
        values, vectors = wrap(values), by_columns(vectors)
        ctx.save_for_backward(values, vectors)
        ctx.set_materialize_grads(False)
        return values, vectors

    @staticmethod
    def backward(ctx, grad_values, grad_vectors):
        L, V = ctx.saved_tensors
        inner = None if grad_values is None else diag_embed(grad_values)
        if grad_vectors is not None:
            turned = matmul(transpose(V, -2, -1), grad_vectors)
            turned = (turned - transpose(turned, -2, -1)) / 2  # the part that keeps V orthonormal
            gaps = unsqueeze(L, -2) - unsqueeze(L, -1) + eye(L.shape[-1], dtype=L.dtype, device=L.device)
            turned = turned / gaps
            inner = turned if inner is None else inner + turned
        if inner is None:
            return None, None
        return matmul(matmul(V, inner), transpose(V, -2, -1)), None


def eigvalsh(A: Tensor, UPLO: str = "L", *, out: Tensor | None = None) -> Tensor:
    """The eigenvalues of symmetric matrices, ascending: (*, n, n) -> (*, n). PyTorch: torch.linalg.eigvalsh."""
    _check_symmetric(A, UPLO)
    result = LinalgEigh.apply(A, UPLO.upper() == "U")[0]
    return result if out is None else deliver(out, "linalg_eigvalsh", result, A, cast=False)


def _check_symmetric(A: Tensor, UPLO: str) -> None:
    if A.array.dtype.kind != "f" and A.array.ndim >= 2 and A.array.shape[-1] == A.array.shape[-2]:
        raise NotImplementedError(f"\"linalg_eigh_cpu\" not implemented for '{types.SCALAR_NAME[A.dtype]}'")
    check_square(A, "linalg.eigh")
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")


def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None, out=None) -> "return_types.linalg_svd":
    """A = U @ diag(S) @ Vh with orthonormal U and Vh, S descending: (*, m, n) -> (*, m, m), (*, k), (*, n, n).

    Without full_matrices (*, m, k), (*, k), (*, k, n), k = min(m, n). PyTorch: torch.linalg.svd.
    """
    check_matrix(A, "linalg.svd")
    result = return_types.linalg_svd(LinalgSvd.apply(A, full_matrices))
    return result if out is None else deliver_all(out, "linalg_svd", result, cast=False)


class LinalgSvd(Function):
    """derivatives.yaml: _linalg_svd."""

    @staticmethod
    def forward(ctx, A, full_matrices):
        try:
            U, S, Vh = A.kernels.svd(A.array, full_matrices)
        except np.linalg.LinAlgError as error:
            raise LinAlgError(f"linalg.svd: The algorithm failed to converge ({error}).") from None
        U, S, Vh = by_columns(U), wrap(S), by_columns(Vh)
        ctx.full = full_matrices and A.array.shape[-1] != A.array.shape[-2]
        ctx.save_for_backward(U, S, Vh)
        ctx.set_materialize_grads(False)
        return U, S, Vh

    @staticmethod
    def backward(ctx, grad_U, grad_S, grad_Vh):
        U, S, Vh = ctx.saved_tensors
        k = S.shape[-1]
        if ctx.full:
            U, Vh = U.narrow(-1, 0, k), Vh.narrow(-2, 0, k)
            grad_U = None if grad_U is None else grad_U.narrow(-1, 0, k)
            grad_Vh = None if grad_Vh is None else grad_Vh.narrow(-2, 0, k)
        return _svd_backward(grad_U, grad_S, grad_Vh, U, S, Vh), None


def _svd_backward(grad_U, grad_S, grad_Vh, U: Tensor, S: Tensor, Vh: Tensor) -> Tensor | None:
    if grad_U is None and grad_Vh is None:
        return None if grad_S is None else matmul(U * unsqueeze(grad_S, -2), Vh)
    row, column = unsqueeze(S, -2), unsqueeze(S, -1)
    k = S.shape[-1]
    gaps = (row - column) * (row + column) + eye(k, dtype=S.dtype, device=S.device)  # s_j**2 - s_i**2, 1 on the diagonal
    inner = None if grad_S is None else diag_embed(grad_S)
    if grad_U is not None:
        turned = _skew(matmul(transpose(U, -2, -1), grad_U)) / gaps * row
        inner = turned if inner is None else inner + turned
    if grad_Vh is not None:
        turned = column * (_skew(matmul(Vh, transpose(grad_Vh, -2, -1))) / gaps)
        inner = turned if inner is None else inner + turned
    m, n = U.shape[-2], Vh.shape[-1]
    if grad_U is not None and m > k:  # what leaves the space that U spans
        scaled = grad_U / row
        left = matmul(U, inner) + scaled - matmul(U, matmul(transpose(U, -2, -1), scaled))
        result = matmul(left, Vh)
    else:
        result = matmul(matmul(U, inner), Vh)
    if grad_Vh is not None and n > k:
        scaled = grad_Vh / column
        result = result + matmul(U, scaled - matmul(matmul(scaled, transpose(Vh, -2, -1)), Vh))
    return result


def _skew(matrix: Tensor) -> Tensor:
    return matrix - transpose(matrix, -2, -1)


def svdvals(A: Tensor, *, driver: str | None = None, out: Tensor | None = None) -> Tensor:
    """The singular values, descending: (*, m, n) -> (*, min(m, n)). PyTorch: torch.linalg.svdvals."""
    check_matrix(A, "linalg.svd")
    result = LinalgSvd.apply(A, False)[1]
    return result if out is None else deliver(out, "linalg_svdvals", result, A, cast=False)


def legacy_svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out=None) -> "return_types.svd":
    """linalg.svd under its old name, with V in the place of Vh. PyTorch: torch.svd."""
    if input.array.ndim < 2:
        raise RuntimeError("linalg.svd: input should have at least 2 dimensions, but has "
                           f"{input.array.ndim} dimensions instead")
    if compute_uv:
        U, S, Vh = svd(input, not some)
    else:
        U, S, Vh = (each.detach() for each in svd(input, True))
        S = svdvals(input)
        U, Vh = U * 0, Vh * 0
    result = return_types.svd((U, S, transpose(Vh, -2, -1)))
    return result if out is None else deliver_all(out, "svd", result, cast=False)
