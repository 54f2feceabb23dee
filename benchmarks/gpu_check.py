"""Five minutes on a machine with a GPU: does minitorch compute there what PyTorch does, and how fast? PyTorch: none.

    python benchmarks/gpu_check.py                     # values, gradients, a training curve; one table
    python benchmarks/gpu_check.py --bench gpu.json    # and then the times, beside what they are to be: gpu_goals.py

Exit status: 0 if everything agrees (and is fast enough), 1 if not, 2 without a GPU. PyTorch runs on the GPU if it can, else on the CPU. Numba's simulator counts
as a GPU (NUMBA_ENABLE_CUDASIM=1): slow, and good for trying the script.
"""

import argparse
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import gpu_goals
import numpy as np
import torch

import minitorch
from minitorch.kernels import _gpu

TOLERANCE = 2e-5  # of the largest number: float32, sums in other orders
SMALL = os.environ.get("NUMBA_ENABLE_CUDASIM") == "1"


def size(large: int, small: int) -> int:
    """The simulator takes a millisecond for what a GPU does in a nanosecond."""
    return small if SMALL else large


N, C, S = size(32, 2), size(64, 3), size(28, 4)
ROWS, WIDTH = size(1000, 5), size(777, 7)
T, E = size(130, 5), size(64, 4)

