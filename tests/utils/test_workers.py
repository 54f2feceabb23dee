"""DataLoader with worker processes: the batches, numbers, warnings of torch.utils.data.DataLoader."""

import itertools
import os
import random
import sys
import time
from collections import namedtuple

import numpy as np
import pytest
from agreement import agree, plain
from worker_datasets import Rows

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="most datasets here are local classes, which only a forked worker has"
)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

Point = namedtuple("Point", ["x", "y"])


def noisy(lib, n=11):
    """Samples that tell index and worker, and draw from every generator."""

    class Noisy(lib.utils.data.Dataset):
        def __len__(self):
            return n

        def __getitem__(self, index):
            info = lib.utils.data.get_worker_info()
            drawn = lib.rand(2), random.random(), np.random.rand(2)
            return index, drawn, {"worker": (info.id, info.num_workers, info.seed)}

    return Noisy()


def streams(lib, length=None):
    """One stream in each worker, of different lengths."""

    class Stream(lib.utils.data.IterableDataset):
        def __iter__(self):
            worker = lib.utils.data.get_worker_info().id
            return iter(range(10 * worker, 10 * worker + 3 + 3 * worker))

    class SizedStream(Stream):
        def __len__(self):
            return length

        def __repr__(self):
            return "<stream>"

    return Stream() if length is None else SizedStream()


