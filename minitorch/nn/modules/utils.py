"""One number for every dimension. PyTorch: torch/nn/modules/utils.py."""


def repeated(value, times: int) -> tuple:
    """One number for every dimension, or the numbers that were given."""
    return tuple(value) if hasattr(value, "__iter__") else (value,) * times


# Modules that people write import these.


def _single(value) -> tuple:
    return repeated(value, 1)


def _pair(value) -> tuple:
    return repeated(value, 2)


def _triple(value) -> tuple:
    return repeated(value, 3)


def _quadruple(value) -> tuple:
    return repeated(value, 4)
