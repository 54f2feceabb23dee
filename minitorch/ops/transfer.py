"""From one device to another, and to other libraries on the same GPU. PyTorch: aten/src/ATen/native/cuda/Copy.cu, torch/_tensor.py.

`x.to("cuda")` is in convert.py and comes here.
"""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.devices import kernels_on, moved


class ToDevice(Function):
    """derivatives.yaml: _to_copy, to another device and perhaps dtype. The gradient goes back to where the tensor was."""

    node_name = "ToCopyBackward0"

    @staticmethod
    def forward(ctx, input, dtype, on):
        ctx.home = input.kernels
        array = input.array if input.array.dtype == dtype else input.kernels.cast(input.array, dtype)
        return wrap(moved(array, input.kernels, on))

    @staticmethod
    def backward(ctx, grad):
        return ToDevice.apply(grad, grad.array.dtype, ctx.home), None, None


def cuda_array_interface(input: Tensor) -> dict:
    """How other libraries find the memory on the GPU. AttributeError on the CPU. PyTorch: Tensor.__cuda_array_interface__."""
    if not input.is_cuda:
        raise AttributeError(
            f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {types.TENSOR_NAME[input.dtype]} If CUDA data is required use "
            "tensor.cuda() to copy tensor to device memory."
        )
    if input.requires_grad:
        raise RuntimeError(
            "Can't get __cuda_array_interface__ on Variable that requires grad. If gradients aren't required, use "
            "var.detach() to get Variable that doesn't require grad."
        )
    return input.array.__cuda_array_interface__


def from_cuda_array(other: object) -> Tensor:
    """Another library's array on the GPU, without a copy: it must offer __cuda_array_interface__. PyTorch: torch.as_tensor."""
    interface = other.__cuda_array_interface__
    address, dtype = interface["data"][0], np.dtype(interface["typestr"])
    types.of_numpy(dtype)
    return wrap(kernels_on("cuda").at_address(address, tuple(interface["shape"]), dtype, interface.get("strides"), other))
