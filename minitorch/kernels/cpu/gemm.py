"""Matrix products of any strides. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp, which calls a BLAS."""

import numpy as np

from minitorch.kernels.cpu._compile import parallel, prange
from minitorch.kernels.cpu.memory import empty


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The product of two matrices: (M, K) @ (K, N) -> (M, N). Any strides. PyTorch: torch.mm."""
    return bmm(a[None], b[None])[0]


def bmm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Products of pairs of matrices: (B, M, K) @ (B, K, N) -> (B, M, N). Strides may be 0. PyTorch: torch.bmm."""
    result = empty((a.shape[0], a.shape[1], b.shape[2]), a.dtype)
    _bmm(np.ascontiguousarray(a), np.ascontiguousarray(b), result)
    return result


def addmm(bias: np.ndarray, a: np.ndarray, b: np.ndarray, alpha=1, beta=1) -> np.ndarray:
    """beta * bias + alpha * (a @ b); bias is broadcast to (M, N), and not read where beta is 0. PyTorch: torch.addmm."""
    result = matmul(a, b)
    if alpha != 1:
        result *= np.asarray(alpha, result.dtype)
    if beta != 0:
        result += bias * np.asarray(beta, result.dtype)
    return result


def linear(input: np.ndarray, weight: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """input @ weight.T + bias: (N, K), (M, K), (M,) or None -> (N, M). PyTorch: torch.nn.functional.linear."""
    if bias is None:
        return matmul(input, weight.T)
    return addmm(bias, input, weight.T)


def mv(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """(M, K) @ (K,) -> (M,). PyTorch: torch.mv."""
    return matmul(matrix, vector[:, None])[:, 0]


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The sum of the products of two vectors: (K,), (K,) -> (). PyTorch: torch.dot."""
    return matmul(a[None], b[:, None]).reshape(())


@parallel
def _bmm(a, b, result):
    batches, m, k = a.shape
    for row in prange(batches * m):
        out = result[row // m, row % m]
        out[:] = 0
        for i in range(k):
            factor = a[row // m, row % m, i]
            for j in range(out.size):
                out[j] += factor * b[row // m, i, j]
