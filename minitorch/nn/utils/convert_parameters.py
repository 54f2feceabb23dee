"""Parameters as one vector, and back. PyTorch: torch/nn/utils/convert_parameters.py."""

from collections.abc import Iterable

from minitorch._tensor import Tensor
from minitorch.nn.modules.module import typename
from minitorch.ops.joining import cat


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All elements of all parameters, end to end. PyTorch: torch.nn.utils.parameters_to_vector."""
    return cat([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Make each parameter a window onto its part of `vec`. PyTorch: torch.nn.utils.vector_to_parameters."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        parameter.data = vec[start:stop].view_as(parameter).data
        start = stop
