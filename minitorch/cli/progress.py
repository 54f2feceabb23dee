"""What `minitorch compare` shows while a side runs. PyTorch: none.

Every line the script prints, with the library's name before it. On a terminal with rich also a bar:
step, loss, time per step, and for the second side how far its loss is from the first side's.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minitorch.cli.side import Side

QUIET = 10.0
"""Seconds of silence after which plain progress prints a line of its own."""


class Progress:
    """Plain lines, on standard error: the table alone goes to standard output."""

    def begin(self, side: Side, first: Side | None) -> None:
        """`side` starts; `first` is the side that has finished, if any."""
        self.said = time.monotonic()
        self.show(side, f"{side.title} starts")

    def line(self, side: Side, line: str) -> None:
        self.said = time.monotonic()
        self.show(side, line)

    def update(self, side: Side) -> None:
        if side.losses and time.monotonic() - self.said > QUIET:
            self.line(side, f"step {len(side.losses)}, loss {side.losses[-1]:.4f}")

    def end(self) -> None:
        """The side has finished or was interrupted."""

    def show(self, side: Side, line: str) -> None:
        print(f"{side.library:>9} | {line}", file=sys.stderr, flush=True)


class RichProgress(Progress):
    """Lines as above, and a bar that rich keeps at the bottom of the terminal."""

    def __init__(self):
        from rich.console import Console

        self.console = Console(stderr=True)

    def begin(self, side: Side, first: Side | None) -> None:
        from rich import progress

        self.first = first
        self.bar = progress.Progress(
            progress.TextColumn("{task.description:>9}"),
            progress.BarColumn(bar_width=20),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("{task.fields[text]}"),
            console=self.console,
            refresh_per_second=5,
        )
        total = len(first.losses) or None if first else None
        self.task = self.bar.add_task(side.library, total=total, text="starting")
        self.bar.start()

    def update(self, side: Side) -> None:
        steps = len(side.losses)
        if not steps:
            return
        text = f"loss {side.losses[-1]:.4f}"
        if steps > 1:
            text += f"  {1000 * side.step_seconds:.2f} ms/step"
        if self.first and steps <= len(self.first.losses):
            text += f"  difference {abs(side.losses[-1] - self.first.losses[steps - 1]):.1e}"
        self.bar.update(self.task, completed=steps, text=text)

    def end(self) -> None:
        self.bar.stop()

    def show(self, side: Side, line: str) -> None:
        self.console.print(f"{side.library:>9} | {line}", markup=False, highlight=False)


def make_progress() -> Progress:
    """A bar where standard error is a terminal and rich is installed, otherwise plain lines."""
    if sys.stderr.isatty() and importlib.util.find_spec("rich"):
        return RichProgress()
    return Progress()
