"""What is above a threshold. PyTorch: torch/distributions/generalized_pareto.py."""

import math

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import broadcast_all


class GeneralizedPareto(Distribution):
    """Numbers from `loc` on, with a tail of the power -1 / `concentration`, an exponential one for 0.

    PyTorch: torch.distributions.GeneralizedPareto.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True

    def __init__(
        self,
        loc: "Tensor | float",
        scale: "Tensor | float",
        concentration: "Tensor | float",
        validate_args: bool | None = None,
    ) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.size(), validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> constraints.Constraint:
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, minitorch.where(self.concentration < 0, end, math.inf))

    @property
    def mean(self) -> Tensor:
        finite = self.concentration < 1
        safe = minitorch.where(finite, self.concentration, 0.5)
        return minitorch.where(finite, self.loc + self.scale / (1 - safe), math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        finite = self.concentration < 0.5
        safe = minitorch.where(finite, self.concentration, 0.25)
        return minitorch.where(finite, self.scale**2 / ((1 - safe) ** 2 * (1 - 2 * safe)), math.nan)

    def rsample(self, sample_shape=()) -> Tensor:
        return self.icdf(minitorch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        z, (zero, safe) = (value - self.loc) / self.scale, self._safe()
        power = 1 / safe + minitorch.ones_like(z)
        tail = minitorch.where(power == 0, power, power * minitorch.log1p(safe * z))
        return -self.scale.log() - minitorch.where(zero, z, tail)

    def log_survival_function(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of more than `value`."""
        if self._validate_args:
            self._validate_sample(value)
        z, (zero, safe) = (value - self.loc) / self.scale, self._safe()
        return minitorch.where(zero, -z, -minitorch.log1p(safe * z) / safe)

    def log_cdf(self, value: Tensor) -> Tensor:
        """The logarithm of cdf."""
        return minitorch.log1p(-minitorch.exp(self.log_survival_function(value)))

    def cdf(self, value: Tensor) -> Tensor:
        return minitorch.exp(self.log_cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        zero, safe = self._safe()
        logarithm = minitorch.log1p(-value)
        power = self.loc + self.scale / safe * minitorch.expm1(-safe * logarithm)
        return minitorch.where(zero, self.loc - self.scale * logarithm, power)

    def entropy(self) -> Tensor:
        return minitorch.log(self.scale) + self.concentration + 1

    def _safe(self) -> tuple[Tensor, Tensor]:
        """Where the concentration is 0, and the concentration with 1 there."""
        zero = minitorch.isclose(self.concentration, minitorch.zeros_like(self.concentration))
        return zero, self.concentration.masked_fill(zero, 1.0)
