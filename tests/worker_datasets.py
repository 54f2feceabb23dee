"""Datasets that a spawned worker finds by name. PyTorch: none."""

import minitorch


class Rows(minitorch.utils.data.Dataset):
    """Row i of a matrix, a random number, and the seed of the worker."""

    def __init__(self):
        self.matrix = minitorch.arange(60_000.0).view(6, 10_000)

    def __len__(self):
        return 6

    def __getitem__(self, index):
        # A matrix that is large enough for a parallel kernel, whatever the worker was started by.
        return self.matrix[index].add(1).sum(), minitorch.rand(1), minitorch.utils.data.get_worker_info().seed
