"""A distribution of what transforms make of draws. PyTorch: torch/distributions/transformed_distribution.py."""

from collections.abc import Sequence

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.independent import Independent
from minitorch.distributions.transforms import ComposeTransform, Transform
from minitorch.distributions.utils import sum_rightmost


class TransformedDistribution(Distribution):
    """Draws of `base_distribution`, sent through the transforms, one after the other.

    ValueError where the first needs more dimensions. PyTorch: torch.distributions.TransformedDistribution.
    """

    arg_constraints: dict = {}

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: "Transform | list[Transform]",
        validate_args: bool | None = None,
    ) -> None:
        if isinstance(transforms, Transform):
            transforms = [transforms]
        elif not isinstance(transforms, list):
            raise ValueError(f"transforms must be a Transform or list, but was {transforms}")
        if not all(isinstance(each, Transform) for each in transforms):
            raise ValueError("transforms must be a Transform or a list of Transforms")
        self.transforms = transforms
        whole = ComposeTransform(transforms)
        before, after = whole.domain.event_dim, whole.codomain.event_dim
        shape, inner = base_distribution.batch_shape + base_distribution.event_shape, len(base_distribution.event_shape)
        if len(shape) < before:
            raise ValueError(
                f"base_distribution needs to have shape with size at least {before}, but got {shape}."
            )
        result = whole.forward_shape(shape)
        wider = whole.inverse_shape(result)
        if shape != wider:
            base_distribution = base_distribution.expand(wider[: len(wider) - inner])
        if before > inner:
            base_distribution = Independent(base_distribution, before - inner)
        self.base_dist = base_distribution
        cut = len(result) - max(after, inner + after - before)
        super().__init__(result[:cut], result[cut:], validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:
        return self.base_dist.has_rsample

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> constraints.Constraint:
        if not self.transforms:
            return self.base_dist.support
        support = self.transforms[-1].codomain
        more = len(self._event_shape) - support.event_dim
        return constraints.independent(support, more) if more > 0 else support

    def expand(self, batch_shape: Sequence[int]) -> "TransformedDistribution":
        made = super().expand(batch_shape)
        shape = ComposeTransform(self.transforms).inverse_shape(made._batch_shape + self._event_shape)
        made.base_dist = self.base_dist.expand(shape[: len(shape) - len(self.base_dist.event_shape)])
        return made

    def sample(self, sample_shape=()) -> Tensor:
        with minitorch.no_grad():
            return self._through(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape=()) -> Tensor:
        return self._through(self.base_dist.rsample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        dimensions, stretched = len(self._event_shape), 0.0
        for transform in reversed(self.transforms):
            x = transform.inv(value)
            dimensions += transform.domain.event_dim - transform.codomain.event_dim
            log = transform.log_abs_det_jacobian(x, value)
            stretched = stretched - sum_rightmost(log, dimensions - transform.domain.event_dim)
            value = x
        return stretched + sum_rightmost(self.base_dist.log_prob(value), dimensions - len(self.base_dist.event_shape))

    def cdf(self, value: Tensor) -> Tensor:
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._turned(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        return self._through(self.base_dist.icdf(self._turned(value)))

    def _turned(self, probability: Tensor) -> Tensor:
        """1 - probability, where the transforms fall."""
        sign = ComposeTransform(self.transforms).sign
        return probability if isinstance(sign, int) and sign == 1 else sign * (probability - 0.5) + 0.5

    def _through(self, x: Tensor) -> Tensor:
        for transform in self.transforms:
            x = transform(x)
        return x
