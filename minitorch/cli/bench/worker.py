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
import statistics
import sys
import time
import traceback
from pathlib import Path

SLICE = 0.05
"""A slice runs a case again and again for about so many seconds: long enough to be warm, short for a change of the machine."""
RUNS = 6
"""A slice has at least so many runs: the other library left caches, threads and branch predictors that are not ours."""
LEAST = 2e-5
"""Runs that are shorter are timed several together: reading the clock costs 0.1 us."""
LEAST_ON_GPU = 1e-3
"""The same on a GPU, which otherwise waits for the first launch: the others are given to it while it works."""


def main(library: str, benchmarks: str) -> None:
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # what a case prints does not belong among the answers
        worker = Worker(library, Path(benchmarks))
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = worker.do(**request)
            except Exception as error:  # a case may do anything; the other cases go on
                answer = {"error": describe(error, worker.benchmarks)}
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
                if self.device == "cuda":
                    from minitorch.cli.bench.gpu_ceilings import measure
                else:
                    from minitorch.cli.bench.ceilings import measure
                return measure()
        raise ValueError(do)

    def start(self, threads: int, device: str) -> dict:
        """Import the library. On a GPU whatever a case makes is made there, and multiplied in float32, not TF32."""
        begin = time.perf_counter()
        self.torch = importlib.import_module(self.library)
        seconds = time.perf_counter() - begin
        self.threads, self.device, gpu, software = threads, device, None, {}
        self.torch.set_num_threads(threads)
        if device == "cuda" and self.torch.cuda.is_available():
            gpu = self.torch.cuda.get_device_name(0)
            software = self.software()
            self.torch.set_default_device(device)
            self.torch.backends.cuda.matmul.allow_tf32 = self.torch.backends.cudnn.allow_tf32 = False
        self.cases = load_cases(self.library, self.benchmarks)
        threads = self.torch.get_num_threads()
        return {"version": self.torch.__version__, "seconds": seconds, "threads": threads, "gpu": gpu, "software": software}

    def software(self) -> dict[str, str]:
        """What a GPU's times depend on besides the libraries, with its version."""
        if self.library == "minitorch":
            from minitorch.cli.bench.gpu_ceilings import software

            return software()
        return {"PyTorch's CUDA": self.torch.version.cuda, "cuDNN": str(self.torch.backends.cudnn.version())}

    def prepare(self, case: str, form: str) -> dict:
        """Make a case ready, and run it until it is warm. `form`: contiguous or channels_last."""
        found = self.cases[case]
        self.torch.set_num_threads(found.threads or self.threads)
        begin = time.perf_counter()
        run = found.make(self.torch.channels_last) if form == "channels_last" else found.make()
        run()
        first = time.perf_counter() - begin
        guess = min(self.once(run, 1) for _ in range(3))
        least = LEAST_ON_GPU if self.device == "cuda" else LEAST
        self.prepared[form] = run, max(1, round(least / guess)) if guess < least else 1
        return {"first": first, **self.time(form)}

    def time(self, form: str) -> dict:
        """The time of a run: the median of a slice, so that a run that was interrupted does not count.

        The first ones, which wake threads and caches, do not count either.
        """
        run, together = self.prepared[form]
        seconds, end = [], time.perf_counter() + SLICE
        while len(seconds) < RUNS or time.perf_counter() < end:
            seconds.append(self.once(run, together))
        return {"seconds": statistics.median(seconds[max(1, len(seconds) // 8) :])}

    def once(self, run, together: int) -> float:
        """The time of one of so many runs together."""
        return gpu_time(self.torch, run, together) if self.device == "cuda" else cpu_time(run, together)

    def forget(self) -> dict:
        self.prepared.clear()
        gc.collect()
        return {}


def gpu_time(torch, run, together: int) -> float:
    """By the GPU's own clock, from before the first kernel to after the last: launches run ahead of the work."""
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    for _ in range(together):
        run()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) / 1000 / together


def cpu_time(run, together: int) -> float:
    begin = time.perf_counter()
    for _ in range(together):
        run()
    return (time.perf_counter() - begin) / together


def describe(error: Exception, benchmarks: Path) -> str:
    """What happened, and in which line of a case."""
    places = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.startswith(str(benchmarks))]
    where = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
    return f"{type(error).__name__}: {error}".splitlines()[0] + where


def load_cases(library: str, benchmarks: Path) -> dict:
    """All cases by name, `file/name`, in the order of the files' CASES; to their files, `library` is torch."""
    folders = [str(benchmarks / "cases"), str(benchmarks.parent / "reference")]
    if library == "minitorch":
        from minitorch.cli.substitute import MINITORCH, FolderFinder, script_builtins

        before = sys.meta_path.index(importlib.machinery.PathFinder)
        sys.meta_path.insert(before, FolderFinder(folders[0], script_builtins(MINITORCH)))
    sys.path[:0] = folders  # after the finder has looked which folders are not the cases'
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
