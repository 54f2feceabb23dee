"""DataLoader: the same batches, errors, warnings and generator states as torch.utils.data.DataLoader."""

import itertools

import pytest
from agreement import agree, outcome, plain
from hypothesis import given, settings
from hypothesis import strategies as st


def rows(lib, n):
    """A TensorDataset of n pictures of 2x3 and n labels."""
    return lib.utils.data.TensorDataset(lib.arange(6.0 * n).view(n, 2, 3), lib.arange(n) % 3)


def stream_of(lib, values, length=None):
    """An iterable-style dataset, with a length where one is given."""

    class Stream(lib.utils.data.IterableDataset):
        def __iter__(self):
            return iter(values)

    class SizedStream(Stream):
        def __len__(self):
            return length

        def __repr__(self):
            return "<stream>"

    return Stream() if length is None else SizedStream()


class Noisy:
    """A dataset whose samples draw from the global stream."""

    def __init__(self, lib, n):
        self.lib, self.n = lib, n

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        if index >= self.n:
            raise IndexError(index)
        return index + self.lib.rand(2), index


DATASETS = {
    "tensors": rows,
    "subset": lambda lib, n: lib.utils.data.Subset(rows(lib, n + 3), list(range(3, n + 3))),
    "subset of a subset": lambda lib, n: lib.utils.data.Subset(
        lib.utils.data.Subset(rows(lib, n), range(n - 1, -1, -1)), list(range(n))
    ),
    "list": lambda lib, n: [(i, str(i)) for i in range(n)],
    "noisy": Noisy,
}


@settings(max_examples=4 * settings.default.max_examples)
@given(
    kind=st.sampled_from(list(DATASETS)),
    n=st.integers(1, 40),
    batch_size=st.none() | st.integers(1, 12),
    drop_last=st.booleans(),
    shuffle=st.booleans(),
    private=st.booleans(),
    taken=st.none() | st.integers(0, 6),
)
def test_epochs(kind, n, batch_size, drop_last, shuffle, private, taken):
    """Two epochs, of which only `taken` batches are read, and the state of the global generator."""

    def body(lib):
        generator = lib.Generator().manual_seed(11) if private else None
        loader = lib.utils.data.DataLoader(
            DATASETS[kind](lib, n),
            batch_size,
            shuffle,
            drop_last=drop_last and batch_size is not None,
            generator=generator,
        )
        epochs = [list(itertools.islice(loader, taken)) for _ in range(2)]
        return epochs, len(loader), len(iter(loader)), generator and generator.get_state()

    agree(body)


@given(
    n=st.integers(0, 20),
    batch_size=st.none() | st.integers(1, 7),
    drop_last=st.booleans(),
    length=st.none() | st.integers(0, 22),
    asked=st.booleans(),
)
def test_streams(n, batch_size, drop_last, length, asked):
    """Batches of a stream; a reported length that is too short is a warning once it was asked for."""

    def body(lib):
        loader = lib.utils.data.DataLoader(
            stream_of(lib, range(n), length), batch_size, drop_last=drop_last and batch_size is not None
        )
        reported = len(loader) if asked and length is not None else None
        return reported, list(loader), list(loader)

    agree(body)


@given(st.integers(1, 12), st.integers(1, 5), st.booleans())
def test_a_batch_reads_no_more_of_a_stream_than_it_needs(n, batch_size, drop_last):
    def body(lib):
        read = []
        source = stream_of(lib, (read.append(i) or i for i in range(n)))
        iterator = iter(lib.utils.data.DataLoader(source, batch_size, drop_last=drop_last))
        first = next(iterator, None)
        return first, list(read), list(iterator), read

    agree(body)


