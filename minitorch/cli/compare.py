"""`minitorch compare`: one script on PyTorch and on minitorch, side by side. PyTorch: none."""

import argparse
import importlib.util
import os
import signal
import sys

from minitorch.cli.comparison import Comparison
from minitorch.cli.progress import make_progress
from minitorch.cli.report import print_table, save_json, save_plot
from minitorch.cli.run import cannot_read
from minitorch.cli.side import Side, record

HELP = "run a script on PyTorch and on minitorch, and compare"
DESCRIPTION = """\
Run a PyTorch script twice, on PyTorch and then on minitorch, each in a process of its own, and compare
the loss at every backward(), the gradients of the first step, the printed text, the state of the random
number generator at the end, and the time per step (the median time from one backward() to the next).
"""
EXAMPLE = """\
example:
  minitorch compare --plot curves.png reference/mnist_cnn.py --epochs 2

Options of compare stand before SCRIPT, those after it are the script's. A script that does not call
torch.manual_seed starts from seed 0 on both sides.

The two agree if
  the generators end in equal states and the numbers of steps are equal;
  the losses differ by at most 1e-6 at step 1, 1e-4 at steps 1 to 10
    (for losses above 4 by 4 and 400 units in their last place);
  the gradients of step 1 differ by at most 1e-4 of the largest element;
  means of 50 losses differ by at most 10 % plus 1 % of the first loss,
    or with --tolerance T every single loss by at most T.
The last is loose because rounding alone moves the later losses of some networks (relu with max pooling) by
more than 1e-3, on PyTorch itself too, as soon as it uses another number of threads.

exit status: 0 they agree, 1 they do not or one of them failed, 2 wrong arguments, 3 PyTorch is not
installed and minitorch ran alone, 130 interrupted
"""
NO_TORCH = 3
TITLES = {"torch": "PyTorch", "minitorch": "minitorch"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plot", metavar="FILE", help="draw both loss curves and their difference")
    parser.add_argument("--json", metavar="FILE", help="write every loss and difference as JSON")
    parser.add_argument(
        "--threads", metavar="N", type=positive, help="threads for either library (default: its own choice)"
    )
    parser.add_argument(
        "--tolerance", metavar="T", type=float, help="largest |difference| of the loss at any step"
    )
    parser.add_argument(
        "--against",
        choices=list(TITLES),
        default="minitorch",
        help="the second library (default: minitorch; torch compares PyTorch with itself)",
    )
    parser.add_argument("script", metavar="SCRIPT", help="a Python file that imports torch")
    parser.add_argument("args", metavar="...", nargs=argparse.REMAINDER, help="arguments for the script")


def run(options: argparse.Namespace) -> int:
    problem = cannot_read(options.script) or cannot_write(options.json) or cannot_write(options.plot)
    if not problem and options.plot and not importlib.util.find_spec("matplotlib"):
        problem = "--plot needs matplotlib: pip install 'minitorch[compare]'"
    if problem:
        say(problem)
        return 2
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # stops the script too
    try:
        return compare(options)
    except KeyboardInterrupt:
        say("interrupted; the script was stopped")
        return 130


def compare(options: argparse.Namespace) -> int:
    libraries = ["torch", options.against]
    alone = importlib.util.find_spec("torch") is None
    if alone:
        say("PyTorch is not installed, so minitorch runs alone. To compare: pip install 'minitorch[compare]'")
        libraries = ["minitorch"]
    sides = [Side(library, TITLES[library]) for library in libraries]
    if len(libraries) > 1 and libraries[0] == libraries[1]:
        sides[1].title += " again"

    progress = make_progress()
    for side, first in zip(sides, [None, *sides]):
        progress.begin(side, first)
        try:
            record(side, options.script, options.args, options.threads, progress)
        finally:
            progress.end()
        if side.status:
            return report_failure(side, options.args)
    if alone:
        return NO_TORCH

    comparison = Comparison(*sides, options.tolerance)
    print_table(comparison)
    if any(side.operators_defined for side in sides):
        print(
            "torchvision is built for CUDA, torch is not: its operators nms and qnms were defined beforehand."
        )
    if options.json:
        save_json(comparison, options.json, options.script, options.args)
    if options.plot:
        save_plot(comparison, options.plot, options.script)
    if comparison.reasons:
        print(f"{sides[1].title} DIFFERS from {sides[0].title}:")
        for reason in comparison.reasons:
            print(f"  {reason}")
        return 1
    print(f"{sides[1].title} agrees with {sides[0].title}.")
    return 0


def report_failure(side: Side, arguments: list[str]) -> int:
    """Say which side failed; its traceback has been shown as it came."""
    status = f"exit status {side.status}" if side.status > 0 else signal.strsignal(-side.status)
    say(f"the script failed on {side.title} ({status})")
    ours = [
        word for word in arguments if word.split("=")[0] in ("--plot", "--json", "--threads", "--tolerance")
    ]
    if ours and side.status == 2:
        say(f"{ours[0]} stands before the script if it is meant for compare")
    return 1


def cannot_write(file: str | None) -> str | None:
    """Why `file` cannot be written, in one line, before a long run; None if it can or is not wanted."""
    if file is None:
        return None
    folder = os.path.dirname(os.path.abspath(file))
    if not os.path.isdir(folder):
        return f"cannot write {file!r}: there is no folder {folder!r}"
    if os.path.isdir(file) or not os.access(file if os.path.exists(file) else folder, os.W_OK):
        return f"cannot write {file!r}"
    return None


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def say(line: str) -> None:
    sys.stdout.flush()
    print(f"minitorch compare: {line}", file=sys.stderr)
