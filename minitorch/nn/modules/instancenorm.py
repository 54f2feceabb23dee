"""Instance normalisation. PyTorch: torch/nn/modules/instancenorm.py."""

import warnings

from minitorch._tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.batchnorm import _NormBase


class _InstanceNorm(_NormBase):
    _dims: int

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() not in (self._dims + 1, self._dims + 2):
            raise ValueError(f"expected {self._dims + 1}D or {self._dims + 2}D input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        channels = input.shape[-self._dims - 1]
        if channels != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={input.dim() - self._dims - 1} to match num_features "
                    f"({self.num_features}), but got: {channels}."
                )
            warnings.warn(
                f"input's size at dim={input.dim() - self._dims - 1} does not match num_features. You can silence this "
                "warning by not passing in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        if input.dim() == self._dims + 1:
            return self._apply_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_norm(input)

    def _apply_norm(self, input: Tensor) -> Tensor:
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )


class InstanceNorm1d(_InstanceNorm):
    """Every channel of each sample of (N, C, L) to mean 0 and variance 1. PyTorch: torch.nn.InstanceNorm1d."""

    _dims = 1


class InstanceNorm2d(_InstanceNorm):
    """Every channel of each sample of (N, C, H, W) to mean 0 and variance 1. PyTorch: torch.nn.InstanceNorm2d."""

    _dims = 2


class InstanceNorm3d(_InstanceNorm):
    """Every channel of each sample of (N, C, D, H, W) to mean 0 and variance 1. PyTorch: torch.nn.InstanceNorm3d."""

    _dims = 3
