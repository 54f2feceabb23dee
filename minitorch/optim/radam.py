"""RAdam: Adam that waits until its variance is known. PyTorch: torch/optim/radam.py."""

from minitorch._tensor import Tensor
from minitorch.ops.creation import zeros_like
from minitorch.optim._each import EachParameter, check_adam_options, next_step
from minitorch.optim.optimizer import check_tensor_lr, new_step, scalar


class RAdam(EachParameter):
    """Adam whose first steps, while rho <= 5, are plain momentum. PyTorch: torch.optim.RAdam.

    t = t + 1
    g = grad  (-grad to maximize)
    g = g + weight_decay * p,  or if decoupled  p = p - lr * weight_decay * p
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    R = 2 / (1 - beta2) - 1
    rho = R - 2 * t * beta2**t / (1 - beta2**t)
    r = sqrt((rho - 4) * (rho - 2) * R / ((R - 4) * (R - 2) * rho))
    l = sqrt(1 - beta2**t) / (sqrt(v) + eps)
    p = p - lr * m / (1 - beta1**t) * (r * l  if rho > 5  else  1)

    `foreach` and `capturable` are accepted and change nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ):
        check_tensor_lr(lr)
        check_adam_options(lr, eps, betas, weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _start(self, p, group):
        return {"step": new_step(group), "exp_avg": zeros_like(p), "exp_avg_sq": zeros_like(p)}

    def _update(self, p, g, state, group):
        lr, (beta1, beta2), weight_decay = scalar(group["lr"]), group["betas"], group["weight_decay"]
        t = next_step(state)
        m, v = state["exp_avg"], state["exp_avg_sq"]
        if weight_decay != 0 and group["decoupled_weight_decay"]:
            p.mul_(1 - lr * weight_decay)
        elif weight_decay != 0:
            g = g.add(p, alpha=weight_decay)
        m.add_(g - m, alpha=1 - beta1)
        v.mul_(beta2).add_(g * g, alpha=1 - beta2)
        update = m / (1 - beta1**t) * lr
        longest = 2 / (1 - beta2) - 1
        rho = longest - 2 * t * beta2**t / (1 - beta2**t)
        if rho > 5:
            r = ((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho)) ** 0.5
            update = update * ((1 - beta2**t) ** 0.5 / (v.sqrt().add_(group["eps"]))) * r
        p.sub_(update)
