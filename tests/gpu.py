"""Kernels of the GPU beside those of the CPU: on the simulator, or compiled and not run. PyTorch: test/test_ops.py.

`agree("add", x, y, dtype=...)` calls `kernels.cpu.add` and `kernels.cuda.add` with the same NumPy arrays and compares
what they return and what they leave in their arguments: values, dtype, shape, strides. A file of `tests/cuda/simulated`
is run twice: once in Numba's simulator, and once with every launch compiled for two GPUs instead of run, where nothing
is compared.
"""

import os
from collections.abc import Callable

import numpy as np

COMPILED_ONLY = os.environ.get("MINITORCH_CUDA") == "compile"


def agree(
    kernel: str | Callable,
    *arguments,
    rtol: float = 0.0,
    atol: float = 0.0,
    ulps: float | None = None,
    strides: bool = True,
    **options,
):
    """Compare one call; returns what the GPU's kernel returned, as NumPy arrays.

    With `ulps`, numbers of float32 are compared with what the CPU's kernel computes in float64: no error may be more than
    so many last bits of the largest number in the result.
    """
    from minitorch.kernels import cpu, cuda

    find = kernel if callable(kernel) else lambda module: getattr(module, kernel)
    given = [_copied(each) for each in arguments]
    sent = [_sent(each) for each in arguments]
    expected = find(cpu)(*given, **{name: _copied(each) for name, each in options.items()})
    actual = find(cuda)(*sent, **{name: _sent(each) for name, each in options.items()})
    fetched = _fetched(actual, cuda)
    if not COMPILED_ONLY:
        _compare(fetched, expected, rtol, atol if ulps is None else 1e30, strides, str(kernel))
        if ulps is not None:
            truth = find(cpu)(*[_widened(each) for each in arguments], **options)
            _compare_with_truth(fetched, truth, ulps * np.finfo(np.float32).eps, str(kernel))
        for place, (mine, theirs) in enumerate(zip(sent, given)):
            _compare(_fetched(mine, cuda), theirs, rtol, atol, False, f"argument {place} of {kernel}")
    return fetched


def _copied(value):
    if isinstance(value, np.ndarray):
        return np.lib.stride_tricks.as_strided(_line(value), value.shape, value.strides)
    return type(value)(map(_copied, value)) if isinstance(value, (list, tuple)) else value


def _widened(value):
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype == np.float32 else value.copy()
    return type(value)(map(_widened, value)) if isinstance(value, (list, tuple)) else value


def _compare_with_truth(actual, truth, allowed: float, what: str) -> None:
    if isinstance(truth, (list, tuple)):
        for mine, right in zip(actual, truth):
            _compare_with_truth(mine, right, allowed, what)
    elif isinstance(truth, np.ndarray):
        finite = truth[np.isfinite(truth)]
        largest = np.abs(finite).max(initial=0.0)
        np.testing.assert_allclose(actual, truth, 0, allowed * largest, equal_nan=True, err_msg=what)


def _sent(value):
    from minitorch.kernels import cuda

    if isinstance(value, np.ndarray):
        steps = tuple([step // value.itemsize for step in value.strides])
        return cuda.window(cuda.from_host(_line(value)).view(np.uint8), value.dtype, value.shape, steps, 0)
    return type(value)(map(_sent, value)) if isinstance(value, (list, tuple)) else value


def _line(value: np.ndarray) -> np.ndarray:
    """The memory under an array, gaps filled with zeros, as a line of elements."""
    steps = [step // value.itemsize for step in value.strides]
    reach = 1 + sum((size - 1) * step for size, step in zip(value.shape, steps)) if value.size else 0
    line = np.zeros(reach, value.dtype)
    np.lib.stride_tricks.as_strided(line, value.shape, value.strides)[...] = value
    return line


def _fetched(value, cuda):
    from minitorch.kernels.cuda.array import DeviceArray

    if isinstance(value, DeviceArray):
        return cuda.to_host(value)
    return type(value)([_fetched(each, cuda) for each in value]) if isinstance(value, (list, tuple)) else value


def _compare(actual, expected, rtol: float, atol: float, strides: bool, what: str) -> None:
    if isinstance(expected, (list, tuple)):
        assert len(actual) == len(expected), what
        for mine, theirs in zip(actual, expected):
            _compare(mine, theirs, rtol, atol, strides, what)
    elif isinstance(expected, np.ndarray):
        assert isinstance(actual, np.ndarray), f"{what}: {type(actual)}"
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape), what
        np.testing.assert_allclose(
            actual.astype(np.float64), expected.astype(np.float64), rtol, atol, equal_nan=True, err_msg=what
        )
        if strides and expected.size:
            mine, theirs = (
                [step for step, size in zip(each.strides, each.shape) if size > 1] for each in (actual, expected)
            )
            assert mine == theirs, f"{what}: strides"
    else:
        assert actual == expected or (actual != actual and expected != expected), what
