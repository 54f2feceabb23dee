"""Probabilities and their logarithms. PyTorch: torch/distributions/utils.py."""

from numbers import Number

import minitorch
from minitorch import Tensor


def broadcast_all(*values) -> tuple[Tensor, ...]:
    """Numbers and tensors as tensors of one shape. ValueError for anything else. PyTorch: as named."""
    if not all(isinstance(each, (Tensor, Number)) for each in values):
        raise ValueError("Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.")
    tensors = [each for each in values if isinstance(each, Tensor)]
    dtype = tensors[0].dtype if tensors else minitorch.get_default_dtype()
    made = [each if isinstance(each, Tensor) else minitorch.tensor(each, dtype=dtype) for each in values]
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
