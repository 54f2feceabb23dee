"""The tables, the picture and the JSON file of `minitorch bench`. PyTorch: torch/utils/benchmark/utils/compare.py."""

import datetime
import importlib.util
import json
import platform
from itertools import groupby
from pathlib import Path

from minitorch.cli.bench.fresh import Figure
from minitorch.cli.bench.race import Result
from minitorch.cli.bench.show import numbers

HEAD = ["", "PyTorch", "minitorch", "ratio", "limit", "quartiles", "GFLOP/s", "of peak", "GB/s", "of memory"]


class Document:
    """Everything that was measured. `ceilings`: flops, memory and cache, a second, of all threads together."""

    def __init__(self, threads: int):
        self.threads = threads
        self.date = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        self.gpu: str | None = None  # its name, where the cases run on one
        self.versions: dict[str, str] = {}
        self.ceilings: dict[str, float] = {}
        self.results: list[Result] = []
        self.figures: list[Figure] = []

    def meet(self, versions: dict[str, str]) -> None:
        self.versions.update(versions)

    def raise_ceilings(self, measured: dict[str, float]) -> None:
        for name, value in measured.items():
            self.ceilings[name] = max(value, self.ceilings.get(name, 0))


def print_tables(document: Document) -> None:
    """One table for each file of cases: by rich where it is installed, otherwise aligned with blanks."""
    for group, results in groupby(document.results, lambda result: result.name.split("/")[0]):
        print_table(group, HEAD, [row(result, document.ceilings) for result in results])
    for group, figures in groupby(document.figures, lambda figure: figure.name.split("/")[0]):
        print_table(group, HEAD[:5], [figure_row(figure) for figure in figures])
    for result in document.results:
        for error in result.errors:
            print(f"{result.name}: {error}")
    print(summary(document))


def print_table(title: str, heads: list[str], rows: list[list[str]]) -> None:
    """Columns that are empty in every row are left out."""
    kept = [column for column in range(len(heads)) if column == 0 or any(cells[column] for cells in rows)]
    heads, *rows = ([cells[column] for column in kept] for cells in [heads, *rows])
    (print_rich if importlib.util.find_spec("rich") else print_plain)(title, heads, rows)


def row(result: Result, ceilings: dict[str, float]) -> list[str]:
    case, torch, ours = result.case, result.torch, result.minitorch
    form = "" if torch is None or torch.form == "contiguous" else f" ({torch.form})"
    cells = [result.name.split("/", 1)[1] + form, *numbers(result), "", limit(case.limit, result.met), ""]
    if result.ratio:
        low, middle, high = result.ratio
        cells[3], cells[5] = f"{middle:.2f}", f"{low:.2f}-{high:.2f}"
    for amount, ceiling in ((case.flops, "flops"), (case.bytes, "memory")):
        rate = amount / ours.median if ours else 0
        cells.append(f"{rate / 1e9:.3g}" if rate else "")
        cells.append(f"{100 * rate / ceilings[ceiling]:.0f} %" if rate and ceiling in ceilings else "")
    return cells


def figure_row(figure: Figure) -> list[str]:
    bound = figure.limit if figure.relative or figure.limit is None else f"{figure.limit:g} s"
    ratio = f"{figure.ratio:.2f}" if figure.ratio else ""
    return [figure.name.split("/", 1)[1], *numbers(figure), ratio, limit(bound, figure.met)]


def limit(bound: float | str | None, met: bool | None) -> str:
    """`0.5 met`, or nothing where there is no limit."""
    if bound is None:
        return ""
    text = bound if isinstance(bound, str) else f"{bound:g}"
    return text if met is None else f"{text} {verdict(met)}"


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def summary(document: Document) -> str:
    judged = [result for result in [*document.results, *document.figures] if result.met is not None]
    versions = ", ".join(f"{library} {version}" for library, version in document.versions.items())
    lines = [f"{document.gpu or processor()}, {document.threads} threads; {versions}"]
    if document.ceilings:
        flops, memory, cache = (document.ceilings[name] / 1e9 for name in ("flops", "memory", "cache"))
        lines.append(f"ceilings: {flops:.0f} GFLOP/s, memory {memory:.0f} GB/s, shared cache {cache:.0f} GB/s")
    if judged:
        lines.append(f"limits: {sum(result.met for result in judged)} of {len(judged)} met")
    return "\n".join(lines)


def print_rich(title: str, heads: list[str], rows: list[list[str]]) -> None:
    """As many of the columns as the terminal has room for."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    def make(columns: int) -> Table:
        table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
        for column, head in enumerate(heads[:columns]):
            table.add_column(head, justify="right" if column else "left", no_wrap=True)
        for cells in rows:
            table.add_row(*(Text(cell, colour(cell)) for cell in cells[:columns]))
        return table

    console = Console()
    if not console.is_terminal:
        console.width = 160  # a file is as wide as it needs to be
    endless = console.options.update(width=1000)
    widths = {n: console.measure(make(n), options=endless).maximum for n in range(1, len(heads) + 1)}
    fitting = [n for n, width in widths.items() if width <= console.width]
    console.print(make(max(fitting, default=1)))


def colour(cell: str) -> str:
    return "bold red" if "MISSED" in cell else "green" if cell.endswith(" met") else ""


def print_plain(title: str, heads: list[str], rows: list[list[str]]) -> None:
    table = [[title, *heads[1:]], *rows]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(heads))]
    for cells in table:
        numbers = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:]))
        print("  ".join([cells[0].ljust(widths[0]), *numbers]).rstrip())
    print()


def save_json(document: Document, file: str) -> None:
    """Everything the tables say, and the time of every slice."""
    cases = []
    for result in document.results:
        case = result.case
        cases.append(
            {
                "name": result.name,
                "flops": case.flops,
                "bytes": case.bytes,
                "limit": case.limit,
                "met": result.met,
                "ratio": result.ratio and dict(zip(("low", "median", "high"), result.ratio)),
                "timings": [vars(timing) for timing in result.timings],
            }
        )
    text = {
        "date": document.date,
        "processor": processor(),
        "gpu": document.gpu,
        "threads": document.threads,
        "versions": {"python": platform.python_version(), **document.versions},
        "ceilings": document.ceilings,
        "cases": cases,
        "figures": [{**vars(figure), "ratio": figure.ratio, "met": figure.met} for figure in document.figures],
    }
    Path(file).write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")


def save_plot(document: Document, file: str) -> None:
    """The roofline: operations a second over operations for each byte, and what the machine allows."""
    import numpy as np
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    axes = figure.subplots()
    intensity = np.logspace(-2, 3, 200)
    ceilings = document.ceilings
    for name, style in [("memory", "-"), ("cache", ":")] if ceilings else []:
        roof = np.minimum(ceilings[name] * intensity, ceilings["flops"])
        axes.plot(intensity, roof / 1e9, style, color="black", label=f"limit of arithmetic and {name}")
    shown = [result for result in document.results if result.case.flops and result.case.bytes and result.minitorch]
    for side, colour, marker in (("torch", "tab:orange", "o"), ("minitorch", "tab:blue", "^")):
        points = [
            (each.case.flops / each.case.bytes, each.case.flops / getattr(each, side).median / 1e9)
            for each in shown
            if getattr(each, side)
        ]
        if points:
            axes.plot(*zip(*points), marker, color=colour, alpha=0.7, label=side)
    axes.set(xscale="log", yscale="log", xlabel="operations for each byte", ylabel="GFLOP/s")
    axes.set_title(f"{document.gpu or processor()}, {document.threads} threads")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(file, dpi=120)


def processor() -> str:
    """The processor's name, as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
