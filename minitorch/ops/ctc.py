"""Connectionist temporal classification. PyTorch: aten/src/ATen/native/LossCTC.cpp."""

import math

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.convert import tensor
from minitorch.ops.loss import check_reduction
from minitorch.ops.promotion import check_tensor
from minitorch.ops.reduce import mean, sum
from minitorch.ops.where import where


def ctc_loss(
    log_probs: Tensor,  # (T, N, C) or (T, C): logarithms of probabilities
    targets: Tensor,  # (N, S), or one after the other (sum of target_lengths,): classes
    input_lengths: Tensor | tuple[int, ...],  # (N,)
    target_lengths: Tensor | tuple[int, ...],  # (N,)
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log of the probability that the steps spell the target, blanks and repetitions left out.

    "mean" divides each loss by the length of its target first. `zero_infinity`: 0 in place of the infinite loss of a
    target that does not fit into the steps. Raises RuntimeError for lengths and shapes that do not fit, and, unlike
    PyTorch, which reads past the row, IndexError for a class that does not exist.
    PyTorch: torch.nn.functional.ctc_loss.
    """
    reduction = check_reduction(reduction)
    check_tensor(log_probs, "ctc_loss", "log_probs", 1)
    check_tensor(targets, "ctc_loss", "targets", 2)
    lengths = _lengths("input_lengths", input_lengths), _lengths("target_lengths", target_lengths)
    batched = log_probs.array.ndim == 3
    losses = _losses(log_probs if batched else log_probs.unsqueeze(1), targets, *lengths, blank, zero_infinity)
    if zero_infinity:
        losses = where(losses == math.inf, 0.0, losses)
    if reduction == "mean":
        return mean(losses / tensor(np.maximum(lengths[1], 1), dtype=losses.dtype, device=losses.device))
    if reduction == "sum":
        return sum(losses)
    return losses if batched else losses.squeeze(0)


def _losses(
    log_probs: Tensor, targets: Tensor, input_lengths: np.ndarray, target_lengths: np.ndarray, blank: int, zero_infinity: bool
) -> Tensor:
    """The loss of every sequence."""
    _check(log_probs, targets, input_lengths, target_lengths, blank)
    labels = targets.kernels.to_host(targets.array).astype(np.int64)
    if labels.ndim == 1:
        starts = np.cumsum(target_lengths) - target_lengths
        used = labels
    else:
        starts = np.arange(len(labels)) * labels.shape[1]
        used = labels[np.arange(labels.shape[1]) < target_lengths[:, None]]  # what pads a row is never read
    classes = log_probs.array.shape[2]
    if ((used < 0) | (used >= classes)).any():
        wrong = used[(used < 0) | (used >= classes)][0]
        raise IndexError(f"Target {wrong} is out of bounds: there are {classes} classes.")
    return CtcLoss.apply(log_probs, labels.reshape(-1), starts, input_lengths, target_lengths, blank, zero_infinity)


class CtcLoss(Function):
    """derivatives.yaml: _ctc_loss. As if log_probs came from log_softmax, whose own derivative does not change it."""

    @staticmethod
    def forward(ctx, log_probs, labels, starts, input_lengths, target_lengths, blank, zero_infinity):
        ctx.arguments = labels, starts, input_lengths, target_lengths, blank
        ctx.zero_infinity = zero_infinity
        losses, ctx.alphas = log_probs.kernels.ctc_loss(log_probs.array, *ctx.arguments)
        ctx.save_for_backward(log_probs)
        ctx.losses = losses
        return wrap(losses)

    @staticmethod
    def backward(ctx, grad):
        (log_probs,) = ctx.saved_tensors
        saved = ctx.losses, ctx.alphas, ctx.zero_infinity
        return CtcLossBackward.apply(grad, log_probs, ctx.arguments, saved), *[None] * 6


class CtcLossBackward(Function):
    """derivatives.yaml: _ctc_loss_backward."""

    @staticmethod
    def forward(ctx, grad, log_probs, arguments, saved):
        return wrap(grad.kernels.ctc_loss_backward(grad.array, log_probs.array, *arguments, *saved))

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError("derivative for aten::_ctc_loss_backward is not implemented")


def _lengths(name: str, lengths: Tensor | tuple[int, ...]) -> np.ndarray:
    if not isinstance(lengths, Tensor):
        return np.array(lengths, np.int64).reshape(-1)
    if lengths.array.dtype.kind not in "iu":
        raise RuntimeError(f"{name} must be integral")
    return lengths.kernels.to_host(lengths.array).astype(np.int64).reshape(-1)


def _check(
    log_probs: Tensor, targets: Tensor, input_lengths: np.ndarray, target_lengths: np.ndarray, blank: int
) -> None:
    """Raise RuntimeError or NotImplementedError in PyTorch's words."""
    checking = "(while checking arguments for ctc_loss_allocate_outputs)"
    if log_probs.array.size == 0:
        raise RuntimeError("log_probs tensor must not be empty")
    if log_probs.array.ndim != 3:
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {log_probs.array.ndim}-dimensional tensor for argument #1 'log_probs' {checking}"
        )
    if log_probs.array.dtype.kind != "f" or log_probs.array.itemsize < 4:
        raise NotImplementedError(f"\"ctc_loss_cpu\" not implemented for '{types.SCALAR_NAME[log_probs.dtype]}'")
    steps, batch, classes = log_probs.array.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for name, lengths in (("input_lengths", input_lengths), ("target_lengths", target_lengths)):
        if len(lengths) != batch:
            raise RuntimeError(f"{name} must be of size batch_size")
        if lengths.min() < 0:
            raise RuntimeError(f"Expected {name} to have value at least 0, but got value {lengths.min()} {checking}")
    shape, argument = targets.array.shape, f"for argument #2 'targets' {checking}"
    if len(shape) not in (1, 2):
        raise RuntimeError(f"Expected 1 to 2 dimensions, but got {len(shape)}-dimensional tensor {argument}")
    expected = int(target_lengths.sum()) if len(shape) == 1 else batch
    if shape[0] != expected:
        raise RuntimeError(
            f"Expected tensor to have size {expected} at dimension 0, but got size {shape[0]} {argument}"
        )
    if len(shape) == 2 and shape[1] < target_lengths.max():
        raise RuntimeError(
            f"Expected tensor to have size at least {target_lengths.max()} at dimension 1, but got size {shape[1]} {argument}"
        )
    if input_lengths.max() > steps:
        raise RuntimeError(
            f"Expected input_lengths to have value at most {steps}, but got value {input_lengths.max()} {checking}"
        )