# What is done with random tensors of the given shapes; gradients are taken of all of them.
CHECKS: dict[str, tuple[Callable, list[tuple[int, ...]]]] = {
    "add, broadcast": (lambda torch, x, y: x + y * 2, [(ROWS, WIDTH), (WIDTH,)]),
    "transposed": (lambda torch, x, y: x.T * y, [(ROWS, WIDTH), (WIDTH, ROWS)]),
    "exp, log, tanh": (lambda torch, x: torch.log(x.exp() + 1) * x.tanh(), [(ROWS, WIDTH)]),
    "gelu, sigmoid, silu": (
        lambda torch, x: torch.nn.functional.gelu(x) + x.sigmoid() * torch.nn.functional.silu(x),
        [(ROWS, WIDTH)],
    ),
    "where, clamp": (lambda torch, x, y: torch.where(x > y, x.clamp(-1, 1), y), [(ROWS, WIDTH)] * 2),
    "sum, mean, var": (lambda torch, x: x.sum(0) + x.mean(0) + x.var(0), [(ROWS, WIDTH)]),
    "amax, prod, logsumexp": (lambda torch, x: x.amax(1) + x[:, :3].prod(1) + x.logsumexp(1), [(ROWS, WIDTH)]),
    "max with places, sort": (lambda torch, x: x.max(1).values + x.sort(1).values[:, 0], [(ROWS, WIDTH)]),
    "cumsum": (lambda torch, x: x.cumsum(1), [(ROWS, WIDTH)]),
    "matmul": (lambda torch, x, y: x @ y, [(ROWS, WIDTH), (WIDTH, ROWS)]),
    "matmul of transposed": (lambda torch, x, y: x.T @ y.T, [(WIDTH, ROWS), (ROWS, WIDTH)]),
    "bmm": (lambda torch, x, y: torch.bmm(x, y), [(N, T, E), (N, E, T)]),
    "linear": (lambda torch, x, w, b: torch.nn.functional.linear(x, w, b), [(ROWS, WIDTH), (E, WIDTH), (E,)]),
    "conv2d": (
        lambda torch, x, w, b: torch.nn.functional.conv2d(x, w, b, padding=1),
        [(N, C, S, S), (2 * C, C, 3, 3), (2 * C,)],
    ),
    "conv2d, stride 2": (
        lambda torch, x, w: torch.nn.functional.conv2d(x, w, stride=2, padding=1, dilation=1),
        [(N, C, S, S), (C, C, 3, 3)],
    ),
    "conv2d, groups": (
        lambda torch, x, w: torch.nn.functional.conv2d(x, w, padding=1, groups=C),
        [(N, C, S, S), (C, 1, 3, 3)],
    ),
    "max_pool2d": (lambda torch, x: torch.nn.functional.max_pool2d(x, 3, 2, 1), [(N, C, S, S)]),
    "avg_pool2d": (lambda torch, x: torch.nn.functional.avg_pool2d(x, 2), [(N, C, S, S)]),
    "softmax, log_softmax": (lambda torch, x: x.softmax(1) + x.log_softmax(0), [(ROWS, WIDTH)]),
    "cross_entropy": (
        lambda torch, x: torch.nn.functional.cross_entropy(x, torch.arange(ROWS, device=x.device) % WIDTH),
        [(ROWS, WIDTH)],
    ),
    "mse_loss": (lambda torch, x, y: torch.nn.functional.mse_loss(x, y), [(ROWS, WIDTH)] * 2),
    "batch_norm": (
        lambda torch, x, w, b: torch.nn.functional.batch_norm(x, None, None, w, b, True),
        [(N, C, S, S), (C,), (C,)],
    ),
    "layer_norm": (
        lambda torch, x, w, b: torch.nn.functional.layer_norm(x, (WIDTH,), w, b),
        [(ROWS, WIDTH), (WIDTH,), (WIDTH,)],
    ),
    "group_norm": (lambda torch, x: torch.nn.functional.group_norm(x, C), [(N, C, S, S)]),
    "attention": (
        lambda torch, q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True),
        [(N, 2, T, E)] * 3,
    ),
    "indexing": (lambda torch, x: x[torch.arange(ROWS, device=x.device) // 2, :3] + x[:, -1:], [(ROWS, WIDTH)]),
    "embedding": (
        lambda torch, x: torch.nn.functional.embedding(torch.arange(ROWS, device=x.device) % 5, x),
        [(ROWS, WIDTH)],
    ),
    "gather, scatter_add": (
        lambda torch, x: torch.zeros_like(x).scatter_add(1, (x > 0).long(), x) + x.gather(1, (x > 0).long()),
        [(ROWS, WIDTH)],
    ),
    "cat, stack, pad": (
        lambda torch, x, y: torch.nn.functional.pad(torch.cat([x, y], 1), (1, 2)).sum(1) + torch.stack([x, y]).sum((0, 2)),
        [(ROWS, WIDTH)] * 2,
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", metavar="FILE", help="then time everything, and write it to this JSON file")
    options = parser.parse_args()
    if not minitorch.cuda.is_available():
        print(f"there is no GPU here that minitorch can use: {_gpu.why_not()}", file=sys.stderr)
        return 2
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    side = "cuda" if torch.cuda.is_available() else "cpu"
    print(f"{minitorch.cuda.get_device_name(0)}; minitorch {minitorch.__version__}, PyTorch {torch.__version__} on {side}\n")
    print(f"{'':<26}{'values':>10}{'gradients':>11}{'seconds':>9}")
    wrong = 0
    for name, (body, shapes) in CHECKS.items():
        wrong += report(name, lambda body=body, shapes=shapes: check(body, shapes, side))
    for name, optimizer in (("SGD", "SGD"), ("Adam", "Adam")):
        wrong += report(f"20 steps of {name}", lambda optimizer=optimizer: curve(optimizer, side))
    for name, body in RUNTIME.items():
        wrong += report(name, body)
    total = len(CHECKS) + 2 + len(RUNTIME)
    print(f"\n{total - wrong} of {total} agree")
    return int(wrong > 0) | (bench(os.path.abspath(options.bench)) if options.bench else 0)


def bench(file: str) -> int:
    """The times, and the table of what they are to be. 1 where something is missing or too slow."""
    command = [sys.executable, "-m", "minitorch", "bench", "--device", "cuda", "--json", file]
    ended = subprocess.run([*command, "gpu/", "conv/", "programs/mnist_cnn"], cwd=Path(__file__).parents[1], check=False)
    return gpu_goals.main(file) if ended.returncode == 0 else 1


def report(name: str, run: Callable[[], list[float]]) -> bool:
    """A line of the table; whether something is wrong."""
    begin = time.perf_counter()
    try:
        differences = run()
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"{name:<26}{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})")
        return True
    wrong = not max(differences) <= TOLERANCE  # NaN is wrong
    cells = "".join(f"{each:>11.1e}" for each in differences) + " " * 11 * (2 - len(differences))
    print(f"{name:<25}{cells}{time.perf_counter() - begin:>9.1f}{'   WRONG' if wrong else ''}", flush=True)
    return wrong


def check(body: Callable, shapes: list[tuple[int, ...]], side: str) -> list[float]:
    """How far values and gradients are apart, beside the largest of each."""
    random = np.random.default_rng(0)
    arrays = [random.standard_normal(shape).astype(np.float32) for shape in shapes]
    cotangent = None
    found = []
    for library, device in ((minitorch, "cuda"), (torch, side)):
        tensors = [library.from_numpy(each).to(device).requires_grad_() for each in arrays]
        result = body(library, *tensors)
        if cotangent is None:
            cotangent = random.standard_normal(tuple(result.shape)).astype(np.float32)
        gradients = library.autograd.grad(result, tensors, library.from_numpy(cotangent).to(device))
        found.append(([result.detach().cpu().numpy()], [each.cpu().numpy() for each in gradients]))
    (values, gradients), (expected, expected_gradients) = found
    return [apart(values, expected), apart(gradients, expected_gradients)]


def curve(optimizer: str, side: str) -> list[float]:
    """The losses of a small CNN on both, from the same weights."""
    found = []
    for library, device in ((minitorch, "cuda"), (torch, side)):
        nn = library.nn
        library.manual_seed(0)
        layers = nn.Conv2d(1, 8, 3, padding=1), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * (S // 2) ** 2, 10)
        model = nn.Sequential(*layers).to(device)
        images, labels = library.randn(N, 1, S, S).to(device), (library.arange(N) % 10).to(device)
        step = getattr(library.optim, optimizer)(model.parameters(), lr=0.01)
        losses = []
        for _ in range(size(20, 3)):
            step.zero_grad()
            loss = nn.functional.cross_entropy(model(images), labels)
            loss.backward()
            step.step()
            losses.append(loss.item())
        found.append([np.array(losses)])
    return [apart(*found)]


# ---- The runtime: what is computed is simple, and how it gets there is not ----


def numbers(count: int = 0) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(count or ROWS * WIDTH).astype(np.float32)


def pinned() -> list[float]:
    """To the GPU and back without waiting, many times over the same few blocks."""
    given = numbers()
    results = []
    for number in range(size(50, 3)):
        here = minitorch.from_numpy(given * number).pin_memory()
        results.append((here.to("cuda", non_blocking=True) + 1).to("cpu", non_blocking=True))
        del here
    minitorch.cuda.synchronize()
    if not all(each.is_pinned() for each in results):
        raise AssertionError("what came back is not pinned")
    return [max(apart([each.numpy()], [given * number + 1]) for number, each in enumerate(results))]


def streams() -> list[float]:
    """Work that goes from stream to stream, with blocks that are freed while another stream reads them."""
    given = numbers()
    side = minitorch.cuda.Stream()
    x = minitorch.from_numpy(given).cuda()
    total = minitorch.zeros(x.shape, device="cuda")
    for _ in range(size(50, 3)):
        y = x * 2
        side.wait_stream(minitorch.cuda.current_stream())
        with minitorch.cuda.stream(side):
            total += y
        y.record_stream(side)
        del y
    minitorch.cuda.current_stream().wait_stream(side)
    return [apart([total.cpu().numpy()], [given * 2 * size(50, 3)])]


def graph() -> list[float]:
    """A training step with dropout, replayed, beside the same steps one by one."""
    losses = []
    for recorded in (False, True):
        minitorch.manual_seed(0)
        nn = minitorch.nn
        model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(8 * S * S, 10)).to("cuda")
        step = minitorch.optim.Adam(model.parameters(), capturable=True)
        images, labels = minitorch.empty(N, 1, S, S, device="cuda"), (minitorch.arange(N) % 10).to("cuda")
        losses.append(steps(model, step, images, labels, recorded))
    return [apart(*losses)]


def steps(model, optimizer, images, labels, recorded: bool) -> list[np.ndarray]:
    def run():
        optimizer.zero_grad(set_to_none=True)
        loss = minitorch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss

    images.copy_(minitorch.randn(images.shape))
    run()
    if recorded:
        recording = minitorch.cuda.CUDAGraph()
        optimizer.zero_grad(set_to_none=True)
        with minitorch.cuda.graph(recording):
            loss = run()
    found = []
    for _ in range(size(20, 2)):
        images.copy_(minitorch.randn(images.shape))
        if recorded:
            recording.replay()
        else:
            loss = run()
        found.append(loss.item())
    return [np.array(found)]


def shared() -> list[float]:
    """PyTorch and minitorch write into the same memory of the GPU: DLPack and NVIDIA's protocol, both ways."""
    given = numbers()
    x = minitorch.from_numpy(given).cuda()
    if not torch.cuda.is_available():  # PyTorch takes none of the GPU's memory: with ourselves
        minitorch.from_dlpack(x).add_(1)
        return [apart([x.cpu().numpy()], [given + 1])]
    torch.from_dlpack(x).add_(1)
    torch.as_tensor(x, device="cuda").add_(1)
    theirs = torch.from_numpy(given).cuda()
    minitorch.from_dlpack(theirs).add_(1)
    minitorch.as_tensor(theirs).add_(1)
    torch.cuda.synchronize()
    return [apart([x.cpu().numpy(), theirs.cpu().numpy()], [given + 2] * 2)]


RUNTIME = {"pinned, non-blocking": pinned, "streams": streams, "graph of a step": graph, "shared with PyTorch": shared}


def apart(ours: list[np.ndarray], theirs: list[np.ndarray]) -> float:
    return max(float(abs(a - b).max() / max(abs(b).max(), 1e-6)) for a, b in zip(ours, theirs) if a.size)


if __name__ == "__main__":
    sys.exit(main())
