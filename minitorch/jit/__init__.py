"""TorchScript, which minitorch refuses: it runs Python as it stands. PyTorch: torch/jit/__init__.py."""

from collections.abc import Callable
from typing import Final as Final
from typing import NoReturn


def script(obj: object, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: there is no TorchScript. PyTorch: torch.jit.script."""
    _refuse("script")


def trace(func: object, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: there is no TorchScript. PyTorch: torch.jit.trace."""
    _refuse("trace")


def load(f: object, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: there is no TorchScript. PyTorch: torch.jit.load."""
    _refuse("load")


def save(m: object, f: object, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: there is no TorchScript. PyTorch: torch.jit.save."""
    _refuse("save")


def _refuse(name: str) -> NoReturn:
    raise RuntimeError(
        f"torch.jit.{name}: minitorch has no TorchScript. It runs the Python as it stands: leave the call out"
    )


def is_scripting() -> bool:
    """Whether TorchScript is running: never. PyTorch: torch.jit.is_scripting."""
    return False


def is_tracing() -> bool:
    """Whether a function is being traced: never. PyTorch: torch.jit.is_tracing."""
    return False


def ignore(drop: bool | Callable = False, **kwargs) -> Callable:
    """Marks what TorchScript should leave alone: everything is. PyTorch: torch.jit.ignore."""
    return drop if callable(drop) else _itself


def unused(fn: Callable) -> Callable:
    """The function itself. PyTorch: torch.jit.unused."""
    return fn


def export(fn: Callable) -> Callable:
    """The function itself. PyTorch: torch.jit.export."""
    return fn


def script_if_tracing(fn: Callable) -> Callable:
    """The function itself: nothing is ever traced. PyTorch: torch.jit.script_if_tracing."""
    return fn


def annotate(the_type: object, the_value: object) -> object:
    """The value. PyTorch: torch.jit.annotate."""
    return the_value


def _itself(fn: Callable) -> Callable:
    return fn
