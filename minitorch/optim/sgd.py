"""Stochastic gradient descent. PyTorch: torch/optim/sgd.py."""

from collections.abc import Callable
from typing import Any

from minitorch._tensor import Tensor
from minitorch.ops.creation import zeros_like
from minitorch.ops.optim import sgd
from minitorch.optim.optimizer import Optimizer, check_fused, check_tensor_lr, scalar


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum b if asked for. PyTorch: torch.optim.SGD.

    g = grad  (-grad to maximize)
    g = g + weight_decay * p
    b = momentum * b + (1 - dampening) * g  (in the first step b = g)
    g = g + momentum * b  with nesterov, else  g = b
    p = p - lr * g

    `foreach` and `fused` are accepted; every step is one launch anyway.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ):
        check_tensor_lr(lr)
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        check_fused(fused, foreach, differentiable)

    def step(self, closure: Callable[[], Any] | None = None):
        """Update every parameter that has a gradient; returns what `closure` returned."""
        loss = self._loss(closure)
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if group["momentum"] == 0:
                self._update(group, params, params, group["dampening"])
                continue
            first = [p for p in params if self.state[p].get("momentum_buffer") is None]
            for p in first:
                self.state[p]["momentum_buffer"] = zeros_like(p)
            if first and group["dampening"] != 0:
                # The first gradient enters the buffer undamped.
                started = set(first)
                self._update(group, first, self._buffers(first), 0)
                params = [p for p in params if p not in started]
            self._update(group, params, self._buffers(params), group["dampening"])
        return loss

    def _buffers(self, params: list[Tensor]) -> list[Tensor]:
        return [self.state[p]["momentum_buffer"] for p in params]

    def _update(self, group: dict, params: list[Tensor], buffers: list[Tensor], dampening: float) -> None:
        sgd(
            params,
            [p.grad for p in params],
            buffers,
            lr=scalar(group["lr"]),
            momentum=group["momentum"],
            dampening=dampening,
            weight_decay=scalar(group["weight_decay"]),
            nesterov=group["nesterov"],
            maximize=group["maximize"],
        )
