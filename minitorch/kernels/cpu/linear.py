"""A fully connected layer and its gradients. PyTorch: at::linear, at::linear_backward (aten/src/ATen/native/Linear.cpp)."""

import numpy as np

from minitorch.kernels.cpu._compile import serial
from minitorch.kernels.cpu.gemm import TINY, addmm, matmul
from minitorch.kernels.cpu.reduce import sum

_NOTHING = {np.dtype(kind): np.empty((0, 0), kind) for kind in ("f4", "f8")}


def linear(input: np.ndarray, weight: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """input @ weight.T + bias: (N, K), (M, K), (M,) or None -> (N, M). PyTorch: torch.nn.functional.linear."""
    return matmul(input, weight.T) if bias is None else addmm(bias, input, weight.T)


def linear_backward(
    grad: np.ndarray, input: np.ndarray | None, weight: np.ndarray | None, to_bias: bool
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """The gradients of the bias (M,), the input (N, K) and the weight (M, K), of a gradient (N, M).

    None where it is not wanted: that of the input needs the weight, that of the weight the input.
    """
    other = weight if input is None else input
    tiny = other is not None and grad.size * other.shape[1] <= TINY and grad.dtype in _NOTHING
    if tiny and all(each is None or each.flags.carray for each in (grad, input, weight)):
        return _tiny(grad, input, weight, to_bias)
    return (
        sum(grad, (0,), False, grad.dtype) if to_bias else None,
        None if weight is None else matmul(grad, weight),
        None if input is None else matmul(grad.T, input),
    )


def _tiny(grad, input, weight, to_bias):
    """All in one launch: where there is nearly nothing to compute, each launch costs more than its arithmetic."""
    dtype, nothing = grad.dtype, _NOTHING[grad.dtype]
    bias_grad = np.empty(grad.shape[1] if to_bias else 0, dtype)
    input_grad = nothing if weight is None else np.empty((grad.shape[0], weight.shape[1]), dtype)
    weight_grad = nothing if input is None else np.empty((grad.shape[1], input.shape[1]), dtype)
    _gradients(
        grad, nothing if input is None else input, nothing if weight is None else weight,
        bias_grad, input_grad, weight_grad,
    )  # fmt: skip
    return (
        bias_grad if to_bias else None,
        None if weight is None else input_grad,
        None if input is None else weight_grad,
    )


@serial
def _gradients(grad, input, weight, bias_grad, input_grad, weight_grad):
    rows, columns = grad.shape
    for j in range(bias_grad.size):
        total = 0.0
        for i in range(rows):
            total += grad[i, j]
        bias_grad[j] = total
    for i in range(input_grad.shape[0]):
        for k in range(input_grad.shape[1]):
            product = grad.dtype.type(0)
            for j in range(columns):
                product += grad[i, j] * weight[j, k]
            input_grad[i, k] = product
    for j in range(weight_grad.shape[0]):
        for k in range(weight_grad.shape[1]):
            product = grad.dtype.type(0)
            for i in range(rows):
                product += grad[i, j] * input[i, k]
            weight_grad[j, k] = product
