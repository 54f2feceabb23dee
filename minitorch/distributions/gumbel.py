"""The Gumbel distribution. PyTorch: torch/distributions/gumbel.py."""

import math

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import AffineTransform, ExpTransform
from minitorch.distributions.uniform import Uniform
from minitorch.distributions.utils import EULER, broadcast_all


class Gumbel(TransformedDistribution):
    """The largest of many numbers. PyTorch: torch.distributions.Gumbel."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: "Tensor | float", scale: "Tensor | float", validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        info = minitorch.finfo(self.loc.dtype)
        low, high = minitorch.full_like(self.loc, info.tiny), minitorch.full_like(self.loc, 1 - info.eps)
        logarithm = ExpTransform().inv  # -log(-log(uniform)), scaled
        turned = AffineTransform(loc=0, scale=-minitorch.ones_like(self.scale))
        placed = AffineTransform(loc=loc, scale=-self.scale)
        base = Uniform(low, high, validate_args=validate_args)
        super().__init__(base, [logarithm, turned, logarithm, placed], validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.loc + self.scale * EULER

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return math.pi / math.sqrt(6) * self.scale

    @property
    def variance(self) -> Tensor:
        return self.stddev.pow(2)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        below = (self.loc - value) / self.scale
        return below - below.exp() - self.scale.log()

    def entropy(self) -> Tensor:
        return self.scale.log() + (1 + EULER)
