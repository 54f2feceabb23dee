"""docs/coverage.md: what of PyTorch's database of operations passes, and why the rest does not. PyTorch: none."""

import warnings
from pathlib import Path

import torch

from op_db import gradgrad, passes
from op_db.checks import CORE, Tally, applicable, run
from op_db.database import entries, why_outside
from op_db.samples import has_sample
from op_db.translate import Missing, counterpart

FILE = Path(__file__).parent.parent.parent / "docs" / "coverage.md"


HOW = """## How it is compared

* `float32`, `float64`, `int64`, `bool`: values and dtypes of the results, for every sample of that dtype. Tolerances are
  those of `torch.testing`; float64 is held to 1e-9. Where float32 results differ by more, PyTorch's own result in float64
  decides: ours must be as close to it as PyTorch's float32. For three operations whose sums nearly cancel in some samples
  (conv2d, grid_sample, scaled_dot_product_attention), ours may be twice as far as PyTorch's farthest element.
* `strides`: those of every result, and whether it is a view of an input. `noncontiguous`: the same samples with other strides.
* `gradient`: under a random cotangent, in float32 and float64. `second`: second derivatives, in float64.
* `out`, `inplace`, `method`: the other ways to call it, on at most 10, 20 and 10 samples of a dtype.
* `errors`: PyTorch's type, and a text that its pattern matches, for every error input that PyTorch itself refuses on the CPU.
* Which of several equal elements `sort`, `topk`, `kthvalue` and `mode` name is not compared: PyTorch does not promise it.
* An entry agrees if values, dtypes, strides and gradients do, for every sample of every dtype.

What is left: `bfloat16`, which NumPy does not have (a kernel for every operation would have to convert it; `ml_dtypes` is no
dependency); `cov` of numbers that cancel to zero, where rounding decides the sign; strides of `rms_norm` without elements; an
entry without samples for the CPU. The error inputs that are not refused alike need complex numbers, the device `meta`, or tensors
of more than 64 dimensions. float16 computes pointwise, in reductions, softmax, products of matrices, attention and linear layers;
convolutions, pooling, normalisation and losses refuse it, and so do random numbers.""".splitlines()


def write(results: dict, limit: int | None) -> str:
    """Write the table from the pass list; `results` of a run give the reasons. Returns the counts."""
    rows = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, entry in entries().items():
            rows[name] = _Row(name, entry, passes.read_once().get(name, ()), results.get(name, {}))
    inside = [row for name, row in sorted(rows.items()) if why_outside(name) is None]
    outside = [row for name, row in sorted(rows.items()) if why_outside(name) is not None]
    passed, total = sum(row.errors.passed for row in inside), sum(row.errors.total for row in inside)
    samples = "every sample" if limit is None else f"at most {limit} samples, evenly chosen, of each dtype"
    counts = [
        f"**{sum(row.agrees for row in inside)} of the {len(inside)}** dense, real-valued entries agree: values, dtypes, "
        "strides, gradients.",
        f"{sum(not row.missing for row in inside)} of them pass every check: also second derivatives, `out=`, in-place, "
        "as a method, error inputs.",
        f"**{passed} of {total}** of their error inputs raise PyTorch's type with a text that its pattern matches.",
        _second_derivatives(),
        f"Of the {len(outside)} entries out of scope, {sum(row.agrees for row in outside)} agree.",
    ]
    lines = [
        "# Coverage",
        "",
        f"PyTorch's own database of operations (`op_db`, torch {torch.__version__.split('+')[0]}) on minitorch, written by",
        "`python -m tests.op_db.report` from the pass list `tests/op_db/passes.txt`; what each check compares is said in",
        f"`tests/op_db/checks.py`. The last run took {samples}.",
        "",
        *[f"* {each}" for each in counts],
        "",
        *HOW,
        "",
        "## In scope",
        "",
        "| operation | passes | does not, and why |",
        "|---|---|---|",
        *[f"| {row.name} | {row.passes} | {row.reasons} |" for row in inside],
        "",
        "## Out of scope",
        "",
        "| operation | why it is | passes | does not, and why |",
        "|---|---|---|---|",
        *[f"| {row.name} | {why_outside(row.name)} | {row.passes} | {row.reasons} |" for row in outside],
    ]
    FILE.write_text("\n".join(lines) + "\n")
    return "\n".join(counts)


def _second_derivatives() -> str:
    """How many of the entries that PyTorch gradgradchecks pass that check here (tests/op_db/gradgrad.txt)."""
    asked = [
        name
        for name, entry in entries().items()
        if why_outside(name) is None and gradgrad.why_not(entry) is None and has_sample(entry, "float64", True)
    ]
    passed = set(gradgrad.read())
    return (
        f"**{sum(name in passed for name in asked)} of the {len(asked)}** entries whose second derivatives PyTorch itself compares "
        "with finite differences pass that comparison (`tests/op_db/gradgrad.txt`)."
    )


class _Row:
    """What the table says of one operation."""

    def __init__(self, name: str, entry, listed: tuple[str, ...], result):
        self.name = name
        self.errors = Tally()
        absent = ""
        try:
            counterpart(entry)
            if why_outside(name) is None:
                self.errors = run(entry, ("errors",))["errors"]
        except Missing as error:
            absent = f"minitorch has no {error}"
        checks = [each for each in applicable(entry) if each != "errors"]
        self.missing = [each for each in checks if each not in listed] + ["errors"] * bool(self.errors.failures)
        self.agrees = bool(checks) and not absent and not any(each in CORE for each in self.missing)
        tallies = {} if isinstance(result, str) else {**result, "errors": self.errors}
        self.passes = "everything" if checks and not self.missing else ", ".join(each for each in checks if each in listed)
        if not checks:
            absent = absent or "PyTorch makes no sample for the CPU"
        self.reasons = _cell(absent) if absent else "<br>".join(_reason(each, tallies) for each in self.missing)


def _reason(check: str, tallies: dict) -> str:
    tally = tallies.get(check)
    if tally is None or not tally.failures:
        return check
    return f"{check} ({len(tally.failures)} of {tally.total}): {_cell(tally.failures[0][0])}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")[:160]
