"""Special functions, under their names in SciPy. PyTorch: torch/special/__init__.py."""

import math

from minitorch import Tensor
from minitorch.ops.activation import sigmoid as expit  # noqa: F401
from minitorch.ops.binary import xlogy as xlogy
from minitorch.ops.hyperbolic import sinc as sinc
from minitorch.ops.reduce import logsumexp as logsumexp
from minitorch.ops.rounding import round as round
from minitorch.ops.softmax import log_softmax as log_softmax
from minitorch.ops.softmax import softmax as softmax
from minitorch.ops.special import digamma as digamma
from minitorch.ops.special import digamma as psi  # noqa: F401
from minitorch.ops.special import erfc as erfc
from minitorch.ops.special import erfinv as erfinv
from minitorch.ops.special import i0 as i0
from minitorch.ops.special import igamma as gammainc  # noqa: F401
from minitorch.ops.special import igammac as gammaincc  # noqa: F401
from minitorch.ops.special import lgamma as gammaln  # noqa: F401
from minitorch.ops.special import logit as logit
from minitorch.ops.special import mvlgamma as multigammaln  # noqa: F401
from minitorch.ops.special import polygamma as polygamma
from minitorch.ops.unary import erf as erf
from minitorch.ops.unary import exp2 as exp2
from minitorch.ops.unary import expm1 as expm1
from minitorch.ops.unary import log1p as log1p
from minitorch.ops.where import where


def entr(input: Tensor) -> Tensor:
    """-x log(x); 0 at 0, -inf below it. PyTorch: torch.special.entr."""
    return where(input < 0, -math.inf, 0.0 - xlogy(input, input))


def ndtr(input: Tensor) -> Tensor:
    """The standard normal distribution's chance of at most x. PyTorch: torch.special.ndtr."""
    return 0.5 * erfc(input * -math.sqrt(0.5))


def xlog1py(input: Tensor | float, other: Tensor) -> Tensor:
    """x log(1 + y); 0 where x is 0 and y no NaN. PyTorch: torch.special.xlog1py."""
    return where((input == 0) & ~other.isnan(), 0.0, input * log1p(other))
