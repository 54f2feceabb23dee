"""Results written where the caller says, and tensors that change their size. PyTorch: aten/src/ATen/native/Resize.cpp.

`f(x, out=y)` is `f(x)`, delivered into y: `return result if out is None else deliver(out, "f", result, x)`.
"""

import warnings
from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor, contiguous_strides
from minitorch.autograd.grad_mode import mode
from minitorch.ops.creation import dense_strides, empty, strides_in_format
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import MAX, sizes_of
from minitorch.ops.strided import as_strided
from minitorch.ops.writable import OVERLAP, check, check_castable, check_overlap, shares_memory


def deliver(out: Tensor, function: str, result: Tensor, *inputs: Tensor, cast: bool = True, apart: bool = False) -> Tensor:
    """Write a result into `out`, resized where its shape differs (with a warning if it had elements); returns `out`.

    Raises RuntimeError if something requires a gradient, for a dtype that cannot hold the result (with cast=False: for
    any other dtype), and for an `out` that overlaps itself, or one of the inputs in part (with apart=True: at all).
    """
    check_tensor(out, function, "out", 1)
    if mode.enabled and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{function}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    if not cast and out.array.dtype != result.array.dtype:
        raise RuntimeError(
            f"Expected out tensor to have dtype {types.C_NAME[result.dtype]}, but got "
            f"{types.C_NAME[out.dtype]} instead"
        )
    check_castable(result.dtype, out.dtype)
    check(out)
    if apart and any(shares_memory(out, each) for each in inputs):
        raise RuntimeError(OVERLAP)
    if out.array.shape != result.array.shape:
        resize_output(out, result.array.shape, dense_strides(result))
    for each in inputs:
        check_overlap(out, each)
    out.kernels.copy_into(out.array, result.array)
    out._storage.version += 1
    return out


def deliver_all(out: Sequence[Tensor], function: str, results: Sequence[Tensor], cast: bool = True):
    """`deliver` for operations with several results; returns them as `results` are, a named tuple for instance."""
    if len(out) != len(results):
        raise TypeError(f"{function}(): argument 'out' must be tuple of {len(results)} Tensors, not {len(out)}")
    delivered = [deliver(place, function, result, cast=cast) for place, result in zip(out, results)]
    return type(results)(delivered)


def resize_output(out: Tensor, shape: tuple[int, ...], stride: tuple[int, ...] | None = None) -> None:
    """Give `out` a shape, row-major or with other strides, with a warning if it had elements. PyTorch: at::native::resize_output."""
    if out.array.size:
        warnings.warn(
            "An output with one or more elements was resized since it had shape "
            f"{list(out.array.shape)}, which does not match the required output shape {list(shape)}. "
            "This behavior is deprecated, and in a future PyTorch release outputs will not be resized "
            "unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to "
            "zero elements with t.resize_(0).",
            stacklevel=4,
        )
    _resize(out, shape, contiguous_strides(shape) if stride is None else stride)


def resize_(input: Tensor, *sizes, memory_format=None) -> Tensor:
    """Another shape for the same memory, row by row from the first element; more memory where it does not suffice.

    The elements that were there stay; new ones are uninitialised. Raises RuntimeError for a tensor that requires a
    gradient. PyTorch: Tensor.resize_.
    """
    shape = sizes_of(sizes, "resize_")
    if input.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    if any(size < 0 for size in shape):
        raise RuntimeError("numel: integer multiplication overflow")
    if shape != input.array.shape:
        _resize(input, shape, contiguous_strides(shape))
        input._storage.version += 1
    if memory_format is not None:
        _resize(input, shape, strides_in_format(input, memory_format))
    return input


def resize_as_(input: Tensor, the_template: Tensor, *, memory_format=None) -> Tensor:
    """The shape of another tensor. PyTorch: Tensor.resize_as_."""
    return resize_(input, the_template.array.shape, memory_format=memory_format)


def _resize(target: Tensor, shape: tuple[int, ...], stride: tuple[int, ...]) -> None:
    """A window of other sizes onto its storage, or onto a larger copy of that."""
    reach = 0 if 0 in shape else 1 + sum((size - 1) * step for size, step in zip(shape, stride))
    needed = target._offset + reach
    itemsize = target.array.itemsize
    if needed * itemsize > MAX:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    source = target
    if reach and needed * itemsize > target._storage.nbytes():
        source = empty((needed,), dtype=target.dtype, device=target.device)
        kept = target._storage.bytes
        source._storage.bytes[: kept.size] = kept[: source._storage.nbytes()]
        source._storage.version = target._storage.version
        target._storage = source._storage
    view = as_strided(source.detach(), shape, stride, target._offset if reach else 0)
    target.array, target._stride = view.array, view._stride
    if not reach:
        target._stride = stride
