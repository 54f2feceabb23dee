"""Triangular systems, and Cholesky's factors. PyTorch: aten/src/ATen/native/BatchLinearAlgebra.cpp."""

from minitorch import return_types, types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.creation import eye
from minitorch.ops.matmul import matmul
from minitorch.ops.matrices import LinAlgError, by_columns, by_rows, check_matrix, check_square, first_failure
from minitorch.ops.out import deliver, deliver_all
from minitorch.ops.promotion import broadcast
from minitorch.ops.shape import expand, transpose
from minitorch.ops.sizes import contiguous_format
from minitorch.ops.triangles import tril, triu


def solve_triangular(
    A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False, out: Tensor | None = None
) -> Tensor:
    """X with triangle(A) @ X = B, or X @ triangle(A) = B without `left`; batches broadcast. No check for zeros.

    `unitriangular`: the diagonal counts as ones. PyTorch: torch.linalg.solve_triangular.
    """
    check_square(A, "linalg.solve_triangular")
    check_matrix(B, "linalg.solve_triangular", "B")
    check_same(A, B, "linalg.solve_triangular")
    check_fits(A, B, left, "linalg.solve_triangular")
    A, B = broadcast_batches(A, B)
    if left:
        result = LinalgSolveTriangular.apply(A, B, upper, unitriangular, True)
    else:
        flipped = LinalgSolveTriangular.apply(transpose(A, -2, -1), transpose(B, -2, -1), not upper, unitriangular, False)
        result = transpose(flipped, -2, -1)
    return result if out is None else deliver(out, "linalg_solve_triangular", result, cast=False)


class LinalgSolveTriangular(Function):
    """derivatives.yaml: linalg_solve_triangular."""

    @staticmethod
    def forward(ctx, A, B, upper, unit, columns):
        result = A.kernels.solve_triangular(A.array, B.array, upper, unit)
        result = by_columns(result) if columns else by_rows(result)
        ctx.save_for_backward(A, result)
        ctx.upper, ctx.unit = upper, unit
        return result

    @staticmethod
    def backward(ctx, grad):
        A, X = ctx.saved_tensors
        grad_B = solve_triangular(transpose(A, -2, -1), grad, upper=not ctx.upper, unitriangular=ctx.unit)
        grad_A = None
        if ctx.needs_input_grad[0]:
            grad_A = -matmul(grad_B, transpose(X, -2, -1))
            grad_A = triu(grad_A, int(ctx.unit)) if ctx.upper else tril(grad_A, -int(ctx.unit))
        return grad_A, grad_B if ctx.needs_input_grad[1] else None, None, None, None


def triangular_solve(
    b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False, *, out=None
) -> "return_types.triangular_solve":
    """linalg.solve_triangular under its old name; the second result is a copy of A. PyTorch: torch.triangular_solve."""
    if A.array.ndim >= 2 and b.array.ndim >= 2 and A.array.shape[-2] != b.array.shape[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for triangular_solve: each A matrix is {A.array.shape[-2]} by "
            f"{A.array.shape[-1]} but each b matrix is {b.array.shape[-2]} by {b.array.shape[-1]}"
        )
    batch = broadcast(A.array.shape[:-2], b.array.shape[:-2])
    matrix = _mT(A) if transpose else A
    solution = solve_triangular(matrix, b, upper=upper != transpose, unitriangular=unitriangular)
    copy = _mT(_mT(expand(A, (*batch, *A.array.shape[-2:]))).contiguous().clone())
    result = return_types.triangular_solve((solution, copy))
    return result if out is None else deliver_all(out, "triangular_solve", result, cast=False)


def _mT(matrix: Tensor) -> Tensor:
    return transpose(matrix, -2, -1)


def cholesky(A: Tensor, *, upper: bool = False, out: Tensor | None = None) -> Tensor:
    """L with A = L @ L.mT, lower triangular (or U with A = U.mT @ U), of symmetric positive-definite matrices.

    Reads one triangle. Raises LinAlgError for a matrix that is not positive-definite. PyTorch: torch.linalg.cholesky.
    """
    return _cholesky("linalg.cholesky", A, upper, out)


