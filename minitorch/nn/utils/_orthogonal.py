"""Weights that are kept orthogonal. PyTorch: torch/nn/utils/parametrizations.py."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.grad_mode import no_grad
from minitorch.nn.modules.module import Module
from minitorch.nn.utils.parametrize import register_parametrization
from minitorch.ops.comparison import allclose
from minitorch.ops.creation import eye, zeros_like
from minitorch.ops.decompositions import qr
from minitorch.ops.joining import cat
from minitorch.ops.products import matrix_exp
from minitorch.ops.random import randn
from minitorch.ops.solving import solve

MAPS = ("matrix_exp", "cayley", "householder")


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep the columns of a weight (*, m, n), or its rows where m < n, orthonormal.

    The weight is a function of what is learnt: `matrix_exp` (default of square weights) and `cayley` of an antisymmetric
    matrix, `householder` (default) a product of reflections; `use_trivialization`: times the weight there was before.
    Raises ValueError for less than two dimensions. PyTorch: torch.nn.utils.parametrizations.orthogonal.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.dim() < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} dimensions.")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    parametrization = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    register_parametrization(module, name, parametrization, unsafe=True)
    return module


class _Orthogonal(Module):
    """`base`, if there is one, is what the map multiplies: the map itself then starts at the identity."""

    base: Tensor | None

    def __init__(self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True):
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        wide = X.shape[-2] < X.shape[-1]
        X = X.mT if wide else X
        Q = _reflections(X) if self.orthogonal_map == "householder" else self._of_antisymmetric(X)
        if hasattr(self, "base"):
            Q = self.base @ Q
        return Q.mT if wide else Q

    def _of_antisymmetric(self, X: Tensor) -> Tensor:
        rows, columns = X.shape[-2:]
        X = X.tril()
        if rows != columns:
            X = cat([X, X.new_zeros(*X.shape[:-1], rows - columns)], dim=-1)
        A = X - X.mT
        if self.orthogonal_map == "matrix_exp":
            Q = matrix_exp(A)
        else:
            identity = eye(rows, dtype=A.dtype, device=A.device)
            Q = solve(identity - 0.5 * A, identity + 0.5 * A)
        return Q[..., :columns]

    @no_grad()
    def right_inverse(self, weight: Tensor) -> Tensor:
        """What gives this weight. Raises NotImplementedError for the first two maps without a base."""
        if weight.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {weight.shape}."
            )
        wide = weight.shape[-2] < weight.shape[-1]
        Q = weight.mT if wide else weight
        rows, columns = Q.shape[-2:]
        if not hasattr(self, "base"):
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations "
                    "when use_trivialization=False."
                )
            learnt = _to_reflections(Q)
            return learnt.mT if wide else learnt
        if rows == columns:
            self.base = Q.clone() if _is_orthogonal(Q) else _nearest(Q)
        else:
            self.base = _nearest(cat([Q, randn(*Q.shape[:-1], rows - columns, dtype=Q.dtype, device=Q.device)], dim=-1))
        start = zeros_like(weight)  # the maps make the identity of it
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return start


def _reflections(X: Tensor) -> Tensor:
    """(I - tau v v^T) for each column of X in turn, with v: 1 at the diagonal, X below; the first columns of the product.

    The diagonal of X, 1 or -1, is the sign of each column. PyTorch: torch.linalg.householder_product.
    """
    rows, columns = X.shape[-2:]
    below = X.tril(-1)
    tau = 2.0 / (1.0 + (below * below).sum(dim=-2))
    identity = eye(rows, columns, dtype=X.dtype, device=X.device)
    v = below + identity
    Q = identity.expand(X.shape)
    for i in reversed(range(columns)):
        each = v[..., i : i + 1]
        Q = Q - tau[..., i, None, None] * each @ (each.mT @ Q)
    return Q * X.diagonal(dim1=-2, dim2=-1).to(types.int32).unsqueeze(-2)


def _to_reflections(Q: Tensor) -> Tensor:
    """What `_reflections` makes an orthogonal Q of: LAPACK's geqrf."""
    packed, tau = np.linalg.qr(Q.detach().cpu().numpy(), mode="raw")
    result = wrap(np.ascontiguousarray(packed.swapaxes(-1, -2)))
    diagonal = result.diagonal(dim1=-2, dim2=-1)
    diagonal.sign_()
    diagonal[wrap(tau) == 0.0] *= -1
    return result.to(Q.device)


def _nearest(A: Tensor) -> Tensor:
    """Columns made orthonormal one after the other."""
    Q, R = qr(A)
    return Q * R.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)


def _is_orthogonal(Q: Tensor) -> bool:
    close = 10 * Q.shape[-2] * types.finfo(Q.dtype).eps
    return allclose(Q.mT @ Q, eye(Q.shape[-1], dtype=Q.dtype, device=Q.device).expand(*Q.shape[:-2], -1, -1), atol=close)
