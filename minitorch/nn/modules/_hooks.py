"""Hooks of a module and their calls. PyTorch: torch/nn/modules/module.py, torch/utils/hooks.py."""

import warnings
from collections import OrderedDict
from collections.abc import Callable

from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import is_grad_enabled
from minitorch.utils.hooks import RemovableHandle, register


class Hooked:
    """What a Module knows about hooks."""

    # False lets a call go straight to forward(). It never goes back: asking four dictionaries costs 0.1 us a
    # call.
    _hooked = False

    _forward_pre_hooks: OrderedDict
    _forward_pre_hooks_with_kwargs: OrderedDict
    _forward_hooks: OrderedDict
    _forward_hooks_with_kwargs: OrderedDict
    _forward_hooks_always_called: OrderedDict
    _backward_pre_hooks: OrderedDict
    _backward_hooks: OrderedDict

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Before forward: `hook(module, args)`, or with kwargs `hook(module, args, kwargs)`; may return new
        ones.
        """
        self._hooked = True
        options = [(self._forward_pre_hooks_with_kwargs, with_kwargs)]
        return register(self._forward_pre_hooks, hook, prepend, options)

    def register_forward_hook(
        self,
        hook: Callable,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """After forward: `hook(module, args[, kwargs], output)`; may return another output.

        With `always_call` also when forward raises, with the output None.
        """
        self._hooked = True
        options = [
            (self._forward_hooks_with_kwargs, with_kwargs),
            (self._forward_hooks_always_called, always_call),
        ]
        return register(self._forward_hooks, hook, prepend, options)

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Before the module's backward: `hook(module, grad_output)`; may return another grad_output."""
        self._hooked = True
        return register(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """After the module's backward: `hook(module, grad_input, grad_output)`; may return another
        grad_input.
        """
        self._hooked = True
        return register(self._backward_hooks, hook, prepend)


_global_forward_pre_hooks: OrderedDict = OrderedDict()
_global_forward_hooks: OrderedDict = OrderedDict()
_global_with_kwargs: OrderedDict = OrderedDict()
_global_always_called: OrderedDict = OrderedDict()
_global_backward_pre_hooks: OrderedDict = OrderedDict()
_global_backward_hooks: OrderedDict = OrderedDict()


def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Before forward of every module, before its own: `hook(module, args)`. PyTorch: torch.nn.modules.module, as named."""
    Hooked._hooked = True
    return register(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """After forward of every module, before its own: `hook(module, args, output)`. PyTorch: as named."""
    Hooked._hooked = True
    options = [(_global_with_kwargs, with_kwargs), (_global_always_called, always_call)]
    return register(_global_forward_hooks, hook, False, options)


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """Before the backward of every module: `hook(module, grad_output)`. PyTorch: as named."""
    Hooked._hooked = True
    return register(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """After the backward of every module: `hook(module, grad_input, grad_output)`. PyTorch: as named."""
    Hooked._hooked = True
    return register(_global_backward_hooks, hook)


def explain(error: Exception, module, args: tuple, kwargs: dict) -> None:
    """Add to an error from forward() which module it was and what it was given; once, for the innermost module."""
    if getattr(error, "_in_module", False):
        return
    error._in_module = True
    inputs = [_described(each) for each in args] + [f"{name}={_described(each)}" for name, each in kwargs.items()]
    text = f"In {repr(module).splitlines()[0]}, called with ({', '.join(inputs)})."
    parameters = [f"{name} {list(each.shape)}" for name, each in module._parameters.items() if each is not None]
    if parameters:
        text += f" Its parameters: {', '.join(parameters)}."
    error.add_note(text)


def _described(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {list(value.shape)}, {value.dtype}, on {value.device}"
    return type(value).__name__


def call(module, args: tuple, kwargs: dict):
    """`module.forward(*args, **kwargs)` with every hook in its place."""
    result = None
    pending = {**_global_always_called, **module._forward_hooks_always_called}
    try:
        for key, hook in [*_global_forward_pre_hooks.items(), *module._forward_pre_hooks.items()]:
            args, kwargs = _run_pre_hook(module, key, hook, args, kwargs)
        gates = BackwardHook(module)
        watched = bool(gates.hooks or gates.pre_hooks)
        if watched:
            args = gates.watch_inputs(args)
        result = module.forward(*args, **kwargs)
        for key, hook in [*_global_forward_hooks.items(), *module._forward_hooks.items()]:
            pending.pop(key, None)
            changed = _run_hook(module, key, hook, args, kwargs, result)
            if changed is not None:
                result = changed
        if watched:
            result = gates.watch_outputs(result)
        return result
    except Exception:
        for key in pending:
            hook = module._forward_hooks.get(key) or _global_forward_hooks.get(key)
            if hook is not None:
                _run_silenced(module, key, hook, args, kwargs, result)
        raise


def _run_pre_hook(module, key: int, hook: Callable, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    if key not in module._forward_pre_hooks_with_kwargs:
        changed = hook(module, args)
        if changed is None:
            return args, kwargs
        return changed if isinstance(changed, tuple) else (changed,), kwargs
    changed = hook(module, args, kwargs)
    if changed is None:
        return args, kwargs
    if isinstance(changed, tuple) and len(changed) == 2:
        return changed
    raise RuntimeError(
        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
    )


def _run_hook(module, key: int, hook: Callable, args: tuple, kwargs: dict, result):
    if key in module._forward_hooks_with_kwargs or key in _global_with_kwargs:
        return hook(module, args, kwargs, result)
    return hook(module, args, result)


def _run_silenced(module, key: int, hook: Callable, args: tuple, kwargs: dict, result) -> None:
    try:
        _run_hook(module, key, hook, args, kwargs, result)
    except Exception as error:
        warnings.warn(
            "module forward hook with ``always_call=True`` raised an exception "
            f"that was silenced as another error was raised in forward: {error}"
        )


class BackwardHook:
    """One call of a module, watched from both ends: gradients come in at its outputs and leave at its inputs.

    Each end is an identity (`BackwardHookFunction`), whose derivative sees all gradients of that end at once.
    """

    def __init__(self, module):
        self.module = module
        self.pre_hooks = [*_global_backward_pre_hooks.values(), *module._backward_pre_hooks.values()]
        self.hooks = [*_global_backward_hooks.values(), *module._backward_hooks.values()]
        self.input_places: list[int] | None = None  # which arguments are watched; None: none needs a gradient
        self.output_places: list[int] = []
        self.n_inputs = self.n_outputs = 0
        self.grad_outputs: tuple | None = None

    def watch_inputs(self, args: tuple) -> tuple:
        self.n_inputs = len(args)
        args, places = _through_gate(args, self._leave)
        self.input_places = places or None
        return args

    def watch_outputs(self, result):
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors "
                f"but received {type(result)}"
            )
            return result
        outputs = result if isinstance(result, tuple) else (result,)
        self.n_outputs = len(outputs)
        watched, self.output_places = _through_gate(outputs, self._arrive)
        if not isinstance(result, tuple):
            return watched[0]
        return watched if type(result) is tuple else type(result)(*watched)  # a named tuple stays one

    def _arrive(self, grads: tuple) -> tuple:
        """The gradients of the outputs are known."""
        grad_outputs = _spread(grads, self.output_places, self.n_outputs)
        for hook in self.pre_hooks:
            changed = hook(self.module, grad_outputs)
            if changed is not None:
                _check_length("Backward pre hook", "grad_output", changed, self.n_outputs)
                grad_outputs = changed
        self.grad_outputs = grad_outputs
        if self.input_places is None:
            self._finish_without_inputs()
        return tuple(grad_outputs[place] for place in self.output_places)

    def _leave(self, grads: tuple) -> tuple:
        """The gradients of the inputs are known."""
        if self.grad_outputs is None:  # they did not come through the outputs
            return grads
        grad_inputs = _spread(grads, self.input_places, self.n_inputs)
        for hook in self.hooks:
            changed = hook(self.module, grad_inputs, self.grad_outputs)
            if changed is not None:
                _check_length("Backward hook", "grad_input", changed, self.n_inputs)
                grad_inputs = changed
        self.grad_outputs = None
        return tuple(grad_inputs[place] for place in self.input_places)

    def _finish_without_inputs(self) -> None:
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since "
            "no inputs "
            "require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
            "#torch.nn.Module.register_full_backward_hook for more details."
        )
        for hook in self.hooks:
            changed = hook(self.module, (None,) * self.n_inputs, self.grad_outputs)
            if changed is not None and any(each is not None for each in changed):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None "
                    "or None "
                    "for all gradients."
                )
        self.grad_outputs = None


class BackwardHookFunction(Function):
    """The identity on some tensors; `on_grads` sees their gradients together and may replace them."""

    @staticmethod
    def forward(ctx, on_grads: Callable, *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.on_grads = on_grads
        ctx.set_materialize_grads(False)  # a hook sees None for an output that got no gradient
        return tuple(each.view_as(each) for each in tensors)

    @staticmethod
    def backward(ctx, *grads: Tensor):
        return None, *ctx.on_grads(grads)


def _through_gate(values: tuple, on_grads: Callable) -> tuple[tuple, list[int]]:
    """The values, with those that need a gradient replaced by watched ones; and which these are."""
    places = [place for place, each in enumerate(values) if isinstance(each, Tensor) and each.requires_grad]
    if not places or not is_grad_enabled():
        return values, []
    watched = list(values)
    results = BackwardHookFunction.apply(on_grads, *[values[place] for place in places])
    for place, each in zip(places, results):
        watched[place] = each
    return tuple(watched), places


def _spread(grads: tuple, places: list[int], length: int) -> tuple:
    spread = [None] * length
    for place, grad in zip(places, grads):
        spread[place] = grad
    return tuple(spread)


def _check_length(what: str, of: str, values: tuple, expected: int) -> None:
    if len(values) != expected:
        raise RuntimeError(
            f"{what} returned an invalid number of {of}, got {len(values)}, but expected {expected}"
        )
