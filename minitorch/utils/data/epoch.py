"""One pass over a loader, and that in the calling process. PyTorch: torch/utils/data/dataloader.py, _SingleProcessDataLoaderIter.

A file of its own, as multiprocess.py is, because the options of DataLoader fill one.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import minitorch
from minitorch.utils.data._utils.fetch import IterableDatasetFetcher, MapDatasetFetcher
from minitorch.utils.data._utils.pin_memory import pin_memory, pins


class _BaseDataLoaderIter(Iterator):
    """What passes with and without workers share: indices, the seed of workers, the count of batches."""

    def __init__(self, loader) -> None:
        self._pin_memory = pins(loader.pin_memory, loader.pin_memory_device)
        self._dataset = loader.dataset
        self._is_stream = loader._is_stream
        self._index_sampler = loader._index_sampler
        self._reset(loader)
        # Drawn with and without workers, and after the sampler's iterator is made: so PyTorch's stream goes on.
        self._base_seed = minitorch.empty((), dtype=minitorch.int64).random_(generator=loader.generator).item()

    def _reset(self, loader) -> None:
        """Begin an epoch."""
        self._indices = iter(self._index_sampler)
        self._num_yielded = 0
        self._reported_length = loader._reported_length

    def _next_data(self) -> Any:
        raise NotImplementedError

    def __next__(self) -> Any:
        batch = self._next_data()
        if self._pin_memory:
            batch = pin_memory(batch)
        self._num_yielded += 1
        if self._is_stream and self._reported_length is not None and self._num_yielded > self._reported_length:
            warnings.warn(self._too_long(), stacklevel=2)
        return batch

    def _too_long(self) -> str:
        return (
            f"Length of IterableDataset {self._dataset} was reported to be {self._reported_length}"
            f"(when accessing len(dataloader)), but {self._num_yielded} samples have been fetched. "
        )

    def __len__(self) -> int:
        return len(self._index_sampler)

    def __getstate__(self):
        raise NotImplementedError("{} cannot be pickled", type(self).__name__)


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """One epoch in the calling process. PyTorch: torch.utils.data.dataloader._SingleProcessDataLoaderIter."""

    def __init__(self, loader) -> None:
        super().__init__(loader)
        if loader.timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        fetcher = IterableDatasetFetcher if loader._is_stream else MapDatasetFetcher
        self._fetcher = fetcher(loader.dataset, loader._auto_collation, loader.collate_fn, loader.drop_last)

    def _next_data(self) -> Any:
        return self._fetcher.fetch(next(self._indices))
