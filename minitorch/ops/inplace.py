"""Writing into a tensor, and what that does to its history. PyTorch: torch/csrc/autograd/VariableTypeUtils.h, CopySlices.

An in-place operation is the operation itself, its result written into the tensor's memory by `assign`, and the result's
node made the origin of the tensor. Writing into a view changes the history of its base, and so of all its views.
"""

import weakref

from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import mode
from minitorch.autograd.node import gradient_edge
from minitorch.autograd.saved_variable import SavedOutput
from minitorch.ops.convert import tensor
from minitorch.ops.creation import empty_like, ones, zeros_like
from minitorch.ops.devices import moved, write_from_elsewhere
from minitorch.ops.numbers import checked_number
from minitorch.ops.out import deliver
from minitorch.ops.pointwise import add, div, floor_divide, mul, sub
from minitorch.ops.promotion import Number, array_of, broadcast, operand
from minitorch.ops.strided import AsStrided, AsStridedBackward
from minitorch.ops.transfer import ToDevice
from minitorch.ops.writable import check as check
from minitorch.ops.writable import check_castable as check_castable
from minitorch.ops.writable import check_overlap as check_overlap
from minitorch.ops.writable import check_repeated as check_repeated
from minitorch.ops.writable import forbidden


def assign(target: Tensor, result: Tensor) -> Tensor:
    """Write the result of an operation on `target` into it. The caller has called `check`."""
    _check_shape(target, result.array.shape)
    if result.array.dtype != target.array.dtype:
        check_castable(result.dtype, target.dtype)
        result = result.to(target.dtype)
    if result._requires_grad and mode.enabled:
        _keep_saved(result._grad_fn, target)
    target.kernels.copy_into(target.array, result.array)
    target._storage.version += 1
    if result._requires_grad and mode.enabled:
        moved = _move_saved(result, target)
        rebase(target, result._grad_fn, result._output_nr)
        if moved is not None and target._base is not None:
            moved.shown = weakref.ref(target._grad_fn)
    return target


def _check_shape(target: Tensor, shape: tuple[int, ...]) -> None:
    if shape != target.array.shape:
        raise RuntimeError(
            f"output with shape {list(target.array.shape)} doesn't match the broadcast shape {list(shape)}"
        )


def rebase(target: Tensor, node, number: int) -> None:
    """Make a node the origin of a tensor that was written to; of a view: of that part of its base."""
    if target._base is None:
        target._grad_fn = node
        target._output_nr = number
        target._requires_grad = True
        return
    base = target._base
    slices = CopySlices._backward_cls()
    slices.geometry = base.array.shape, base.stride(), base._offset
    slices.window = target.array.shape, target.stride(), target._offset
    slices.needs_input_grad = (base.requires_grad, True)
    slices._edges = (gradient_edge(base), (node, number))
    slices._metadata = ((base.array.shape, base.array.dtype),)
    node._saved = node._saved or (None,)  # PyTorch drops the node of the write after the first pass, whatever it saved
    base._grad_fn = slices
    base._output_nr = 0
    base._requires_grad = True
    regenerate(target)


class CopySlices(Function):
    """A tensor with one window overwritten. PyTorch: torch/csrc/autograd/functions/tensor.cpp."""

    node_name = "CopySlices"
    node_title = "torch::autograd::CopySlices"

    @staticmethod
    def backward(ctx, grad):
        written = ctx._edges[1][0]
        if written._saved is None:
            written.saved_tensors  # noqa: B018  raises: a second backward pass
        size, stride, offset = ctx.window
        base_shape, base_stride, base_offset = ctx.geometry
        inner = grad.new_empty_strided(base_shape, base_stride).copy_(grad)  # the base's layout, from offset 0
        grad_window = inner.as_strided(size, stride, offset - base_offset)
        if not ctx.needs_input_grad[0]:
            return None, grad_window
        check_repeated(grad_window)  # filling an expanded tensor is allowed, but PyTorch does not differentiate it
        covered = AsStridedBackward.apply(ones(size, dtype=grad.dtype, device=grad.device), ctx.geometry, ctx.window, ctx.geometry)
        return grad.masked_fill(covered != 0, 0), grad_window


