"""Adagrad. PyTorch: torch/optim/adagrad.py."""

from minitorch._tensor import Tensor
from minitorch.ops.creation import full_like
from minitorch.optim._each import EachParameter, next_step, require
from minitorch.optim.optimizer import check_fused, check_tensor_lr, new_step, scalar


class Adagrad(EachParameter):
    """The gradient divided by the root of the sum of all its squares. PyTorch: torch.optim.Adagrad.

    t = t + 1
    g = grad  (-grad to maximize)
    g = g + weight_decay * p
    s = s + g**2  (at first s = initial_accumulator_value)
    p = p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    `foreach` and `fused` are accepted and change nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ):
        check_tensor_lr(lr)
        require(lr >= 0.0, f"Invalid learning rate: {lr}")
        require(lr_decay >= 0.0, f"Invalid lr_decay value: {lr_decay}")
        require(weight_decay >= 0.0, f"Invalid weight_decay value: {weight_decay}")
        require(
            initial_accumulator_value >= 0.0, f"Invalid initial_accumulator_value value: {initial_accumulator_value}"
        )
        require(eps >= 0.0, f"Invalid epsilon value: {eps}")
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        check_fused(fused, foreach, differentiable)
        for group in self.param_groups:  # here the state starts with the optimizer
            for p in group["params"]:
                self.state[p] = self._start(p, group)

    def _start(self, p, group):
        return {"step": new_step(group), "sum": full_like(p, self.defaults["initial_accumulator_value"])}

    def _update(self, p, g, state, group):
        t = next_step(state)
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        s = state["sum"].add_(g * g)
        lr = scalar(group["lr"]) / (1 + (t - 1) * group["lr_decay"])
        p.add_(g / s.sqrt().add_(group["eps"]), alpha=-lr)
