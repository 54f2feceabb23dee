"""Probability distributions: what policies and encoders use. PyTorch: torch/distributions/__init__.py."""

from minitorch.distributions import constraints as constraints
from minitorch.distributions.bernoulli import Bernoulli as Bernoulli
from minitorch.distributions.categorical import Categorical as Categorical
from minitorch.distributions.distribution import Distribution as Distribution
from minitorch.distributions.exponential import Exponential as Exponential
from minitorch.distributions.independent import Independent as Independent
from minitorch.distributions.kl import kl_divergence as kl_divergence
from minitorch.distributions.normal import Normal as Normal
from minitorch.distributions.uniform import Uniform as Uniform
