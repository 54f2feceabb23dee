"""What `minitorch compare` records of a running script, the same for both libraries. PyTorch: none.

The script is not changed: the watch stands in for four methods of the library (`Tensor.backward`,
`DataLoader.__iter__`, and until the first step `Module.__call__` and `Optimizer.__init__`) and calls through.
What it sees becomes one JSON object a line in `records.jsonl`, and the first gradients `gradients.npz`.
"""

import importlib
import json
import pathlib
import time
from types import ModuleType

import numpy as np

FLUSH = 0.1
"""Seconds between two writes: often enough to be shown live, too seldom to slow a step of 100 us."""


class Watch:
    """Watches one library in this process. `start()` before the script, `finish()` after it."""

    def __init__(self, library: str, folder: pathlib.Path):
        self.torch: ModuleType = importlib.import_module(library)
        self.tensor = self.torch.Tensor
        self.module = importlib.import_module(f"{library}.nn").Module
        self.optimizer = importlib.import_module(f"{library}.optim").Optimizer
        self.loader = importlib.import_module(f"{library}.utils.data").DataLoader
        self.folder = folder
        self.file = open(folder / "records.jsonl", "w", encoding="utf-8")  # noqa: SIM115, closed by finish()
        self.lines: list[str] = []
        self.flushed = 0.0
        self.began = time.perf_counter()
        self.own_time = 0.0  # seconds spent in here, which are not the library's
        self.steps = 0
        self.passes = 0  # over any DataLoader: the steps of one pass are an epoch
        self.models: list = []  # the outermost modules called before the first step
        self.optimizers: list = []

    def start(self) -> None:
        self.write(
            {"event": "start", "version": self.torch.__version__, "threads": self.torch.get_num_threads()}
        )
        self.watch_backward()
        self.watch_loader()
        self.call_module = self.module.__call__
        self.make_optimizer = self.optimizer.__init__
        self.watch_modules()
        self.watch_optimizers()
        self.began = time.perf_counter()

    def finish(self) -> None:
        self.write({
            "event": "end",
            "generator": self.torch.get_rng_state().numpy().tobytes().hex(),
            "seconds": time.perf_counter() - self.began - self.own_time,
        })  # fmt: skip
        self.flush()
        self.file.close()

    def watch_backward(self) -> None:
        original = self.tensor.backward

        def backward(loss, *args, **kwargs):
            self.step(loss)
            original(loss, *args, **kwargs)
            if self.steps == 1:
                self.first_step_done()

        self.tensor.backward = backward

    def watch_loader(self) -> None:
        original = self.loader.__iter__

        def iterate(loader):
            self.passes += 1
            return original(loader)

        self.loader.__iter__ = iterate

    def watch_modules(self) -> None:
        depth = 0

        def call(module, *args, **kwargs):
            nonlocal depth
            if depth == 0 and not any(module is model for model in self.models):
                self.models.append(module)
            depth += 1
            try:
                return self.call_module(module, *args, **kwargs)
            finally:
                depth -= 1

        self.module.__call__ = call

    def watch_optimizers(self) -> None:
        def init(optimizer, *args, **kwargs):
            self.optimizers.append(optimizer)
            self.make_optimizer(optimizer, *args, **kwargs)

        self.optimizer.__init__ = init

    def step(self, loss) -> None:
        """Record a call of `loss.backward()`: epoch, loss and time (seconds since the script began)."""
        now = time.perf_counter()
        self.steps += 1
        value = loss.item() if loss.numel() == 1 else loss.detach().sum().item()
        seconds = now - self.began - self.own_time
        self.write({"event": "step", "epoch": self.passes, "loss": value, "time": seconds})
        self.own_time += time.perf_counter() - now

    def first_step_done(self) -> None:
        """Save the gradient of every parameter, and stop watching modules and optimizers."""
        now = time.perf_counter()
        self.module.__call__ = self.call_module
        self.optimizer.__init__ = self.make_optimizer
        gradients = {name: p.grad for name, p in self.parameters().items() if p.grad is not None}
        arrays = [gradient.detach().cpu().numpy() for gradient in gradients.values()]
        np.savez(self.folder / "gradients.npz", *arrays)
        self.write({"event": "gradients", "names": list(gradients)})
        self.models.clear()
        self.optimizers.clear()
        self.own_time += time.perf_counter() - now

    def parameters(self) -> dict[str, object]:
        """Every parameter by name: those of the models called, then what else the optimizers hold."""
        found = {}
        models = [model for model in self.models if any(True for _ in model.parameters())]
        for number, model in enumerate(models):
            prefix = f"{number}." if len(models) > 1 else ""
            found.update((prefix + name, parameter) for name, parameter in model.named_parameters())
        named = {id(parameter) for parameter in found.values()}
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    if id(parameter) not in named:
                        named.add(id(parameter))
                        found[f"tensor {len(found)}"] = parameter
        return found

    def write(self, record: dict) -> None:
        self.lines.append(json.dumps(record))
        if time.perf_counter() - self.flushed > FLUSH:
            self.flush()

    def flush(self) -> None:
        self.file.write("".join(line + "\n" for line in self.lines))
        self.file.flush()
        self.lines.clear()
        self.flushed = time.perf_counter()
