"""Runs one body in minitorch and in PyTorch and compares everything that can be seen from outside."""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest


def agree(body: Callable, libraries: Callable[[], tuple] | None = None) -> None:
    """body(*modules) must give the same in both: values, dtypes, shapes, errors, warnings, generator.

    `libraries` returns the modules of each library; by default just `minitorch` and `torch`.
    """
    ours, theirs = (libraries or both)()
    assert outcome(body, *ours) == outcome(body, *theirs)


def both() -> tuple[tuple, tuple]:
    """The two libraries; skips the test where PyTorch is missing."""
    torch = pytest.importorskip("torch", reason="compares with the real PyTorch, which is not installed")
    import minitorch

    return (minitorch,), (torch,)


def outcome(body: Callable, *modules) -> tuple:
    """What the body returned or raised, its warnings, and the state of the global generator at its end."""
    library = modules[0]
    library.manual_seed(20)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = plain(body(*modules))
        except Exception as error:
            result = type(error).__name__, _neutral(str(error).split("\n")[0])
    texts = [(warning.category.__name__, _neutral(str(warning.message))) for warning in caught]
    return result, texts, library.get_rng_state().numpy().tobytes()


def plain(value):
    """The value with every tensor spelled out, and the types of the containers."""
    if hasattr(value, "untyped_storage"):
        dtype = str(value.dtype).split(".")[-1]
        # The stride of a dimension of one element is never used, and differs between torch's own functions.
        strides = [stride for size, stride in zip(value.shape, value.stride()) if size > 1]
        return "tensor", dtype, tuple(value.shape), strides if value.numel() else None, value.tolist()
    if isinstance(value, np.ndarray):
        return "array", str(value.dtype), value.shape, value.tolist()
    if isinstance(value, Mapping):
        return type(value).__name__, [(key, plain(entry)) for key, entry in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return type(value).__name__, [plain(entry) for entry in value]
    if isinstance(value, str):
        return _neutral(value)
    return value


def _neutral(text: str) -> str:
    return re.sub(r"\bminitorch\.(_tensor\.|types\.)?", "torch.", text)
