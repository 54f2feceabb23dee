"""The graph as users see it: hooks on what is saved, on nodes, on several gradients. PyTorch: torch/autograd/graph.py."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import mode, unwatch, watch
from minitorch.autograd.node import Node as Node
from minitorch.autograd.node import gradient_edge
from minitorch.autograd.saved_variable import pack_saved


class saved_tensors_hooks:
    """A context in which what an operation saves for backward() is `pack_hook(tensor)`, and comes back by `unpack_hook`.

    PyTorch: torch.autograd.graph.saved_tensors_hooks.
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]):
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        if mode.hooks_disabled is not None:
            raise RuntimeError(mode.hooks_disabled)
        mode.saved_hooks = (*mode.saved_hooks, (self.pack_hook, self.unpack_hook))
        watch(pack_saved)

    def __exit__(self, *unused) -> None:
        mode.saved_hooks = mode.saved_hooks[:-1]
        unwatch(pack_saved)


class save_on_cpu(saved_tensors_hooks):
    """A context in which saved tensors wait in the CPU's memory. PyTorch: torch.autograd.graph.save_on_cpu."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda"):
        def pack(tensor: Tensor) -> tuple:
            return tensor.device, tensor.cpu()

        def unpack(packed: tuple) -> Tensor:
            device, tensor = packed
            return tensor.to(device)

        super().__init__(pack, unpack)


class disable_saved_tensors_hooks:
    """A context in which saved_tensors_hooks raises RuntimeError with this message.

    PyTorch: torch.autograd.graph.disable_saved_tensors_hooks.
    """

    def __init__(self, error_message: str):
        self.error_message = error_message

    def __enter__(self) -> None:
        if mode.saved_hooks:
            raise RuntimeError(self.error_message)
        self._before, mode.hooks_disabled = mode.hooks_disabled, self.error_message

    def __exit__(self, *unused) -> None:
        mode.hooks_disabled = self._before


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor arrives: a node, and which of its outputs. PyTorch: torch.autograd.graph.GradientEdge."""

    node: Node
    output_nr: int


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge of a tensor; for autograd.grad it stands for the tensor. Raises RuntimeError if it needs no gradient.

    PyTorch: torch.autograd.graph.get_gradient_edge.
    """
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return GradientEdge(*gradient_edge(tensor))


def increment_version(tensor: Tensor | Sequence[Tensor]) -> None:
    """Count one more in-place write, made where autograd could not see it. PyTorch: torch.autograd.graph.increment_version."""
    for each in (tensor,) if isinstance(tensor, Tensor) else tensor:
        each._storage.version += 1


class _Handles:
    """Takes several hooks off at once."""

    def __init__(self, handles: Sequence):
        self.handles = tuple(handles)

    def remove(self) -> None:
        """Take the hooks off; a second call does nothing."""
        for handle in self.handles:
            handle.remove()

    def __enter__(self) -> "_Handles":
        return self

    def __exit__(self, *unused) -> None:
        self.remove()


def register_multi_grad_hook(tensors: Sequence[Tensor], fn: Callable, *, mode: str = "all") -> _Handles:
    """Call `fn(grads)` once all gradients of a backward pass are there, None for those that it does not compute.

    `mode="any"`: call `fn(grad)` for the first one instead. PyTorch: torch.autograd.graph.register_multi_grad_hook.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    hook = _all_of(tensors, fn) if mode == "all" else _any_of(fn)
    return _Handles([tensor.register_hook(_numbered(hook, number)) for number, tensor in enumerate(tensors)])


def _numbered(hook: Callable, number: int) -> Callable[[Tensor], None]:
    return lambda grad: hook(number, grad)


def _all_of(tensors: Sequence[Tensor], fn: Callable) -> Callable[[int, Tensor], None]:
    lock = threading.Lock()
    state: dict = {"task": None}

    def hook(number: int, grad: Tensor) -> None:
        task = mode.task
        with lock:
            if state["task"] is not task:
                expected = sum(task.will_run(gradient_edge(each)[0]) for each in tensors)
                state.update(task=task, grads=[None] * len(tensors), missing=expected)
            state["grads"][number] = grad
            state["missing"] -= 1
            grads = state["grads"] if state["missing"] == 0 else None
            if grads is not None:
                state["task"] = None
        if grads is not None:
            fn(grads)

    return hook


def _any_of(fn: Callable) -> Callable[[int, Tensor], None]:
    lock = threading.Lock()
    state: dict = {"task": None}

    def hook(number: int, grad: Tensor) -> None:
        with lock:
            first = state["task"] is not mode.task
            state["task"] = mode.task
        if first:
            fn(grad)

    return hook
