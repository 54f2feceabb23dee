"""Average pooling of lines and volumes, and adaptive. PyTorch: aten/src/ATen/native/{AveragePool3d,AdaptiveAveragePooling}.cpp.

Windows are products of intervals, so a mean over one is a mean of means: one axis after the other.
"""

from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.devices import beside
from minitorch.ops.out import deliver
from minitorch.ops.pointwise import div, pow
from minitorch.ops.promotion import check_tensor
from minitorch.ops.reduce import mean
from minitorch.ops.resample import Resample, windows
from minitorch.ops.rounding import sign

LETTERS = "T", "H", "W"


def avg_pool1d(
    input: Tensor,  # (N, C, L) or (C, L)
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window; `stride` defaults to `kernel_size`. PyTorch: torch.nn.functional.avg_pool1d."""
    check_tensor(input, "avg_pool1d", "input", 1)
    geometry = window_sizes("avg_pool1d", 1, kernel_size, stride, padding)
    if input.array.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input.array.ndim}-dimensional tensor for argument #1 'self' (while "
            "checking arguments for avg_pool1d)"
        )
    _check_float("avg_pool2d", input, "i8")
    check_geometry(input, 1, *geometry, (1,), ceil_mode)
    return _averages(AvgPool1D, input, 1, *geometry, ceil_mode, count_include_pad, None)


def avg_pool3d(
    input: Tensor,  # (N, C, D, H, W) or (C, D, H, W)
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The mean of each window; `stride` defaults to `kernel_size`. PyTorch: torch.nn.functional.avg_pool3d."""
    check_tensor(input, "avg_pool3d", "input", 1)
    geometry = window_sizes("avg_pool3d", 3, kernel_size, stride, padding)
    if input.array.ndim not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    _check_float("avg_pool3d_out_frame", input, "i8")
    check_geometry(input, 3, *geometry, (1, 1, 1), ceil_mode)
    result = _averages(AvgPool3D, input, 3, *geometry, ceil_mode, count_include_pad, divisor_override)
    return result if out is None else deliver(out, "avg_pool3d", result, input, cast=False)


class AvgPool1D(Resample):
    """derivatives.yaml: avg_pool2d."""


class AvgPool3D(Resample):
    """derivatives.yaml: avg_pool3d."""


def lp_pool1d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of each window. PyTorch: torch.nn.functional.lp_pool1d."""
    kernel_size, stride = _one(kernel_size), None if stride is None else _one(stride)
    sums = avg_pool1d(pow(input, norm_type), kernel_size, stride, 0, ceil_mode)
    return _root(sums, norm_type, kernel_size)


def lp_pool2d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of each window. PyTorch: torch.nn.functional.lp_pool2d."""
    from_pool2d = window_sizes("avg_pool2d", 2, kernel_size, stride, 0)
    powers = pow(input, norm_type)
    check_geometry(input, 2, *from_pool2d, (1, 1), ceil_mode)
    sums = _averages(AvgPool2D, powers, 2, *from_pool2d, ceil_mode, True, None)
    return _root(sums, norm_type, from_pool2d[0][0] * from_pool2d[0][1])


def lp_pool3d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of each window. PyTorch: torch.nn.functional.lp_pool3d."""
    kernel = window_sizes("avg_pool3d", 3, kernel_size, stride, 0)[0]
    sums = avg_pool3d(pow(input, norm_type), kernel_size, stride, 0, ceil_mode)
    return _root(sums, norm_type, kernel[0] * kernel[1] * kernel[2])


class AvgPool2D(Resample):
    """derivatives.yaml: avg_pool2d."""


def _root(means: Tensor, norm_type: float, count: int) -> Tensor:
    return pow((sign(means) * means.abs().relu()) * count, 1.0 / norm_type)


def _one(value: int | Sequence[int]) -> int:
    return value if isinstance(value, int) else value[0]


def adaptive_avg_pool1d(input: Tensor, output_size: int | Sequence[int]) -> Tensor:  # (N, C, L) -> (N, C, OL)
    """Means of as many windows, alike in size, as are asked for. PyTorch: torch.nn.functional.adaptive_avg_pool1d."""
    check_tensor(input, "adaptive_avg_pool1d", "input", 1)
    sizes = (output_size,) if isinstance(output_size, int) else tuple(output_size)
    if len(sizes) != 1:
        raise RuntimeError(f"adaptive_avg_pool1d() argument 'output_size' should contain one int (got {len(sizes)})")
    if input.array.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input.array.ndim}-dimensional tensor for argument #1 'self' (while "
            "checking arguments for adaptive_avg_pool1d)"
        )
    if sizes[0] < 0:
        raise RuntimeError(
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received "
            f"{{1, {sizes[0]}}}"
        )
    return _adaptive(AdaptiveAvgPool1D, "adaptive_avg_pool2d", input, sizes)


def adaptive_avg_pool2d(input: Tensor, output_size) -> Tensor:  # (N, C, H, W) -> (N, C, OH, OW)
    """Means of as many windows, alike in size, as are asked for; None keeps a size. PyTorch: F.adaptive_avg_pool2d."""
    check_tensor(input, "adaptive_avg_pool2d", "input", 1)
    return _adaptive(AdaptiveAvgPool2D, "adaptive_avg_pool2d", input, _asked_for("adaptive_avg_pool2d", input, output_size, 2))


def adaptive_avg_pool3d(input: Tensor, output_size) -> Tensor:  # (N, C, D, H, W) -> (N, C, OD, OH, OW)
    """Means of as many windows, alike in size, as are asked for; None keeps a size. PyTorch: F.adaptive_avg_pool3d."""
    check_tensor(input, "adaptive_avg_pool3d", "input", 1)
    return _adaptive(AdaptiveAvgPool3D, "adaptive_avg_pool3d", input, _asked_for("adaptive_avg_pool3d", input, output_size, 3))


class AdaptiveAvgPool1D(Resample):
    """derivatives.yaml: _adaptive_avg_pool2d."""


class AdaptiveAvgPool2D(Resample):
    """derivatives.yaml: _adaptive_avg_pool2d."""


class AdaptiveAvgPool3D(Resample):
    """derivatives.yaml: _adaptive_avg_pool3d."""


def _asked_for(function: str, input: Tensor, output_size, dims: int) -> tuple[int, ...]:
    sizes = sizes_with_none(input, output_size, dims)
    if len(sizes) != dims:
        raise RuntimeError(f"{function}: output_size must be {dims}")
    if min(sizes) < 0:
        raise RuntimeError(
            f"{function}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{', '.join(map(str, sizes))}}}"
        )
    if input.array.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"{function}(): Expected {dims + 1}D or {dims + 2}D tensor, but got {list(input.array.shape)}"
        )
    return sizes


def sizes_with_none(input: Tensor, output_size, dims: int) -> tuple[int, ...]:
    """The sizes asked for, where None keeps the input's. Raises ValueError for an input of too few dimensions."""
    if not isinstance(output_size, (tuple, list)):
        output_size = [output_size] * dims
    if input.array.ndim <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    last = input.array.shape[input.array.ndim - len(output_size) :]
    return tuple([have if want is None else want for have, want in zip(last, output_size)])


def _adaptive(function: type[Resample], name: str, input: Tensor, sizes: tuple[int, ...]) -> Tensor:
    _check_float(name, input)
    ndim, dims = input.array.ndim, len(sizes)
    for axis in range(ndim - dims, ndim):
        if input.array.shape[axis] == 0:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{list(input.array.shape)} with dimension {axis} being empty"
            )
    if all(size == 1 for size in sizes) and dims > 1:
        return mean(input, tuple(range(-dims, 0)), keepdim=True)
    plan = []
    for axis, size in zip(range(ndim - dims, ndim), sizes):
        length = input.array.shape[axis]
        interval = adaptive_windows(length, size)
        plan.append((axis, windows(*interval.T, 1 / (interval[:, 1] - interval[:, 0]), length)))
    return function.apply(input, plan, dims == 2)


