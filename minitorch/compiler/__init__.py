"""compile, which returns what it is given: kernels are compiled already. PyTorch: torch/compiler/__init__.py."""

from collections.abc import Callable


def compile(
    model: Callable | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | Callable | None = None,
    mode: str | None = None,
    options: dict | None = None,
    disable: bool = False,
) -> Callable:
    """The model or function itself; without one, a decorator. PyTorch: torch.compile.

    In PyTorch a module comes back wrapped (its state_dict says `_orig_mod.`); here it is the same object.
    """
    return _itself if model is None else model


def disable(fn: Callable | None = None, recursive: bool = True, *, reason: str | None = None) -> Callable:
    """The function itself; without one, a decorator. PyTorch: torch.compiler.disable."""
    return _itself if fn is None else fn


def allow_in_graph(fn: Callable) -> Callable:
    """The function itself. PyTorch: torch.compiler.allow_in_graph."""
    return fn


def assume_constant_result(fn: Callable) -> Callable:
    """The function itself. PyTorch: torch.compiler.assume_constant_result."""
    return fn


def is_compiling() -> bool:
    """Whether a model is being compiled: never. PyTorch: torch.compiler.is_compiling."""
    return False


def is_dynamo_compiling() -> bool:
    """Whether a model is being compiled: never. PyTorch: torch.compiler.is_dynamo_compiling."""
    return False


def cudagraph_mark_step_begin() -> None:
    """Nothing to mark. PyTorch: torch.compiler.cudagraph_mark_step_begin."""


def reset() -> None:
    """Nothing to forget. PyTorch: torch.compiler.reset."""


def list_backends(exclude_tags: tuple = ("debug", "experimental")) -> list[str]:
    """The compilers there are: none. PyTorch: torch.compiler.list_backends."""
    return []


def _itself(model: Callable) -> Callable:
    return model
