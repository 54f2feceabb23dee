"""Images of another size. PyTorch: torch/nn/functional.py (interpolate), aten/src/ATen/native/UpSample*.cpp.

Every mode but "nearest" of integers weighs a few elements along one axis after the other: a table of taps for an axis.
"""

import math
import warnings
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.ops.avg_pool import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from minitorch.ops.index_select import index_select
from minitorch.ops.promotion import check_tensor
from minitorch.ops.resample import Resample, Taps, table, windows

MODES = ("nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact")
_LINEAR = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}  # the number of dimensions of their input


def interpolate(
    input: Tensor,  # (N, C, L), (N, C, H, W) or (N, C, D, H, W)
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """The image at another size, or scaled by a factor. PyTorch: torch.nn.functional.interpolate.

    `mode` is "nearest", "nearest-exact", "area", or by dimensions "linear", "bilinear", "bicubic", "trilinear";
    with `align_corners` the corner pixels' centres stay, otherwise the corners. Raises ValueError or
    NotImplementedError for arguments that do not fit together.
    """
    check_tensor(input, "interpolate", "input", 1)
    if mode not in _LINEAR and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    align_corners = bool(align_corners)
    dims = input.array.ndim - 2
    size, scales = _size_and_scales(input, size, scale_factor, dims)
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if mode == "area" and size is None or recompute_scale_factor:
        size, scales = [math.floor(have * scale) for have, scale in zip(input.array.shape[2:], scales)], None
    if antialias and not (mode in ("bilinear", "bicubic") and input.array.ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    _check(input, mode, dims)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[dims - 1](input, size)
    if size is None:
        size = [math.floor(have * scale) for have, scale in zip(input.array.shape[2:], scales)]
    _check_sizes(input, size)
    return _resized(input, size, scales or [None] * dims, mode, align_corners, antialias)


def upsample(
    input: Tensor, size=None, scale_factor=None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """The older name of interpolate. PyTorch: torch.nn.functional.upsample."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size=None, scale_factor=None) -> Tensor:
    """interpolate, of mode "nearest". PyTorch: torch.nn.functional.upsample_nearest."""
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size=None, scale_factor=None) -> Tensor:
    """interpolate, of mode "bilinear" with aligned corners. PyTorch: torch.nn.functional.upsample_bilinear."""
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _resized(input: Tensor, size, scales, mode: str, align: bool, antialias: bool) -> Tensor:
    shape = input.array.shape
    if mode.startswith("nearest") and input.array.dtype.kind != "f":
        for axis, count, scale in zip(range(2, len(shape)), size, scales):
            input = index_select(input, axis, wrap(_nearest_places(shape[axis], count, scale, mode == "nearest-exact")))
        return input
    plan = []
    for axis, count, scale in zip(range(2, len(shape)), size, scales):
        if mode.startswith("nearest"):
            places = _nearest_places(shape[axis], count, scale, mode == "nearest-exact")
            taps = table(places[:, None], np.ones(count), shape[axis])
        elif antialias:
            taps = _antialiased_taps(shape[axis], count, scale, align, mode == "bicubic")
        else:
            taps = (_cubic_taps if mode == "bicubic" else _linear_taps)(shape[axis], count, scale, align)
        plan.append((axis, taps))
    return _NODES[mode][len(shape) - 3].apply(input, plan, True)


# Which elements, and by which weights.


def _nearest_places(size: int, count: int, scale: float | None, exact: bool) -> np.ndarray:
    """Computed in float32 as PyTorch does: rounding decides which of two neighbours it is."""
    step = np.float32(1 / scale if scale else np.float32(size) / np.float32(count))
    i = np.arange(count, dtype=np.float32)
    return np.minimum(((i + np.float32(0.5)) * step if exact else i * step).astype(np.int64), size - 1)


def _positions(size: int, count: int, scale: float | None, align: bool) -> np.ndarray:
    """Where in the input the elements of the result stand."""
    i = np.arange(count)
    if align:
        return i * ((size - 1) / (count - 1)) if count > 1 else i * 0.0
    return (i + 0.5) * (1 / scale if scale else size / count) - 0.5


def _linear_taps(size: int, count: int, scale: float | None, align: bool) -> Taps:
    position = _positions(size, count, scale, align).clip(0)
    first = position.astype(np.int64).clip(0, size - 1)
    share = (position - first).clip(0, 1)
    return table(np.stack([first, first + 1], 1), np.stack([1 - share, share], 1), size)


def _cubic_taps(size: int, count: int, scale: float | None, align: bool) -> Taps:
    position = _positions(size, count, scale, align)
    first = np.floor(position)
    share = position - first
    weights = [_cubic(share + 1), _cubic(share), _cubic(1 - share), _cubic(2 - share)]
    places = first.astype(np.int64)[:, None] + np.arange(-1, 3)
    return table(places, np.stack(weights, 1), size)


def _cubic(distance: np.ndarray, a: float = -0.75) -> np.ndarray:
    """The cubic convolution kernel, at distances from 0 to 2; 0 beyond."""
    x = np.abs(distance)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _antialiased_taps(size: int, count: int, scale: float | None, align: bool, cubic: bool) -> Taps:
    """A triangle or a cubic as wide as an element of the result is in the input."""
    if align:
        step = (size - 1) / (count - 1) if count > 1 else 0.0
    else:
        step = 1 / scale if scale else size / count
    widen = max(step, 1.0)
    reach = (2 if cubic else 1) * widen
    centre = step * (np.arange(count) + 0.5)
    first = (centre - reach + 0.5).astype(np.int64).clip(0)
    past = np.minimum((centre + reach + 0.5).astype(np.int64), size)
    taps = windows(first, past, np.ones(count), size)
    row = np.repeat(np.arange(count), past - first)
    distance = (taps.places - centre[row] + 0.5) / widen
    weights = _cubic(distance, -0.5) if cubic else (1 - np.abs(distance)).clip(0)
    return taps._replace(weights=weights / np.bincount(row, weights, count)[row])


class UpsampleNearest1D(Resample):
    """derivatives.yaml: upsample_nearest1d."""


class UpsampleNearest2D(Resample):
    """derivatives.yaml: upsample_nearest2d."""


class UpsampleNearest3D(Resample):
    """derivatives.yaml: upsample_nearest3d."""


class UpsampleNearestExact1D(Resample):
    """derivatives.yaml: _upsample_nearest_exact1d."""


class UpsampleNearestExact2D(Resample):
    """derivatives.yaml: _upsample_nearest_exact2d."""


class UpsampleNearestExact3D(Resample):
    """derivatives.yaml: _upsample_nearest_exact3d."""


class UpsampleLinear1D(Resample):
    """derivatives.yaml: upsample_linear1d."""


class UpsampleBilinear2D(Resample):
    """derivatives.yaml: upsample_bilinear2d."""


class UpsampleBicubic2D(Resample):
    """derivatives.yaml: upsample_bicubic2d."""


class UpsampleTrilinear3D(Resample):
    """derivatives.yaml: upsample_trilinear3d."""


# By number of dimensions.
_NODES: dict[str, tuple] = {
    "nearest": (UpsampleNearest1D, UpsampleNearest2D, UpsampleNearest3D),
    "nearest-exact": (UpsampleNearestExact1D, UpsampleNearestExact2D, UpsampleNearestExact3D),
    "linear": (UpsampleLinear1D,),
    "bilinear": (None, UpsampleBilinear2D),
    "bicubic": (None, UpsampleBicubic2D),
    "trilinear": (None, None, UpsampleTrilinear3D),
}


# Arguments.


def _size_and_scales(input: Tensor, size, scale_factor, dims: int):
    """One size or one factor for each dimension; the other is None."""
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if size is not None:
        if not isinstance(size, (list, tuple)):
            return [size] * dims, None
        _check_count(input, size, "Input and output", "output size of", "output size in (o1, o2, ...,oK)", dims)
        if not all(isinstance(each, int) for each in size):
            raise TypeError(
                "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size "
                f"with types {[type(each) for each in size]}"
            )
        return list(size), None
    if not isinstance(scale_factor, (list, tuple)):
        return None, [scale_factor] * dims
    words = "Input and scale_factor", "scale_factor of shape", "scale_factor in (s1, s2, ...,sK)"
    _check_count(input, scale_factor, *words, dims)
    return None, list(scale_factor)


def _check_count(input: Tensor, given: Sequence, both: str, what: str, wanted: str, dims: int) -> None:
    if len(given) != dims:
        raise ValueError(
            f"{both} must have the same number of spatial dimensions, but got input with spatial dimensions of "
            f"{list(input.array.shape[2:])} and {what} {given}. Please provide input tensor in (N, C, d1, d2, ...,dK) "
            f"format and {wanted} format."
        )


def _check(input: Tensor, mode: str, dims: int) -> None:
    if input.array.ndim not in (3, 4, 5) or mode not in MODES or _LINEAR.get(mode, input.array.ndim) != input.array.ndim:
        if input.array.ndim in (3, 4, 5) and mode in _LINEAR:
            raise NotImplementedError(f"Got {input.array.ndim}D input, but {mode} mode needs {_LINEAR[mode]}D input")
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.array.ndim}D) for the modes: nearest | "
            f"linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
        )
    if mode != "area" and input.array.dtype.kind != "f" and (mode in _LINEAR or input.array.dtype != np.uint8):
        node = "upsample_nearest" if mode.startswith("nearest") else f"upsample_{mode}"
        name = f"{node}{dims}d{'_channels_last' * (dims == 2 and mode != 'bicubic')}"
        raise NotImplementedError(f"\"{name}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")


def _check_sizes(input: Tensor, size: list[int]) -> None:
    shape, dims = input.array.shape, len(size)
    if min(size) <= 0 or 0 in shape[2:]:
        have, want = (
            ", ".join(f"{letter}: {number}" for letter, number in zip("DHW"[3 - dims :], numbers))
            for numbers in (shape[2:], size)
        )
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({have}){' and' * (dims == 1)} output ({want})"
        )
    if shape[1] == 0:
        raise RuntimeError(f"Non-empty {dims + 2}D data tensor expected but got a tensor with sizes {list(shape)}")
