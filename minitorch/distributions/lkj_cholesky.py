"""Cholesky factors of correlation matrices. PyTorch: torch/distributions/lkj_cholesky.py."""

import math

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.beta import Beta
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import broadcast_all


class LKJCholesky(Distribution):
    """Factors (dim, dim), nearer to the identity for a large `concentration`; by the onion method (Lewandowski, Kurowicka
    and Joe, 2009). ValueError for dim < 2. PyTorch: torch.distributions.LKJCholesky.
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(
        self, dim: int, concentration: "Tensor | float" = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        row = minitorch.arange(dim - 1, dtype=self.concentration.dtype, device=self.concentration.device)
        row = minitorch.cat([row.new_zeros((1,)), row])
        marginal = self.concentration + 0.5 * (dim - 2)
        self._beta = Beta(row + 0.5, marginal.unsqueeze(-1) - 0.5 * row)
        super().__init__(self.concentration.size(), (dim, dim), validate_args=validate_args)

    def sample(self, sample_shape=()) -> Tensor:
        with minitorch.no_grad():
            lengths = self._beta.sample(sample_shape).unsqueeze(-1)
            normal = minitorch.randn(self._extended_shape(sample_shape), dtype=lengths.dtype, device=lengths.device).tril(-1)
            directions = normal / normal.norm(dim=-1, keepdim=True)
            directions[..., 0, :].fill_(0.0)
            below = minitorch.sqrt(lengths) * directions
            rest = minitorch.clamp(1 - minitorch.sum(below**2, dim=-1), min=minitorch.finfo(below.dtype).tiny)
            return below + minitorch.diag_embed(rest.sqrt())

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        steps = minitorch.arange(2, self.dim + 1, device=self.concentration.device)
        powers = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - steps
        less = self.dim - 1
        alpha = self.concentration + 0.5 * less
        normalizer = 0.5 * less * math.log(math.pi) + minitorch.mvlgamma(alpha - 0.5, less) - minitorch.lgamma(alpha) * less
        return minitorch.sum(powers * diagonal.log(), dim=-1) - normalizer
