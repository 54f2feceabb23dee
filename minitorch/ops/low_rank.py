"""The largest singular values by random projections. PyTorch: torch/_lowrank.py.

Algorithms 4.4 and 5.1 of Halko, Martinsson and Tropp (2009), "Finding structure with randomness".
"""

from minitorch._tensor import Tensor
from minitorch.ops.decompositions import qr, svd
from minitorch.ops.random import randn


def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """U, S, V with A - M about U @ diag(S) @ V.T: (..., m, q), (..., q), (..., n, q). PyTorch: torch.svd_lowrank."""
    A = A if M is None else A - M
    turned = A.shape[-2] < A.shape[-1]
    tall = A.mT if turned else A
    basis = qr(tall @ randn(tall.shape[-1], 6 if q is None else q, dtype=A.dtype, device=A.device)).Q
    for _ in range(2 if niter is None else niter):
        basis = qr(tall @ qr(tall.mT @ basis).Q).Q
    U, S, Vh = svd(basis.mT @ tall, full_matrices=False)
    return (Vh.mT, S, basis @ U) if turned else (basis @ U, S, Vh.mT)


def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """svd_lowrank of the centred rows. ValueError for q outside of 0 to min(m, n). PyTorch: torch.pca_lowrank."""
    most = min(A.shape[-2:])
    if q is None:
        q = min(6, most)
    elif not 0 <= q <= most:
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={most}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(dim=-2, keepdim=True) if center else A, q, niter)
