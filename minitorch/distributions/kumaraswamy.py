"""The Kumaraswamy distribution. PyTorch: torch/distributions/kumaraswamy.py."""

import math

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import AffineTransform, PowerTransform
from minitorch.distributions.uniform import Uniform
from minitorch.distributions.utils import EULER, broadcast_all


class Kumaraswamy(TransformedDistribution):
    """Numbers between 0 and 1, like Beta's, with a simple cdf. PyTorch: torch.distributions.Kumaraswamy."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self,
        concentration1: "Tensor | float",
        concentration0: "Tensor | float",
        validate_args: bool | None = None,
    ) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        zeros, ones = minitorch.zeros_like(self.concentration0), minitorch.ones_like(self.concentration0)
        steps = [
            PowerTransform(self.concentration0.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(self.concentration1.reciprocal()),
        ]
        super().__init__(Uniform(zeros, ones, validate_args=validate_args), steps, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        one, zero = self.concentration1, self.concentration0
        mode = zero.reciprocal() * (-zero).log1p() - (-zero * one).log1p()
        return mode.masked_fill((zero < 1) | (one < 1), math.nan).exp()

    @property
    def variance(self) -> Tensor:
        return self._moment(2) - minitorch.pow(self.mean, 2)

    def entropy(self) -> Tensor:
        one, zero = self.concentration1, self.concentration0
        spread = (1 - one.reciprocal()) * (minitorch.digamma(zero + 1) + EULER)
        return (1 - zero.reciprocal()) + spread - minitorch.log(one) - minitorch.log(zero)

    def _moment(self, n: int) -> Tensor:
        first = 1 + n / self.concentration1
        logarithm = minitorch.lgamma(first) + minitorch.lgamma(self.concentration0)
        return self.concentration0 * minitorch.exp(logarithm - minitorch.lgamma(first + self.concentration0))
