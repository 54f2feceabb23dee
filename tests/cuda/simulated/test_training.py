"""The mission's programs in small, on both devices: the same losses, the same parameters. PyTorch: test/test_cuda.py."""

from gpu import COMPILED_ONLY

import minitorch as torch
from minitorch import nn, optim
from minitorch.nn import functional as F

STEPS = 3


def train(device, make, draw, criterion, optimizer):
    """The losses of a few steps, and the parameters after them, on the CPU."""
    torch.manual_seed(0)
    model = make().to(device)
    steps = optimizer(model.parameters())
    losses = []
    for _ in range(STEPS):
        x, y = (each.to(device) for each in draw())
        steps.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        steps.step()
        losses.append(loss.item())
    assert all(each.device.type == device for each in model.parameters())
    return losses, [each.detach().cpu() for each in model.parameters()]


def same_on_both(*program):
    """Losses and parameters agree to the last digits of float32."""
    here, there = train("cpu", *program), train("cuda", *program)
    if COMPILED_ONLY:
        return
    assert torch.allclose(torch.tensor(here[0]), torch.tensor(there[0]), rtol=1e-5, atol=1e-6)
    for mine, theirs in zip(there[1], here[1]):
        assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-6)


def test_linear_regression():
    """reference/linear_regression.py: one layer, the mean squared error, and each optimizer."""
    def draw():
        x = torch.randn(5, 3)
        return x, x @ torch.tensor([[2.0], [-3.4], [0.7]]) + 4.2

    for optimizer in (
        lambda parameters: optim.SGD(parameters, lr=0.05, momentum=0.9),
        lambda parameters: optim.Adam(parameters, lr=0.1),
        lambda parameters: optim.RMSprop(parameters, lr=0.05),
    ):
        same_on_both(lambda: nn.Linear(3, 1), draw, nn.MSELoss(), optimizer)


def test_cnn():
    """reference/mnist_cnn.py with fewer channels and pixels: convolution, relu, pooling, cross-entropy, Adam."""
    def make():
        return nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(12, 4),
        )  # fmt: skip

    def draw():
        return torch.randn(3, 1, 8, 8), torch.randint(0, 4, (3,))

    same_on_both(make, draw, F.cross_entropy, lambda parameters: optim.Adam(parameters, lr=1e-2))
