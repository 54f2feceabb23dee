"""How parameters get their first values. PyTorch: torch/nn/init.py.

Every function writes `tensor` in place, unrecorded, and returns it. The fans of a weight: fan_in is how many
inputs one output has, shape[1] * receptive field; fan_out how many outputs one input has, shape[0] * that.
"""

import math
import warnings

import numpy as np

import minitorch
from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.random import Generator


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance through this function. PyTorch: nn.init.calculate_gain."""
    if nonlinearity in _LINEAR or nonlinearity == "sigmoid":
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            param = 0.01
        elif isinstance(param, bool) or not isinstance(param, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + param**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


_LINEAR = {"linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform in [a, b). PyTorch: nn.init.uniform_."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Normal. PyTorch: nn.init.normal_."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Normal, what falls outside [a, b] being drawn again. PyTorch: nn.init.trunc_normal_, since 2.12."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=2,
        )
    with no_grad():
        if _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std) > 0.3:
            return _reject_from_normal(tensor, mean, std, a, b, generator)
        return _reject_from_uniform(tensor, mean, std, a, b, generator)


def _normal_cdf(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def _reject_from_normal(tensor, mean, std, a, b, generator) -> Tensor:
    """The bounds hold a good part of the bell: draw from it until all are inside."""
    low, high = tensor.new_tensor(a).item(), tensor.new_tensor(b).item()  # rounded as the elements are
    result = tensor.normal_(mean, std, generator=generator)
    while (outside := (result < low) | (result > high)).any():
        fresh = minitorch.empty_like(result).normal_(mean, std, generator=generator)
        result = minitorch.where(outside, fresh, result)
    return tensor if result is tensor else tensor.copy_(result)


def _reject_from_uniform(tensor, mean, std, a, b, generator) -> Tensor:
    """The bounds hold a tail only: draw between them and keep with probability density / highest density."""
    mode = max(a, min(mean, b))
    log_peak = -0.5 * ((mode - mean) / std) ** 2

    def rejected(candidates: Tensor) -> Tensor:
        log_density = ((candidates - mean) / std).pow(2) * -0.5 - log_peak
        return minitorch.empty_like(tensor).uniform_(generator=generator).log_() > log_density

    result = tensor.uniform_(a, b, generator=generator)
    pending = rejected(result)
    while pending.any():
        candidates = minitorch.empty_like(tensor).uniform_(a, b, generator=generator)
        result = minitorch.where(pending, candidates, result)
        pending = minitorch.where(pending, rejected(candidates), pending)
    return tensor if result is tensor else tensor.copy_(result)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The same value everywhere. PyTorch: nn.init.constant_."""
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Ones. PyTorch: nn.init.ones_."""
    with no_grad():
        return tensor.fill_(1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros. PyTorch: nn.init.zeros_."""
    with no_grad():
        return tensor.zero_()


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix. ValueError unless there are 2 dimensions. PyTorch: nn.init.eye_."""
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    with no_grad():
        return tensor.copy_(minitorch.eye(*tensor.shape, dtype=tensor.dtype))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution weight that passes its input on. ValueError unless 3- to 5-d. PyTorch: nn.init.dirac_."""
    if tensor.dim() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.size(0) % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    group_size = tensor.size(0) // groups
    centre = tuple(size // 2 for size in tensor.shape[2:])
    with no_grad():
        tensor.zero_()
        for group in range(groups):
            for channel in range(min(group_size, tensor.size(1))):
                tensor[(group * group_size + channel, channel, *centre)] = 1
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform, of variance gain**2 * 2 / (fan_in + fan_out). PyTorch: nn.init.xavier_uniform_."""
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal, of variance gain**2 * 2 / (fan_in + fan_out). PyTorch: nn.init.xavier_normal_."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _xavier_std(tensor: Tensor, gain: float) -> float:
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return gain * math.sqrt(2.0 / float(fan_in + fan_out))


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform, of variance gain**2 / fan; `a` is leaky_relu's slope. PyTorch: nn.init.kaiming_uniform_."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal, of variance gain**2 / fan; `a` is leaky_relu's slope. PyTorch: nn.init.kaiming_normal_."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    return normal_(tensor, 0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    fan = _calculate_correct_fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of {['fan_in', 'fan_out']}")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """The name with an underscore is the one that nn.Linear and many programs call."""
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    receptive_field = math.prod(tensor.shape[2:])
    return tensor.size(1) * receptive_field, tensor.size(0) * receptive_field


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Orthonormal rows or columns times gain, from the QR of a normal matrix. PyTorch: nn.init.orthogonal_.

    Raises ValueError for fewer than 2 dimensions; further ones are flattened. The generator ends where
    PyTorch's does; the values are NumPy's QR, at most 6e-7 from PyTorch's in float32.
    """
    if tensor.dim() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows, columns = tensor.size(0), tensor.numel() // tensor.size(0)
    normal = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator).cpu().numpy()
    tall = normal.T if rows < columns else normal
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diagonal(r))  # of all orthogonal matrices alike: https://arxiv.org/pdf/math-ph/0609050.pdf
    flat = minitorch.from_numpy(q.T if rows < columns else q)
    with no_grad():
        tensor.view_as(flat).copy_(flat)
        return tensor.mul_(gain)


