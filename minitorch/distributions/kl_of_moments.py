"""Divergences that follow from an entropy and some means. PyTorch: torch/distributions/kl.py.

KL(p || q) = -entropy(p) - E_p[log q]. Where log q is made of x, x^2, log x, log(1 - x) or exp(-x / s), their means
under p are all that is needed: one formula for each q and one mean for each p, in place of one for each pair.
"""

import math

import minitorch
from minitorch import Tensor
from minitorch.distributions.beta import Beta
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.exponential import Exponential
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.gumbel import Gumbel
from minitorch.distributions.laplace import Laplace
from minitorch.distributions.normal import Normal
from minitorch.distributions.pareto import Pareto
from minitorch.distributions.uniform import Uniform
from minitorch.distributions.utils import EULER

_Line = (Gumbel, Laplace, Normal)  # any number
_Bounded = (Beta, ContinuousBernoulli)  # 0 to 1
_Positive = (Exponential, Gamma, Pareto)


def kl_of_moments(p: Distribution, q: Distribution) -> Tensor | None:
    """KL(p || q) for two of the kinds above, infinite where p has values that q does not; None for other kinds."""
    if not isinstance(p, (*_Line, *_Bounded, *_Positive, Uniform)) or _log(p, q) is None:
        return None
    result = -p.entropy() - _log(p, q)
    outside = _outside(p, q)
    return result if outside is None else minitorch.where(outside, math.inf, result)


def _log(p: Distribution, q: Distribution) -> Tensor | None:
    """The mean of log q under p, whatever the supports; None without a formula."""
    match q:
        case Normal():
            squares = (p.variance + (p.mean - q.loc).pow(2)) / q.scale.pow(2)
            return -0.5 * squares - q.scale.log() - 0.5 * math.log(2 * math.pi)
        case Exponential():
            return q.rate.log() - q.rate * p.mean
        case Gamma() if not isinstance(p, ContinuousBernoulli):
            power = (q.concentration - 1) * _mean_log(p)
            return q.concentration * q.rate.log() - q.concentration.lgamma() + power - q.rate * p.mean
        case Gumbel() if isinstance(p, (Exponential, Gamma, Gumbel, Normal, Uniform)):
            decayed = _mean_decay(p, q.scale) * (q.loc / q.scale).exp()
            return -(p.mean - q.loc) / q.scale - decayed - q.scale.log()
        case Laplace() if isinstance(p, Normal):
            away = p.loc - q.loc
            folded = p.scale * math.sqrt(2 / math.pi) * (-0.5 * (away / p.scale).pow(2)).exp()
            return -(folded + away * minitorch.erf(away / (p.scale * math.sqrt(2)))) / q.scale - (2 * q.scale).log()
        case Uniform() if not isinstance(p, Uniform):
            return -(q.high - q.low).log()
        case Pareto():
            return q.alpha.log() + q.alpha * q.scale.log() - (q.alpha + 1) * _mean_log(p)
        case Beta() if not isinstance(p, ContinuousBernoulli):
            normalizer = (q.concentration1 + q.concentration0).lgamma() - q.concentration1.lgamma() - q.concentration0.lgamma()
            return normalizer + (q.concentration1 - 1) * _mean_log(p) + (q.concentration0 - 1) * _mean_log(p, rest=True)
        case ContinuousBernoulli():
            return p.mean * q.logits + minitorch.log1p(-q.probs) + q._cont_bern_log_norm()
    return None


def _outside(p: Distribution, q: Distribution) -> Tensor | None:
    """Where p has values that q does not; None for nowhere. PyTorch counts a shared end as outside for ContinuousBernoulli."""
    if isinstance(q, _Line):
        return None
    low, high = _support(p)
    if isinstance(p, ContinuousBernoulli) and isinstance(q, Uniform):
        return (q.low >= low) | (q.high <= high)
    if isinstance(p, Uniform) and isinstance(q, ContinuousBernoulli):
        return (low <= 0) | (high >= 1)
    first, last = _support(q)
    return (first > low) | (last < high)


def _support(p: Distribution) -> tuple[Tensor, Tensor]:
    if isinstance(p, Uniform):
        return p.low, p.high
    low = p.scale if isinstance(p, Pareto) else minitorch.full_like(p.mean, -math.inf if isinstance(p, _Line) else 0.0)
    return low, minitorch.full_like(p.mean, 1.0 if isinstance(p, _Bounded) else math.inf)


def _mean_log(p: Distribution, rest: bool = False) -> Tensor:
    """The mean of log x, or of log(1 - x); NaN where x is not always positive."""
    match p:
        case Beta():
            own = p.concentration0 if rest else p.concentration1
            return own.digamma() - (p.concentration1 + p.concentration0).digamma()
        case Gamma():
            return p.concentration.digamma() - p.rate.log()
        case Exponential():
            return -EULER - p.rate.log()
        case Pareto():
            return p.scale.log() + p.alpha.reciprocal()
        case Uniform():
            low, high = (1 - p.high, 1 - p.low) if rest else (p.low, p.high)
            return (minitorch.xlogy(high, high) - minitorch.xlogy(low, low)) / (high - low) - 1
    return minitorch.full_like(p.mean, math.nan)


def _mean_decay(p: Distribution, scale: Tensor) -> Tensor:
    """The mean of exp(-x / scale)."""
    match p:
        case Exponential():
            return p.rate / (p.rate + 1 / scale)
        case Gamma():
            return (p.rate / (p.rate + 1 / scale)).pow(p.concentration)
        case Gumbel():
            return (-p.loc / scale + (1 + p.scale / scale).lgamma()).exp()
        case Normal():
            return (-p.loc / scale + 0.5 * (p.scale / scale).pow(2)).exp()
    return scale * ((-p.low / scale).exp() - (-p.high / scale).exp()) / (p.high - p.low)
