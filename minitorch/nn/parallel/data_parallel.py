"""A batch spread over GPUs, of which there are none here. PyTorch: torch/nn/parallel/data_parallel.py."""

from typing import Any

from minitorch.nn.modules.module import Module


class DataParallel(Module):
    """Calls `module`; its parameters are named "module.*". What PyTorch's does on a machine without GPUs.

    PyTorch: torch.nn.DataParallel.
    """

    def __init__(self, module: Module, device_ids=None, output_device=None, dim: int = 0):
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)
