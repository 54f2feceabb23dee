"""Transforms of single numbers. PyTorch: torch/distributions/transforms.py."""

import math

import minitorch
from minitorch import Size, Tensor
from minitorch.distributions import constraints
from minitorch.distributions.constraints import Constraint
from minitorch.distributions.transforms.transform import Transform, widened
from minitorch.distributions.utils import broadcast_all, clipped_sigmoid, sum_rightmost
from minitorch.nn.functional import softplus


class _Rising(Transform):
    """What the transforms of single numbers that rise share."""

    bijective = True
    domain = constraints.real
    codomain = constraints.positive
    sign = 1


class ExpTransform(_Rising):
    """y = exp(x). PyTorch: torch.distributions.transforms.ExpTransform."""

    def _call(self, x: Tensor) -> Tensor:
        return x.exp()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return x


class SigmoidTransform(_Rising):
    """y = 1 / (1 + exp(-x)). PyTorch: torch.distributions.transforms.SigmoidTransform."""

    codomain = constraints.unit_interval

    def _call(self, x: Tensor) -> Tensor:
        return clipped_sigmoid(x)

    def _inverse(self, y: Tensor) -> Tensor:
        info = minitorch.finfo(y.dtype)
        y = y.clamp(min=info.tiny, max=1.0 - info.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return -softplus(-x) - softplus(x)


class SoftplusTransform(_Rising):
    """y = log(1 + exp(x)). PyTorch: torch.distributions.transforms.SoftplusTransform."""

    def _call(self, x: Tensor) -> Tensor:
        return softplus(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return -softplus(-x)


class TanhTransform(_Rising):
    """y = tanh(x). PyTorch: torch.distributions.transforms.TanhTransform."""

    codomain = constraints.interval(-1.0, 1.0)

    def _call(self, x: Tensor) -> Tensor:
        return x.tanh()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.atanh()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))  # log(1 - y^2), also where y rounds to 1


class AbsTransform(Transform):
    """y = |x|. PyTorch: torch.distributions.transforms.AbsTransform."""

    domain = constraints.real
    codomain = constraints.positive

    def _call(self, x: Tensor) -> Tensor:
        return x.abs()

    def _inverse(self, y: Tensor) -> Tensor:
        return y


class PowerTransform(Transform):
    """y = x ** exponent. PyTorch: torch.distributions.transforms.PowerTransform."""

    bijective = True
    domain = constraints.positive
    codomain = constraints.positive

    def __init__(self, exponent: "Tensor | float", cache_size: int = 0) -> None:
        super().__init__(cache_size)
        (self.exponent,) = broadcast_all(exponent)

    @property
    def sign(self) -> Tensor:
        return self.exponent.sign()

    def _parameters(self) -> tuple:
        return (self.exponent,)

    def _call(self, x: Tensor) -> Tensor:
        return x.pow(self.exponent)

    def _inverse(self, y: Tensor) -> Tensor:
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Size) -> Size:
        return minitorch.broadcast_shapes(shape, self.exponent.shape)

    inverse_shape = forward_shape


class AffineTransform(Transform):
    """y = loc + scale * x. PyTorch: torch.distributions.transforms.AffineTransform."""

    bijective = True

    def __init__(self, loc: "Tensor | float", scale: "Tensor | float", event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim
        self.domain = self.codomain = widened(constraints.real, event_dim)

    def _parameters(self) -> tuple:
        return self.loc, self.scale, self._event_dim

    @property
    def sign(self) -> "int | Tensor":
        if isinstance(self.scale, Tensor):
            return self.scale.sign()
        return int(self.scale > 0) - int(self.scale < 0)

    def _call(self, x: Tensor) -> Tensor:
        return self.loc + self.scale * x

    def _inverse(self, y: Tensor) -> Tensor:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        if isinstance(self.scale, Tensor):
            result = minitorch.abs(self.scale).log()
        else:
            result = minitorch.full_like(x, math.log(abs(self.scale)))
        shape = x.shape[: x.dim() - self._event_dim]
        return sum_rightmost(result, self._event_dim).expand(shape)

    def forward_shape(self, shape: Size) -> Size:
        parameters = [each.shape for each in (self.loc, self.scale) if isinstance(each, Tensor)]
        return minitorch.broadcast_shapes(shape, *parameters)

    inverse_shape = forward_shape


class CumulativeDistributionTransform(Transform):
    """y = distribution.cdf(x). PyTorch: torch.distributions.transforms.CumulativeDistributionTransform."""

    bijective = True
    codomain = constraints.unit_interval
    sign = 1

    def __init__(self, distribution, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    def _parameters(self) -> tuple:
        return (self.distribution,)

    @property
    def domain(self) -> Constraint:
        return self.distribution.support

    def _call(self, x: Tensor) -> Tensor:
        return self.distribution.cdf(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return self.distribution.log_prob(x)
