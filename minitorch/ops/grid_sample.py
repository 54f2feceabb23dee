"""Images read at any positions. PyTorch: aten/src/ATen/native/{GridSampler,AffineGridGenerator}.cpp.

A composite: positions give places and weights, `gather` reads, and autograd does the rest.
"""

import itertools
import warnings
from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.creation import linspace, zeros_like
from minitorch.ops.gather import gather
from minitorch.ops.joining import stack
from minitorch.ops.matmul import bmm
from minitorch.ops.pointwise import fmod, where
from minitorch.ops.promotion import check_tensor
from minitorch.ops.rounding import floor, round
from minitorch.ops.shape import expand, flatten, transpose, unsqueeze

_MODES = "bilinear", "nearest", "bicubic"
_PADDINGS = "zeros", "border", "reflection"
_DEFAULT = (
    "Default {} behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old "
    "behavior is desired. See the documentation of {} for details."
)


def grid_sample(
    input: Tensor,  # (N, C, H, W) or (N, C, D, H, W)
    grid: Tensor,  # (N, OH, OW, 2) or (N, OD, OH, OW, 3): x, y(, z) from -1 to 1
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:  # (N, C, OH, OW) or (N, C, OD, OH, OW)
    """The image at the positions of the grid. PyTorch: torch.nn.functional.grid_sample.

    `mode`: "bilinear", "nearest" or "bicubic"; `padding_mode`, for positions beyond the image: "zeros", "border" or
    "reflection"; with `align_corners` -1 and 1 are the centres of the corner pixels, otherwise the corners.
    """
    if mode not in _MODES:
        raise ValueError(
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: " f"'{mode}'"
        )
    if padding_mode not in _PADDINGS:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{padding_mode}'"
        )
    if align_corners is None:
        warnings.warn(_DEFAULT.format("grid_sample and affine_grid", "grid_sample"), stacklevel=2)
        align_corners = False
    _check(input, grid, mode)
    sizes = input.array.shape[2:]
    positions = []
    for place, size in enumerate(reversed(sizes)):
        position = _position(grid[..., place], size, align_corners)
        if mode != "bicubic":
            position = _inside(position, size, padding_mode, align_corners)
        positions.insert(0, position)
    axes = [_taps(position, size, mode, padding_mode, align_corners) for position, size in zip(positions, sizes)]
    result = None
    for taps in itertools.product(*axes):
        part = _read(input, taps, sizes)
        result = part if result is None else result + part
    return result + Nowhere.apply(grid) if mode == "nearest" else result


def _taps(position: Tensor, size: int, mode: str, padding_mode: str, align: bool) -> list[tuple[Tensor, Tensor | None]]:
    """The places to read along one axis, and their weights."""
    if mode == "nearest":
        return [(round(position.detach()), None)]
    first = floor(position.detach())
    share = position - first
    if mode == "bilinear":
        return [(first, 1 - share), (first + 1, share)]
    weights = _cubic_far(share + 1), _cubic_near(share), _cubic_near(1 - share), _cubic_far(2 - share)
    return [(_inside(first + step, size, padding_mode, align), each) for step, each in zip(range(-1, 3), weights)]


def _cubic_near(x: Tensor, a: float = -0.75) -> Tensor:
    return ((a + 2) * x - (a + 3)) * x * x + 1


def _cubic_far(x: Tensor, a: float = -0.75) -> Tensor:
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a


def _read(input: Tensor, taps: Sequence[tuple[Tensor, Tensor | None]], sizes: tuple[int, ...]) -> Tensor:
    """The pixels at one place for each output, by the product of their weights; 0 beyond the image."""
    index, valid, weight = None, None, None
    for (place, share), size in zip(taps, sizes):
        inside = (place >= 0) & (place <= size - 1)
        valid = inside if valid is None else valid & inside
        place = place.masked_fill(~inside, 0).to(types.int64)
        index = place if index is None else index * size + place
        if share is not None:
            weight = share if weight is None else weight * share
    batch, channels = input.array.shape[:2]
    extent = index.array.shape[1:]
    flat = unsqueeze(index.reshape(batch, -1), 1)
    values = gather(flatten(input, 2), 2, expand(flat, (batch, channels, flat.array.shape[2])))
    values = values.view(batch, channels, *extent).masked_fill(unsqueeze(~valid, 1), 0)
    return values if weight is None else values * unsqueeze(weight, 1)


