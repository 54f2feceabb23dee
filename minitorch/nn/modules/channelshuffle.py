"""The channels of all groups in turn. PyTorch: torch/nn/modules/channelshuffle.py."""

from minitorch._tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.module import Module


class ChannelShuffle(Module):
    """(N, C, *): the first channel of each group, then the second, and so on. PyTorch: torch.nn.ChannelShuffle."""

    def __init__(self, groups: int):
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
