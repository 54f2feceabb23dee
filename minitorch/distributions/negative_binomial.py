"""Successes before several failures. PyTorch: torch/distributions/negative_binomial.py."""

from functools import cached_property

import minitorch
from minitorch import Size, Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.utils import broadcast_all, logits_to_probs, probs_to_logits
from minitorch.nn.functional import logsigmoid


class NegativeBinomial(Distribution):
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
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        if probs is not None:
            self.total_count, self.probs = broadcast_all(total_count, probs)
        else:
            self.total_count, self.logits = broadcast_all(total_count, logits)
        self._param = self.probs if probs is not None else self.logits
        self.total_count = self.total_count.type_as(self._param)
        super().__init__(self._param.size(), validate_args=validate_args)

    @cached_property
    def logits(self) -> Tensor:
        """The log odds of a success."""
        return probs_to_logits(self.probs, is_binary=True)

    @cached_property
    def probs(self) -> Tensor:
        """The probability of a success."""
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._param.size()

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
