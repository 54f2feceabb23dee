"""docs/coverage.md: what of PyTorch's database of operations passes, and why the rest does not. PyTorch: none."""

from pathlib import Path

import torch

from op_db import passes
from op_db.checks import CHECKS
from op_db.database import why_outside

FILE = Path(__file__).parent.parent.parent / "docs" / "coverage.md"


def write(results: dict, listed: dict[str, tuple[str, ...]]) -> None:
    """Write the table of what was run, and of what passes.txt lists."""
    inside = {name: each for name, each in results.items() if why_outside(name) is None}
    outside = {name: each for name, each in results.items() if why_outside(name) is not None}
    passed, total = passes.errors(inside)
    agree, every = sum(map(passes.agrees, inside.values())), sum(map(passes.passes_all, inside.values()))
    lines = [
        "# Coverage",
        "",
        f"PyTorch's own database of operations (`op_db`, torch {torch.__version__.split('+')[0]}), run by",
        "`python -m tests.op_db.report`, which writes this file. What each check compares is said in `tests/op_db/checks.py`.",
        "",
        f"* **{agree} of the {len(inside)}** dense, real-valued entries agree on every sample: values, dtypes, strides, gradients.",
        f"* {every} of them also pass every other check: second derivatives, `out=`, in-place, method, error inputs.",
        f"* **{passed} of {total}** of their error inputs raise PyTorch's type with a text that its pattern matches.",
        f"* Of the {len(outside)} entries out of scope, {sum(map(passes.agrees, outside.values()))} agree.",
        "",
        "## In scope",
        "",
        "| operation | passes | does not, and why |",
        "|---|---|---|",
        *[_row(name, inside[name], listed.get(name, ())) for name in sorted(inside)],
        "",
        "## Out of scope",
        "",
        "| operation | why it is | passes | does not, and why |",
        "|---|---|---|---|",
        *[_row(name, outside[name], listed.get(name, ()), why_outside(name)) for name in sorted(outside)],
    ]
    FILE.write_text("\n".join(lines) + "\n")


def _row(name: str, result, listed: tuple[str, ...], reason: str | None = None) -> str:
    first = f"| {name} |" if reason is None else f"| {name} | {reason} |"
    if isinstance(result, str):
        return f"{first} | {_cell(result)} |"
    good = [
        check
        for check in CHECKS
        if (check in result and result[check].total and result[check].good) or (check not in result and check in listed)
    ]
    bad = [
        f"{check} ({tally.total - tally.passed} of {tally.total}): {_cell(tally.failures[0][0])}"
        for check, tally in result.items()
        if tally.failures
    ]
    everything = "everything" if good and not bad else ", ".join(good)
    return f"{first} {everything} | {'<br>'.join(bad)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")[:160]
