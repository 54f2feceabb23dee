"""Climbs a ladder: the same computation at several rungs, checked against each other, timed, and shown.

Used by gemm.py and conv2d.py beside it. PyTorch: none.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minitorch.cli.bench.ceilings import flops as measure_peak
from minitorch.cli.bench.report import print_table
from minitorch.cli.report import seconds as format_seconds

PATIENCE = 0.5
"""Seconds of repeats of a rung, of which the best counts."""


@dataclass
class Rung:
    """One way to compute it. A slow one gets `part` of the problem only: the result is compared with that part."""

    name: str
    function: Callable[..., np.ndarray]
    part: Callable[..., tuple] | None = None


@dataclass
class Measured:
    """A rung's time for its part of the problem, and the speed that this is."""

    name: str
    seconds: float
    gflops: float


def climb(rungs: list[Rung], arguments: tuple, count_flops: Callable[..., float]) -> list[Measured]:
    """Check every rung against the one above it, then time it. Raises AssertionError where two disagree."""
    measured, expected = [], rungs[-1].function(*arguments)
    for rung in rungs:
        given = rung.part(*arguments) if rung.part else arguments
        result = rung.function(*given)  # compiles it, too
        check(rung.name, result, expected)
        fastest, end = float("inf"), time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            begin = time.perf_counter()
            rung.function(*given)
            fastest = min(fastest, time.perf_counter() - begin)
        if fastest == float("inf"):
            raise AssertionError("the clock stands still")
        measured.append(Measured(rung.name, fastest, count_flops(*given) / fastest / 1e9))
    return measured


def check(name: str, result: np.ndarray, expected: np.ndarray) -> None:
    """The sums may be added in another order: 1e-4 of the largest number is allowed."""
    expected = expected[tuple(slice(size) for size in result.shape)]
    apart = np.abs(result - expected).max() / np.abs(expected).max()
    if not apart < 1e-4:
        raise AssertionError(f"{name} differs from the highest rung by {apart:.1e}")


def show(title: str, measured: list[Measured], peak: float, plot: str | None) -> None:
    rows = []
    for number, rung in enumerate(measured):
        step = f"x {rung.gflops / measured[number - 1].gflops:.1f}" if number else ""
        speed = f"{rung.gflops:.3g}", f"{100 * rung.gflops / peak:.2g} %"
        rows.append([rung.name, format_seconds(rung.seconds), *speed, step])
    print_table(title, ["rung", "time", "GFLOP/s", "of the machine", "beside the rung above"], rows)
    if plot:
        draw(title, measured, peak, plot)


def draw(title: str, measured: list[Measured], peak: float, file: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh([rung.name for rung in measured], [rung.gflops for rung in measured], color="tab:blue")
    axes.bar_label(bars, [f" {rung.gflops:.3g}" for rung in measured])
    axes.axvline(peak, color="black", linestyle=":")
    axes.text(peak, -0.7, "what the machine can do", ha="right", fontsize="small")
    axes.set(xscale="log", xlabel="GFLOP/s", title=title)
    axes.margins(x=0.2)
    axes.invert_yaxis()
    figure.savefig(file, dpi=120)


def main(description: str, title: str, rungs: list[Rung], make: Callable, count_flops: Callable, size: int) -> None:
    """The command line of a ladder."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--size", type=int, default=size, help=f"how large the problem is (default: {size})")
    parser.add_argument("--plot", metavar="FILE", help="draw the rungs as bars")
    options = parser.parse_args()
    measured = climb(rungs, make(options.size), count_flops)
    show(title.format(size=options.size), measured, measure_peak() / 1e9, options.plot)
