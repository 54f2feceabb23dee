"""Work that is recorded once and run again and again with one call. PyTorch: torch/cuda/graphs.py, ATen/cuda/CUDAGraph.cpp.

A replay repeats the launches at their addresses, with the numbers of the recording: inputs are written into the tensors
that were used (`x.copy_(batch)`), results read from those that came out. What the program computes on the CPU meanwhile is not
recorded; what would wait for the GPU raises an error. A graph keeps alive what its kernels read from outside.
"""

import gc
import itertools
import sys
import warnings
from collections.abc import Callable
from types import ModuleType

import numpy as np

import minitorch
from minitorch import random
from minitorch.autograd.function import Function, once_differentiable
from minitorch.cuda.streams import Stream, StreamContext
from minitorch.kernels import _gpu


def _memory() -> ModuleType:
    from minitorch.kernels.cuda import memory

    return memory


def _driver() -> ModuleType:
    from minitorch.kernels.cuda import _driver

    return _driver


def _streams() -> ModuleType:
    from minitorch.kernels.cuda import _streams

    return _streams


def is_current_stream_capturing() -> bool:
    """Whether work is being recorded. RuntimeError without a GPU. PyTorch: torch.cuda.is_current_stream_capturing."""
    if _gpu.why_not() is not None:
        raise RuntimeError("Tried to instantiate dummy base class _cuda_isCurrentStreamCapturing")
    return _driver().recording() is not None


_numbers = itertools.count(1)
_pools: dict[tuple[int, int], object] = {}


def graph_pool_handle() -> tuple[int, int]:
    """The name of a new pool of memory, for graphs that share one. RuntimeError without a GPU. PyTorch: torch.cuda.graph_pool_handle."""
    if _gpu.why_not() is not None:
        raise RuntimeError("Tried to instantiate dummy base class _graph_pool_handle")
    return 0, next(_numbers)


class CUDAGraph:
    """Recorded work. Raises RuntimeError without a GPU. PyTorch: torch.cuda.CUDAGraph.

    Each replay draws new random numbers: those that the same work would draw if it were not recorded.
    """

    _runnable: object = None
    _capture = None
    _kept: list | None = None

    def __new__(cls, keep_graph: bool = False):
        if _gpu.why_not() is not None:
            raise RuntimeError("Tried to instantiate dummy base class CUDAGraph")
        graph = super().__new__(cls)
        graph._generators = []
        return graph

    def register_generator_state(self, generator: "random.Generator") -> None:
        """Before the recording: it draws from this generator, too, beside the default one."""
        self._generators.append(generator)

    def capture_begin(
        self, pool: tuple[int, int] | None = None, capture_error_mode: str = "global", check_input_liveness: bool = False
    ) -> None:
        """Record from now on what is given to the current stream. RuntimeError on the default stream, or after a capture."""
        if self._runnable is not None:
            raise RuntimeError(
                "This CUDAGraph instance already owns a captured graph. To capture a new graph, create a new instance."
            )
        if not _driver().stream().value:
            raise RuntimeError(
                "CUDA graphs must be captured on a non-default stream. (However, after capture, it's ok to replay them on the "
                "default stream.)"
            )
        if _driver().capture is not None:
            raise RuntimeError("CUDA error: operation not permitted when stream is capturing")
        self._origins = [_Origin(each) for each in (random.gpu_generator(), *self._generators)]
        self._pool = pool or (next(_numbers), 0)
        memory = _pools.setdefault(self._pool, _memory().Pool())
        _memory().retain(memory)
        try:
            _streams().begin_capture(memory, capture_error_mode)
        except RuntimeError:
            self._release()
            raise
        self._capture = _driver().capture
        self._capture.origins = {id(each.state): (each.words, each.start) for each in self._origins}

    def capture_end(self) -> None:
        """End the recording. Raises RuntimeError where something could not be recorded."""
        if self._capture is None:
            raise RuntimeError("capture_end() called before capture_begin().")
        if _driver().stream().value != self._capture.stream:
            raise RuntimeError("Capture must end on the same stream it began on.")
        capture, self._capture = self._capture, None
        for origin in self._origins:
            origin.end()
        try:
            runnable, count = _streams().end_capture()
        except RuntimeError:
            self._release()
            raise
        if count == 0:
            warnings.warn(
                "The CUDA Graph is empty. This usually means that the graph was attempted to be captured on wrong device or stream.",
                stacklevel=2,
            )
        self._runnable, self._kept = runnable, capture.kept

    def replay(self) -> None:
        """Run what was recorded, on the current stream."""
        if self._runnable is None:
            raise RuntimeError("Called CUDAGraph::replay without a preceding successful capture.")
        for origin in self._origins:
            origin.advance()
        _streams().run_graph(self._runnable)

    def reset(self) -> None:
        """Forget what was recorded."""
        if self._runnable is not None:
            _streams().end_graph(self._runnable)
            self._release()
        self._runnable = self._kept = None

    def pool(self) -> tuple[int, int]:
        """The name of its pool, for another graph that shares it."""
        if self._runnable is None:
            raise RuntimeError("Called CUDAGraph::pool() without a preceding successful capture.")
        return self._pool

    def _release(self) -> None:
        memory = _pools[self._pool]
        _memory().release(memory)
        if memory.graphs == 0:
            del _pools[self._pool]

    def __del__(self, ending=sys.is_finalizing):
        if self._runnable is not None and not ending():
            self.reset()


