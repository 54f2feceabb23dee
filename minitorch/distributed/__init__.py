"""Several processes: minitorch has none, and says so. PyTorch: torch/distributed/__init__.py."""

from typing import NoReturn


def is_available() -> bool:
    """Whether processes can work together: no. PyTorch: torch.distributed.is_available."""
    return False


def is_initialized() -> bool:
    """Whether there is a process group: never. PyTorch: torch.distributed.is_initialized."""
    return False


def is_nccl_available() -> bool:
    """Whether GPUs can exchange tensors: no. PyTorch: torch.distributed.is_nccl_available."""
    return False


def is_gloo_available() -> bool:
    """Whether CPUs can exchange tensors: no. PyTorch: torch.distributed.is_gloo_available."""
    return False


def is_mpi_available() -> bool:
    """Whether MPI can be used: no. PyTorch: torch.distributed.is_mpi_available."""
    return False


def is_torchelastic_launched() -> bool:
    """Whether torchrun started this process: no. PyTorch: torch.distributed.is_torchelastic_launched."""
    return False


def init_process_group(backend: str | None = None, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: minitorch runs in one process. PyTorch: torch.distributed.init_process_group."""
    raise RuntimeError("torch.distributed: minitorch has no process groups; it trains in one process")


def destroy_process_group(group: object = None) -> NoReturn:
    """Raises ValueError: there is no process group. PyTorch: torch.distributed.destroy_process_group."""
    _refuse()


def get_rank(group: object = None) -> NoReturn:
    """Raises ValueError: there is no process group. PyTorch: torch.distributed.get_rank."""
    _refuse()


def get_world_size(group: object = None) -> NoReturn:
    """Raises ValueError: there is no process group. PyTorch: torch.distributed.get_world_size."""
    _refuse()


def barrier(group: object = None, async_op: bool = False, device_ids: object = None) -> NoReturn:
    """Raises ValueError: there is no process group. PyTorch: torch.distributed.barrier."""
    _refuse()


def all_reduce(tensor: object, op: object = None, group: object = None, async_op: bool = False) -> NoReturn:
    """Raises ValueError: there is no process group. PyTorch: torch.distributed.all_reduce."""
    _refuse()


def _refuse() -> NoReturn:
    raise ValueError(
        "Default process group has not been initialized, please make sure to call init_process_group."
    )
