"""What a GPU's figures are to be, and what they are: one table from the file of a bench. PyTorch: none.

    python benchmarks/gpu_goals.py gpu.json    # of `minitorch bench --device cuda --json gpu.json gpu/ conv/ programs/mnist_cnn`
"""

import json
import sys
from pathlib import Path

GOALS = [  # (work, how the names of its cases begin, minitorch's time over PyTorch's at most)
    ("pointwise, reductions, softmax, norms, pooling, optimizers, 64 MiB", "gpu/", 1.25),
    ("gemm 1024 to 8192", "gpu/gemm", 1.6),
    ("convolutions of the CNN and ResNet, forward and both gradients", "conv/", 2.5),
    ("mnist_cnn step, batch 64", "programs/mnist_cnn", 1.5),
    ("mnist_cnn step, batch 2048", "gpu/mnist_cnn 2048", 2.0),
]


def main(file: str) -> int:
    """Print the table; 0 if all is met, 1 if not, or not measured."""
    document = json.loads(Path(file).read_text(encoding="utf-8"))
    print(f"{document['gpu']}; " + ", ".join(f"{name} {version}" for name, version in document["versions"].items()))
    print(f"{'minitorch / PyTorch, the median and the worst case':<70}{'cases':>6}{'median':>8}{'worst':>7}{'at most':>9}")
    rows = [row(work, [case for case in document["cases"] if belongs(case, begin, limit)], limit) for work, begin, limit in GOALS]
    for text, _ in rows:
        print(text)
    return int(not all(met for _, met in rows))


def belongs(case: dict, begin: str, limit: float) -> bool:
    return case["name"].startswith(begin) and case["limit"] == limit


def row(work: str, cases: list[dict], limit: float) -> tuple[str, bool]:
    """A line of the table, and whether the goal is met."""
    ratios = sorted((case["ratio"]["median"], case["name"]) for case in cases if case["ratio"])
    missing = [case["name"] for case in cases if not case["ratio"]]
    slow = [name for ratio, name in ratios if ratio > limit]
    numbers = f"{ratios[len(ratios) // 2][0]:>8.2f}{ratios[-1][0]:>7.2f}" if ratios else f"{'-':>8}{'-':>7}"
    verdict = f"MISSED by {', '.join(slow)}" if slow else "met"
    if missing or not cases:
        verdict = f"OPEN, not measured: {', '.join(missing) or 'all'}"
    return f"{work:<70}{len(ratios):>6}{numbers}{limit:>9g}  {verdict}", verdict == "met"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
