"""Matrix products of any strides. PyTorch: aten/src/ATen/native/LinearAlgebra.cu, which calls a BLAS."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def addmm(bias: DeviceArray, a: DeviceArray, b: DeviceArray, alpha=1, beta=1) -> DeviceArray:
    """beta * bias + alpha * (a @ b), with bias broadcast to (M, N). Not read where beta is 0. PyTorch: torch.addmm. Computed on the CPU."""
    return through_the_host(cpu.addmm, bias, a, b, alpha, beta)


def bmm(a: DeviceArray, b: DeviceArray) -> DeviceArray:
    """Products of pairs of matrices: (B, M, K) @ (B, K, N) -> (B, M, N). Strides may be 0. PyTorch: torch.bmm. Computed on the CPU."""
    return through_the_host(cpu.bmm, a, b)


def dot(a: DeviceArray, b: DeviceArray) -> DeviceArray:
    """The sum of the products of two vectors: (K,), (K,) -> (). PyTorch: torch.dot. Computed on the CPU."""
    return through_the_host(cpu.dot, a, b)


def matmul(a: DeviceArray, b: DeviceArray) -> DeviceArray:
    """The product of two matrices: (M, K) @ (K, N) -> (M, N). Any strides. PyTorch: torch.mm. Computed on the CPU."""
    return through_the_host(cpu.matmul, a, b)


def mv(matrix: DeviceArray, vector: DeviceArray) -> DeviceArray:
    """(M, K) @ (K,) -> (M,). PyTorch: torch.mv. Computed on the CPU."""
    return through_the_host(cpu.mv, matrix, vector)
