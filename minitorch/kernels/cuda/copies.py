"""Tensors from the host to the GPU and back, and whether the program waits for that. PyTorch: aten/src/ATen/native/cuda/Copy.cu.

The driver copies pinned memory by itself, in the order of the stream: with `non_blocking`, the program goes on. Memory
that is not pinned it reads before it returns, and what comes back has to be waited for.
"""

import numpy as np

from minitorch.kernels.cuda import _driver, memory, pinned
from minitorch.kernels.cuda.array import DeviceArray


def upload(array: np.ndarray, non_blocking: bool) -> DeviceArray:
    """A copy on the GPU, its dimensions in the same order in memory."""
    if not array.size:
        return memory.empty(array.shape, array.dtype)
    order = _order(array)
    lines = array.transpose(order)
    result = memory.empty(lines.shape, array.dtype)
    _send(result, lines, non_blocking)
    return result.transpose(np.argsort(order).tolist()) if order != sorted(order) else result


def upload_into(target: DeviceArray, array: np.ndarray, non_blocking: bool) -> bool:
    """Write a host array into one on the GPU, if they are alike; False where it takes a kernel."""
    if target.dtype != array.dtype or target.shape != array.shape or not target.flags.c_contiguous:
        return False
    if array.size:
        _send(target, array, non_blocking)
    return True


def _send(target: DeviceArray, array: np.ndarray, non_blocking: bool) -> None:
    line = np.ascontiguousarray(array)
    is_pinned = pinned.is_pinned(line)
    _check_capture(is_pinned)
    _driver.to_device(target.address, line)
    if is_pinned:
        _finish(line, non_blocking)


def download(array: DeviceArray, non_blocking: bool) -> np.ndarray:
    """A copy on the host, its dimensions in the same order in memory; with `non_blocking` in pinned memory, and on its way."""
    if not non_blocking or not array.size:
        _check_capture(not array.size)
        return memory.to_host(array)
    order = _order(array)
    lines = array.transpose(order)
    lines = lines if lines.flags.c_contiguous else lines.copy()
    host = pinned.empty(lines.shape, lines.dtype)
    _driver.to_host(host, lines.address, wait=False)
    _finish(host, non_blocking)
    return host.transpose(np.argsort(order))


def download_into(target: np.ndarray, array: DeviceArray, non_blocking: bool) -> None:
    """Write an array of the GPU, broadcast and cast, into one of the host."""
    alike = target.dtype == array.dtype and target.shape == array.shape and target.flags.carray and array.flags.c_contiguous
    if alike and array.size and pinned.is_pinned(target):
        _driver.to_host(target, array.address, wait=False)
        _finish(target, non_blocking)
    else:
        _check_capture(not array.size)
        np.copyto(target, memory.to_host(array), casting="unsafe")


def _finish(host: np.ndarray, non_blocking: bool) -> None:
    if non_blocking:
        pinned.keep(host)
    else:
        _driver.wait_for_stream(_driver.stream().value or 0)


def _check_capture(is_pinned: bool) -> None:
    if not is_pinned and _driver.recording() is not None:
        raise RuntimeError(
            "Cannot copy between CPU and CUDA tensors during CUDA graph capture unless the CPU tensor is pinned. Please use "
            "tensor.pin_memory() or allocate the tensor with pin_memory=True."
        )


def _order(array) -> list[int]:
    """The dimensions, outermost in memory first."""
    return sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
