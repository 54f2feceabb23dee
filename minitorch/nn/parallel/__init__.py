"""Models on several devices. PyTorch: torch/nn/parallel/__init__.py."""

from minitorch.nn.parallel.data_parallel import DataParallel as DataParallel
from minitorch.nn.parallel.distributed import DistributedDataParallel as DistributedDataParallel
