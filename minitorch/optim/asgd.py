"""Averaged stochastic gradient descent. PyTorch: torch/optim/asgd.py."""

from minitorch._tensor import Tensor
from minitorch.ops.convert import tensor
from minitorch.ops.creation import zeros_like
from minitorch.optim._each import EachParameter, next_step, require
from minitorch.optim.optimizer import check_tensor_lr, new_step, scalar


class ASGD(EachParameter):
    """Gradient descent that keeps an average `ax` of the parameters in its state. PyTorch: torch.optim.ASGD.

    t = t + 1
    g = grad  (-grad to maximize)
    g = g + weight_decay * p
    p = p - lambd * eta * p - eta * g  (at first eta = lr)
    ax = ax + mu * (p - ax)  (at first mu = 1)
    eta = lr / (1 + lambd * lr * t)**alpha
    mu = 1 / max(1, t - t0)

    `foreach` and `capturable` are accepted and change nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ):
        check_tensor_lr(lr)
        require(lr >= 0.0, f"Invalid learning rate: {lr}")
        require(weight_decay >= 0.0, f"Invalid weight_decay value: {weight_decay}")
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _start(self, p, group):
        start = new_step(group)
        return {
            "step": start,
            "eta": tensor(float(scalar(group["lr"])), dtype=start.dtype),
            "mu": tensor(1.0, dtype=start.dtype),
            "ax": zeros_like(p),
        }

    def _update(self, p, g, state, group):
        lr, lambd = scalar(group["lr"]), group["lambd"]
        t = next_step(state)
        eta, mu, ax = state["eta"].item(), state["mu"].item(), state["ax"]
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        p.mul_(1 - lambd * eta).add_(g, alpha=-eta)
        if mu == 1:
            ax.copy_(p)
        else:
            ax.add_(p.sub(ax).mul_(mu))
        # By way of a tensor of the default dtype: the state may be float64 after load_state_dict, its values are not.
        state["eta"].copy_(tensor(lr / (1 + lambd * lr * t) ** group["alpha"]))
        state["mu"].copy_(tensor(1 / max(1, t - group["t0"])))
