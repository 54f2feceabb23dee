"""Adamax: Adam with the largest gradient in place of the root of the mean square. PyTorch: torch/optim/adamax.py."""

from minitorch._tensor import Tensor
from minitorch.ops.creation import zeros_like
from minitorch.ops.pointwise import maximum
from minitorch.optim._each import EachParameter, check_adam_options, next_step
from minitorch.optim.optimizer import check_tensor_lr, new_step, scalar


class Adamax(EachParameter):
    """Running mean m of the gradient, divided by its decaying maximum u. PyTorch: torch.optim.Adamax.

    t = t + 1
    g = grad  (-grad to maximize)
    g = g + weight_decay * p
    m = beta1 * m + (1 - beta1) * g
    u = max(beta2 * u, |g| + eps)
    p = p - lr / (1 - beta1**t) * m / u

    `foreach` and `capturable` are accepted and change nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ):
        check_tensor_lr(lr)
        check_adam_options(lr, eps, betas, weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _start(self, p, group):
        return {"step": new_step(group), "exp_avg": zeros_like(p), "exp_inf": zeros_like(p)}

    def _update(self, p, g, state, group):
        beta1, beta2 = group["betas"]
        t = next_step(state)
        m, u = state["exp_avg"], state["exp_inf"]
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        m.add_(g - m, alpha=1 - beta1)
        u.copy_(maximum(u * beta2, g.abs().add_(group["eps"])))
        p.add_(m / u, alpha=-scalar(group["lr"]) / (1 - beta1**t))
