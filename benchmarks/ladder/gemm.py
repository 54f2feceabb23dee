"""From three loops in Python to the speed of the machine: a matrix product at five rungs. PyTorch: torch.mm.

    python benchmarks/ladder/gemm.py
    python benchmarks/ladder/gemm.py --size 1024 --plot gemm.png

The problem is always the same: c[i, j] is the sum over p of a[i, p] * b[p, j]. Read from top to bottom; each rung says
what the one above it wastes.
"""

import numpy as np
from ladder import Rung, main
from numba import njit, prange

from minitorch.kernels.cpu.gemm import matmul


def python(a, b):
    """The definition. Every number is an object: a multiplication of two of them costs some 30 ns, and the processor
    spends 99 % of that on finding out that they are numbers."""
    a, b = a.tolist(), b.tolist()
    columns = list(zip(*b))
    return np.array([[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a], np.float32)


def numpy(a, b):
    """Whole arrays at a time: one row of b is scaled and added to all rows of c. The loop over elements runs in C, but
    each of the k passes reads and writes all of c, and a product as large as c between them: memory is the limit."""
    c = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for p in range(a.shape[1]):
        c += a[:, p, None] * b[p]
    return c


@njit(error_model="numpy", fastmath={"contract"})
def plain(a, b):
    """The three loops again, compiled. j is innermost, so that neighbours in memory are used one after the other and
    the compiler can take them 8 or 16 at a time (one vector). A row of c now stays in the first-level cache. But each
    multiply-add still needs two loads and a store, and a processor starts one store for every two multiply-adds."""
    c = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for i in range(a.shape[0]):
        for p in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, p] * b[p, j]
    return c


@njit(parallel=True, error_model="numpy", fastmath={"contract"})
def parallel(a, b):
    """The same with all cores: rows of c are independent. At best the speed is multiplied by the number of cores."""
    c = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for i in prange(a.shape[0]):
        for p in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, p] * b[p, j]
    return c


def micro_kernel(a, b):
    """minitorch's own: a block of c, say 14 x 32, stays in *registers* while p runs, so a step costs 2 + 14 loads and
    no store for 28 multiply-adds of whole vectors. Blocks of a and b are packed for the caches. How and why, number
    by number: minitorch/kernels/cpu/microkernel.py and gemm.py."""
    return matmul(a, b)


def openblas(a, b):
    """What `@` does in NumPy: thirty years of hand-written assembly."""
    return a @ b


def make(size):
    generator = np.random.default_rng(0)
    return tuple(generator.standard_normal((2, size, size), np.float32))


def few_rows(a, b):
    """A part of the problem for a rung that would need minutes."""
    return a[:4], b


def flops(a, b):
    return 2.0 * a.shape[0] * a.shape[1] * b.shape[1]


RUNGS = [
    Rung("pure Python", python, few_rows),
    Rung("NumPy, a row at a time", numpy),
    Rung("Numba, plain loops", plain),
    Rung("Numba, parallel loops", parallel),
    Rung("micro-kernel", micro_kernel),
    Rung("(OpenBLAS, to compare)", openblas),
]

if __name__ == "__main__":
    main("A matrix product at five rungs.", "{size} x {size} times {size} x {size}, float32", RUNGS, make, flops, 512)
