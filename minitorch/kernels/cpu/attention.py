"""Attention that never holds all scores: a block of queries at a time. PyTorch: ATen/native/cpu/FlashAttentionKernel.cpp.

The scores of L queries and S keys are L x S numbers for each head; all that later steps need of them is one number for
each query, the logarithm of the sum of its exponentials. So a block's scores are made, used and dropped while they are
still in the cache, and the backward pass makes them again (Dao and others, FlashAttention, 2022). With `causal` a query
sees the keys up to its own place, and a block multiplies no later ones.
"""

import math

import numpy as np

from minitorch.kernels.attention_blocks import blocks_of
from minitorch.kernels.cpu._compile import parallel, prange, serial
from minitorch.kernels.cpu._sums import total_of, total_of_products
from minitorch.kernels.cpu._vectors import largest
from minitorch.kernels.cpu.gemm import bmm
from minitorch.kernels.cpu.memory import empty, zeros
from minitorch.kernels.cpu.pointwise import add, contiguous, copy_into
from minitorch.kernels.exponential import quick_exp

_SCORES = 1 << 18  # of a block: 1 MiB of float32
_ROWS = 64  # queries of a block at least: enough for a product


def attention(
    query: np.ndarray,  # (B, H, L, E)
    key: np.ndarray,  # (B, H, S, E)
    value: np.ndarray,  # (B, H, S, E)
    mask: np.ndarray | None,  # (B, H, L, S), added to the scores; strides may be 0
    causal: bool,
    scale: float,
    out: np.ndarray,  # (B, H, L, E)
) -> np.ndarray:
    """Write softmax(query @ key^T * scale + mask) @ value to `out`; returns log(sum(exp(scores))), (B * H, L).

    A query that sees no key gets zeros.
    """
    q, k, v = _heads(query), _heads(key), _heads(value)
    result, logs = empty(q.shape, q.dtype), empty(q.shape[:2], q.dtype)
    factor, mask = q.dtype.type(scale), _added(mask, q.dtype)
    for heads, first, last, seen in blocks_of(q.shape, k.shape[1], causal, _SCORES, _ROWS):
        scores = bmm(q[heads, first:last], k[heads, :seen].swapaxes(1, 2))
        _weigh.for_work(8 * scores.size)(scores, mask, heads.start, first, query.shape[1], causal, factor, logs)
        result[heads, first:last] = bmm(scores, v[heads, :seen])
    copy_into(out, result.reshape(query.shape))
    return logs


def attention_backward(
    grad: np.ndarray,  # (B, H, L, E)
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    mask: np.ndarray | None,
    causal: bool,
    scale: float,
    result: np.ndarray,
    logs: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients to query, key and value. In memory they lie as (B, L, H, E), as PyTorch's do."""
    q, k, v, g, o = _heads(query), _heads(key), _heads(value), _heads(grad), _heads(result)
    to_query, to_key, to_value = empty(q.shape, q.dtype), zeros(k.shape, k.dtype), zeros(v.shape, v.dtype)
    factor, mask = q.dtype.type(scale), _added(mask, q.dtype)
    for heads, first, last, seen in blocks_of(q.shape, k.shape[1], causal, _SCORES, _ROWS):
        rows = heads, slice(first, last)
        weights = bmm(q[rows], k[heads, :seen].swapaxes(1, 2))
        slopes = bmm(g[rows], v[heads, :seen].swapaxes(1, 2))
        place = heads.start, first, query.shape[1]
        _slopes.for_work(8 * weights.size)(weights, slopes, mask, *place, causal, factor, g, o, logs)
        to_query[rows] = bmm(slopes, k[heads, :seen])
        for sums, left, right in ((to_key, slopes, q), (to_value, weights, g)):
            block = sums[heads, :seen]
            add(block, bmm(left.swapaxes(1, 2), right[rows]), dtype=q.dtype, out=block)
    return tuple(_by_places(each, like.shape) for each, like in ((to_query, query), (to_key, key), (to_value, value)))


def _heads(array: np.ndarray) -> np.ndarray:
    """(B * H, L, E)."""
    return (array if array.flags.carray else contiguous(array)).reshape(-1, *array.shape[2:])


def _by_places(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    batch, heads, length, width = shape
    result = empty((batch, length, heads, width), array.dtype).swapaxes(1, 2)
    copy_into(result, array.reshape(shape))
    return result


def _added(mask: np.ndarray | None, dtype: np.dtype) -> np.ndarray:
    """The mask; an array without elements, of the layout that most have, where there is none."""
    return np.empty((0, 0, 0, 0), dtype)[:, :, :, ::2] if mask is None else mask


# A task is one query of one head.


@parallel
def _weigh(scores, mask, first_head, first_row, heads, causal, scale, logs):
    """Scores become weights."""
    rows = scores.shape[1]
    for task in prange(scores.shape[0] * rows):
        head, row = first_head + task // rows, first_row + task % rows
        line = scores[task // rows, task % rows]
        seen = _score(line, mask, head // heads, head % heads, row, causal, scale)
        peak = largest(line[:seen])
        if peak == -math.inf:
            line[:] = 0
            logs[head, row] = 0
        else:
            for i in range(seen):
                line[i] = quick_exp(line[i] - peak)
            line[seen:] = 0
            total = total_of(line)
            factor = line.dtype.type(1 / total)
            for i in range(seen):
                line[i] *= factor
            logs[head, row] = peak + math.log(total)


@parallel
def _slopes(scores, slopes, mask, first_head, first_row, heads, causal, scale, grad, result, logs):
    """Scores become weights, and the gradients to weights those to products of query and key."""
    rows = scores.shape[1]
    for task in prange(scores.shape[0] * rows):
        head, row = first_head + task // rows, first_row + task % rows
        line, slope = scores[task // rows, task % rows], slopes[task // rows, task % rows]
        seen = _score(line, mask, head // heads, head % heads, row, causal, scale)
        level, log = line.dtype.type(total_of_products(grad[head, row], result[head, row])), logs[head, row]
        for i in range(seen):
            line[i] = quick_exp(line[i] - log)
            slope[i] = line[i] * (slope[i] - level) * scale
        line[seen:] = 0
        slope[seen:] = 0


@serial
def _score(line, mask, batch, head, row, causal, scale):
    """Scale a query's products, and add its mask; returns how many keys it sees."""
    seen = min(line.size, row + 1) if causal else line.size
    for i in range(seen):
        line[i] *= scale
    if mask.size:
        added = mask[batch, head, row]
        for i in range(seen):
            line[i] += added[i]
    return seen
