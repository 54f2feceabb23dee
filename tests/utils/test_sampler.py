"""Samplers: the same order and the same generator states as torch.utils.data."""

import itertools

import pytest
from agreement import agree
from hypothesis import given
from hypothesis import strategies as st


@given(
    n=st.integers(1, 70),
    replacement=st.booleans(),
    num_samples=st.none() | st.integers(1, 150),
    private=st.booleans(),
    taken=st.none() | st.integers(0, 40),
)
def test_random_sampler(n, replacement, num_samples, private, taken):
    """Two epochs of which only `taken` indices are read leave both generators where PyTorch leaves them."""

    def body(lib):
        generator = lib.Generator().manual_seed(3) if private else None
        sampler = lib.utils.data.RandomSampler(range(n), replacement, num_samples, generator)
        epochs = [list(itertools.islice(iter(sampler), taken)) for _ in range(2)]
        return epochs, len(sampler), generator and generator.get_state()

    agree(body)


def test_nothing_is_drawn_before_the_first_index():
    def body(lib):
        before = lib.get_rng_state()
        iterator = iter(lib.utils.data.RandomSampler(range(5)))
        untouched = bool((lib.get_rng_state() == before).all())
        return untouched, next(iterator)

    agree(body)


def test_dataset_that_grows():
    def body(lib):
        source = [1, 2]
        sampler = lib.utils.data.RandomSampler(source)
        source += [3, 4]
        return list(sampler), sampler.num_samples, len(sampler)

    agree(body)


def test_sequential_sampler():
    agree(
        lambda lib: (list(lib.utils.data.SequentialSampler("abc")), len(lib.utils.data.SequentialSampler("")))
    )


def test_subset_random_sampler():
    def body(lib):
        generator = lib.Generator().manual_seed(3)
        own = lib.utils.data.SubsetRandomSampler([5, 9, 2, 7], generator=generator)
        return list(lib.utils.data.SubsetRandomSampler(range(20))), list(own), len(own), generator.get_state()

    agree(body)


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("num_samples", [1, 4])
def test_weighted_random_sampler(replacement, num_samples):
    def body(lib):
        generator = lib.Generator().manual_seed(3)
        weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]
        own = lib.utils.data.WeightedRandomSampler(weights, num_samples, replacement, generator)
        shared = lib.utils.data.WeightedRandomSampler(lib.tensor(weights), num_samples, replacement)
        return list(own), list(shared), len(own), own.weights, generator.get_state()

    agree(body)


@given(st.integers(0, 20), st.integers(1, 7), st.booleans(), st.none() | st.integers(0, 4))
def test_batch_sampler(n, batch_size, drop_last, taken):
    """The batches and how many indices are read for them."""

    def body(lib):
        read = []
        source = (read.append(i) or i for i in range(n))
        sampler = lib.utils.data.BatchSampler(source, batch_size, drop_last)
        length = len(lib.utils.data.BatchSampler(range(n), batch_size, drop_last))
        return list(itertools.islice(iter(sampler), taken)), read, length

    agree(body)


@given(st.integers(0, 20), st.integers(1, 5), st.booleans(), st.booleans())
def test_distributed_sampler(n, replicas, shuffle, drop_last):
    def body(lib):
        result = []
        for rank in range(replicas):
            sampler = lib.utils.data.DistributedSampler(
                range(n), replicas, rank, shuffle=shuffle, seed=4, drop_last=drop_last
            )
            sampler.set_epoch(2)
            result.append((list(sampler), len(sampler), sampler.total_size))
        return result

    agree(body)


def test_distributed_sampler_without_processes():
    """PyTorch's words where it was built without torch.distributed."""
    import minitorch

    with pytest.raises(RuntimeError, match="^Requires distributed package to be available$"):
        minitorch.utils.data.DistributedSampler(range(3))


ERRORS = {
    "base class": lambda data: iter(data.Sampler()),
    "length of the base class": lambda data: len(data.Sampler()),
    "replacement": lambda data: data.RandomSampler([1], replacement=1),
    "empty": lambda data: data.RandomSampler([]),
    "no samples": lambda data: data.RandomSampler([1], num_samples=0),
    "half a sample": lambda data: data.RandomSampler([1], num_samples=0.5),
    "nothing to draw from": lambda data: list(data.RandomSampler([], num_samples=2)),
    "weighted: no samples": lambda data: data.WeightedRandomSampler([1.0], 0),
    "weighted: bool": lambda data: data.WeightedRandomSampler([1.0], True),
    "weighted: replacement": lambda data: data.WeightedRandomSampler([1.0], 1, 1),
    "weighted: matrix": lambda data: data.WeightedRandomSampler([[1.0, 2.0]], 1),
    "batch: size 0": lambda data: data.BatchSampler([1], 0, False),
    "batch: bool": lambda data: data.BatchSampler([1], True, False),
    "batch: None": lambda data: data.BatchSampler([1], None, False),
    "batch: drop_last": lambda data: data.BatchSampler([1], 1, 0),
    "batch: no length": lambda data: len(data.BatchSampler(iter([1]), 1, False)),
    "distributed: rank": lambda data: data.DistributedSampler([1], 2, 2),
}


@pytest.mark.parametrize("body", ERRORS.values(), ids=ERRORS.keys())
def test_errors(body):
    agree(lambda lib: body(lib.utils.data))


def test_random_sampler_golden():
    """PyTorch's order, without PyTorch: torch.manual_seed(0); two epochs of RandomSampler(range(8))."""
    import minitorch

    minitorch.manual_seed(0)
    sampler = minitorch.utils.data.RandomSampler(range(8))
    assert [list(sampler), list(sampler)] == GOLDEN_ORDER


GOLDEN_ORDER = [[2, 5, 4, 6, 1, 7, 0, 3], [2, 0, 5, 3, 1, 4, 7, 6]]
