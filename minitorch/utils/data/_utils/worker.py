"""A worker process of DataLoader, and what a dataset can ask about it. PyTorch: torch/utils/data/_utils/worker.py."""

import multiprocessing
import multiprocessing.connection
import os
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import minitorch
from minitorch._utils import ExceptionWrapper
from minitorch.utils.data._utils.channel import receive, send
from minitorch.utils.data._utils.fetch import IterableDatasetFetcher, MapDatasetFetcher
from minitorch.utils.data._utils.signal_handling import set_worker_signal_handlers

STATUS_CHECK_INTERVAL = 5.0
"""Seconds between two looks at whether the other process is still there, where nothing tells by itself."""


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Which worker this is. `seed` is that of minitorch and `random` here; `dataset` is this process's copy.

    PyTorch: torch.utils.data._utils.worker.WorkerInfo.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: None = None  # of workers that are threads, which PyTorch prepares for
    worker_method: str = "multiprocessing"


_worker_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """What is known of this worker; None in the main process. PyTorch: torch.utils.data.get_worker_info."""
    return _worker_info


@dataclass
class Job:
    """What a worker is given when it starts."""

    dataset: Any
    is_stream: bool
    auto_collation: bool
    collate_fn: Callable
    drop_last: bool
    base_seed: int
    init_fn: Callable[[int], None] | None
    worker_id: int
    num_workers: int


class StreamEnd:
    """Sent instead of a batch: this worker's copy of an iterable dataset has ended, for this epoch."""


def worker_loop(connection: socket.socket, job: Job) -> None:
    """Answer each task, (epoch, indices), with a batch, until the loader closes the socket.

    In place of a batch there may be an ExceptionWrapper, or a StreamEnd, after which the other tasks of that epoch
    are left unanswered. A new epoch begins with a new look at the dataset.
    """
    try:
        set_worker_signal_handlers()
        threading.Thread(target=_end_with_parent, daemon=True).start()
        where = f"in DataLoader worker process {job.worker_id}"
        failure = _prepare(job, where)
        fetcher, current, ended = None, None, False
        while True:
            epoch, indices = receive(connection)
            if epoch != current:
                fetcher, current, ended = None, epoch, False
            if ended:
                continue
            data = failure
            if data is None:
                try:
                    if fetcher is None:
                        kind = IterableDatasetFetcher if job.is_stream else MapDatasetFetcher
                        fetcher = kind(job.dataset, job.auto_collation, job.collate_fn, job.drop_last)
                    data = fetcher.fetch(indices)
                except Exception as error:
                    ended = job.is_stream and isinstance(error, StopIteration)
                    data = StreamEnd() if ended else ExceptionWrapper(where=where)
            _answer(connection, data, where)
            del data  # not to hold two batches at a time
    except (KeyboardInterrupt, EOFError, ConnectionError):
        pass  # the loader is told of an interrupt too, and raises


def _prepare(job: Job, where: str) -> ExceptionWrapper | None:
    """Seed all generators and call the user's function; what it raises is the answer to every task."""
    global _worker_info
    minitorch.set_num_threads(1)
    seed = job.base_seed + job.worker_id
    random.seed(seed)
    minitorch.manual_seed(seed)
    # Another algorithm than that of `random`, which would give the same numbers for the same seed.
    entropy = np.random.SeedSequence([job.worker_id, job.base_seed & 0xFFFFFFFF, job.base_seed >> 32, 0])
    np.random.seed(entropy.generate_state(4))
    _worker_info = WorkerInfo(job.worker_id, job.num_workers, seed, job.dataset)
    try:
        if job.init_fn is not None:
            job.init_fn(job.worker_id)
    except Exception:
        return ExceptionWrapper(where=where)
    return None


def _answer(connection: socket.socket, data, where: str) -> None:
    """Send a batch or, if it cannot be pickled, the reason."""
    try:
        send(connection, data)
    except ConnectionError:
        raise
    except Exception:
        if isinstance(data, ExceptionWrapper):  # its class cannot be found by name
            data.exc_type = RuntimeError
        else:
            data = ExceptionWrapper(where=where)
        send(connection, data)


def _end_with_parent() -> None:
    """End this process when the loader's has died, also while a dataset is busy: no orphans.

    The system tells of the death, unless a process that was forked later lives on; hence a look now and then.
    """
    parent, loader = os.getppid(), multiprocessing.parent_process()
    while os.getppid() == parent:
        if multiprocessing.connection.wait([loader.sentinel], STATUS_CHECK_INTERVAL):
            break
    os._exit(1)
