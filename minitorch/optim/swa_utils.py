"""Averages of a model's weights over training. PyTorch: torch/optim/swa_utils.py."""

import itertools
import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.nn.modules.module import Module
from minitorch.ops.convert import tensor
from minitorch.optim._schedule import LRScheduler, one_per_group
from minitorch.optim.optimizer import Optimizer


class AveragedModel(Module):
    """A copy of `model` whose parameters are the average of those that update_parameters() saw.

    `avg_fn(averaged, current, number)` returns another kind of average of one parameter;
    `multi_avg_fn` writes it into a list of them. `use_buffers`: average buffers too, not only copy them.
    PyTorch: torch.optim.swa_utils.AveragedModel.
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: types.device | str | None = None,
        avg_fn: Callable[[Tensor, Tensor, Tensor | int], Tensor] | None = None,
        multi_avg_fn: Callable[[list[Tensor], list[Tensor], Tensor | int], None] | None = None,
        use_buffers: bool = False,
    ):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=types.int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs):
        """The averaged model's result."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the parameters of `model` into the average; the first ones are copied."""
        pairs = [
            (mine.detach(), theirs.detach().to(mine.device))
            for mine, theirs in zip(self._averaged(self.module), self._averaged(model))
        ]
        if self.n_averaged == 0:
            for mine, theirs in pairs:
                mine.copy_(theirs)
        elif self.multi_avg_fn is not None:
            for kind in {mine.dtype: None for mine, _ in pairs}:
                mine, theirs = zip(*[pair for pair in pairs if pair[0].dtype is kind])
                self.multi_avg_fn(list(mine), list(theirs), self.n_averaged)
        else:
            average = self.avg_fn or get_swa_avg_fn()
            for mine, theirs in pairs:
                mine.copy_(average(mine, theirs, self.n_averaged))
        if not self.use_buffers:
            for mine, theirs in zip(self.module.buffers(), model.buffers()):
                mine.detach().copy_(theirs.detach())
        self.n_averaged += 1

    def _averaged(self, model: Module) -> Iterable[Tensor]:
        return itertools.chain(model.parameters(), model.buffers()) if self.use_buffers else model.parameters()


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """The mean of all. PyTorch: torch.optim.swa_utils.get_swa_avg_fn."""

    def average(averaged: Tensor, current: Tensor, number: Tensor | int) -> Tensor:
        with no_grad():
            return averaged + (current - averaged) / (number + 1)

    return average


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """The exponential moving average: decay * averaged + (1 - decay) * current. PyTorch: get_ema_avg_fn."""
    _check_decay(decay)

    def average(averaged: Tensor, current: Tensor, number: Tensor | int) -> Tensor:
        with no_grad():
            return decay * averaged + (1 - decay) * current

    return average


def get_swa_multi_avg_fn() -> Callable[[list[Tensor], list[Tensor], Tensor | int], None]:
    """The mean of all, written into lists of parameters. PyTorch: torch.optim.swa_utils.get_swa_multi_avg_fn."""
    return _for_lists(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[list[Tensor], list[Tensor], Tensor | int], None]:
    """The exponential moving average, written into lists of parameters. PyTorch: get_ema_multi_avg_fn."""
    return _for_lists(get_ema_avg_fn(decay))


def _for_lists(average: Callable) -> Callable[[list[Tensor], list[Tensor], Tensor | int], None]:
    def averages(averaged: list[Tensor], current: list[Tensor], number: Tensor | int) -> None:
        with no_grad():
            for mine, theirs in zip(averaged, current):
                mine.copy_(average(mine, theirs, number))

    return averages


def _check_decay(decay: float) -> None:
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def update_bn(loader: Iterable[Any], model: Module, device: types.device | str | None = None) -> None:
    """Compute the statistics of the model's batch normalisations anew, over the batches (or their first elements).

    PyTorch: torch.optim.swa_utils.update_bn.
    """
    momenta = {each: each.momentum for each in model.modules() if _has_statistics(each)}
    if not momenta:
        return
    was_training = model.training
    model.train()
    for each in momenta:
        each.reset_running_stats()
        each.momentum = None  # the plain mean over all batches
    with no_grad():
        for batch in loader:
            if isinstance(batch, (list, tuple)):
                batch = batch[0]
            model(batch if device is None else batch.to(device))
    for each, momentum in momenta.items():
        each.momentum = momentum
    model.train(was_training)


def _has_statistics(module: Module) -> bool:
    return hasattr(module, "reset_running_stats") and "BatchNorm" in type(module).__name__


class SWALR(LRScheduler):
    """lr goes to `swa_lr` in `anneal_epochs` epochs, along a cosine or a line ("linear"), and stays there.

    PyTorch: torch.optim.swa_utils.SWALR.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ):
        for rate, group in zip(one_per_group("swa_lr", optimizer, swa_lr), optimizer.param_groups):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._done(step - 1), self._done(step)
        rates = []
        for group in self.optimizer.param_groups:
            end = group["swa_lr"]
            start = end if before == 1 else (group["lr"] - before * end) / (1 - before)
            rates.append(end * now + start * (1 - now))
        return rates

    def _done(self, step: int) -> float:
        """How much of the way is behind us."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t
