"""A sampler for one of several processes. PyTorch: torch/utils/data/distributed.py."""

from collections.abc import Iterator, Sized

import minitorch
from minitorch.utils.data.sampler import Sampler


class DistributedSampler(Sampler[int]):
    """Every `num_replicas`-th index, beginning at `rank`. PyTorch: torch.utils.data.DistributedSampler.

    The indices are repeated, or with `drop_last` cut, until all ranks get the same number. `set_epoch`
    chooses the shuffle. minitorch has no process groups: `num_replicas` and `rank` must be given, else
    RuntimeError.
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise RuntimeError("Requires distributed package to be available")
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        full, rest = divmod(len(dataset), num_replicas)
        self.num_samples = full if drop_last or rest == 0 else full + 1
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self) -> Iterator[int]:
        n = len(self.dataset)
        if self.shuffle:
            generator = minitorch.Generator().manual_seed(self.seed + self.epoch)
            order = minitorch.randperm(n, generator=generator).tolist()
        else:
            order = list(range(n))
        return iter([order[i % n] for i in range(self.rank, self.total_size, self.num_replicas)])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Shuffle differently from now on; call it before every epoch, in all processes alike."""
        self.epoch = epoch
