"""Would the tests notice a wrong derivative? Each is broken in turn. PyTorch: none.

    python -m tests.mutation                    every derivative; goes on where it stopped (results/mutation.json)
    python -m tests.mutation Mul Softmax        the derivatives of these Functions
    python -m tests.mutation --again            the survivors once more
    python -m tests.mutation --report           what is known, nothing is run

A mutant is one argument's gradient of one Function of minitorch/ops: with the other sign ("sign"), doubled ("factor"),
its elements in reverse order ("order", which a forgotten transposition would do), or one too large ("offset", for gradients
that are zero). It is noticed if a test of the default suite fails: first the operation database's (tests/op_db, the samples of
the default suite), then, for what these do not notice, the other test files that run the derivative. Not a part of the
default suite: it takes half an hour.
"""

import argparse
import collections
import contextlib
import io
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest  # noqa: E402
import torch  # noqa: E402
from op_db import checks, passes  # noqa: E402
from op_db.database import entries  # noqa: E402
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: E402

import minitorch  # noqa: E402
from minitorch.autograd.function import Function  # noqa: E402

KINDS = {
    "sign": lambda grad: -grad,
    "factor": lambda grad: grad * 2,
    "order": lambda grad: grad.flip(tuple(range(grad.ndim))),
    "offset": lambda grad: grad + 1,
}
OTHER_TESTS = ("autograd", "func", "nn", "ops", "optim", "utils", "test_edges.py", "test_distributions.py", "test_memory.py")
SAMPLES = 3  # as tests/op_db/test_op_db.py
RESULTS = Path("results/mutation.json")

used: collections.Counter = collections.Counter()  # (name of a Function, argument) -> gradients that its backward returned


def main() -> int:
    """Break what was asked for, or what was not broken yet; returns 1 where a mutant survives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="Functions, all by default")
    parser.add_argument("--again", action="store_true", help="only what survived")
    parser.add_argument("--report", action="store_true", help="run nothing")
    options = parser.parse_args()
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"where": {}, "tests": {}, "verdicts": {}}
    if not options.report:
        torch.set_num_threads(1)
        with _progress() as progress:
            run(known, options.names, options.again, progress)
    return report(known, options.names)


def run(known: dict, names: list[str], again: bool, progress: Progress) -> None:
    """Every mutant that has no verdict yet; what is found is kept on disk after each."""
    if not known["where"]:
        find_entries(known, progress)
    if again:
        known["verdicts"] = {key: verdict for key, verdict in known["verdicts"].items() if verdict != SURVIVED}
    break_all(known, names, known["where"], _by_entries, (None,), progress)
    unseen = [key for key, verdict in known["verdicts"].items() if verdict in UNSEEN]
    if not known["tests"] and (unseen or set(functions()) - {place.split()[0] for place in known["where"]}):
        find_tests(known, progress)
    break_all(known, names, {**known["where"], **known["tests"]}, _by_tests, UNSEEN, progress)


# Verdicts; any other is the name of the test that failed.
UNNOTICED, UNTOUCHED = "not noticed by the database", "not changed in the database"
SURVIVED, SAME = "SURVIVES", "changes nothing"
UNSEEN = (None, UNNOTICED, UNTOUCHED)


def break_all(known: dict, names: list[str], places, notice, verdicts: tuple, progress: Progress) -> None:
    """Try the mutants whose verdict is one of `verdicts`."""
    wanted = [
        (place, kind)
        for place in sorted(places)
        for kind in KINDS
        if (not names or place.split()[0] in names) and known["verdicts"].get(f"{place} {kind}") in verdicts
    ]
    task = progress.add_task("mutants", total=len(wanted))
    for place, kind in wanted:
        progress.update(task, description=f"{place} {kind}")
        name, argument = place.split()
        changed = [True] if known["verdicts"].get(f"{place} {kind}") == UNNOTICED else []
        with broken(functions()[name], int(argument), KINDS[kind], changed):
            known["verdicts"][f"{place} {kind}"] = notice(known, place, changed)
        _keep(known)
        progress.advance(task)


def _by_entries(known: dict, place: str, changed: list) -> str:
    for entry in known["where"].get(place, ())[:6]:
        if _fails(entry):
            return entry
    return UNNOTICED if changed else UNTOUCHED


def _by_tests(known: dict, place: str, changed: list) -> str:
    for tests in known["tests"].get(place, ())[:3]:
        if _pytest(["-x", tests]):
            return tests
    return SURVIVED if changed else SAME


@contextlib.contextmanager
def broken(function: type[Function], argument: int, change, changed: list):
    """Within, one gradient of a Function is another; `changed` gets an element when a value really differed."""
    original = function.backward

    def backward(ctx, *grads):
        results = original(ctx, *grads)
        several = isinstance(results, tuple)
        parts = list(results) if several else [results]
        if argument < len(parts) and parts[argument] is not None:
            right = parts[argument]
            parts[argument] = change(right)
            if not changed and not minitorch.equal(parts[argument].detach(), right.detach()):
                changed.append(True)
        return tuple(parts) if several else parts[0]

    own = function.__dict__.get("backward")
    function.backward = staticmethod(backward)
    try:
        yield
    finally:
        if own is None:
            del function.backward
        else:
            function.backward = own


# ---- Which tests run a derivative ----


def find_entries(known: dict, progress: Progress) -> None:
    """For every gradient the entries of the database whose checks compute it, those with the fewest others first."""
    listed = {name: _checks(name) for name in passes.read()}
    listed = {name: names for name, names in listed.items() if names}
    task = progress.add_task("entries", total=len(listed))
    where = collections.defaultdict(list)
    with watched():
        for name in listed:
            used.clear()
            checks.run(entries()[name], listed[name], limit=SAMPLES)
            for place in used:
                where[place].append((len(used), name))
            progress.update(task, advance=1, description=name)
    known["where"] = {place: [name for _, name in sorted(names)] for place, names in where.items()}
    _keep(known)


def find_tests(known: dict, progress: Progress) -> None:
    """For every gradient the files of other tests that compute it."""
    here = Path(__file__).parent
    files = sorted(file for each in OTHER_TESTS for file in ([here / each] if each.endswith(".py") else (here / each).glob("test_*.py")))
    task = progress.add_task("tests", total=len(files))
    where = collections.defaultdict(list)
    with watched():
        for file in files:
            used.clear()
            progress.update(task, description=file.name)
            _pytest([str(file)])
            for place in used:
                where[place].append((len(used), str(file.relative_to(here.parent))))
            progress.advance(task)
    known["tests"] = {place: [name for _, name in sorted(names)] for place, names in where.items()}
    _keep(known)


def _keep(known: dict) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(known, indent=0))


def functions() -> dict[str, type[Function]]:
    """Every operation of minitorch with a derivative, by its name and, where two share it, its module's."""
    found, stack = {}, [Function]
    while stack:
        for each in stack.pop().__subclasses__():
            stack.append(each)
            if each.__module__.startswith("minitorch.ops"):
                name = each.__name__ if each.__name__ not in found else f"{each.__module__.split('.')[-1]}.{each.__name__}"
                found[name] = each
    return found


