"""Memory shared with other libraries, as capsules. PyTorch: torch/utils/dlpack.py."""

from minitorch._tensor import Tensor
from minitorch.ops.dlpack import DLDeviceType as DLDeviceType
from minitorch.ops.dlpack import from_dlpack as from_dlpack


def to_dlpack(tensor: Tensor):
    """The capsule of a tensor, which another library's from_dlpack takes, once. PyTorch: torch.utils.dlpack.to_dlpack."""
    return tensor.__dlpack__()
