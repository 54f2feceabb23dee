"""Automatic differentiation. PyTorch: torch/autograd/__init__.py."""

import minitorch
from minitorch._tensor import Tensor, wrap
from minitorch.autograd import functional as functional
from minitorch.autograd import graph as graph
from minitorch.autograd import profiler as profiler
from minitorch.autograd.anomaly_mode import detect_anomaly as detect_anomaly
from minitorch.autograd.anomaly_mode import set_detect_anomaly as set_detect_anomaly
from minitorch.autograd.engine import run_backward
from minitorch.autograd.function import Function as Function
from minitorch.autograd.grad_mode import enable_grad as enable_grad
from minitorch.autograd.grad_mode import inference_mode as inference_mode
from minitorch.autograd.grad_mode import no_grad as no_grad
from minitorch.autograd.grad_mode import set_grad_enabled as set_grad_enabled
from minitorch.autograd.gradcheck import gradcheck as gradcheck
from minitorch.autograd.gradcheck import gradgradcheck as gradgradcheck
from minitorch.autograd.node import gradient_edge
from minitorch.autograd.variable import Variable as Variable


def backward(
    tensors,
    grad_tensors=None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs=None,
) -> None:
    """Add the gradients of `tensors` to the `.grad` of the leaves they were made from.

    `grad_tensors`: the cotangent of each tensor, of its shape; may be None for a tensor of one element.
    Raises RuntimeError where a tensor needs no gradient, or has several elements and no cotangent.
    PyTorch: torch.autograd.backward.
    """
    tensors = _as_tuple(tensors)
    grads = _cotangents(tensors, grad_tensors, create_graph)
    roots = [_root(number, tensor) for number, tensor in enumerate(tensors)]
    keep = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        run_backward(roots, grads, keep, create_graph)
        return
    inputs = _as_tuple(inputs)
    if len(inputs) == 0:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    for tensor in inputs:
        if tensor.grad_fn is not None:
            tensor.retain_grad()
    run_backward(roots, grads, keep, create_graph, [gradient_edge(tensor) for tensor in inputs], accumulate=True)


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor, ...]:
    """The gradients of the outputs with respect to the inputs, as a tuple; leaves' `.grad` is not touched.

    Raises RuntimeError for an input that was not used, unless `allow_unused`. PyTorch: torch.autograd.grad.
    """
    if is_grads_batched:
        options = create_graph, only_inputs, allow_unused, False, materialize_grads
        return _batched(outputs, inputs, grad_outputs, options)
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    outputs, inputs = _as_tuple(outputs), _as_tuple(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    grads = _cotangents(outputs, grad_outputs, create_graph)
    roots = [_root(number, tensor) for number, tensor in enumerate(outputs)]
    edges = []
    for tensor in inputs:
        edge = tensor if isinstance(tensor, graph.GradientEdge) else gradient_edge(tensor)
        if edge[0] is None:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        edges.append(edge)
    keep = create_graph if retain_graph is None else retain_graph
    caught = run_backward(roots, grads, keep, create_graph, edges)
    results = []
    for place, (tensor, edge) in enumerate(zip(inputs, edges)):
        result = caught.get(edge)
        if result is None and materialize_grads:
            result = tensor.new_zeros(tensor.shape)
        elif result is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {place} appears to not have been used in the graph. "
                "Set allow_unused=True if this is the desired behavior."
            )
        results.append(result)
    return tuple(results)


def _batched(outputs, inputs, grad_outputs, options: tuple) -> tuple:
    """One backward pass for each index of the first dimension of the cotangents, stacked."""
    cotangents = _as_tuple(grad_outputs)
    size = next(each.shape[0] for each in cotangents if each is not None)
    rows = [
        grad(outputs, inputs, [None if each is None else each[row] for each in cotangents], True, *options)
        for row in range(size)
    ]
    return tuple(None if each[0] is None else minitorch.stack(each) for each in zip(*rows))


def _as_tuple(tensors) -> tuple:
    return (tensors,) if isinstance(tensors, (Tensor, graph.GradientEdge)) else tuple(tensors)


def _root(number: int, tensor: Tensor):
    edge = gradient_edge(tensor)
    if edge[0] is None:
        error = RuntimeError(f"element {number} of tensors does not require grad and does not have a grad_fn")
        error.add_note(
            "Nothing that it was computed from has requires_grad=True, or it was computed under no_grad(), detached, or "
            f"taken through NumPy or a number on the way. It has dtype {tensor.dtype}; only floating point has gradients."
        )
        raise error
    return edge


def _cotangents(tensors: tuple, grads, create_graph: bool) -> list[Tensor]:
    if grads is None:
        grads = (None,) * len(tensors)
    elif isinstance(grads, Tensor):
        grads = (grads,)
    grads = tuple(grads)
    if len(grads) != len(tensors):
        raise RuntimeError(f"got {len(tensors)} tensors and {len(grads)} gradients")
    results = []
    for number, (tensor, cotangent) in enumerate(zip(tensors, grads)):
        if cotangent is None:
            if tensor.requires_grad and tensor.array.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            cotangent = wrap(tensor.kernels.empty(tensor.array.shape, tensor.array.dtype))
            cotangent.array.fill(1)  # np.ones takes 1 us longer
        elif not isinstance(cotangent, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(cotangent).__name__}")
        elif cotangent.array.shape != tensor.array.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{number}] has a shape of {cotangent.shape} and output[{number}] "
                f"has a shape of {tensor.shape}."
            )
        results.append(cotangent if cotangent.array.dtype == tensor.array.dtype else cotangent.to(tensor.dtype))
    return results
