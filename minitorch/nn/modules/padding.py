"""Padding layers. PyTorch: torch/nn/modules/padding.py."""

from minitorch._tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.module import Module
from minitorch.nn.modules.utils import repeated


class _PadNd(Module):
    _dims: int

    def __init__(self, padding: int | tuple[int, ...]):
        super().__init__()
        self.padding = repeated(padding, 2 * self._dims)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    def __init__(self, padding: int | tuple[int, ...], value: float):
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ReflectionPadNd(_PadNd):
    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "reflect")


class _ReplicationPadNd(_PadNd):
    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "replicate")


class _CircularPadNd(_PadNd):
    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        return F.pad(input, self.padding, "circular")


class ConstantPad1d(_ConstantPadNd):
    """`value` around (N, C, L); one number, or two for each dimension, last dimension first. PyTorch: torch.nn.ConstantPad1d."""

    _dims = 1


class ConstantPad2d(_ConstantPadNd):
    """`value` around (N, C, H, W); one number, or two for each dimension, last dimension first. PyTorch: torch.nn.ConstantPad2d."""

    _dims = 2


class ConstantPad3d(_ConstantPadNd):
    """`value` around (N, C, D, H, W); one number, or two for each dimension, last dimension first. PyTorch: torch.nn.ConstantPad3d."""

    _dims = 3


class ZeroPad1d(ConstantPad1d):
    """Zeros around (N, C, L). PyTorch: torch.nn.ZeroPad1d."""

    def __init__(self, padding: int | tuple[int, ...]):
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    """Zeros around (N, C, H, W). PyTorch: torch.nn.ZeroPad2d."""

    def __init__(self, padding: int | tuple[int, ...]):
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad3d(ConstantPad3d):
    """Zeros around (N, C, D, H, W). PyTorch: torch.nn.ZeroPad3d."""

    def __init__(self, padding: int | tuple[int, ...]):
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ReflectionPad1d(_ReflectionPadNd):
    """What is inside, mirrored at the border, around (N, C, L). PyTorch: torch.nn.ReflectionPad1d."""

    _dims = 1


class ReflectionPad2d(_ReflectionPadNd):
    """What is inside, mirrored at the border, around (N, C, H, W). PyTorch: torch.nn.ReflectionPad2d."""

    _dims = 2


class ReflectionPad3d(_ReflectionPadNd):
    """What is inside, mirrored at the border, around (N, C, D, H, W). PyTorch: torch.nn.ReflectionPad3d."""

    _dims = 3


class ReplicationPad1d(_ReplicationPadNd):
    """The border, repeated, around (N, C, L). PyTorch: torch.nn.ReplicationPad1d."""

    _dims = 1


class ReplicationPad2d(_ReplicationPadNd):
    """The border, repeated, around (N, C, H, W). PyTorch: torch.nn.ReplicationPad2d."""

    _dims = 2


class ReplicationPad3d(_ReplicationPadNd):
    """The border, repeated, around (N, C, D, H, W). PyTorch: torch.nn.ReplicationPad3d."""

    _dims = 3


class CircularPad1d(_CircularPadNd):
    """What is on the other side, around (N, C, L). PyTorch: torch.nn.CircularPad1d."""

    _dims = 1

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() not in (2, 3):
            raise ValueError(f"expected 2D or 3D input (got {input.dim()}D input)")


class CircularPad2d(_CircularPadNd):
    """What is on the other side, around (N, C, H, W). PyTorch: torch.nn.CircularPad2d."""

    _dims = 2

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() not in (3, 4):
            raise ValueError(f"expected 3D or 4D input (got {input.dim()}D input)")


class CircularPad3d(_CircularPadNd):
    """What is on the other side, around (N, C, D, H, W). PyTorch: torch.nn.CircularPad3d."""

    _dims = 3

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() not in (4, 5):
            raise ValueError(f"expected 4D or 5D input (got {input.dim()}D input)")
