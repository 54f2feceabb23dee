"""What goes wrong in worker processes is told in PyTorch's words, and leaves nothing behind."""

import contextlib
import gc
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from agreement import agree
from commands import environment, hears_interrupts, running

import minitorch
from minitorch.utils.data import DataLoader

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the datasets are local classes, which only a forked worker has"
)


def items(at, action, n=8):
    """The numbers below n; the one at index `at` is preceded by an action."""

    class Items:
        def __len__(self):
            return n

        def __getitem__(self, index):
            if index == at:
                action()
            return index

    return Items()


def throw(error):
    raise error


class TwoArguments(Exception):
    def __init__(self, first, second):
        super().__init__(first, second)


ERRORS = {
    "KeyError": lambda: {}["a\nkey"],
    "ValueError": lambda: throw(ValueError("of mine")),
    "one that needs two arguments": lambda: throw(TwoArguments(1, 2)),
    "one that PyTorch cannot make of a text": lambda: b"\xff".decode(),
    "StopIteration": lambda: throw(StopIteration),
}


@pytest.mark.parametrize("action", ERRORS.values(), ids=ERRORS.keys())
def test_exceptions(action):
    """The same type and text; the batches before it have come, and those after it still do."""

    def body(lib):
        iterator = iter(lib.utils.data.DataLoader(items(2, action, 6), 1, num_workers=2))
        first = [next(iterator), next(iterator)]
        try:
            last = next(iterator, "ended")
        except Exception as error:
            last = type(error).__name__, str(error).splitlines()[:2]
        return first, last, list(iterator)

    agree(body)


def test_the_traceback_is_the_workers_own():
    def careless_function():
        raise KeyError("text")

    with pytest.raises(KeyError) as caught:
        list(DataLoader(items(3, careless_function), 2, num_workers=1))
    lines = str(caught.value).splitlines()
    assert lines[:2] == [
        "Caught KeyError in DataLoader worker process 0.",
        "Original Traceback (most recent call last):",
    ]
    assert 'raise KeyError("text")' in lines[-2] and "careless_function" in lines[-3]
    assert lines[-1] == "KeyError: 'text'"


def test_exceptions_before_the_first_sample():
    def init(worker_id):
        raise ValueError(worker_id)

    def body(lib):
        list(lib.utils.data.DataLoader([1], num_workers=1, worker_init_fn=init))

    agree(body)

    def stream(lib):
        class Stream(lib.utils.data.IterableDataset):
            def __iter__(self):
                raise OSError("no such file")

        list(lib.utils.data.DataLoader(Stream(), num_workers=2))

    agree(stream)


def test_a_batch_that_cannot_be_pickled():
    """PyTorch waits for ever; here the reason arrives."""
    with pytest.raises((AttributeError, TypeError), match="pickle.*lambda.*" if sys.version_info < (3, 14) else ""):
        list(DataLoader([1], None, collate_fn=lambda _: lambda: 0, num_workers=1))
    weight = minitorch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="Caught RuntimeError in DataLoader worker process 0.\n(.|\n)*Cowardly"):
        list(DataLoader([1], None, collate_fn=lambda _: weight * 2, num_workers=1))


def test_an_exception_whose_class_the_loader_cannot_find():
    class Local(Exception):
        pass

    with pytest.raises(RuntimeError, match="Caught Local in DataLoader worker process 0.\n(.|\n)*Local: why"):
        list(DataLoader(items(1, lambda: throw(Local("why"))), num_workers=1))


ENDS = {
    "exit status": lambda: os._exit(3),
    "SystemExit": lambda: sys.exit(4),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "terminated": lambda: os.kill(os.getpid(), signal.SIGTERM),
}


@pytest.mark.parametrize("action", ENDS.values(), ids=ENDS.keys())
def test_a_worker_that_dies(action):
    def body(lib):
        def late():
            time.sleep(0.1)  # until the loader waits
            action()

        iterator = iter(lib.utils.data.DataLoader(items(2, late), 2, num_workers=1))
        first = next(iterator)
        try:
            next(iterator)
        except RuntimeError as error:
            return first, [re.sub(r"\d\d+", "PID", str(each)) for each in (error, error.__cause__)]

    agree(body)


def test_timeout():
    def body(lib):
        loader = lib.utils.data.DataLoader(items(1, lambda: time.sleep(1.2)), num_workers=1, timeout=0.5)
        iterator = iter(loader)
        return next(iterator), next(iterator)

    agree(body)


