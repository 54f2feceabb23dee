"""`minitorch bench`: how fast is minitorch beside PyTorch? PyTorch: benchmarks/operator_benchmark."""

import argparse
import dataclasses
import importlib.util
import os
import signal
import sys
from pathlib import Path

import minitorch
from minitorch.cli.bench.fresh import Figure, Fresh, figures
from minitorch.cli.bench.race import Race
from minitorch.cli.bench.report import Document, print_tables, save_json, save_plot
from minitorch.cli.bench.show import Show, make_show
from minitorch.cli.bench.worker import load_cases
from minitorch.cli.compare import cannot_write, positive
from minitorch.kernels import _gpu

HELP = "time minitorch beside PyTorch"
DESCRIPTION = """\
Time programs and operations on PyTorch and on minitorch: in turn, in short slices, each library in a process of its
own with the same number of threads. The ratio is minitorch's time over PyTorch's (below 1: minitorch is faster), the
median over all pairs of neighbouring slices, with its quartiles.
"""
EXAMPLE = """\
examples:
  minitorch bench programs               the reference programs
  minitorch bench gemm conv/64x56        every case with one of these words in its name
  minitorch bench start memory           import, first step (cold and warm), peak memory: a new process for each
  minitorch bench --device cuda gemm     on a GPU, by its own clock, without TF32
  minitorch bench --plot roofline.png --json results.json

The cases are plain PyTorch and lie in benchmarks/cases/ of a checkout. GFLOP/s count the arithmetic of the definition;
GB/s count what must be read and written at least. The ceilings are measured by kernels of our own at the start and at
the end; memory is what arrays far above all caches reach.

exit status: 0, also when a limit is missed; 2 wrong arguments, 3 PyTorch is not installed and minitorch ran alone,
130 interrupted (what was measured by then is shown)
"""
NO_TORCH = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="CASE", nargs="*", help="part of a case's name (default: all cases)")
    parser.add_argument("--list", action="store_true", help="name the cases and their limits, run nothing")
    parser.add_argument("--plot", metavar="FILE", help="draw the roofline, with every case that counts both")
    parser.add_argument("--json", metavar="FILE", help="write every slice's time")
    parser.add_argument("--threads", metavar="N", type=positive, help="threads of either library (default: all cores)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where the cases run (default: cpu)")
    parser.add_argument("--rounds", metavar="N", type=positive, default=20, help="slices of each, fewer of a slow case (default: 20)")
    parser.add_argument("--folder", metavar="FOLDER", help="where cases/ is (default: benchmarks of the checkout)")


def run(options: argparse.Namespace) -> int:
    folder = find_benchmarks(options.folder)
    if folder is None:
        where = options.folder or Path(minitorch.__file__).parent.parent / "benchmarks"
        say(f"no cases in {str(where)!r}: they come with a checkout of the repository; --folder says where it is")
        return 2
    problem = cannot_write(options.json) or cannot_write(options.plot)
    if not problem and options.plot and not importlib.util.find_spec("matplotlib"):
        problem = "--plot needs matplotlib: pip install 'minitorch[compare]'"
    if options.device == "cuda" and not (options.list or minitorch.cuda.is_available()):
        problem = problem or f"there is no GPU here that minitorch can use: {_gpu.why_not()}"
    cases = cases_for(options.device, load_cases("minitorch", folder))
    for word in options.words:
        if not any(word in name for name in cases):
            groups = dict.fromkeys(name.split("/")[0] for name in cases)
            problem = f"no case has {word!r} in its name (groups: {', '.join(groups)}; --list names all)"
    if problem:
        say(problem)
        return 2
    chosen = {name: case for name, case in cases.items() if any(word in name for word in options.words or [""])}
    if options.list:
        for name, case in chosen.items():
            print(name if case.limit is None else f"{name}  (limit {case.limit:g})")
        return 0
    return race(options, folder, chosen)


def cases_for(device: str, cases: dict) -> dict:
    """Those of the device, with its limits."""
    if device == "cuda":
        return {name: dataclasses.replace(case, limit=case.gpu_limit) for name, case in cases.items()}
    cases = {name: case for name, case in cases.items() if not case.gpu_only}
    return cases | figures(cases)


def race(options: argparse.Namespace, folder: Path, chosen: dict) -> int:
    libraries = ["torch", "minitorch"]
    if importlib.util.find_spec("torch") is None:
        say("PyTorch is not installed, so minitorch runs alone. To compare: pip install 'minitorch[compare]'")
        libraries = ["minitorch"]
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # ends the workers too
    threads = options.threads or cores()
    figures = [case for case in chosen.values() if isinstance(case, Figure)]
    cases = {name: case for name, case in chosen.items() if not isinstance(case, Figure)}
    document, status = Document(threads), 0 if len(libraries) == 2 else NO_TORCH
    with make_show(len(chosen)) as show:
        try:
            if cases:
                with Race(libraries, folder, threads, show.say, options.device) as running:
                    if options.device == "cuda":
                        document.gpu = running.processes["minitorch"].started["gpu"]
                        if "torch" in running.processes and running.processes["torch"].started["gpu"] is None:
                            show.say("PyTorch has no GPU here, so minitorch runs alone")
                            running.without("torch")
                            status = NO_TORCH
                    run_cases(running, cases, options.rounds, document, show)
            fresh = Fresh(libraries, folder, threads, show.say)
            for figure in figures:
                show.begin(figure.name)
                document.figures.append(fresh.run(figure))
                show.done(figure)
                document.meet(fresh.versions)
        except KeyboardInterrupt:
            status = 130
    print_tables(document)
    if options.json:
        save_json(document, options.json)
    if options.plot:
        save_plot(document, options.plot)
    return status


def run_cases(running: Race, cases: dict, rounds: int, document: Document, show: Show) -> None:
    """The machine is measured before and after: the better of the two is its ceiling."""
    document.meet({library: process.started["version"] for library, process in running.processes.items()})
    for process in running.processes.values():
        document.meet(process.started["software"])
    counted = any(case.flops or case.bytes for case in cases.values())
    if counted:
        measure_ceilings(running, document, show)
    for name, case in cases.items():
        show.begin(name)
        document.results.append(running.run(name, case, rounds, show.update))
        show.done(document.results[-1])
    if counted:
        measure_ceilings(running, document, show)


def measure_ceilings(running: Race, document: Document, show: Show) -> None:
    """Without them, the times still count."""
    measured = running.ceilings()
    if "error" in measured:
        show.say(f"no ceilings: {measured['error']}")
    else:
        document.raise_ceilings(measured)


def find_benchmarks(folder: str | None) -> Path | None:
    """The folder with cases/: the one asked for, or that of the checkout minitorch comes from."""
    benchmarks = Path(folder) if folder else Path(minitorch.__file__).parent.parent / "benchmarks"
    return benchmarks.resolve() if (benchmarks / "cases" / "case.py").is_file() else None


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def say(line: str) -> None:
    sys.stdout.flush()
    print(f"minitorch bench: {line}", file=sys.stderr)
