"""Matrix products of any strides. PyTorch: aten/src/ATen/native/cuda/Blas.cpp, which calls cuBLAS."""

import numpy as np

from minitorch.kernels.cuda._compile import device
from minitorch.kernels.cuda._product import Factor, Product
from minitorch.kernels.cuda.array import DeviceArray, check
from minitorch.kernels.cuda.memory import empty, zeros
from minitorch.kernels.cuda.pointwise import cast, copy_into


def matmul(a: DeviceArray, b: DeviceArray) -> DeviceArray:
    """The product of two matrices: (M, K) @ (K, N) -> (M, N). Any strides. PyTorch: torch.mm."""
    result = empty((a.shape[0], b.shape[1]), a.dtype)
    _product(a[None], b[None], result[None], None, 1, 0)
    return result


def addmm(bias: DeviceArray, a: DeviceArray, b: DeviceArray, alpha=1, beta=1) -> DeviceArray:
    """beta * bias + alpha * (a @ b), with bias broadcast to (M, N). Not read where beta is 0. PyTorch: torch.addmm."""
    result = empty((a.shape[0], b.shape[1]), a.dtype)
    _product(a[None], b[None], result[None], bias, alpha, beta)
    return result


def bmm(a: DeviceArray, b: DeviceArray) -> DeviceArray:
    """Products of pairs of matrices: (B, M, K) @ (B, K, N) -> (B, M, N). Strides may be 0. PyTorch: torch.bmm."""
    result = empty((a.shape[0], a.shape[1], b.shape[2]), a.dtype)
    _product(a, b, result, None, 1, 0)
    return result


def mv(matrix: DeviceArray, vector: DeviceArray) -> DeviceArray:
    """(M, K) @ (K,) -> (M,). PyTorch: torch.mv."""
    return matmul(matrix, vector[:, None])[:, 0]


def dot(a: DeviceArray, b: DeviceArray) -> DeviceArray:
    """The sum of the products of two vectors: (K,), (K,) -> (). PyTorch: torch.dot."""
    return matmul(a[None], b[:, None]).reshape(())


def _product(a: DeviceArray, b: DeviceArray, result: DeviceArray, bias: DeviceArray | None, alpha, beta) -> None:
    """result = beta * bias + alpha * (a @ b), for every batch; `result` is contiguous, `bias` (of no batch) is broadcast."""
    check(a, b, bias)
    if a.dtype.char == "e":  # float16 is multiplied in float32, and rounded once
        single = np.dtype(np.float32)
        wide = empty(result.shape, single)
        _product(cast(a, single), cast(b, single), wide, None if bias is None else cast(bias, single), alpha, beta)
        copy_into(result, wide)
        return
    (batches, m, k), n = a.shape, b.shape[2]
    if result.size == 0:
        return
    if k == 0:
        a, b = zeros((1, 1, 1), a.dtype), zeros((1, 1, 1), a.dtype)  # read by nobody
    dtype = result.dtype
    steps = (0, 0)
    if bias is None or beta == 0:
        bias, beta = result, 0
    else:
        shape = (1,) * (2 - bias.ndim) + bias.shape
        strides = (0,) * (2 - bias.ndim) + bias.steps
        steps = tuple([0 if size == 1 else step for size, step in zip(shape, strides)])
    numbers = (*a.steps, *b.steps, *steps, m * n, n)
    run = _PRODUCTS[a.steps[2] == 1, b.steps[2] != 1]
    run(a, b, result, bias, result, (batches, m, n, k), numbers, (dtype.type(alpha), dtype.type(beta)))


# numbers: strides of a (batch, m, k), of b (batch, k, n), of the bias (m, n), and of the result (batch, m).


@device
def _row(numbers, table, batch, m):
    return batch * numbers[0] + m * numbers[1]


@device
def _element_of_a(a, numbers, table, row, k):
    return a[row + k * numbers[2]]


@device
def _column(numbers, table, batch, n):
    return batch * numbers[3] + n * numbers[5]


@device
def _element_of_b(b, numbers, table, column, k):
    return b[column + k * numbers[4]]


@device
def _finish(out, init, numbers, factors, batch, m, n, total):
    value = factors[0] * total
    if factors[1] != 0:
        value += factors[1] * init[m * numbers[6] + n * numbers[7]]
    out[batch * numbers[8] + m * numbers[9] + n] = value


_PRODUCTS = {
    (a_along_k, b_along_k): Product(
        Factor(_row, _element_of_a, a_along_k), Factor(_column, _element_of_b, b_along_k), _finish
    )
    for a_along_k in (False, True)
    for b_along_k in (False, True)
}