def regenerate(view: Tensor) -> None:
    """Give a view the history that its base has now. Raises RuntimeError for views that cannot have one."""
    base = view._base
    if view._grad_fn is None and not base.requires_grad:
        return
    if view._made is not None:
        raise forbidden(view, "its base or another view of its base has been")
    view._seen = view._storage.version
    node = AsStrided._backward_cls()
    node.geometry = base.array.shape, base.stride(), base._offset
    node.window = view.array.shape, view.stride(), view._offset
    node.needs_input_grad = (True, False, False, False)
    node._edges = (gradient_edge(base), None, None, None)
    node._metadata = ((view.array.shape, view.array.dtype),)
    view._grad_fn = node
    view._output_nr = 0
    view._requires_grad = True


def _keep_saved(node, target: Tensor) -> None:
    """What the node saved of the target would be overwritten: it keeps a copy instead, as PyTorch does for its own input."""
    saved = getattr(node, "_saved", None)
    if not saved or not any(each is target for each in saved):
        return
    copy = wrap(target.kernels.contiguous(target.array))
    copy._grad_fn, copy._output_nr, copy._requires_grad = target.grad_fn, target._output_nr, target._requires_grad
    places = [place for place, each in enumerate(saved) if each is target]
    place = places[-1] if node._saves_input else places[0]  # the input, not an equal operand
    node._saved = (*saved[:place], copy, *saved[place + 1 :])
    node._versions = (*node._versions[:place], 0, *node._versions[place + 1 :])


def _move_saved(result: Tensor, target: Tensor) -> SavedOutput | None:
    """What the node saved of its result is now in the target's memory, and watched there for later writes."""
    node, moved = result._grad_fn, None
    if not getattr(node, "_saved", None):
        return None
    for place, saved in enumerate(node._saved):
        if type(saved) is SavedOutput and saved.tensor.array is result.array:
            saved.tensor, moved = target.detach(), saved
            versions = list(node._versions)
            versions[place] = target._storage.version
            node._versions = tuple(versions)
    return moved


def deliver_recorded(out: Tensor, function: str, result: Tensor, *inputs: Tensor) -> Tensor:
    """Write a result of the same dtype into `out`, and record it: what PyTorch does where its `out=` is made of others."""
    deliver(out, function, result.detach(), *inputs, cast=False)
    if mode.enabled and result._requires_grad:
        rebase(out, result._grad_fn, result._output_nr)
    return out


def add_(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """PyTorch: Tensor.add_."""
    if alpha == 1 and _plain(input, other):
        return _written(input, input.kernels.add(input.array, array_of(other), dtype=input.array.dtype, out=input.array))
    _check_operand(input, other, "add_")
    return assign(input, add(input, other, alpha=alpha))


def sub_(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """PyTorch: Tensor.sub_."""
    check(input, other)
    _check_operand(input, other, "sub_")
    return assign(input, sub(input, other, alpha=alpha))


def mul_(input: Tensor, other: Tensor | Number) -> Tensor:
    """PyTorch: Tensor.mul_."""
    if _plain(input, other):
        return _written(input, input.kernels.mul(input.array, array_of(other), dtype=input.array.dtype, out=input.array))
    _check_operand(input, other, "mul_")
    return assign(input, mul(input, other))


def div_(input: Tensor, other: Tensor | Number, *, rounding_mode: str | None = None) -> Tensor:
    """PyTorch: Tensor.div_."""
    check(input, other)
    _check_operand(input, other, "div_")
    return assign(input, div(input, other, rounding_mode=rounding_mode))


def floor_divide_(input: Tensor, other: Tensor | Number) -> Tensor:
    """PyTorch: Tensor.floor_divide_."""
    recorded = check(input, other)
    _check_operand(input, other, "floor_divide_")
    if isinstance(other, Tensor):
        _check_shape(input, broadcast(input.array.shape, other.array.shape))
    if recorded:
        raise RuntimeError("derivative for aten::floor_divide_ is not implemented")
    return assign(input, floor_divide(input, other))


def _check_operand(input: Tensor, other: Tensor | Number, function: str) -> None:
    if isinstance(other, Tensor):
        check_overlap(input, other)
    else:
        operand(other, function, "other", 1)


def _plain(input: Tensor, other: Tensor | Number) -> bool:
    """Check the target; whether the operation may run in its memory: nothing recorded, nothing to cast or broadcast."""
    recorded = check(input, other)
    if recorded or input.array.dtype.kind != "f":
        return False
    if not isinstance(other, Tensor):
        return isinstance(other, (int, float))
    if other.array.dtype != input.array.dtype:
        return False
    return other.array.shape == input.array.shape and other._storage.array is not input._storage.array


def _written(input: Tensor, unused) -> Tensor:
    input._storage.version += 1
    return input


def show(target: Tensor, view: Tensor) -> Tensor:
    """Make a tensor the window that `view`, made of it, is: the mechanism of t_(), squeeze_() and their like."""
    check(target)
    target.array, target._stride, target._offset = view.array, view._stride, view._offset
    target._grad_fn, target._output_nr = view._grad_fn, view._output_nr
    target._storage.version += 1
    target._seen = target._storage.version
    return target


def fill(input: Tensor, value: Number | Tensor) -> Tensor:
    """A tensor like input, all `value`. PyTorch: torch.fill."""
    if isinstance(value, Tensor) and value.array.ndim:
        raise RuntimeError(
            f"fill only supports 0-dimension value tensor but got tensor with {value.array.ndim} dimensions."
        )
    if not isinstance(value, Tensor):
        value = checked_number(operand(value, "fill", "value", 2), input.dtype)
    return (FillTensor if isinstance(value, Tensor) else Fill).apply(input, value)


def fill_(input: Tensor, value: Number | Tensor) -> Tensor:
    """Every element becomes `value`. PyTorch: Tensor.fill_."""
    recorded = check(input, value, repeated=True)
    if isinstance(value, Tensor):
        if value.array.ndim:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.array.ndim} dimensions."
            )
        if recorded:
            return assign(input, FillTensorInPlace.apply(input, value))
        value = value.item()
    value = checked_number(operand(value, "fill_", "value", 1), input.dtype)
    if recorded:
        return assign(input, FillInPlace.apply(input, value))
    input.array.fill(input.array.dtype.type(value))
    return _written(input, None)


