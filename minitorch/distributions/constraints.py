"""What a parameter or a value must satisfy. PyTorch: torch/distributions/constraints.py."""

from collections.abc import Callable, Sequence

import minitorch
from minitorch import Tensor


class Constraint:
    """A condition on tensors. PyTorch: torch.distributions.constraints.Constraint."""

    is_discrete = False
    event_dim = 0  # how many of the last dimensions are checked together

    def check(self, value: Tensor) -> Tensor:
        """Where it holds, as a bool tensor."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__.removeprefix('_')}()"


class _Dependent(Constraint):
    """A support that depends on parameters, asked of the class."""

    def __init__(self, *, is_discrete: bool = False, event_dim: int = 0) -> None:
        self.is_discrete, self.event_dim = is_discrete, event_dim

    def __call__(self, *, is_discrete: bool = False, event_dim: int = 0) -> "_Dependent":
        return _Dependent(is_discrete=is_discrete, event_dim=event_dim)

    def check(self, value: Tensor) -> Tensor:
        raise ValueError("Cannot determine validity of dependent constraint")


class dependent_property(property, _Dependent):  # noqa: N801
    """A property that computes a constraint from parameters. PyTorch: torch.distributions.constraints.dependent_property."""

    def __init__(
        self, fn: Callable | None = None, *, is_discrete: bool | None = None, event_dim: int | None = None
    ) -> None:
        super().__init__(fn)
        self._options = {"is_discrete": bool(is_discrete), "event_dim": event_dim or 0}
        self.__dict__.update(self._options)

    def __call__(self, fn: Callable) -> "dependent_property":
        return dependent_property(fn, **self._options)


class _Real(Constraint):
    """Any number but NaN."""

    def check(self, value: Tensor) -> Tensor:
        return value == value


class _Boolean(Constraint):
    """0 or 1."""

    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value == 0) | (value == 1)


class _Simplex(Constraint):
    """Numbers from 0 that add up to 1 along the last dimension."""

    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return minitorch.all(value >= 0, dim=-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _OneHot(Constraint):
    """Zeros and a single one along the last dimension."""

    is_discrete = True
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


class _Square(Constraint):
    """Square matrices."""

    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        return minitorch.full(value.shape[:-2], value.shape[-2] == value.shape[-1], dtype=minitorch.bool, device=value.device)


class _Symmetric(_Square):
    """Symmetric matrices."""

    def check(self, value: Tensor) -> Tensor:
        square = super().check(value)
        return minitorch.isclose(value, value.mT, atol=1e-6).all(-2).all(-1) if square.all() else square


class _PositiveSemidefinite(_Symmetric):
    """Symmetric matrices without negative eigenvalues."""

    def check(self, value: Tensor) -> Tensor:
        symmetric = super().check(value)
        return minitorch.linalg.eigvalsh(value).ge(0).all(-1) if symmetric.all() else symmetric


class _PositiveDefinite(_Symmetric):
    """Symmetric matrices with positive eigenvalues."""

    def check(self, value: Tensor) -> Tensor:
        symmetric = super().check(value)
        return minitorch.linalg.eigvalsh(value).gt(0).all(-1) if symmetric.all() else symmetric


class _LowerTriangular(Constraint):
    """Lower triangular matrices."""

    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        return (value.tril() == value).flatten(-2).all(-1)


class _LowerCholesky(_LowerTriangular):
    """Lower triangular matrices with a positive diagonal."""

    def check(self, value: Tensor) -> Tensor:
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _CorrCholesky(_LowerCholesky):
    """Cholesky factors of correlations: rows of length 1."""

    def check(self, value: Tensor) -> Tensor:
        tolerance = minitorch.finfo(value.dtype).eps * value.size(-1) * 10
        return super().check(value) & (minitorch.linalg.norm(value, dim=-1) - 1).abs().le(tolerance).all(-1)


class _Bounds(Constraint):
    """Between bounds, which the repr names."""

    def __init__(self, **bounds) -> None:
        self.bounds = bounds

    @property
    def lower_bound(self) -> "float | Tensor":
        """From where on."""
        return self.bounds["lower_bound"]

    @property
    def upper_bound(self) -> "float | Tensor":
        """Up to where."""
        return self.bounds["upper_bound"]

    def __repr__(self) -> str:
        text = ", ".join(f"{name}={bound}" for name, bound in self.bounds.items())
        return f"{type(self).__name__.removeprefix('_')}({text})"


class _GreaterThan(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return self.lower_bound < value


class _GreaterThanEq(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return self.lower_bound <= value


class _LessThan(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return value < self.upper_bound


class _Interval(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return (self.lower_bound <= value) & (value <= self.upper_bound)


class _HalfOpenInterval(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return (self.lower_bound <= value) & (value < self.upper_bound)


class _IntegerInterval(_Interval):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & super().check(value)


class _IntegerGreaterThan(_Bounds):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & (value >= self.lower_bound)


class _Multinomial(Constraint):
    """Whole numbers along the last dimension that add up to at most `upper_bound`."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: int) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Tensor) -> Tensor:
        return (value >= 0).all(dim=-1) & (value.sum(dim=-1) <= self.upper_bound)


