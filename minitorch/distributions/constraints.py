"""What a parameter or a value must satisfy. PyTorch: torch/distributions/constraints.py."""

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


class _PositiveDefinite(Constraint):
    """Symmetric matrices with positive eigenvalues."""

    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        symmetric = minitorch.isclose(value, value.mT, atol=1e-6).all(-2).all(-1)
        if not symmetric.all():
            return symmetric
        return (minitorch.linalg.eigvalsh(value) > 0).all(-1)


class _LowerCholesky(Constraint):
    """Lower triangular matrices with a positive diagonal."""

    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        triangular = (value.tril() == value).flatten(-2).all(-1)
        return triangular & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _Bounds(Constraint):
    """Between bounds, which the repr names."""

    def __init__(self, **bounds) -> None:
        self.bounds = bounds

    def __repr__(self) -> str:
        text = ", ".join(f"{name}={bound}" for name, bound in self.bounds.items())
        return f"{type(self).__name__.removeprefix('_')}({text})"


class _GreaterThan(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return self.bounds["lower_bound"] < value


class _GreaterThanEq(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return self.bounds["lower_bound"] <= value


class _LessThan(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return value < self.bounds["upper_bound"]


class _Interval(_Bounds):
    def check(self, value: Tensor) -> Tensor:
        return (self.bounds["lower_bound"] <= value) & (value <= self.bounds["upper_bound"])


class _IntegerInterval(_Interval):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & super().check(value)


class _IndependentConstraint(Constraint):
    """A constraint that holds for all elements of the last dimensions together."""

    def __init__(self, base_constraint: Constraint, dimensions: int) -> None:
        self.base_constraint = base_constraint
        self.dimensions = dimensions
        self.event_dim = base_constraint.event_dim + dimensions

    def check(self, value: Tensor) -> Tensor:
        result = self.base_constraint.check(value)
        return result.reshape(*result.shape[: result.dim() - self.dimensions], -1).all(-1)

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}({self.base_constraint!r}, {self.dimensions})"


real = _Real()
real_vector = _IndependentConstraint(real, 1)
boolean = _Boolean()
simplex = _Simplex()
one_hot = _OneHot()
positive_definite = _PositiveDefinite()
lower_cholesky = _LowerCholesky()
positive = _GreaterThan(lower_bound=0.0)
nonnegative = _GreaterThanEq(lower_bound=0.0)
unit_interval = _Interval(lower_bound=0.0, upper_bound=1.0)


def less_than(upper_bound: float) -> Constraint:
    """Numbers below it. PyTorch: torch.distributions.constraints.less_than."""
    return _LessThan(upper_bound=upper_bound)


def greater_than(lower_bound: float) -> Constraint:
    """Numbers above it. PyTorch: torch.distributions.constraints.greater_than."""
    return _GreaterThan(lower_bound=lower_bound)


def interval(lower_bound: float, upper_bound: float) -> Constraint:
    """Numbers between the two. PyTorch: torch.distributions.constraints.interval."""
    return _Interval(lower_bound=lower_bound, upper_bound=upper_bound)


def integer_interval(lower_bound: int, upper_bound: int) -> Constraint:
    """Integers between the two. PyTorch: torch.distributions.constraints.integer_interval."""
    return _IntegerInterval(lower_bound=lower_bound, upper_bound=upper_bound)
