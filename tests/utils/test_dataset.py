"""Datasets. Oracle: torch.utils.data."""

import pytest
from agreement import agree
from hypothesis import given
from hypothesis import strategies as st


def stream_of(lib, *values):
    """An iterable-style dataset of these values."""

    class Stream(lib.utils.data.IterableDataset):
        def __iter__(self):
            return iter(values)

        def __len__(self):
            return len(values)

    return Stream()


def test_tensor_dataset():
    def body(lib):
        x, y = lib.arange(12.0).view(4, 3), lib.arange(4)
        dataset = lib.utils.data.TensorDataset(x, y)
        return len(dataset), dataset[0], dataset[-1], dataset[1:3], len(dataset.tensors)

    agree(body)


def test_stack_dataset():
    def body(lib):
        data = lib.utils.data
        pair = data.StackDataset([1, 2, 3], "abc")
        named = data.StackDataset(image=[1, 2, 3], text=data.Subset("xyz", [2, 1, 0]))
        return len(pair), pair[1], pair.__getitems__([2, 0]), named[1], named.__getitems__([2, 0])

    agree(body)


def test_concat_dataset():
    def body(lib):
        dataset = lib.utils.data.ConcatDataset(["ab", "", "cde"])
        return (
            [dataset[i] for i in range(-5, 5)],
            len(dataset),
            dataset.cumulative_sizes,
            dataset.cumsum(["ab", "c"]),
        )

    agree(body)


def test_datasets_add_up():
    def body(lib):
        data = lib.utils.data
        both = data.TensorDataset(lib.arange(2)) + data.TensorDataset(lib.arange(3))
        streams = stream_of(lib, 1, 2) + stream_of(lib, 3)
        return type(both).__name__, len(both), both[3], type(streams).__name__, list(streams), len(streams)

    agree(body)


def test_subset_translates_indices():
    def body(lib):
        data = lib.utils.data
        inner = data.Subset(list("abcdef"), [5, 3, 1])
        outer = data.Subset(inner, [2, 0])
        rows = data.Subset(data.TensorDataset(lib.arange(10)), [7, 8, 9])
        return outer[0], outer.__getitems__([1, 0]), len(outer), rows[[0, 2]]

    agree(body)


ERRORS = {
    "dataset without getitem": lambda lib: lib.utils.data.Dataset()[0],
    "tensors of different length": lambda lib: lib.utils.data.TensorDataset(lib.zeros(2), lib.zeros(3)),
    "stack of nothing": lambda lib: lib.utils.data.StackDataset(),
    "stack of both kinds": lambda lib: lib.utils.data.StackDataset([1], a=[1]),
    "stack of different lengths": lambda lib: lib.utils.data.StackDataset([1], [1, 2]),
    "stack of different lengths by name": lambda lib: lib.utils.data.StackDataset(a=[1], b=[1, 2]),
    "concat of nothing": lambda lib: lib.utils.data.ConcatDataset([]),
    "concat with a stream": lambda lib: lib.utils.data.ConcatDataset([[1], stream_of(lib, 2)]),
    "concat index too low": lambda lib: lib.utils.data.ConcatDataset([[1], [2]])[-3],
    "concat index too high": lambda lib: lib.utils.data.ConcatDataset([[1], [2]])[2],
    "chain without a stream": lambda lib: list(lib.utils.data.ChainDataset([[1]])),
    "length of a chain without a stream": lambda lib: len(lib.utils.data.ChainDataset([[1]])),
    "split that does not add up": lambda lib: lib.utils.data.random_split(range(10), [3, 8]),
    "split with a negative fraction": lambda lib: lib.utils.data.random_split(range(10), [1.5, -0.5]),
    "subset index too high": lambda lib: lib.utils.data.Subset([1, 2], [0])[1],
}


@pytest.mark.parametrize("body", ERRORS.values(), ids=ERRORS.keys())
def test_errors(body):
    agree(body)


def test_float_lengths_are_no_lengths():
    """A TypeError, though not in PyTorch's words: those list its C++ signatures."""
    import minitorch

    with pytest.raises(TypeError):
        minitorch.utils.data.random_split(range(4), [2.0, 2.0])


def test_nested_getitems_of_wrong_length():
    def body(lib):
        class Broken(lib.utils.data.Dataset):
            def __len__(self):
                return 3

            def __getitems__(self, indices):
                return [0]

        return lib.utils.data.StackDataset(Broken()).__getitems__([0, 1])

    agree(body)


def test_subset_subclass_needs_getitems():
    def body(lib):
        class Half(lib.utils.data.Subset):
            def __getitem__(self, index):
                return 0

        return Half([1], [0])

    agree(body)


def test_iterable_dataset_is_abstract():
    def body(lib):
        return lib.utils.data.IterableDataset()

    agree(body)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=4), st.booleans())
def test_random_split_by_lengths(lengths, private):
    def body(lib):
        generator = lib.Generator().manual_seed(5) if private else None
        arguments = {"generator": generator} if private else {}
        parts = lib.utils.data.random_split(range(sum(lengths)), lengths, **arguments)
        return [list(part) for part in parts], generator and generator.get_state()

    agree(body)


@given(st.integers(0, 40), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_random_split_by_fractions(n, weights):
    def body(lib):
        fractions = [weight / sum(weights) for weight in weights]
        return [list(part) for part in lib.utils.data.random_split(range(n), fractions)]

    agree(body)


def test_random_split_golden():
    """PyTorch's permutation, without PyTorch: torch.manual_seed(0); random_split(range(10), [0.75, 0.25])."""
    import minitorch

    minitorch.manual_seed(0)
    first, second = minitorch.utils.data.random_split(range(10), [0.75, 0.25])
    assert (list(first), list(second)) == GOLDEN_SPLIT


GOLDEN_SPLIT = ([4, 1, 7, 5, 3, 9, 0, 8], [6, 2])
