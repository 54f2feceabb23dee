"""Parameters that several distributions can be given in one form or another. PyTorch: torch/distributions/bernoulli.py, multivariate_normal.py."""

from functools import cached_property

import minitorch
from minitorch import Size, Tensor
from minitorch.distributions.utils import broadcast_all, logits_to_probs, probs_to_logits


class Chance:
    """The probability of a success, or its log odds. Goes before Distribution among the bases."""

    def _take_chance(self, probs: "Tensor | float | None", logits: "Tensor | float | None", *others) -> list[Tensor]:
        """Keep the one that is given; the others, broadcast with it, are returned. ValueError for none or both."""
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        *others, self._param = broadcast_all(*others, logits if probs is None else probs)
        self.__dict__["logits" if probs is None else "probs"] = self._param  # the other follows from it
        return others

    @cached_property
    def logits(self) -> Tensor:
        """The log odds of a success."""
        return probs_to_logits(self.probs, is_binary=True)

    @cached_property
    def probs(self) -> Tensor:
        """The probability of a success."""
        return logits_to_probs(self.logits, is_binary=True)


class ShapedChance(Chance):
    """Chance, where PyTorch also tells the parameter's shape: of all but Geometric."""

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._param.size()


class Classes:
    """Probabilities of classes, or their logarithms: those of `_categorical`. Goes before Distribution among the bases."""

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """Their logarithms."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._categorical.param_shape


class Relaxed:
    """The parameters of what is transformed, `base_dist`. Goes before TransformedDistribution among the bases."""

    @property
    def temperature(self) -> Tensor:
        """How far from a decision the draws are."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The log odds of 1, or the logarithms of the probabilities."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The probability of 1, or of each class."""
        return self.base_dist.probs


class Covariance:
    """A covariance, (..., n, n), its inverse, or its Cholesky factor. Goes before Distribution among the bases."""

    def _take_matrix(self, batch_shape: Size, name: str, matrix: Tensor) -> None:
        """Keep the one that is given."""
        self._given = name
        self.__dict__[name] = matrix.expand((*batch_shape, *matrix.shape[-2:]))  # the two others follow from it

    def _take_factor(self) -> None:
        """Once the matrix has been checked."""
        matrix = self.__dict__[self._given]
        factors = {"covariance_matrix": minitorch.linalg.cholesky, "precision_matrix": factor_of_inverse}
        self._factor = factors[self._given](matrix) if self._given in factors else matrix

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


def factor_of_inverse(matrix: Tensor) -> Tensor:
    """The Cholesky factor of the inverse, without the inverse: of the matrix turned by 180 degrees, turned back."""
    factor = minitorch.linalg.cholesky(matrix.flip(-2, -1))
    turned = factor.flip(-2, -1).mT
    return minitorch.linalg.solve_triangular(turned, minitorch.eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device), upper=False)
