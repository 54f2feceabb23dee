"""LU decompositions, what is solved with them, and their gradients. Oracle: torch."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")

SHAPES = [(4, 4), (2, 3, 3), (5, 3), (3, 5), (1, 1), (2, 1, 3, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_factors(shape):
    """The factors, the exchanges, and the product of the unpacked ones."""

    def body(lib, A):
        LU, pivots = lib.linalg.lu_factor(A)
        P, L, U = lib.linalg.lu(A)
        ex = lib.linalg.lu_factor_ex(A)
        parts = lib.lu_unpack(LU, pivots)
        return LU, pivots, P, L, U, ex.info, parts.P, parts.L, parts.U, P @ L @ U, lib.lu(A)[0]

    check(body, Input(shape, dtype="float64"), grad=False, strides=False)


@pytest.mark.parametrize("shape", [(4, 4), (2, 3, 3)], ids=str)
def test_gradients(shape):
    check(lambda lib, A: lib.linalg.lu_factor(A).LU, Input(shape, dtype="float64"), strides=False)
    check(lambda lib, A: lib.linalg.lu(A)[1:], Input(shape, dtype="float64"), strides=False)


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("adjoint", [True, False])
def test_solving(left, adjoint):
    """A @ X = B, X @ A = B, and of the transpose, with gradients of both."""

    def body(lib, A, B):
        LU, pivots = lib.linalg.lu_factor(A)
        return lib.linalg.lu_solve(LU, pivots, B if left else B.mT, left=left, adjoint=adjoint)

    check(body, Input((2, 3, 3), dtype="float64"), Input((2, 3, 2), dtype="float64"), strides=False)


def test_the_older_name():
    def body(lib, A, B):
        return lib.lu_solve(B, *lib.linalg.lu_factor(A))

    check(body, Input((3, 3), dtype="float64"), Input((3, 2), dtype="float64"), strides=False)


def test_refusals():
    check(lambda lib: lib.linalg.lu_factor(lib.zeros(2, 2)), raises=RuntimeError)
    check(lambda lib: lib.linalg.lu_factor_ex(lib.zeros(2, 2)), grad=False, strides=False)
    check(lambda lib: lib.linalg.lu_factor(lib.ones(2)), raises=RuntimeError)
    check(lambda lib: lib.linalg.lu_factor(lib.ones(2, 2), pivot=False), raises=RuntimeError)
    check(lambda lib: lib.linalg.lu_factor(lib.ones(2, 2, dtype=lib.int64)), raises=NotImplementedError)
