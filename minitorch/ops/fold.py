"""Patches of images as columns, and back; pixels as channels, and back. PyTorch: native/{Im2Col,Col2Im,PixelShuffle}.cpp."""

from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.promotion import check_tensor
from minitorch.ops.shape import permute, reshape, squeeze, unsqueeze

Pair = tuple[int, int]


def unfold(
    input: Tensor,  # (N, C, H, W) or (C, H, W)
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """Every patch that a kernel sees, as a column: -> (N, C * KH * KW, patches). PyTorch: torch.nn.functional.unfold."""
    check_tensor(input, "im2col", "input", 1)
    geometry = [_pair(each) for each in (kernel_size, dilation, padding, stride)]
    _check_positive(geometry)
    shape = input.array.shape
    if not (len(shape) == 3 and 0 not in shape or len(shape) == 4 and 0 not in shape[1:]):
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but "
            f"got: {list(shape)}"
        )
    _check_float("im2col_out_cpu", input, "fb")
    places = _places(shape[-2:], *geometry)
    if min(places) < 1:
        kernel, dilation, padding, _ = geometry
        raise RuntimeError(
            f"Given input with spatial size ({shape[-2]}, {shape[-1]}), kernel_size={_text(kernel)}, "
            f"dilation={_text(dilation)}, padding={_text(padding)}, calculated shape of the array of sliding blocks as "
            f"{_text(places)}, but its components must be at least one."
        )
    if len(shape) == 3:
        return squeeze(unfold(unsqueeze(input, 0), *geometry), 0)
    return Im2Col.apply(input, geometry)


class Im2Col(Function):
    """derivatives.yaml: im2col."""

    @staticmethod
    def forward(ctx, input, geometry):
        ctx.size, ctx.geometry = input.array.shape[2:], geometry
        return wrap(input.kernels.im2col(input.array, *geometry))

    @staticmethod
    def backward(ctx, grad):
        return Col2Im.apply(grad, ctx.size, ctx.geometry), None


def fold(
    input: Tensor,  # (N, C * KH * KW, patches) or without N
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """The patches added up where unfold took them from: -> (N, C, H, W). PyTorch: torch.nn.functional.fold."""
    check_tensor(input, "col2im", "input", 1)
    size = _pair(output_size)
    geometry = [_pair(each) for each in (kernel_size, dilation, padding, stride)]
    _check_positive(geometry)
    shape, kernel = input.array.shape, geometry[0]
    if not (len(shape) == 2 and 0 not in shape or len(shape) == 3 and 0 not in shape[1:]):
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(shape)}"
        )
    if shape[-2] % (kernel[0] * kernel[1]):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={shape[-2]} and kernel_size={_text(kernel)}."
        )
    places = _places(size, *geometry)
    if places[0] * places[1] != shape[-1]:
        raise RuntimeError(
            f"Given output_size={_text(size)}, kernel_size={_text(kernel)}, dilation={_text(geometry[1])}, "
            f"padding={_text(geometry[2])}, stride={_text(geometry[3])}, expected size of input's dimension 2 to match the "
            f"calculated number of sliding blocks {places[0]} * {places[1]} = {places[0] * places[1]}, but got "
            f"input.size(2)={shape[-1]}."
        )
    _check_float("col2im_out_cpu", input)
    if len(shape) == 2:
        return squeeze(fold(unsqueeze(input, 0), size, *geometry), 0)
    return Col2Im.apply(input, size, geometry)


class Col2Im(Function):
    """derivatives.yaml: col2im."""

    @staticmethod
    def forward(ctx, input, size, geometry):
        ctx.geometry = geometry
        return wrap(input.kernels.col2im(input.array, size, *geometry))

    @staticmethod
    def backward(ctx, grad):
        return Im2Col.apply(grad, ctx.geometry), None, None


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:  # (*, C * r**2, H, W) -> (*, C, H * r, W * r)
    """Channels become the pixels of larger images. PyTorch: torch.nn.functional.pixel_shuffle."""
    check_tensor(input, "pixel_shuffle", "input", 1)
    shape, r = input.array.shape, upscale_factor
    _check_image("pixel_shuffle", shape)
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    if shape[-3] % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={shape[-3]} is not divisible by {r * r}"
        )
    return PixelShuffle.apply(input, r)


