"""The positive half of a normal distribution. PyTorch: torch/distributions/half_normal.py."""

import math

from minitorch import Tensor
from minitorch.distributions._half import Half
from minitorch.distributions.normal import Normal


class HalfNormal(Half):
    """|X| of a Normal(0, scale). PyTorch: torch.distributions.HalfNormal."""

    def __init__(self, scale: "Tensor | float", validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, validate_args=False), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        return self.scale.pow(2) * (1 - 2 / math.pi)