def zero_(input: Tensor) -> Tensor:
    """Every element becomes 0. PyTorch: Tensor.zero_."""
    if check(input, repeated=True):
        return assign(input, Zero.apply(input))
    input.array.fill(0)
    return _written(input, None)


class Fill(Function):
    """derivatives.yaml: fill."""

    @staticmethod
    def forward(ctx, input, value):
        result = empty_like(input)
        result.array.fill(value.item() if isinstance(value, Tensor) else value)
        return result

    @staticmethod
    def backward(ctx, grad):
        return zeros_like(grad), grad.sum() if ctx.needs_input_grad[1] else None


class FillTensor(Fill):
    """derivatives.yaml: fill.Tensor."""

    node_name = "FillBackward1"


class FillInPlace(Fill):
    """derivatives.yaml: fill_.Scalar."""

    node_name = "FillBackward2"


class FillTensorInPlace(Fill):
    """derivatives.yaml: fill_.Tensor."""

    node_name = "FillBackward3"


class Zero(Function):
    """derivatives.yaml: zero_."""

    @staticmethod
    def forward(ctx, input):
        return zeros_like(input)

    @staticmethod
    def backward(ctx, grad):
        return zeros_like(grad)


def copy_(input: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """Take the values of `src`, broadcast and cast. PyTorch: Tensor.copy_."""
    recorded = check(input, src, repeated=isinstance(src, Tensor) and _same_window(input, src))
    if not isinstance(src, Tensor):
        src = tensor(operand(src, "copy_", "other", 1), device=input.device)
    check_overlap(input, src)
    _check_shape(input, broadcast(input.array.shape, src.array.shape))
    if recorded:
        return assign(input, Copy.apply(input, src))
    if src.kernels is not input.kernels:
        write_from_elsewhere(input.array, src.array, non_blocking)
    else:
        input.kernels.copy_into(input.array, src.array.copy() if src._storage.array is input._storage.array else src.array)
    return _written(input, None)


def _same_window(a: Tensor, b: Tensor) -> bool:
    """Whether a copy of one to the other would change nothing, and PyTorch makes none."""
    if a._storage.array is not b._storage.array:
        return False
    return a._offset == b._offset and a.array.shape == b.array.shape and a.stride() == b.stride() and a.dtype is b.dtype


class Copy(Function):
    """PyTorch: torch/csrc/autograd/functions/tensor.cpp (CopyBackwards)."""

    node_name = "CopyBackwards"
    node_title = "torch::autograd::CopyBackwards"

    @staticmethod
    def forward(ctx, input, src):
        result = empty_like(input)
        ctx.home = src.kernels
        result.kernels.copy_into(result.array, moved(src.array, src.kernels, result.kernels))
        return result

    @staticmethod
    def backward(ctx, grad):
        grad_src = grad if grad.kernels is ctx.home else ToDevice.apply(grad, grad.array.dtype, ctx.home, False)
        return grad * 0 if ctx.needs_input_grad[0] else None, grad_src