def legacy_cholesky(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """linalg.cholesky under its old name. PyTorch: torch.cholesky."""
    if input.array.size == 0 and out is None:
        return input.clone(memory_format=contiguous_format)
    return _cholesky("cholesky", input, upper, out)


def _cholesky(function: str, A: Tensor, upper: bool, out: Tensor | None) -> Tensor:
    check_square(A, function)
    L, info = LinalgCholeskyEx.apply(A, upper)
    check_cholesky(function, info)
    return L if out is None else deliver(out, function.replace(".", "_"), L, cast=False)


def check_cholesky(function: str, info: Tensor) -> None:
    """Raise LinAlgError for the first matrix that failed."""
    if failure := first_failure(info):
        which, order = failure
        raise LinAlgError(
            f"{function}: {which}The factorization could not be completed because the input is not positive-definite "
            f"(the leading minor of order {order} is not positive-definite)."
        )


def cholesky_ex(
    A: Tensor, *, upper: bool = False, check_errors: bool = False, out=None
) -> "return_types.linalg_cholesky_ex":
    """cholesky without the check: L, and per matrix the order of the first bad minor, or 0. PyTorch: torch.linalg.cholesky_ex."""
    check_square(A, "linalg.cholesky_ex")
    result = return_types.linalg_cholesky_ex(LinalgCholeskyEx.apply(A, upper))
    if check_errors:
        check_cholesky("linalg.cholesky_ex", result[1])
    return result if out is None else deliver_all(out, "linalg_cholesky_ex", result, cast=False)


class LinalgCholeskyEx(Function):
    """derivatives.yaml: linalg_cholesky_ex. Murray, Differentiation of the Cholesky decomposition (2016)."""

    @staticmethod
    def forward(ctx, A, upper):
        array = A.array.swapaxes(-2, -1) if upper else A.array
        factor, info = A.kernels.cholesky(array)
        result = by_columns(factor.swapaxes(-2, -1) if upper else factor)
        ctx.upper = upper
        ctx.save_for_backward(result)
        return result, wrap(info)

    @staticmethod
    def backward(ctx, grad, unused):
        (L,) = ctx.saved_tensors
        if ctx.upper:
            L, grad = _mT(L), _mT(grad)
        phi = tril(matmul(_mT(L), grad))
        phi = phi - tril(triu(phi)) / 2
        inner = solve_triangular(_mT(L), phi, upper=True)
        grad_A = solve_triangular(L, inner, upper=False, left=False)
        return (grad_A + _mT(grad_A)) / 2, None


def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """X with (L @ L.mT) @ X = B, L a Cholesky factor; batches broadcast. PyTorch: torch.cholesky_solve."""
    for name, each in (("b", B), ("u", L)):
        if each.array.ndim < 2:
            raise RuntimeError(f"{name} should have at least 2 dimensions, but has {each.array.ndim} dimensions instead")
    if L.array.shape[-1] != L.array.shape[-2]:
        raise RuntimeError(f"A must be batches of square matrices, but they are {L.shape[-2]} by {L.shape[-1]} matrices")
    if L.array.shape[-1] != B.array.shape[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for cholesky_solve: each A matrix is {L.shape[-1]} by {L.shape[-1]} but each b "
            f"matrix is {B.shape[-2]} by {B.shape[-1]}"
        )
    result = CholeskySolve.apply(*broadcast_batches(B, L), upper)
    return result if out is None else deliver(out, "cholesky_solve", result)


class CholeskySolve(Function):
    """derivatives.yaml: cholesky_solve."""

    @staticmethod
    def forward(ctx, B, L, upper):
        kernels = B.kernels
        lower = L.array.swapaxes(-2, -1) if upper else L.array
        half = kernels.solve_triangular(lower, B.array, False, False)
        result = by_columns(kernels.solve_triangular(lower.swapaxes(-2, -1), half, True, False))
        ctx.save_for_backward(L, result)
        ctx.upper = upper
        return result

    @staticmethod
    def backward(ctx, grad):
        L, X = ctx.saved_tensors
        grad_B = cholesky_solve(grad, L, ctx.upper)
        grad_L = None
        if ctx.needs_input_grad[1]:
            both = matmul(grad_B, _mT(X))
            both = both + _mT(both)
            grad_L = -matmul(L, both) if ctx.upper else -matmul(both, L)
        return grad_B if ctx.needs_input_grad[0] else None, grad_L, None


def cholesky_inverse(L: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """The inverse of L @ L.mT, L a Cholesky factor. PyTorch: torch.cholesky_inverse."""
    check_square(L, "cholesky_inverse")
    result = CholeskySolve.apply(expand(eye(L.shape[-1], dtype=L.dtype, device=L.device), L.shape), L, upper)
    return result if out is None else deliver(out, "cholesky_inverse", result)


def check_same(A: Tensor, B: Tensor, function: str) -> None:
    """Raise RuntimeError in PyTorch's words for two dtypes."""
    if A.array.dtype != B.array.dtype:
        raise RuntimeError(
            f"{function}: Expected A and B to have the same dtype, but found A of type "
            f"{types.SCALAR_NAME[A.dtype]} and B of type {types.SCALAR_NAME[B.dtype]} instead"
        )


def check_fits(A: Tensor, B: Tensor, left: bool, function: str) -> None:
    """Raise RuntimeError in PyTorch's words unless AX = B, or XA = B, has a shape."""
    if A.array.shape[-2 if left else -1] != B.array.shape[-2 if left else -1]:
        rows, columns = A.array.shape[-2:]
        raise RuntimeError(
            f"{function}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({rows}x{columns} and {B.array.shape[-2]}x{B.array.shape[-1]})"
        )


def broadcast_batches(A: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:
    """Both expanded to common batches."""
    batch = broadcast(A.array.shape[:-2], B.array.shape[:-2])
    return tuple([
        each if each.array.shape[:-2] == batch else expand(each, (*batch, *each.array.shape[-2:])) for each in (A, B)
    ])