class _IndependentConstraint(Constraint):
    """A constraint that holds for all elements of the last dimensions together."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims

    def check(self, value: Tensor) -> Tensor:
        result = self.base_constraint.check(value)
        if result.dim() < self.reinterpreted_batch_ndims:
            expected = self.base_constraint.event_dim + self.reinterpreted_batch_ndims
            raise ValueError(f"Expected value.dim() >= {expected} but got {value.dim()}")
        return result.reshape(*result.shape[: result.dim() - self.reinterpreted_batch_ndims], -1).all(-1)

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """A constraint for every component. PyTorch: torch.distributions.constraints.MixtureSameFamilyConstraint."""

    def __init__(self, base_constraint: Constraint) -> None:
        self.base_constraint = base_constraint
        self.is_discrete, self.event_dim = base_constraint.is_discrete, base_constraint.event_dim

    def check(self, value: Tensor) -> Tensor:
        event = self.event_dim
        result = self.base_constraint.check(value.unsqueeze(-1 - event))
        return result.reshape(*value.shape[: value.dim() - event], -1).all(-1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_constraint!r})"


class _Joined(Constraint):
    """Several constraints, each for its part of a dimension."""

    def __init__(self, cseq: Sequence[Constraint], dim: int = 0) -> None:
        self.cseq, self.dim = list(cseq), dim

    @property
    def is_discrete(self) -> bool:
        return any(each.is_discrete for each in self.cseq)

    @property
    def event_dim(self) -> int:
        return max(each.event_dim for each in self.cseq)


class _Cat(_Joined):
    def __init__(self, cseq: Sequence[Constraint], dim: int = 0, lengths: Sequence[int] | None = None) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)

    def check(self, value: Tensor) -> Tensor:
        parts = value.split(self.lengths, self.dim)
        return minitorch.cat([each.check(part) for each, part in zip(self.cseq, parts)], self.dim)


class _Stack(_Joined):
    def check(self, value: Tensor) -> Tensor:
        parts = value.unbind(self.dim)
        return minitorch.stack([each.check(part) for each, part in zip(self.cseq, parts)], self.dim)


dependent = _Dependent()
real = _Real()
real_vector = _IndependentConstraint(real, 1)
boolean = _Boolean()
simplex = _Simplex()
one_hot = _OneHot()
square = _Square()
symmetric = _Symmetric()
positive_semidefinite = _PositiveSemidefinite()
positive_definite = _PositiveDefinite()
lower_triangular = _LowerTriangular()
lower_cholesky = _LowerCholesky()
corr_cholesky = _CorrCholesky()
positive = _GreaterThan(lower_bound=0.0)
nonnegative = _GreaterThanEq(lower_bound=0.0)
nonnegative_integer = _IntegerGreaterThan(lower_bound=0)
positive_integer = _IntegerGreaterThan(lower_bound=1)
unit_interval = _Interval(lower_bound=0.0, upper_bound=1.0)
multinomial = _Multinomial
independent = _IndependentConstraint
cat = _Cat
stack = _Stack


def is_dependent(constraint: object) -> bool:
    """Whether it must be asked of an instance. PyTorch: torch.distributions.constraints.is_dependent."""
    return isinstance(constraint, _Dependent)


def less_than(upper_bound: float) -> Constraint:
    """Numbers below it. PyTorch: torch.distributions.constraints.less_than."""
    return _LessThan(upper_bound=upper_bound)


def greater_than(lower_bound: float) -> Constraint:
    """Numbers above it. PyTorch: torch.distributions.constraints.greater_than."""
    return _GreaterThan(lower_bound=lower_bound)


def greater_than_eq(lower_bound: float) -> Constraint:
    """Numbers from it on. PyTorch: torch.distributions.constraints.greater_than_eq."""
    return _GreaterThanEq(lower_bound=lower_bound)


def interval(lower_bound: float, upper_bound: float) -> Constraint:
    """Numbers between the two. PyTorch: torch.distributions.constraints.interval."""
    return _Interval(lower_bound=lower_bound, upper_bound=upper_bound)


def half_open_interval(lower_bound: float, upper_bound: float) -> Constraint:
    """Numbers from the first on, below the second. PyTorch: torch.distributions.constraints.half_open_interval."""
    return _HalfOpenInterval(lower_bound=lower_bound, upper_bound=upper_bound)


def integer_interval(lower_bound: int, upper_bound: int) -> Constraint:
    """Integers between the two. PyTorch: torch.distributions.constraints.integer_interval."""
    return _IntegerInterval(lower_bound=lower_bound, upper_bound=upper_bound)
