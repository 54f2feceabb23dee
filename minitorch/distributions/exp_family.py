"""Families with natural parameters. PyTorch: torch/distributions/exp_family.py."""

import minitorch
from minitorch import Tensor
from minitorch.distributions.distribution import Distribution


class ExponentialFamily(Distribution):
    """Density exp(parameters * statistics - _log_normalizer(parameters) + carrier).

    Entropies and divergences follow from the normalizer's derivatives. PyTorch: torch.distributions.ExponentialFamily.
    """

    _mean_carrier_measure: float = 0

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        raise NotImplementedError

    def entropy(self) -> Tensor:
        parameters = [each.detach().requires_grad_() for each in self._natural_params]
        with minitorch.enable_grad():
            normalizer = self._log_normalizer(*parameters)
        means = minitorch.autograd.grad(normalizer.sum(), parameters, create_graph=True)
        result = normalizer - self._mean_carrier_measure
        for parameter, mean in zip(parameters, means):
            result = result - (parameter * mean).reshape((*self._batch_shape, -1)).sum(-1)
        return result
