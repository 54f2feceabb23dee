"""Activations computed again in backward() instead of kept. PyTorch: torch/utils/checkpoint.py."""

import contextlib
import warnings
import weakref
from collections.abc import Callable
from typing import Any

from minitorch import autograd
from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import enable_grad, is_grad_enabled, mode, no_grad
from minitorch.autograd.graph import saved_tensors_hooks
from minitorch.random import default_states, fork_rng, set_default_states

DefaultDeviceType = "cpu"


class CheckpointError(RuntimeError):
    """The recomputation did not do what the forward pass did. PyTorch: torch.utils.checkpoint.CheckpointError."""


def noop_context_fn() -> tuple:
    """Nothing round the forward pass, nothing round its recomputation."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def checkpoint(
    function: Callable,
    *args,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs,
) -> Any:
    """`function(*args)`, whose saved tensors are dropped, and computed again when backward() asks for them.

    `preserve_rng_state` (True): random numbers are the same in the recomputation. `use_reentrant=True` is the older way, a
    Function whose backward() runs forward and backward passes of its own: no keywords, no autograd.grad.
    `determinism_check`: "default" compares shapes and dtypes of what is saved, "none" does not.
    Raises CheckpointError where the recomputation saves other tensors. PyTorch: torch.utils.checkpoint.checkpoint.
    """
    if use_reentrant is None:
        warnings.warn(_REENTRANT_MUST_BE_GIVEN, stacklevel=2)
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if not use_reentrant:
        run = _Recomputation(function, args, kwargs, preserve, context_fn, determinism_check, early_stop)
        return run.forward()
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if context_fn is not noop_context_fn or debug is not False:
        raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
    return CheckpointFunction.apply(function, preserve, *args)


def checkpoint_sequential(functions, segments: int, input, use_reentrant: bool | None = None, **kwargs) -> Any:
    """The functions one after the other, in checkpoints of equal numbers of them, the last part as it is.

    `functions`: a Sequential or a list. PyTorch: torch.utils.checkpoint.checkpoint_sequential.
    """
    if use_reentrant is None:
        warnings.warn(_SEQUENTIAL_TOO, stacklevel=2)
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    functions = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(functions) // segments
    last = size * (segments - 1)
    for start in range(0, last, size) if size else ():
        part = _one_after_the_other(functions[start : start + size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return _one_after_the_other(functions[last:])(input)


def _one_after_the_other(functions: list[Callable]) -> Callable:
    def run(input):
        for function in functions:
            input = function(input)
        return input

    return run


# ---- With hooks on what is saved ----


class _Holder:
    """What the graph keeps in place of a saved tensor."""


class _Stop(Exception):
    """All that was saved has been computed again."""


class _Recomputation:
    """One call of checkpoint(): which places of the graph wait for tensors, and how to compute them again."""

    def __init__(self, function, args, kwargs, preserve, context_fn, determinism_check, early_stop):
        if determinism_check not in ("default", "none"):
            raise ValueError(
                f"determinism_check should be one of ['default', 'none'], but got {determinism_check}"
            )
        self.call = function, args, kwargs
        self.context, self.again = context_fn()
        self.early_stop = early_stop
        self.checks = determinism_check == "default"
        self.rng = default_states() if preserve else None
        self.holders: list[weakref.ref] = []
        self.kinds: list[tuple] = []
        self.tensors: dict[_Holder, Tensor] = weakref.WeakKeyDictionary()  # computed again, until they are used
        self.done: set = set()

    def forward(self) -> Any:
        """The function's result, with holders for what it saves."""
        function, args, kwargs = self.call
        with self.context:
            if not is_grad_enabled():
                return function(*args, **kwargs)
            with saved_tensors_hooks(self._hold, self._give):
                return function(*args, **kwargs)

    def _hold(self, tensor: Tensor) -> _Holder:
        holder = _Holder()
        self.holders.append(weakref.ref(holder))
        self.kinds.append(_kind(tensor))
        return holder

    def _give(self, holder: _Holder) -> Tensor:
        if holder not in self.tensors:
            self._compute_again()
        if holder not in self.tensors:
            raise CheckpointError(
                "torch.utils.checkpoint: Unpack is being triggered for a tensor that was either never recomputed, or already "
                "unpacked once. If you are calling ctx.saved_tensors in backward, make sure to do so only once. Otherwise "
                "please open an issue with details on your use case."
            )
        task = mode.task
        return self.tensors[holder] if task is None or task.retain_graph else self.tensors.pop(holder)

    def _compute_again(self) -> None:
        function, args, kwargs = self.call
        number = 0

        def keep(tensor: Tensor) -> Tensor:
            nonlocal number
            if number < len(self.holders):
                self._check(number, tensor)
                holder = self.holders[number]()
                if holder is not None:
                    self.tensors[holder] = tensor
            number += 1
            if self.early_stop and number == len(self.holders):
                raise _Stop
            return tensor

        states = default_states()
        try:
            if self.rng is not None:
                set_default_states(self.rng)
            with enable_grad(), self.again, saved_tensors_hooks(keep, lambda tensor: tensor):
                fresh = tuple(_detached(each) for each in args)
                function(*fresh, **{name: _detached(each) for name, each in kwargs.items()})
        except _Stop:
            pass
        finally:
            if self.rng is not None:
                set_default_states(states)
        if number != len(self.holders):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self.holders)}\n"
                f"Number of tensors saved during recomputation: {number}.\n"
            )

    def _check(self, number: int, tensor: Tensor) -> None:
        if self.checks and _kind(tensor) != self.kinds[number]:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during "
                f"the forward pass.\ntensor at position {number}:\nsaved metadata: {_as_dict(self.kinds[number])}\n"
                f"recomputed metadata: {_as_dict(_kind(tensor))}\n"
            )


