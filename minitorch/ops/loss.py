"""Losses that compare element with element. PyTorch: aten/src/ATen/native/Loss.cpp, torch/nn/functional.py.

`reduction` is "mean", "sum" or "none"; `size_average` and `reduce` are its older spelling.
"""

import warnings

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.activation import logsigmoid
from minitorch.ops.inplace import check_castable
from minitorch.ops.promotion import broadcast, check_tensor, result_type
from minitorch.ops.reduce import mean, sum


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """(input - target)**2. Shapes broadcast, with a warning. With `weight`, a weighted mean.

    PyTorch: torch.nn.functional.mse_loss.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    input, target = _pair("mse_loss", input, target)
    if weight is not None:
        return _weighted((input - target) ** 2, weight, reduction)
    _check_float("mse_cpu", input)
    return MseLoss.apply(input, target, reduction)


class MseLoss(Function):
    """derivatives.yaml: mse_loss."""

    @staticmethod
    def forward(ctx, input, target, reduction):
        ctx.save_for_backward(input, target)
        ctx.reduction = reduction
        return _reduced(input.kernels.mse_loss, input, target, reduction)

    @staticmethod
    def backward(ctx, grad):
        input, target = ctx.saved_tensors
        grad_input = MseLossBackward.apply(grad, input, target, _divisor(input, ctx.reduction))
        return grad_input, -grad_input if ctx.needs_input_grad[1] else None, None


class MseLossBackward(Function):
    """derivatives.yaml: mse_loss_backward: 2 * (input - target) * grad / divisor."""

    @staticmethod
    def forward(ctx, grad, input, target, divisor):
        ctx.save_for_backward(grad, input, target)
        ctx.divisor = divisor
        return wrap(grad.kernels.mse_loss_backward(grad.array, input.array, target.array, divisor))

    @staticmethod
    def backward(ctx, grad):
        cotangent, input, target = ctx.saved_tensors
        grad = grad * (2 / ctx.divisor)
        to_input = grad * cotangent
        return grad * (input - target), to_input, -to_input, None


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """|input - target|. Shapes broadcast, with a warning. With `weight`, a weighted mean.

    PyTorch: torch.nn.functional.l1_loss.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    input, target = _pair("l1_loss", input, target, cast=False)
    loss = (input - target).abs()
    return reduced(loss, reduction) if weight is None else _weighted(loss, weight, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """|d| - beta / 2, but d**2 / (2 beta) where |d| = |input - target| < beta.

    PyTorch: torch.nn.functional.smooth_l1_loss.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    input, target = _pair("smooth_l1_loss", input, target)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    _check_float("smooth_l1_cpu", input)
    return SmoothL1Loss.apply(input, target, reduction, beta)


class SmoothL1Loss(Function):
    """derivatives.yaml: smooth_l1_loss."""

    @staticmethod
    def forward(ctx, input, target, reduction, beta):
        ctx.save_for_backward(input, target)
        ctx.reduction, ctx.beta = reduction, beta
        return _reduced(input.kernels.smooth_l1_loss, input, target, reduction, beta)

    @staticmethod
    def backward(ctx, grad):
        input, target = ctx.saved_tensors
        slope = ((input - target) / ctx.beta).clamp(-1, 1)
        grad_input = slope * _scaled(grad, input, ctx.reduction)
        return grad_input, -grad_input, None, None


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """delta * (|d| - delta / 2), but d**2 / 2 where |d| = |input - target| <= delta. `weight` multiplies.

    PyTorch: torch.nn.functional.huber_loss.
    """
    check_reduction(reduction)
    dtype = input.dtype
    input, target = _pair("huber_loss", input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    _check_float("huber_cpu", input)
    check_castable(input.dtype, dtype)
    if weight is None:
        return HuberLoss.apply(input, target, reduction, delta).to(dtype)
    _check_weight(weight, input)
    # A plain mean, unlike the other losses'.
    return reduced(HuberLoss.apply(input, target, "none", delta).to(dtype) * weight, reduction)


class HuberLoss(Function):
    """derivatives.yaml: huber_loss."""

    @staticmethod
    def forward(ctx, input, target, reduction, delta):
        ctx.save_for_backward(input, target)
        ctx.reduction, ctx.delta = reduction, delta
        return _reduced(input.kernels.huber_loss, input, target, reduction, delta)

    @staticmethod
    def backward(ctx, grad):
        input, target = ctx.saved_tensors
        slope = (input - target).clamp(-ctx.delta, ctx.delta)
        grad_input = slope * _scaled(grad, input, ctx.reduction)
        return grad_input, -grad_input, None, None


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-target log(input) - (1 - target) log(1 - input), of probabilities; logarithms are at least -100.

    Raises RuntimeError for probabilities outside 0 .. 1. PyTorch: torch.nn.functional.binary_cross_entropy.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    if input.array.shape != target.array.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is "
            "deprecated. Please ensure they have the same size."
        )
    if weight is not None:
        weight = weight.expand(broadcast(weight.array.shape, input.array.shape))
    _check_float("binary_cross_entropy", input)
    if target.array.dtype != input.array.dtype:
        found, expected = (types.SCALAR_NAME[each.dtype] for each in (target, input))
        raise RuntimeError(f"Found dtype {found} but expected {expected}")
    kernels, array = input.kernels, input.array
    if array.size and not (
        kernels.to_host(kernels.amin(array, None, False, array.dtype)) >= 0
        and kernels.to_host(kernels.amax(array, None, False, array.dtype)) <= 1
    ):
        raise RuntimeError("all elements of input should be between 0 and 1")
    return BinaryCrossEntropy.apply(input, target, weight, reduction)


class BinaryCrossEntropy(Function):
    """derivatives.yaml: binary_cross_entropy."""

    @staticmethod
    def forward(ctx, input, target, weight, reduction):
        ctx.save_for_backward(input, target, weight)
        ctx.reduction = reduction
        return _reduced(input.kernels.binary_cross_entropy, input, target, reduction, weight=weight)

    @staticmethod
    def backward(ctx, grad):
        input, target, weight = ctx.saved_tensors
        grad = _scaled(grad, input, ctx.reduction)
        grad = grad if weight is None else grad * weight
        grad_target = grad * ((-input).log1p() - input.log()) if ctx.needs_input_grad[1] else None
        return grad * (input - target) / ((1 - input) * input).clamp_min(1e-12), grad_target, None, None


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """binary_cross_entropy of sigmoid(input), without overflow; `pos_weight` multiplies the target's part.

    PyTorch: torch.nn.functional.binary_cross_entropy_with_logits.
    """
    reduction = check_reduction(reduction, size_average, reduce)
    if input.array.shape != target.array.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    if target.array.dtype.kind == "b":
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
            "`logical_xor()` operator instead."
        )
    _check_float("log_sigmoid_cpu", input)
    if target.array.dtype.kind != "f":
        raise RuntimeError(
            f"result type {types.SCALAR_NAME[input.dtype]} can't be cast to the desired output type "
            f"{types.SCALAR_NAME[target.dtype]}"
        )
    input, target = _promoted(input, target)
    if pos_weight is not None:
        broadcast(pos_weight.array.shape, target.array.shape)
    return BinaryCrossEntropyWithLogits.apply(input, target, weight, pos_weight, reduction)


class BinaryCrossEntropyWithLogits(Function):
    """derivatives.yaml: binary_cross_entropy_with_logits."""

    @staticmethod
    def forward(ctx, input, target, weight, pos_weight, reduction):
        ctx.save_for_backward(input, target, weight, pos_weight)
        ctx.reduction = reduction
        kernel = input.kernels.binary_cross_entropy_with_logits
        if pos_weight is None:
            return _reduced(kernel, input, target, reduction, weight=weight)
        certain = wrap(kernel.each(input.array, (target * 0 + 1).array))  # -log(sigmoid(input))
        loss = (1 - target) * input + (1 + (pos_weight - 1) * target) * certain
        return reduced(loss if weight is None else loss * weight, reduction)

    @staticmethod
    def backward(ctx, grad):
        input, target, weight, pos_weight = ctx.saved_tensors
        grad = _scaled(grad, input, ctx.reduction)
        grad = grad if weight is None else grad * weight
        probability = input.sigmoid()
        if pos_weight is None:
            grad_target = grad * -input if ctx.needs_input_grad[1] else None
            return grad * (probability - target), grad_target, None, None, None
        positive = pos_weight * target
        grad_target = None
        if ctx.needs_input_grad[1]:
            grad_target = grad * (logsigmoid(-input) - pos_weight * logsigmoid(input))
        return grad * ((positive + 1 - target) * probability - positive), grad_target, None, None, None


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """target * (log(target) - input), of logarithms and probabilities (their logarithms, if log_target).

    `reduction` may be "batchmean": the sum over the size of the first dimension.
    PyTorch: torch.nn.functional.kl_div.
    """
    if size_average is None and reduce is None and reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    if reduction == "batchmean":
        of_all = "sum"
    else:
        of_all = check_reduction(reduction, size_average, reduce)
    if input.array.dtype.kind != "f" or target.array.dtype.kind != "f":
        raise RuntimeError("kl_div: Integral inputs not supported.")
    if log_target:
        loss = target.exp() * (target - input)
    else:
        loss = (target * target.log()).masked_fill(target == 0, 0) - target * input
    loss = reduced(loss, of_all)
    return loss / input.array.shape[0] if reduction == "batchmean" and input.array.ndim else loss


# Reductions.


def check_reduction(reduction: str, size_average: bool | None = None, reduce: bool | None = None) -> str:
    """The reduction by name. Raises ValueError for an unknown one. PyTorch: torch/nn/_reduction.py."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            reduction = "none"
        else:
            reduction = "sum" if size_average is False else "mean"
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
            stacklevel=3,
        )
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """The loss of every element, summed or averaged as the reduction says."""
    if reduction == "none":
        return loss
    return mean(loss) if reduction == "mean" else sum(loss)