OPTIONS = {
    "in turn": {"batch_size": 4},
    "shuffled": {"batch_size": 4, "shuffle": True},
    "a full last batch": {"batch_size": 3, "shuffle": True, "drop_last": True, "prefetch_factor": 1},
    "single samples": {"batch_size": None, "prefetch_factor": 3},
    "persistent": {"batch_size": 2, "shuffle": True, "persistent_workers": True},
    "one worker": {"batch_size": 2, "num_workers": 1},
    "fewer batches than workers": {"batch_size": 11},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_epochs(options):
    """A whole epoch, one that is left early, and another: batches, and what the generators have given."""

    def body(lib):
        loader = lib.utils.data.DataLoader(noisy(lib), **{"num_workers": 2, **options})
        epochs = [(list(itertools.islice(loader, taken)), lib.get_rng_state()) for taken in (None, 2, None)]
        return epochs, len(loader), len(iter(loader))

    agree(body)


def test_a_generator_of_its_own():
    def body(lib):
        generator = lib.Generator().manual_seed(5)
        loader = lib.utils.data.DataLoader(noisy(lib), 4, True, num_workers=2, generator=generator)
        return [list(loader) for _ in range(2)], generator.get_state()

    agree(body)


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("batch_size, drop_last", [(2, False), (2, True), (None, False)])
def test_streams(batch_size, drop_last, persistent):
    def body(lib):
        loader = lib.utils.data.DataLoader(
            streams(lib), batch_size, num_workers=2, drop_last=drop_last, persistent_workers=persistent
        )
        return [list(itertools.islice(loader, taken)) for taken in (None, 1, None)]

    agree(body)


def test_a_stream_longer_than_it_says():
    def body(lib):
        loader = lib.utils.data.DataLoader(streams(lib, 3), 2, num_workers=2)
        return len(loader), list(loader)

    agree(body)


def test_a_sampler_that_draws_when_it_is_iterated():
    """PyTorch makes the iterator of a sampler twice; the numbers that this draws are part of the stream."""

    def body(lib):
        class Drawn:
            def __iter__(self):
                return iter(lib.randperm(5).tolist())

        return list(lib.utils.data.DataLoader(range(5), None, sampler=Drawn(), num_workers=1))

    agree(body)


def test_worker_init_fn():
    """It runs after the seeding, and may change the dataset through get_worker_info."""

    def body(lib):
        class Shifted(list):
            shift = 0

            def __getitem__(self, index):
                return self.shift + index, lib.get_num_threads()

        def init(worker_id):
            lib.utils.data.get_worker_info().dataset.shift = 100 * worker_id + lib.randint(50, ()).item()

        loader = lib.utils.data.DataLoader(Shifted(range(4)), 1, num_workers=2, worker_init_fn=init)
        return list(loader), lib.utils.data.get_worker_info()

    agree(body)


TENSORS = {
    "large": lambda lib: lib.rand(40, 50),
    "transposed": lambda lib: lib.arange(3000.0).view(50, 60).t(),
    "a column": lambda lib: lib.arange(9000).view(1500, 6)[:, 2],
    "expanded": lambda lib: lib.arange(1000.0).expand(3, 1000),
    "without elements": lambda lib: lib.ones(2, 0, 3),
    "without dimensions": lambda lib: lib.tensor(3, dtype=lib.uint8),
    "bools": lambda lib: lib.arange(5000) % 3 == 0,
    "small": lambda lib: lib.arange(6).view(2, 3)[1],
    "requiring a gradient": lambda lib: lib.ones(2000, requires_grad=True),
    "parameter": lambda lib: lib.nn.Parameter(lib.ones(2000)),
    "array": lambda lib: np.arange(2000.0).reshape(40, 50).T,
    "named tuple": lambda lib: Point(lib.ones(2000), {"a": ["text", b"bytes", None, 1.5]}),
}


@pytest.mark.parametrize("make", TENSORS.values(), ids=TENSORS.keys())
def test_what_crosses(make):
    """Value, dtype, strides, kind of container, and whether a gradient is required; all of it can be written."""

    def body(lib):
        loader = lib.utils.data.DataLoader([0], None, collate_fn=lambda _: make(lib), num_workers=1)
        (batch,) = loader
        tensor = batch.x if isinstance(batch, Point) else batch
        before = plain(batch), type(batch).__name__, getattr(tensor, "requires_grad", None)
        if not getattr(tensor, "requires_grad", False):
            tensor[...] = 1
        return before, batch

    agree(body)


def test_in_order_false():
    """A batch that takes long does not hold up the others."""

    def body(lib):
        def slow(index):
            time.sleep(0.6 if index == 0 else 0)
            return index

        loader = lib.utils.data.DataLoader(range(4), None, collate_fn=slow, num_workers=2, in_order=False)
        return list(loader)[-1]

    agree(body)


def test_messages_that_fill_the_sockets():
    """Tasks and batches of megabytes, in both directions at once, and nobody waits for the other."""

    def body(lib):
        class Same(lib.utils.data.Dataset):
            def __getitems__(self, indices):
                return indices

        tasks = [list(range(i, 80_000 + i)) for i in range(4)]
        loader = lib.utils.data.DataLoader(Same(), batch_sampler=tasks, collate_fn=list, num_workers=2)
        return [(len(batch), batch[-1]) for batch in loader]

    agree(body)


def test_too_many_workers_is_a_warning():
    agree(lambda lib: lib.utils.data.DataLoader([1], num_workers=1000).num_workers)


def test_pin_memory_warns():
    torch = pytest.importorskip("torch", reason="compares with the real PyTorch, which is not installed")
    if torch.accelerator.is_available():
        pytest.skip("with an accelerator PyTorch really pins memory, and says nothing")
    agree(lambda lib: list(lib.utils.data.DataLoader([1], num_workers=1, pin_memory=True)))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_start_methods(method):
    """The same batches however the workers start, also after the loader's process has used a parallel kernel."""
    import minitorch

    def batches(**options):
        minitorch.manual_seed(4)
        return plain(list(minitorch.utils.data.DataLoader(Rows(), 2, shuffle=True, num_workers=2, **options)))

    minitorch.ones(100_000).add(1)
    assert batches(multiprocessing_context=method) == batches()


@linux
def test_no_descriptors_are_kept():
    """Not by loaders that are done, and few by batches that live on."""
    import minitorch

    def epoch(n=4):
        loader = minitorch.utils.data.DataLoader(
            range(n), None, collate_fn=lambda i: minitorch.full((2000,), i), num_workers=2
        )
        return list(loader)

    epoch()
    before, memory = len(os.listdir("/proc/self/fd")), set(os.listdir("/dev/shm"))
    epoch()
    assert len(os.listdir("/proc/self/fd")) == before
    batches = epoch(400)
    assert len(os.listdir("/proc/self/fd")) <= before + 256
    assert [int(batch[-1]) for batch in batches] == list(range(400))
    assert set(os.listdir("/dev/shm")) == memory


def test_golden():
    """PyTorch's numbers, without PyTorch: manual_seed(0), two workers, batches of 2 of 5 samples."""
    import minitorch

    minitorch.manual_seed(0)
    loader = minitorch.utils.data.DataLoader(noisy(minitorch, 5), 2, shuffle=True, num_workers=2)
    assert [
        (index.tolist(), round(ours[0, 0].item(), 6), round(python[0].item(), 6), round(array[0, 0].item(), 6))
        for index, (ours, python, array), _ in loader
    ] == GOLDEN


GOLDEN = [
    ([1, 4], 0.78214, 0.213153, 0.837164),
    ([2, 3], 0.693818, 0.773386, 0.67027),
    ([0], 0.524179, 0.925721, 0.109209),
]
