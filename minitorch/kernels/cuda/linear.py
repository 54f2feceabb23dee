"""A fully connected layer and its gradients. PyTorch: at::linear, at::linear_backward (aten/src/ATen/native/Linear.cu)."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def linear(input: DeviceArray, weight: DeviceArray, bias: DeviceArray | None) -> DeviceArray:
    """input @ weight.T + bias: (N, K), (M, K), (M,) or None -> (N, M). PyTorch: torch.nn.functional.linear. Computed on the CPU."""
    return through_the_host(cpu.linear, input, weight, bias)


def linear_backward(grad: DeviceArray, input: DeviceArray | None, weight: DeviceArray | None, to_bias: bool) -> tuple[DeviceArray | None, DeviceArray | None, DeviceArray | None]:
    """The gradients of the bias (M,), the input (N, K) and the weight (M, K), of a gradient (N, M). Computed on the CPU."""
    return through_the_host(cpu.linear_backward, grad, input, weight, to_bias)
