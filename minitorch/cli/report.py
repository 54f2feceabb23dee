"""The table, the picture and the JSON file of `minitorch compare`. PyTorch: none."""

import dataclasses
import hashlib
import importlib.util
import json
import math
import sys

import numpy as np

from minitorch.cli.comparison import Check, Comparison, largest
from minitorch.cli.side import Side

MOST_ROWS = 20
"""A section with more rows than this shows so many of them."""
LONGEST = 26
"""Longer printed lines are cut."""


@dataclasses.dataclass
class Row:
    """One line of the table. `good` is None where nothing was judged."""

    what: str
    first: str = ""
    second: str = ""
    difference: str = ""
    good: bool | None = None


def print_table(comparison: Comparison) -> None:
    """One table on standard output: in colours on a terminal with rich, otherwise aligned with blanks."""
    titles = [comparison.first, comparison.second]
    head = Row("", *(f"{side.title} {side.version}" for side in titles), "|difference|")
    sections = [section for section in all_sections(comparison) if section]
    if sys.stdout.isatty() and importlib.util.find_spec("rich"):
        print_rich(head, sections)
    else:
        print_plain(head, sections)


def all_sections(comparison: Comparison) -> list[list[Row]]:
    return [
        epoch_rows(comparison),
        loss_rows(comparison),
        gradient_rows(comparison),
        printed_rows(comparison),
        state_rows(comparison),
        time_rows(comparison),
    ]


def epoch_rows(comparison: Comparison) -> list[Row]:
    """The mean loss of every epoch; for a script without epochs, or with only one, the loss of some steps."""
    epochs = np.array(comparison.first.epochs[: comparison.steps])
    numbers = np.unique(epochs[epochs > 0])
    means = [comparison.losses[:, epochs == number].mean(axis=1) for number in numbers]
    rows = [loss_row(f"epoch {i + 1}", *means[i]) for i in some(len(means))]
    if len(rows) < 2:
        rows += [loss_row(f"step {i + 1}", *comparison.losses[:, i]) for i in some(comparison.steps)]
    return rows


def loss_row(when: str, one: float, other: float) -> Row:
    return Row(f"loss, {when}", f"{one:.6f}", f"{other:.6f}", f"{abs(one - other):.1e}")


def loss_rows(comparison: Comparison) -> list[Row]:
    if not comparison.steps:
        return [Row("loss", "no backward()", "no backward()")]
    rows = [check_row(check.name, check) for check in comparison.loss_checks]
    differing = comparison.printed_losses_differ()
    where = f"first at step {differing[0]}" if differing else ""
    rows.append(Row("losses that differ as .4f", "", where, f"{len(differing)} of {comparison.steps}"))
    return rows


def gradient_rows(comparison: Comparison) -> list[Row]:
    """Every parameter; of a large model, those that are farthest apart for their size."""
    checks = comparison.gradient_checks
    names = list(checks)
    if len(names) > MOST_ROWS:
        worst = sorted(names, key=lambda name: -checks[name].value / (checks[name].limit or 1))[:MOST_ROWS]
        names = [name for name in names if name in worst]
    rows = [check_row(f"step 1 grad {name}", checks[name]) for name in names]
    for row, name in zip(rows, names):
        row.first = f"max {largest(comparison.first.gradients[name]):.2e}"
    return rows


def printed_rows(comparison: Comparison) -> list[Row]:
    first, second = comparison.first.printed, comparison.second.printed
    rows = []
    place = comparison.printed_difference
    if place is None:
        rows.append(Row("printed lines", str(len(first)), str(len(second)), "equal"))
    else:
        line, column = place
        rows.append(Row("printed lines", str(len(first)), str(len(second)), f"line {line}, column {column}"))
        a, b = (lines[line - 1] if line <= len(lines) else "(nothing)" for lines in (first, second))
        rows.append(Row(f"line {line}", excerpt(a, column), excerpt(b, column)))
    if first and second and (place is None or place[0] < max(len(first), len(second))):
        rows.append(Row("last line", excerpt(first[-1]), excerpt(second[-1])))
    return rows


def state_rows(comparison: Comparison) -> list[Row]:
    equal = comparison.generators_equal
    one, other = (fingerprint(side) for side in (comparison.first, comparison.second))
    return [Row("generator state at the end", one, other, "equal" if equal else "DIFFERENT", equal)]


def time_rows(comparison: Comparison) -> list[Row]:
    """A step lasts from one backward() to the next; the median leaves out evaluation and compilation."""
    first, second = comparison.first, comparison.second

    def row(what: str, one: float, other: float) -> Row:
        ratio = f"x {other / one:.2f}" if one > 0 and other > 0 else ""
        return Row(what, seconds(one), seconds(other), ratio)

    rows = []
    if not math.isnan(comparison.ratio):
        rows.append(row("time per step (median)", first.step_seconds, second.step_seconds))
        rows.append(row("time per step (fastest tenth)", first.fast_step_seconds, second.fast_step_seconds))
    if first.times and second.times:
        rows.append(row("time to the first step", first.times[0], second.times[0]))
    rows.append(row("whole script", first.seconds, second.seconds))
    rows.append(Row("threads", str(first.threads), str(second.threads)))
    return rows


