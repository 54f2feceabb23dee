"""Probability distributions. PyTorch: torch/distributions/__init__.py."""

from minitorch.distributions import constraints as constraints
from minitorch.distributions import transforms as transforms
from minitorch.distributions.bernoulli import Bernoulli as Bernoulli
from minitorch.distributions.beta import Beta as Beta
from minitorch.distributions.binomial import Binomial as Binomial
from minitorch.distributions.categorical import Categorical as Categorical
from minitorch.distributions.cauchy import Cauchy as Cauchy
from minitorch.distributions.chi2 import Chi2 as Chi2
from minitorch.distributions.constraint_registry import biject_to as biject_to
from minitorch.distributions.constraint_registry import transform_to as transform_to
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli as ContinuousBernoulli
from minitorch.distributions.dirichlet import Dirichlet as Dirichlet
from minitorch.distributions.distribution import Distribution as Distribution
from minitorch.distributions.exp_family import ExponentialFamily as ExponentialFamily
from minitorch.distributions.exponential import Exponential as Exponential
from minitorch.distributions.fishersnedecor import FisherSnedecor as FisherSnedecor
from minitorch.distributions.gamma import Gamma as Gamma
from minitorch.distributions.generalized_pareto import GeneralizedPareto as GeneralizedPareto
from minitorch.distributions.geometric import Geometric as Geometric
from minitorch.distributions.gumbel import Gumbel as Gumbel
from minitorch.distributions.half_cauchy import HalfCauchy as HalfCauchy
from minitorch.distributions.half_normal import HalfNormal as HalfNormal
from minitorch.distributions.independent import Independent as Independent
from minitorch.distributions.inverse_gamma import InverseGamma as InverseGamma
from minitorch.distributions.kl import kl_divergence as kl_divergence
from minitorch.distributions.kl import register_kl as register_kl
from minitorch.distributions.kumaraswamy import Kumaraswamy as Kumaraswamy
from minitorch.distributions.laplace import Laplace as Laplace
from minitorch.distributions.lkj_cholesky import LKJCholesky as LKJCholesky
from minitorch.distributions.log_normal import LogNormal as LogNormal
from minitorch.distributions.logistic_normal import LogisticNormal as LogisticNormal
from minitorch.distributions.lowrank_multivariate_normal import (
    LowRankMultivariateNormal as LowRankMultivariateNormal,
)
from minitorch.distributions.mixture_same_family import MixtureSameFamily as MixtureSameFamily
from minitorch.distributions.multinomial import Multinomial as Multinomial
from minitorch.distributions.multivariate_normal import MultivariateNormal as MultivariateNormal
from minitorch.distributions.negative_binomial import NegativeBinomial as NegativeBinomial
from minitorch.distributions.normal import Normal as Normal
from minitorch.distributions.one_hot_categorical import OneHotCategorical as OneHotCategorical
from minitorch.distributions.one_hot_categorical import (
    OneHotCategoricalStraightThrough as OneHotCategoricalStraightThrough,
)
from minitorch.distributions.pareto import Pareto as Pareto
from minitorch.distributions.poisson import Poisson as Poisson
from minitorch.distributions.relaxed_bernoulli import RelaxedBernoulli as RelaxedBernoulli
from minitorch.distributions.relaxed_categorical import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from minitorch.distributions.studentT import StudentT as StudentT
from minitorch.distributions.transformed_distribution import (
    TransformedDistribution as TransformedDistribution,
)
from minitorch.distributions.transforms import AbsTransform as AbsTransform
from minitorch.distributions.transforms import AffineTransform as AffineTransform
from minitorch.distributions.transforms import CatTransform as CatTransform
from minitorch.distributions.transforms import ComposeTransform as ComposeTransform
from minitorch.distributions.transforms import CorrCholeskyTransform as CorrCholeskyTransform
from minitorch.distributions.transforms import (
    CumulativeDistributionTransform as CumulativeDistributionTransform,
)
from minitorch.distributions.transforms import ExpTransform as ExpTransform
from minitorch.distributions.transforms import IndependentTransform as IndependentTransform
from minitorch.distributions.transforms import LowerCholeskyTransform as LowerCholeskyTransform
from minitorch.distributions.transforms import PositiveDefiniteTransform as PositiveDefiniteTransform
from minitorch.distributions.transforms import PowerTransform as PowerTransform
from minitorch.distributions.transforms import ReshapeTransform as ReshapeTransform
from minitorch.distributions.transforms import SigmoidTransform as SigmoidTransform
from minitorch.distributions.transforms import SoftmaxTransform as SoftmaxTransform
from minitorch.distributions.transforms import SoftplusTransform as SoftplusTransform
from minitorch.distributions.transforms import StackTransform as StackTransform
from minitorch.distributions.transforms import StickBreakingTransform as StickBreakingTransform
from minitorch.distributions.transforms import TanhTransform as TanhTransform
from minitorch.distributions.transforms import Transform as Transform
from minitorch.distributions.transforms import identity_transform as identity_transform
from minitorch.distributions.uniform import Uniform as Uniform
from minitorch.distributions.von_mises import VonMises as VonMises
from minitorch.distributions.weibull import Weibull as Weibull
from minitorch.distributions.wishart import Wishart as Wishart
