"""One side of `minitorch compare`: a script's process on one library, and what it left. PyTorch: none."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import minitorch
from minitorch.cli.progress import Progress

POLL = 0.2
"""Seconds between two looks at a running side: seldom enough to leave the cores to it."""


@dataclasses.dataclass
class Side:
    """What a script did on one library. `losses`, `epochs` and `times` have one entry for each backward()."""

    library: str  # torch or minitorch
    title: str  # as people write it
    version: str = "?"
    threads: int = 0
    losses: list[float] = dataclasses.field(default_factory=list)
    epochs: list[int] = dataclasses.field(default_factory=list)  # how many passes over data loaders had begun
    times: list[float] = dataclasses.field(default_factory=list)  # seconds since the script began
    printed: list[str] = dataclasses.field(default_factory=list)
    gradients: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)  # after the first backward()
    generator: str | None = None  # state at the end, in hexadecimal; None if the process was killed
    seconds: float = 0.0
    status: int = 0
    operators_defined: bool = False

    @property
    def step_seconds(self) -> float:
        """Median time from one backward() to the next; NaN for fewer than two."""
        return float(np.median(np.diff(self.times))) if len(self.times) > 1 else float("nan")

    @property
    def fast_step_seconds(self) -> float:
        """The tenth part of the steps took at most so long: less disturbed by what else the machine does."""
        return float(np.quantile(np.diff(self.times), 0.1)) if len(self.times) > 1 else float("nan")

    def add(self, record: dict) -> None:
        match record["event"]:
            case "start":
                self.version, self.threads = record["version"], record["threads"]
            case "step":
                self.losses.append(record["loss"])
                self.epochs.append(record["epoch"])
                self.times.append(record["time"])
            case "gradients":
                self.gradients = dict.fromkeys(record["names"], np.empty(0))
            case "operators defined":
                self.operators_defined = True
            case "end":
                self.generator, self.seconds = record["generator"], record["seconds"]


def record(side: Side, script: str, arguments: list[str], threads: int | None, progress: Progress) -> None:
    """Run `script` on `side.library` to its end and fill `side`; an exception (Ctrl-C) ends it too."""
    with tempfile.TemporaryDirectory(prefix="minitorch-compare-") as name:
        folder = pathlib.Path(name)
        command = [sys.executable, "-u", "-m", "minitorch.cli.worker", side.library, name, script, *arguments]
        output, errors = folder / "output", folder / "errors"
        with open(output, "wb") as out, open(errors, "wb") as err:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment(threads)
            )
        tails = [Tail(folder / "records.jsonl"), Tail(output), Tail(errors)]
        try:
            running = True
            while running:
                try:
                    process.wait(POLL)
                    running = False  # and look once more
                except subprocess.TimeoutExpired:
                    pass
                for line in tails[0].lines(running):
                    side.add(json.loads(line))
                printed = tails[1].lines(running)
                side.printed += printed
                for line in [*printed, *tails[2].lines(running)]:
                    progress.line(side, line)
                progress.update(side)
        finally:
            stop(process)
        side.status = process.returncode
        if side.gradients:
            with np.load(folder / "gradients.npz", allow_pickle=False) as arrays:
                side.gradients = dict(zip(side.gradients, (arrays[key] for key in arrays.files), strict=True))


class Tail:
    """The complete lines that have been added to a file since the last look."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.offset = 0

    def lines(self, growing: bool) -> list[str]:
        """New lines; an unfinished one too if the file no longer grows."""
        if not self.path.exists():
            return []
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            text = file.read()
        if growing:
            text = text[: text.rfind(b"\n") + 1]
        self.offset += len(text)
        return text.decode("utf-8", "replace").splitlines()


def environment(threads: int | None) -> dict[str, str]:
    """The child's environment: this very minitorch, UTF-8, and the number of threads for either library."""
    home = str(pathlib.Path(minitorch.__file__).resolve().parent.parent)
    paths = [home, os.environ.get("PYTHONPATH", "")]
    result = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "utf-8"}
    if threads is not None:
        result.update(
            OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads), NUMBA_NUM_THREADS=str(threads)
        )
    return result


def stop(process: subprocess.Popen) -> None:
    """End a process that still runs: politely, after five seconds by force."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
