"""Functions of random numbers. PyTorch: torch/distributions/transforms.py."""

from minitorch.distributions.transforms.numbers import AbsTransform as AbsTransform
from minitorch.distributions.transforms.numbers import AffineTransform as AffineTransform
from minitorch.distributions.transforms.numbers import (
    CumulativeDistributionTransform as CumulativeDistributionTransform,
)
from minitorch.distributions.transforms.numbers import ExpTransform as ExpTransform
from minitorch.distributions.transforms.numbers import PowerTransform as PowerTransform
from minitorch.distributions.transforms.numbers import SigmoidTransform as SigmoidTransform
from minitorch.distributions.transforms.numbers import SoftplusTransform as SoftplusTransform
from minitorch.distributions.transforms.numbers import TanhTransform as TanhTransform
from minitorch.distributions.transforms.transform import ComposeTransform as ComposeTransform
from minitorch.distributions.transforms.transform import IndependentTransform as IndependentTransform
from minitorch.distributions.transforms.transform import ReshapeTransform as ReshapeTransform
from minitorch.distributions.transforms.transform import Transform as Transform
from minitorch.distributions.transforms.transform import identity_transform as identity_transform
from minitorch.distributions.transforms.vectors import CatTransform as CatTransform
from minitorch.distributions.transforms.vectors import CorrCholeskyTransform as CorrCholeskyTransform
from minitorch.distributions.transforms.vectors import LowerCholeskyTransform as LowerCholeskyTransform
from minitorch.distributions.transforms.vectors import PositiveDefiniteTransform as PositiveDefiniteTransform
from minitorch.distributions.transforms.vectors import SoftmaxTransform as SoftmaxTransform
from minitorch.distributions.transforms.vectors import StackTransform as StackTransform
from minitorch.distributions.transforms.vectors import StickBreakingTransform as StickBreakingTransform
