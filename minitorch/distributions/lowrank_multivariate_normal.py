"""Normal vectors with few directions of covariance. PyTorch: torch/distributions/lowrank_multivariate_normal.py."""

import math
from functools import cached_property

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution


class LowRankMultivariateNormal(Distribution):
    """With covariance cov_factor @ cov_factor.T + diag(cov_diag): loc (..., n), cov_factor (..., n, m), cov_diag (..., n).

    Densities take Woodbury's identity: a factor of (m, m) only. ValueError where the shapes do not fit.
    PyTorch: torch.distributions.LowRankMultivariateNormal.
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self, loc: Tensor, cov_factor: Tensor, cov_diag: Tensor, validate_args: bool | None = None
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        size = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if cov_factor.shape[-2:-1] != size:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {size[0]} x m")
        if cov_diag.shape[-1:] != size:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {size}")
        try:
            batch = minitorch.broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_diag = loc.expand((*batch, *size)), cov_diag.expand((*batch, *size))
        self.cov_factor = cov_factor.expand((*batch, *cov_factor.shape[-2:]))
        scaled = self.cov_factor.mT / self.cov_diag.unsqueeze(-2)
        inner = scaled @ self.cov_factor + minitorch.eye(cov_factor.shape[-1], dtype=loc.dtype, device=loc.device)
        self._capacitance_tril = minitorch.linalg.cholesky(inner)
        super().__init__(batch, size, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        return self.cov_factor.pow(2).sum(-1) + self.cov_diag

    @cached_property
    def covariance_matrix(self) -> Tensor:
        """The covariance, (..., n, n)."""
        return self.cov_factor @ self.cov_factor.mT + minitorch.diag_embed(self.cov_diag)

    @cached_property
    def scale_tril(self) -> Tensor:
        """Its Cholesky factor."""
        return minitorch.linalg.cholesky(self.covariance_matrix)

    @cached_property
    def precision_matrix(self) -> Tensor:
        """Its inverse."""
        return minitorch.cholesky_inverse(self.scale_tril)

    def rsample(self, sample_shape=()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        few = self.loc.new_empty((*shape[:-1], self.cov_factor.shape[-1])).normal_()
        each = self.loc.new_empty(shape).normal_()
        return self.loc + (self.cov_factor @ few.unsqueeze(-1)).squeeze(-1) + self.cov_diag.sqrt() * each

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        away = value - self.loc
        inner = ((self.cov_factor.mT / self.cov_diag.unsqueeze(-2)) @ away.unsqueeze(-1)).squeeze(-1)
        inner = minitorch.linalg.solve_triangular(self._capacitance_tril, inner.unsqueeze(-1), upper=False).squeeze(-1)
        distance = (away.pow(2) / self.cov_diag).sum(-1) - inner.pow(2).sum(-1)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_determinant() + distance)

    def entropy(self) -> Tensor:
        return 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_determinant())

    def _log_determinant(self) -> Tensor:
        return 2 * self._capacitance_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1) + self.cov_diag.log().sum(-1)
