"""Numbers between 0 and 1 with an exponential density. PyTorch: torch/distributions/continuous_bernoulli.py."""

import math
from functools import cached_property

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions._parameters import ShapedChance
from minitorch.distributions.exp_family import ExponentialFamily
from minitorch.distributions.utils import broadcast_all, clamp_probs, logits_to_probs
from minitorch.nn.functional import binary_cross_entropy_with_logits


class ContinuousBernoulli(ShapedChance, ExponentialFamily):
    """Density proportional to probs ** x * (1 - probs) ** (1 - x). PyTorch: torch.distributions.ContinuousBernoulli.

    Between the two `lims`, where the formulas divide by almost nothing, their Taylor series are taken.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self,
        probs: "Tensor | float | None" = None,
        logits: "Tensor | float | None" = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        self._take_chance(probs, logits)
        if probs is not None:
            if validate_args is not None and not constraints.unit_interval.check(self.probs).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = self._param = clamp_probs(self.probs)
        self._lims = lims
        super().__init__(self._param.size(), validate_args=validate_args)

    @cached_property
    def probs(self) -> Tensor:
        """The sigmoid of that slope; not the mean."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    @property
    def mean(self) -> Tensor:
        cut = self._cut_probs()
        exact = cut / (2.0 * cut - 1.0) + 1.0 / (minitorch.log1p(-cut) - minitorch.log(cut))
        x = self.probs - 0.5
        return minitorch.where(self._apart(), exact, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * minitorch.pow(x, 2)) * x)

    @property
    def variance(self) -> Tensor:
        cut = self._cut_probs()
        slope = minitorch.log1p(-cut) - minitorch.log(cut)
        exact = cut * (cut - 1.0) / minitorch.pow(1.0 - 2.0 * cut, 2) + 1.0 / minitorch.pow(slope, 2)
        x = minitorch.pow(self.probs - 0.5, 2)
        return minitorch.where(self._apart(), exact, 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    def rsample(self, sample_shape=()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        return self.icdf(minitorch.rand(shape, dtype=self.probs.dtype, device=self.probs.device))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none") + self._cont_bern_log_norm()

    def cdf(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        cut = self._cut_probs()
        powers = minitorch.pow(cut, value) * minitorch.pow(1.0 - cut, 1.0 - value)
        inside = minitorch.where(self._apart(), (powers + cut - 1.0) / (2.0 * cut - 1.0), value)
        return minitorch.where(value <= 0.0, 0.0, minitorch.where(value >= 1.0, 1.0, inside))

    def icdf(self, value: Tensor) -> Tensor:
        cut = self._cut_probs()
        rise = minitorch.log1p(-cut + value * (2.0 * cut - 1.0)) - minitorch.log1p(-cut)
        return minitorch.where(self._apart(), rise / (minitorch.log(cut) - minitorch.log1p(-cut)), value)

    def entropy(self) -> Tensor:
        zero, one = minitorch.log1p(-self.probs), minitorch.log(self.probs)
        return self.mean * (zero - one) - self._cont_bern_log_norm() - zero

    def _apart(self) -> Tensor:
        """Whether it is far enough from the uniform distribution."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut_probs(self) -> Tensor:
        return minitorch.where(self._apart(), self.probs, self._lims[0] * minitorch.ones_like(self.probs))

    def _cont_bern_log_norm(self) -> Tensor:
        """The logarithm of what the density is multiplied by."""
        cut = self._cut_probs()
        below, above = minitorch.where(cut <= 0.5, cut, 0.0), minitorch.where(cut >= 0.5, cut, 1.0)
        width = minitorch.where(cut <= 0.5, minitorch.log1p(-2.0 * below), minitorch.log(2.0 * above - 1.0))
        exact = minitorch.log(minitorch.abs(minitorch.log1p(-cut) - minitorch.log(cut))) - width
        x = minitorch.pow(self.probs - 0.5, 2)
        return minitorch.where(self._apart(), exact, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)
