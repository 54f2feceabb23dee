"""NAdam: Adam with Nesterov's momentum. PyTorch: torch/optim/nadam.py."""

from minitorch._tensor import Tensor
from minitorch.ops.convert import tensor
from minitorch.ops.creation import zeros_like
from minitorch.optim._each import EachParameter, check_adam_options, next_step, require
from minitorch.optim.optimizer import check_tensor_lr, new_step, scalar


class NAdam(EachParameter):
    """Adam that looks ahead along its momentum. PyTorch: torch.optim.NAdam.

    t = t + 1
    g = grad  (-grad to maximize)
    g = g + weight_decay * p,  or if decoupled  p = p - lr * weight_decay * p
    mu(t) = beta1 * (1 - 0.96**(t * momentum_decay) / 2)
    P = P * mu(t)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    d = sqrt(v / (1 - beta2**t)) + eps
    p = p - lr * (1 - mu(t)) / (1 - P) * g / d - lr * mu(t + 1) / (1 - P * mu(t + 1)) * m / d

    `foreach` and `capturable` are accepted and change nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ):
        check_tensor_lr(lr)
        check_adam_options(lr, eps, betas, weight_decay)
        require(momentum_decay >= 0.0, f"Invalid momentum_decay value: {momentum_decay}")
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _start(self, p, group):
        start = new_step(group)
        return {
            "step": start,
            "mu_product": tensor(1.0, dtype=start.dtype),
            "exp_avg": zeros_like(p),
            "exp_avg_sq": zeros_like(p),
        }

    def _update(self, p, g, state, group):
        lr, (beta1, beta2), weight_decay = scalar(group["lr"]), group["betas"], group["weight_decay"]
        t = next_step(state)
        m, v = state["exp_avg"], state["exp_avg_sq"]
        if weight_decay != 0 and group["decoupled_weight_decay"]:
            p.mul_(1 - lr * weight_decay)
        elif weight_decay != 0:
            g = g.add(p, alpha=weight_decay)
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * group["momentum_decay"]))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * group["momentum_decay"]))
        product = state["mu_product"].mul_(mu).item()
        m.add_(g - m, alpha=1 - beta1)
        v.mul_(beta2).add_(g * g, alpha=1 - beta2)
        d = v.div(1 - beta2**t).sqrt().add_(group["eps"])
        p.add_(g / d, alpha=-lr * (1 - mu) / (1 - product))
        p.add_(m / d, alpha=-lr * mu_next / (1 - product * mu_next))
