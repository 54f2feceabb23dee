"""What all distributions share: shapes, checks, repr. PyTorch: torch/distributions/distribution.py."""

import copy
from collections.abc import Sequence
from functools import cached_property

import minitorch
from minitorch import Size, Tensor
from minitorch.distributions.constraints import Constraint, is_dependent


class Distribution:
    """Base class. `batch_shape` counts independent distributions, `event_shape` is the shape of one draw.

    A subclass has `arg_constraints` (what its parameters must satisfy), `support` (what its values do),
    `rsample` or `sample`, `log_prob` and `entropy`. PyTorch: torch.distributions.Distribution.
    """

    has_rsample = False
    has_enumerate_support = False
    arg_constraints: dict[str, Constraint] = {}
    support: Constraint

    _validate_args = True

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether parameters and values are checked unless told otherwise. ValueError for no bool."""
        if value not in [True, False]:
            raise ValueError
        Distribution._validate_args = value

    def __init__(
        self, batch_shape: Sequence[int] = (), event_shape: Sequence[int] = (), validate_args: bool | None = None
    ) -> None:
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if not self._validate_args:
            return
        for name, constraint in self.arg_constraints.items():
            computed = name not in self.__dict__ and isinstance(getattr(type(self), name), cached_property)
            if computed or is_dependent(constraint):
                continue
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                    f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}"
                )

    @property
    def batch_shape(self) -> Size:
        """The shape of the distributions side by side."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one draw from one of them."""
        return self._event_shape

    @property
    def mean(self) -> Tensor:
        """The mean, (*batch_shape, *event_shape)."""
        raise NotImplementedError

    @property
    def mode(self) -> Tensor:
        """The most likely value."""
        raise NotImplementedError(f"{self.__class__} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The variance."""
        raise NotImplementedError

    @property
    def stddev(self) -> Tensor:
        """The standard deviation."""
        return self.variance.sqrt()

    def expand(self, batch_shape: Sequence[int]) -> "Distribution":
        """The same distributions, more often: what they are made of is expanded."""
        made, batch, old = copy.copy(self), Size(batch_shape), len(self._batch_shape)
        for name, value in self.__dict__.items():
            if isinstance(value, Tensor) and value.shape[:old] == self._batch_shape:
                made.__dict__[name] = value.expand(batch + value.shape[old:])
            elif isinstance(value, Distribution) and value.batch_shape[:old] == self._batch_shape:
                made.__dict__[name] = value.expand(batch + value.batch_shape[old:])
        made._batch_shape, made._validate_args = batch, False
        return made

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A draw, (*sample_shape, *batch_shape, *event_shape), without gradients."""
        with minitorch.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A draw that gradients go through to the parameters; NotImplementedError where there is none."""
        raise NotImplementedError

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability (density) of `value`, of the shape without the event's."""
        raise NotImplementedError

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of at most `value`."""
        raise NotImplementedError

    def icdf(self, value: Tensor) -> Tensor:
        """The inverse of cdf."""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values of a discrete distribution, (values, *batch_shape)."""
        raise NotImplementedError

    def perplexity(self) -> Tensor:
        """exp(entropy)."""
        return minitorch.exp(self.entropy())

    def _extended_shape(self, sample_shape: Sequence[int] = ()) -> Size:
        return Size(sample_shape) + self._batch_shape + self._event_shape

    def _validate_sample(self, value: Tensor) -> None:
        """ValueError unless `value` broadcasts to the distribution's shape and lies in its support."""
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        event = len(self._event_shape)
        if value.shape[value.dim() - event :] != self._event_shape:
            raise ValueError(
                f"The right-most size of value must match event_shape: {value.shape} vs {self._event_shape}."
            )
        for mine, theirs in zip(reversed(value.shape), reversed(self._batch_shape + self._event_shape)):
            if mine != 1 and theirs != 1 and mine != theirs:
                raise ValueError(
                    "Value is not broadcastable with batch_shape+event_shape: "
                    f"{value.shape} vs {self._batch_shape + self._event_shape}."
                )
        support = self.support
        if not support.check(value).all():
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the "
                f"support ({support!r}) of the distribution {self!r}, but found invalid values:\n{value}"
            )

    def __repr__(self) -> str:
        parameters = {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}
        text = ", ".join(f"{k}: {v if v.numel() == 1 else v.size()}" for k, v in parameters.items())
        return f"{type(self).__name__}({text})"
