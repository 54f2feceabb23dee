"""Transforms to what a constraint allows. PyTorch: torch/distributions/constraint_registry.py."""

from collections.abc import Callable

from minitorch import Tensor
from minitorch.distributions import constraints as c
from minitorch.distributions import transforms as t
from minitorch.distributions.constraints import Constraint
from minitorch.distributions.transforms import Transform


class ConstraintRegistry:
    """A transform from any numbers to those that a constraint allows, which one may `register`.

    NotImplementedError for a constraint without one. PyTorch: torch.distributions.constraint_registry.ConstraintRegistry.
    """

    def __init__(self, find: Callable[[Constraint], Transform | None]) -> None:
        self._find = find
        self._registry: dict[type, Callable] = {}

    def register(self, constraint: "Constraint | type", factory: Callable | None = None) -> Callable:
        """`factory(constraint)` makes the transform for constraints of this kind; also as a decorator."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        if isinstance(constraint, Constraint):
            constraint = type(constraint)
        if not (isinstance(constraint, type) and issubclass(constraint, Constraint)):
            raise TypeError(
                f"Expected constraint to be either a Constraint subclass or instance, but got {constraint}"
            )
        self._registry[constraint] = factory
        return factory

    def __call__(self, constraint: Constraint) -> Transform:
        if type(constraint) in self._registry:
            return self._registry[type(constraint)](constraint)
        found = self._find(constraint)
        if found is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return found


def _biject_to(constraint: Constraint) -> Transform | None:
    match constraint:
        case c._IndependentConstraint():
            base = biject_to(constraint.base_constraint)
            return t.IndependentTransform(base, constraint.reinterpreted_batch_ndims)
        case c._Simplex():
            return t.StickBreakingTransform()
        case c._Cat():
            return t.CatTransform([biject_to(each) for each in constraint.cseq], constraint.dim, constraint.lengths)
        case c._Stack():
            return t.StackTransform([biject_to(each) for each in constraint.cseq], constraint.dim)
    return _of_numbers(constraint)


def _transform_to(constraint: Constraint) -> Transform | None:
    match constraint:
        case c._IndependentConstraint():
            base = transform_to(constraint.base_constraint)
            return t.IndependentTransform(base, constraint.reinterpreted_batch_ndims)
        case c._Simplex():
            return t.SoftmaxTransform()
        case c._LowerCholesky() if not isinstance(constraint, c._CorrCholesky):
            return t.LowerCholeskyTransform()
        case c._PositiveDefinite() | c._PositiveSemidefinite():
            return t.PositiveDefiniteTransform()
        case c._Cat():
            return t.CatTransform([transform_to(each) for each in constraint.cseq], constraint.dim, constraint.lengths)
        case c._Stack():
            return t.StackTransform([transform_to(each) for each in constraint.cseq], constraint.dim)
    return _of_numbers(constraint)


def _of_numbers(constraint: Constraint) -> Transform | None:
    match constraint:
        case c._Real():
            return t.identity_transform
        case c._GreaterThan() | c._GreaterThanEq():
            return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(constraint.lower_bound, 1)])
        case c._LessThan():
            return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(constraint.upper_bound, -1)])
        case c._IntegerInterval():
            return None
        case c._Interval() | c._HalfOpenInterval():
            if not isinstance(constraint.lower_bound, Tensor) and (constraint.lower_bound, constraint.upper_bound) == (0, 1):
                return t.SigmoidTransform()
            width = constraint.upper_bound - constraint.lower_bound
            return t.ComposeTransform([t.SigmoidTransform(), t.AffineTransform(constraint.lower_bound, width)])
        case c._CorrCholesky():
            return t.CorrCholeskyTransform()
    return None


biject_to = ConstraintRegistry(_biject_to)
transform_to = ConstraintRegistry(_transform_to)
