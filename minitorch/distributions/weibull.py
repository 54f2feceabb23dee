"""The Weibull distribution. PyTorch: torch/distributions/weibull.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.exponential import Exponential
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import AffineTransform, PowerTransform
from minitorch.distributions.utils import EULER, broadcast_all


class Weibull(TransformedDistribution):
    """Times until a failure whose rate goes with the power `concentration` - 1. PyTorch: torch.distributions.Weibull."""

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    def __init__(
        self, scale: "Tensor | float", concentration: "Tensor | float", validate_args: bool | None = None
    ) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        self.concentration_reciprocal = self.concentration.reciprocal()
        base = Exponential(minitorch.ones_like(self.scale), validate_args=validate_args)
        steps = [PowerTransform(self.concentration_reciprocal), AffineTransform(loc=0, scale=self.scale)]
        super().__init__(base, steps, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.scale * minitorch.exp(minitorch.lgamma(1 + self.concentration_reciprocal))

    @property
    def mode(self) -> Tensor:
        return self.scale * ((self.concentration - 1) / self.concentration) ** self.concentration.reciprocal()

    @property
    def variance(self) -> Tensor:
        second = minitorch.exp(minitorch.lgamma(1 + 2 * self.concentration_reciprocal))
        return self.scale.pow(2) * (second - minitorch.exp(2 * minitorch.lgamma(1 + self.concentration_reciprocal)))

    def entropy(self) -> Tensor:
        spread = EULER * (1 - self.concentration_reciprocal)
        return spread + minitorch.log(self.scale * self.concentration_reciprocal) + 1
