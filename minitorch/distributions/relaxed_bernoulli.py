"""Numbers near 0 or 1 that gradients go through. PyTorch: torch/distributions/relaxed_bernoulli.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions._parameters import Relaxed, ShapedChance
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import SigmoidTransform
from minitorch.distributions.utils import broadcast_all, clamp_probs


class LogitRelaxedBernoulli(ShapedChance, Distribution):
    """The log odds of a RelaxedBernoulli. PyTorch: torch.distributions.relaxed_bernoulli.LogitRelaxedBernoulli."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real

    def __init__(
        self,
        temperature: Tensor,
        probs: "Tensor | float | None" = None,
        logits: "Tensor | float | None" = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._take_chance(probs, logits)
        super().__init__(self._param.size(), validate_args=validate_args)

    def rsample(self, sample_shape=()) -> Tensor:
        probs = clamp_probs(self.probs.expand(self._extended_shape(sample_shape)))
        uniform = clamp_probs(minitorch.rand(probs.shape, dtype=probs.dtype, device=probs.device))
        return (uniform.log() - (-uniform).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        away = logits - value.mul(self.temperature)
        return self.temperature.log() + away - 2 * away.exp().log1p()


class RelaxedBernoulli(Relaxed, TransformedDistribution):
    """Nearer to 0 and 1 the smaller `temperature` is. PyTorch: torch.distributions.RelaxedBernoulli."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self,
        temperature: Tensor,
        probs: "Tensor | float | None" = None,
        logits: "Tensor | float | None" = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)
