"""More elements around a tensor: constant, reflected, replicated or from the other side. PyTorch: native/PadNd.cpp."""

from collections.abc import Sequence

import numpy as np

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.convert import clone
from minitorch.ops.index_select import index_select
from minitorch.ops.promotion import check_tensor

MODES = ("constant", "reflect", "replicate", "circular")


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Elements before and after the last dimension, then before and after the one in front of it, and so on.

    `mode` is "constant" (with `value`), "reflect", "replicate" or "circular"; a negative number of elements crops.
    Raises RuntimeError or NotImplementedError where sizes do not fit. PyTorch: torch.nn.functional.pad.
    """
    check_tensor(input, "pad", "input", 1)
    pad = list(pad)
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.array.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {input.array.ndim}"
        )
    if mode == "constant":
        return constant_pad(input, pad, 0 if value is None else value)
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    ndim = input.array.ndim
    if (len(pad), ndim) not in ((2, 2), (2, 3), (4, 3), (4, 4), (6, 4), (6, 5)):
        raise NotImplementedError(f"Padding size {len(pad)} is not supported for {ndim}D input tensor.")
    return _pad_by_copies(input, pad, mode)


def constant_pad(input: Tensor, pad: Sequence[int], value: float = 0) -> Tensor:
    """Elements of one value around the last dimensions. PyTorch: constant_pad_nd."""
    shape = input.array.shape
    amounts = [(0, 0)] * (len(shape) - len(pad) // 2) + list(zip(pad[-2::-2], pad[-1::-2]))
    for size, (before, after) in zip(shape, amounts):
        if size + before + after < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
    return ConstantPadNd.apply(input, tuple(amounts), value)


class ConstantPadNd(Function):
    """derivatives.yaml: constant_pad_nd. Padding with negative amounts takes the elements off again."""

    @staticmethod
    def forward(ctx, input, amounts, value):
        ctx.amounts = amounts
        array = input.array
        shape = [size + before + after for size, (before, after) in zip(array.shape, amounts)]
        result = input.kernels.empty(shape, array.dtype)
        result.fill(value)
        source = tuple([slice(max(0, -b), size - max(0, -a)) for size, (b, a) in zip(array.shape, amounts)])
        target = tuple([slice(max(0, b), size - max(0, a)) for size, (b, a) in zip(shape, amounts)])
        result[target] = array[source]
        return wrap(result)

    @staticmethod
    def backward(ctx, grad):
        return ConstantPadNd.apply(grad, tuple([(-before, -after) for before, after in ctx.amounts]), 0), None, None


def _pad_by_copies(input: Tensor, pad: list[int], mode: str) -> Tensor:
    dims = len(pad) // 2
    _check(input, pad, dims, mode)
    changed = False
    for place in range(dims):
        axis = input.array.ndim - 1 - place
        before, after = pad[2 * place : 2 * place + 2]
        if before == after == 0:
            continue
        size = input.array.shape[axis]
        wanted = np.arange(-before, size + after)  # the places in the input that the result shows
        if mode == "replicate":
            wanted = wanted.clip(0, size - 1)
        elif mode == "circular":
            kept = np.arange(max(0, -before), size - max(0, -after))
            wanted = kept[np.arange(-max(0, before), len(kept) + max(0, after)) % len(kept)]
        else:
            wanted = np.abs(wanted)
            wanted = np.where(wanted >= size, 2 * (size - 1) - wanted, wanted)
        input = index_select(input, axis, wrap(wanted))
        changed = True
    return input if changed else clone(input)


_BATCHED = {1: "2D or 3D", 2: "3D or 4D", 3: "4D or 5D"}


def _check(input: Tensor, pad: list[int], dims: int, mode: str) -> None:
    shape = input.array.shape
    sizes = shape[-dims:]
    whole = shape[1:] if len(shape) == dims + 2 else shape  # a batch may be empty
    if mode != "circular" and 0 in whole:
        raise RuntimeError(
            f"Expected {_BATCHED[dims]} (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
            f"input, but got: {list(shape)}"
        )
    for place in range(dims):
        before, after = pad[2 * place : 2 * place + 2]
        size = sizes[dims - 1 - place]
        axis = len(shape) - 1 - place
        if mode == "reflect" and max(before, after) >= size:
            raise RuntimeError(
                "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
                f"({before}, {after}) at dimension {axis} of input {list(shape)}"
            )
        if mode == "circular":
            if max(before, after) > size:
                raise RuntimeError("Padding value causes wrapping around more than once.")
            if size + before + after < 0:
                raise RuntimeError("Negative padding value is resulting in an empty dimension")
    out = [size + before + after for size, before, after in zip(sizes, pad[-2::-2], pad[-1::-2])]
    if mode != "circular" and min(out) < 0:
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(out)}: {[*shape[:-dims], *out]}"
        )
