"""One number for every dimension. PyTorch: torch/nn/modules/utils.py."""


def repeated(value, times: int) -> tuple:
    """One number for every dimension, or the numbers that were given."""
    return tuple(value) if hasattr(value, "__iter__") else (value,) * times
