"""Curves for TensorBoard, where that is installed. PyTorch: torch/utils/tensorboard/__init__.py."""

try:
    import tensorboard as tensorboard
except ModuleNotFoundError as error:
    if error.name == "tensorboard":
        error.msg += " (torch.utils.tensorboard writes with it: pip install tensorboard)"
    raise

from minitorch.utils.tensorboard.writer import SummaryWriter as SummaryWriter
