"""From one device to another, pinned memory, arrays of others on the GPU. PyTorch: aten/src/ATen/native/{cuda/Copy.cu,Memory.cpp}.

`x.to("cuda")` is in convert.py and comes here.
"""

import warnings

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.kernels import _gpu
from minitorch.ops.devices import kernels_on, moved, pinned


class ToDevice(Function):
    """derivatives.yaml: _to_copy, to another device and perhaps dtype. The gradient goes back to where the tensor was."""

    node_name = "ToCopyBackward0"

    @staticmethod
    def forward(ctx, input, dtype, on, non_blocking):
        ctx.home = input.kernels
        array = input.array if input.array.dtype == dtype else input.kernels.cast(input.array, dtype)
        return wrap(moved(array, input.kernels, on, non_blocking))

    @staticmethod
    def backward(ctx, grad):
        return ToDevice.apply(grad, grad.array.dtype, ctx.home, False), None, None, None


def is_pinned(input: Tensor, device=None) -> bool:
    """Whether the GPU reads this memory of the host by itself. PyTorch: Tensor.is_pinned."""
    if device is not None:
        _warn_of_device("is_pinned")
    if input.is_cuda or _gpu.why_not() is not None or not _gpu.in_use():
        return False
    from minitorch.kernels.cuda import pinned as memory

    return memory.is_pinned(input.array)


def pin_memory(input: Tensor, device=None) -> Tensor:
    """A copy that the GPU reads by itself, so that `non_blocking` copies go on beside the program; itself if it is one.

    Raises RuntimeError for a tensor on the GPU, and where there is none. PyTorch: Tensor.pin_memory.
    """
    if device is not None:
        _warn_of_device("pin_memory")
    if _gpu.why_not() is not None:
        raise RuntimeError("Cannot access accelerator device when none is available.")
    if input.is_cuda:
        name = types.TENSOR_NAME[input.dtype].replace("torch.", "torch.cuda.")
        raise RuntimeError(f"cannot pin '{name}' only dense CPU tensors can be pinned")
    return input if is_pinned(input) else PinMemory.apply(input)


class PinMemory(Function):
    """derivatives.yaml: _pin_memory."""

    @staticmethod
    def forward(ctx, input):
        return wrap(pinned(input.array))

    @staticmethod
    def backward(ctx, grad):
        return grad


def _warn_of_device(method: str) -> None:
    warnings.warn(
        f"The argument 'device' of Tensor.{method}() is deprecated. Please do not pass this argument.", DeprecationWarning, stacklevel=4
    )


def record_stream(input: Tensor, stream) -> None:
    """Another stream uses this memory of the GPU: it is not used anew before that stream is done with it.

    Raises RuntimeError for what is no stream, NotImplementedError on the CPU. PyTorch: Tensor.record_stream.
    """
    if not hasattr(stream, "cuda_stream"):
        raise RuntimeError("unknown parameter type")
    if not input.is_cuda:
        raise NotImplementedError("Could not run 'aten::record_stream' with arguments from the 'CPU' backend.")
    from minitorch.kernels.cuda import memory

    memory.record_stream(input.array, stream.cuda_stream)


# ---- NVIDIA's protocol of memory on the GPU, version 3 ----


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
    """Another library's array on the GPU, without a copy: it must offer __cuda_array_interface__.

    Raises TypeError for an interface without shape, typestr or data, and for memory that must not be written to.
    PyTorch: torch.as_tensor, torch/csrc/utils/tensor_numpy.cpp.
    """
    kernels = kernels_on("cuda")
    interface = other.__cuda_array_interface__
    for name in ("shape", "typestr", "data"):
        if interface.get(name) is None:
            raise TypeError(f"attribute `{name}` must exist")
    (address, read_only), shape = interface["data"], tuple(interface["shape"])
    dtype, strides = np.dtype(interface["typestr"]), interface.get("strides")
    types.of_numpy(dtype)
    if read_only:
        raise TypeError("the read only flag is not supported, should always be False")
    if interface.get("mask") is not None:
        raise TypeError("minitorch has no masked arrays")
    if strides is not None:
        if len(strides) != len(shape):
            raise TypeError("strides must be a sequence of the same length as shape")
        if any(step % dtype.itemsize for step in strides):
            raise ValueError(
                "given array strides not a multiple of the element byte size. Copy the array to reallocate the memory."
            )
        if min(strides, default=0) < 0:
            raise ValueError("At least one stride in the given array is negative, and tensors with negative strides are not supported.")
    if 0 not in shape:
        _check_address(address)
        _wait_for(interface.get("stream"))
    return wrap(kernels.at_address(address, shape, dtype, None if strides is None else tuple(strides), other))


def _check_address(address: int) -> None:
    from minitorch.kernels.cuda import _driver

    if not _driver.is_on_device(address):
        raise RuntimeError("The specified pointer resides on host memory and is not registered with any CUDA device.")


def _wait_for(stream: int | None) -> None:
    """The current stream waits for the one that the other library writes the memory in: 1 is the default one."""
    from minitorch.kernels.cuda import _driver, _streams

    if stream is not None:
        _streams.wait(_driver.stream().value or 0, 0 if stream == 1 else stream)
