"""Successes before several failures. PyTorch: torch/distributions/negative_binomial.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions._parameters import ShapedChance
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.gamma import Gamma
from minitorch.nn.functional import logsigmoid


class NegativeBinomial(ShapedChance, Distribution):
    """How many trials succeed before `total_count` fail. PyTorch: torch.distributions.NegativeBinomial."""

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer

    def __init__(
        self,
        total_count: "Tensor | float",
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        (total_count,) = self._take_chance(probs, logits, total_count)
        self.total_count = total_count.type_as(self._param)
        super().__init__(self._param.size(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.total_count * minitorch.exp(self.logits)

    @property
    def mode(self) -> Tensor:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Tensor:
        return self.mean / minitorch.sigmoid(-self.logits)

    def sample(self, sample_shape=()) -> Tensor:
        with minitorch.no_grad():
            rates = Gamma(self.total_count, minitorch.exp(-self.logits), validate_args=False)
            return minitorch.poisson(rates.sample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        weights = self.total_count * logsigmoid(-self.logits) + value * logsigmoid(self.logits)
        ways = minitorch.lgamma(self.total_count + value) - minitorch.lgamma(1.0 + value) - minitorch.lgamma(self.total_count)
        return weights + ways.masked_fill(self.total_count + value == 0.0, 0.0)
