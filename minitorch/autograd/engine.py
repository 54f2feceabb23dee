"""backward(): walks the graph from the outputs to the leaves. PyTorch: torch/csrc/autograd/engine.cpp."""

from heapq import heapify, heappop, heappush

import minitorch
from minitorch._tensor import Tensor
from minitorch.autograd.anomaly_mode import run_watched
from minitorch.autograd.grad_mode import anomaly, mode
from minitorch.autograd.node import AccumulateGrad, Node

Edge = tuple[Node, int]


def run_backward(
    roots: list[Edge],
    grads: list[Tensor],
    retain_graph: bool = False,
    create_graph: bool = False,
    wanted: list[Edge] | None = None,
    accumulate: bool = False,
) -> dict[Edge, Tensor]:
    """Send `grads` into the graph at `roots`; accumulate into leaves, or return what arrives at the `wanted` edges.

    With `accumulate`, only the leaves among the wanted edges accumulate.

    A node runs once all its consumers have, the most recently made first; so the order is PyTorch's, and a chain of
    any length needs no recursion.
    """
    waiting = _count_consumers(roots)  # node -> consumers that have not run yet
    useful = None if wanted is None else _leading_to(wanted, waiting, accumulate)
    arrived: dict[Node, list[Tensor | None]] = {}  # the gradients of a node's outputs, summed as they come
    caught: dict[Edge, Tensor] = {}
    for (node, number), grad in zip(roots, grads):
        _add(arrived, node, number, grad)
    ready = [(-node._number, id(node), node) for node in {node: None for node, _ in roots} if not waiting[node]]
    heapify(ready)

    recording, outer_task = mode.enabled, mode.task
    mode.enabled, mode.task = create_graph, Task(waiting, useful, retain_graph)
    watched = anomaly.enabled
    try:
        while ready:
            node = heappop(ready)[2]
            incoming = arrived.pop(node, None)
            if incoming is None and node._runs_without_gradient:
                incoming = [None] * len(node._metadata)
            if incoming is not None and (useful is None or node in useful):
                runs = useful is None or useful[node]
                if wanted is not None and runs:
                    _catch(node, incoming, wanted, caught)
                if node._tensor_hooks or node._retained or node._prehooks:
                    incoming = _before(node, incoming)
                if wanted is not None and not runs:  # PyTorch, too, shows hooks only to gradients that end here
                    _catch(node, incoming, wanted, caught)
                if runs:
                    if watched:
                        outgoing = run_watched(node, incoming)
                    else:
                        outgoing = node._run(incoming) if useful is None else node._run_for(useful, incoming)
                    if node._hooks:
                        outgoing = _after(node, outgoing, tuple(incoming))
                    incoming = None
                    if not retain_graph:
                        node._release()
                    for place, grad in enumerate(outgoing):
                        if grad is None:
                            continue
                        edge = node._edges[place]
                        if edge is None:
                            raise _unasked(node, place)
                        target, number = edge
                        if target is not None and (useful is None or target in useful):
                            _add(arrived, target, number, _fitting(node, place, grad, target._metadata[number]))
                    outgoing = grad = None
            for edge in node._edges:
                if edge is not None and edge[0] is not None:
                    consumer = edge[0]
                    waiting[consumer] -= 1
                    if not waiting[consumer]:
                        heappush(ready, (-consumer._number, id(consumer), consumer))
    finally:
        mode.enabled, mode.task = recording, outer_task
    return caught


class Task:
    """One backward pass, for hooks that ask what it will do. PyTorch: torch/csrc/autograd/graph_task.h."""

    def __init__(self, reachable: dict[Node, int], useful: dict[Node, bool] | None, retain_graph: bool):
        self._reachable = reachable
        self._useful = useful
        self.retain_graph = retain_graph
        self.accumulates = useful is None  # into all leaves: neither autograd.grad nor backward(inputs=...)

    def will_run(self, node: Node) -> bool:
        """Whether a gradient arrives at this node. PyTorch: torch._C._will_engine_execute_node."""
        return node in (self._reachable if self._useful is None else self._useful)


def _count_consumers(roots: list[Edge]) -> dict[Node, int]:
    """For every node that can be reached, how many edges lead to it."""
    counts = {node: 0 for node, _ in roots}
    stack = list(counts)
    while stack:
        for edge in stack.pop()._edges:
            if edge is None or edge[0] is None:
                continue
            node = edge[0]
            if node in counts:
                counts[node] += 1
            else:
                counts[node] = 1
                stack.append(node)
    return counts


