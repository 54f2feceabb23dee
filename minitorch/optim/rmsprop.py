"""RMSprop. PyTorch: torch/optim/rmsprop.py."""

from collections.abc import Callable
from typing import Any

from minitorch._tensor import Tensor
from minitorch.ops.creation import zeros_like
from minitorch.ops.optim import rmsprop
from minitorch.optim.optimizer import Optimizer, check_tensor_lr, new_step, scalar


class RMSprop(Optimizer):
    """Gradients divided by a running root of their mean square. PyTorch: torch.optim.RMSprop.

    g = grad  (-grad to maximize)
    g = g + weight_decay * p
    v = alpha * v + (1 - alpha) * g**2
    m = alpha * m + (1 - alpha) * g,  u = v - m**2  if centered, else  u = v
    b = momentum * b + g / (sqrt(u) + eps)
    p = p - lr * b

    `foreach` and `capturable` are accepted; every step is one launch anyway.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ):
        check_tensor_lr(lr)
        if not lr >= 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps >= 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        if not momentum >= 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if not weight_decay >= 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if not alpha >= 0.0:
            raise ValueError(f"Invalid alpha value: {alpha}")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def step(self, closure: Callable[[], Any] | None = None):
        """Update every parameter that has a gradient; returns what `closure` returned."""
        loss = self._loss(closure)
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            states = [self.state[p] or self._start(p, group) for p in params]
            rmsprop(
                params,
                [p.grad for p in params],
                [state["square_avg"] for state in states],
                [state["grad_avg"] for state in states] if group["centered"] else params,
                [state["momentum_buffer"] for state in states] if group["momentum"] > 0 else params,
                [state["step"] for state in states],
                lr=scalar(group["lr"]),
                alpha=group["alpha"],
                eps=group["eps"],
                weight_decay=group["weight_decay"],
                momentum=group["momentum"],
                centered=group["centered"],
                maximize=group["maximize"],
            )
        return loss

    def _start(self, p: Tensor, group: dict) -> dict:
        """The state of a parameter before its first step."""
        state = self.state[p]
        state["step"] = new_step(group, p)
        state["square_avg"] = zeros_like(p)
        if group["momentum"] > 0:
            state["momentum_buffer"] = zeros_like(p)
        if group["centered"]:
            state["grad_avg"] = zeros_like(p)
        return state
