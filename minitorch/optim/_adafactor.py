"""Adafactor: the squares of a matrix of gradients, kept as a row and a column. PyTorch: torch/optim/_adafactor.py."""

from minitorch._tensor import Tensor
from minitorch.ops.creation import zeros_like
from minitorch.optim._each import EachParameter, next_step, require
from minitorch.optim.optimizer import check_tensor_lr, new_step, scalar
from minitorch.types import finfo


class Adafactor(EachParameter):
    """Adam-like steps relative to the size of the parameter, with a fraction of the memory. PyTorch: torch.optim.Adafactor.

    t = t + 1
    g = grad  (-grad to maximize)
    w = t**beta2_decay
    a = max(eps[1], rms(p)) * min(lr, 1 / sqrt(t))
    p = p - lr * weight_decay * p
    of a matrix:  r = r + w * (mean of g**2 along rows - r);  c = c + w * (along columns - c);  v = r c / mean(r)
    else:  v = v + w * (g**2 - v)
    u = g / sqrt(max(v, eps[0]**2))
    p = p - a * u / max(1, rms(u) / d)

    `eps[0]` None: the precision of the parameter's dtype. `foreach` is accepted and changes nothing.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ):
        check_tensor_lr(lr)
        require(lr >= 0.0, f"Learning rate should be >= 0 but is: {lr}")
        require(beta2_decay <= 0.0, f"beta2_decay should be <= 0 but is: {beta2_decay}")
        require(eps[0] is None or eps[0] >= 0.0, f"epsilon1 should be >= 0 but is: {eps[0]}")
        require(eps[1] >= 0.0, f"epsilon2 should be >= 0 but is: {eps[1]}")
        require(d >= 1.0, f"Clipping threshold d should be >= 1 but is: {d}")
        require(weight_decay >= 0.0, f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _start(self, p, group):
        if p.dim() <= 1:
            return {"step": new_step(group), "variance": zeros_like(p.grad)}
        return {
            "step": new_step(group),
            "row_var": p.grad.new_zeros((*p.shape[:-1], 1)),
            "col_var": p.grad.new_zeros((*p.shape[:-2], 1, p.shape[-1])),
        }

    def _update(self, p, g, state, group):
        lr, (eps1, eps2) = scalar(group["lr"]), group["eps"]
        eps1 = finfo(p.dtype).eps if eps1 is None else eps1
        t = next_step(state)
        w = t ** group["beta2_decay"]
        a = max(eps2, _rms(p)) * min(lr, 1 / t**0.5)
        if group["weight_decay"] != 0:
            p.mul_(1 - lr * group["weight_decay"])
        if p.dim() > 1:
            row, column = state["row_var"], state["col_var"]
            row.add_((g * g).mean(-1, keepdim=True) - row, alpha=w)
            column.add_((g * g).mean(-2, keepdim=True) - column, alpha=w)
            v = (row @ column).div_(row.mean(-2, keepdim=True).clamp_(min=eps1))
        else:
            v = state["variance"].add_(g * g - state["variance"], alpha=w)
        u = v.clamp(min=eps1 * eps1).rsqrt().mul_(g)
        p.add_(u, alpha=-a / max(1.0, _rms(u) / group["d"]))


def _rms(x: Tensor) -> float:
    """The root of the mean square."""
    return x.norm(2).item() / x.numel() ** 0.5
