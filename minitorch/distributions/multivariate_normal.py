"""The normal distribution of vectors. PyTorch: torch/distributions/multivariate_normal.py."""

import math
from functools import cached_property

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution


class MultivariateNormal(Distribution):
    """With mean `loc`, (..., n), and one of three matrices (..., n, n): the covariance, its inverse, or its Cholesky factor.

    ValueError unless exactly one matrix is given. PyTorch: torch.distributions.MultivariateNormal.
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        given = {
            "covariance_matrix": covariance_matrix,
            "scale_tril": scale_tril,
            "precision_matrix": precision_matrix,
        }
        given = {name: matrix for name, matrix in given.items() if matrix is not None}
        if len(given) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = given.items()
        if matrix.dim() < 2:
            raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")
        batch_shape = minitorch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand((*batch_shape, loc.shape[-1]))
        matrix = matrix.expand((*batch_shape, *matrix.shape[-2:]))
        self.__dict__[name] = matrix  # the two others follow from it
        super().__init__(batch_shape, self.loc.shape[-1:], validate_args=validate_args)
        if name == "scale_tril":
            self._factor = matrix
        elif name == "covariance_matrix":
            self._factor = minitorch.linalg.cholesky(matrix)
        else:
            self._factor = factor_of_inverse(matrix)

    @cached_property
    def scale_tril(self) -> Tensor:
        """The Cholesky factor of the covariance."""
        return self._factor

    @cached_property
    def covariance_matrix(self) -> Tensor:
        """The covariance."""
        return self._factor @ self._factor.mT

    @cached_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        return minitorch.cholesky_inverse(self._factor)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        return self._factor.pow(2).sum(-1)

    def rsample(self, sample_shape=()) -> Tensor:
        eps = minitorch.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype).normal_()
        return self.loc + (self._factor @ eps.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        away = (value - self.loc).unsqueeze(-1)
        white = minitorch.linalg.solve_triangular(self._factor, away, upper=False).squeeze(-1)
        size = self.loc.shape[-1]
        return -0.5 * (size * math.log(2 * math.pi) + white.pow(2).sum(-1)) - self._half_log_determinant()

    def entropy(self) -> Tensor:
        return 0.5 * self.loc.shape[-1] * (1.0 + math.log(2 * math.pi)) + self._half_log_determinant()

    def _half_log_determinant(self) -> Tensor:
        return self._factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def factor_of_inverse(matrix: Tensor) -> Tensor:
    """The Cholesky factor of the inverse, without the inverse: of the matrix turned by 180 degrees, turned back."""
    factor = minitorch.linalg.cholesky(matrix.flip(-2, -1))
    turned = factor.flip(-2, -1).mT
    return minitorch.linalg.solve_triangular(turned, minitorch.eye(matrix.shape[-1], dtype=matrix.dtype), upper=False)
