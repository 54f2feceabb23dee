"""How the end of a worker process is told. PyTorch: torch/utils/data/_utils/signal_handling.py, csrc/DataLoader.cpp.

PyTorch learns of a worker's death from SIGCHLD, in a handler of its own. Here it is the end of the worker's socket,
for which the loader waits anyway: no handler, and nothing to do where a program has one.
"""

import contextlib
import faulthandler
import signal
import sys
from multiprocessing.process import BaseProcess


def set_worker_signal_handlers() -> None:
    """In a worker: SIGTERM ends it whatever handler a fork has left, and a crash shows where it happened."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.stderr is not None and not faulthandler.is_enabled():
        with contextlib.suppress(OSError, ValueError, AttributeError, RuntimeError):  # no file, as in a notebook
            faulthandler.enable(all_threads=False)


def unexpected_end(processes: list[BaseProcess]) -> RuntimeError:
    """The error for workers that have ended by themselves; its cause says how the first of them did."""
    pids = ", ".join(str(process.pid) for process in processes)
    error = RuntimeError(f"DataLoader worker (pid(s) {pids}) exited unexpectedly")
    error.__cause__ = RuntimeError(_how(processes[0]))
    return error


def _how(process: BaseProcess) -> str:
    code = process.exitcode
    if code is not None and code < 0:
        text = f"DataLoader worker (pid {process.pid}) is killed by signal: {signal.strsignal(-code)}. "
        if -code == getattr(signal, "SIGBUS", None):
            text += (
                "It is possible that dataloader's workers are out of shared memory. "
                "Please try to raise your shared memory limit."
            )
        return text
    return (
        f"DataLoader worker (pid {process.pid}) exited unexpectedly with exit code {code}. "
        "Details are lost due to multiprocessing. Rerunning with num_workers=0 may give better error trace."
    )
