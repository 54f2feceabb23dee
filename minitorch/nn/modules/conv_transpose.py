"""Transposed convolution layers. PyTorch: torch/nn/modules/conv.py."""

from minitorch._tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.conv import _ConvNd
from minitorch.nn.modules.utils import repeated


class _ConvTransposeNd(_ConvNd):
    _dims: int

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] = 0,
        output_padding: int | tuple[int, ...] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | tuple[int, ...] = 1,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ):
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels,
            out_channels,
            repeated(kernel_size, self._dims),
            repeated(stride, self._dims),
            repeated(padding, self._dims),
            repeated(dilation, self._dims),
            True,
            repeated(output_padding, self._dims),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _output_padding(self, input: Tensor, output_size: list[int] | None) -> tuple[int, ...]:
        """How many rows more than the fewest make the size asked for. Raises ValueError where none do."""
        if output_size is None:
            return self.output_padding
        dims = self._dims
        extra = 2 if input.dim() == dims + 2 else 1
        if len(output_size) == extra + dims:
            output_size = output_size[extra:]
        if len(output_size) != dims:
            raise ValueError(
                f"ConvTranspose{dims}D: for {input.dim()}D input, output_size must have {dims} or {extra + dims} elements "
                f"(got {len(output_size)})"
            )
        geometry = zip(input.shape[extra:], self.stride, self.padding, self.dilation, self.kernel_size)
        fewest = [(size - 1) * step - 2 * pad + apart * (taps - 1) + 1 for size, step, pad, apart, taps in geometry]
        most = [size + step - 1 for size, step in zip(fewest, self.stride)]
        if any(not low <= size <= high for size, low, high in zip(output_size, fewest, most)):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {fewest} to {most} (for an input of "
                f"{input.size()[2:]})"
            )
        return tuple([size - low for size, low in zip(output_size, fewest)])


class ConvTranspose1d(_ConvTransposeNd):
    """The gradient of Conv1d to its input, as a layer: (N, C, L) or (C, L) in and out. PyTorch: torch.nn.ConvTranspose1d.

    weight (in_channels, out_channels / groups, K).
    """

    _dims = 1

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        more = self._output_padding(input, output_size)
        geometry = self.stride, self.padding, more, self.groups, self.dilation
        return F.conv_transpose1d(input, self.weight, self.bias, *geometry)


class ConvTranspose2d(_ConvTransposeNd):
    """The gradient of Conv2d to its input, as a layer: (N, C, H, W) or (C, H, W) in and out. PyTorch: torch.nn.ConvTranspose2d.

    weight (in_channels, out_channels / groups, KH, KW).
    """

    _dims = 2

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        more = self._output_padding(input, output_size)
        geometry = self.stride, self.padding, more, self.groups, self.dilation
        return F.conv_transpose2d(input, self.weight, self.bias, *geometry)


class ConvTranspose3d(_ConvTransposeNd):
    """The gradient of Conv3d to its input, as a layer: (N, C, D, H, W) or (C, D, H, W) in and out. PyTorch: torch.nn.ConvTranspose3d.

    weight (in_channels, out_channels / groups, KD, KH, KW).
    """

    _dims = 3

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        more = self._output_padding(input, output_size)
        geometry = self.stride, self.padding, more, self.groups, self.dilation
        return F.conv_transpose3d(input, self.weight, self.bias, *geometry)
