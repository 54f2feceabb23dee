"""How far one distribution is from another. PyTorch: torch/distributions/kl.py."""

from collections.abc import Callable

import minitorch
from minitorch import Tensor
from minitorch.distributions.bernoulli import Bernoulli
from minitorch.distributions.beta import Beta
from minitorch.distributions.binomial import Binomial
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.cauchy import Cauchy
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli
from minitorch.distributions.dirichlet import Dirichlet
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.exp_family import ExponentialFamily
from minitorch.distributions.geometric import Geometric
from minitorch.distributions.half_normal import HalfNormal
from minitorch.distributions.independent import Independent
from minitorch.distributions.kl_of_moments import kl_of_moments
from minitorch.distributions.laplace import Laplace
from minitorch.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from minitorch.distributions.multivariate_normal import MultivariateNormal
from minitorch.distributions.normal import Normal
from minitorch.distributions.one_hot_categorical import OneHotCategorical
from minitorch.distributions.pareto import Pareto
from minitorch.distributions.poisson import Poisson
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.uniform import Uniform
from minitorch.nn.functional import softplus

_registered: dict[tuple[type, type], Callable] = {}


def register_kl(type_p: type, type_q: type) -> Callable:
    """Use the decorated function for two distributions of these types. PyTorch: torch.distributions.register_kl."""
    for given, name in ((type_p, "type_p"), (type_q, "type_q")):
        if not (isinstance(given, type) and issubclass(given, Distribution)):
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {given}")

    def register(function: Callable) -> Callable:
        _registered[type_p, type_q] = function
        return function

    return register


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The Kullback-Leibler divergence of p from q, (*batch_shape).

    NotImplementedError for a pair without a formula. PyTorch: torch.distributions.kl_divergence.
    """
    for kind in type(p).__mro__:
        for other in type(q).__mro__:
            if (kind, other) in _registered:
                return _registered[kind, other](p, q)
    result = _of_a_kind(p, q)
    if result is None:
        result = kl_of_moments(p, q)
    if result is None and isinstance(p, TransformedDistribution) and isinstance(q, TransformedDistribution):
        if p.transforms != q.transforms or p.event_shape != q.event_shape:
            raise NotImplementedError
        result = kl_divergence(p.base_dist, q.base_dist)
    if result is None and isinstance(p, ExponentialFamily) and isinstance(q, ExponentialFamily):
        result = _exponential_family(p, q)
    if result is None:
        kinds = f"p type {type(p).__name__} and q type {type(q).__name__}"
        raise NotImplementedError(f"No KL(p || q) is implemented for {kinds}")
    return result


def _of_a_kind(p: Distribution, q: Distribution) -> Tensor | None:
    match p, q:
        case Normal(), Normal():
            return _normal(p.scale, q.scale, p.loc - q.loc)
        case HalfNormal(), HalfNormal():
            return _normal(p.scale, q.scale, minitorch.zeros_like(p.scale))
        case Bernoulli(), Bernoulli():
            return _bernoulli(p, q)
        case Binomial(), Binomial():
            if (p.total_count < q.total_count).any():
                raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
            divergence = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
            return divergence.masked_fill(p.total_count > q.total_count, float("inf"))
        case Categorical(), Categorical():
            return _categorical(p, q)
        case OneHotCategorical(), OneHotCategorical():
            return _categorical(p._categorical, q._categorical)
        case Laplace(), Laplace():
            ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
            return -ratio.log() + distance / q.scale + ratio * minitorch.exp(-distance / p.scale) - 1
        case Beta(), Beta():
            return _dirichlet(p._dirichlet.concentration, q._dirichlet.concentration)
        case Dirichlet(), Dirichlet():
            return _dirichlet(p.concentration, q.concentration)
        case Geometric(), Geometric():
            return -p.entropy() - minitorch.log1p(-q.probs) / p.probs - q.logits
        case Poisson(), Poisson():
            return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)
        case Bernoulli(), Poisson():
            return -p.entropy() - (p.probs * q.rate.log() - q.rate)
        case (Poisson(), Bernoulli()) | (Poisson(), Binomial()):
            return minitorch.full_like(p.rate, float("inf"))
        case Pareto(), Pareto():
            ratio, scales = q.alpha / p.alpha, p.scale / q.scale
            divergence = q.alpha * scales.log() - ratio.log() + ratio - 1
            return divergence.masked_fill(p.scale < q.scale, float("inf"))
        case Uniform(), Uniform():
            divergence = ((q.high - q.low) / (p.high - p.low)).log()
            return divergence.masked_fill((q.low > p.low) | (q.high < p.high), float("inf"))
        case ContinuousBernoulli(), ContinuousBernoulli():
            log_odds = p.mean * (p.logits - q.logits) + minitorch.log1p(-p.probs) - minitorch.log1p(-q.probs)
            return log_odds + p._cont_bern_log_norm() - q._cont_bern_log_norm()
        case Cauchy(), Cauchy():
            squares = (p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)
            return squares.log() - (4 * p.scale * q.scale).log()
        case (
            (MultivariateNormal() | LowRankMultivariateNormal()),
            (MultivariateNormal() | LowRankMultivariateNormal()),
        ):
            return _multivariate_normal(p, q)
        case Independent(), Independent() if p.reinterpreted_batch_ndims == q.reinterpreted_batch_ndims:
            return p._sum(kl_divergence(p.base_dist, q.base_dist))
    return None


def _exponential_family(p: ExponentialFamily, q: ExponentialFamily) -> Tensor:
    """A Bregman divergence: of the normalizers, less the tangent at p."""
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot"
            + " " * 28
            + " be computed using Bregman divergences"
        )
    parameters = [each.detach().requires_grad_() for each in p._natural_params]
    with minitorch.enable_grad():
        normalizer = p._log_normalizer(*parameters)
    means = minitorch.autograd.grad(normalizer.sum(), parameters, create_graph=True)
    result = q._log_normalizer(*q._natural_params) - normalizer
    for mine, theirs, mean in zip(parameters, q._natural_params, means):
        result = result - ((theirs - mine) * mean).reshape((*q.batch_shape, -1)).sum(-1)
    return result


def _normal(scale_p: Tensor, scale_q: Tensor, away: Tensor) -> Tensor:
    ratio = (scale_p / scale_q).pow(2)
    return 0.5 * (ratio + (away / scale_q).pow(2) - 1 - ratio.log())


def _dirichlet(p: Tensor, q: Tensor) -> Tensor:
    total = p.sum(-1)
    normalizers = total.lgamma() - q.sum(-1).lgamma() - (p.lgamma() - q.lgamma()).sum(-1)
    return normalizers + ((p - q) * (p.digamma() - total.digamma().unsqueeze(-1))).sum(-1)


def _multivariate_normal(p: Distribution, q: Distribution) -> Tensor:
    if p.event_shape != q.event_shape:
        low = " Low Rank" if isinstance(p, LowRankMultivariateNormal) or isinstance(q, LowRankMultivariateNormal) else ""
        raise ValueError(
            f"KL-divergence between two{low} Multivariate Normals with different event shapes cannot be computed"
        )
    mine, theirs = p.scale_tril, q.scale_tril
    ratio = minitorch.linalg.solve_triangular(theirs, mine, upper=False).square().sum((-2, -1))
    away = minitorch.linalg.solve_triangular(theirs, (q.loc - p.loc).unsqueeze(-1), upper=False).square().sum((-2, -1))
    logarithms = (theirs.diagonal(dim1=-2, dim2=-1).log() - mine.diagonal(dim1=-2, dim2=-1).log()).sum(-1)
    return logarithms + 0.5 * (ratio + away - p.event_shape[0])


def _bernoulli(p: Bernoulli, q: Bernoulli) -> Tensor:
    ones = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    ones = minitorch.where(p.probs == 0, 0.0, minitorch.where(q.probs == 0, float("inf"), ones))
    zeros = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    zeros = minitorch.where(p.probs == 1, 0.0, minitorch.where(q.probs == 1, float("inf"), zeros))
    return ones + zeros


def _categorical(p: Categorical, q: Categorical) -> Tensor:
    terms = p.probs * (p.logits - q.logits)
    terms = minitorch.where(q.probs == 0, float("inf"), terms)
    return minitorch.where(p.probs == 0, 0.0, terms).sum(-1)
