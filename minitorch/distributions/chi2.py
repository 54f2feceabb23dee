"""The chi-squared distribution. PyTorch: torch/distributions/chi2.py."""

from minitorch import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.gamma import Gamma


class Chi2(Gamma):
    """The sum of `df` squares of normal numbers. PyTorch: torch.distributions.Chi2."""

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df: "Tensor | float", validate_args: bool | None = None) -> None:
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    @property
    def df(self) -> Tensor:
        """Degrees of freedom."""
        return self.concentration * 2
