"""Distances and products of vectors. PyTorch: aten/src/ATen/native/{Distance,Linear}.cpp."""

import numpy as np

from minitorch._tensor import Tensor
from minitorch.ops.devices import beside
from minitorch.ops.linalg import vector_norm
from minitorch.ops.matmul import mm
from minitorch.ops.promotion import broadcast, check_tensor
from minitorch.ops.reduce import sum
from minitorch.ops.shape import expand, permute, unsqueeze


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:  # (*, D), (*, D) -> (*)
    """The p-norm of x1 - x2 + eps along the last dimension. PyTorch: torch.nn.functional.pairwise_distance."""
    check_tensor(x1, "pairwise_distance", "x1", 1)
    check_tensor(x2, "pairwise_distance", "x2", 2)
    return vector_norm(x1 - x2 + eps, p, -1, keepdim)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along dim, whose lengths count as at least eps. PyTorch: F.cosine_similarity."""
    check_tensor(x1, "cosine_similarity", "x1", 1)
    check_tensor(x2, "cosine_similarity", "x2", 2)
    shape = broadcast(x1.array.shape, x2.array.shape)
    return sum(_unit(expand(x1, shape), dim, eps) * _unit(expand(x2, shape), dim, eps), dim)


def _unit(x: Tensor, dim: int, eps: float) -> Tensor:
    length = vector_norm(x, 2, dim, True)
    return x / (length + (length.clamp_min(eps) - length).detach())  # the gradient is the length's own, as in PyTorch


def pdist(input: Tensor, p: float = 2.0) -> Tensor:  # (N, D) -> (N * (N - 1) / 2,)
    """The p-norm of the difference of each pair of rows, i < j. PyTorch: torch.nn.functional.pdist, torch.pdist."""
    check_tensor(input, "pdist", "input", 1)
    if input.array.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.array.ndim}D")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    first, second = (beside(input, each) for each in np.triu_indices(input.array.shape[0], 1))
    return vector_norm(input[first] - input[second], p, -1)


def bilinear(
    input1: Tensor,  # (*, I1)
    input2: Tensor,  # (*, I2)
    weight: Tensor,  # (O, I1, I2)
    bias: Tensor | None = None,  # (O,)
) -> Tensor:  # (*, O)
    """input1 @ weight[o] @ input2 for each o, plus bias. PyTorch: torch.nn.functional.bilinear."""
    batch = input1.array.shape[:-1]
    if input1.array.ndim != input2.array.ndim:
        raise RuntimeError(
            f"bilinear(): input dimensions do not match: got {input1.array.ndim} and {input2.array.ndim}"
        )
    for axis, (one, other) in enumerate(zip(batch, input2.array.shape[:-1])):
        if one != other:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {axis}: got {one} and {other}")
    out, *sizes = weight.array.shape
    for name, each, size in (("input1", input1, sizes[0]), ("input2", input2, sizes[1])):
        if each.array.shape[-1] != size:
            raise RuntimeError(
                f"bilinear(): {name} size does not match weight size: got {each.array.shape[-1]} but expected {size}"
            )
    if bias is not None and bias.array.shape[0] != out:
        raise RuntimeError(f"bilinear(): bias size does not match weight size: got {bias.array.shape[0]} but expected {out}")
    left, right = input1.reshape(-1, sizes[0]), input2.reshape(-1, sizes[1])
    products = mm(left, permute(weight, (1, 0, 2)).reshape(sizes[0], out * sizes[1]))
    result = sum(products.view(-1, out, sizes[1]) * unsqueeze(right, 1), 2).view(*batch, out)
    return result if bias is None else result + bias