def adaptive_windows(length: int, count: int) -> np.ndarray:
    """The first place of each window and the one past its last, (count, 2)."""
    i = np.arange(count)
    return np.stack([i * length // max(count, 1), -((-(i + 1) * length) // max(count, 1))], 1)


def _averages(
    function: type[Resample],
    input: Tensor,
    dims: int,
    kernel,
    stride,
    padding,
    ceil_mode: bool,
    count_padding: bool,
    divisor: int | None,
) -> Tensor:
    """The mean of each window; of integers the sum, divided last and cut to an integer, as PyTorch does."""
    whole = input.array.dtype.kind == "i"
    plan, divisors = [], np.ones((), np.int64)
    for place in range(dims):
        axis = input.array.ndim - dims + place
        size = input.array.shape[axis]
        count = pooled_size(size, kernel[place], stride[place], padding[place], 1, ceil_mode)
        first = np.arange(count) * stride[place] - padding[place]
        past = np.minimum(first + kernel[place], size + padding[place])
        with_padding = past - first
        first, past = first.clip(0, size), past.clip(0, size)
        counted = with_padding if count_padding else past - first
        counted = np.maximum(counted, 1) if divisor is None else np.full(count, divisor if place == 0 else 1)
        divisors = divisors[..., None] * counted
        plan.append((axis, windows(first, past, np.ones(count) if whole else 1 / counted, size)))
    result = function.apply(input, plan, dims == 2)
    return div(result, beside(result, divisors), rounding_mode="trunc") if whole else result


# Arguments of pooling in general.


def pooled_size(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows there are along an axis. The last one of ceil_mode begins inside or in the padding before."""
    reach = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (reach + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    return count


def window_sizes(function: str, dims: int, kernel_size, stride, padding) -> tuple[tuple[int, ...], ...]:
    """kernel, stride (by default the kernel) and padding, one number for each dimension."""
    kernel = per_dimension(function, "kernel_size", kernel_size, dims)
    stride = kernel if stride is None or stride in ((), []) else per_dimension(function, "stride", stride, dims)
    return kernel, stride, per_dimension(function, "padding", padding, dims)


def per_dimension(function: str, name: str, value: int | Sequence[int], dims: int) -> tuple[int, ...]:
    """One number for every dimension. Raises TypeError or RuntimeError in PyTorch's words."""
    if isinstance(value, int):
        return (value,) * dims
    if not isinstance(value, (tuple, list)) or not all(isinstance(each, int) for each in value):
        raise TypeError(f"{function}(): argument '{name}' must be tuple of ints, not {type(value).__name__}")
    if len(value) not in (1, dims):
        counted = {1: "one int", 2: "two ints", 3: "three ints"}[dims]
        omitted = "be omitted, " if name == "stride" else "be "
        raise RuntimeError(f"{function}: {name} must either {omitted}a single int, or a tuple of {counted}")
    return tuple(value) if len(value) == dims else tuple(value) * dims


def check_geometry(input: Tensor, dims: int, kernel, stride, padding, dilation, ceil_mode: bool) -> None:
    """Raise RuntimeError in PyTorch's words where windows do not fit the input."""
    check_windows(dims, kernel, stride, padding, dilation)
    shape = input.array.shape[-dims - 1 :]
    out = [
        pooled_size(size, *each, ceil_mode) for size, *each in zip(shape[1:], kernel, stride, padding, dilation)
    ]
    if min(out) < 1:
        have, wanted = "x".join(map(str, shape)), "x".join(map(str, (shape[0], *out)))
        raise RuntimeError(f"Given input size: ({have}). Calculated output size: ({wanted}). Output size is too small")


def check_windows(dims: int, kernel, stride, padding, dilation) -> None:
    """Raise RuntimeError in PyTorch's words for windows that fit no input."""
    letters = LETTERS[3 - dims :]
    for name, numbers, prefix in (("kernel size", kernel, "k"), ("stride", stride, "d"), ("dilation", dilation, "dilation")):
        if min(numbers) <= 0:
            got = " ".join(f"{prefix}{letter}: {number}" for letter, number in zip(letters, numbers))
            raise RuntimeError(f"{name} should be greater than zero, but got {got}")
    for size, pad, step in zip(kernel, padding, dilation):
        if pad < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {pad}")
        if pad > ((size - 1) * step + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
                f"dilation={step}"
            )


def _check_float(kernel: str, input: Tensor, also: str = "") -> None:
    if input.array.dtype.kind != "f" and input.array.dtype.str[1:] != also:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{types.SCALAR_NAME[input.dtype]}'")
