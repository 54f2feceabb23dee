"""softmax and its logarithm. PyTorch: aten/src/ATen/native/SoftMax.cpp, torch/nn/functional.py."""

import warnings

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.inplace import deliver_recorded
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import numpy_names, wrap_dim


def softmax(input: Tensor, dim: int | None = None, dtype: types.dtype | None = None, *, out: Tensor | None = None, **numpy) -> Tensor:
    """exp(input) divided by its sum along dim. Shape: any. Floats only. PyTorch: torch.softmax."""
    if numpy:
        dim, _ = numpy_names("softmax", numpy, dim)
    input, axis = _prepared("softmax", input, dim, dtype)
    result = Softmax.apply(input, axis)
    return result if out is None else deliver_recorded(out, "softmax", result, input)


class Softmax(Function):
    """derivatives.yaml: _softmax."""

    @staticmethod
    def forward(ctx, input, axis):
        result = wrap(input.kernels.softmax(input.array, axis))
        ctx.save_for_backward(result)
        ctx.axis = axis
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return SoftmaxBackwardData.apply(grad, result, ctx.axis), None


class SoftmaxBackwardData(Function):
    """derivatives.yaml: _softmax_backward_data: result * (grad - sum(grad * result))."""

    @staticmethod
    def forward(ctx, grad, result, axis):
        ctx.save_for_backward(grad, result)
        ctx.axis = axis
        return wrap(grad.kernels.softmax_backward(grad.array, result.array, axis))

    @staticmethod
    def backward(ctx, grad):
        cotangent, result = ctx.saved_tensors
        axis = ctx.axis
        to_result = (
            grad * cotangent
            - grad * (cotangent * result).sum(axis, keepdim=True)
            - cotangent * (grad * result).sum(axis, keepdim=True)
        )
        return SoftmaxBackwardData.apply(grad, result, axis), to_result, None


def log_softmax(input: Tensor, dim: int | None = None, dtype: types.dtype | None = None, *, out: Tensor | None = None, **numpy) -> Tensor:
    """log(softmax(input, dim)), without underflow. Shape: any. Floats only. PyTorch: torch.log_softmax."""
    if numpy:
        dim, _ = numpy_names("log_softmax", numpy, dim)
    input, axis = _prepared("log_softmax", input, dim, dtype)
    result = LogSoftmax.apply(input, axis)
    return result if out is None else deliver_recorded(out, "log_softmax", result, input)


class LogSoftmax(Function):
    """derivatives.yaml: _log_softmax."""

    @staticmethod
    def forward(ctx, input, axis):
        result = wrap(input.kernels.log_softmax(input.array, axis))
        ctx.save_for_backward(result)
        ctx.axis = axis
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return LogSoftmaxBackwardData.apply(grad, result, ctx.axis), None


class LogSoftmaxBackwardData(Function):
    """derivatives.yaml: _log_softmax_backward_data: grad - exp(result) * sum(grad)."""

    @staticmethod
    def forward(ctx, grad, result, axis):
        ctx.save_for_backward(grad, result)
        ctx.axis = axis
        return wrap(grad.kernels.log_softmax_backward(grad.array, result.array, axis))

    @staticmethod
    def backward(ctx, grad):
        cotangent, result = ctx.saved_tensors
        weighted = grad * result.exp()
        to_cotangent = grad - weighted.sum(ctx.axis, keepdim=True)
        return to_cotangent, -weighted * cotangent.sum(ctx.axis, keepdim=True), None


def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: types.dtype | None = None
) -> Tensor:
    """softmax(-input). PyTorch: torch.nn.functional.softmin."""
    return softmax(-input, _implicit("softmin", input, dim, _stacklevel), dtype)


def functional_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: types.dtype | None = None
) -> Tensor:
    """softmax that chooses a dimension, with a warning, where none is given.

    PyTorch: torch.nn.functional.softmax.
    """
    return softmax(input, _implicit("softmax", input, dim, _stacklevel), dtype)


def functional_log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: types.dtype | None = None
) -> Tensor:
    """log_softmax that chooses a dimension, with a warning, where none is given.

    PyTorch: torch.nn.functional.log_softmax.
    """
    return log_softmax(input, _implicit("log_softmax", input, dim, _stacklevel), dtype)


def _implicit(function: str, input: Tensor, dim: int | None, stacklevel: int) -> int:
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {function} has been deprecated. Change the call to include dim=X "
        "as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if input.array.ndim in (0, 1, 3) else 1


def _prepared(function: str, input: Tensor, dim: int, dtype: types.dtype | None) -> tuple[Tensor, int]:
    if not isinstance(input, Tensor):
        check_tensor(input, function, "input", 1)
    if type(dim) is not int and (dim is None or not hasattr(dim, "__index__")):
        raise TypeError(f"{function}(): argument 'dim' (position 2) must be int, not {type(dim).__name__}")
    if dtype is not None and dtype is not input.dtype:
        input = input.to(dtype)
    axis = wrap_dim(dim, input.array.ndim)
    if input.array.dtype.kind != "f":
        last = "lastdim_" if axis == max(input.array.ndim - 1, 0) else ""
        raise NotImplementedError(
            f"\"{function}_{last}kernel_impl\" not implemented for '{types.SCALAR_NAME[input.dtype]}'"
        )
    return input, axis
