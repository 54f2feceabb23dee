"""GradScaler: larger losses, so that small gradients do not vanish. PyTorch: torch/amp/grad_scaler.py."""

import enum
import warnings
from collections.abc import Iterable

import minitorch
from minitorch import types
from minitorch._tensor import Tensor
from minitorch.optim.optimizer import Optimizer


class _Stage(enum.Enum):
    """What has been done for an optimizer since the last update()."""

    READY, UNSCALED, STEPPED = range(3)


class GradScaler:
    """Multiplies the loss by a scale, divides the gradients by it, and skips a step whose gradients overflowed.

    The scale is multiplied by `backoff_factor` after such a step, and by `growth_factor` after `growth_interval`
    good ones. For a GPU that is not there it warns and is disabled. PyTorch: torch.amp.GradScaler.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._device = device
        self._enabled = enabled
        if enabled and device == "cuda" and not minitorch.cuda.is_available():
            warnings.warn(
                "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2
            )
            self._enabled = False
        if self._enabled:
            assert growth_factor > 1.0, "The growth factor must be > 1.0."
            assert backoff_factor < 1.0, "The backoff factor must be < 1.0."
        self._scale = init_scale
        self._used = False  # whether anything was scaled
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval = growth_interval
        self._growth_tracker = 0  # good steps since the scale last changed
        self._stages: dict[int, _Stage] = {}  # by id(optimizer)
        self._overflowed: dict[int, bool] = {}

    def scale(self, outputs: "Tensor | Iterable"):
        """`outputs`, a tensor or an iterable of tensors, multiplied by the scale. PyTorch: GradScaler.scale."""
        if not self._enabled:
            return outputs
        self._used = True
        if isinstance(outputs, Tensor):
            return outputs * self._scale
        if isinstance(outputs, Iterable):
            scaled = (self.scale(each) for each in outputs)
            return tuple(scaled) if isinstance(outputs, tuple) else list(scaled)
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of the optimizer's parameters by the scale, before they are clipped, say.

        RuntimeError if that was done since the last update(). PyTorch: GradScaler.unscale_.
        """
        if not self._enabled:
            return
        self._check_used("unscale_")
        stage = self._stages.get(id(optimizer), _Stage.READY)
        if stage is _Stage.UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if stage is _Stage.STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        inverse = minitorch.tensor(1 / self._scale, dtype=types.float32)
        overflowed = False
        with minitorch.no_grad():
            for grad in gradients:
                overflowed = overflowed or not bool(minitorch.isfinite(grad).all())
                grad.mul_(inverse)
        if gradients:
            self._overflowed[id(optimizer)] = overflowed
        self._stages[id(optimizer)] = _Stage.UNSCALED

    def step(self, optimizer: Optimizer, *args, **kwargs):
        """optimizer.step() with unscaled gradients, unless they overflowed; returns what that returns.

        RuntimeError for a second step before update(), or with a closure. PyTorch: GradScaler.step.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        stage = self._stages.get(id(optimizer), _Stage.READY)
        if stage is _Stage.STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if stage is _Stage.READY:
            self.unscale_(optimizer)
        assert id(optimizer) in self._overflowed, "No inf checks were recorded for this optimizer."
        result = None if self._overflowed[id(optimizer)] else optimizer.step(*args, **kwargs)
        self._stages[id(optimizer)] = _Stage.STEPPED
        return result

    def update(self, new_scale: "float | Tensor | None" = None) -> None:
        """Choose the scale of the next step; once after all optimizers' steps. PyTorch: GradScaler.update."""
        if not self._enabled:
            return
        self._check_used("update")
        if new_scale is not None:
            self._scale = float(new_scale)
        else:
            assert self._overflowed, "No inf checks were recorded prior to update."
            if any(self._overflowed.values()):
                self._scale *= self._backoff_factor
                self._growth_tracker = 0
            else:
                self._growth_tracker += 1
                if self._growth_tracker == self._growth_interval:
                    if self._scale * self._growth_factor <= types.finfo(types.float32).max:
                        self._scale *= self._growth_factor
                    self._growth_tracker = 0
        self._stages.clear()
        self._overflowed.clear()

    def _check_used(self, function: str) -> None:
        assert self._used, (
            f"Attempted {function} but _scale is None.  This may indicate your script did not use "
            "scaler.scale(loss or outputs) earlier in the iteration."
        )

    def is_enabled(self) -> bool:
        """Whether it scales anything."""
        return self._enabled

    def get_scale(self) -> float:
        """The scale; 1.0 if disabled."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """By how much the scale grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Let the scale grow by another factor."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """By how much the scale shrinks."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Let the scale shrink by another factor."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """After how many good steps the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Let the scale grow after another number of good steps."""
        self._growth_interval = new_interval

    def state_dict(self) -> dict:
        """Scale, factors and the count of good steps; empty if disabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on from what state_dict() gave; RuntimeError if that is empty. PyTorch: GradScaler.load_state_dict."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._scale = state_dict["scale"]
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]


class cuda_grad_scaler(GradScaler):
    """GradScaler("cuda"), by its older name. PyTorch: torch.cuda.amp.GradScaler."""

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)
