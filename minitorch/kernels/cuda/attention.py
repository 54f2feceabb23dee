"""Attention that never holds all scores: a block of queries at a time. PyTorch: aten/native/transformers/cuda.

As kernels/cpu/attention.py: two products for each block, and between them one kernel in which a block of threads takes
one query. The scores of a block of queries stay in the GPU's second-level cache.
"""

import functools
import math

import numpy as np

from minitorch.kernels import exponential, formulas
from minitorch.kernels.attention_blocks import blocks_of
from minitorch.kernels.cuda import _block
from minitorch.kernels.cuda._compile import device, formula, kernel, numba_type
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.gemm import bmm
from minitorch.kernels.cuda.memory import empty, zeros
from minitorch.kernels.cuda.pointwise import add, contiguous, copy_into

_SCORES = 1 << 22  # of a block: 16 MiB of float32, a third of an H100's cache
_ROWS = 64  # queries of a block at least


def attention(
    query: DeviceArray,  # (B, H, L, E)
    key: DeviceArray,  # (B, H, S, E)
    value: DeviceArray,  # (B, H, S, E)
    mask: DeviceArray | None,  # (B, H, L, S), added to the scores; strides may be 0
    causal: bool,
    scale: float,
    out: DeviceArray,  # (B, H, L, E)
) -> DeviceArray:
    """Write softmax(query @ key^T * scale + mask) @ value to `out`; returns log(sum(exp(scores))), (B * H, L).

    A query that sees no key gets zeros.
    """
    q, k, v = _heads(query), _heads(key), _heads(value)
    result, logs = empty(q.shape, q.dtype), empty(q.shape[:2], q.dtype)
    weigh, _ = _loops(q.dtype)
    for heads, first, last, seen in blocks_of(q.shape, k.shape[1], causal, _SCORES, _ROWS):
        scores = bmm(q[heads, first:last], k[heads, :seen].swapaxes(1, 2))
        place = *_place(scores, heads, first, query.shape[1], q.shape[1]), causal
        weigh[_size(scores), _block.THREADS](scores, *_added(mask, scores), *place, q.dtype.type(scale), logs)
        result[heads, first:last] = bmm(scores, v[heads, :seen])
    copy_into(out, result.reshape(query.shape))
    return logs


