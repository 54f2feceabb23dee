"""The Dirichlet distribution. PyTorch: torch/distributions/dirichlet.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.exp_family import ExponentialFamily
from minitorch.nn.functional import one_hot


class Dirichlet(ExponentialFamily):
    """Vectors of probabilities, near corner k for a large `concentration[..., k]`. PyTorch: torch.distributions.Dirichlet."""

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def mode(self) -> Tensor:
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, keepdim=True)
        corner = one_hot(mode.argmax(dim=-1), above.shape[-1]).to(mode.dtype)
        return minitorch.where((self.concentration < 1).all(dim=-1, keepdim=True), corner, mode)

    @property
    def variance(self) -> Tensor:
        total = self.concentration.sum(-1, keepdim=True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape=()) -> Tensor:
        return minitorch._sample_dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        weights = minitorch.xlogy(self.concentration - 1.0, value).sum(-1)
        return weights + minitorch.lgamma(self.concentration.sum(-1)) - minitorch.lgamma(self.concentration).sum(-1)

    def entropy(self) -> Tensor:
        alpha, total = self.concentration, self.concentration.sum(-1)
        normalizer = minitorch.lgamma(alpha).sum(-1) - minitorch.lgamma(total)
        spread = (alpha.size(-1) - total) * minitorch.digamma(total)
        return normalizer - spread - ((alpha - 1.0) * minitorch.digamma(alpha)).sum(-1)

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.concentration,)

    def _log_normalizer(self, x: Tensor) -> Tensor:
        return x.lgamma().sum(-1) - minitorch.lgamma(x.sum(-1))
