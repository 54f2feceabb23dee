"""L-BFGS, with a line search if asked for. PyTorch: torch/optim/lbfgs.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import enable_grad, no_grad
from minitorch.ops.joining import cat
from minitorch.optim._each import require
from minitorch.optim.optimizer import Optimizer, check_tensor_lr


class LBFGS(Optimizer):
    """A quasi-Newton method: the inverse Hessian from the last `history_size` changes of the gradient.

    One step() is up to `max_iter` iterations and `max_eval` evaluations (default 1.25 * max_iter) of the closure. It ends
    early where no gradient exceeds `tolerance_grad`, or where neither loss nor parameters change by `tolerance_change`.
    `line_search_fn`: "strong_wolfe", or None for steps of length `lr`. One parameter group only.
    PyTorch: torch.optim.LBFGS.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ):
        check_tensor_lr(lr)
        require(lr >= 0.0, f"Invalid learning rate: {lr}")
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        groups = len(self.param_groups)
        require(groups == 1, "LBFGS doesn't support per-parameter options (parameter groups)")

    def step(self, closure: Callable[[], Any]):
        """Move all parameters; `closure` computes loss and gradients anew. Returns the first loss."""
        with no_grad():
            return self._minimize(enable_grad()(closure))

    def _minimize(self, closure: Callable[[], Any]):
        group = self.param_groups[0]
        tolerance = group["tolerance_change"]
        # The state of all parameters is kept as that of the first, for load_state_dict to cast it.
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        loss, gradient = float(first_loss), self._gradient()
        evaluations = 1
        state["func_evals"] += 1
        if gradient.abs().max() <= group["tolerance_grad"]:
            return first_loss
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(state, gradient, group)
            state["prev_flat_grad"] = gradient.clone()
            state["prev_loss"] = last_loss = loss
            lr = group["lr"].squeeze() if isinstance(group["lr"], Tensor) else group["lr"]
            t = min(1.0, 1.0 / gradient.abs().sum()) * lr if state["n_iter"] == 1 else lr
            state["d"], state["t"] = direction, t
            slope = gradient.dot(direction)
            if slope > -tolerance:
                break
            used = 0
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                start = [p.clone() for p in group["params"]]

                def measure(t, start=start, direction=direction) -> _Point:
                    return self._measure(closure, start, t, direction)

                here = _Point(0, loss, gradient, slope)
                longest = direction.abs().max()
                best, used = _strong_wolfe(measure, here, t, longest, group["max_eval"] - evaluations)
                t, loss, gradient = best.t, best.loss, best.gradient
                state["t"] = t
                self._move(t, direction)
            else:
                self._move(t, direction)
                if iteration != group["max_iter"]:  # the loss after the last move is not needed
                    loss, gradient = float(closure()), self._gradient()
                    used = 1
            evaluations += used
            state["func_evals"] += used
            if (
                evaluations >= group["max_eval"]
                or gradient.abs().max() <= group["tolerance_grad"]
                or direction.mul(t).abs().max() <= tolerance
                or abs(loss - last_loss) < tolerance
            ):
                break
        return first_loss

    def _direction(self, state: dict, gradient: Tensor, group: dict) -> Tensor:
        """The gradient times the approximate inverse Hessian, negative (the two loops of L-BFGS)."""
        if state["n_iter"] == 1:
            state.update({"old_dirs": [], "old_stps": [], "ro": [], "H_diag": 1})
            return gradient.neg()
        y = gradient.sub(state["prev_flat_grad"])
        s = state["d"].mul(state["t"])
        curvature = y.dot(s)
        changes, moves, inverse = state["old_dirs"], state["old_stps"], state["ro"]
        if curvature > 1e-10:
            if len(changes) == group["history_size"]:
                for each in (changes, moves, inverse):
                    each.pop(0)
            changes.append(y)
            moves.append(s)
            inverse.append(1.0 / curvature)
            state["H_diag"] = curvature / y.dot(y)
        al = state.setdefault("al", [None] * group["history_size"])
        q = gradient.neg()
        for i in range(len(changes) - 1, -1, -1):
            al[i] = moves[i].dot(q) * inverse[i]
            q.sub_(changes[i] * al[i])
        r = q * state["H_diag"]
        for i in range(len(changes)):
            r.add_(moves[i] * (al[i] - changes[i].dot(r) * inverse[i]))
        return r

    def _gradient(self) -> Tensor:
        """All gradients as one vector."""
        params = self.param_groups[0]["params"]
        return cat([p.new_zeros(p.numel()) if p.grad is None else p.grad.reshape(-1) for p in params], 0)

    def _move(self, t, direction: Tensor) -> None:
        first = 0
        for p in self.param_groups[0]["params"]:
            part = direction[first : first + p.numel()]
            p.add_(part.view_as(p) * t)
            first += p.numel()

    def _measure(self, closure, start: list[Tensor], t, direction: Tensor) -> "_Point":
        """Loss and gradient after a move, which is then undone."""
        self._move(t, direction)
        loss, gradient = float(closure()), self._gradient()
        for p, value in zip(self.param_groups[0]["params"], start):
            p.copy_(value)
        return _Point(t, loss, gradient, gradient.dot(direction))


