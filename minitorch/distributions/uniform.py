"""The uniform distribution. PyTorch: torch/distributions/uniform.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import broadcast_all


class Uniform(Distribution):
    """From `low` to `high`, which does not belong to it. PyTorch: torch.distributions.Uniform."""

    has_rsample = True

    def __init__(self, low: "Tensor | float", high: "Tensor | float", validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        self.arg_constraints = {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}
        super().__init__(self.low.size(), validate_args=validate_args)

    @property
    def support(self) -> constraints.Constraint:
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Tensor:
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Tensor:
        return float("nan") * self.high  # every value is

    @property
    def stddev(self) -> Tensor:
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Tensor:
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape=()) -> Tensor:
        rand = minitorch.rand(self._extended_shape(sample_shape), dtype=self.low.dtype, device=self.low.device)
        return self.low + rand * (self.high - self.low)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        inside = (self.low <= value) & (self.high > value)
        return minitorch.log(inside.type_as(self.low)) - minitorch.log(self.high - self.low)

    def cdf(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Tensor) -> Tensor:
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Tensor:
        return minitorch.log(self.high - self.low)
