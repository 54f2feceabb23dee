"""What may be written into which tensor. PyTorch: torch/csrc/autograd/VariableTypeUtils.h, ATen/MemoryOverlap.cpp."""

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.autograd.function import operation_name
from minitorch.autograd.grad_mode import mode


def check(target: Tensor, repeated: bool = False) -> bool:
    """Raise RuntimeError in PyTorch's words where the tensor may not be written to; whether the write is recorded.

    `repeated`: elements that share memory may be written, since all get one value.
    """
    recorded = mode.enabled and target.requires_grad
    if recorded:
        if target._base is not None:
            _check_view(target)
        if target.grad_fn is None:
            whose = "a leaf" if target._base is None else "a view of a leaf"
            error = RuntimeError(f"{whose} Variable that requires grad is being used in an in-place operation.")
            error.add_note(
                "Its old value would be needed to compute the gradient that ends here. To change a parameter outside of the "
                "graph, as an optimizer does, write inside torch.no_grad(); to compute with a changed value, write to a clone()."
            )
            raise error
    array = target.array
    if not repeated and 0 in array.strides and array.size and any(n > 1 and step == 0 for n, step in zip(array.shape, array.strides)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    return recorded


def _check_view(target: Tensor) -> None:
    """Some views cannot carry the history of a write back to their base."""
    if target._several is not None:
        raise forbidden(target, "is being")
    base = target._base
    if base._requires_grad and base._grad_fn is None:
        raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def forbidden(view: Tensor, what: str) -> RuntimeError:
    """The error for a view whose history cannot follow a write. `what`: "is being", or what else is modified."""
    origin = view._several
    if origin == "no_grad":
        return RuntimeError(
            f"A view was created in no_grad mode and {what} modified inplace with grad mode enabled. Given that this use "
            "case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and "
            "the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both "
            "outside (if you want the inplace to be tracked)."
        )
    return RuntimeError(
        f"Output {view._output_nr} of {operation_name(origin)} is a view and {what} modified inplace. This view is "
        "the output of a function that returns multiple views. Such functions do not allow the output views to be "
        "modified inplace. You should replace the inplace operation by an out-of-place one."
    )


def check_overlap(target: Tensor, source: Tensor) -> None:
    """Raise RuntimeError where a part of what is read would be overwritten before. PyTorch: MemoryOverlap.cpp."""
    a, b = target.array, source.array
    if source._storage is not target._storage or not (a.flags.forc and b.flags.forc) or a.size == 0 or b.size == 0:
        return  # other memory, or too hard to tell
    start_a, start_b = target._offset * a.itemsize, source._offset * b.itemsize
    if start_a == start_b and a.shape == b.shape and a.strides == b.strides:
        return
    if start_a < start_b + b.nbytes and start_b < start_a + a.nbytes:
        raise RuntimeError(OVERLAP)


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
    return target._storage is source._storage and target._offset == source._offset and a.size > 0 and b.size > 0


def check_castable(source: types.dtype, target: types.dtype) -> None:
    """Raise RuntimeError where a result cannot be stored in a dtype of a lower kind. PyTorch: torch.can_cast."""
    if source.category > target.category:
        raise RuntimeError(
            f"result type {types.SCALAR_NAME[source]} can't be cast to the desired output type "
            f"{types.SCALAR_NAME[target]}"
        )
