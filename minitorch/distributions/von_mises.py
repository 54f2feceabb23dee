"""Angles about a direction. PyTorch: torch/distributions/von_mises.py."""

import math
from functools import cached_property

import minitorch
from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import broadcast_all

# Abramowitz and Stegun 9.8.1 - 9.8.4: the modified Bessel functions of order 0 and 1, for small and for large x.
_SMALL = (
    (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813),
    (0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411),
)
_LARGE = (
    (0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377),
    (0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059),
)


class VonMises(Distribution):
    """Angles in [-pi, pi), near `loc` for a large `concentration`. PyTorch: torch.distributions.VonMises."""

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(
        self, loc: "Tensor | float", concentration: "Tensor | float", validate_args: bool | None = None
    ) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.size(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @cached_property
    def variance(self) -> Tensor:
        """1 less the mean of cos(angle - loc)."""
        return 1 - (_log_bessel(self.concentration, 1) - _log_bessel(self.concentration, 0)).exp()

    def sample(self, sample_shape=()) -> Tensor:
        """By rejection (Best and Fisher, 1979), in float64, all elements until the last is accepted."""
        with minitorch.no_grad():
            kappa, loc = self.concentration.double(), self.loc.double()
            tau = 1 + (1 + 4 * kappa**2).sqrt()
            rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
            r = minitorch.where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))
            angle = minitorch.zeros(self._extended_shape(sample_shape), dtype=minitorch.float64, device=loc.device)
            done = minitorch.zeros_like(angle, dtype=minitorch.bool)
            while not done.all():
                first, second, side = minitorch.rand((3, *angle.shape), dtype=minitorch.float64, device=loc.device).unbind()
                z = minitorch.cos(math.pi * first)
                f = (1 + r * z) / (r + z)
                c = kappa * (r - f)
                accepted = (c * (2 - c) - second > 0) | ((c / second).log() + 1 - c >= 0)
                angle = minitorch.where(accepted, (side - 0.5).sign() * f.acos(), angle)
                done = done | accepted
            return ((angle + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        density = self.concentration * minitorch.cos(value - self.loc)
        return density - math.log(2 * math.pi) - _log_bessel(self.concentration, 0)


def _log_bessel(x: Tensor, order: int) -> Tensor:
    small = _polynomial((x / 3.75) * (x / 3.75), _SMALL[order])
    small = (x.abs() * small if order else small).log()
    large = x - 0.5 * x.log() + _polynomial(3.75 / x, _LARGE[order]).log()
    return minitorch.where(x < 3.75, small, large)


def _polynomial(y: Tensor, coefficients: tuple[float, ...]) -> "Tensor | float":
    result = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        result = coefficient + y * result
    return result
