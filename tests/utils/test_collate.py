"""default_collate and default_convert. Oracle: torch.utils.data."""

from collections import OrderedDict, UserDict, UserList, defaultdict, namedtuple
from types import MappingProxyType

import numpy as np
import pytest
from agreement import agree, plain

Point = namedtuple("Point", ["x", "y"])


class Named(dict):
    """A dict with an attribute, which a batch keeps."""

    name = "default"


def named(**entries):
    result = Named(**entries)
    result.name = "given"
    return result


BATCHES = {
    "tensors": lambda lib: [lib.arange(6.0).view(2, 3), lib.ones(2, 3)],
    "transposed tensors": lambda lib: [lib.arange(6).view(2, 3).t(), lib.arange(6).view(3, 2)],
    "tensors without dimensions": lambda lib: [lib.tensor(1), lib.tensor(2)],
    "tensors of two dtypes": lambda lib: [lib.ones(2), lib.ones(2, dtype=lib.int64)],
    "bool tensors": lambda lib: [lib.ones(2, dtype=lib.bool)],
    "empty tensors": lambda lib: [lib.ones(0, 3), lib.ones(0, 3)],
    "arrays": lambda lib: [np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32)],
    "uint8 arrays": lambda lib: [np.arange(4, dtype=np.uint8)] * 2,
    "arrays of two dtypes": lambda lib: [np.ones(2, np.float32), np.ones(2, np.int64)],
    "fortran arrays": lambda lib: [np.asfortranarray(np.arange(6.0).reshape(2, 3))] * 2,
    "float32 scalars": lambda lib: [np.float32(1.5), np.float32(2)],
    "float64 scalars": lambda lib: [np.float64(1.5), np.float64(2)],
    "int32 scalars": lambda lib: [np.int32(1), np.int32(2)],
    "bool scalars": lambda lib: [np.bool_(True), np.bool_(False)],
    "ints": lambda lib: [1, -2],
    "floats": lambda lib: [1.5, 2],
    "an int, then a float": lambda lib: [1, 2.5],
    "bools": lambda lib: [True, False],
    "text": lambda lib: ["a", "b"],
    "bytes": lambda lib: [b"a", b"b"],
    "numpy text": lambda lib: [np.str_("a"), np.str_("b")],
    "dicts": lambda lib: [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
    "dicts with an attribute": lambda lib: [named(a=1), named(a=2)],
    "ordered dicts": lambda lib: [OrderedDict(b=1, a=2.0)] * 2,
    "default dicts": lambda lib: [defaultdict(int, a=1)] * 2,
    "user dicts": lambda lib: [UserDict(a=1)] * 2,
    "read-only mappings": lambda lib: [MappingProxyType({"a": 1})] * 2,
    "tuples": lambda lib: [(1, 2.0), (3, 4.0)],
    "lists": lambda lib: [[1, "a"], [2, "b"]],
    "user lists": lambda lib: [UserList([1, 2]), UserList([3, 4])],
    "ranges": lambda lib: [range(2), range(2)],
    "named tuples": lambda lib: [Point(1, lib.ones(2)), Point(2, lib.zeros(2))],
    "nested": lambda lib: [{"a": [(1, 2)], "b": Point("u", {"c": np.ones(1)})}] * 2,
    "empty tuples": lambda lib: [(), ()],
    "a tuple as the batch": lambda lib: (1, 2),
    # from here on errors
    "nothing": lambda lib: [],
    "None": lambda lib: [None],
    "an object": lambda lib: [(1, {"a": object})],
    "a set": lambda lib: [{1}],
    "tensors of different shapes": lambda lib: [lib.ones(2), lib.ones(3)],
    "arrays of different shapes": lambda lib: [np.ones(2), np.ones(3)],
    "arrays with negative strides": lambda lib: [np.arange(3.0)[::-1]] * 2,
    "arrays of foreign byte order": lambda lib: [np.zeros(3, ">f4")],
    "arrays of text": lambda lib: [np.array(["a"])],
    "arrays of objects": lambda lib: [np.array([None])],
    "lists of different lengths": lambda lib: [[1, 2], [1]],
    "a missing key": lambda lib: [{"a": 1}, {"b": 1}],
    "ints that are too large": lambda lib: [2**63],
}


@pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES.keys())
def test_default_collate(batch):
    agree(lambda lib: lib.utils.data.default_collate(batch(lib)))


@pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES.keys())
def test_default_convert(batch):
    agree(lambda lib: lib.utils.data.default_convert(batch(lib)))


@pytest.mark.parametrize("function", ["default_collate", "default_convert"])
def test_attributes_of_containers_are_kept(function):
    def body(lib):
        batch = getattr(lib.utils.data, function)([named(a=np.ones(1))])
        return batch.name if function == "default_collate" else batch[0].name

    agree(body)


def test_gradients_reach_the_samples():
    def body(lib):
        samples = [lib.ones(2, requires_grad=True), lib.ones(2, requires_grad=True)]
        (lib.utils.data.default_collate(samples) * lib.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
        return [sample.grad for sample in samples]

    agree(body)


def test_own_types_in_the_map():
    def body(lib):
        collate = lib.utils.data._utils.collate.collate

        def collate_set(batch, *, collate_fn_map=None):
            return [sorted(one) for one in batch], len(collate_fn_map)

        return collate([({2, 1}, 1)] * 2, collate_fn_map={set: collate_set, int: lambda b, **_: "ints"})

    agree(body)


def test_no_map_takes_containers_apart_only():
    agree(lambda lib: lib.utils.data._utils.collate.collate([[1]]))


def test_tensors_of_torch():
    """Tensors of another library become ours: by DLPack, with value and dtype."""
    torch = pytest.importorskip(
        "torch", reason="collates tensors of the real PyTorch, which is not installed"
    )
    import minitorch

    samples = [
        (torch.arange(6.0).view(2, 3).t() + i, torch.tensor(i), {"b": torch.tensor([True])}) for i in range(3)
    ]
    ours = minitorch.utils.data.default_collate(samples)
    assert isinstance(ours[0], minitorch.Tensor)
    assert plain(ours) == plain(torch.utils.data.default_collate(samples))
    assert plain(minitorch.utils.data.default_convert(samples[1][0])) == plain(samples[1][0])


def test_a_batch_of_foreign_tensors_is_a_copy():
    torch = pytest.importorskip(
        "torch", reason="collates tensors of the real PyTorch, which is not installed"
    )
    import minitorch

    sample = torch.ones(2)
    batch = minitorch.utils.data.default_collate([sample])
    sample.zero_()
    assert batch.tolist() == [[1.0, 1.0]]


def test_objects_with_an_array():
    """Anything with `__array__` is a tensor too, for instance a column of a data frame."""
    import minitorch

    class Column:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3, dtype=np.int32)

    assert plain(minitorch.utils.data.default_collate([Column(), Column()])) == plain(
        minitorch.tensor([[0, 1, 2]] * 2, dtype=minitorch.int32)
    )
