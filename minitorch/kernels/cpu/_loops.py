"""The loops under every pointwise kernel, over one, two or three operands. PyTorch: aten/src/ATen/native/cpu/Loops.h."""

from numba.extending import register_jitable

from minitorch.kernels.cpu._address import elements_at
from minitorch.kernels.cpu._compile import GRAIN, prange

# The flat loops are compiled twice: `prange` is `range` in the serial one. They count from zero: Numba asks
# of an index that might be negative whether it counts from the end, LLVM then gives up on vectors, and relu of 1.6
# million elements took 1,200 us instead of 80.


def _flat_1(f):
    def flat(out, a, scalars):
        for i in prange(out.size):
            out[i] = f(a[i], *scalars)

    return flat


def _flat_2(f):
    def flat(out, a, b, scalars):
        for i in prange(out.size):
            out[i] = f(a[i], b[i], *scalars)

    return flat


def _flat_3(f):
    def flat(out, a, b, c, scalars):
        for i in prange(out.size):
            out[i] = f(a[i], b[i], c[i], *scalars)

    return flat


# Rows of windows with four dimensions. A row whose elements are neighbours, or one number again and again, is read through a
# plain pointer, which LLVM can do in vectors: a bias added to 4096 x 1024 took 700 us with strides alone, and takes 240 so.


def _rows_1(f):
    def rows(out, a, scalars):
        n0, n1, n2, n3 = out.shape
        per_chunk = max(1, GRAIN // n3)
        dense = _is_line(out) and _is_line(a)
        for chunk in prange((n0 * n1 * n2 + per_chunk - 1) // per_chunk):
            for row in range(chunk * per_chunk, min(n0 * n1 * n2, (chunk + 1) * per_chunk)):
                i, j, k = row // (n1 * n2), row // n2 % n1, row % n2
                if dense:
                    to, x = _line(out, i, j, k), _line(a, i, j, k)
                    for m in range(n3):
                        to[m] = f(x[m], *scalars)
                else:
                    for m in range(n3):
                        out[i, j, k, m] = f(a[i, j, k, m], *scalars)

    return rows


def _rows_2(f):
    def rows(out, a, b, scalars):
        n0, n1, n2, n3 = out.shape
        per_chunk = max(1, GRAIN // n3)
        dense = _is_line(out) and (_is_line(a) or _is_number(a)) and (_is_line(b) or _is_number(b))
        for chunk in prange((n0 * n1 * n2 + per_chunk - 1) // per_chunk):
            for row in range(chunk * per_chunk, min(n0 * n1 * n2, (chunk + 1) * per_chunk)):
                i, j, k = row // (n1 * n2), row // n2 % n1, row % n2
                if dense:
                    to, x, y = _line(out, i, j, k), _line(a, i, j, k), _line(b, i, j, k)
                    if _is_number(b):
                        number = y[0]
                        for m in range(n3):
                            to[m] = f(x[m], number, *scalars)
                    elif _is_number(a):
                        number = x[0]
                        for m in range(n3):
                            to[m] = f(number, y[m], *scalars)
                    else:
                        for m in range(n3):
                            to[m] = f(x[m], y[m], *scalars)
                else:
                    for m in range(n3):
                        out[i, j, k, m] = f(a[i, j, k, m], b[i, j, k, m], *scalars)

    return rows


def _rows_3(f):
    def rows(out, a, b, c, scalars):
        n0, n1, n2, n3 = out.shape
        per_chunk = max(1, GRAIN // n3)
        dense = _is_line(out) and _is_line(a) and _is_line(b) and _is_line(c)
        for chunk in prange((n0 * n1 * n2 + per_chunk - 1) // per_chunk):
            for row in range(chunk * per_chunk, min(n0 * n1 * n2, (chunk + 1) * per_chunk)):
                i, j, k = row // (n1 * n2), row // n2 % n1, row % n2
                if dense:
                    to, x, y, z = _line(out, i, j, k), _line(a, i, j, k), _line(b, i, j, k), _line(c, i, j, k)
                    for m in range(n3):
                        to[m] = f(x[m], y[m], z[m], *scalars)
                else:
                    for m in range(n3):
                        out[i, j, k, m] = f(a[i, j, k, m], b[i, j, k, m], c[i, j, k, m], *scalars)

    return rows


@register_jitable
def _is_line(array):
    return array.strides[3] == array.itemsize


@register_jitable
def _is_number(array):
    return array.strides[3] == 0


@register_jitable
def _line(array, i, j, k):
    """The elements from [i, j, k, 0] on. No bounds: the loops above keep inside the row."""
    steps = array.strides
    return elements_at(array.ctypes.data + i * steps[0] + j * steps[1] + k * steps[2], array)


FLAT = {1: _flat_1, 2: _flat_2, 3: _flat_3}
ROWS = {1: _rows_1, 2: _rows_2, 3: _rows_3}
