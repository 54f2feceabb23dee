"""Python functions over the elements, and the diagonal filled, in place. PyTorch: torch/csrc/utils/tensor_apply.cpp, aten/src/ATen/native/Fill.cpp."""

from collections.abc import Callable

import numpy as np

from minitorch._tensor import Tensor
from minitorch.ops.promotion import Number
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


def fill_diagonal_(input: Tensor, fill_value: Number, wrap: bool = False) -> Tensor:
    """One value on the main diagonal, in place; of a tall matrix, with `wrap`, again after each square and a row.

    RuntimeError for fewer than two dimensions, and for more than two of unequal lengths. PyTorch: Tensor.fill_diagonal_.
    """
    shape, stride = input.array.shape, input.stride()
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step, offset = sum(stride), input.storage_offset()
    input.as_strided((min(shape),), (step,), offset).fill_(fill_value)
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1:
        rows = shape[0] - shape[1] - 1  # below the first square and the row that is left out
        count = sum(1 for row in range(rows) if row % (shape[1] + 1) < shape[1])
        for number in range(count):
            row = number // shape[1] * (shape[1] + 1) + number % shape[1]
            input[shape[1] + 1 + row, number % shape[1]] = fill_value
    return input
