"""How the cost of the CNN's training step grows with batch, width, image size and threads. PyTorch: none."""

import torch.nn.functional as F
from case import Case
from programs import classifier
from torch import nn


def network(width, size):
    """The reference CNN with `width` channels in its first layer (there: 32) for images of size x size."""

    class CNN(nn.Module):
        def __init__(self):
            super().__init__()
            channels = [1, width, 2 * width, 4 * width]
            self.convs = nn.ModuleList(nn.Conv2d(*pair, 3, padding=1) for pair in zip(channels, channels[1:]))
            self.fc = nn.Linear(4 * width * (size // 8) ** 2, 10)

        def forward(self, x):
            for conv in self.convs:
                x = F.max_pool2d(F.relu(conv(x)), 2)
            return self.fc(x.flatten(1))

    return CNN


def case(name, batch=64, width=32, size=28, threads=None):
    sizes = [size, size // 2, size // 4]
    channels = [1, width, 2 * width, 4 * width]
    layers = [2 * 9 * s * s * a * b for s, a, b in zip(sizes, channels, channels[1:])]
    flops = batch * (3 * sum(layers) - layers[0])
    return Case(name, classifier(network(width, size), batch, size), flops, memory_formats=True, threads=threads, fresh=True)


CASES = [
    *(case(f"batch {n}", batch=n) for n in (1, 4, 16, 64, 256, 1024)),
    *(case(f"width {n}", width=n) for n in (4, 8, 16, 32, 64, 128)),
    *(case(f"image {n}", size=n) for n in (14, 28, 56, 112)),
    *(case(f"threads {n}", threads=n) for n in (1, 2)),
]
