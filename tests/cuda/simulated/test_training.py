"""The mission's programs in small, on both devices: the same losses, the same parameters. PyTorch: test/test_cuda.py."""

import pytest
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


@pytest.mark.skipif(COMPILED_ONLY, reason="nothing is computed where kernels are only compiled")
@pytest.mark.parametrize("use_reentrant", [False, True])
def test_checkpoint_drops_the_same_again(use_reentrant):
    """The GPU's generator goes back for the recomputation, and then to where it was."""
    from minitorch.utils.checkpoint import checkpoint

    torch.manual_seed(3)
    x = torch.ones(40, device="cuda", requires_grad=True)
    y = checkpoint(lambda x: F.dropout(x * 1, 0.5), x, use_reentrant=use_reentrant)
    before = torch.rand(2, device="cuda")
    state = torch.cuda.get_rng_state()
    y.sum().backward()
    assert x.grad.tolist() == y.tolist() and 0 < y.count_nonzero() < 40
    assert torch.cuda.get_rng_state().tolist() == state.tolist() and before.tolist() != torch.rand(2, device="cuda").tolist()


@pytest.mark.skipif(COMPILED_ONLY, reason="nothing is computed where kernels are only compiled")
def test_vmap_draws_on_the_gpu():
    """Refused, one draw for all calls, or one for each: as on the CPU."""
    x = torch.zeros(3, 4, device="cuda")
    draw = lambda row: row + torch.rand(4, device="cuda")  # noqa: E731
    with pytest.raises(RuntimeError, match="vmap: called random operation"):
        torch.vmap(draw)(x)
    same, different = (torch.vmap(draw, randomness=each)(x) for each in ("same", "different"))
    assert same[0].tolist() == same[2].tolist() and different[0].tolist() != different[2].tolist()


def test_outputs_that_nothing_depends_on():
    """Their gradients are zeros on the GPU."""
    x = torch.ones(3, 2, device="cuda", requires_grad=True)
    (torch.unbind(x)[1] * 2).sum().backward()
    if not COMPILED_ONLY:
        assert x.grad.is_cuda and x.grad.tolist() == [[0.0, 0.0], [2.0, 2.0], [0.0, 0.0]]
