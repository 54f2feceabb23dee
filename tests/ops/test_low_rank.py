"""The largest singular values by random projections. Oracle: torch."""

import pytest
from helpers import check

pytestmark = pytest.mark.usefixtures("device")


@pytest.mark.parametrize("shape", [(9, 5), (5, 9), (2, 8, 4)], ids=str)
def test_svd_lowrank(shape):
    """Values, the product, and the generator's state, for a matrix of rank 3 and one of full rank."""

    def body(lib):
        lib.manual_seed(0)
        full = lib.randn(*shape, dtype=lib.float64)
        low = full[..., :3] @ lib.randn(3, 7, dtype=lib.float64)
        parts = []
        for matrix, q in ((low, 4), (full, 3)):
            U, S, V = lib.svd_lowrank(matrix, q)
            parts += [(U * S.unsqueeze(-2)) @ V.mT, S, U.shape, V.shape]
        U, S, V = lib.svd_lowrank(full, 2, niter=0, M=full.mean(-1, keepdim=True))
        return parts, S, lib.rand(1)

    check(body, grad=False)


@pytest.mark.parametrize("options", [{}, {"q": 2}, {"q": 3, "center": False, "niter": 4}], ids=str)
def test_pca_lowrank(options):
    def body(lib):
        lib.manual_seed(0)
        U, S, V = lib.pca_lowrank(lib.randn(20, 6, dtype=lib.float64) + 1, **options)
        return S, (U * S) @ V.T

    check(body, grad=False)


def test_refusals():
    check(lambda lib: lib.pca_lowrank(lib.ones(3, 2), q=3), raises=ValueError)
    check(lambda lib: lib.pca_lowrank(lib.ones(3, 2), niter=-1), raises=ValueError)


def test_vander():
    """Powers as columns, either way round, of numbers of either kind."""

    def body(lib):
        x = lib.tensor([1.0, 2.0, -0.5])
        return lib.vander(x), lib.vander(x, 2), lib.vander(x, N=5, increasing=True), lib.vander(lib.arange(4), 3)

    check(body, grad=False)
    check(lambda lib: lib.vander(lib.ones(2, 2)), raises=RuntimeError)