class _Origin:
    """Where the random numbers of a replay begin: two words on the GPU, which its kernels add to what was recorded.

    PyTorch: ATen/cuda/CUDAGeneratorImpl.cpp (seed_extragraph, offset_extragraph).
    """

    def __init__(self, generator: "random.Generator"):
        self.generator, self.state = generator, generator.state
        self.start = generator.get_offset()
        self.words = _memory().empty((2,), np.uint64)
        _memory().used_everywhere(self.words)
        self.drawn = 0

    def end(self) -> None:
        """What was recorded has drawn nothing yet."""
        self.drawn = int(self.state["offset"][0]) - self.start
        self.state["offset"] = self.start

    def advance(self) -> None:
        """A replay begins where the generator is now, and moves it on."""
        if self.drawn:
            state = self.generator.state
            offset, seed = int(state["offset"][0]), int(state["seed"][0])
            _driver().to_device(self.words.address, np.array([offset // 4, seed], np.uint64))
            state["offset"] = offset + self.drawn


class graph:
    """A block that is recorded. PyTorch: torch.cuda.graph. `enable_annotations` and `check_input_liveness` change nothing."""

    default_capture_stream: Stream | None = None

    def __init__(
        self,
        cuda_graph: CUDAGraph,
        pool: tuple[int, int] | None = None,
        stream: Stream | None = None,
        capture_error_mode: str = "global",
        enable_annotations: bool = False,
        check_input_liveness: bool = False,
    ):
        if stream is None and graph.default_capture_stream is None:
            graph.default_capture_stream = Stream()
        self.pool = pool
        self.capture_stream = stream or graph.default_capture_stream
        self.stream_ctx = StreamContext(self.capture_stream)
        self.cuda_graph = cuda_graph
        self.capture_error_mode = capture_error_mode

    def __enter__(self) -> None:
        _driver().synchronize()
        gc.collect()
        _memory().empty_cache()
        self.stream_ctx.__enter__()
        try:
            self.cuda_graph.capture_begin(self.pool, self.capture_error_mode)
        except BaseException:
            self.stream_ctx.__exit__()
            raise

    def __exit__(self, *error: object) -> None:
        try:
            self.cuda_graph.capture_end()
        finally:
            self.stream_ctx.__exit__(*error)


# ---- Parts of a model ----


def make_graphed_callables(
    callables: "Callable | tuple[Callable, ...]",
    sample_args: tuple,
    num_warmup_iters: int = 3,
    allow_unused_input: bool = False,
    pool: tuple[int, int] | None = None,
) -> "Callable | tuple[Callable, ...]":
    """Functions or modules whose forward and backward passes are replays; modules are changed in place.

    `sample_args`: a tuple of tensors for each, as the real ones will be. Raises AssertionError for modules with hooks,
    and for arguments that are no tensors. PyTorch: torch.cuda.make_graphed_callables.
    """
    one = not isinstance(callables, tuple)
    callables, sample_args = ((callables,), (sample_args,)) if one else (callables, sample_args)
    parts = [_Graphed(call, args) for call, args in zip(callables, sample_args)]
    pool = graph_pool_handle() if pool is None else pool
    _driver().synchronize()
    with StreamContext(Stream()):
        for part in parts:
            part.warm_up(num_warmup_iters, allow_unused_input)
    _driver().synchronize()
    for part in parts:  # in the order in which they will run: they share the memory
        part.capture_forward(pool)
    for part in reversed(parts):
        part.capture_backward(pool, allow_unused_input)
    results = tuple([part.installed() for part in parts])
    return results[0] if one else results


class _Graphed:
    """A function, the tensors that it was recorded with, and its two graphs."""

    def __init__(self, call: Callable, arguments: tuple):
        self.call, self.arguments = call, arguments
        self.is_module = isinstance(call, minitorch.nn.Module)
        if self.is_module:
            _check_module(call)
        leaves = minitorch.utils._pytree.tree_leaves(arguments)
        if not all(isinstance(each, minitorch.Tensor) for each in leaves):
            raise AssertionError(
                "In the beta API, sample_args for each callable must contain only Tensors. Other types are not allowed."
            )
        self.given = len(leaves)
        self.parameters = tuple(call.parameters()) if self.is_module else ()
        self.inputs = (*leaves, *self.parameters)
        self.forward, self.backward = CUDAGraph(), CUDAGraph()

    def warm_up(self, times: int, allow_unused: bool) -> None:
        """What is compiled and cached at the first call belongs into no recording."""
        for _ in range(times):
            outputs = minitorch.utils._pytree.tree_leaves(self.call(*self.arguments))
            self._gradients(outputs, [minitorch.empty_like(each) for each in outputs], allow_unused)

    def capture_forward(self, pool: tuple[int, int]) -> None:
        with graph(self.forward, pool):
            result = self.call(*self.arguments)
        self.outputs, self.structure = minitorch.utils._pytree.tree_flatten(result)

    def capture_backward(self, pool: tuple[int, int], allow_unused: bool) -> None:
        self.grad_outputs = [minitorch.empty_like(each) if each.requires_grad else None for each in self.outputs]
        self.grad_inputs = [None] * len(self.inputs)
        if any(each.requires_grad for each in self.outputs):
            with graph(self.backward, pool):
                self.grad_inputs = self._gradients(self.outputs, self.grad_outputs, allow_unused)

    def _gradients(self, outputs: list, grad_outputs: list, allow_unused: bool) -> list:
        """One for each input; None for those that require none."""
        places = [place for place, each in enumerate(self.inputs) if each.requires_grad]
        pairs = [(each, grad) for each, grad in zip(outputs, grad_outputs) if each.requires_grad]
        result = [None] * len(self.inputs)
        if pairs and places:
            ends, grads = zip(*pairs)
            wanted = [self.inputs[place] for place in places]
            for place, grad in zip(places, minitorch.autograd.grad(ends, wanted, grads, allow_unused=allow_unused)):
                result[place] = grad
        return result

    def __call__(self, *arguments):
        leaves = minitorch.utils._pytree.tree_leaves(arguments)
        return minitorch.utils._pytree.tree_unflatten(_Replay.apply(self, *leaves, *self.parameters), self.structure)

    def installed(self) -> Callable:
        """What takes the place of the function: a module replays as long as it is in the mode of the recording."""
        if not self.is_module:
            return self
        module, training, original = self.call, self.call.training, self.call.forward

        def forward(*arguments, **options):
            return self(*arguments) if module.training == training else original(*arguments, **options)

        module.forward = forward
        return module


def _check_module(module) -> None:
    if module._backward_hooks or module._forward_hooks or module._forward_pre_hooks:
        raise AssertionError(
            "Modules must not have hooks registered at the time they are passed. However, registering hooks on modules "
            "after passing them through make_graphed_callables is allowed."
        )
    if any(each.requires_grad for each in module.buffers()):
        raise AssertionError(
            "In any :class:`~torch.nn.Module` passed to :func:`~make_graphed_callables`, only parameters may be trainable. "
            "All buffers must have ``requires_grad=False``."
        )


class _Replay(Function):
    """The recorded forward pass, and behind it the recorded backward pass."""

    @staticmethod
    def forward(ctx, graphed, *inputs):
        ctx.graphed = graphed
        for place, each in zip(graphed.inputs[: graphed.given], inputs):
            _renew(place, each)
        graphed.forward.replay()
        return tuple([each.detach() for each in graphed.outputs])

    @staticmethod
    @once_differentiable
    def backward(ctx, *grads):
        graphed = ctx.graphed
        for place, grad in zip(graphed.grad_outputs, grads):
            if place is not None:
                _renew(place, grad)
        graphed.backward.replay()
        return None, *[None if each is None else each.detach() for each in graphed.grad_inputs]


def _renew(place, value) -> None:
    """The recorded tensor takes the values of this call's."""
    if place.data_ptr() != value.data_ptr():
        with minitorch.no_grad():
            place.copy_(value)