def _reduced(
    kernel, input: Tensor, target: Tensor, reduction: str, parameter: float = 0.0, weight=None
) -> Tensor:
    """A PairLoss, in one pass where there is no weight."""
    if weight is not None:
        return reduced(wrap(kernel.each(input.array, target.array, parameter)) * weight, reduction)
    if reduction == "none":
        return wrap(kernel.each(input.array, target.array, parameter))
    return wrap(kernel.total(input.array, target.array, _divisor(input, reduction), parameter))


def _divisor(input: Tensor, reduction: str) -> int:
    return input.array.size if reduction == "mean" else 1


def _scaled(grad: Tensor, input: Tensor, reduction: str) -> Tensor:
    """The gradient of the loss of each element."""
    return grad / input.array.size if reduction == "mean" else grad


def _weighted(loss: Tensor, weight: Tensor, reduction: str) -> Tensor:
    _check_weight(weight, loss)
    loss = loss * weight
    return sum(loss) / sum(weight) if reduction == "mean" else reduced(loss, reduction)


# Arguments.


def _pair(function: str, input: Tensor, target: Tensor, cast: bool = True) -> tuple[Tensor, Tensor]:
    """Both in one shape and, with `cast`, in one dtype."""
    if not isinstance(target, Tensor) or not isinstance(input, Tensor):
        if not hasattr(target, "size"):
            raise AttributeError(f"'{type(target).__name__}' object has no attribute 'size'")
        check_tensor(input, function, "input", 1)
        check_tensor(target, function, "target", 2)
    if input.array.shape != target.array.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape})."
            " This will likely lead to incorrect results due to broadcasting. Please ensure they have the "
            "same size.",
            stacklevel=3,
        )
        shape = broadcast(input.array.shape, target.array.shape)
        input, target = input.expand(shape), target.expand(shape)
    return _promoted(input, target) if cast else (input, target)


def _promoted(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    if input.array.dtype == target.array.dtype:
        return input, target
    dtype = result_type(input, target)
    return input.to(dtype), target.to(dtype)


def _check_float(kernel: str, input: Tensor) -> None:
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")


def _check_weight(weight: Tensor, input: Tensor) -> None:
    if weight.array.shape != input.array.shape:
        raise ValueError("Weights and input must have the same size.")
