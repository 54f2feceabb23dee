"""Differences, slopes and areas of sampled functions. PyTorch: aten/src/ATen/native/ReduceOps.cpp (diff, gradient), Integration.cpp."""

from collections.abc import Sequence

from minitorch._tensor import Tensor
from minitorch.ops.joining import cat
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, check_tensor
from minitorch.ops.sizes import wrap_dim


def diff(
    input: Tensor,
    n: int = 1,
    dim: int = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The difference of neighbours along dim, n times. PyTorch: torch.diff."""
    check_tensor(input, "diff", "input", 1)
    if input.array.ndim == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    axis = wrap_dim(dim, input.array.ndim)
    for other in (prepend, append):
        _check_ends(input, other, axis)
    parts = [each for each in (prepend, input, append) if each is not None]
    result = cat(parts, axis) if len(parts) > 1 and n else input if n else input.clone()
    n = min(n, result.array.shape[axis])
    for _ in range(n):
        length = max(result.array.shape[axis] - 1, 0)
        upper, lower = result.narrow(axis, min(1, result.array.shape[axis]), length), result.narrow(axis, 0, length)
        result = upper.logical_xor(lower) if result.array.dtype.kind == "b" else upper - lower
    return result if out is None else deliver(out, "diff", result, input, cast=n > 0)


def _check_ends(input: Tensor, other: Tensor | None, axis: int) -> None:
    if other is None:
        return
    if other.array.ndim != input.array.ndim:
        raise RuntimeError(
            "diff expects prepend or append to be the same dimension as input"
        )
    for each, (size, wanted) in enumerate(zip(other.array.shape, input.array.shape)):
        if each != axis and size != wanted:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({each}) = {wanted}, but got tensor.size({each}) = {size}"
            )


def gradient(
    input: Tensor,
    *,
    spacing: Number | Sequence[Number] | Sequence[Tensor] | None = None,
    dim: int | Sequence[int] | None = None,
    edge_order: int = 1,
) -> tuple[Tensor, ...]:
    """The slope along each dimension, by central differences inside and one-sided ones at the edges. PyTorch: torch.gradient.

    `spacing`: the distance of neighbours, or their coordinates, one for all dimensions or one for each.
    """
    check_tensor(input, "gradient", "input", 1)
    ndim = input.array.ndim
    dims = range(ndim) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    if spacing is None or isinstance(spacing, (int, float)):
        steps = [1 if spacing is None else spacing] * len(dims)
    else:
        steps = list(spacing) if isinstance(spacing, (tuple, list)) else [spacing]
        if len(steps) != len(dims):
            whose = (
                f"a list of length equal to 'self.dim() = {ndim}', since dim argument was not given, but got a list of "
                f"length {len(steps)}"
                if dim is None
                else "it's spacing and dim arguments to have the same length, but got a spacing argument of length "
                f"{len(steps)} and a dim argument of length {len(dims)}."
            )
            raise RuntimeError(f"torch.gradient expected spacing to be unspecified, a scalar{',' if dim is None else ''} or {whose}")
    axes = [wrap_dim(each, ndim) for each in dims]
    if len(set(axes)) != len(axes):
        twice = next(each for each in axes if axes.count(each) > 1)
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    for axis in axes:
        if input.array.shape[axis] < edge_order + 1:
            raise RuntimeError(
                "torch.gradient expected each dimension size to be at least edge_order+1"
            )
    return tuple(_slope(input, axis, step, edge_order) for axis, step in zip(axes, steps))


def _slope(input: Tensor, axis: int, step: Number | Tensor, edge_order: int) -> Tensor:
    n = input.array.shape[axis]

    def at(start: int, length: int = 1) -> Tensor:
        return input.narrow(axis, start % n, length)

    if not isinstance(step, Tensor):
        inner = (at(2, n - 2) - at(0, n - 2)) / (2 * step) if n > 2 else None
        if edge_order == 1:
            first, last = (at(1) - at(0)) / step, (at(-1) - at(-2)) / step
        else:
            first = (at(0) * -3 + at(1) * 4 - at(2)) / (2 * step)
            last = (at(-1) * 3 - at(-2) * 4 + at(-3)) / (2 * step)
        return cat([each for each in (first, inner, last) if each is not None], axis)
    step = diff(step, dim=0).reshape([-1 if each == axis else 1 for each in range(input.array.ndim)])

    def width(start: int, length: int = 1) -> Tensor:
        return step.narrow(axis, start % (n - 1), length)

    parts = []
    if edge_order == 1:
        first, last = (at(1) - at(0)) / width(0), (at(-1) - at(-2)) / width(-1)
    else:
        a, b = width(0), width(1)
        first = at(0) * (-(a * 2 + b) / (a * (a + b))) + at(1) * ((a + b) / (a * b)) - at(2) * (a / (b * (a + b)))
        a, b = width(-2), width(-1)
        last = at(-3) * (b / (a * (a + b))) - at(-2) * ((a + b) / (a * b)) + at(-1) * ((a + b * 2) / (b * (a + b)))
    if n > 2:
        a, b = width(0, n - 2), width(1, n - 2)
        parts = [
            at(0, n - 2) * (-b / (a * (a + b))) + at(1, n - 2) * ((b - a) / (a * b)) + at(2, n - 2) * (a / (b * (a + b)))
        ]
    return cat([first, *parts, last], axis)


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Number | None = None, dim: int = -1) -> Tensor:
    """The area below samples y at x, or at a distance dx (1 if None), by the trapezoidal rule. PyTorch: torch.trapezoid."""
    axis, left, right, step = _trapezoids("trapezoid", y, x, dx, dim)
    if y.array.shape[axis] == 0:
        return y.new_zeros([size for each, size in enumerate(y.array.shape) if each != axis])
    if step is None:
        step = 1 if dx is None else dx
        if y.array.dtype.kind == "b":
            raise RuntimeError("trapezoid: received a bool input for `y`, but bool is not supported")
        return (y.sum(axis) - (y.select(axis, 0) + y.select(axis, -1)) * 0.5) * step
    return (step * (left + right)).sum(axis) / 2.0


def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = None, *, dx: Number | None = None, dim: int = -1
) -> Tensor:
    """The area up to each sample, by the trapezoidal rule. PyTorch: torch.cumulative_trapezoid."""
    axis, left, right, step = _trapezoids("cumulative_trapezoid", y, x, dx, dim)
    if step is None:
        return (1.0 if dx is None else dx) / 2.0 * (left + right).cumsum(axis)
    return (step * (left + right)).cumsum(axis) / 2.0


def _trapezoids(function: str, y: Tensor, x: Tensor | None, dx: Number | None, dim: int):
    check_tensor(y, function, "y", 1)
    if x is not None and dx is not None:
        raise TypeError(f"{function}() received an invalid combination of arguments - got (Tensor, Tensor, dx=float), but expected one of:")
    axis = wrap_dim(dim, y.array.ndim)
    for name, each in (("y", y), ("x", x)):
        if each is not None and each.array.dtype.kind == "b":
            raise RuntimeError(f"{function}: received a bool input for `{name}`, but bool is not supported")
    n = y.array.shape[axis]
    step = None
    if x is not None:
        if x.array.ndim == 1:
            if x.array.shape[0] != n:
                raise RuntimeError(f"{function}: There must be one `x` value for each sample point")
            x = x.reshape([-1 if each == axis else 1 for each in range(y.array.ndim)])
        elif x.array.ndim < y.array.ndim:
            x = x.reshape([1] * (y.array.ndim - x.array.ndim) + list(x.array.shape))
        length = x.array.shape[axis]
        step = x.narrow(axis, min(1, length), max(length - 1, 0)) - x.narrow(axis, 0, max(length - 1, 0))
    count = max(n - 1, 0)
    return axis, y.narrow(axis, 0, count), y.narrow(axis, min(1, n), count), step
