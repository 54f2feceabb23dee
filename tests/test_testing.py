"""assert_close says what PyTorch's says; make_tensor draws what PyTorch's draws. Oracle: torch.testing."""

import numpy as np
import pytest
from helpers import check, needs_torch, torch

import minitorch
import minitorch.testing

CASES = {
    "equal": lambda lib: (lib.ones(2), lib.ones(2)),
    "values": lambda lib: (lib.ones(2, 2), lib.tensor([[1.0, 2.0], [1.0, 1.0]])),
    "shapes": lambda lib: (lib.ones(2), lib.ones(3)),
    "dtypes": lambda lib: (lib.ones(2), lib.ones(2).double()),
    "integers": lambda lib: (lib.ones(2).int(), lib.tensor([1, 2]).int()),
    "truths": lambda lib: (lib.tensor([True]), lib.tensor([False])),
    "no dimensions": lambda lib: (lib.tensor(1.0), lib.tensor(2.0)),
    "floats": lambda lib: (1.0, 2.0),
    "ints": lambda lib: (1, 2),
    "kinds of numbers": lambda lib: (1, 1.0),
    "bools": lambda lib: (True, False),
    "nan": lambda lib: (lib.full((2,), float("nan")), lib.full((2,), float("nan"))),
    "infinity": lambda lib: (lib.ones(3), lib.tensor([1.0, float("inf"), 0.0])),
    "half": lambda lib: (lib.ones(2).half(), lib.ones(2).half() * 1.1),
    "arrays": lambda lib: (np.ones(2), np.zeros(2)),
    "nothing": lambda lib: (None, None),
    "none": lambda lib: (None, 1),
    "lists": lambda lib: ([lib.ones(2), [1, 2]], [lib.ones(2), [1, 3]]),
    "lengths": lambda lib: ([lib.ones(1)], [lib.ones(1), lib.ones(1)]),
    "mappings": lambda lib: ({"a": lib.ones(1)}, {"a": lib.ones(1) + 1}),
    "keys": lambda lib: ({"a": 1}, {"b": 1}),
    "text": lambda lib: ("a", "a"),
}
OPTIONS = [{}, {"rtol": 0, "atol": 0.5}, {"equal_nan": True}, {"check_dtype": False}, {"msg": "mine"}]


def said(lib, case, options) -> str:
    """The error, by name and text, or nothing."""
    try:
        lib.testing.assert_close(*CASES[case](lib), **options)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


@needs_torch
@pytest.mark.parametrize("case", CASES)
def test_assert_close(case):
    """With all options, the same verdict and text."""
    for options in OPTIONS[:-1] if case in ("lengths", "keys") else OPTIONS:  # where PyTorch forgets `msg`
        assert said(minitorch, case, options) == said(torch, case, options)


def test_assert_close_without_an_oracle():
    """Fails where values differ, and says where."""
    minitorch.testing.assert_close(minitorch.ones(2), minitorch.ones(2) + 1e-7)
    with pytest.raises(AssertionError, match=r"Greatest absolute difference: 1.0 at index \(1,\)"):
        minitorch.testing.assert_close(minitorch.ones(2), minitorch.tensor([1.0, 2.0]))
    with pytest.raises(ValueError, match="must be either specified or omitted, but got no atol"):
        minitorch.testing.assert_close(1, 2, rtol=0.1)
    with pytest.raises(AssertionError, match="twice"):
        minitorch.testing.assert_close(1, 2, msg=lambda text: f"twice {text}")


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8", "bool"])
def test_make_tensor(dtype):
    """The same numbers, and as many drawn."""

    def body(lib):
        make, kind = lib.testing.make_tensor, getattr(lib, dtype)
        lib.manual_seed(0)
        made = [make(3, 2, dtype=kind, device="cpu"), make((4,), dtype=kind, device="cpu", noncontiguous=True)]
        return [*made, made[1].stride(), lib.rand(1)]

    check(body, grad=False)
