"""A tensor that a node keeps for its derivative, and what was wrong with it when it is asked for. PyTorch: torch/csrc/autograd/saved_variable.cpp."""

import re
import weakref

from minitorch._tensor import Tensor
from minitorch.autograd.anomaly_mode import user_line
from minitorch.autograd.grad_mode import mode, no_grad
from minitorch.autograd.node import AccumulateGrad, Node, gradient_edge


class SavedOutput:
    """An output that its own node saved: the window without the way back to the node, which would be a cycle."""

    __slots__ = ("number", "shown", "tensor")

    def __init__(self, tensor: Tensor, number: int):
        self.tensor = tensor.detach()
        self.number = number
        self.shown = None  # a weak reference to the node that errors name, where the tensor is a view that was written to


def unpack(node: Node, saved: "Tensor | SavedOutput | None", version: int) -> Tensor | None:
    """What was saved, with its history. Raises RuntimeError where it was written to since, or detached in place."""
    if saved is None:
        return None
    if type(saved) is _Packed:
        return saved.unpacked(node)
    tensor = saved.tensor if type(saved) is SavedOutput else saved
    if tensor._detached > node._number:
        raise RuntimeError(
            "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_().This is not supported, "
            "please use out-of-place `.detach()` instead"
        )
    if tensor._storage.version != version:
        _raise_modified(node, saved, tensor, version)
    if type(saved) is SavedOutput and tensor.array.dtype.kind == "f":
        tensor = tensor.detach()
        tensor._grad_fn = node
        tensor._output_nr = saved.number
        tensor._requires_grad = True
    return tensor


class _Packed:
    """What the hooks of saved_tensors_hooks made of a saved tensor, and where its gradient goes."""

    __slots__ = ("edge", "number", "packed", "unpack")

    def __init__(self, saved: "Tensor | SavedOutput", hooks: tuple):
        pack, self.unpack = hooks
        self.number = saved.number if type(saved) is SavedOutput else None  # an output of the node itself
        self.edge = gradient_edge(saved) if self.number is None else None
        if self.number is not None:  # without the way back to the node, which would be a cycle
            saved = saved.tensor.detach()
            saved._requires_grad = True
        with no_grad():
            version = saved._version
            self.packed = pack(saved)
        if saved._version != version:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot be "
                "modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if you need "
                "to perform in-place operations on the input to a pack hook."
            )

    def unpacked(self, node: Node) -> Tensor:
        """The tensor that the hook gives back, in the place of the saved one."""
        tensor = self.unpack(self.packed)
        if not isinstance(tensor, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(tensor).__name__}"
            )
        tensor = tensor.detach()
        origin, number = (node, self.number) if self.edge is None else self.edge
        if origin is None:
            return tensor
        tensor._requires_grad = True
        if not isinstance(origin, AccumulateGrad):
            tensor._grad_fn, tensor._output_nr = origin, number
        else:  # of a leaf: gradients go to the node that the leaf itself has
            tensor._accumulator = weakref.ref(origin)
        return tensor


def pack_saved(node: Node) -> None:
    """Hand what a new node saved to the innermost hooks of this thread."""
    if mode.saved_hooks and node._saved:
        hooks = mode.saved_hooks[-1]
        node._saved = tuple(
            each if each is None or type(each) is _Packed else _Packed(each, hooks) for each in node._saved
        )


def _raise_modified(node: Node, saved, tensor: Tensor, version: int) -> None:
    kind = tensor.type()
    origin, number = tensor.grad_fn, tensor._output_nr
    if type(saved) is SavedOutput:
        origin, number = (saved.shown and saved.shown()) or node, saved.number
    whence = f", which is output {number} of {operation_name(origin)}," if origin is not None else ""
    error = RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{kind} {list(tensor.shape)}]{whence} is at version {tensor._storage.version}; expected version {version} "
        "instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )
    error.add_note(_story_of_the_write(node, saved, tensor, version))
    raise error


def _story_of_the_write(node: Node, saved, tensor: Tensor, version: int) -> str:
    """What PyTorch does not say: which operation saved the tensor, which one wrote to it, and what helps."""
    place = next((number for number, each in enumerate(node._saved) if each is saved), 0)
    what = "its result" if type(saved) is SavedOutput else f"a tensor (number {place} of what it saved)"
    writes = tensor._storage.version - version
    lines = [
        f"{operation_name(node)} saved {what}, of shape {list(tensor.shape)}, for its gradient{_line_of(node)}; the memory has "
        f"been written to {'once' if writes == 1 else f'{writes} times'} since."
    ]
    writer, through = (tensor if tensor._base is None else tensor._base)._grad_fn, ""
    if writer is not None and writer.name() == "torch::autograd::CopySlices":
        through = f" through a view of shape {list(writer.window[0])}"
        writer = writer._edges[1][0]
    if type(saved) is not SavedOutput and writer is not None:
        lines.append(f"The last recorded operation that made or changed it: {operation_name(writer)}{through}{_line_of(writer)}.")
    lines.append("Write into a copy, x = x.clone(), or use the operation without the underscore, x = x.add(1).")
    if not node.metadata.get("traceback_"):
        lines.append("With torch.autograd.set_detect_anomaly(True) this note also names the lines.")
    return "\n".join(lines)


def _line_of(node: Node) -> str:
    """In anomaly mode, where the user called the operation."""
    line = user_line(node)
    return f", called at\n{line.rstrip()}\n" if line else ""


def operation_name(node: Node) -> str:
    """The operation that a node belongs to: "Mul" of MulBackward0, "Pow1" of PowBackward1."""
    return re.sub(r"Backward(0$|(?=\d*$))", "", node.name())


FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)
