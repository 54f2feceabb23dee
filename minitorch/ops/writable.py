"""What may be written into which tensor. PyTorch: torch/csrc/autograd/VariableTypeUtils.h, ATen/MemoryOverlap.cpp."""

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import mode
from minitorch.autograd.saved_variable import operation_name


def check(target: Tensor, *operands: object, repeated: bool = False) -> bool:
    """Raise RuntimeError in PyTorch's words where the tensor may not be written to; whether the write is recorded.

    `operands`: what the new values are computed from. `repeated`: elements that share memory may be written, since all
    get one value.
    """
    recorded = mode.enabled and (target.requires_grad or _any_requires_grad(operands))
    if recorded:
        _check_history(target)
    if not repeated:
        check_repeated(target)
    return recorded


def check_repeated(target: Tensor) -> None:
    """Raise RuntimeError where elements share memory. PyTorch: assert_no_internal_overlap."""
    array = target.array
    if 0 in array.strides and array.size and any(n > 1 and step == 0 for n, step in zip(array.shape, array.strides)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )


def _any_requires_grad(operands: tuple) -> bool:
    """Whether one of them is a tensor that requires a gradient."""
    return any(isinstance(each, Tensor) and each.requires_grad for each in operands)


def _check_history(target: Tensor) -> None:
    """A leaf cannot get another history, and some views cannot carry one back to their base. PyTorch: check_inplace.

    `_grad_fn`, not `grad_fn`: a view that was never asked for its history since its base got one counts as a leaf.
    """
    whose = None
    if target._base is not None:
        if target._made is not None:
            raise forbidden(target, "is being")
        if target.requires_grad and target._base._grad_fn is None:
            whose = "a view of a leaf"
    if whose is None and target._grad_fn is None and target.requires_grad:
        whose = "a leaf"
    if whose is None:
        return
    error = RuntimeError(f"{whose} Variable that requires grad is being used in an in-place operation.")
    error.add_note(
        "Its old value would be needed to compute the gradient that ends here. To change a parameter outside of the "
        "graph, as an optimizer does, write inside torch.no_grad(); to compute with a changed value, write to a clone()."
    )
    raise error


def forbidden(view: Tensor, what: str) -> RuntimeError:
    """The error for a view whose history cannot follow a write. `what`: "is being", or what else is modified."""
    node = view._grad_fn
    if view._made == "no_grad":
        whose = "A view" if node is None else f"{_output(view)} is a view of a view which"
        return RuntimeError(
            f"{whose} was created in no_grad mode and {what} modified inplace with grad mode enabled. Given that this use "
            "case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and "
            "the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both "
            "outside (if you want the inplace to be tracked)."
        )
    whose = f"A view was created in no_grad mode and {what} modified inplace with grad mode enabled"
    if node is not None:
        whose = f"{_output(view)} is a view and {what} modified inplace"
    if view._made == "custom":
        return RuntimeError(
            f"{whose}. This view was created inside a custom Function (or because an input was returned as-is) and the autograd "
            "logic to handle view+inplace would override the custom backward associated with the custom Function, leading to "
            "incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function."
        )
    return RuntimeError(
        f"{whose}. This view is the output of a function that returns multiple views. Such functions do not allow the "
        "output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
    )


def _output(view: Tensor) -> str:
    return f"Output {view._output_nr} of {operation_name(view._grad_fn)}"


def check_overlap(target: Tensor, source: Tensor) -> None:
    """Raise RuntimeError where a part of what is read would be overwritten before. PyTorch: MemoryOverlap.cpp."""
    a, b = target.array, source.array
    if target is source or source._storage.array is not target._storage.array or a.size == 0 or b.size == 0:
        return
    if not (_without_gaps(target) and _without_gaps(source)):
        return  # too hard to tell
    start_a, start_b = target._offset * a.itemsize, source._offset * b.itemsize
    if start_a == start_b and a.nbytes == b.nbytes and target.stride() == source.stride():
        return
    if start_a < start_b + b.nbytes and start_b < start_a + a.nbytes:
        raise RuntimeError(OVERLAP)


def _without_gaps(tensor: Tensor) -> bool:
    """Whether its elements fill their piece of memory, in whatever order of dimensions. PyTorch: is_non_overlapping_and_dense."""
    step = 1
    for stride, size in sorted(zip(tensor.stride(), tensor.array.shape)):
        if size != 1:
            if stride != step:
                return False
            step *= size
    return True


OVERLAP = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    "location. Please clone() the tensor before performing the operation."
)


def shares_memory(target: Tensor, source: Tensor) -> bool:
    """Whether they are one tensor, or lie without gaps in one storage and have elements in common."""
    if target is source:
        return True
    try:
        check_overlap(target, source)
    except RuntimeError:
        return True
    a, b = target.array, source.array
    return target._storage.array is source._storage.array and target._offset == source._offset and a.size > 0 and b.size > 0


def check_castable(source: types.dtype, target: types.dtype) -> None:
    """Raise RuntimeError where a result cannot be stored in a dtype of a lower kind. PyTorch: torch.can_cast."""
    if source.category > target.category:
        raise RuntimeError(
            f"result type {types.SCALAR_NAME[source]} can't be cast to the desired output type "
            f"{types.SCALAR_NAME[target]}"
        )
