"""Run PyTorch's database of operations on minitorch; keep the pass list and docs/coverage.md. PyTorch: test/test_ops.py.

    python -m tests.op_db.report                    the whole database; adds to passes.txt, writes docs/coverage.md
    python -m tests.op_db.report add nn.functional.elu --limit 20   these entries (or patterns like "linalg.*"): what differs
    python -m tests.op_db.report add --write        also adds what passes to passes.txt
    python -m tests.op_db.report --rest             of every entry only what passes.txt does not list; writes both files, too
    python -m tests.op_db.report --device cuda --limit 3     the pass list on a GPU (or NUMBA_ENABLE_CUDASIM=1); writes nothing
    python -m tests.op_db.report --part 1/2 --write --save a.pickle     half of the database
    python -m tests.op_db.report --table --reasons a.pickle b.pickle    docs/coverage.md, from the pass list
"""

import argparse
import fnmatch
import pickle
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import places  # noqa: E402
import torch  # noqa: E402

from op_db import checks, passes  # noqa: E402
from op_db.coverage import write as write_coverage  # noqa: E402
from op_db.database import entries, name_of, why_outside  # noqa: E402
from op_db.translate import Missing  # noqa: E402


def main() -> int:
    """Run the entries asked for, or all; returns 1 where an operation lost a check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="entries or patterns; all by default")
    parser.add_argument("--limit", type=int, help="at most this many samples of a dtype; all by default")
    parser.add_argument("--check", action="append", choices=checks.CHECKS, help="only this check")
    parser.add_argument("--failures", type=int, default=2, help="how many failures of a check are shown")
    parser.add_argument("--write", action="store_true", help="add what passes to passes.txt")
    parser.add_argument("--rest", action="store_true", help="only checks that passes.txt does not list")
    parser.add_argument("--part", default="1/1", help="i/n: only every n-th entry, from the i-th")
    parser.add_argument("--save", type=Path, help="keep the results in a file, after every entry")
    parser.add_argument("--table", action="store_true", help="run only error inputs: write docs/coverage.md")
    parser.add_argument("--reasons", type=Path, nargs="*", default=[], help="results that --save kept, for --table")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="where tensors live")
    options = parser.parse_args()
    places.choose(options.device)
    if options.table:
        results = {}
        for file in options.reasons:
            results |= pickle.loads(file.read_bytes())
        print(write_coverage(results, options.limit))
        return 0
    torch.set_num_threads(1)
    part, parts = map(int, options.part.split("/"))
    chosen = _chosen(options.names)[part - 1 :: parts]
    if not chosen:
        print(f"no entry is called {' or '.join(options.names)}")
        return 1
    on_cpu = options.device == "cpu"
    whole = on_cpu and not options.names and options.check is None
    listed = passes.read() if options.rest else {}
    results = {}
    for entry in chosen:
        name, start = name_of(entry), time.perf_counter()
        try:
            names = [each for each in options.check or checks.CHECKS if each == "errors" or each not in listed.get(name, ())]
            if not on_cpu:
                names = [each for each in names if each in passes.read_once().get(name, ())]
            results[name] = checks.run(entry, tuple(names), options.limit)
        except Missing as error:
            results[name] = f"minitorch has no {error}"
        except Exception as error:
            results[name] = f"{type(error).__name__}: {error}"
        if options.save:
            options.save.write_bytes(pickle.dumps(results))
        _show(name, results[name], time.perf_counter() - start, options.failures if options.names else 0)
    lost = passes.update(results, write=whole or (on_cpu and options.write))
    if whole and parts == 1:
        print(write_coverage(results, options.limit))
    for line in lost:
        print(f"LOST: {line}")
    return 1 if lost else 0


def _chosen(patterns: list[str]) -> list:
    """The entries of those names, or of all of which the names are the first part or a pattern."""
    everything = entries()
    if not patterns:
        return list(everything.values())
    return [
        entry
        for name, entry in everything.items()
        if any(fnmatch.fnmatchcase(name, each) or fnmatch.fnmatchcase(entry.name, each) for each in patterns)
    ]


def _show(name: str, result, seconds: float, failures: int) -> None:
    outside = f"  (out of scope: {why_outside(name)})" if why_outside(name) else ""
    if isinstance(result, str):
        print(f"{name}: {result}{outside}", flush=True)
        return
    parts = [
        f"{check} {tally.passed}/{tally.total}" if tally.failures else check
        for check, tally in result.items()
        if tally.total
    ]
    bad = [check for check, tally in result.items() if tally.failures]
    print(f"{name}: {'FAILS' if bad else 'passes'} {', '.join(parts)} ({seconds:.1f} s){outside}", flush=True)
    for check in bad:
        for wrong, sample in result[check].failures[:failures]:
            print(f"    {check}: {wrong}\n        {sample}")


if __name__ == "__main__":
    sys.exit(main())
