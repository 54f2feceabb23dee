"""Mixed precision, which minitorch accepts and computes in float32. PyTorch: torch/amp/__init__.py."""

from minitorch.amp.autocast_mode import autocast as autocast
from minitorch.amp.autocast_mode import custom_bwd as custom_bwd
from minitorch.amp.autocast_mode import custom_fwd as custom_fwd
from minitorch.amp.autocast_mode import is_autocast_available as is_autocast_available
from minitorch.amp.grad_scaler import GradScaler as GradScaler
