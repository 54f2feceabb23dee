"""Optimizers that update one parameter after the other. PyTorch: torch/optim/optimizer.py, the _single_tensor functions.

The common ones (SGD, Adam, RMSprop) update all parameters in one kernel; these are written in tensor operations.
"""

from collections.abc import Callable
from typing import Any

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.optim.optimizer import Optimizer


class EachParameter(Optimizer):
    """Base class: a subclass says how the state of a parameter starts and what one step does with it."""

    def step(self, closure: Callable[[], Any] | None = None):
        """Update every parameter that has a gradient; returns what `closure` returned."""
        loss = self._loss(closure)
        with no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    state = self.state[p]
                    if not state:
                        state.update(self._start(p, group))
                    self._update(p, -p.grad if group.get("maximize") else p.grad, state, group)
        return loss

    def _start(self, p: Tensor, group: dict) -> dict[str, Any]:
        """The state of a parameter before its first step."""
        raise NotImplementedError

    def _update(self, p: Tensor, g: Tensor, state: dict, group: dict) -> None:
        """One step of the parameter `p` with the gradient `g`."""
        raise NotImplementedError


def next_step(state: dict) -> float:
    """Count one step more in a parameter's state; returns its number, from 1."""
    return state["step"].add_(1).item()


def require(condition: bool, message: str) -> None:
    """Raise ValueError with the message unless the condition holds."""
    if not condition:
        raise ValueError(message)


def check_adam_options(lr, eps: float, betas: tuple[float, float], weight_decay: float) -> None:
    """Raise ValueError for options outside their ranges, which Adam's relatives share."""
    require(lr >= 0.0, f"Invalid learning rate: {lr}")
    require(eps >= 0.0, f"Invalid epsilon value: {eps}")
    for place in range(2):
        require(0.0 <= betas[place] < 1.0, f"Invalid beta parameter at index {place}: {betas[place]}")
    require(weight_decay >= 0.0, f"Invalid weight_decay value: {weight_decay}")
