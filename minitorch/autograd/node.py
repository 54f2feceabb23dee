"""The nodes of the graph: what backward() walks over. PyTorch: torch/csrc/autograd/function.h, torch/autograd/graph.py."""

import itertools
import weakref
from collections.abc import Callable
from sys import getrefcount

import minitorch
from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import mode

next_number = itertools.count().__next__


class Node:
    """One recorded operation: the edges to the nodes of its inputs, and what its derivative needs.

    A `Function`'s `ctx` is this object. PyTorch: torch.autograd.graph.Node.
    """

    # All names begin with an underscore: a Function keeps what it likes under any other on its ctx.
    # What a node has unless it says otherwise; attributes of the class, so that making a node costs nothing for them.
    # The hooks are dictionaries once there are any.
    _edges: tuple = ()  # one per argument of the function: (node, output number), (None, 0), or None for a non-tensor
    _metadata: tuple = ()  # one per output: (shape, NumPy dtype), which an arriving gradient must fit
    _operands = 0  # how many arguments are tensors, or numbers in the place of one
    _hooks = ()  # called with (gradients that leave, gradients that arrived)
    _prehooks = ()  # called with the gradients that arrive
    _tensor_hooks = ()  # (output number, hook) of Tensor.register_hook
    _retained: tuple = ()  # (output number, weak reference to the tensor) of Tensor.retain_grad

    def __init__(self):
        self._number = next_number()

    @property
    def next_functions(self) -> tuple:
        """The nodes of the tensor inputs, each with the number of its output. PyTorch: Node.next_functions."""
        shown = [
            (None, 0) if edge is None and place < self._operands else edge for place, edge in enumerate(self._edges)
        ]
        return tuple(edge for edge in shown if edge is not None)

    def _sequence_nr(self) -> int:
        return self._number

    _home = ""  # the module that repr names
    _runs_without_gradient = False  # whether it runs even if no gradient arrives

    def name(self) -> str:
        """The node's name, such as "MulBackward0". PyTorch: Node.name."""
        return type(self).__name__

    def _run(self, grads: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        """The gradients with respect to the function's arguments, one per edge."""
        raise NotImplementedError

    def _run_for(self, useful: dict, grads: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        """The same, where only the gradients of `useful` nodes are asked for."""
        return self._run(grads)

    def _release(self) -> None:
        """Forget what was saved for the derivative."""

    @property
    def metadata(self) -> dict:
        """A place for notes about this node. PyTorch: Node.metadata."""
        if "_notes" not in self.__dict__:
            self._notes: dict = {}
        return self._notes

    def register_hook(self, fn: Callable):
        """Call `fn(grad_inputs, grad_outputs)` after this node ran. PyTorch: Node.register_hook."""
        return add_hook(self, "_hooks", fn)

    def register_prehook(self, fn: Callable):
        """Call `fn(grad_outputs)` before this node runs. PyTorch: Node.register_prehook."""
        return add_hook(self, "_prehooks", fn)

    def __repr__(self) -> str:
        return f"<{self._home}{type(self).__name__} object at {id(self):#x}>"


def add_hook(owner: object, where: str, entry: object):
    """Put a hook into the owner's dictionary of that name; returns the handle that takes it off."""
    return minitorch.utils.hooks.register_on(owner, where, entry)


class AccumulateGrad(Node):
    """Where a gradient path ends: adds what arrives to the leaf's `.grad`. PyTorch: accumulate_grad.cpp."""

    def __init__(self, variable: Tensor):
        self._number = float("inf")  # runs as soon as nothing more can arrive
        self.variable = variable
        self._metadata = ((variable.array.shape, variable.array.dtype),)

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    @property
    def _tensor_hooks(self):
        """A leaf keeps its hooks itself: its node comes and goes."""
        return self.variable._backward_hooks

    def _run(self, grads):
        alone = _references(grads) == _ALONE
        (grad,) = grads
        variable = self.variable
        if (variable._grad_fn is not None or variable._base is not None) and grad is not None and variable.grad_fn is not None:
            raise RuntimeError("leaf variable has been moved into the graph interior")
        if grad is None or not variable._requires_grad:
            return ()
        if grad.kernels is not variable.kernels:  # a number on the CPU that was used on a GPU
            grad = grad.to(variable.device)
        if variable._grad is not None:
            if mode.enabled:  # create_graph: the sum is recorded
                variable._grad = variable._grad + grad
            else:
                variable._grad.add_(grad)
        elif mode.enabled:
            variable._grad = grad.clone()
        else:
            variable._grad = grad.detach() if alone and _may_keep(grad, variable) else _copy_like(grad, variable)
        if variable._post_accumulate_grad_hooks:
            for hook in list(variable._post_accumulate_grad_hooks.values()):
                if (result := hook(variable)) is not None:
                    raise TypeError(f"expected Variable, but hook returned '{type(result).__name__}'")
        return ()


# `.grad` is written in place by the next backward pass, so it needs memory of its own. A gradient that nobody else
# holds is kept without a copy; like PyTorch (accumulate_grad.h) we ask the reference counts.


def _references(grads: list) -> int:
    (grad,) = grads
    return getrefcount(grad)


def _storage_references(tensor) -> int:
    return getrefcount(tensor._storage)


def _base_references(tensor) -> int:
    return getrefcount(tensor._base)


class _Probe:
    """An object held as a gradient holds its own: tells the counts of one that nobody else holds."""

    def __init__(self):
        self._storage = object()
        self._base = object()


_ALONE = _references([object()])
_STORAGE_ALONE = _storage_references(_Probe())
_BASE_ALONE = _base_references(_Probe())


def _may_keep(grad: Tensor, variable: Tensor) -> bool:
    """Whether nobody else can see the gradient's memory, and it is laid out like the variable."""
    others = _storage_references(grad) - _STORAGE_ALONE
    if grad._base is not None and _base_references(grad) == _BASE_ALONE:
        others -= 1  # a view whose base lives on only for it, such as a transposed product
    return others == 0 and grad.array.flags.c_contiguous and variable.array.flags.c_contiguous


def _copy_like(grad: Tensor, variable: Tensor) -> Tensor:
    """A copy with the strides of the variable, if its memory has no holes."""
    return grad.new_empty_strided(variable.size(), variable._dense_strides()).copy_(grad)


def gradient_edge(tensor: Tensor) -> tuple[Node | None, int]:
    """The node and output number at which a tensor's gradient arrives; (None, 0) if it needs none."""
    if tensor._base is not None:
        tensor._refresh_view()
    node = tensor._grad_fn
    if node is not None:
        return node, tensor._output_nr
    if not tensor._requires_grad:
        return _NOWHERE
    node = tensor._accumulator and tensor._accumulator()
    if node is None:
        node = AccumulateGrad(tensor)
        tensor._accumulator = weakref.ref(node)
    return node, 0


_NOWHERE = None, 0