def test_samplers():
    def body(lib):
        data = lib.utils.data
        dataset = rows(lib, 9)
        return [
            list(data.DataLoader(dataset, 4, sampler=data.SubsetRandomSampler([1, 3, 5, 7, 8]))),
            list(data.DataLoader(dataset, 2, sampler=[3, -1, 0])),
            list(data.DataLoader(dataset, batch_sampler=[[1, 2], [], [0]][::2])),
            list(
                data.DataLoader(
                    dataset, batch_sampler=data.BatchSampler(data.RandomSampler(dataset), 2, True)
                )
            ),
            list(data.DataLoader(dataset, batch_size=None, sampler=[[1, 2], slice(0, 3), lib.tensor([4])])),
            list(data.DataLoader({"a": 1, "b": 2}, batch_size=2, sampler=["b", "a"])),
            list(data.DataLoader(dataset, 2, sampler=[lib.tensor(1), True, 2])),
        ]

    agree(body)


def test_collate_fn():
    """A collate_fn of one's own gets the samples as PyTorch passes them: a list of tuples."""

    def body(lib):
        data = lib.utils.data
        return [
            list(data.DataLoader(rows(lib, 5), 2, collate_fn=lambda samples: samples)),
            list(data.DataLoader(data.Subset(rows(lib, 5), [4, 0]), 2, collate_fn=lambda samples: samples)),
            list(data.DataLoader(rows(lib, 2), None, collate_fn=lambda sample: sample[1])),
            list(data.DataLoader(stream_of(lib, "abc"), 2, collate_fn="".join)),
        ]

    agree(body)


def test_getitems_is_preferred():
    def body(lib):
        class Batched(lib.utils.data.Dataset):
            def __len__(self):
                return 5

            def __getitems__(self, indices):
                return [10 * index for index in indices]

        return list(lib.utils.data.DataLoader(Batched(), 2))

    agree(body)


def test_subclasses_of_tensor_dataset_keep_their_getitem():
    def body(lib):
        class Doubled(lib.utils.data.TensorDataset):
            def __getitem__(self, index):
                return tuple(2 * tensor for tensor in super().__getitem__(index))

        return list(lib.utils.data.DataLoader(Doubled(lib.arange(5)), 2))

    agree(body)


def test_a_changed_collate_map_is_used():
    def body(lib):
        collate_fn_map = lib.utils.data._utils.collate.default_collate_fn_map
        before = collate_fn_map[lib.Tensor]
        collate_fn_map[lib.Tensor] = lambda batch, *, collate_fn_map=None: len(batch)
        try:
            return list(lib.utils.data.DataLoader(rows(lib, 3), 2))
        finally:
            collate_fn_map[lib.Tensor] = before

    agree(body)


def test_batches_of_a_tensor_dataset_are_copies():
    def body(lib):
        dataset = rows(lib, 4)
        (images, _), _ = lib.utils.data.DataLoader(dataset, 2)
        images.zero_()
        return dataset.tensors[0]

    agree(body)


def test_iter_draws_at_once_and_the_sampler_at_the_first_batch():
    def body(lib):
        loader = lib.utils.data.DataLoader(rows(lib, 4), 2, shuffle=True)
        states = [lib.get_rng_state()]
        iterator = iter(loader)
        states.append(lib.get_rng_state())
        next(iterator)
        states.append(lib.get_rng_state())
        return states

    agree(body)


def test_get_worker_info_is_none_in_the_main_process():
    agree(lambda lib: lib.utils.data.get_worker_info())


def test_attributes():
    def body(lib):
        loader = lib.utils.data.DataLoader(rows(lib, 4), 2)
        stream = lib.utils.data.DataLoader(stream_of(lib, "ab"), None)
        names = (
            "batch_size drop_last num_workers pin_memory timeout generator prefetch_factor "
            "persistent_workers worker_init_fn multiprocessing_context in_order pin_memory_device"
        )
        kinds = [type(part).__name__ for part in (loader.sampler, loader.batch_sampler, stream.sampler)]
        return (
            [getattr(loader, name) for name in names.split()],
            kinds,
            loader.collate_fn.__name__,
            stream.batch_size,
        )

    agree(body)


