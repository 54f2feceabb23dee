"""Adadelta. PyTorch: torch/optim/adadelta.py."""

from minitorch._tensor import Tensor
from minitorch.ops.creation import zeros_like
from minitorch.optim._each import EachParameter, next_step, require
from minitorch.optim.optimizer import check_tensor_lr, new_step, scalar


class Adadelta(EachParameter):
    """Steps as long as the steps before, over gradients as large as those before. PyTorch: torch.optim.Adadelta.

    g = grad  (-grad to maximize)
    g = g + weight_decay * p
    v = rho * v + (1 - rho) * g**2
    d = sqrt(u + eps) / sqrt(v + eps) * g
    u = rho * u + (1 - rho) * d**2
    p = p - lr * d

    `foreach` and `capturable` are accepted and change nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ):
        check_tensor_lr(lr)
        require(lr >= 0.0, f"Invalid learning rate: {lr}")
        require(0.0 <= rho <= 1.0, f"Invalid rho value: {rho}")
        require(eps >= 0.0, f"Invalid epsilon value: {eps}")
        require(weight_decay >= 0.0, f"Invalid weight_decay value: {weight_decay}")
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _start(self, p, group):
        return {"step": new_step(group), "square_avg": zeros_like(p), "acc_delta": zeros_like(p)}

    def _update(self, p, g, state, group):
        rho, eps = group["rho"], group["eps"]
        next_step(state)
        v, u = state["square_avg"], state["acc_delta"]
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        v.mul_(rho).add_(g * g, alpha=1 - rho)
        d = u.add(eps).sqrt().div_(v.add(eps).sqrt()).mul_(g)
        u.mul_(rho).add_(d * d, alpha=1 - rho)
        p.add_(d, alpha=-scalar(group["lr"]))
