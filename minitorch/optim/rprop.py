"""Rprop: only the signs of the gradients count. PyTorch: torch/optim/rprop.py."""

from minitorch._tensor import Tensor
from minitorch.ops.creation import full_like, zeros_like
from minitorch.optim._each import EachParameter, next_step, require
from minitorch.optim.optimizer import check_tensor_lr, new_step, scalar


class Rprop(EachParameter):
    """Every number has its own step size, larger while its gradient keeps its sign. PyTorch: torch.optim.Rprop.

    g = grad  (-grad to maximize)
    s = s * etas[1]  where g has the sign of the gradient before,  s * etas[0]  and g = 0  where it has the other
    s = min(max(s, step_sizes[0]), step_sizes[1])  (at first s = lr)
    p = p - sign(g) * s

    `foreach` and `capturable` are accepted and change nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ):
        check_tensor_lr(lr)
        require(lr >= 0.0, f"Invalid learning rate: {lr}")
        require(0.0 < etas[0] < 1.0 < etas[1], f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _start(self, p, group):
        return {
            "step": new_step(group),
            "prev": zeros_like(p),
            "step_size": full_like(p.grad, scalar(group["lr"])),
        }

    def _update(self, p, g, state, group):
        shrink, grow = group["etas"]
        next_step(state)
        same = g * state["prev"]
        s = state["step_size"]
        factor = full_like(s, 1).masked_fill(same > 0, grow).masked_fill(same < 0, shrink)
        s.mul_(factor).clamp_(*group["step_sizes"])
        g = g.masked_fill(same < 0, 0)
        p.sub_(g.sign() * s)
        state["prev"].copy_(g)
