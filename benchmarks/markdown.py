"""Puts the tables of a file of `minitorch bench --json` into docs/performance.md. PyTorch: none.

    python benchmarks/markdown.py benchmarks/results/cpu-2026-11-24.json docs/performance.md

Text between `<!-- bench: GROUP -->` and `<!-- /bench -->` becomes the table of that file of cases; `limits` are all that
have one, of the many products only those that miss it.
"""

import json
import re
import statistics
import sys
from pathlib import Path

from minitorch.cli.bench.show import megabytes
from minitorch.cli.report import seconds

HEAD = "| | PyTorch | minitorch | ratio | quartiles | limit | GFLOP/s | GB/s |", "|---|---|---|---|---|---|---|---|"


def main(results: str, text: str) -> None:
    document = json.loads(Path(results).read_text(encoding="utf-8"))
    before = Path(text).read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- /bench -->)", re.DOTALL)
    after = pattern.sub(lambda found: found[1] + table(document, found[2]) + found[3], before)
    Path(text).write_text(after, encoding="utf-8")


def table(document: dict, group: str) -> str:
    every = [*document["cases"], *document["figures"]]
    if group == "limits":
        judged = [each for each in every if each["met"] is not None]
        shown = [each for each in judged if not (each["name"].startswith("gemm/") and each["met"])]
        products = [each for each in judged if each["name"].startswith("gemm/")]
        lines = [*HEAD, *(row(each, each["name"]) for each in shown)]
        met = sum(each["met"] for each in products)
        lines += ["", f"Products: {met} of {len(products)} meet 1.1. In all {sum(each['met'] for each in judged)} of {len(judged)}."]
    else:
        shown = [each for each in every if each["name"].split("/")[0] == group]
        lines = [*HEAD, *(row(each, each["name"].split("/", 1)[1]) for each in shown)]
    return "\n".join(lines) + "\n"


def row(each: dict, name: str) -> str:
    cells = case_cells(each) if "timings" in each else figure_cells(each)
    return f"| {' | '.join([name, *cells])} |"


def case_cells(case: dict) -> list[str]:
    medians = {
        (timing["library"], timing["form"]): statistics.median(timing["seconds"])
        for timing in case["timings"]
        if timing["seconds"]
    }
    torch = min((time for (library, _), time in medians.items() if library == "torch"), default=None)
    form = " (channels_last)" if torch and medians.get(("torch", "channels_last")) == torch else ""
    ours = medians.get(("minitorch", "contiguous"))
    ratio = case["ratio"]
    return [
        (seconds(torch) if torch else "") + form,
        seconds(ours) if ours else "",
        f"**{ratio['median']:.2f}**" if ratio else "",
        f"{ratio['low']:.2f}-{ratio['high']:.2f}" if ratio else "",
        verdict(case["limit"], case["met"]),
        *(f"{case[what] / ours / 1e9:.3g}" if ours and case[what] else "" for what in ("flops", "bytes")),
    ]


def figure_cells(figure: dict) -> list[str]:
    unit = seconds if figure["unit"] == "s" else megabytes
    numbers = [unit(figure[side]) if figure[side] else "" for side in ("torch", "minitorch")]
    ratio = f"{figure['ratio']:.2f}" if figure["ratio"] else ""
    return [*numbers, ratio, "", verdict(figure["limit"], figure["met"]), "", ""]


def verdict(limit: float | None, met: bool | None) -> str:
    return "" if limit is None or met is None else f"{limit:g} {'met' if met else '**missed**'}"


if __name__ == "__main__":
    main(*sys.argv[1:])
