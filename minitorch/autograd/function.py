"""Function: an operation and its derivative. PyTorch: torch/autograd/function.py, torch/csrc/autograd/python_function.cpp."""

import functools
import warnings

import minitorch
from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import mode, no_grad, watchers
from minitorch.autograd.node import Node, gradient_edge
from minitorch.autograd.saved_variable import FREED, SavedOutput, unpack


class FunctionCtx(Node):
    """What forward() leaves for backward(): the `ctx` of a Function, and its node in the graph."""

    needs_input_grad: tuple[bool, ...] = ()
    _materialize_grads = True
    _forward_cls: type["Function"]
    _title: str
    _saved: tuple | None = ()  # what save_for_backward was given: tensors, None, or SavedOutput
    _versions: tuple = ()
    _to_save: tuple = ()
    _dirty: tuple = ()
    _non_differentiable: tuple = ()
    _idle = False  # none of several tensor arguments has an edge: PyTorch then saves nothing, and computes nothing

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep inputs or outputs for backward(), checked there for in-place changes."""
        self._saved = tensors
        try:
            self._versions = tuple([None if t is None else t._storage.version for t in tensors])
        except AttributeError:
            place, value = next((i, t) for i, t in enumerate(tensors) if not isinstance(t, Tensor) and t is not None)
            raise TypeError(
                f"save_for_backward can only save variables, but argument {place} is of type {type(value).__name__}"
            ) from None

    @property
    def saved_tensors(self) -> tuple[Tensor, ...]:
        """The tensors given to save_for_backward. Raises RuntimeError if one was changed, or they were freed."""
        if self._saved is None:
            error = RuntimeError(FREED)
            error.add_note(
                f"What {self.name()} had saved was freed by the backward pass before. Where the graph is made anew in every "
                "step, a tensor of an earlier step is still in use: detach() it."
            )
            raise error
        return tuple([unpack(self, *pair) for pair in zip(self._saved, self._versions)])

    def mark_dirty(self, *args: Tensor) -> None:
        """Say that forward() changed these inputs in place (they must be outputs too)."""
        self._dirty = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Say that these outputs have no gradient."""
        self._non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward() gets zeros (the default) or None for an output that got no gradient."""
        self._materialize_grads = value

    def _run(self, grads):
        """Call the function's backward(): one gradient, or None, per argument of forward()."""
        if self._idle:
            return (None,) * len(self._edges)
        if self._materialize_grads:
            for number, grad in enumerate(grads):
                if grad is None:
                    grads[number] = self._zeros(number, grads)
        results = self._forward_cls.backward(self, *grads)
        if not isinstance(results, tuple):
            results = (results,)
        return results if len(results) == len(self._edges) else self._fitted(results)

    def _run_for(self, useful, grads):
        """As PyTorch (task_should_compute_output): operations of ours skip the rest, functions of others are not told."""
        if not self._forward_cls._ours:
            return self._run(grads)
        needs = self.needs_input_grad
        self.needs_input_grad = tuple([edge is not None and edge[0] in useful for edge in self._edges])
        try:
            return self._run(grads)
        finally:
            self.needs_input_grad = needs

    def _zeros(self, number: int, grads) -> Tensor | None:
        """The gradient of an output that nothing depends on, on the device of the others."""
        shape, dtype = self._metadata[number]
        if dtype is None:
            return None
        device = next((each.device for each in grads if each is not None), None)
        return minitorch.zeros(shape, dtype=minitorch.types.of_numpy(dtype), device=device)

    def _fitted(self, results: tuple) -> tuple:
        """Extra Nones are dropped, as PyTorch does; anything else is an error."""
        expected = len(self._edges)
        if len(results) > expected and not any(each is not None for each in results[expected:]):
            return results[:expected]
        raise RuntimeError(
            f"function {self.name()} returned an incorrect number of gradients "
            f"(expected {expected}, got {len(results)})"
        )

    def name(self) -> str:
        return self._title

    def _release(self) -> None:
        if self._saved:
            self._saved = None


