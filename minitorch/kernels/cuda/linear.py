"""A fully connected layer and its gradients. PyTorch: at::linear, at::linear_backward (aten/src/ATen/native/Linear.cpp)."""

from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.gemm import addmm, matmul
from minitorch.kernels.cuda.reduce import sum


def linear(input: DeviceArray, weight: DeviceArray, bias: DeviceArray | None) -> DeviceArray:
    """input @ weight.T + bias: (N, K), (M, K), (M,) or None -> (N, M). PyTorch: torch.nn.functional.linear."""
    return matmul(input, weight.T) if bias is None else addmm(bias, input, weight.T)


def linear_backward(
    grad: DeviceArray, input: DeviceArray | None, weight: DeviceArray | None, to_bias: bool
) -> tuple[DeviceArray | None, DeviceArray | None, DeviceArray | None]:
    """The gradients of the bias (M,), the input (N, K) and the weight (M, K), of a gradient (N, M).

    None where it is not wanted: that of the input needs the weight, that of the weight the input.
    """
    return (
        sum(grad, (0,), False, grad.dtype) if to_bias else None,
        None if weight is None else matmul(grad, weight),
        None if input is None else matmul(grad.T, input),
    )
