"""Python's multiprocessing under PyTorch's name. PyTorch: torch/multiprocessing/__init__.py.

Tensors that pass between processes are copied: nothing here puts a tensor into memory that several share, and
Tensor.share_memory_ does not exist.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing import Array as Array
from multiprocessing import Barrier as Barrier
from multiprocessing import Event as Event
from multiprocessing import JoinableQueue as JoinableQueue
from multiprocessing import Lock as Lock
from multiprocessing import Manager as Manager
from multiprocessing import Pipe as Pipe
from multiprocessing import Pool as Pool
from multiprocessing import Process as Process
from multiprocessing import Queue as Queue
from multiprocessing import Semaphore as Semaphore
from multiprocessing import SimpleQueue as SimpleQueue
from multiprocessing import Value as Value
from multiprocessing import cpu_count as cpu_count
from multiprocessing import current_process as current_process
from multiprocessing import freeze_support as freeze_support
from multiprocessing import get_all_start_methods as get_all_start_methods
from multiprocessing import get_context as get_context
from multiprocessing import get_start_method as get_start_method
from multiprocessing import set_start_method as set_start_method


class ProcessRaisedException(Exception):
    """A process of `spawn` ended with an error. PyTorch: torch.multiprocessing.ProcessRaisedException."""


def spawn(fn: Callable, args: tuple = (), nprocs: int = 1, join: bool = True, daemon: bool = False):
    """Run fn(number, *args) in `nprocs` new processes; wait for them, or return them.

    ProcessRaisedException where one ends with an error, which it has printed. PyTorch: torch.multiprocessing.spawn.
    """
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=fn, args=(number, *args), daemon=daemon) for number in range(nprocs)]
    for process in processes:
        process.start()
    if not join:
        return processes
    for process in processes:
        process.join()
    failed = [number for number, process in enumerate(processes) if process.exitcode]
    if failed:
        raise ProcessRaisedException(f"process {failed[0]} terminated with exit code {processes[failed[0]].exitcode}")
    return None


def get_all_sharing_strategies() -> set[str]:
    """The one there is."""
    return {"file_system"}


def get_sharing_strategy() -> str:
    """The one there is."""
    return "file_system"


def set_sharing_strategy(new_strategy: str) -> None:
    """Accepted: batches from workers come through shared memory in any case."""
