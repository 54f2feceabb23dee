"""Rows of a table by number, and numbers as rows. PyTorch: ATen/native/{Embedding,Onehot}.cpp."""

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.advanced_indexing import Index, IndexInto, Places
from minitorch.ops.devices import on_host
from minitorch.ops.masked import masked_fill
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import unsqueeze


def embedding(
    input: Tensor,  # (*) int32 or int64
    weight: Tensor,  # (V, D)
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:  # (*, D)
    """Row input[i] of weight for each i. The row `padding_idx` gets no gradient; gradients are always dense.

    Raises IndexError for an index outside [0, V). PyTorch: torch.nn.functional.embedding.
    """
    check_tensor(input, "embedding", "indices", 2)
    check_tensor(weight, "embedding", "weight", 1)
    if padding_idx is not None:
        if not -weight.array.shape[0] <= padding_idx < weight.array.shape[0]:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= weight.array.shape[0]
    if weight.array.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    check_indices("embedding", input, weight)
    if max_norm is not None:
        renormalize(weight, on_host(input), max_norm, norm_type)
    return Embedding.apply(weight, input, padding_idx, scale_grad_by_freq)


class Embedding(Index):
    """derivatives.yaml: embedding."""

    @staticmethod
    def forward(ctx, weight, input, padding_idx, scale_grad_by_freq):
        ctx.padding_idx, ctx.by_frequency = padding_idx, scale_grad_by_freq
        ctx.shape = weight.array.shape
        ctx.save_for_backward(input)
        ctx.places = Places((on_host(input).astype(np.int64),))  # a copy: the user's may change
        return wrap(weight.kernels.index(weight.array, ctx.places.indices))

    @staticmethod
    def backward(ctx, grad):
        ctx.saved_tensors  # noqa: B018
        (indices,) = ctx.places.indices
        if ctx.padding_idx is not None:
            padding = wrap(grad.kernels.from_host(np.asarray(indices == ctx.padding_idx)))
            grad = masked_fill(grad, unsqueeze(padding, -1), 0)
        if ctx.by_frequency:
            counts = np.bincount(indices.reshape(-1), minlength=ctx.shape[0])[indices]
            grad = grad / unsqueeze(wrap(grad.kernels.from_host(np.asarray(counts, grad.array.dtype))), -1)
        return IndexInto.apply(grad, ctx.shape, ctx.places), None, None, None


def check_indices(function: str, input: Tensor, weight: Tensor) -> None:
    """Raise RuntimeError for a dtype that cannot index, IndexError for a row that does not exist."""
    if input.array.dtype not in (np.int32, np.int64):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, "
            f"Int; but got {types.TENSOR_NAME[input.dtype]} instead (while checking arguments for {function})"
        )
    array = on_host(input)
    if array.size and (array.min() < 0 or array.max() >= weight.array.shape[0]):
        raise IndexError("index out of range in self")


def renormalize(weight: Tensor, indices: np.ndarray, max_norm: float, norm_type: float) -> None:
    """Scale the rows that are named and longer than max_norm down to it, in place. PyTorch: embedding_renorm_."""
    rows, kernels = np.unique(indices).astype(np.int64), weight.kernels
    values = kernels.to_host(kernels.index(weight.array, (rows,)))
    lengths = np.linalg.norm(values.astype(np.float64), norm_type, 1)
    long = lengths > max_norm
    scale = max_norm / (lengths[long] + 1e-7)
    kernels.index_put(weight.array, (rows[long],), kernels.from_host(values[long] * scale[:, None].astype(values.dtype)))
    weight._storage.version += 1


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:  # (*) int64 -> (*, num_classes) int64
    """Zeros with a one at each class; without num_classes, one more than the largest.

    Raises RuntimeError for a class outside [0, num_classes). PyTorch: torch.nn.functional.one_hot.
    """
    check_tensor(tensor, "one_hot", "self", 1)
    if tensor.array.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    classes = on_host(tensor)
    if classes.size == 0:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
    elif classes.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(classes.max()) + 1
    elif classes.size and classes.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    result = tensor.kernels.zeros((*classes.shape, num_classes), np.dtype(np.int64))
    rows = result.reshape(-1, num_classes)
    if classes.size:
        tensor.kernels.index_put(rows, (np.arange(len(rows)), classes.reshape(-1)), np.int64(1))
    return wrap(result)
