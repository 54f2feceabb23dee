"""Sums, means and maxima over rows of a table. PyTorch: aten/src/ATen/native/EmbeddingBag.cpp."""

import numpy as np

from minitorch._tensor import Tensor
from minitorch.ops.devices import beside, on_host
from minitorch.ops.embedding import Embedding, check_indices, renormalize
from minitorch.ops.gather import gather
from minitorch.ops.index_select import index_add
from minitorch.ops.shape import unsqueeze


def embedding_bag(
    input: Tensor,  # (N,) with offsets, or (B, L): int32 or int64
    weight: Tensor,  # (V, D)
    offsets: Tensor | None = None,  # (B,): where in input each bag begins
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,  # as input
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:  # (B, D)
    """The "sum", "mean" or "max" of the rows named in each bag; zeros for an empty one. Gradients are always dense.

    Raises IndexError or RuntimeError for an index outside [0, V). PyTorch: torch.nn.functional.embedding_bag.
    """
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the same "
            f"shape as the input ({input.shape})"
        )
    if weight.array.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.array.ndim}")
    starts = _starts(input, offsets, include_last_offset)
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    if padding_idx is not None:
        if not -weight.array.shape[0] <= padding_idx < weight.array.shape[0]:
            raise AssertionError("padding_idx must be within the number of embeddings")
        padding_idx %= weight.array.shape[0]
    indices = on_host(input).reshape(-1).astype(np.int64)
    check_indices("embedding_bag", input, weight)
    if max_norm is not None:
        renormalize(weight, indices, max_norm, norm_type)
    bags = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    if per_sample_weights is not None:
        per_sample_weights = per_sample_weights.reshape(-1)
    if padding_idx is not None:
        kept = indices != padding_idx
        indices, bags = indices[kept], bags[kept]
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights[beside(weight, kept)]
    rows = Embedding.apply(weight, beside(weight, indices), None, scale_grad_by_freq)
    if per_sample_weights is not None:
        rows = rows * unsqueeze(per_sample_weights, 1)
    return _pooled(rows, bags, len(starts) - 1, mode)


def _pooled(rows: Tensor, bags: np.ndarray, count: int, mode: str) -> Tensor:
    """The rows of each bag in one; `bags` ascends."""
    sizes = np.bincount(bags, minlength=count)
    zeros = rows.new_zeros((count, rows.array.shape[1]))
    if mode == "max":
        places, filled = _largest(on_host(rows), sizes), beside(rows, np.flatnonzero(sizes))
        return index_add(zeros, 0, filled, gather(rows, 0, beside(rows, places)))
    total = index_add(zeros, 0, beside(rows, bags), rows)
    if mode == "sum":
        return total
    return total / beside(rows, np.maximum(sizes, 1).astype(rows.array.dtype)[:, None])


def _largest(rows: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """For each bag that is not empty and each column, the row of the first maximum."""
    ends = np.cumsum(sizes)
    places = [rows[end - size : end].argmax(0) + end - size for end, size in zip(ends, sizes) if size]
    return np.array(places, np.int64).reshape(-1, rows.shape[1])


def _starts(input: Tensor, offsets: Tensor | None, include_last: bool) -> np.ndarray:
    """Where each bag begins, and at the end how many indices there are."""
    if input.array.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. "
                f"However, found offsets of type {type(offsets)}"
            )
        rows, length = input.array.shape
        return np.arange(rows + 1) * length
    if input.array.ndim != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.array.ndim}")
    if not isinstance(offsets, Tensor):
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.array.ndim != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    array, size = on_host(offsets).astype(np.int64), input.array.size
    if len(array) and array[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got "
            f"{array[0]}"
        )
    if len(array) and array.max() > size:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {size} but got offsets[-1] of {array[-1]}"
        )
    if (np.diff(array) < 0).any():
        raise RuntimeError("offsets has to be in ascending order")
    return array if include_last else np.append(array, size)
