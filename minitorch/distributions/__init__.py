"""Probability distributions: what policies and encoders use. PyTorch: torch/distributions/__init__.py."""

from minitorch.distributions import constraints as constraints
from minitorch.distributions import transforms as transforms
from minitorch.distributions.bernoulli import Bernoulli as Bernoulli
from minitorch.distributions.categorical import Categorical as Categorical
from minitorch.distributions.distribution import Distribution as Distribution
from minitorch.distributions.exponential import Exponential as Exponential
from minitorch.distributions.independent import Independent as Independent
from minitorch.distributions.kl import kl_divergence as kl_divergence
from minitorch.distributions.laplace import Laplace as Laplace
from minitorch.distributions.multivariate_normal import MultivariateNormal as MultivariateNormal
from minitorch.distributions.normal import Normal as Normal
from minitorch.distributions.one_hot_categorical import OneHotCategorical as OneHotCategorical
from minitorch.distributions.one_hot_categorical import (
    OneHotCategoricalStraightThrough as OneHotCategoricalStraightThrough,
)
from minitorch.distributions.transformed_distribution import LogNormal as LogNormal
from minitorch.distributions.transformed_distribution import TransformedDistribution as TransformedDistribution
from minitorch.distributions.transforms import AffineTransform as AffineTransform
from minitorch.distributions.transforms import ComposeTransform as ComposeTransform
from minitorch.distributions.transforms import ExpTransform as ExpTransform
from minitorch.distributions.transforms import SigmoidTransform as SigmoidTransform
from minitorch.distributions.transforms import TanhTransform as TanhTransform
from minitorch.distributions.transforms import Transform as Transform
from minitorch.distributions.uniform import Uniform as Uniform
