"""How far two sides of `minitorch compare` are apart: too far? PyTorch: torch/testing/_comparison.py.

The limits are what a training curve can keep, measured on PyTorch against itself (one thread against two,
one weight moved by its last bit): random numbers are exactly equal, and rounding stays small for some ten
steps. Past that, a network with relu and max pooling is chaotic, while a smooth one stays within a few
millionths for hundreds of steps. So the first steps have firm limits, later ones a loose one, or `tolerance`.
"""

import dataclasses

import numpy as np

from minitorch.cli.side import Side

FIRST_STEP, TEN_STEPS = 1e-6, 1e-4
"""Limits of the loss difference at step 1 and at steps 1 to 10 ..."""
FIRST_STEP_ULPS, TEN_STEPS_ULPS = 4, 400
"""... or so many units in the last place of a float32 loss, where that is more (losses above 4)."""
GRADIENT, GRADIENT_OF_ALL = 1e-4, 1e-6
"""Limit of any gradient element's difference at step 1, as a share of the parameter's largest element, or of
that of all parameters, where that is more (for gradients that should be 0). PyTorch against itself: 5e-6."""
WINDOW = 50
"""Later losses are compared as means of so many steps ..."""
WINDOW_RELATIVE, WINDOW_OF_FIRST = 0.1, 0.01
"""... which may differ by a tenth, and by a hundredth of the first loss."""


@dataclasses.dataclass
class Check:
    """A number that was looked at. `good` is None where it is only reported."""

    name: str
    value: float
    limit: float | None = None

    @property
    def good(self) -> bool | None:
        return None if self.limit is None else self.value <= self.limit


class Comparison:
    """The differences between two sides. `reasons` says what is too far apart: empty when they agree."""

    def __init__(self, first: Side, second: Side, tolerance: float | None = None):
        self.first, self.second = first, second
        self.steps = min(len(first.losses), len(second.losses))
        losses = np.array([first.losses[: self.steps], second.losses[: self.steps]])  # (2, steps)
        self.losses = losses
        self.loss_difference = difference(losses[0], losses[1])  # (steps,)
        self.loss_checks = self.check_losses(tolerance)
        self.gradient_checks = self.check_gradients()
        self.generators_equal = first.generator is not None and first.generator == second.generator
        self.printed_difference = first_difference(first.printed, second.printed)
        self.ratio = second.step_seconds / first.step_seconds
        self.reasons = self.find_reasons()

    def check_losses(self, tolerance: float | None) -> list[Check]:
        if not self.steps:
            return []
        apart = self.loss_difference
        ulp = float(np.spacing(np.float32(largest(self.losses[:, :10]))))
        checks = [
            Check("loss at step 1", float(apart[0]), max(FIRST_STEP, FIRST_STEP_ULPS * ulp)),
            Check("loss at steps 1-10", float(apart[:10].max()), max(TEN_STEPS, TEN_STEPS_ULPS * ulp)),
            Check("loss at steps 1-100", float(apart[:100].max())),
            Check(f"loss at all {self.steps} steps", float(apart.max()), tolerance),
        ]
        if tolerance is None:
            checks.append(self.check_windows())
        return checks

    def check_gradients(self) -> dict[str, Check]:
        """The largest difference of any element, for each parameter that both sides have."""
        overall = max((largest(array) for array in self.first.gradients.values()), default=0.0)
        checks = {}
        for name, one in self.first.gradients.items():
            other = self.second.gradients.get(name)
            if other is not None and other.shape == one.shape:
                limit = max(GRADIENT * largest(one), GRADIENT_OF_ALL * overall)
                checks[name] = Check(
                    f"step 1 grad {name}", float(difference(one, other).max(initial=0)), limit
                )
        return checks

    def check_windows(self) -> Check:
        """The means of WINDOW losses that are farthest apart for what they may be."""
        checks = []
        for start in range(0, self.steps, WINDOW):
            one, other = self.losses[:, start : start + WINDOW].mean(axis=1)
            limit = np.nan_to_num(WINDOW_RELATIVE * abs(one) + WINDOW_OF_FIRST * abs(self.losses[0, 0]))
            checks.append(Check(f"means of {WINDOW} losses", float(difference(one, other)), float(limit)))
        return max(checks, key=lambda check: (not check.good, check.value / (check.limit or 1)))

    def printed_losses_differ(self, digits: int = 4) -> list[int]:
        """The steps (from 1) whose losses differ when printed with so many digits after the point."""
        one, other = ([f"{loss:.{digits}f}" for loss in row] for row in self.losses)
        return [step + 1 for step in range(self.steps) if one[step] != other[step]]

    def find_reasons(self) -> list[str]:
        reasons = []
        for side in (self.first, self.second):
            if side.status:
                reasons.append(f"{side.title} ended with exit status {side.status}")
        if len(self.first.losses) != len(self.second.losses):
            reasons.append(f"{len(self.first.losses)} steps against {len(self.second.losses)}")
        for check in [*self.loss_checks, *self.gradient_checks.values()]:
            if check.good is False:
                reasons.append(f"{check.name}: {check.value:.1e} apart, limit {check.limit:.1e}")
        if not len(self.first.gradients) == len(self.second.gradients) == len(self.gradient_checks):
            reasons.append("the parameters with a gradient, or their shapes, are not the same")
        if not self.generators_equal:
            reasons.append("the states of the random number generators differ at the end")
        if not self.steps and self.printed_difference:
            reasons.append("no backward() to compare, and the printed text differs")
        return reasons


def largest(array: np.ndarray) -> float:
    """The largest finite |element|; 0 without any."""
    return float(np.abs(array[np.isfinite(array)]).max(initial=0))


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """|one - other| elementwise, float64; 0 for equal infinities and two NaN, inf for a NaN and a number."""
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - other)
    return np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart))


def first_difference(one: list[str], other: list[str]) -> tuple[int, int] | None:
    """Line and column (from 1) of the first character that differs between two texts; None for equal ones."""
    for number in range(max(len(one), len(other))):
        a = one[number] if number < len(one) else None
        b = other[number] if number < len(other) else None
        if a == b:
            continue
        if a is None or b is None:
            return number + 1, 1
        length = min(len(a), len(b))
        column = next((i for i in range(length) if a[i] != b[i]), length)
        return number + 1, column + 1
    return None
