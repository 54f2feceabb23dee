"""Starts the commands as a person would. PyTorch: none."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "reference"


def minitorch(*arguments, path=(), cwd=None, **variables: str) -> subprocess.CompletedProcess:
    """`python -m minitorch arguments`, with the folders of `path` before others on PYTHONPATH, and these variables set."""
    command = [sys.executable, "-m", "minitorch", *map(str, arguments)]
    environ = {**environment(path), **variables}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=cwd, timeout=300)
    # Said once on each machine, when a kernel is compiled: not what these tests look at.
    lines = done.stderr.splitlines(keepends=True)
    done.stderr = "".join(line for line in lines if "compiling kernels" not in line)
    return done


@contextlib.contextmanager
def running(command: list[str], **options) -> Iterator[subprocess.Popen]:
    """subprocess.Popen; ended, and its files closed, where the block ends, also by a failed assertion.

    What the traceback of a failed test holds is collected in some later test, and ResourceWarnings of it would be taken for
    that one's (agreement.outcome).
    """
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def environment(path=()) -> dict[str, str]:
    folders = [*map(str, path), str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))}


def hears_interrupts() -> None:
    """For preexec_fn: a shell's job in the background ignores Ctrl-C, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def one_line(text: str) -> str:
    """The only line of `text`; fails if there are more."""
    lines = text.splitlines()
    assert len(lines) == 1, text
    return lines[0]