def _kind(tensor: Tensor) -> tuple:
    return tensor.shape, tensor.dtype, tensor.device


def _as_dict(kind: tuple) -> dict:
    return dict(zip(("shape", "dtype", "device"), kind))


def _detached(value: Any) -> Any:
    return value.detach().requires_grad_(value.requires_grad) if isinstance(value, Tensor) else value


# ---- With a backward pass in the backward pass ----


class CheckpointFunction(Function):
    """A Function that runs another one, and again in backward(). PyTorch: torch.utils.checkpoint.CheckpointFunction."""

    @staticmethod
    def forward(ctx, run_function, preserve_rng_state, *args):
        if not any(isinstance(each, Tensor) and each.requires_grad for each in args):
            warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3)
        ctx.run_function = run_function
        ctx.rng = default_states() if preserve_rng_state else None
        ctx.tensor_places = [place for place, each in enumerate(args) if isinstance(each, Tensor)]
        ctx.others = [None if isinstance(each, Tensor) else each for each in args]
        ctx.save_for_backward(*[args[place] for place in ctx.tensor_places])
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx, *grads):
        if mode.task is not None and not mode.task.accumulates:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument."
            )
        inputs = list(ctx.others)
        for place, tensor in zip(ctx.tensor_places, ctx.saved_tensors):
            inputs[place] = _detached(tensor)
        with fork_rng(enabled=ctx.rng is not None):
            if ctx.rng is not None:
                set_default_states(ctx.rng)
            with enable_grad():
                outputs = ctx.run_function(*inputs)
        outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
        pairs = [(out, g) for out, g in zip(outputs, grads) if isinstance(out, Tensor) and out.requires_grad]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        autograd.backward(*zip(*pairs))
        return None, None, *[each.grad if isinstance(each, Tensor) else None for each in inputs]


_REENTRANT_MUST_BE_GIVEN = (
    "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling "
    "checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to "
    "preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
    "differences between the two variants."
)
_SEQUENTIAL_TOO = (
    "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In version 2.9 we "
    "will raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, but if you need to preserve "
    "the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between "
    "the two variants."
)
