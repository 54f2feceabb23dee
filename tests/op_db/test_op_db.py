"""Every operation of the pass list still passes, on a few samples of each dtype. PyTorch: test/test_ops.py.

All samples: `python -m tests.op_db.report`.
"""

import pytest

pytest.importorskip("torch", reason="PyTorch's database of operations is in its wheel")
pytest.importorskip("expecttest", reason="PyTorch's testing package needs expecttest")

from op_db import checks, passes
from op_db.database import entries

SAMPLES = 3


@pytest.mark.parametrize("name", passes.read())
def test_operation(name):
    tallies = checks.run(entries()[name], passes.read()[name], limit=SAMPLES)
    wrong = [f"{check}: {each[0]} {each[1]}" for check, tally in tallies.items() for each in tally.failures]
    assert not wrong, "\n".join(wrong)
