"""One pass over a loader with worker processes. PyTorch: torch/utils/data/dataloader.py, _MultiProcessingDataLoaderIter.

Task n, a list of indices, goes to the next worker in turn; `prefetch_factor` tasks for each are under way. Every worker
has a socket of its own, on which it answers its tasks in order. The loader never waits to send, and what a worker has
died of shows as the end of its socket; so there is no lock that a killed worker could hold, no queue, no thread.
"""

import atexit
import contextlib
import itertools
import multiprocessing
import os
import pickle
import selectors
import socket
import time
import warnings
import weakref
from collections import deque
from typing import Any

from minitorch._utils import ExceptionWrapper
from minitorch.utils.data._utils.channel import Message, receive
from minitorch.utils.data._utils.signal_handling import unexpected_end
from minitorch.utils.data._utils.worker import STATUS_CHECK_INTERVAL, Job, StreamEnd, worker_loop
from minitorch.utils.data.epoch import _BaseDataLoaderIter

_AT_ONCE = getattr(socket, "MSG_DONTWAIT", 0)


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """One epoch or, with persistent workers, one after the other; ends the workers when it is collected.

    RuntimeError where a worker dies, or does not answer in time; what a worker raises is raised again here.
    PyTorch: torch.utils.data.dataloader._MultiProcessingDataLoaderIter.
    """

    def __init__(self, loader) -> None:
        super().__init__(loader)
        if loader.prefetch_factor <= 0:
            raise AssertionError("prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter")
        self._timeout = loader.timeout
        self._in_order = loader.in_order
        self._persistent = loader.persistent_workers
        self._most_tasks = loader.prefetch_factor * loader.num_workers
        self._epoch = 0
        self._selector = selectors.DefaultSelector()
        self._workers: list[_Worker] = []
        self._owner = os.getpid()
        self._stop = weakref.finalize(self, _stop, self._workers, self._selector, self._owner)
        self._stop.atexit = False  # see _disconnect_all
        _iterators.add(self)
        try:
            for worker_id in range(loader.num_workers):
                self._workers.append(_Worker(loader, worker_id, self._base_seed, self._selector))
        except BaseException as error:
            if isinstance(error, (TypeError, AttributeError, pickle.PicklingError)):
                warnings.warn(
                    "Got pickle error when attempting to start a worker Process. "
                    "This might be because the worker Process arguments are not picklable. "
                    "Python 3.14+ changed the multiprocessing start method in non-Mac POSIX platforms "
                    "to 'forkserver', which requires the worker Process arguments to be picklable. "
                    "You can also try multiprocessing.set_start_method('fork').",
                    stacklevel=2,
                )
            self._stop()
            raise
        self._reset(loader)  # the sampler's iterator is made a second time, as PyTorch does: it may draw numbers

    def _reset(self, loader) -> None:
        super()._reset(loader)
        if not hasattr(self, "_workers"):  # called by the base class
            return
        self._epoch += 1
        self._sent = 0  # tasks so far
        self._expected = 0  # the task whose batch is next
        self._owners: dict[int, _Worker] = {}  # of the tasks whose batch has not been handed out
        self._arrived: dict[int, Any] = {}
        self._turns = itertools.cycle(self._workers)
        for worker in self._workers:
            worker.has_more, worker.load = True, 0
        for _ in range(self._most_tasks):
            self._send_task()

    def _next_data(self) -> Any:
        while self._find_expected():
            if self._expected in self._arrived:
                return self._hand_out(self._expected)
            number, worker, data = self._receive()
            if isinstance(data, StreamEnd):
                worker.has_more = False
                self._send_task()
                continue
            self._arrived[number] = data
            if not self._in_order:
                return self._hand_out(number)
        if not self._persistent:
            self._stop()
        raise StopIteration

    def _find_expected(self) -> bool:
        """Go on to the next task that has a batch, or a worker that may still send one; False at the end."""
        while self._expected < self._sent:
            worker = self._owners.get(self._expected)
            if worker is not None and (self._expected in self._arrived or worker.has_more):
                return True
            self._owners.pop(self._expected, None)
            self._expected += 1
        return False

    def _hand_out(self, number: int) -> Any:
        data = self._arrived.pop(number)
        self._owners.pop(number).load -= 1
        self._send_task()
        if isinstance(data, ExceptionWrapper):
            data.reraise()
        return data

    def _send_task(self) -> None:
        """Send the next indices, if there are any, to the worker whose turn it is, if any has more to give."""
        indices = next(self._indices, _NOTHING)
        if indices is _NOTHING:
            return
        active = sum(worker.has_more for worker in self._workers)
        for worker in itertools.islice(self._turns, len(self._workers)):
            if worker.has_more and (self._in_order or worker.load < self._most_tasks // active):
                worker.send(self._epoch, self._sent, indices)
                worker.load += 1
                self._owners[self._sent] = worker
                self._sent += 1
                return

    def _receive(self) -> tuple[int, "_Worker", Any]:
        """The next answer of any worker to a task of this epoch."""
        wait = self._timeout or STATUS_CHECK_INTERVAL
        end = time.monotonic() + wait
        while True:
            for key, events in self._selector.select(max(0, end - time.monotonic())):
                worker = key.data
                if events & selectors.EVENT_WRITE:
                    worker.flush()
                if events & selectors.EVENT_READ:
                    try:
                        epoch, number, data = worker.receive()
                    except EOFError:
                        worker.process.join(STATUS_CHECK_INTERVAL)
                        raise self._unexpected_end(worker)  # noqa: B904 - it has a cause
                    if epoch == self._epoch:  # and not of one that was left before its end
                        return number, worker, data
            if time.monotonic() >= end:
                if any(worker.connection and not worker.process.is_alive() for worker in self._workers):
                    raise self._unexpected_end()
                if self._timeout > 0:
                    raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds")
                end = time.monotonic() + wait

    def _unexpected_end(self, ended: "_Worker | None" = None) -> RuntimeError:
        """The error for the workers that have died, which get no further tasks.

        One that has `ended` its connection is among them, though it may still be writing down its memory.
        """
        dead = [
            worker for worker in self._workers if worker.connection and (worker is ended or not worker.process.is_alive())
        ]
        for worker in dead:
            worker.disconnect()
        return unexpected_end([worker.process for worker in dead])

    def _too_long(self) -> str:
        return super()._too_long() + (
            "For multiprocessing data-loading, this could be caused by not properly configuring the "
            "IterableDataset replica at each worker. Please see "
            "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
        )


_NOTHING = object()


class _Worker:
    """The loader's side of a worker process."""

    def __init__(self, loader, worker_id: int, base_seed: int, selector: selectors.BaseSelector) -> None:
        self.selector = selector
        self.has_more = True  # False: its stream has ended, in this epoch, or it has died
        self.load = 0  # tasks of which the batch has not been handed out
        self.pending: deque[tuple[int, int]] = deque()  # epoch and number of the tasks that it has not answered
        self.unsent = bytearray()
        self.connection: socket.socket | None
        self.connection, theirs = socket.socketpair()
        job = Job(
            loader.dataset,
            loader._is_stream,
            loader._auto_collation,
            loader.collate_fn,
            loader.drop_last,
            base_seed,
            loader.worker_init_fn,
            worker_id,
            loader.num_workers,
        )
        context = loader.multiprocessing_context or multiprocessing
        self.process = context.Process(target=worker_loop, args=(theirs, job), daemon=True)
        try:
            with theirs:  # the worker's alone from here on: its death is the end of the connection
                self.process.start()
        except BaseException:
            self.connection.close()
            raise
        selector.register(self.connection, selectors.EVENT_READ, self)

    def send(self, epoch: int, number: int, indices) -> None:
        """Send a task, or as much of it as the connection takes; the rest follows when it can take more."""
        self.pending.append((epoch, number))
        self.unsent += Message((epoch, indices), shares=False).bytes
        self.flush()

    def flush(self) -> None:
        """Send what has not been sent. Waiting here, while the worker waits to send a batch, would be for ever."""
        if self.connection is None:
            return
        try:
            while self.unsent:
                del self.unsent[: self.connection.send(self.unsent, _AT_ONCE)]
        except BlockingIOError:
            pass
        except ConnectionError:
            self.unsent.clear()  # it has died, which the next `receive` tells
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
        if events != self.selector.get_key(self.connection).events:
            self.selector.modify(self.connection, events, self)

    def receive(self) -> tuple[int, int, Any]:
        """Epoch and number of a task, and the answer; an ExceptionWrapper where that cannot be read."""
        try:
            data = receive(self.connection)
        except EOFError:
            raise
        except Exception:
            data = ExceptionWrapper(where=f"in DataLoader, reading what worker process {self.process.pid} sent")
        epoch, number = self.pending.popleft()
        while isinstance(data, StreamEnd) and self.pending and self.pending[0][0] == epoch:
            self.pending.popleft()  # which it leaves unanswered
        return epoch, number, data

    def disconnect(self) -> None:
        """Tell the worker to end; also where another process has inherited this socket."""
        self.has_more = False
        if self.connection is not None:
            self.selector.unregister(self.connection)
            with contextlib.suppress(OSError):  # it has died
                self.connection.shutdown(socket.SHUT_RDWR)
            self.connection.close()
            self.connection = None


def _stop(workers: list[_Worker], selector: selectors.BaseSelector, owner: int) -> None:
    """End all workers: in a moment, or after what they are at, or by force."""
    if os.getpid() != owner:  # a forked child has a copy of the iterator, and collects it
        return
    _disconnect(workers, selector)
    end = time.monotonic() + STATUS_CHECK_INTERVAL
    for worker in workers:
        worker.process.join(max(0, end - time.monotonic()))
        if worker.process.is_alive():
            worker.process.terminate()
            worker.process.join(STATUS_CHECK_INTERVAL)


def _disconnect(workers: list[_Worker], selector: selectors.BaseSelector) -> None:
    for worker in workers:
        worker.disconnect()
    selector.close()


_iterators: weakref.WeakSet[_MultiProcessingDataLoaderIter] = weakref.WeakSet()


def _disconnect_all() -> None:
    """At exit: idle workers end, and multiprocessing ends the others without waiting for what they are at."""
    for iterator in _iterators:
        if iterator._stop.alive and os.getpid() == iterator._owner:
            _disconnect(iterator._workers, iterator._selector)


atexit.register(_disconnect_all)
