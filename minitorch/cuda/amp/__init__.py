"""Mixed precision on a GPU, by its older names. PyTorch: torch/cuda/amp/__init__.py."""

from minitorch.amp.autocast_mode import cuda_autocast as autocast  # noqa: F401
from minitorch.amp.autocast_mode import custom_bwd as custom_bwd
from minitorch.amp.autocast_mode import custom_fwd as custom_fwd
from minitorch.amp.grad_scaler import cuda_grad_scaler as GradScaler  # noqa: F401
