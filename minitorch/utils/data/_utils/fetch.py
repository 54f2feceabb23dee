"""From what a sampler yields to a batch. PyTorch: torch/utils/data/_utils/fetch.py."""

from collections.abc import Callable

import numpy as np

import minitorch
from minitorch.utils.data._utils.collate import collate_tensor_fn, default_collate, default_collate_fn_map
from minitorch.utils.data.dataset import Subset, TensorDataset


class MapDatasetFetcher:
    """Reads samples by index; without `auto_collation` one index is one finished batch."""

    def __init__(self, dataset, auto_collation: bool, collate_fn: Callable, drop_last: bool) -> None:
        self.dataset = dataset
        self.auto_collation = auto_collation
        self.collate_fn = collate_fn

    def fetch(self, index):
        """The batch of this index or, with auto_collation, of these indices."""
        if not self.auto_collation:
            return self.collate_fn(self.dataset[index])
        if self.collate_fn is default_collate and (batch := gather_rows(self.dataset, index)) is not None:
            return batch
        if getattr(self.dataset, "__getitems__", None):
            return self.collate_fn(self.dataset.__getitems__(index))
        return self.collate_fn([self.dataset[i] for i in index])


class IterableDatasetFetcher:
    """Reads samples in the order of the stream; of the indices only their number counts."""

    def __init__(self, dataset, auto_collation: bool, collate_fn: Callable, drop_last: bool) -> None:
        self.stream = iter(dataset)
        self.auto_collation = auto_collation
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.ended = False

    def fetch(self, index):
        """The next batch or, without auto_collation, the next sample. StopIteration at the end."""
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return self.collate_fn(next(self.stream))
        # `zip` asks for an index first, so it reads no sample more than the batch needs.
        samples = [sample for _, sample in zip(index, self.stream)]
        self.ended = len(samples) < len(index)
        if not samples or (self.ended and self.drop_last):
            raise StopIteration
        return self.collate_fn(samples)


def gather_rows(dataset, indices: list) -> list | None:
    """What default_collate makes of a TensorDataset or a Subset of one, in one step per tensor.

    Row by row costs 64 views and their stack for a batch of 64. None where the dataset is of another kind, or
    where an index or the collating of tensors is not the usual one.
    """
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    if (
        type(dataset) is not TensorDataset
        or default_collate_fn_map.get(minitorch.Tensor) is not collate_tensor_fn
    ):
        return None
    if not all(type(i) is int for i in indices):
        return None
    rows = minitorch.from_numpy(np.array(indices, np.int64))
    return [tensor[rows] for tensor in dataset.tensors]