@contextlib.contextmanager
def watched():
    """Within, every gradient that a derivative returns is counted in `used`."""
    before = {}
    for name, function in functions().items():
        before[function] = function.__dict__.get("backward")
        function.backward = staticmethod(_counting(name, function.backward))
    try:
        yield
    finally:
        for function, own in before.items():
            if own is None:
                del function.backward
            else:
                function.backward = own


def _counting(name: str, original):
    def backward(ctx, *grads):
        results = original(ctx, *grads)
        for place, each in enumerate(results if isinstance(results, tuple) else (results,)):
            if each is not None and ctx._forward_cls is functions_by_name[name]:
                used[f"{name} {place}"] += 1
        return results

    return backward


functions_by_name = functions()


def _checks(name: str) -> tuple[str, ...]:
    return tuple(each for each in passes.read_once()[name] if each in ("gradient", "second"))


def _fails(name: str) -> bool:
    tallies = checks.run(entries()[name], _checks(name), limit=SAMPLES)
    return not all(tally.good for tally in tallies.values())


def _pytest(arguments: list[str]) -> bool:
    """Whether tests fail."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return pytest.main(["-q", "-p", "no:cacheprovider", "-W", "ignore", *arguments]) == pytest.ExitCode.TESTS_FAILED


# ---- What is shown ----


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def report(known: dict, names: list[str]) -> int:
    """Print the survivors and the Functions that no test differentiates; returns 1 if there are any."""
    verdicts = {key: verdict for key, verdict in known["verdicts"].items() if not names or key.split()[0] in names}
    survivors = [key for key, verdict in verdicts.items() if verdict == SURVIVED]
    same = [key for key, verdict in verdicts.items() if verdict == SAME]
    reached = {place.split()[0] for place in (*known["where"], *known["tests"])}
    never = [] if names else sorted(set(functions()) - reached)
    open_ = [key for key, verdict in verdicts.items() if verdict in UNSEEN]
    noticed = len(verdicts) - len(survivors) - len(same) - len(open_)
    print(f"{len(verdicts)} mutants: {noticed} noticed, {len(survivors)} survive, {len(same)} change nothing in any test")
    if open_:
        print(f"{len(open_)} are not decided yet: the database does not notice them")
    for key in survivors:
        print(f"    survives: {key}")
    if never:
        print(f"no test differentiates: {', '.join(never)}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
