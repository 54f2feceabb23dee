"""The small network that several files look at. PyTorch: torch/testing/_internal/common_modules.py."""


def network(library):
    nn = library.nn
    return nn.Sequential(
        nn.Linear(4, 3),
        nn.ReLU(),
        nn.Sequential(nn.Conv2d(2, 4, 3, padding=1, groups=2), nn.Dropout()),
        nn.Linear(3, 2, bias=False),
    )