class PixelShuffle(Function):
    """derivatives.yaml: pixel_shuffle."""

    @staticmethod
    def forward(ctx, input, r):
        ctx.r = r
        *batch, channels, height, width = input.array.shape
        blocks = input.reshape(*batch, channels // (r * r), r, r, height, width)
        n = len(batch)
        mixed = permute(blocks, (*range(n + 1), n + 3, n + 1, n + 4, n + 2))
        return reshape(mixed, (*batch, channels // (r * r), height * r, width * r)).clone()

    @staticmethod
    def backward(ctx, grad):
        return PixelUnshuffle.apply(grad, ctx.r), None


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:  # (*, C, H * r, W * r) -> (*, C * r**2, H, W)
    """Pixels become channels of smaller images. PyTorch: torch.nn.functional.pixel_unshuffle."""
    check_tensor(input, "pixel_unshuffle", "input", 1)
    shape, r = input.array.shape, downscale_factor
    _check_image("pixel_unshuffle", shape)
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    for name, axis in (("height", -2), ("width", -1)):
        if shape[axis] % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({axis})={shape[axis]} "
                f"is not divisible by {r}"
            )
    if r == 1 and 0 in shape:
        return input.clone()  # which has strides of its own
    return PixelUnshuffle.apply(input, r)


class PixelUnshuffle(Function):
    """derivatives.yaml: pixel_unshuffle."""

    @staticmethod
    def forward(ctx, input, r):
        ctx.r = r
        *batch, channels, height, width = input.array.shape
        blocks = input.reshape(*batch, channels, height // r, r, width // r, r)
        n = len(batch)
        mixed = permute(blocks, (*range(n + 1), n + 2, n + 4, n + 1, n + 3))
        return reshape(mixed, (*batch, channels * r * r, height // r, width // r)).clone()

    @staticmethod
    def backward(ctx, grad):
        return PixelShuffle.apply(grad, ctx.r), None


def channel_shuffle(input: Tensor, groups: int) -> Tensor:  # (N, C, *)
    """The channels of all groups in turn. PyTorch: torch.nn.functional.channel_shuffle."""
    check_tensor(input, "channel_shuffle", "input", 1)
    shape = input.array.shape
    if len(shape) < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    if shape[1] % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} groups.")
    return ChannelShuffle.apply(input, groups)


class ChannelShuffle(Function):
    """derivatives.yaml: native_channel_shuffle."""

    @staticmethod
    def forward(ctx, input, groups):
        shape = input.array.shape
        ctx.groups = shape[1] // groups if groups else 1
        parts = input.reshape(shape[0], groups, shape[1] // groups, *shape[2:])
        return reshape(permute(parts, (0, 2, 1, *range(3, parts.array.ndim))), shape).contiguous()

    @staticmethod
    def backward(ctx, grad):
        return ChannelShuffle.apply(grad, ctx.groups), None


def _pair(value: int | Sequence[int]) -> Pair:
    return (value, value) if isinstance(value, int) else tuple(value) if len(value) == 2 else tuple(value) * 2


def _text(pair: Pair) -> str:
    return f"({pair[0]}, {pair[1]})"


def _places(size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Pair:
    rows, columns = (
        (have + 2 * pad - step * (taps - 1) - 1) // apart + 1
        for have, taps, step, pad, apart in zip(size, kernel, dilation, padding, stride)
    )
    return rows, columns


def _check_positive(geometry: list[Pair]) -> None:
    for name, pair in zip(("kernel", "dilation", "padding", "stride"), geometry):
        if name == "padding" and min(pair) < 0:
            raise RuntimeError(f"padding should be non-negative, but got pad_height: {pair[0]} pad_width: {pair[1]}")
        if name != "padding" and min(pair) <= 0:
            raise RuntimeError(
                f"{name} {'size ' * (name == 'kernel')}should be greater than zero, but got {name}_height: {pair[0]} "
                f"{name}_width: {pair[1]}"
            )


def _check_image(function: str, shape: tuple[int, ...]) -> None:
    if len(shape) < 3:
        raise RuntimeError(
            f"{function} expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )


def _check_float(kernel: str, input: Tensor, kinds: str = "f") -> None:
    if input.array.dtype.kind not in kinds:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
