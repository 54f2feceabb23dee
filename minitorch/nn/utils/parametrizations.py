"""Weights that are kept normalised. PyTorch: torch/nn/utils/parametrizations.py."""

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.nn import functional as F
from minitorch.nn.modules.conv_transpose import _ConvTransposeNd
from minitorch.nn.modules.module import Module
from minitorch.nn.utils._orthogonal import orthogonal as orthogonal
from minitorch.nn.utils.parametrize import register_parametrization
from minitorch.ops.matmul import dot, mv
from minitorch.ops.normalize import _weight_norm, norm_except_dim


def weight_norm(module: Module, name: str = "weight", dim: int = 0) -> Module:
    """Learn a weight's length and direction apart: original0 * original1 / |original1|, one length for each index of `dim`.

    `dim` None or -1: one length for all of it. PyTorch: torch.nn.utils.parametrizations.weight_norm.
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict: dict, prefix: str, *unused) -> None:
        """The names of the older form, torch.nn.utils.weight_norm."""
        names = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
        if all(each in state_dict for each in names):
            for number, each in enumerate(names):
                state_dict[f"{prefix}parametrizations.{name}.original{number}"] = state_dict.pop(each)

    module._register_load_state_dict_pre_hook(rename)
    return module


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return _weight_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, 2, self.dim), weight


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight by its largest singular value, as a matrix (size of `dim`, all the rest).

    The value is estimated by the power method: `n_power_iterations` more steps at each use in training. `dim`: 0, but 1
    for transposed convolutions. PyTorch: torch.nn.utils.parametrizations.spectral_norm.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    dim = output_dim(module) if dim is None else dim
    register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
    return module


def output_dim(module: Module) -> int:
    """Which dimension of a layer's weight counts its outputs."""
    return 1 if isinstance(module, _ConvTransposeNd) else 0


class _SpectralNorm(Module):
    _u: Tensor  # the estimates of the first left and the first right singular vector
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12):
        super().__init__()
        ndim = weight.dim()
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._matrix(weight)
            u, v = (matrix.new_empty(size).normal_(0, 1) for size in matrix.shape)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._iterate(matrix, 15)

    def forward(self, weight: Tensor) -> Tensor:
        if weight.dim() == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        # Copies: the next forward changes them, perhaps before this one's backward.
        u, v = self._u.clone(), self._v.clone()
        return weight / dot(u, mv(matrix, v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value

    def _matrix(self, weight: Tensor) -> Tensor:
        if self.dim != 0:
            weight = weight.permute(self.dim, *[each for each in range(weight.dim()) if each != self.dim])
        return weight.flatten(1)

    def _iterate(self, matrix: Tensor, times: int) -> None:
        with no_grad():
            for _ in range(times):
                F.normalize(mv(matrix, self._v), dim=0, eps=self.eps, out=self._u)
                F.normalize(mv(matrix.t(), self._u), dim=0, eps=self.eps, out=self._v)
