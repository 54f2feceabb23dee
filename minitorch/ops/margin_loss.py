"""Losses with a margin, and other comparisons of scores. PyTorch: aten/src/ATen/native/{Loss,LossMultiMargin}.cpp.

`reduction` is "mean", "sum" or "none"; `size_average` and `reduce` are its older spelling.
"""

import math
from collections.abc import Callable

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.grad_mode import no_grad
from minitorch.ops.activation import logsigmoid
from minitorch.ops.creation import ones_like, zeros_like
from minitorch.ops.distance import pairwise_distance
from minitorch.ops.gather import gather
from minitorch.ops.loss import check_reduction, reduced
from minitorch.ops.pointwise import minimum, where
from minitorch.ops.reduce import mean, sum
from minitorch.ops.shape import unsqueeze
from minitorch.ops.unary import exp, log, log1p, sqrt


def soft_margin_loss(
    input: Tensor, target: Tensor, size_average=None, reduce=None, reduction: str = "mean"
) -> Tensor:
    """log(1 + exp(-target * input)), of targets 1 and -1. PyTorch: torch.nn.functional.soft_margin_loss."""
    reduction = check_reduction(reduction, size_average, reduce)
    return reduced(log1p(exp(-input * target)), reduction)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average=None,
    reduce=None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin - target * (input1 - input2)): target 1 wants input1 larger. PyTorch: F.margin_ranking_loss."""
    reduction = check_reduction(reduction, size_average, reduce)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    return reduced((-target * (input1 - input2) + margin).clamp_min(0), reduction)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, size_average=None, reduce=None, reduction: str = "mean"
) -> Tensor:
    """input where target is 1, max(0, margin - input) where it is -1. PyTorch: F.hinge_embedding_loss."""
    reduction = check_reduction(reduction, size_average, reduce)
    far = (margin - input).clamp_min(0).masked_fill(target == 1, 0)
    return reduced(far + input.masked_fill(target == -1, 0), reduction)


def cosine_embedding_loss(
    input1: Tensor,  # (N, D) or (D,)
    input2: Tensor,
    target: Tensor,  # (N,) or ()
    margin: float = 0,
    size_average=None,
    reduce=None,
    reduction: str = "mean",
) -> Tensor:
    """1 - cosine where target is 1, max(0, cosine - margin) where it is -1. PyTorch: F.cosine_embedding_loss."""
    reduction = check_reduction(reduction, size_average, reduce)
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if not input1.ndim == input2.ndim == target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    tiny = 1e-12
    squares = [sum(each * each, target.ndim) + tiny for each in (input1, input2)]
    cosine = sum(input1 * input2, target.ndim) / sqrt(squares[0] * squares[1])
    near = where(target == 1, 1 - cosine, zeros_like(cosine))
    far = where(target == -1, (cosine - margin).clamp_min(0), zeros_like(cosine))
    return reduced(near + far, reduction)


def multi_margin_loss(
    input: Tensor,  # (N, C) or (C,): scores
    target: Tensor,  # (N,) or (): classes
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,  # (C,)
    size_average=None,
    reduce=None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over the other classes of max(0, margin - input[target] + input[i])**p. PyTorch: F.multi_margin_loss.

    Raises RuntimeError for a class that does not exist.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.array.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    shape = input.array.shape
    _check_scores(shape)
    rows = input.reshape(1 if len(shape) < 2 else shape[0], -1)
    if target.array.ndim > 1 or target.array.size != rows.array.shape[0]:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            f"Expected target size [{rows.array.shape[0]}], but got {list(target.array.shape)}. Input has shape "
            f"{list(shape)}."
        )
    kernels, count = target.kernels, rows.array.shape[1]
    classes = kernels.to_host(target.array).reshape(-1)
    if weight is not None and weight.array.size != count:
        raise RuntimeError(f"inconsistent weight size, expected {count} but got {list(weight.array.shape)}")
    if target.array.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {types.SCALAR_NAME[target.dtype]}")
    if classes.size and (classes.min() < 0 or classes.max() >= count):
        raise RuntimeError("target out of range")
    own = wrap(kernels.from_host(classes[:, None].astype(np.int64)))
    distance = (margin - gather(rows, 1, own) + rows).clamp_min(0)
    distance = distance if p == 1 else distance * distance
    if weight is not None:
        distance = distance * unsqueeze(weight.reshape(-1)[own.view(-1)], 1)
    others = wrap(kernels.from_host(np.arange(count) == classes[:, None]))
    loss = sum(distance.masked_fill(others, 0), 1) / count
    if reduction == "none":
        return loss if target.array.ndim else loss.reshape(())
    return reduced(loss, reduction)


def multilabel_margin_loss(
    input: Tensor,  # (N, C) or (C,): scores
    target: Tensor,  # as input: classes, up to the first -1
    size_average=None,
    reduce=None,
    reduction: str = "mean",
) -> Tensor:
    """The sum over the targets t and the other classes i of max(0, 1 - input[t] + input[i]), by C.

    Raises RuntimeError for a class that does not exist. PyTorch: torch.nn.functional.multilabel_margin_loss.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    shape = input.array.shape
    _check_scores(shape)
    if target.array.shape != shape:
        raise RuntimeError(f"inconsistent target size: {list(target.array.shape)} for input of size: {list(shape)}")
    rows = input.reshape(1 if len(shape) < 2 else shape[0], -1)
    count = rows.array.shape[1]
    kernels = target.kernels
    classes = kernels.to_host(target.array).reshape(rows.array.shape)
    if classes.size and (classes.min() < -1 or classes.max() >= count):
        raise RuntimeError("argument #2 'target' is out of range")
    named = np.cumsum(classes < 0, 1) == 0  # those before the first -1
    chosen = np.where(named, classes, 0).astype(np.int64)
    is_target = np.zeros(classes.shape, np.bool_)
    np.put_along_axis(is_target, chosen, named, 1)
    is_target |= (named[:, :, None] & (chosen[:, :, None] == np.arange(count))).any(1)
    pairs = (1 - unsqueeze(gather(rows, 1, wrap(kernels.from_host(chosen))), 2) + unsqueeze(rows, 1)).clamp_min(0)
    left_out = wrap(kernels.from_host(~named[:, :, None] | is_target[:, None, :]))
    loss = sum(pairs.masked_fill(left_out, 0), (1, 2)) / count
    return reduced(loss.reshape(()) if len(shape) < 2 else loss, reduction)