def print_rich(head: Row, sections: list[list[Row]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(head.what, no_wrap=True)
    for title in (head.first, head.second, head.difference):
        table.add_column(title, justify="right")
    for section in sections:
        for row in section:
            colour = {None: "", True: "green", False: "bold red"}[row.good]
            table.add_row(Text(row.what), Text(row.first), Text(row.second), Text(row.difference, colour))
        table.add_section()
    Console().print(table)


def print_plain(head: Row, sections: list[list[Row]]) -> None:
    rows = [head, *(row for section in sections for row in section)]
    cells = [(row.what, row.first, row.second, row.difference) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    rule = "-" * (sum(widths) + 6)

    def line(row: Row) -> str:
        numbers = zip((row.first, row.second, row.difference), widths[1:])
        return "  ".join(
            [row.what.ljust(widths[0]), *(text.rjust(width) for text, width in numbers)]
        ).rstrip()

    print(line(head))
    for section in sections:
        print(rule)
        for row in section:
            print(line(row))
    print(rule)


def save_json(comparison: Comparison, file: str, script: str, arguments: list[str]) -> None:
    """Everything the table says and every loss, for another program. NaN and infinity become null."""

    def plain(value):
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    def side(side: Side) -> dict:
        fields = (
            "library",
            "version",
            "threads",
            "losses",
            "epochs",
            "times",
            "printed",
            "seconds",
            "status",
        )
        values = {name: getattr(side, name) for name in fields}
        return {
            **values,
            "step_seconds": side.step_seconds,
            "fast_step_seconds": side.fast_step_seconds,
            "generator": fingerprint(side),
        }

    def check(check: Check) -> dict:
        return {"difference": check.value, "limit": check.limit}

    document = {
        "script": script,
        "arguments": arguments,
        "agree": not comparison.reasons,
        "reasons": comparison.reasons,
        "sides": [side(comparison.first), side(comparison.second)],
        "losses": {item.name: check(item) for item in comparison.loss_checks},
        "gradients": {name: check(item) for name, item in comparison.gradient_checks.items()},
        "printed_losses_differ": comparison.printed_losses_differ(),
        "printed_difference": comparison.printed_difference,
        "generators_equal": comparison.generators_equal,
        "ratio": comparison.ratio,
    }
    with open(file, "w", encoding="utf-8") as stream:
        json.dump(plain(document), stream, indent=1, allow_nan=False)
        stream.write("\n")


def save_plot(comparison: Comparison, file: str, script: str) -> None:
    """Both loss curves, and below them their difference on a logarithmic scale."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")
    curves, gap = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    steps = np.arange(1, comparison.steps + 1)
    curves.plot(steps, comparison.losses[0], label=comparison.first.title, linewidth=2.5, alpha=0.6)
    curves.plot(steps, comparison.losses[1], label=comparison.second.title, linewidth=1, color="black")
    curves.set(ylabel="loss", title=script)
    curves.legend()
    apart = comparison.loss_difference
    gap.plot(steps, np.where(apart > 0, apart, np.nan), ".", markersize=4, color="tab:red")
    if (apart[np.isfinite(apart)] > 0).any():
        gap.set_yscale("log")
    gap.set(xlabel="step", ylabel="|difference|")
    gap.set_title(f"{(apart == 0).sum()} of {len(apart)} losses are equal", fontsize="small", loc="left")
    figure.savefig(file, dpi=120)


def check_row(what: str, check: Check) -> Row:
    limit = "" if check.limit is None else f"limit {check.limit:.1e}"
    return Row(what, "", limit, f"{check.value:.1e}", check.good)


def excerpt(text: str, column: int = 1) -> str:
    """At most LONGEST characters of a line, among them the one at `column` (from 1)."""
    start = max(0, min(column - LONGEST // 2, len(text) - LONGEST))
    end = start + LONGEST
    return ("..." if start else "") + text[start:end].strip() + ("..." if end < len(text) else "")


def fingerprint(side: Side) -> str:
    """The first digits of a hash of the generator's state."""
    return "?" if side.generator is None else hashlib.sha256(bytes.fromhex(side.generator)).hexdigest()[:12]


def seconds(value: float) -> str:
    """A duration with a fitting unit: `25.1 ms`."""
    if value >= 1:
        return f"{value:.3g} s"
    return f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} us"


def some(count: int) -> list[int]:
    """All of range(count), or MOST_ROWS of it, evenly spread, with both ends."""
    if count <= MOST_ROWS:
        return list(range(count))
    return sorted({round(i) for i in np.linspace(0, count - 1, MOST_ROWS)})
