"""The Poisson distribution. PyTorch: torch/distributions/poisson.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.exp_family import ExponentialFamily
from minitorch.distributions.utils import broadcast_all


class Poisson(ExponentialFamily):
    """How many events there are where `rate` are expected. PyTorch: torch.distributions.Poisson."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: "Tensor | float", validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.size(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.rate

    @property
    def mode(self) -> Tensor:
        return self.rate.floor()

    @property
    def variance(self) -> Tensor:
        return self.rate

    def sample(self, sample_shape=()) -> Tensor:
        with minitorch.no_grad():
            return minitorch.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()

    def entropy(self) -> Tensor:
        raise NotImplementedError

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (minitorch.log(self.rate),)

    def _log_normalizer(self, x: Tensor) -> Tensor:
        return minitorch.exp(x)
