"""Muon: momentum whose matrices are made orthogonal. PyTorch: torch/optim/_muon.py."""

import math

from minitorch._tensor import Tensor
from minitorch.ops.creation import zeros_like
from minitorch.ops.matmul import addmm
from minitorch.optim._each import EachParameter, require
from minitorch.optim.optimizer import check_tensor_lr, scalar
from minitorch.types import float32


class Muon(EachParameter):
    """For the matrices of hidden layers: steps of the same length in every direction. PyTorch: torch.optim.Muon.

    g = grad
    b = momentum * b + (1 - momentum) * g
    u = momentum * b + (1 - momentum) * g  with nesterov, else  u = b
    u = the orthogonal matrix nearest to u, roughly  (ns_steps steps of Newton and Schulz)
    p = p - lr * weight_decay * p
    p = p - lr * s * u,  s = sqrt(max(1, rows / columns)),  or 0.2 * sqrt(max(rows, columns)) to "match_rms_adamw"

    Raises ValueError for parameters that are not matrices.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ):
        check_tensor_lr(lr)
        require(lr >= 0.0, f"Learning rate should be >= 0 but is: {lr}")
        require(momentum >= 0.0, f"momentum should be >= 0 but is: {momentum}")
        require(weight_decay >= 0.0, f"weight decay should be >= 0 but is: {weight_decay}")
        known = adjust_lr_fn in (None, "original", "match_rms_adamw")
        require(known, f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                size = p.size()
                require(
                    p.ndim == 2, f"Muon only supports 2D parameters whereas we found a parameter with size: {size}"
                )

    def _start(self, p, group):
        return {"momentum_buffer": zeros_like(p.grad)}

    def _update(self, p, g, state, group):
        lr, momentum = scalar(group["lr"]), group["momentum"]
        b = state["momentum_buffer"]
        b.add_(g - b, alpha=1 - momentum)
        u = g + (b - g) * momentum if group["nesterov"] else b
        u = _orthogonal(u, group["ns_coefficients"], group["ns_steps"], group["eps"])
        p.mul_(1 - lr * group["weight_decay"])
        p.add_(u.to(p.dtype), alpha=-lr * _ratio(group["adjust_lr_fn"], *p.shape))


def _ratio(adjust_lr_fn: str | None, rows: int, columns: int) -> float:
    if adjust_lr_fn == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))


def _orthogonal(u: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """u with all its singular values near 1: the polynomial a s + b s^3 + c s^5 again and again. Rounded like bfloat16."""
    require(steps < 100, "Number of steps must be less than 100 for computational efficiency")
    require(len(coefficients) == 3, "Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    wide = u.size(0) <= u.size(1)
    x = _bfloat16(u.to(float32) if wide else u.to(float32).T)
    x = _bfloat16(x / _bfloat16(x.norm()).clamp(min=eps))
    for _ in range(steps):
        gram = _bfloat16(x @ x.T)
        x = _bfloat16(addmm(x, _bfloat16(addmm(gram, gram, gram, beta=b, alpha=c)), x, beta=a))
    return x if wide else x.T


def _bfloat16(x: Tensor) -> Tensor:
    """float32 rounded to the eight leading bits that bfloat16 has (Veltkamp's splitting)."""
    shifted = x * 65537.0
    return shifted - (shifted - x)
