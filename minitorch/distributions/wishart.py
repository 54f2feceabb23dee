"""Covariances of normal vectors. PyTorch: torch/distributions/wishart.py."""

import math
import warnings

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions._parameters import Covariance
from minitorch.distributions.chi2 import Chi2
from minitorch.distributions.exp_family import ExponentialFamily


class Wishart(Covariance, ExponentialFamily):
    """Sums of `df` outer products of normal vectors with a covariance, its inverse or its Cholesky factor, (..., p, p).

    ValueError unless df > p - 1. PyTorch: torch.distributions.Wishart.
    """

    support = constraints.positive_definite
    has_rsample = True

    def __init__(
        self,
        df: "Tensor | float",
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {name: matrix for name, matrix in given.items() if matrix is not None}
        if len(given) != 1:
            raise AssertionError(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
            )
        ((name, matrix),) = given.items()
        if matrix.dim() < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        self.df = df if isinstance(df, Tensor) else minitorch.tensor(df, dtype=matrix.dtype, device=matrix.device)
        batch, event = minitorch.broadcast_shapes(matrix.shape[:-2], self.df.shape), matrix.shape[-2:]
        self.df = self.df.expand(batch)
        if self.df.le(event[-1] - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {event[-1] - 1}.")
        if self.df.lt(event[-1]).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
                stacklevel=2,
            )
        self._take_matrix(batch, name, matrix)
        super().__init__(batch, event, validate_args=validate_args)
        self._take_factor()
        freedom = self.df.unsqueeze(-1) - minitorch.arange(event[-1], dtype=matrix.dtype, device=matrix.device)
        self._dist_chi2 = Chi2(df=freedom)

    @property
    def arg_constraints(self) -> dict[str, constraints.Constraint]:
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    @property
    def mean(self) -> Tensor:
        return self.df[..., None, None] * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        factor = self.df - self._event_shape[-1] - 1
        return factor.masked_fill(factor <= 0, math.nan)[..., None, None] * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        covariance = self.covariance_matrix
        diagonal = covariance.diagonal(dim1=-2, dim2=-1)
        return self.df[..., None, None] * (covariance.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def rsample(self, sample_shape=()) -> Tensor:
        """By Bartlett's decomposition. PyTorch throws its first draw away and draws again, always; so does this."""
        self._bartlett(sample_shape)
        warnings.warn("Singular sample detected.", stacklevel=2)
        return self._bartlett(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        p = self._event_shape[-1]
        log_determinant = minitorch.linalg.slogdet(value).logabsdet
        trace = minitorch.cholesky_solve(value, self._factor).diagonal(dim1=-2, dim2=-1).sum(dim=-1)
        normalizer = self.df * self._half() + minitorch.mvlgamma(self.df / 2, p=p)
        return (self.df - p - 1) / 2 * log_determinant - trace / 2 - normalizer

    def entropy(self) -> Tensor:
        nu, p = self.df, self._event_shape[-1]
        steps = minitorch.arange(p, dtype=nu.dtype, device=nu.device) / 2
        digammas = minitorch.digamma(nu.unsqueeze(-1) / 2 - steps).sum(-1)
        spread = minitorch.mvlgamma(nu / 2, p=p) - (nu - p - 1) / 2 * digammas + nu * p / 2
        return (p + 1) * self._half() + spread

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x: Tensor, y: Tensor) -> Tensor:
        p = self._event_shape[-1]
        half = y + (p + 1) / 2
        return half * (p * math.log(2) - minitorch.linalg.slogdet(-2 * x).logabsdet) + minitorch.mvlgamma(half, p=p)

    def _half(self) -> Tensor:
        diagonal = self._factor.diagonal(dim1=-2, dim2=-1)
        return self._event_shape[-1] * math.log(2) / 2 + diagonal.log().sum(-1)

    def _bartlett(self, sample_shape) -> Tensor:
        p = self._event_shape[-1]
        lengths = self._dist_chi2.rsample(sample_shape).sqrt()
        noise = lengths.clamp(min=minitorch.finfo(lengths.dtype).eps).diag_embed()
        rows, columns = minitorch.tril_indices(p, p, offset=-1).unbind()
        shape = (*sample_shape, *self._batch_shape, p * (p - 1) // 2)
        noise[..., rows, columns] = minitorch.randn(shape, dtype=noise.dtype, device=noise.device)
        factor = self._factor @ noise
        return factor @ factor.mT
