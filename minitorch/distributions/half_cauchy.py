"""The positive half of a Cauchy distribution. PyTorch: torch/distributions/half_cauchy.py."""

import math

import minitorch
from minitorch import Tensor
from minitorch.distributions._half import Half
from minitorch.distributions.cauchy import Cauchy


class HalfCauchy(Half):
    """|X| of a Cauchy(0, scale). PyTorch: torch.distributions.HalfCauchy."""

    def __init__(self, scale: "Tensor | float", validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return minitorch.full_like(self.scale, math.inf)

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance
