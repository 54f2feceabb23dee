"""The pass list: the operations of the database, and the checks that each passes. It only grows. PyTorch: none."""

import functools
from pathlib import Path

from op_db.checks import CHECKS

FILE = Path(__file__).with_name("passes.txt")


def read() -> dict[str, tuple[str, ...]]:
    """The checks that each listed operation passes."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    return {words[0]: tuple(words[1:]) for words in map(str.split, lines) if words}


@functools.cache
def read_once() -> dict[str, tuple[str, ...]]:
    """As read, for a list that does not change any more."""
    return read()


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