ERRORS = {
    "negative workers": {"num_workers": -1},
    "negative timeout": {"timeout": -1},
    "prefetch without workers": {"prefetch_factor": 2},
    "negative prefetch": {"prefetch_factor": -1, "num_workers": 1},
    "persistent without workers": {"persistent_workers": True},
    "context without workers": {"multiprocessing_context": "spawn"},
    "unknown context": {"multiprocessing_context": "thread", "num_workers": 1},
    "context of a wrong type": {"multiprocessing_context": 3, "num_workers": 1},
    "sampler and shuffle": {"sampler": [0], "shuffle": True},
    "batch sampler and batch size": {"batch_sampler": [[0]], "batch_size": 2},
    "batch sampler and no batch size": {"batch_sampler": [[0]], "batch_size": None},
    "batch sampler and shuffle": {"batch_sampler": [[0]], "shuffle": True},
    "batch sampler and sampler": {"batch_sampler": [[0]], "sampler": [0]},
    "batch sampler and drop_last": {"batch_sampler": [[0]], "drop_last": True},
    "no batches and drop_last": {"batch_size": None, "drop_last": True},
    "batch size 0": {"batch_size": 0},
    "batch size of a wrong type": {"batch_size": 1.5},
    "drop_last of a wrong type": {"drop_last": 1},
    "index out of range": {"sampler": [7]},
    "index far out of range": {"sampler": [-5]},
    "timeout without workers": {"timeout": 1},
}


@pytest.mark.parametrize("options", ERRORS.values(), ids=ERRORS.keys())
def test_errors(options):
    agree(lambda lib: list(lib.utils.data.DataLoader(rows(lib, 4), **options)))


STREAM_ERRORS = {
    "shuffle": {"shuffle": True},
    "sampler": {"sampler": [0]},
    "batch sampler": {"batch_sampler": [[0]]},
    "batch size 0": {"batch_size": 0},
}


@pytest.mark.parametrize("options", STREAM_ERRORS.values(), ids=STREAM_ERRORS.keys())
def test_stream_errors(options):
    agree(lambda lib: lib.utils.data.DataLoader(stream_of(lib, "abc"), **options))


def test_streams_take_shuffle_false():
    agree(lambda lib: list(lib.utils.data.DataLoader(stream_of(lib, "abc"), shuffle=False)))


def test_length_of_a_stream_without_one():
    agree(lambda lib: len(lib.utils.data.DataLoader(stream_of(lib, "abc"))))


def test_empty_dataset():
    agree(lambda lib: list(lib.utils.data.DataLoader([])))
    agree(lambda lib: lib.utils.data.DataLoader([], shuffle=True))


@pytest.mark.parametrize(
    "name", ["batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"]
)
def test_attributes_are_fixed(name):
    def body(lib):
        setattr(lib.utils.data.DataLoader([1]), name, 3)

    agree(body)


def test_other_attributes_are_free():
    def body(lib):
        loader = lib.utils.data.DataLoader([1, 2], 2)
        loader.collate_fn = sum
        loader.note = "mine"
        return list(loader), loader.note

    agree(body)


def test_an_iterator_cannot_be_pickled():
    def body(lib):
        iter(lib.utils.data.DataLoader([1])).__getstate__()

    agree(body)


@pytest.mark.parametrize("where", ["", "cuda"])
def test_pin_memory_warns(where):
    torch = pytest.importorskip("torch", reason="compares with the real PyTorch, which is not installed")
    if torch.accelerator.is_available():
        pytest.skip("with an accelerator PyTorch really pins memory, and says nothing")
    agree(lambda lib: list(lib.utils.data.DataLoader([1], pin_memory=True, pin_memory_device=where)))


def test_shuffle_golden():
    """PyTorch's batches, without PyTorch: manual_seed(0); two epochs of DataLoader(range(7), 3, True)."""
    import minitorch

    def body(lib):
        lib.manual_seed(0)
        loader = lib.utils.data.DataLoader(range(7), 3, shuffle=True)
        return [[batch.tolist() for batch in loader] for _ in range(2)], lib.rand(1).item()

    assert outcome(body, minitorch)[0] == plain(GOLDEN_EPOCHS)


GOLDEN_EPOCHS = ([[[0, 4, 1], [5, 2, 6], [3]], [[3, 1, 4], [2, 5, 0], [6]]], 0.455627977848053)