def test_workers_end_with_their_iterator():
    """At the end of an epoch, when it is left early, and when the loader of persistent workers goes."""
    before = set(multiprocessing.active_children())
    list(DataLoader(range(4), num_workers=2))
    for _ in DataLoader(range(100), num_workers=2):
        break
    loader = DataLoader(range(4), num_workers=2, persistent_workers=True)
    first, second = iter(loader), iter(loader)
    assert first is second and len(set(multiprocessing.active_children()) - before) == 2
    del loader, first, second, _
    gc.collect()
    assert set(multiprocessing.active_children()) <= before


def test_a_forked_copy_of_an_iterator_ends_no_workers():
    iterator = iter(DataLoader(range(20), 1, num_workers=2))
    next(iterator)
    child = os.fork()
    if child == 0:
        del iterator
        gc.collect()
        os._exit(0)
    os.waitpid(child, 0)
    assert len(list(iterator)) == 19


# ---- What ends the loader's own process ----


def start(text: str, *arguments: str) -> contextlib.AbstractContextManager[subprocess.Popen]:
    """A process that runs a program with a loader of slow samples, `loader`, which tells its workers' pids."""
    program = f"""
        import os, sys, time
        import minitorch

        def crash(index):
            if "crash" in sys.argv and index == 2: os.kill(os.getpid(), 11)

        class Slow:
            def __len__(self): return 100
            def __getitem__(self, index):
                os.write(1, b"%d\\n" % os.getpid())
                crash(index)
                time.sleep(60 if index > 1 and "crash" not in sys.argv else 0)
                return minitorch.ones(10000)

        loader = minitorch.utils.data.DataLoader(Slow(), 1, num_workers=2)
        {text}
    """
    return running(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True,
        preexec_fn=hears_interrupts,
    )  # fmt: skip


def pids(process: subprocess.Popen) -> set[int]:
    """The workers of a process of `start`, which both have begun to sleep."""
    return {int(process.stdout.readline()) for _ in range(4)}


def gone(workers: set[int]) -> bool:
    """Whether all these processes end soon: long before the minute for which they sleep is over, on a busy machine too."""
    end = time.monotonic() + 10
    while any(runs(pid) for pid in workers):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def runs(pid: int) -> bool:
    """Whether a process has not ended. One that nobody has waited for yet has: an orphan is the system's to wait for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@linux
def test_no_orphans_when_the_loader_is_killed():
    """Although the workers are asleep in the dataset, and nothing is left in shared memory."""
    memory = set(os.listdir("/dev/shm"))
    with start("list(loader)") as process:
        workers = pids(process)
        process.kill()
        assert len(workers) == 2 and gone(workers)
        assert "resource_tracker" not in process.communicate()[1]
        assert set(os.listdir("/dev/shm")) <= memory


@linux
@pytest.mark.parametrize("to_all", [True, False], ids=["from the terminal", "to the loader only"])
def test_keyboard_interrupt(to_all):
    """The program ends at once, with one traceback."""
    with start("list(loader)") as process:
        workers = pids(process)
        begin = time.monotonic()
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
        errors = process.communicate(timeout=10)[1]
        assert process.returncode == -signal.SIGINT and time.monotonic() - begin < 4
        assert errors.count("Traceback") == 1 and errors.splitlines()[-1] == "KeyboardInterrupt"
        assert gone(workers)


@linux
def test_a_program_that_ends_with_an_unfinished_iterator():
    """No waiting for the workers, and not a word."""
    with start("iterator = iter(loader); next(iterator); next(iterator); time.sleep(0.1)") as process:
        workers = pids(process)
        assert process.communicate(timeout=10)[1] == "" and process.returncode == 0
        assert gone(workers)


@linux
def test_a_crash_shows_where():
    """A worker that gets SIGSEGV prints its Python frames."""
    with start("list(loader)", "crash") as process:
        errors = process.communicate(timeout=10)[1]
        assert "Fatal Python error: Segmentation fault" in errors and ", line 6 in crash" in errors
        assert re.search(r"RuntimeError: DataLoader worker \(pid \d+\) is killed by signal: Segmentation fault", errors)
        assert re.search(r"\nRuntimeError: DataLoader worker \(pid\(s\) \d+\) exited unexpectedly\n$", errors)
