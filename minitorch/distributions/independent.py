"""Several distributions seen as one of vectors. PyTorch: torch/distributions/independent.py."""

from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution


class Independent(Distribution):
    """The last `reinterpreted_batch_ndims` batch dimensions become dimensions of the event.

    ValueError if there are fewer. PyTorch: torch.distributions.Independent.
    """

    def __init__(
        self, base_distribution: Distribution, reinterpreted_batch_ndims: int, validate_args: bool | None = None
    ) -> None:
        batch = base_distribution.batch_shape
        if reinterpreted_batch_ndims > len(batch):
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                f"actual {reinterpreted_batch_ndims} vs {len(batch)}"
            )
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        kept = len(batch) - reinterpreted_batch_ndims
        super().__init__(batch[:kept], batch[kept:] + base_distribution.event_shape, validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> bool:
        return self.base_dist.has_enumerate_support and not self.reinterpreted_batch_ndims

    @constraints.dependent_property
    def support(self) -> constraints.Constraint:
        result = self.base_dist.support
        return constraints.independent(result, self.reinterpreted_batch_ndims) if self.reinterpreted_batch_ndims else result

    @property
    def mean(self) -> Tensor:
        return self.base_dist.mean

    @property
    def mode(self) -> Tensor:
        return self.base_dist.mode

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance

    def sample(self, sample_shape=()) -> Tensor:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()) -> Tensor:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        return self._sum(self.base_dist.log_prob(value))

    def entropy(self) -> Tensor:
        return self._sum(self.base_dist.entropy())

    def expand(self, batch_shape) -> "Independent":
        made = super().expand(batch_shape)
        inner = self._event_shape[: self.reinterpreted_batch_ndims]
        made.base_dist = self.base_dist.expand(made._batch_shape + inner)
        return made

    def _sum(self, value: Tensor) -> Tensor:
        """Over the dimensions that became the event's."""
        count = self.reinterpreted_batch_ndims
        return value.reshape(*value.shape[: value.dim() - count], -1).sum(-1) if count else value

    def __repr__(self) -> str:
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"
