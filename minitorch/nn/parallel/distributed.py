"""A model in several processes: there is none here. PyTorch: torch/nn/parallel/distributed.py."""

from minitorch.nn.modules.module import Module


class DistributedDataParallel(Module):
    """Raises ValueError: no process group can have been made. Scripts import it beside what they use in one process.

    PyTorch: torch.nn.parallel.DistributedDataParallel.
    """

    def __init__(self, module: Module, *args, **kwargs) -> None:
        raise ValueError("Default process group has not been initialized, please make sure to call init_process_group.")
