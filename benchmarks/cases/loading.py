"""One epoch of a DataLoader in one process: 2,000 images in batches of 64. PyTorch: benchmarks/data."""

import torch
from case import Case
from torch.utils.data import DataLoader, Dataset, TensorDataset

COUNT = 2000


class Images(Dataset):
    """Samples made one by one, as those of a folder of images are."""

    def __init__(self):
        self.images = torch.rand(COUNT, 1, 28, 28)

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        return self.images[index], index % 10


def tensors():
    return TensorDataset(torch.rand(COUNT, 1, 28, 28), torch.randint(0, 10, (COUNT,)))


def epoch(dataset, **options):
    def make():
        loader = DataLoader(dataset(), batch_size=64, **options)

        def run():
            for _ in loader:
                pass

        return run

    return make


CASES = [
    Case("TensorDataset", epoch(tensors)),
    Case("TensorDataset shuffled", epoch(tensors, shuffle=True)),
    Case("Dataset of single samples", epoch(Images, shuffle=True)),
]
