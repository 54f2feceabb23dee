"""How far one distribution is from another. PyTorch: torch/distributions/kl.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions.bernoulli import Bernoulli
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.exponential import Exponential
from minitorch.distributions.independent import Independent
from minitorch.distributions.laplace import Laplace
from minitorch.distributions.multivariate_normal import MultivariateNormal
from minitorch.distributions.normal import Normal
from minitorch.distributions.one_hot_categorical import OneHotCategorical
from minitorch.nn.functional import softplus


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The Kullback-Leibler divergence of p from q, (*batch_shape).

    For two of a kind of Normal, MultivariateNormal, Bernoulli, (OneHot)Categorical, Exponential, Laplace, or Independent ones
    of these; else NotImplementedError. PyTorch: torch.distributions.kl_divergence.
    """
    match p, q:
        case Normal(), Normal():
            return _normal(p, q)
        case Bernoulli(), Bernoulli():
            return _bernoulli(p, q)
        case Categorical(), Categorical():
            return _categorical(p, q)
        case Exponential(), Exponential():
            ratio = q.rate / p.rate
            return -ratio.log() + ratio - 1
        case Laplace(), Laplace():
            ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
            return -ratio.log() + distance / q.scale + ratio * minitorch.exp(-distance / p.scale) - 1
        case OneHotCategorical(), OneHotCategorical():
            return _categorical(p._categorical, q._categorical)
        case MultivariateNormal(), MultivariateNormal():
            return _multivariate_normal(p, q)
        case Independent(), Independent() if p.reinterpreted_batch_ndims == q.reinterpreted_batch_ndims:
            return p._sum(kl_divergence(p.base_dist, q.base_dist))
    raise NotImplementedError(f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}")


def _normal(p: Normal, q: Normal) -> Tensor:
    ratio = (p.scale / q.scale).pow(2)
    distance = ((p.loc - q.loc) / q.scale).pow(2)
    return 0.5 * (ratio + distance - 1 - ratio.log())


def _multivariate_normal(p: MultivariateNormal, q: MultivariateNormal) -> Tensor:
    if p.event_shape != q.event_shape:
        raise ValueError("KL-divergence between two Multivariate Normals with different event shapes cannot be computed")
    ratio = minitorch.linalg.solve_triangular(q._factor, p._factor, upper=False).square().sum((-2, -1))
    away = minitorch.linalg.solve_triangular(q._factor, (q.loc - p.loc).unsqueeze(-1), upper=False).square().sum((-2, -1))
    logarithms = q._half_log_determinant() - p._half_log_determinant()
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
