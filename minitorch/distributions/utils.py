"""Probabilities and their logarithms. PyTorch: torch/distributions/utils.py."""

from numbers import Number

import minitorch
from minitorch import Tensor

EULER = 0.57721566490153286060


def broadcast_all(*values) -> tuple[Tensor, ...]:
    """Numbers and tensors as tensors of one shape. ValueError for anything else. PyTorch: as named."""
    if not all(isinstance(each, (Tensor, Number)) for each in values):
        raise ValueError("Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.")
    tensors = [each for each in values if isinstance(each, Tensor)]
    dtype, device = (tensors[0].dtype, tensors[0].device) if tensors else (minitorch.get_default_dtype(), None)
    made = [each if isinstance(each, Tensor) else minitorch.tensor(each, dtype=dtype, device=device) for each in values]
    return minitorch.broadcast_tensors(*made)


def clamp_probs(probs: Tensor) -> Tensor:
    """Away from 0 and 1, so that the logarithms are finite. PyTorch: torch.distributions.utils.clamp_probs."""
    eps = minitorch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """log(p), of a binary choice log(p / (1 - p)). PyTorch: torch.distributions.utils.probs_to_logits."""
    clamped = clamp_probs(probs)
    return minitorch.log(clamped) - minitorch.log1p(-clamped) if is_binary else minitorch.log(clamped)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """The way back. PyTorch: torch.distributions.utils.logits_to_probs."""
    return minitorch.sigmoid(logits) if is_binary else minitorch.softmax(logits, dim=-1)


def clipped_sigmoid(x: Tensor) -> Tensor:
    """sigmoid(x), neither 0 nor 1. PyTorch: _clipped_sigmoid of torch.distributions.transforms."""
    info = minitorch.finfo(x.dtype)
    return minitorch.clamp(minitorch.sigmoid(x), min=info.tiny, max=1.0 - info.eps)


def sum_rightmost(value: Tensor, dim: int) -> Tensor:
    """The sum over the last `dim` dimensions. PyTorch: torch.distributions.utils._sum_rightmost."""
    return value.reshape(*value.shape[: value.dim() - dim], -1).sum(-1) if dim else value


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """(..., elements) -> (..., n, n), row by row up to that diagonal. PyTorch: torch.distributions.utils.vec_to_tril_matrix."""
    n = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * vec.shape[-1] + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    size = round(n)
    if abs(n - size) > minitorch.finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {vec.shape[-1]} which cannot be expressed as the lower triangular part of "
            "a square D x D matrix."
        )
    rows, columns = minitorch.tril_indices(size, size, diag).unbind()
    return vec.new_zeros((*vec.shape[:-1], size * size)).index_copy(-1, rows * size + columns, vec).unflatten(-1, (size, size))


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """(..., n, n) -> (..., elements), row by row up to that diagonal. PyTorch: torch.distributions.utils.tril_matrix_to_vec."""
    size = mat.shape[-1]
    if not -size <= diag < size:
        raise ValueError(f"diag ({diag}) provided is outside [{-size}, {size - 1}].")
    rows, columns = minitorch.tril_indices(size, size, diag).unbind()
    return mat[..., rows, columns]
