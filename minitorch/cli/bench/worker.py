"""One library's process in `minitorch bench`: prepares a case and times it. PyTorch: torch/utils/benchmark/_timer.

    python -P worker.py LIBRARY BENCHMARKS

BENCHMARKS is the folder with cases/, beside reference/. A request is a line of JSON on standard input, {"do": name, ...},
and is answered by one line on standard output. The file is started by its path, not as a module of minitorch: PyTorch's
process must not load minitorch, and with it Numba's threads and memory.
"""

import gc
import importlib
import importlib.machinery
import json
import os
import sys
import time
import traceback
from pathlib import Path

SLICE = 0.05
"""A slice runs a case again and again for about so many seconds: long for a timer, short for a change of the machine."""


def main(library: str, benchmarks: str) -> None:
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # what a case prints does not belong among the answers
        worker = Worker(library, Path(benchmarks))
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = worker.do(**request)
            except Exception as error:  # a case may do anything; the other cases go on
                traceback.print_exc()
                answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


class Worker:
    """The library, its cases, and the ones that are prepared."""

    def __init__(self, library: str, benchmarks: Path):
        self.library = library
        self.benchmarks = benchmarks
        self.prepared = {}

    def do(self, do: str, **arguments) -> dict:
        match do:
            case "start":
                return self.start(**arguments)
            case "prepare":
                return self.prepare(**arguments)
            case "time":
                return self.time(**arguments)
            case "forget":
                return self.forget()
            case "memory":
                return {"peak": peak_memory()}
            case "ceilings":
                from minitorch.cli.bench.ceilings import measure

                return measure()
        raise ValueError(do)

    def start(self, threads: int) -> dict:
        """Import the library."""
        begin = time.perf_counter()
        self.torch = importlib.import_module(self.library)
        seconds = time.perf_counter() - begin
        self.threads = threads
        self.torch.set_num_threads(threads)
        self.cases = load_cases(self.library, self.benchmarks)
        return {"version": self.torch.__version__, "seconds": seconds, "threads": self.torch.get_num_threads()}

    def prepare(self, case: str, form: str) -> dict:
        """Make a case ready, and run it until it is warm. `form`: contiguous or channels_last."""
        found = self.cases[case]
        self.torch.set_num_threads(found.threads or self.threads)
        begin = time.perf_counter()
        run = found.make(self.torch.channels_last) if form == "channels_last" else found.make()
        run()
        first = time.perf_counter() - begin
        run()
        seconds = min(timed(run, 1), timed(run, 1))
        runs = max(1, round(SLICE / max(seconds, 1e-7)))
        seconds = timed(run, max(1, runs // 4))  # a better guess, now that all is warm
        self.prepared[form] = run, max(1, round(SLICE / max(seconds, 1e-7)))
        return {"first": first, "seconds": seconds}

    def time(self, form: str) -> dict:
        """The time of one run, from a slice of them. The first one, which wakes threads and caches, does not count."""
        run, runs = self.prepared[form]
        if runs > 2:
            run()
        return {"seconds": timed(run, runs)}

    def forget(self) -> dict:
        self.prepared.clear()
        gc.collect()
        return {}


def timed(run, runs: int) -> float:
    begin = time.perf_counter()
    for _ in range(runs):
        run()
    return (time.perf_counter() - begin) / runs


def load_cases(library: str, benchmarks: Path) -> dict:
    """All cases by name, `file/name`, in the order of the files' CASES; to their files, `library` is torch."""
    folders = [str(benchmarks / "cases"), str(benchmarks.parent / "reference")]
    if library == "minitorch":
        from minitorch.cli.substitute import MINITORCH, FolderFinder, script_builtins

        builtins_ = script_builtins(MINITORCH)
        before = sys.meta_path.index(importlib.machinery.PathFinder)
        sys.meta_path[before:before] = [FolderFinder(folder, builtins_) for folder in folders]
    else:
        sys.path[:0] = folders
    cases = {}
    for file in sorted((benchmarks / "cases").glob("*.py")):
        if file.stem != "case":
            for case in importlib.import_module(file.stem).CASES:
                cases[f"{file.stem}/{case.name}"] = case
    return cases


def peak_memory() -> int | None:
    """The most bytes this process has had in memory; None where the system does not say."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
