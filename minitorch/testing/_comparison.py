"""assert_close: equal up to what rounding may do. PyTorch: torch/testing/_comparison.py."""

import cmath
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import minitorch
from minitorch import Tensor

TOLERANCES = {minitorch.float16: (1e-3, 1e-5), minitorch.float32: (1.3e-6, 1e-5), minitorch.float64: (1e-7, 1e-7)}
"""(relative, absolute) where the caller says nothing; 0 for integers and bool."""


class Options(NamedTuple):
    """What assert_close was told."""

    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_dtype: bool
    check_stride: bool

    def tolerances(self, *dtypes) -> tuple[float, float]:
        """Relative and absolute: the caller's, or the widest of these dtypes."""
        if self.rtol is not None:
            return self.rtol, self.atol
        known = [TOLERANCES.get(dtype, (0, 0)) for dtype in dtypes]
        return max(rtol for rtol, _ in known), max(atol for _, atol in known)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """AssertionError unless |actual - expected| <= atol + rtol * |expected|, and shapes and dtypes are equal.

    Of tensors, NumPy arrays, numbers, None, and sequences and mappings of these. `msg` is the text of the error, or
    makes it of ours. ValueError for one tolerance without the other, TypeError for anything that cannot be compared.
    PyTorch: torch.testing.assert_close.
    """
    if (rtol is None) != (atol is None):
        missing = "rtol" if rtol is None else "atol"
        raise ValueError(f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}.")
    options = Options(rtol, atol, equal_nan, check_dtype, check_stride)
    if not allow_subclasses and type(actual) is not type(expected):
        problem = f"The (d)types do not match: {type(actual)} != {type(expected)}."
    else:
        problem = _difference(actual, expected, options, ())
    if problem:
        raise AssertionError(msg(problem) if callable(msg) else msg or problem)


def assert_allclose(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None, equal_nan: bool = True, msg=""
) -> None:
    """As assert_close, without a look at dtypes. PyTorch: torch.testing.assert_allclose (deprecated)."""
    expected = expected if isinstance(expected, Tensor) else minitorch.tensor(expected)
    actual = actual if isinstance(actual, Tensor) else minitorch.tensor(actual, dtype=expected.dtype)
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None)


def _difference(actual: Any, expected: Any, options: Options, place: tuple) -> str | None:
    """What is wrong, in PyTorch's words, or None; `place` is the way to here through containers."""
    if _are(Sequence, actual, expected) and not isinstance(actual, str) and not isinstance(expected, str):
        if len(actual) != len(expected):
            return _at(place, f"The length of the sequences mismatch: {len(actual)} != {len(expected)}")
        pairs = [(actual[key], expected[key], key) for key in range(len(actual))]
    elif _are(Mapping, actual, expected):
        if actual.keys() != expected.keys():
            return _at(
                place,
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(expected.keys() - actual.keys())}\n"
                f"Additional keys in the actual mapping: {sorted(actual.keys() - expected.keys())}",
            )
        pairs = [(actual[key], expected[key], key) for key in actual]
    else:
        problem = _difference_of_leaves(actual, expected, options)
        return problem and _at(place, problem)
    return next(filter(None, (_difference(mine, theirs, options, (*place, key)) for mine, theirs, key in pairs)), None)


def _at(place: tuple, problem: str) -> str:
    where = "".join(f"[{key!r}]" for key in place)
    return f"{problem}\n\nThe failure occurred for item {where}" if place else problem


def _are(kind: type, *values: Any) -> bool:
    return all(isinstance(each, kind) for each in values)


def _difference_of_leaves(actual: Any, expected: Any, options: Options) -> str | None:
    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    if _are(bool | np.bool_, actual, expected):
        return None if actual == expected else f"Booleans mismatch: {actual} is not {expected}"
    if _are(int | float | complex | np.number, actual, expected):
        return _difference_of_numbers(actual, expected, options)
    if _are(Tensor | np.ndarray, actual, expected):
        return _difference_of_tensors(minitorch.as_tensor(actual), minitorch.as_tensor(expected), options)
    raise TypeError(
        f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}."
    )


def _difference_of_numbers(actual: Any, expected: Any, options: Options) -> str | None:
    if options.check_dtype and type(actual) is not type(expected):
        return f"The (d)types do not match: {type(actual)} != {type(expected)}."
    kind = {float: minitorch.float64, int: minitorch.int64}
    rtol, atol = options.tolerances(kind.get(type(actual), minitorch.float64), kind.get(type(expected), minitorch.float64))
    difference = abs(actual - expected)
    if actual == expected or (options.equal_nan and cmath.isnan(actual) and cmath.isnan(expected)):
        return None
    if difference <= atol + rtol * abs(expected) and cmath.isfinite(difference):
        return None
    return _of_numbers(actual, expected, rtol, atol)


def _of_numbers(actual: Any, expected: Any, rtol: float, atol: float) -> str:
    difference = abs(actual - expected)
    relative = difference / abs(expected) if expected else math.inf
    exact = not (rtol or atol)
    return "\n".join(
        [
            f"Scalars are not {'equal' if exact else 'close'}!\n",
            f"Expected {expected} but got {actual}.",
            f"Absolute difference: {difference}{_allowed(exact, atol)}",
            f"Relative difference: {relative}{_allowed(exact, rtol)}",
        ]
    )


def _difference_of_tensors(actual: Tensor, expected: Tensor, options: Options) -> str | None:
    attributes = [("shape", actual.shape, expected.shape)]
    if options.check_dtype:
        attributes.append(("dtype", actual.dtype, expected.dtype))
    if options.check_stride:
        attributes.append(("stride()", actual.stride(), expected.stride()))
    for name, mine, theirs in attributes:
        if mine != theirs:
            return f"The values for attribute '{name}' do not match: {mine} != {theirs}."
    rtol, atol = options.tolerances(actual.dtype, expected.dtype)
    actual, expected = actual.detach(), expected.detach()
    if actual.dtype != expected.dtype:
        dtype = minitorch.promote_types(actual.dtype, expected.dtype)
        actual, expected = actual.to(dtype), expected.to(dtype)
    matches = minitorch.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=options.equal_nan)
    if matches.all():
        return None
    if actual.dim() == 0:
        return _of_numbers(actual.item(), expected.item(), rtol, atol)
    return _of_tensors(actual, expected, matches, rtol, atol)


def _of_tensors(actual: Tensor, expected: Tensor, matches: Tensor, rtol: float, atol: float) -> str:
    """How many elements differ, and where most."""
    if not actual.is_floating_point():
        actual, expected = actual.to(minitorch.int64), expected.to(minitorch.int64)
    absolute = minitorch.abs(actual - expected)
    relative = absolute / minitorch.abs(expected)
    wrong, exact = matches.numel() - int(matches.sum()), not (rtol or atol)
    lines = [
        f"Tensor-likes are not {'equal' if exact else 'close'}!\n",
        f"Mismatched elements: {wrong} / {matches.numel()} ({wrong / matches.numel():.1%})",
    ]
    for name, difference, tolerance in (("absolute", absolute, atol), ("relative", relative, rtol)):
        difference = minitorch.where(matches, minitorch.zeros_like(difference), difference).flatten()
        place = int(difference.argmax())
        index = tuple(int(each) for each in np.unravel_index(place, matches.shape))
        lines.append(
            f"Greatest {name} difference: {difference[place].item()} at index {index}{_allowed(exact, tolerance)}"
        )
    return "\n".join(lines)


def _allowed(exact: bool, tolerance: float) -> str:
    return "" if exact else f" (up to {tolerance} allowed)"
