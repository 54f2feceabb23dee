"""PyTorch and minitorch in turn: the measurement of `minitorch bench`. PyTorch: torch/utils/benchmark/utils/compare.py.

A machine is never quiet: its clock, its neighbours and its caches change from second to second. So each library has a
process that stays, and short slices of the two alternate. What counts is the ratio of a slice to its neighbour, and of
these ratios the median.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from minitorch.cli.bench import worker
from minitorch.cli.side import environment, stop

FEWEST, LONGEST = 5, 10.0
"""A slow case ends before its last round: after so many rounds and so many seconds."""


@dataclasses.dataclass
class Timing:
    """The seconds of one run, once for each slice. `form` is the memory format."""

    library: str
    form: str = "contiguous"
    seconds: list[float] = dataclasses.field(default_factory=list)
    error: str | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclasses.dataclass
class Result:
    """What became of a case. `torch` is the faster of PyTorch's memory formats, None where it does not run."""

    name: str
    case: object
    timings: list[Timing]

    @property
    def torch(self) -> Timing | None:
        done = [each for each in self.timings if each.library == "torch" and each.seconds]
        return min(done, key=lambda timing: timing.median, default=None)

    @property
    def minitorch(self) -> Timing | None:
        return next((each for each in self.timings if each.library == "minitorch" and each.seconds), None)

    @property
    def errors(self) -> list[str]:
        return [f"{each.library}: {each.error}" for each in self.timings if each.error]

    @property
    def ratios(self) -> list[float]:
        """minitorch's time over PyTorch's, for each pair of neighbouring slices."""
        if not (self.torch and self.minitorch):
            return []
        return [ours / theirs for ours, theirs in zip(self.minitorch.seconds, self.torch.seconds)]

    @property
    def ratio(self) -> tuple[float, float, float] | None:
        """The quartiles of `ratios`, the median in the middle; None for fewer than two."""
        return tuple(statistics.quantiles(self.ratios, n=4, method="inclusive")) if len(self.ratios) > 1 else None

    @property
    def met(self) -> bool | None:
        """Whether the limit is kept; None where there is none, or nothing to compare with."""
        return None if self.case.limit is None or self.ratio is None else self.ratio[1] <= self.case.limit


class Process:
    """A worker, and what it last said on standard error."""

    def __init__(
        self, library: str, benchmarks: Path, threads: int, say: Callable[[str], None], device: str = "cpu", **variables: str
    ):
        self.library = library
        command = [sys.executable, "-P", worker.__file__, library, str(benchmarks)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment(threads), **variables},
        )
        threading.Thread(target=self._listen, args=(say,), daemon=True).start()
        self.started = self.ask("start", threads=threads, device=device)

    def ask(self, do: str, **arguments) -> dict:
        """The answer to a request; {"error": ...} if the process has ended."""
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        return {"error": f"the process ended with exit status {self.process.wait()}"}

    def end(self) -> None:
        stop(self.process)

    def _listen(self, say: Callable[[str], None]) -> None:
        for line in self.process.stderr:
            say(f"{self.library:>9} | {line.rstrip()}")


class Race:
    """The processes of all libraries, as long as a `with` lasts."""

    def __init__(self, libraries: list[str], benchmarks: Path, threads: int, say: Callable[[str], None], device: str = "cpu"):
        self.start = lambda library: Process(library, benchmarks, threads, say, device)
        self.libraries = libraries

    def __enter__(self) -> Race:
        self.begin()
        return self

    def __exit__(self, *unused) -> None:
        self.end()

    def begin(self) -> None:
        self.processes = {library: self.start(library) for library in self.libraries}

    def end(self) -> None:
        for process in self.processes.values():
            process.end()

    def without(self, library: str) -> None:
        """Go on with the others."""
        self.libraries = [each for each in self.libraries if each != library]
        self.processes.pop(library).end()

    def ceilings(self) -> dict[str, float]:
        """What the machine can do, measured in minitorch's process."""
        return self.processes["minitorch"].ask("ceilings")

    def run(self, name: str, case, rounds: int, seen: Callable[[Result], None]) -> Result:
        """Time a case in `rounds` slices for each library and memory format; `seen` is called after each round."""
        if case.fresh:
            self.end()
            self.begin()
        timings = [Timing(library) for library in self.libraries]
        if case.memory_formats and "torch" in self.libraries:
            timings.insert(0, Timing("torch", "channels_last"))
        for timing in timings:
            self._ask(timing, "prepare", case=name, form=timing.form)
        result = Result(name, case, timings)
        begin = time.monotonic()
        for done in range(rounds):
            if done >= FEWEST and time.monotonic() - begin > LONGEST:
                break
            for timing in timings:
                if timing.error is None:
                    answer = self._ask(timing, "time", form=timing.form)
                    timing.seconds += [answer["seconds"]] if "seconds" in answer else []
            seen(result)
        for library, process in self.processes.items():
            if process.process.poll() is not None:
                self.processes[library] = self.start(library)
            process.ask("forget")
        return result

    def _ask(self, timing: Timing, do: str, **arguments) -> dict:
        answer = self.processes[timing.library].ask(do, **arguments)
        timing.error = answer.get("error")
        return answer
