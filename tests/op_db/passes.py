"""The pass list: the operations of the database, and the checks that each passes. It only grows. PyTorch: none."""

from pathlib import Path

from op_db.checks import CHECKS, CORE
from op_db.database import why_outside

FILE = Path(__file__).with_name("passes.txt")


def read() -> dict[str, tuple[str, ...]]:
    """The checks that each listed operation passes."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    return {words[0]: tuple(words[1:]) for words in map(str.split, lines) if words}


def update(results: dict, write: bool) -> list[str]:
    """Add what passed now; returns what is listed but failed."""
    listed, lost = read(), []
    for name, result in results.items():
        good = () if isinstance(result, str) else tuple(c for c, tally in result.items() if tally.total and tally.good)
        before = listed.get(name, ())
        for check in before:
            if isinstance(result, str):
                lost.append(f"{name}: {result}")
            elif check in result and result[check].failures:
                lost.append(f"{name} {check}: {result[check].failures[0]}")
        both = {*before, *good}
        if both:
            listed[name] = tuple(check for check in CHECKS if check in both)
    if write:
        FILE.write_text("".join(f"{name} {' '.join(listed[name])}\n" for name in sorted(listed)))
    return lost


def agrees(result) -> bool:
    """On every sample, forward and gradient. A check that was not run again is one that the pass list has."""
    return not isinstance(result, str) and all(result[check].good for check in CORE if check in result)


def passes_all(result) -> bool:
    """Every check."""
    return not isinstance(result, str) and all(tally.good for tally in result.values())


def errors(results: dict) -> tuple[int, int]:
    """How many error inputs raise what they should, of how many."""
    tallies = [r["errors"] for r in results.values() if not isinstance(r, str) and "errors" in r]
    return sum(each.passed for each in tallies), sum(each.total for each in tallies)


def summary(results: dict) -> str:
    """The counts in one line."""
    inside = {name: each for name, each in results.items() if why_outside(name) is None}
    passed, total = errors(inside)
    return (
        f"in scope: {sum(map(agrees, inside.values()))} of {len(inside)} agree on every sample, forward and gradient; "
        f"{sum(map(passes_all, inside.values()))} pass every check; {passed} of {total} error inputs; "
        f"all entries: {sum(map(agrees, results.values()))} of {len(results)} agree"
    )
