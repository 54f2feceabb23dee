"""Negative log-likelihood and cross entropy. PyTorch: aten/src/ATen/native/LossNLL.cpp, LossNLL2d.cpp."""

import math

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.loss import check_reduction, reduced
from minitorch.ops.matmul import linear
from minitorch.ops.promotion import check_tensor
from minitorch.ops.reduce import sum
from minitorch.ops.softmax import log_softmax


def cross_entropy(
    input: Tensor,  # (N, C, *) or (C,): logits
    target: Tensor,  # (N, *) or () classes; or the shape of input: probabilities
    weight: Tensor | None = None,  # (C,)
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """-log of the probability that softmax(input) gives the target class; or over target probabilities.

    Targets equal to `ignore_index` count nothing. Raises IndexError for a class that does not exist,
    ValueError or RuntimeError for shapes and dtypes that do not fit.
    PyTorch: torch.nn.functional.cross_entropy.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    check_tensor(input, "cross_entropy_loss", "input", 1)
    check_tensor(target, "cross_entropy_loss", "target", 2)
    class_dim = 0 if input.array.ndim == 1 else 1
    if input.array.shape == target.array.shape:
        if target.array.dtype.kind != "f":
            raise RuntimeError(
                "Expected floating point type for target with class probabilities, got "
                f"{types.SCALAR_NAME[target.dtype]}"
            )
        if ignore_index >= 0:
            raise RuntimeError("ignore_index is not supported for floating point target")
        return _of_probabilities(input, target, weight, reduction, label_smoothing, class_dim)
    if label_smoothing > 0:
        return _smoothed(input, target, weight, reduction, ignore_index, label_smoothing, class_dim)
    return nll_loss_nd(log_softmax(input, class_dim), target, weight, reduction, ignore_index)


def linear_cross_entropy(
    input: Tensor,  # (N, F) or (F,)
    linear_weight: Tensor,  # (C, *, F)
    target: Tensor,  # (N, *) classes, or (N, C, *) probabilities
    *,
    linear_bias: Tensor | None = None,  # (C, *)
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options=None,
) -> Tensor:
    """cross_entropy(linear(input, linear_weight, linear_bias), target). `options` (of memory) change nothing here.

    PyTorch: torch.nn.functional.linear_cross_entropy.
    """
    _check_linear(input, linear_weight, linear_bias, target, ignore_index)
    shape = linear_weight.array.shape
    flat = linear_weight if len(shape) == 2 else linear_weight.reshape(-1, shape[-1])
    bias = linear_bias if linear_bias is None or linear_bias.array.ndim == 1 else linear_bias.reshape(-1)
    logits = linear(input, flat, bias)
    if len(shape) > 2:
        logits = logits.view(*input.array.shape[:-1], *shape[:-1])
    ignore_index = -100 if ignore_index is None else ignore_index
    return cross_entropy(
        logits, target, weight, None, ignore_index, reduction=reduction, label_smoothing=label_smoothing
    )


def _check_linear(input: Tensor, weight: Tensor, bias: Tensor | None, target: Tensor, ignore_index: int | None) -> None:
    ndim, shape = input.array.ndim, weight.array.shape
    if ndim not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {ndim}")
    if len(shape) < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {len(shape)}")
    features = input.array.shape[-1]
    if features != shape[-1]:
        raise RuntimeError(
            f"expected equal input and linear_weight last dimensions (in_features), got {features} and {shape[-1]}, "
            "respectively"
        )
    if ignore_index is not None and target.array.dtype.kind == "f":
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    if len(shape) > 2 and ndim == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {shape} requires batched input, (N, {features}), got "
            f"unbatched input with shape {input.array.shape}"
        )
    if bias is not None and bias.array.shape != shape[:-1]:
        raise RuntimeError(f"expected linear_bias shape {shape[:-1]}, got {bias.array.shape}")


def _of_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float, class_dim: int
) -> Tensor:
    classes = input.array.shape[class_dim]
    _check_weight(weight, classes, input)
    logarithms = log_softmax(input, class_dim)
    if smoothing > 0:
        _check_smoothing(smoothing)
        target = target * (1 - smoothing) + smoothing / classes
    products = logarithms * target
    if weight is not None:
        products = products * _along(weight, class_dim, input.array.ndim)
    if reduction == "none":
        return -sum(products, class_dim)
    if reduction == "sum":
        return -sum(products)
    if input.array.size == 0:
        return sum(products) * 0 + math.nan
    return -sum(products) / (input.array.size // classes)


def _smoothed(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    reduction: str,
    ignore_index: int,
    smoothing: float,
    class_dim: int,
) -> Tensor:
    """The target's loss, and with the share `smoothing` the mean loss of all classes."""
    _check_smoothing(smoothing)
    classes = input.array.shape[class_dim]
    logarithms = log_softmax(input, class_dim)
    loss = nll_loss_nd(logarithms, target, weight, reduction, ignore_index)
    weighted = logarithms if weight is None else logarithms * _along(weight, class_dim, input.array.ndim)
    ignored = target == ignore_index
    of_all = -sum(weighted, class_dim).masked_fill(ignored, 0)
    if reduction == "mean" and weight is not None:
        of_all = sum(of_all) / wrap(_forward(input, target, weight, reduction, ignore_index)[1])
    elif reduction == "mean":
        of_all = sum(of_all) / sum(~ignored)
    else:
        of_all = reduced(of_all, reduction)
    return loss * (1 - smoothing) + of_all * (smoothing / classes)


def nll_loss(
    input: Tensor,  # (N, C, *) or (C,): logarithms of probabilities
    target: Tensor,  # (N, *) or (): classes
    weight: Tensor | None = None,  # (C,)
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-weight[target] * input[target]; the mean is weighted too.

    Targets equal to `ignore_index` count nothing. Raises IndexError for a class that does not exist.
    PyTorch: torch.nn.functional.nll_loss.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    check_tensor(input, "nll_loss_nd", "input", 1)
    check_tensor(target, "nll_loss_nd", "target", 2)
    return nll_loss_nd(input, target, weight, reduction, ignore_index)


def nll_loss_nd(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, ignore_index: int
) -> Tensor:
    """nll_loss whose reduction was checked. PyTorch: aten/src/ATen/native/LossNLL.cpp (nll_loss_nd)."""
    shape, wanted = input.array.shape, target.array.shape
    if not shape:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if len(shape) != 1 and wanted and shape[0] != wanted[0]:
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({wanted[0]}).")
    if len(shape) > 2:
        _check_spatial(shape, wanted)
    elif len(wanted) > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    elif len(shape) == 1 and wanted not in ((), (1,)):
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {wanted[0]}")
    elif len(shape) == 2 and not wanted:
        raise RuntimeError(f"size mismatch (got input: {list(shape)}, target: [])")
    if target.array.dtype.kind not in "iu" or target.array.dtype.itemsize == 4:
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {types.SCALAR_NAME[target.dtype]}"
        )
    if input.array.dtype.kind != "f":
        raise NotImplementedError(
            f"\"nll_loss_out_frame\" not implemented for '{types.SCALAR_NAME[input.dtype]}'"
        )
    _check_weight(weight, shape[0] if len(shape) == 1 else shape[1], input)
    function = NllLoss if len(shape) < 3 else NllLoss2D
    return function.apply(input, target, weight, reduction, ignore_index)


class NllLoss(Function):
    """derivatives.yaml: nll_loss_forward."""

    @staticmethod
    def forward(ctx, input, target, weight, reduction, ignore_index):
        loss, ctx.total_weight = _forward(input, target, weight, reduction, ignore_index)
        ctx.save_for_backward(target, weight)
        ctx.arguments = input.array.shape, reduction, ignore_index
        return wrap(loss)

    @staticmethod
    def backward(ctx, grad):
        target, weight = ctx.saved_tensors
        return (
            NllLossBackward.apply(grad, target, weight, ctx.total_weight, *ctx.arguments),
            None,
            None,
            None,
            None,
        )


class NllLoss2D(NllLoss):
    """derivatives.yaml: nll_loss2d_forward."""


class NllLossBackward(Function):
    """derivatives.yaml: nll_loss_backward. Linear in grad: its derivative is nll_loss again."""

    @staticmethod
    def forward(ctx, grad, target, weight, total_weight, shape, reduction, ignore_index):
        ctx.save_for_backward(target, weight)
        ctx.arguments = reduction, ignore_index
        result = grad.kernels.nll_loss_backward(
            grad.array,
            _three_dimensions(shape),
            _classes(target),
            None if weight is None else weight.array,
            ignore_index,
            reduction,
            total_weight,
        )
        return wrap(result.reshape(shape))

    @staticmethod
    def backward(ctx, grad):
        target, weight = ctx.saved_tensors
        return nll_loss_nd(grad, target, weight, *ctx.arguments), None, None, None, None, None, None


def _forward(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, ignore_index: int
) -> tuple[np.ndarray, np.ndarray]:
    """The loss and the sum of the weights. Raises IndexError for a class that does not exist."""
    array, classes = input.array, _classes(target)
    loss, total_weight, place = input.kernels.nll_loss(
        array.reshape(_three_dimensions(array.shape)),
        classes,
        None if weight is None else weight.array,
        ignore_index,
        reduction,
    )
    if place >= 0:
        raise IndexError(f"Target {classes.reshape(-1)[place]} is out of bounds.")
    if reduction == "none":
        loss = loss.reshape(target.array.shape if array.ndim > 1 else ())
    return loss, total_weight


def _three_dimensions(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(N, C, everything else)."""
    if len(shape) == 2:
        return (*shape, 1)
    if len(shape) == 1:
        return (1, shape[0], 1)
    inner = 1
    for size in shape[2:]:
        inner *= size
    return (shape[0], shape[1], inner)


def _classes(target: Tensor) -> np.ndarray:
    array = target.array
    return array if array.dtype == np.int64 else array.astype(np.int64)


def _along(weight: Tensor, class_dim: int, ndim: int) -> Tensor:
    return weight.view([-1 if axis == class_dim else 1 for axis in range(ndim)])


def _check_spatial(shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if len(shape) == 4 and len(wanted) != 3:
        raise RuntimeError(
            "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
            f"{len(wanted)}"
        )
    if shape[2:] != wanted[1:]:
        if len(shape) == 4:
            raise RuntimeError(f"size mismatch (got input: {list(shape)} , target: {list(wanted)}")
        raise RuntimeError(f"Expected target size {[shape[0], *shape[2:]]}, got {list(wanted)}")


def _check_weight(weight: Tensor | None, classes: int, input: Tensor) -> None:
    if weight is None:
        return
    if weight.array.shape != (classes,):
        if input.array.ndim > 2:
            raise RuntimeError("weight tensor should be defined either for all or no classes")
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight "
            f"tensor of shape: {list(weight.array.shape)}"
        )
    if weight.array.dtype != input.array.dtype:
        expected, found = (types.SCALAR_NAME[each.dtype] for each in (input, weight))
        raise RuntimeError(f"expected scalar type {expected} but found {found}")


def _check_smoothing(smoothing: float) -> None:
    if smoothing > 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {smoothing:g}")
