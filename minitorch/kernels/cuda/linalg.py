"""Decompositions of matrices, by LAPACK on the CPU. PyTorch: aten/src/ATen/native/cuda/linalg/BatchLinearAlgebra.cpp (cuSOLVER).

The matrices are copied to the CPU, decomposed there by NumPy's LAPACK, and the results copied back: a decomposition is a
long chain of short steps, and would be a page of code for each. Every call waits for the GPU.
"""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def cholesky(array: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """The lower factors, read from the lower triangles, and info: the first leading minor that is not positive. Computed on the CPU."""
    return through_the_host(cpu.cholesky, array)


def eigh(array: DeviceArray, upper: bool) -> tuple[DeviceArray, DeviceArray]:
    """Eigenvalues in ascending order and eigenvectors (columns), read from one triangle. Raises LinAlgError. Computed on the CPU."""
    return through_the_host(cpu.eigh, array, upper)


def householder(array: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """R with the reflectors of Q below its diagonal, and their factors tau (LAPACK's geqrf). Computed on the CPU."""
    return through_the_host(cpu.householder, array)


def inverse(array: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """The inverses and info. Computed on the CPU."""
    return through_the_host(cpu.inverse, array)


def lu(array: DeviceArray, pivot: bool=True) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """L (below the diagonal) and U in one matrix, the rows exchanged at each step (int32, from 1), and info. Computed on the CPU."""
    return through_the_host(cpu.lu, array, pivot)


def qr(array: DeviceArray, mode: str) -> tuple[DeviceArray, DeviceArray]:
    """Q and R; `mode` is "reduced", "complete" or "r" (where Q is empty). Computed on the CPU."""
    return through_the_host(cpu.qr, array, mode)


def solve(array: DeviceArray, right: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """X with array @ X = right (of the same batches, *, rows, k), and info. Computed on the CPU."""
    return through_the_host(cpu.solve, array, right)


def solve_triangular(array: DeviceArray, right: DeviceArray, upper: bool, unit: bool) -> DeviceArray:
    """X with triangle(array) @ X = right, of the same batches; `unit`: the diagonal counts as ones. Computed on the CPU."""
    return through_the_host(cpu.solve_triangular, array, right, upper, unit)


def svd(array: DeviceArray, full: bool) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """U, the singular values in descending order, and V transposed. Raises LinAlgError where it does not converge. Computed on the CPU."""
    return through_the_host(cpu.svd, array, full)
