"""Attention: weighted sums of values, by how well keys fit queries. PyTorch: aten/src/ATen/native/transformers/attention.cpp."""

import builtins
import math
import warnings

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import mode
from minitorch.ops.creation import empty_like, ones, zeros_like
from minitorch.ops.dropout import dropout
from minitorch.ops.joining import cat
from minitorch.ops.matmul import baddbmm, bmm, linear, matmul
from minitorch.ops.pad import constant_pad
from minitorch.ops.pointwise import where
from minitorch.ops.promotion import check_tensor
from minitorch.ops.reduce import all, mean, sum
from minitorch.ops.shape import expand, squeeze, transpose, unflatten, unsqueeze
from minitorch.ops.slicing import chunk, split
from minitorch.ops.softmax import softmax
from minitorch.ops.triangles import tril
from minitorch.ops.turning import repeat_interleave


def scaled_dot_product_attention(
    query: Tensor,  # (*, H, L, E)
    key: Tensor,  # (*, H, S, E)
    value: Tensor,  # (*, H, S, V)
    attn_mask: Tensor | None = None,  # broadcast to (*, H, L, S): bool, True takes part; or added to the scores
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:  # (*, H, L, V)
    """softmax(query @ key^T * scale + attn_mask) @ value; scale is 1/sqrt(E) by default. Dropout whatever the mode.

    With `is_causal` a query sees the keys up to its own place. With `enable_gqa` key and value may have fewer heads.
    Raises RuntimeError where shapes or dtypes do not fit. PyTorch: F.scaled_dot_product_attention.
    """
    _check(query, key, value, attn_mask, is_causal)
    scale = 1 / math.sqrt(query.array.shape[-1] or 1) if scale is None else scale
    if enable_gqa:
        key, value = (repeat_interleave(each, query.array.shape[-3] // each.array.shape[-3], -3) for each in (key, value))
    if dropout_p == 0 and _suits_blocks(query, key, value, attn_mask):
        return ScaledDotProductFlashAttentionForCpu.apply(query, key, value, attn_mask, is_causal, float(scale))
    weights = _weights(query, key, attn_mask, is_causal, scale)
    return matmul(dropout(weights, dropout_p) if dropout_p > 0 else weights, value)


class ScaledDotProductFlashAttentionForCpu(Function):
    """derivatives.yaml: _scaled_dot_product_flash_attention_for_cpu. Unlike PyTorch's it differentiates again."""

    @staticmethod
    def forward(ctx, query, key, value, attn_mask, is_causal, scale):
        result = empty_like(query)
        arrays = [each.array for each in (query, key, value)]
        ctx.options = is_causal, scale
        ctx.logarithms = query.kernels.attention(*arrays, _added(attn_mask, query, key), *ctx.options, result.array)
        ctx.save_for_backward(query, key, value, attn_mask, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        query, key, value, attn_mask, result = ctx.saved_tensors
        if mode.enabled:
            return *_backward_again(grad, query, key, value, attn_mask, *ctx.options), None, None, None
        arrays = [each.array for each in (grad, query, key, value)]
        mask = _added(attn_mask, query, key)
        gradients = grad.kernels.attention_backward(*arrays, mask, *ctx.options, result.array, ctx.logarithms)
        return *map(wrap, gradients), None, None, None


def _backward_again(grad, query, key, value, attn_mask, is_causal, scale) -> tuple[Tensor, Tensor, Tensor]:
    """The same in operations."""
    weights = _weights(query, key, attn_mask, is_causal, scale)
    to_weights = matmul(grad, transpose(value, -2, -1))
    slopes = weights * (to_weights - sum(to_weights * weights, -1, keepdim=True)) * scale
    return matmul(slopes, key), matmul(transpose(slopes, -2, -1), query), matmul(transpose(weights, -2, -1), grad)


def _suits_blocks(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None) -> bool:
    """Where PyTorch leaves the parts for its kernel. PyTorch: ATen/native/transformers/sdp_utils_cpp.h."""
    shapes = [each.array.shape for each in (query, key, value)]
    return (
        builtins.all(len(shape) == 4 and 0 not in shape for shape in shapes)
        and shapes[0][:2] == shapes[1][:2] == shapes[2][:2]
        and shapes[0][3] == shapes[1][3] == shapes[2][3]
        and shapes[1][2] == shapes[2][2]
        and query.dtype in (types.float32, types.float64)
        and builtins.all(each.stride()[3] == 1 for each in (query, key, value))
        and (attn_mask is None or (attn_mask.array.ndim in (2, 4) and not attn_mask.requires_grad))
    )


def _added(attn_mask: Tensor | None, query: Tensor, key: Tensor):
    """A mask as what is added to the scores, an array (B, H, L, S); its strides may be 0."""
    if attn_mask is None:
        return None
    if attn_mask.array.dtype.kind == "b":
        attn_mask = where(attn_mask, 0.0, -math.inf).to(query.dtype)
    return expand(attn_mask.to(query.dtype), (*query.array.shape[:3], key.array.shape[2])).array


def _weights(query: Tensor, key: Tensor, attn_mask: Tensor | None, is_causal: bool, scale: float) -> Tensor:
    """What each key counts for each query: (*, H, L, S)."""
    factor = math.sqrt(abs(scale))
    if is_causal:
        attn_mask = tril(ones(query.array.shape[-2], key.array.shape[-2], dtype=types.bool, device=query.device))
    scores = matmul(query * math.copysign(factor, scale), transpose(key, -2, -1) * factor)
    if attn_mask is None:
        return softmax(scores, -1)
    if attn_mask.array.dtype.kind == "b":
        return _safe_softmax(where(attn_mask, scores, -math.inf))
    return _safe_softmax(scores + attn_mask)


def _safe_softmax(scores: Tensor) -> Tensor:
    """softmax, but zeros where all scores are -inf: a query that sees nothing."""
    weights = softmax(scores, -1)
    blind = all(scores == -math.inf, -1, keepdim=True)
    return where(blind, zeros_like(weights), weights)


def _check(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None, is_causal: bool) -> None:
    for place, each in enumerate((query, key, value)):
        check_tensor(each, "scaled_dot_product_attention", ("query", "key", "value")[place], place + 1)
    if attn_mask is not None and is_causal:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if not query.dtype == key.dtype == value.dtype:
        names = [types.C_NAME[each.dtype] for each in (query, key, value)]
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {names[0]} key.dtype: {names[1]} "
            f"and value.dtype: {names[2]} instead."
        )
    if min(each.array.ndim for each in (query, key, value)) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{query.array.ndim}, key.dim: {key.array.ndim} and value.dim: {value.array.ndim} instead."
        )
    if attn_mask is not None and attn_mask.dtype not in (types.bool, query.dtype):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{types.C_NAME[attn_mask.dtype]} and  query.dtype: {types.C_NAME[query.dtype]} instead."
        )


def multi_head_attention_forward(
    query: Tensor,  # (L, N, E) or (L, E)
    key: Tensor,  # (S, N, E) or (S, E)
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,  # (3 * E, E)
    in_proj_bias: Tensor | None,  # (3 * E,)
    bias_k: Tensor | None,  # (1, 1, E), as bias_v
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,  # (E, E)
    out_proj_bias: Tensor | None,  # (E,)
    training: bool = True,
    key_padding_mask: Tensor | None = None,  # (N, S): True is left out; or added to the scores
    need_weights: bool = True,
    attn_mask: Tensor | None = None,  # (L, S) or (N * heads, L, S): True is left out; or added to the scores
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention of several heads, between projections in and out: the result (L, N, E), and the weights (N, L, S).

    PyTorch: torch.nn.functional.multi_head_attention_forward.
    """
    batched = _check_batched(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = (unsqueeze(each, 1) for each in (query, key, value))
        key_padding_mask = None if key_padding_mask is None else unsqueeze(key_padding_mask, 0)
    length, batch, width = query.array.shape
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    key_padding_mask = _as_scores(key_padding_mask, "key_padding_mask", attn_mask, "attn_mask", query.dtype)
    hidden = is_causal and key_padding_mask is None and not need_weights
    if hidden:
        attn_mask = None
    else:
        attn_mask = _as_scores(attn_mask, "attn_mask", None, "", query.dtype)
        is_causal = False  # the mask says it
    _check_width(width, embed_dim_to_check, num_heads, key, value, use_separate_proj_weight)
    if use_separate_proj_weight:
        q, k, v = _separate_projections(query, key, value, (q_proj_weight, k_proj_weight, v_proj_weight), in_proj_bias)
    else:
        q, k, v = _projections(query, key, value, in_proj_weight, in_proj_bias)
    attn_mask = _three_dimensional(attn_mask, length, key.array.shape[0], batch * num_heads)
    if bias_k is not None and bias_v is not None:
        k, v = cat([k, expand(bias_k, (1, batch, width))]), cat([v, expand(bias_v, (1, batch, width))])
        attn_mask, key_padding_mask = _wider(attn_mask), _wider(key_padding_mask)
    head = width // num_heads
    q = transpose(q.reshape(length, batch * num_heads, head), 0, 1)
    k = transpose(k.reshape(-1, batch * num_heads, head), 0, 1) if static_k is None else static_k
    v = transpose(v.reshape(-1, batch * num_heads, head), 0, 1) if static_v is None else static_v
    if add_zero_attn:
        zeros = k.new_zeros((batch * num_heads, 1, head))
        k, v = cat([k, zeros], 1), cat([v, zeros], 1)
        attn_mask, key_padding_mask = _wider(attn_mask), _wider(key_padding_mask)
    keys = k.array.shape[1]
    if key_padding_mask is not None:
        padding = expand(key_padding_mask.view(batch, 1, 1, keys), (batch, num_heads, 1, keys))
        padding = padding.reshape(batch * num_heads, 1, keys)
        attn_mask = padding if attn_mask is None else attn_mask + padding
    dropout_p = dropout_p if training else 0.0
    if need_weights:
        q = q * math.sqrt(1.0 / head)
        kt = transpose(k, -2, -1)
        weights = softmax(bmm(q, kt) if attn_mask is None else baddbmm(attn_mask, q, kt), -1)
        if dropout_p > 0:
            weights = dropout(weights, dropout_p)
        result = bmm(weights, v)
    else:
        weights = None
        if attn_mask is not None:
            one = attn_mask.array.shape[0] == 1
            attn_mask = unsqueeze(attn_mask, 0) if one else attn_mask.view(batch, num_heads, -1, keys)
        q, k, v = (each.view(batch, num_heads, -1, head) for each in (q, k, v))
        result = scaled_dot_product_attention(q, k, v, attn_mask, dropout_p, is_causal)
        result = result.reshape(batch * num_heads, length, head)
    result = transpose(result, 0, 1).reshape(length * batch, width)
    result = linear(result, out_proj_weight, out_proj_bias).view(length, batch, -1)
    if weights is not None:
        weights = weights.view(batch, num_heads, length, keys)
        weights = mean(weights, 1) if average_attn_weights else weights
    if not batched:
        return squeeze(result, 1), None if weights is None else squeeze(weights, 0)
    return result, weights


def _projections(query, key, value, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """query, key and value by their thirds of the weight, in one product where they are one tensor."""
    width = query.array.shape[-1]
    if key is value and query is key:
        joined = linear(query, weight, bias)
        parts = squeeze(transpose(unsqueeze(unflatten(joined, -1, (3, width)), 0), 0, -2), -2).contiguous()
        return parts[0], parts[1], parts[2]
    weights = chunk(weight, 3)
    biases = (None,) * 3 if bias is None else chunk(bias, 3)
    if key is value:
        w, wide = split(weight, [width, width * 2])
        b, wide_bias = (None, None) if bias is None else split(bias, [width, width * 2])
        joined = linear(key, wide, wide_bias)
        both = squeeze(transpose(unsqueeze(unflatten(joined, -1, (2, width)), 0), 0, -2), -2).contiguous()
        return linear(query, w, b), both[0], both[1]
    return tuple(linear(each, w, b) for each, w, b in zip((query, key, value), weights, biases))


def _separate_projections(query, key, value, weights, bias: Tensor | None) -> tuple[Tensor, ...]:
    names = "q_proj_weight", "k_proj_weight", "v_proj_weight"
    for name, weight in zip(names, weights):
        if weight is None:
            raise AssertionError(f"use_separate_proj_weight is True but {name} is None")
    biases = (None,) * 3 if bias is None else chunk(bias, 3)
    return tuple(linear(each, w, b) for each, w, b in zip((query, key, value), weights, biases))


def _as_scores(mask: Tensor | None, name: str, other: Tensor | None, other_name: str, dtype) -> Tensor | None:
    """A mask of truth values as what is added to the scores: -inf where it is True."""
    if mask is None:
        return None
    if mask.array.dtype.kind not in "bf":
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and mask.dtype != other.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.", stacklevel=4
        )
    if mask.array.dtype.kind == "f":
        return mask
    return mask.new_zeros(mask.array.shape, dtype=dtype).masked_fill(mask, -math.inf)


def _three_dimensional(mask: Tensor | None, length: int, keys: int, heads: int) -> Tensor | None:
    if mask is None:
        return None
    expected = (length, keys) if mask.array.ndim == 2 else (heads, length, keys)
    if mask.array.ndim not in (2, 3):
        raise RuntimeError(f"attn_mask's dimension {mask.array.ndim} is not supported")
    if mask.array.shape != expected:
        raise RuntimeError(
            f"The shape of the {mask.array.ndim}D attn_mask is {mask.shape}, but should be {expected}."
        )
    return unsqueeze(mask, 0) if mask.array.ndim == 2 else mask


def _wider(mask: Tensor | None) -> Tensor | None:
    """A mask for one key more, which every query sees."""
    return None if mask is None else constant_pad(mask, (0, 1))


def _check_width(width: int, expected: int, heads: int, key: Tensor, value: Tensor, separate: bool) -> None:
    if width != expected:
        raise AssertionError(f"was expecting embedding dimension of {expected}, but got {width}")
    if width // heads * heads != width:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {heads}")
    if separate and key.shape[:2] != value.shape[:2]:
        raise AssertionError(
            f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
        )
    if not separate and key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")


def _check_batched(query: Tensor, key: Tensor, value: Tensor, padding, mask, heads: int) -> bool:
    """Whether there is a batch dimension. Raises AssertionError in PyTorch's words where dimensions do not fit."""
    ndim = query.array.ndim
    if ndim not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {ndim}-D query tensor"
        )
    kind = "batched (3-D)" if ndim == 3 else "unbatched (2-D)"
    if key.array.ndim != ndim or value.array.ndim != ndim:
        raise AssertionError(
            f"For {kind} `query`, expected `key` and `value` to be {ndim}-D but found {key.array.ndim}-D and "
            f"{value.array.ndim}-D tensors respectively"
        )
    if padding is not None and padding.array.ndim != ndim - 1:
        raise AssertionError(
            f"For {kind} `query`, expected `key_padding_mask` to be `None` or {ndim - 1}-D but found "
            f"{padding.array.ndim}-D tensor instead"
        )
    if mask is not None and mask.array.ndim not in (2, 3):
        raise AssertionError(
            f"For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {mask.array.ndim}-D tensor instead"
        )
    return ndim == 3
