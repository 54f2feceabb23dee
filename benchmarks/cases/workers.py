"""One epoch of a DataLoader with two worker processes: 6,400 images in batches of 64. PyTorch: benchmarks/data."""

import torch
from case import Case
from torch.utils.data import DataLoader, Dataset

COUNT = 6400


class Images(Dataset):
    """Samples made one by one, as those of a folder of images are."""

    def __init__(self):
        self.images = torch.rand(COUNT, 1, 28, 28)

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        return self.images[index], index % 10


def epoch(**options):
    def make():
        loader = DataLoader(Images(), batch_size=64, shuffle=True, num_workers=2, **options)

        def run():
            for _ in loader:
                pass

        return run

    return make


CASES = [
    Case("2 workers", epoch(), limit=1.0),
    Case("2 workers, persistent", epoch(persistent_workers=True), limit=1.0),
]