def _position(x: Tensor, size: int, align: bool) -> Tensor:
    """From -1 .. 1 to pixels."""
    return (x + 1) / 2 * (size - 1) if align else ((x + 1) * size - 1) / 2


def _inside(x: Tensor, size: int, padding_mode: str, align: bool) -> Tensor:
    if padding_mode == "zeros":
        return x
    if padding_mode == "reflection":
        x = _reflected(x, *((0, 2 * (size - 1)) if align else (-1, 2 * size - 1)))
    held = x.detach().clamp(0, size - 1)
    return where((x > 0) & (x < size - 1), x, held)  # no gradient passes at the border itself


def _reflected(x: Tensor, twice_low: int, twice_high: int) -> Tensor:
    if twice_low == twice_high:
        return x * 0
    low, span = twice_low / 2, (twice_high - twice_low) / 2
    distance = (x - low).abs()
    extra = fmod(distance, span)
    flips = floor(distance.detach() / span)
    return where(fmod(flips, 2) == 0, extra + low, span - extra + low)


class Nowhere(Function):
    """0, which depends on the tensor with a gradient of zeros."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return wrap(input.kernels.zeros((), input.array.dtype))

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return zeros_like(input) * grad


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """Positions for grid_sample under affine maps: (N, 2, 3) -> (N, H, W, 2), or (N, 3, 4) -> (N, D, H, W, 3).

    `size` is that of the image wanted, (N, C, H, W) or (N, C, D, H, W). PyTorch: torch.nn.functional.affine_grid.
    """
    check_tensor(theta, "affine_grid", "theta", 1)
    if align_corners is None:
        warnings.warn(_DEFAULT.format("grid_sample and affine_grid", "grid_sample"), stacklevel=2)
        align_corners = False
    if theta.array.dtype.kind != "f":
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    dims = len(size) - 2
    if dims not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size "
            f"{tuple(size)}"
        )
    if theta.array.ndim != 3 or theta.array.shape[1:] != (dims, dims + 1):
        raise ValueError(
            f"Expected a batch of {dims}D affine matrices of shape Nx{dims}x{dims + 1} for size {tuple(size)}. Got "
            f"{theta.shape}."
        )
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {tuple(size)}")
    extent = tuple(size[2:])
    axes = []
    for place, count in enumerate(extent):
        step = linspace(-1, 1, count, dtype=theta.dtype, device=theta.device) if count > 1 else theta.new_zeros(count)
        step = step if align_corners else step * ((count - 1) / count)
        axes.append(expand(step.view([-1 if each == place else 1 for each in range(dims)]), extent))
    ones = theta.new_ones(extent)
    base = flatten(stack([*reversed(axes), ones], -1), 0, dims - 1)  # (positions, dims + 1)
    batch = expand(unsqueeze(base, 0), (size[0], *base.array.shape))
    return bmm(batch, transpose(theta, 1, 2)).view(size[0], *extent, dims)


def _check(input: Tensor, grid: Tensor, mode: str) -> None:
    shape, where_ = input.array.shape, grid.array.shape
    check_tensor(input, "grid_sampler", "input", 1)
    if shape[0] != where_[0]:
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
            f"{list(shape)} and grid with sizes {list(where_)}"
        )
    if len(shape) not in (4, 5) or len(shape) != len(where_):
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{list(shape)} and grid with sizes {list(where_)}"
        )
    if where_[-1] != len(shape) - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {len(shape) - 2} in last dimension, but got grid with sizes "
            f"{list(where_)}"
        )
    for axis in range(2, len(shape)):
        if shape[axis] == 0:
            raise RuntimeError(
                "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
                f"{list(shape)} with dimension {axis} being empty"
            )
    if mode == "bicubic" and len(shape) == 5:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
