"""What `minitorch bench` shows while it measures. PyTorch: none."""

from __future__ import annotations

import importlib.util
import sys

from minitorch.cli.bench.fresh import Figure
from minitorch.cli.bench.race import Result
from minitorch.cli.report import seconds


class Show:
    """One plain line for each case that is done, on standard error."""

    def __init__(self, cases: int):
        self.cases = cases

    def __enter__(self) -> Show:
        return self

    def __exit__(self, *unused) -> None:
        pass

    def say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def begin(self, name: str) -> None:
        """A case starts: it is prepared, which compiles kernels when they are needed for the first time."""

    def update(self, result: Result) -> None:
        """A round is done."""

    def done(self, result: Result | Figure) -> None:
        self.say(f"{result.name}: {in_short(result)}")


class RichShow(Show):
    """A bar that rich keeps at the bottom of the terminal, with the ratio so far."""

    def __init__(self, cases: int):
        from rich import progress
        from rich.console import Console

        super().__init__(cases)
        self.bar = progress.Progress(
            progress.BarColumn(bar_width=20),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            refresh_per_second=4,  # seldom enough to leave the cores to the cases
            transient=True,
        )
        self.task = self.bar.add_task("machine", total=cases)

    def __enter__(self) -> Show:
        self.bar.start()
        return self

    def __exit__(self, *unused) -> None:
        self.bar.stop()

    def say(self, line: str) -> None:
        self.bar.console.print(line, markup=False, highlight=False)

    def begin(self, name: str) -> None:
        self.bar.update(self.task, description=name)

    def update(self, result: Result) -> None:
        self.bar.update(self.task, description=f"{result.name}: {in_short(result)}")

    def done(self, result: Result | Figure) -> None:
        self.bar.advance(self.task)


def make_show(cases: int) -> Show:
    """A bar where standard error is a terminal and rich is installed, otherwise plain lines."""
    return RichShow(cases) if sys.stderr.isatty() and importlib.util.find_spec("rich") else Show(cases)


def in_short(result: Result | Figure) -> str:
    """`PyTorch 21 ms, minitorch 9.8 ms, ratio 0.47`, or what went wrong."""
    parts = [f"{title} {text}" for title, text in zip(("PyTorch", "minitorch"), numbers(result)) if text]
    if isinstance(result, Figure):
        return ", ".join(parts + ([result.error] if result.error else []))
    if result.ratio:
        parts.append(f"ratio {result.ratio[1]:.2f}")
    return ", ".join(parts + result.errors)


def numbers(result: Result | Figure) -> list[str]:
    """PyTorch's number and minitorch's, with their unit; empty where there is none."""
    if isinstance(result, Figure):
        unit = seconds if result.unit == "s" else megabytes
        return [unit(value) if value else "" for value in (result.torch, result.minitorch)]
    return [seconds(side.median) if side else "" for side in (result.torch, result.minitorch)]


def megabytes(size: float) -> str:
    return f"{size / 1e6:.0f} MB"
