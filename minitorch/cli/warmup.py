"""`minitorch warmup`: compile the kernels of common programs now, not when they are first run. PyTorch: none."""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator

from numba.core import event

import minitorch
from minitorch import nn, optim
from minitorch.nn import functional as F
from minitorch.utils.data import DataLoader, TensorDataset

HELP = "compile the kernels that common programs need, and keep them"
DESCRIPTION = """\
Kernels are compiled when they are first needed, and kept for all later runs of this user on this machine. This command
needs those of common programs now: a few training steps of small networks in float32, on small batches, which take one
thread, and on larger ones, which take all.
"""
EXAMPLE = """\
example:
  minitorch warmup

The kernels are kept in MINITORCH_CACHE_DIR, by default a folder of your own below ~/.cache. A new version of minitorch
compiles its own.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(options: argparse.Namespace) -> int:
    counter = Counter()
    event.register("numba:compile", counter)
    begin = time.perf_counter()
    state = minitorch.get_rng_state()
    try:
        for _, work in progress(PROGRAMS):
            work()
    finally:
        minitorch.set_rng_state(state)
        event.unregister("numba:compile", counter)
    seconds = time.perf_counter() - begin
    print(f"{counter.compiled} kernels compiled in {seconds:.1f} s" if counter.compiled else "all kernels were there")
    return 0


class Counter(event.Listener):
    """How many functions Numba compiles; one that comes from the cache does not count."""

    compiled = 0

    def on_start(self, incident: event.Event) -> None:
        pass

    def on_end(self, incident: event.Event) -> None:
        self.compiled += 1


def images(batch: int) -> None:
    """The network and the steps of reference/mnist_cnn.py."""
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1152, 10),
    )  # fmt: skip
    classify(model, optim.Adam(model.parameters()), batch)


def lenet(batch: int) -> None:
    """The network of reference/lenet.py, with its average pooling and its schedule."""
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip
    classify(model, optim.AdamW(model.parameters()), batch)


def perceptron(batch: int) -> None:
    """The network of reference/mnist_mlp.py, with its dropout."""
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10),
    )  # fmt: skip
    classify(model, optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4), batch)


def classify(model: nn.Module, optimizer: optim.Optimizer, batch: int) -> None:
    """Two steps on random images, from a data loader, and the accuracy."""
    data = TensorDataset(minitorch.rand(2 * batch, 1, 28, 28), minitorch.randint(0, 10, (2 * batch,)))
    for pictures, labels in DataLoader(data, batch_size=batch, shuffle=True):
        optimizer.zero_grad()
        F.cross_entropy(model(pictures), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
    model.eval()
    with minitorch.no_grad():
        pictures, labels = data[: max(1, batch // 2)]
        answer = model(pictures)
        (answer.argmax(dim=1) == labels).sum().item()
        F.softmax(answer, dim=1).max(dim=1)


def regression(batch: int) -> None:
    """Lines through points, by every optimizer."""
    x = minitorch.randn(batch, 3)
    y = x @ minitorch.tensor([[2.0], [-3.4], [0.7]]) + 4.2 + 0.1 * minitorch.randn(batch, 1)
    for make in (optim.SGD, optim.RMSprop, optim.Adam):
        model = nn.Linear(3, 1)
        optimizer = make(model.parameters(), lr=0.01)
        for _ in range(2):
            optimizer.zero_grad()
            F.mse_loss(model(x), y).backward()
            optimizer.step()


def arithmetic(size: int) -> None:
    """What people write between layers: operators, comparisons, sums, and their derivatives."""
    x, y = minitorch.rand(size, 8, requires_grad=True), minitorch.rand(size, 8)
    for result in (x + y, x - y, x * y, x / (y + 1), x**2, -x, (x + 1).log(), x.exp(), (x + 1).sqrt(), x.abs(), x.sigmoid(), F.gelu(x)):
        result.sum().backward()
    (x.mean(0) + x.sum(1, keepdim=True) + x.T.reshape(size, 8) + minitorch.cat([x, y])[:size]).mean().backward()
    minitorch.where(x > 0.5, x, y).max().item()
    y.std().item()


PROGRAMS: list[tuple[str, Callable[[], None]]] = [
    (f"{name}, {batch} at a time", lambda work=work, batch=batch: work(batch))
    for name, work, sizes in (
        ("regression", regression, (50, 50_000)),
        ("perceptron", perceptron, (1, 64, 512)),
        ("LeNet", lenet, (1, 64)),
        ("convolutional network", images, (1, 64, 512)),
        ("arithmetic", arithmetic, (10, 10_000)),
    )
    for batch in sizes
]


def progress(programs: list[tuple[str, Callable[[], None]]]) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each program in turn, shown as a bar where standard error is a terminal and rich is installed."""
    if not (sys.stderr.isatty() and importlib.util.find_spec("rich")):
        for program in programs:
            print(f"minitorch warmup: {program[0]}", file=sys.stderr, flush=True)
            yield program
        return
    from rich import progress as bars
    from rich.console import Console

    columns = bars.BarColumn(20), bars.MofNCompleteColumn(), bars.TimeElapsedColumn(), "{task.description}"
    with bars.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=len(programs))
        for program in programs:
            bar.update(task, description=program[0])
            yield program
            bar.advance(task)
        bar.update(task, description="done")