def _leading_to(wanted: list[Edge], reachable: dict[Node, int], accumulate: bool) -> dict[Node, bool]:
    """The nodes on a path to a wanted edge; False for one that need not run itself, only receive."""
    useful: dict[Node, bool] = {node: accumulate and isinstance(node, AccumulateGrad) for node, _ in wanted}
    # Consumers are made after their inputs, so ascending numbers see inputs first (leaves count as infinitely new).
    for node in sorted(reachable, key=lambda each: -1 if isinstance(each, AccumulateGrad) else each._number):
        if any(edge is not None and edge[0] in useful for edge in node._edges):
            useful[node] = True
    return useful


def _add(arrived: dict, node: Node, number: int, grad: Tensor) -> None:
    grads = arrived.get(node)
    if grads is None:
        arrived[node] = grads = [None] * len(node._metadata)
    grads[number] = grad if grads[number] is None else grads[number] + grad


def _before(node: Node, grads: list[Tensor | None]) -> list[Tensor | None]:
    """Hooks of the output tensors, retained gradients, then hooks of the node."""
    for number, hook in list(node._tensor_hooks.values()) if node._tensor_hooks else ():
        if grads[number] is not None:
            grads[number] = _hooked(hook, hook(grads[number]), grads[number])
    for number, reference in node._retained:
        tensor = reference()
        if tensor is not None and grads[number] is not None:
            tensor._grad = grads[number].clone() if tensor._grad is None else tensor._grad + grads[number]
    for hook in list(node._prehooks.values()) if node._prehooks else ():
        changed = hook(tuple(grads))
        if changed is not None:
            grads = list(_as_many(hook, changed, grads))
    return grads


def _after(node: Node, grads: tuple, arrived: tuple) -> tuple:
    """Hooks of the node see the gradients of its tensor arguments, and may replace them."""
    places = [place for place, edge in enumerate(node._edges) if edge is not None or place < node._operands]
    for hook in list(node._hooks.values()):
        shown = tuple(grads[place] for place in places)
        changed = hook(shown, arrived)
        if changed is not None:
            grads = list(grads)
            for place, grad in zip(places, _as_many(hook, changed, shown)):
                grads[place] = grad if node._edges[place] is not None else None
    return tuple(grads)


def _as_many(hook, changed, grads) -> tuple:
    """What a node's hook made of its gradients."""
    changed = changed if isinstance(changed, tuple) else (changed,)
    if len(changed) != len(grads):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(changed)}, but expected {len(grads)})"
        )
    return changed


def _hooked(hook, changed: object, grad: Tensor) -> Tensor:
    """What a tensor's hook made of its gradient."""
    if changed is None:
        return grad
    if not isinstance(changed, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(changed).__name__}'")
    if changed.array.dtype != grad.array.dtype:
        raise RuntimeError(
            f"hook '{_name(hook)}' has changed the type of value (was {grad.type()} got {changed.type()})"
        )
    if changed.array.shape != grad.array.shape:
        raise RuntimeError(f"hook '{_name(hook)}' has changed the size of value")
    return changed


def _name(hook) -> str:
    return getattr(hook, "__name__", type(hook).__name__)


def _catch(node: Node, grads: list[Tensor | None], wanted: list[Edge], caught: dict[Edge, Tensor]) -> None:
    for edge in wanted:
        if edge[0] is node and grads[edge[1]] is not None:
            caught[edge] = grads[edge[1]]


def _fitting(source: Node, place: int, grad: Tensor, metadata: tuple) -> Tensor:
    """The gradient in the shape and dtype of what it is the gradient of: broadcasting is undone here, once for all."""
    if not isinstance(grad, Tensor):
        raise RuntimeError(f"expected Variable or None (got {type(grad).__name__})")
    shape, dtype = metadata
    array = grad.array
    if array.shape != shape:
        if not minitorch.ops.sizes.is_expandable_to(shape, array.shape):
            raise RuntimeError(
                f"Function {source.name()} returned an invalid gradient at index {place} - "
                f"got {list(array.shape)} but expected shape compatible with {list(shape)}"
            )
        grad = grad.sum_to_size(shape)
    if array.dtype != dtype:
        grad = grad.to(minitorch.types.of_numpy(dtype))
    return grad


def _unasked(node: Node, place: int) -> RuntimeError:
    return RuntimeError(
        f"function {node.name()} returned a gradient different than None at position {place + 1}, but the "
        "corresponding forward input was not a Variable"
    )
