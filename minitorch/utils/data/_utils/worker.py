"""What a dataset can ask about the worker it runs in. PyTorch: torch/utils/data/_utils/worker.py."""


def get_worker_info() -> None:
    """None: data is loaded in the main process, which is no worker.

    PyTorch: torch.utils.data.get_worker_info.
    """
    return