def _check_scores(shape: tuple[int, ...]) -> None:
    if len(shape) > 2 or len(shape) and shape[-1] == 0:
        raise RuntimeError(f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(shape)}")


def multilabel_soft_margin_loss(
    input: Tensor,  # (N, C): scores
    target: Tensor,  # (N, C): 0 or 1
    weight: Tensor | None = None,  # (C,)
    size_average=None,
    reduce=None,
    reduction: str = "mean",
) -> Tensor:
    """The binary cross entropy of sigmoid(input), mean over the classes. PyTorch: F.multilabel_soft_margin_loss."""
    reduction = check_reduction(reduction, size_average, reduce)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    return reduced(mean(loss if weight is None else loss * weight, -1), reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average=None,
    reduce=None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + |anchor - positive| - |anchor - negative|), of p-norms. PyTorch: F.triplet_margin_loss."""
    reduction = check_reduction(reduction, size_average, reduce)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    return _triplet(anchor, positive, negative, lambda a, b: pairwise_distance(a, b, p, eps), margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """triplet_margin_loss of a distance of one's own. PyTorch: F.triplet_margin_with_distance_loss."""
    check_reduction(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    return _triplet(anchor, positive, negative, distance_function or pairwise_distance, margin, swap, reduction)


def _triplet(anchor, positive, negative, distance, margin: float, swap: bool, reduction: str) -> Tensor:
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced((margin + near - far).clamp_min(0), reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """(log(var) + (input - target)**2 / var) / 2, with variances of at least eps. PyTorch: F.gaussian_nll_loss.

    `full` adds the constant. Raises ValueError for negative variances and sizes that do not fit.
    """
    if not isinstance(var, Tensor):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = ones_like(input) * var
    elif var.array.size and bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        if input.shape[:-1] == var.shape:
            var = unsqueeze(var, -1)
        elif input.ndim != var.ndim or [b for a, b in zip(input.shape, var.shape) if a != b] != [1]:
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    var = var.clone()
    with no_grad():
        var.clamp_(min=eps)
    loss = 0.5 * (log(var) + (input - target) ** 2 / var)
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average=None,
    eps: float = 1e-8,
    reduce=None,
    reduction: str = "mean",
) -> Tensor:
    """exp(input) - target * input, or input - target * log(input + eps) if not log_input. PyTorch: F.poisson_nll_loss.

    `full` adds Stirling's approximation of log(target!).
    """
    reduction = check_reduction(reduction, size_average, reduce)
    loss = exp(input) - target * input if log_input else input - target * log(input + eps)
    if full:
        stirling = target * log(target) - target + 0.5 * log(2 * math.pi * target)
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return reduced(loss, reduction)
