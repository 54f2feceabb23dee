"""Limits on gradients. PyTorch: torch/nn/utils/clip_grad.py."""

import math
import types
import warnings
from collections.abc import Iterable

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.ops.convert import tensor
from minitorch.ops.joining import stack


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients by one factor, so that their norm together is at most max_norm; returns the norm.

    Raises RuntimeError if the norm is not finite and `error_if_nonfinite`.
    PyTorch: torch.nn.utils.clip_grad_norm_.
    """
    parameters = _listed(parameters)
    norm = get_total_norm([p.grad for p in parameters if p.grad is not None], norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, norm)
    return norm


def clip_grad_norm(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The older name of clip_grad_norm_, with a FutureWarning. PyTorch: torch.nn.utils.clip_grad_norm."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Limit every element of the gradients to [-clip_value, clip_value].

    PyTorch: torch.nn.utils.clip_grad_value_.
    """
    clip_value = float(clip_value)
    with no_grad():
        for parameter in _listed(parameters):
            if parameter.grad is not None:
                parameter.grad.clamp_(min=-clip_value, max=clip_value)


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all elements of all tensors together. PyTorch: torch.nn.utils.get_total_norm."""
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return tensor(0.0)
    with no_grad():
        norms = [_norm(each, norm_type) for each in tensors]
        total = _norm(stack(norms), norm_type)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it "
            f"cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale all gradients by max_norm / total_norm if that is below 1.

    PyTorch: torch.nn.utils.clip_grads_with_norm_.
    """
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    with no_grad():
        # 1e-6 avoids a division by zero; always multiplied, as a branch would have to wait for a GPU.
        factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.grad.mul_(factor)


def _norm(values: Tensor, norm_type: float) -> Tensor:
    """PyTorch: torch.linalg.vector_norm."""
    if norm_type == 2:
        return (values * values).sum().sqrt()
    if norm_type == math.inf:
        return values.abs().max()
    if norm_type == -math.inf:
        return values.abs().min()
    if norm_type == 0:
        return (values != 0).sum().to(values.dtype)
    return (values.abs() ** norm_type).sum() ** (1 / norm_type)


def _listed(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    if isinstance(parameters, Tensor):
        return [parameters]
    listed = list(parameters)
    if not listed and isinstance(parameters, types.GeneratorType):
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3)
    return listed
