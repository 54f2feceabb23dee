"""Helpers beside the tensor library: data loading, checkpoints of activations, hooks. PyTorch: torch/utils/__init__.py."""

from minitorch.utils import checkpoint as checkpoint
from minitorch.utils import data as data
from minitorch.utils import dlpack as dlpack
from minitorch.utils import hooks as hooks
