"""Every operation of the pass list still passes, on a few samples of each dtype. PyTorch: test/test_ops.py.

All samples: `python -m tests.op_db.report`.
"""

import re
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="PyTorch's database of operations is in its wheel")
pytest.importorskip("expecttest", reason="PyTorch's testing package needs expecttest")

from op_db import checks, gradgrad, passes
from op_db.database import entries

SAMPLES = 3
SECOND_DERIVATIVES = 8  # every so manieth entry: the whole list takes two minutes


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("name", passes.read())
def test_operation(name):
    tallies = checks.run(entries()[name], passes.read()[name], limit=SAMPLES)
    wrong = [f"{check}: {each[0]} {each[1]}" for check, tally in tallies.items() for each in tally.failures]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", gradgrad.read()[::SECOND_DERIVATIVES])
def test_second_derivative(name):
    """Finite differences, in float64. All of them: `python -m tests.op_db.gradgrad`."""
    assert gradgrad.run(name) is None


def test_the_table_has_a_row_for_every_entry():
    import torch

    text = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text()
    version = torch.__version__.split("+")[0]
    if f"torch {version})" not in text:
        pytest.skip(f"docs/coverage.md was not written with torch {version}")
    assert sorted(re.findall(r"^\| (\S+) \|", text, re.MULTILINE)) == sorted([*entries(), "operation", "operation"])
