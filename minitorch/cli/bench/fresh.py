"""What a new process costs: importing the library, its first step, and its memory. PyTorch: test/test_import_stats.py."""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from minitorch.cli.bench.race import Process

FIRST_STEP = "programs/mnist_cnn"
IMPORTS = 5
STEPS = 20
"""Slices before the memory is read: steps enough for a cache of blocks to be full."""


@dataclasses.dataclass
class Figure:
    """One number of each library, in seconds or bytes. The limit is one of minitorch's number, or of the ratio."""

    name: str
    unit: str
    limit: float | None = None
    relative: bool = False
    torch: float | None = None
    minitorch: float | None = None
    error: str | None = None

    @property
    def ratio(self) -> float | None:
        return self.minitorch / self.torch if self.torch and self.minitorch else None

    @property
    def met(self) -> bool | None:
        value = self.ratio if self.relative else self.minitorch
        return None if value is None or self.limit is None else value <= self.limit


def figures(cases: Iterable[str]) -> dict[str, Figure]:
    """What can be measured, by name: the start, and the memory of every program among `cases`."""
    found = [
        Figure("start/import", "s"),
        Figure("start/cold first step of mnist_cnn", "s", limit=25),
        Figure("start/warm first step of mnist_cnn", "s", limit=0.5),
    ]
    for name in cases:
        if name.startswith("programs/"):
            found.append(Figure(f"memory/{name.removeprefix('programs/')}", "B", limit=1, relative=True))
    return {figure.name: figure for figure in found}


class Fresh:
    """Starts a process for each number."""

    def __init__(self, libraries: list[str], benchmarks: Path, threads: int, say: Callable[[str], None]):
        self.libraries = libraries
        self.arguments = benchmarks, threads, say
        self.versions: dict[str, str] = {}

    def start(self, library: str, **variables: str) -> Process:
        process = Process(library, *self.arguments, **variables)
        self.versions[library] = process.started["version"]
        return process

    def run(self, figure: Figure) -> Figure:
        """Fill a figure in."""
        group, _, name = figure.name.partition("/")
        measure = self.memory if group == "memory" else self.imports if name == "import" else self.first_step
        for library in self.libraries:
            try:
                value = measure(library, name)
            except KeyError:  # an answer without the number
                figure.error = f"{library} cannot run it"
            else:
                figure.torch, figure.minitorch = (
                    (value, figure.minitorch) if library == "torch" else (figure.torch, value)
                )
        return figure

    def imports(self, library: str, name: str) -> float:
        seconds = []
        for _ in range(IMPORTS):
            process = self.start(library)
            process.end()
            seconds.append(process.started["seconds"])
        return statistics.median(seconds)

    def first_step(self, library: str, name: str) -> float:
        """The network and the data are made in this time too. PyTorch compiles nothing: its two numbers are alike."""
        if name.startswith("cold") and library == "minitorch":
            with tempfile.TemporaryDirectory(prefix="minitorch-bench-") as folder:
                return self._first(library, MINITORCH_CACHE_DIR=folder)
        self._first(library)  # fills the caches, also those of the system's files
        return self._first(library)

    def _first(self, library: str, **variables: str) -> float:
        process = self.start(library, **variables)
        try:
            return process.ask("prepare", case=FIRST_STEP, form="contiguous")["first"]
        finally:
            process.end()

    def memory(self, library: str, name: str) -> float:
        """The peak of the whole process, with the library and Python."""
        process = self.start(library)
        try:
            process.ask("prepare", case=f"programs/{name}", form="contiguous")
            for _ in range(STEPS):
                process.ask("time", form="contiguous")["seconds"]
            return process.ask("memory")["peak"]
        finally:
            process.end()
