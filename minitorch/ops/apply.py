"""Python functions over the elements, in place. PyTorch: torch/csrc/utils/tensor_apply.cpp."""

from collections.abc import Callable

import numpy as np

from minitorch._tensor import Tensor
from minitorch.ops.shape import expand
from minitorch.ops.writable import check


def apply_(input: Tensor, callable: Callable) -> Tensor:
    """Every element x becomes callable(x), in place. RuntimeError where a gradient is required. PyTorch: Tensor.apply_."""
    if input.requires_grad:
        raise RuntimeError("Can't call apply_() on Variable that requires grad. Use var.detach().apply_() instead.")
    return _write(input, [callable(each) for each in input.array.reshape(-1).tolist()])


def map_(input: Tensor, tensor: Tensor, callable: Callable) -> Tensor:
    """Every element x becomes callable(x, y), y from `tensor`, broadcast; in place. PyTorch: Tensor.map_."""
    if input.requires_grad:
        raise RuntimeError("Can't call map_() on Variable that requires grad. Use var.detach().map_() instead.")
    other = expand(tensor, input.shape).array.reshape(-1).tolist()
    return _write(input, [callable(x, y) for x, y in zip(input.array.reshape(-1).tolist(), other)])


def _write(input: Tensor, values: list) -> Tensor:
    check(input)
    input.array[...] = np.array(values).reshape(input.array.shape)
    input._storage.version += 1
    return input
