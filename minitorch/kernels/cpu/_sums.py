"""Sums over one contiguous line, in float64. PyTorch: aten/src/ATen/native/cpu/SumKernel.cpp (cascade_sum).

The order of the terms is the compiler's, which so can add vectors; it is the same in every run.
"""

from minitorch.kernels.cpu._compile import REGROUP, serial


def _total_of(line):
    total = 0.0
    for i in range(line.size):
        total += line[i]
    return total


def _total_of_products(a, b):
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


total_of = serial(_total_of, fastmath=REGROUP)
total_of_products = serial(_total_of_products, fastmath=REGROUP)