@dataclass
class _Point:
    """A place on the line that is searched."""

    t: Any
    loss: Any
    gradient: Tensor
    slope: Any  # of the loss along the line


def _strong_wolfe(
    measure: Callable[[Any], _Point], start: _Point, t, longest, steps: int, c1: float = 1e-4, c2: float = 0.9
) -> tuple[_Point, int]:
    """A point whose loss is low enough and whose slope is small enough, and the number of evaluations.

    The step grows until it has passed such a point; then the interval shrinks around it, both for at most `steps` steps.
    Nocedal, Wright: Numerical Optimization, algorithms 3.5 and 3.6.
    """

    def too_high(point: _Point) -> bool:
        return bool(point.loss > start.loss + c1 * point.t * start.slope)

    def flat_enough(point: _Point) -> bool:
        return bool(abs(point.slope) <= -c2 * start.slope)

    before, here, step = start, measure(t), 0
    while step < steps:
        if too_high(here) or (step > 1 and here.loss >= before.loss):
            break
        if flat_enough(here):
            return here, step + 1
        if here.slope >= 0:
            break
        t = _cubic(before, here, here.t + 0.01 * (here.t - before.t), here.t * 10)
        before, here, step = here, measure(t), step + 1
    else:
        before = start

    ends, stuck = [before, here], False
    low, high = (0, 1) if before.loss <= here.loss else (1, 0)
    while step < steps and abs(ends[1].t - ends[0].t) * longest >= 1e-9:
        left, right = min(each.t for each in ends), max(each.t for each in ends)
        t = _cubic(*ends, left, right)
        margin = 0.1 * (right - left)
        near_end = min(right - t, t - left) < margin
        if near_end and (stuck or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            near_end = False
        stuck = near_end
        new, step = measure(t), step + 1
        if too_high(new) or new.loss >= ends[low].loss:
            ends[high] = new
            low, high = (0, 1) if ends[0].loss <= ends[1].loss else (1, 0)
            continue
        done = flat_enough(new)
        if not done and new.slope * (ends[high].t - ends[low].t) >= 0:
            ends[high] = ends[low]
        ends[low] = new
        if done:
            break
    return ends[low], step + 1


def _cubic(a: _Point, b: _Point, lowest, highest):
    """Where the cubic through two points with their slopes is least, within bounds."""
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if square < 0:
        return (lowest + highest) / 2.0
    if a.t > b.t:
        a, b = b, a
    least = b.t - (b.t - a.t) * ((b.slope + square.sqrt() - d1) / (b.slope - a.slope + 2 * square.sqrt()))
    return min(max(least, lowest), highest)
