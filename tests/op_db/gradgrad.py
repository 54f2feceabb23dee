"""Second derivatives against finite differences, entry by entry. PyTorch: test/test_ops_gradients.py, test_fn_gradgrad.

    python -m tests.op_db.gradgrad                  every entry of passes.txt that PyTorch gradgradchecks; adds to gradgrad.txt
    python -m tests.op_db.gradgrad nn.functional.*  these; nothing is written
"""

import fnmatch
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch  # noqa: E402

import minitorch  # noqa: E402
from op_db import checks, passes  # noqa: E402
from op_db.compare import flatten, is_tensor  # noqa: E402
from op_db.database import entries  # noqa: E402
from op_db.translate import Translator, counterpart, function  # noqa: E402

FILE = Path(__file__).with_name("gradgrad.txt")
SAMPLES = 2  # of each entry, the smallest with several elements
LARGE = 30  # with more elements than this, one random direction instead of the whole Jacobian


def read() -> list[str]:
    """The entries whose second derivatives agree with finite differences."""
    return FILE.read_text().split() if FILE.exists() else []


def why_not(entry) -> str | None:
    """Why PyTorch does not gradgradcheck an entry itself; None where it does."""
    if not entry.supports_gradgrad:
        return "PyTorch has no second derivative"
    for each in entry.decorators:
        if getattr(each, "cls_name", None) != "TestBwdGradients" or each.test_name not in (None, "test_fn_gradgrad"):
            continue
        kind = getattr(each.decorators[0], "__qualname__", "")
        if (each.dtypes is None or torch.float64 in each.dtypes) and ("skip" in kind.lower() or "expectedFailure" in kind):
            return "PyTorch skips its own check"
    return None


def samples(entry) -> list:
    """The smallest samples of float64 that have a gradient, those of several elements first."""
    found = []
    for number, sample in enumerate(checks.samples(entry, "float64", True, None)):
        sizes = [each.numel() for each in checks.tensors_of(sample) if each.requires_grad]
        if sizes and min(sizes):
            total = sum(sizes)
            found.append((total > LARGE, total < 4, total, number, sample))
    return [each[-1] for each in sorted(found, key=lambda each: each[:-1])][:SAMPLES]


def check(entry, sample) -> str | None:
    """What minitorch's gradgradcheck says of a sample: None where it passes, or the first line of the error."""
    translator = Translator()
    arguments, keywords = translator(checks.arguments_of(sample))
    leaves = [translator(each) for each in checks.tensors_of(sample) if each.requires_grad]
    leaves = list({id(each): each for each in leaves}.values())
    ours, process, wrapper = counterpart(entry), function(sample.output_process_fn_grad), function(entry.gradcheck_wrapper)

    def call(*tensors):
        replaced = dict(zip(map(id, leaves), tensors))
        positional, named = _with(arguments, replaced), _with(keywords, replaced)
        minitorch.manual_seed(0)
        results = [each for each in flatten(process(wrapper(ours, *positional, **named))) if is_tensor(each)]
        return tuple(each for each in results if each.is_floating_point() and each.requires_grad)

    minitorch.manual_seed(1)
    fast = sum(each.numel() for each in leaves) > LARGE
    try:
        if call(*leaves):
            minitorch.autograd.gradgradcheck(call, tuple(leaves), atol=1e-4, fast_mode=fast, check_undefined_grad=False)
    except Exception as error:
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
    return None


def _with(value, replaced: dict):
    """The same nest with some tensors replaced."""
    if is_tensor(value):
        return replaced.get(id(value), value)
    if isinstance(value, dict):
        return {name: _with(each, replaced) for name, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_with(each, replaced) for each in value))
    if isinstance(value, list | tuple):
        return type(value)(_with(each, replaced) for each in value)
    return value


def run(name: str) -> str | None:
    """The first thing wrong with the samples of an entry; None if there is none."""
    entry = entries()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample in samples(entry):
            wrong = check(entry, sample)
            if wrong is not None:
                return f"{wrong} {checks.describe(sample)}"
    return None


def main() -> int:
    """Run the entries asked for, or all of the pass list; returns 1 where one fails."""
    torch.set_num_threads(1)
    patterns = sys.argv[1:]
    listed = [each for each, names in passes.read().items() if "gradient" in names]
    chosen = [each for each in listed if not patterns or any(fnmatch.fnmatchcase(each, pattern) for pattern in patterns)]
    good, bad, not_asked = set(), {}, []
    for name in chosen:
        start = time.perf_counter()
        if (reason := why_not(entries()[name])) is not None:
            not_asked.append(name)
            print(f"{name}: {reason}", flush=True)
            continue
        wrong = run(name)
        if wrong is None:
            good.add(name)
        else:
            bad[name] = wrong
        print(f"{name}: {wrong or 'passes'} ({time.perf_counter() - start:.1f} s)", flush=True)
    print(f"{len(good)} pass, {len(bad)} do not, {len(not_asked)} are not checked by PyTorch either")
    for name, wrong in bad.items():
        print(f"    {name}: {wrong}")
    if not patterns:
        FILE.write_text("".join(f"{name}\n" for name in sorted(good | set(read()))))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
