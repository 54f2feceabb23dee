"""The verdict of `minitorch compare`: what must agree, what not. PyTorch: torch/testing/_comparison.py."""

import copy

import numpy as np
import pytest

from minitorch.cli.comparison import Comparison, difference, first_difference
from minitorch.cli.report import all_sections, excerpt, save_json, some
from minitorch.cli.side import Side


@pytest.fixture
def sides():
    """Two equal sides: 230 falling losses in 10 epochs, and two gradients."""
    side = Side("torch", "PyTorch", "1.0", threads=2)
    side.losses = [2.3 * 0.98**step for step in range(230)]
    side.epochs = [1 + 2 * (step // 23) for step in range(230)]
    side.times = [0.01 * step for step in range(230)]
    side.printed = ["Epoch [1/2], Loss: 0.1234", "Acc: 97.50%"]
    side.gradients = {"weight": np.array([0.5, -1.0]), "bias": np.array([1e-9])}
    side.generator = "00ff"
    return side, copy.deepcopy(side)


def reasons(sides, tolerance=None):
    return Comparison(*sides, tolerance).reasons


def test_equal_sides_agree(sides):
    assert reasons(sides) == []
    assert reasons(sides, tolerance=0.0) == []


@pytest.mark.parametrize(
    "step, change, agrees", [(0, 9e-7, True), (0, 2e-6, False), (9, 9e-5, True), (9, 2e-4, False)]
)
def test_the_first_ten_losses_have_firm_limits(sides, step, change, agrees):
    sides[1].losses[step] += change
    assert (reasons(sides) == []) is agrees


def test_later_losses_are_judged_by_their_means_or_by_the_tolerance(sides):
    """One loss far off is no reason, fifty are; with a tolerance every loss counts."""
    sides[1].losses[120] += 0.3
    assert reasons(sides) == []
    assert reasons(sides, tolerance=0.1) == ["loss at all 230 steps: 3.0e-01 apart, limit 1.0e-01"]
    sides[1].losses[100:150] = [loss + 0.3 for loss in sides[1].losses[100:150]]
    (reason,) = reasons(sides)
    assert reason.startswith("means of 50 losses: 3.1e-01 apart")


def test_losses_that_are_not_numbers(sides):
    """NaN on both sides is equal, on one side a difference."""
    sides[0].losses[3] = sides[1].losses[3] = float("nan")
    assert reasons(sides) == []
    sides[1].losses[120] = float("nan")
    (reason,) = reasons(sides)
    assert reason.startswith("means of 50 losses: inf apart")


def test_gradients_generators_steps_and_failures_are_judged(sides):
    first, second = sides
    second.gradients["weight"] = np.array([0.5, -1.0002])
    second.gradients["bias"] = np.array([9e-7])  # nearly nothing beside the largest gradient
    second.generator = "00fe"
    second.losses.pop()
    second.status = 1
    assert reasons(sides) == [
        "PyTorch ended with exit status 1",
        "230 steps against 229",
        "step 1 grad weight: 2.0e-04 apart, limit 1.0e-04",
        "the states of the random number generators differ at the end",
    ]
    del second.gradients["bias"]
    assert "the parameters with a gradient, or their shapes, are not the same" in reasons(sides)


def test_a_script_without_backward_is_judged_by_what_it_prints(sides):
    for side in sides:
        side.losses, side.epochs, side.times, side.gradients = [], [], [], {}
    assert reasons(sides) == []
    sides[1].printed[1] = "Acc: 97.51%"
    assert reasons(sides) == ["no backward() to compare, and the printed text differs"]


def test_printed_text(sides):
    """The first character that differs, counted from 1; a missing line differs at its first character."""
    first, second = sides
    assert first_difference(first.printed, second.printed) is None
    second.printed[0] = "Epoch [1/2], Loss: 0.1244"
    assert first_difference(first.printed, second.printed) == (1, 24)
    assert first_difference(["a", "b"], ["a"]) == (2, 1)
    assert first_difference(["a"], ["ab"]) == (1, 2)
    assert reasons(sides) == []
    rows = {row.what: row for section in all_sections(Comparison(*sides)) for row in section}
    assert rows["line 1"].first == "Epoch [1/2], Loss: 0.1234"
    assert rows["printed lines"].difference == "line 1, column 24"


def test_rows_of_the_table(sides):
    """A row for each epoch, whatever numbers its passes have; the ratio is second over first."""
    sides[1].times = [0.5 * time for time in sides[1].times]
    rows = {row.what: row for section in all_sections(Comparison(*sides)) for row in section}
    assert [name for name in rows if "epoch" in name] == [f"loss, epoch {i}" for i in range(1, 11)]
    assert rows["loss, epoch 1"].first == f"{np.mean(sides[0].losses[:23]):.6f}"
    assert (rows["time per step (median)"].first, rows["time per step (median)"].difference) == (
        "10 ms",
        "x 0.50",
    )
    assert rows["losses that differ as .4f"].difference == "0 of 230"
    assert rows["generator state at the end"].good is True


def test_helpers():
    assert difference(np.array([1.0, np.inf, np.nan]), np.array([1.5, np.inf, 0.0])).tolist() == [
        0.5,
        0,
        np.inf,
    ]
    assert some(3) == [0, 1, 2] and len(some(1000)) == 20 and some(1000)[-1] == 999
    assert excerpt("short") == "short"
    assert "x" in excerpt("a" * 50 + "x" + "b" * 50, column=51)


def test_json_has_no_nan(sides, tmp_path):
    import json

    sides[0].losses[3] = float("nan")
    file = tmp_path / "out.json"
    save_json(Comparison(*sides), str(file), "script.py", [])

    def refuse(constant):
        raise AssertionError(constant)

    document = json.loads(file.read_text(), parse_constant=refuse)
    assert document["sides"][0]["losses"][3] is None and document["agree"] is False