def attention_backward(
    grad: DeviceArray,  # (B, H, L, E)
    query: DeviceArray,
    key: DeviceArray,
    value: DeviceArray,
    mask: DeviceArray | None,
    causal: bool,
    scale: float,
    result: DeviceArray,
    logs: DeviceArray,
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The gradients to query, key and value. In memory they lie as (B, L, H, E), as PyTorch's do."""
    q, k, v, g, o = _heads(query), _heads(key), _heads(value), _heads(grad), _heads(result)
    to_query, to_key, to_value = empty(q.shape, q.dtype), zeros(k.shape, k.dtype), zeros(v.shape, v.dtype)
    _, slope = _loops(q.dtype)
    for heads, first, last, seen in blocks_of(q.shape, k.shape[1], causal, _SCORES, _ROWS):
        rows = heads, slice(first, last)
        weights = bmm(q[rows], k[heads, :seen].swapaxes(1, 2))
        slopes = bmm(g[rows], v[heads, :seen].swapaxes(1, 2))
        place = *_place(weights, heads, first, query.shape[1], q.shape[1]), causal
        slope[_size(weights), _block.THREADS](
            weights, slopes, *_added(mask, weights), *place, q.dtype.type(scale), g, o, q.shape[2], logs
        )
        to_query[rows] = bmm(slopes, k[heads, :seen])
        for sums, left, right in ((to_key, slopes, q), (to_value, weights, g)):
            block = sums[heads, :seen]
            add(block, bmm(left.swapaxes(1, 2), right[rows]), dtype=q.dtype, out=block)
    return tuple(_by_places(each, like.shape) for each, like in ((to_query, query), (to_key, key), (to_value, value)))


def _heads(array: DeviceArray) -> DeviceArray:
    """(B * H, L, E)."""
    return (array if array.flags.c_contiguous else contiguous(array)).reshape(-1, *array.shape[2:])


def _by_places(array: DeviceArray, shape: tuple[int, ...]) -> DeviceArray:
    batch, heads, length, width = shape
    result = empty((batch, length, heads, width), array.dtype).swapaxes(1, 2)
    copy_into(result, array.reshape(shape))
    return result


def _size(scores: DeviceArray) -> int:
    """Blocks of threads: one for each query of each head."""
    return min(scores.shape[0] * scores.shape[1], 1 << 30)


def _place(scores: DeviceArray, heads: slice, first: int, per_batch: int, length: int) -> tuple[int, ...]:
    """Which queries the scores are of, and of how many keys."""
    count, rows, keys = scores.shape
    return count * rows, rows, keys, heads.start, first, per_batch, length


def _added(mask: DeviceArray | None, scores: DeviceArray) -> tuple[DeviceArray, bool, tuple[int, ...]]:
    """The mask, whether there is one, and its strides; without one any array will do."""
    return (scores, False, (0, 0, 0, 0)) if mask is None else (mask, True, mask.steps)


def _add(a, b):
    return a + b


@functools.cache
def _loops(kind: np.dtype) -> tuple:
    """The kernels for scores of this dtype."""
    maximum, exp, log = formula(formulas.maximum), formula(exponential.exp), formula(exponential.log)
    largest = _block.block_total(maximum, numba_type(kind.type))
    total_of = _block.block_total(device(_add), numba_type(float))
    lowest, number = kind.type(-math.inf), kind.type

    @device
    def score(scores, base, seen, mask, masked, steps, batch, head, row, scale):
        """Scale a query's products, and add its mask; returns the largest that this thread saw."""
        place = batch * steps[0] + head * steps[1] + row * steps[2]
        peak = lowest
        for i in range(cuda.threadIdx.x, seen, cuda.blockDim.x):
            value = scores[base + i] * scale
            if masked:
                value += mask[place + i * steps[3]]
            scores[base + i] = value
            peak = maximum(peak, value)
        return peak

    @kernel
    def weigh(scores, mask, masked, steps, count, rows, keys, first_head, first_row, heads, length, causal, scale, logs):
        for task in range(cuda.blockIdx.x, count, cuda.gridDim.x):
            head, row, base = first_head + task // rows, first_row + task % rows, task * keys
            seen = min(keys, row + 1) if causal else keys
            peak = score(scores, base, seen, mask, masked, steps, head // heads, head % heads, row, scale)
            peak = largest(peak, lowest)
            total = 0.0
            for i in range(cuda.threadIdx.x, keys, cuda.blockDim.x):
                weight = number(0)
                if i < seen and peak != lowest:
                    weight = number(exp(scores[base + i] - peak))
                scores[base + i] = weight
                total += weight
            total = total_of(total, 0.0)
            if peak != lowest:
                factor = number(1.0 / total)
                for i in range(cuda.threadIdx.x, seen, cuda.blockDim.x):
                    scores[base + i] *= factor
            if cuda.threadIdx.x == 0:
                logs[head * length + row] = number(peak + log(total)) if peak != lowest else number(0)

    @kernel
    def slope(
        scores, slopes, mask, masked, steps, count, rows, keys, first_head, first_row, heads, length, causal, scale,
        grad, result, width, logs,
    ):  # fmt: skip
        for task in range(cuda.blockIdx.x, count, cuda.gridDim.x):
            head, row, base = first_head + task // rows, first_row + task % rows, task * keys
            seen = min(keys, row + 1) if causal else keys
            score(scores, base, seen, mask, masked, steps, head // heads, head % heads, row, scale)
            query = head * length + row
            level = 0.0
            for i in range(cuda.threadIdx.x, width, cuda.blockDim.x):
                level += grad[query * width + i] * result[query * width + i]
            level = number(total_of(level, 0.0))
            for i in range(cuda.threadIdx.x, keys, cuda.blockDim.x):
                weight, change = number(0), number(0)
                if i < seen:
                    weight = number(exp(scores[base + i] - logs[query]))
                    change = weight * (slopes[base + i] - level) * scale
                scores[base + i], slopes[base + i] = weight, change

    return weigh, slope