class FunctionMeta(type):
    """Gives every Function the class of its nodes, named as in PyTorch: Mul here, MulBackward0 in the graph.

    An operation of several signatures sets `node_name`, where PyTorch counts further than 0; `node_title` is what name()
    says where that differs, `operands` how many arguments may be numbers in the place of tensors, and `saves_input` where
    among what it saves its first argument stands.
    """

    def __init__(cls, name, bases, members):
        super().__init__(name, bases, members)
        cls._ours = cls.__module__.startswith("minitorch.ops")
        suffix = "Backward0" if cls._ours else "Backward"
        node_name = members.get("node_name", name + suffix)
        own = {"_forward_cls": cls, "__module__": cls.__module__, "_title": members.get("node_title", node_name)}
        own["_operands"] = members.get("operands", 0)
        own["_saves_input"] = members.get("saves_input", 0)
        own["_runs_without_gradient"] = not cls._ours  # as PyTorch does with functions written in Python
        own["_home"] = "" if cls._ours else "torch.autograd.function."  # where PyTorch says that it stands
        cls._backward_cls = type(node_name, (FunctionCtx,), own)
        cls._separate_context = cls.setup_context is not Function.setup_context if bases else False


class Function(metaclass=FunctionMeta):
    """Base of every operation with a derivative: subclass it, write forward() and backward(), call apply().

    `forward(ctx, *args)`, or `forward(*args)` together with `setup_context(ctx, inputs, output)`;
    `backward(ctx, *grad_outputs)` returns one gradient (or None) per argument of forward.
    PyTorch: torch.autograd.Function.
    """

    def __init__(self, *args, **kwargs):
        warnings.warn(
            f"{self.__class__} should not be instantiated. Methods on autograd functions are all static, so you "
            "should invoke them on the class itself. Instantiating an autograd function will raise an error in a "
            "future version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args, **kwargs):
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. "
            "(Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args, **kwargs):
        """The operation itself. Operations inside are not recorded."""
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Save for backward what forward, defined without ctx, could not."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """The vector-Jacobian product."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @classmethod
    def apply(cls, *args):
        """Run forward(), and record it where an argument requires a gradient."""
        if not mode.enabled:
            return _run_unrecorded(cls, args)
        if cls._ours and not _any_requires_grad(args):
            mode.enabled = False
            try:
                ctx = _Dropped()
                result = cls.forward(ctx, *args)
            finally:
                mode.enabled = True
            for each in ctx._dirty:
                each._storage.version += 1
            return result
        edges = [gradient_edge(each) if isinstance(each, Tensor) else None for each in args]
        if cls._ours:  # a view whose base came to require a gradient may do so itself, and yet have no edge
            needs = tuple([edge is not None and edge[0] is not None for edge in edges])
        else:
            needs = tuple([isinstance(each, Tensor) and each.requires_grad for each in args])
        recorded = cls._ours or True in needs
        # A node comes after its inputs' nodes, which may just have been made: the numbers are the order of backward().
        node = cls._backward_cls()
        node.needs_input_grad = needs
        mode.enabled = False
        try:
            if cls._separate_context:
                result = cls.forward(*args)
                cls.setup_context(node, args, result)
            else:
                result = cls.forward(node, *args)
        finally:
            mode.enabled = True
        if recorded:
            node._edges = tuple(edges)
            if True not in needs and len(edges) - edges.count(None) > 1:
                node._saved, node._idle = (), True
            result = _record(node, args, result)
            if watchers:
                for each in tuple(watchers):
                    each(node)
            return result
        for each in node._dirty:
            each._storage.version += 1
        return result


def _any_requires_grad(args: tuple) -> bool:
    """Whether a tensor among them does: Tensor.requires_grad, written out, since this is asked of every operation."""
    for each in args:
        if isinstance(each, Tensor) and (
            each._requires_grad or (each._base is not None and each._base._requires_grad)
        ):
            return True
    return False


def _run_unrecorded(cls: type[Function], args: tuple):
    """forward() alone, as under no_grad and in every backward pass; what it leaves on ctx is dropped."""
    if cls._ours:
        ctx = _Dropped()
    else:
        ctx = cls._backward_cls()
        ctx.needs_input_grad = tuple([isinstance(each, Tensor) and each.requires_grad for each in args])
    if cls._separate_context:
        result = cls.forward(*args)
        cls.setup_context(ctx, args, result)
    else:
        result = cls.forward(ctx, *args)
    for each in ctx._dirty:
        each._storage.version += 1
    for each in result if isinstance(result, tuple) else (result,):
        if isinstance(each, Tensor) and each._base is not None:
            each._made = "no_grad"
    return result


class _Dropped:
    """The ctx of an operation of ours that is not recorded: cheaper than a node, and keeps nothing."""

    needs_input_grad = (False,) * 64
    _dirty: tuple = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Nothing will ask for them."""

    def mark_dirty(self, *args: Tensor) -> None:
        """Count the writes all the same."""
        self._dirty = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """None of the outputs is."""

    def set_materialize_grads(self, value: bool) -> None:
        """No gradient will come."""


def _record(node: FunctionCtx, args: tuple, result):
    """Make the node the origin of its outputs."""
    if isinstance(result, Tensor) and not node._dirty:
        array = result.array
        if array.dtype.kind != "f" or (node._non_differentiable and _holds(node._non_differentiable, result)):
            return result
        for each in args:
            if each is result:
                result = result._alias()
        if result._base is not None and not node._forward_cls._ours:
            result._made = "custom"
        node._metadata = ((array.shape, array.dtype),)
        result._grad_fn = node
        result._requires_grad = True
        for each in node._saved:
            if each is result:
                _without_cycle(node, (result,))
        return result
    if not isinstance(result, (tuple, list)):
        result = (result,)
        single = True
    else:
        single = False
    for each in node._dirty:
        each._storage.version += 1
        if not _holds(result, each):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        if each.grad_fn is None and each._requires_grad:
            raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
    outputs = tuple(
        each._alias() if isinstance(each, Tensor) and _holds(args, each) and not _holds(node._dirty, each) else each
        for each in result
    )
    node._metadata = tuple(
        (each.array.shape, each.array.dtype) if isinstance(each, Tensor) else ((), None) for each in outputs
    )
    for number, each in enumerate(outputs):
        if not isinstance(each, Tensor):
            continue
        if _holds(node._dirty, each):
            minitorch.ops.inplace.rebase(each, node, number)
        elif each.array.dtype.kind == "f" and not _holds(node._non_differentiable, each):
            each._grad_fn = node
            each._output_nr = number
            each._requires_grad = True
            if each._base is not None:
                each._made = "several" if node._forward_cls._ours or len(outputs) > 1 else "custom"
    _without_cycle(node, outputs)
    return outputs[0] if single else outputs


def _holds(tensors: tuple, tensor: Tensor) -> bool:
    """Whether the tensor itself is among them (`in` would compare values)."""
    return any(each is tensor for each in tensors)


def _without_cycle(node: FunctionCtx, outputs: tuple) -> None:
    if not node._saved:
        return
    saved = list(node._saved)
    versions = list(node._versions)
    for place, tensor in enumerate(saved):
        for number, output in enumerate(outputs):
            if tensor is output and tensor is not None:
                saved[place] = SavedOutput(output, number)
                versions[place] = output._storage.version
    node._saved = tuple(saved)
    node._versions = tuple(versions)


def once_differentiable(function):
    """For a backward() that is not written in operations: a second derivative through it is an error.

    PyTorch: torch.autograd.function.once_differentiable.
    """

    @functools.wraps(function)
    def wrapper(ctx, *grads):
        with no_grad():
            outputs = function(ctx, *grads)
        if not mode.enabled or not any(isinstance(g, Tensor) and g.requires_grad for g in grads):
            return outputs
        single = not isinstance(outputs, tuple)
        refused = tuple(
            each if each is None else _Refuse.apply(each.detach().requires_grad_())
            for each in ((outputs,) if single else outputs)
        )
        return refused[0] if single else refused

    return wrapper


class _Refuse(Function):
    """The error that once_differentiable leaves in the graph."""

    @staticmethod
    def forward(ctx, input: Tensor) -> Tensor:
        return input.clone()

    @staticmethod
    def backward(ctx, grad: Tensor):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


class InplaceFunction(Function):
    """A Function that remembers whether it shall write into its input. PyTorch: torch.autograd.function.InplaceFunction."""

    def __init__(self, inplace: bool = False):
        super().__init__()
        self.inplace = inplace