def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """Normal, but a fraction `sparsity` of each column zero. ValueError unless 2-d. PyTorch: nn.init.sparse_.

    As in PyTorch the places of the zeros come from the default generator, whatever `generator` is.
    """
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[minitorch.randperm(rows)[:zeros], column] = 0
    return tensor


# The names without an underscore, as PyTorch keeps them for old programs.


def uniform(*args, **kwargs) -> Tensor:
    """uniform_, with a FutureWarning."""
    _deprecated("uniform")
    return uniform_(*args, **kwargs)


def normal(*args, **kwargs) -> Tensor:
    """normal_, with a FutureWarning."""
    _deprecated("normal")
    return normal_(*args, **kwargs)


def constant(*args, **kwargs) -> Tensor:
    """constant_, with a FutureWarning."""
    _deprecated("constant")
    return constant_(*args, **kwargs)


def eye(*args, **kwargs) -> Tensor:
    """eye_, with a FutureWarning."""
    _deprecated("eye")
    return eye_(*args, **kwargs)


def dirac(*args, **kwargs) -> Tensor:
    """dirac_, with a FutureWarning."""
    _deprecated("dirac")
    return dirac_(*args, **kwargs)


def xavier_uniform(*args, **kwargs) -> Tensor:
    """xavier_uniform_, with a FutureWarning."""
    _deprecated("xavier_uniform")
    return xavier_uniform_(*args, **kwargs)


def xavier_normal(*args, **kwargs) -> Tensor:
    """xavier_normal_, with a FutureWarning."""
    _deprecated("xavier_normal")
    return xavier_normal_(*args, **kwargs)


def kaiming_uniform(*args, **kwargs) -> Tensor:
    """kaiming_uniform_, with a FutureWarning."""
    _deprecated("kaiming_uniform")
    return kaiming_uniform_(*args, **kwargs)


def kaiming_normal(*args, **kwargs) -> Tensor:
    """kaiming_normal_, with a FutureWarning."""
    _deprecated("kaiming_normal")
    return kaiming_normal_(*args, **kwargs)


def orthogonal(*args, **kwargs) -> Tensor:
    """orthogonal_, with a FutureWarning."""
    _deprecated("orthogonal")
    return orthogonal_(*args, **kwargs)


def sparse(*args, **kwargs) -> Tensor:
    """sparse_, with a FutureWarning."""
    _deprecated("sparse")
    return sparse_(*args, **kwargs)


def _deprecated(name: str) -> None:
    warnings.warn(
        f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.", FutureWarning, stacklevel=3
    )
