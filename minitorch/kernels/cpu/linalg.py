"""Decompositions of matrices: NumPy's LAPACK, and two plain loops that it lacks. PyTorch: BatchLinearAlgebraKernel.cpp.

Every array is a batch of matrices (*, rows, columns) of float32 or float64. Where a matrix may have no decomposition,
`info` says so per matrix, as LAPACK counts: 0 for success, else the place (from 1) where it broke down.
"""

import numpy as np

from minitorch.kernels.cpu._compile import serial


def inverse(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inverses and info."""
    return solve(array, np.broadcast_to(np.eye(array.shape[-1], dtype=array.dtype), array.shape))


def solve(array: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """X with array @ X = right (of the same batches, *, rows, k), and info."""
    info = np.zeros(array.shape[:-2], np.int32)
    try:
        return np.linalg.solve(array, right), info
    except np.linalg.LinAlgError:  # some of the matrices are singular: the others are solved one by one
        result = np.zeros_like(right, subok=False)
        info[...] = lu(array)[2]
        for place in np.argwhere(info == 0):
            place = tuple(place)
            result[place] = np.linalg.solve(array[place], right[place])
        return result, info


def lu(array: np.ndarray, pivot: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """L (below the diagonal) and U in one matrix, the rows exchanged at each step (int32, from 1), and info."""
    result = array.copy(order="C")
    rows, columns = array.shape[-2:]
    pivots = np.empty((*array.shape[:-2], min(rows, columns)), np.int32)
    info = np.zeros(array.shape[:-2], np.int32)
    if result.size:
        _lu(result.reshape(-1, rows, columns), pivots.reshape(-1, pivots.shape[-1]), info.reshape(-1), pivot)
    return result, pivots, info


@serial
def _lu(batch, pivots, info, pivot):
    """Gauss with partial pivoting; a column without a pivot is left as it is, and named in info."""
    count, rows, columns = batch.shape
    for b in range(count):
        matrix = batch[b]
        for k in range(min(rows, columns)):
            best = k
            if pivot:
                for i in range(k + 1, rows):
                    if abs(matrix[i, k]) > abs(matrix[best, k]):
                        best = i
            pivots[b, k] = best + 1
            if matrix[best, k] == 0:
                if info[b] == 0:
                    info[b] = k + 1
                continue
            if best != k:
                for j in range(columns):
                    matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
            for i in range(k + 1, rows):
                factor = matrix[i, k] / matrix[k, k]
                matrix[i, k] = factor
                for j in range(k + 1, columns):
                    matrix[i, j] -= factor * matrix[k, j]


def solve_triangular(array: np.ndarray, right: np.ndarray, upper: bool, unit: bool) -> np.ndarray:
    """X with triangle(array) @ X = right, of the same batches; `unit`: the diagonal counts as ones."""
    result = right.copy(order="C")
    if result.size:
        triangles = np.ascontiguousarray(array).reshape(-1, *array.shape[-2:])
        _substitute(triangles, result.reshape(-1, *right.shape[-2:]), upper, unit)
    return result


@serial
def _substitute(triangles, right, upper, unit):
    """Row by row: what is known of the solution is taken away from the rows that follow."""
    count, rows, columns = right.shape
    for b in range(count):
        for step in range(rows):
            k = rows - 1 - step if upper else step
            if not unit:
                for j in range(columns):
                    right[b, k, j] /= triangles[b, k, k]
            for rest in range(rows - 1 - step):
                i = rest if upper else k + 1 + rest
                factor = triangles[b, i, k]
                for j in range(columns):
                    right[b, i, j] -= factor * right[b, k, j]


def cholesky(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lower factors, read from the lower triangles, and info: the first leading minor that is not positive."""
    info = np.zeros(array.shape[:-2], np.int32)
    try:
        return np.linalg.cholesky(array), info
    except np.linalg.LinAlgError:
        result = np.tril(array)
        for place in np.ndindex(info.shape):
            info[place] = _first_bad_minor(array[place])
            if not info[place]:
                result[place] = np.linalg.cholesky(array[place])
        return result, info


def _first_bad_minor(matrix: np.ndarray) -> int:
    for size in range(1, matrix.shape[0] + 1):
        try:
            np.linalg.cholesky(matrix[:size, :size])
        except np.linalg.LinAlgError:
            return size
    return 0


def qr(array: np.ndarray, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """Q and R; `mode` is "reduced", "complete" or "r" (where Q is empty)."""
    if mode == "r":
        return np.empty(0, array.dtype), np.linalg.qr(array, "r")
    result = np.linalg.qr(array, mode)
    return result[0], result[1]


def eigh(array: np.ndarray, upper: bool) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues in ascending order and eigenvectors (columns), read from one triangle. Raises LinAlgError."""
    values, vectors = np.linalg.eigh(array, "U" if upper else "L")
    return values, vectors


def svd(array: np.ndarray, full: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """U, the singular values in descending order, and V transposed. Raises LinAlgError where it does not converge."""
    u, s, vh = np.linalg.svd(array, full)
    return u, s, vh


def householder(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R with the reflectors of Q below its diagonal, and their factors tau (LAPACK's geqrf)."""
    packed, tau = np.linalg.qr(array, "raw")
    return packed.swapaxes(-2, -1), tau
