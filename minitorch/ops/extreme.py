"""The largest and smallest elements. PyTorch: aten/src/ATen/native/TensorCompare.cpp, ReduceAllOps.cpp."""

from minitorch import return_types, types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.out import deliver, deliver_all
from minitorch.ops.pointwise import maximum, minimum
from minitorch.ops.promotion import check_tensor
from minitorch.ops.reduce import Axes, Dims, axes_of, restore, sum
from minitorch.ops.sizes import numpy_names, several, wrap_dim


def amax(input: Tensor, dim: Dims = (), keepdim: bool = False, *, out: Tensor | None = None, **numpy) -> Tensor:
    """The largest elements over dimensions; equal ones share the gradient. PyTorch: torch.amax."""
    if numpy:
        dim, keepdim = numpy_names("amax", numpy, dim, keepdim)
    result = Amax.apply(input, _axes("amax", input, dim), keepdim)
    return result if out is None else _delivered(out, "amax", result, input)


class Amax(Function):
    """derivatives.yaml: amax."""

    @staticmethod
    def forward(ctx, input, axes, keepdim):
        result = wrap(input.kernels.amax(input.array, axes, keepdim, input.array.dtype))
        ctx.save_for_backward(input, result)
        ctx.axes, ctx.keepdim = axes, keepdim
        return result

    @staticmethod
    def backward(ctx, grad):
        return _share(grad, ctx), None, None


def amin(input: Tensor, dim: Dims = (), keepdim: bool = False, *, out: Tensor | None = None, **numpy) -> Tensor:
    """The smallest elements over dimensions; equal ones share the gradient. PyTorch: torch.amin."""
    if numpy:
        dim, keepdim = numpy_names("amin", numpy, dim, keepdim)
    result = Amin.apply(input, _axes("amin", input, dim), keepdim)
    return result if out is None else _delivered(out, "amin", result, input)


class Amin(Function):
    """derivatives.yaml: amin."""

    @staticmethod
    def forward(ctx, input, axes, keepdim):
        result = wrap(input.kernels.amin(input.array, axes, keepdim, input.array.dtype))
        ctx.save_for_backward(input, result)
        ctx.axes, ctx.keepdim = axes, keepdim
        return result

    @staticmethod
    def backward(ctx, grad):
        return _share(grad, ctx), None, None


def max(
    input: Tensor,
    dim: "int | Tensor | None" = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
    out=None,
    **numpy,
) -> "Tensor | return_types.max":
    """The largest element; along a dimension, (values, indices); of two tensors, the larger of each pair.

    The index is the first of equal elements. PyTorch: torch.max.
    """
    if numpy:
        dim, keepdim = numpy_names("max", numpy, dim, keepdim)
    check_tensor(input, "max", "input", 1)
    if other is not None or isinstance(dim, Tensor):
        return maximum(input, dim if other is None else other, out=out)
    if dim is None:
        _check_not_empty("max", input)
        result = MaxAll.apply(input)
        return result if out is None else deliver(out, "max", result, input)
    axis = _axis("max", input, dim)
    result = return_types.max(Max.apply(input, axis, keepdim))
    return result if out is None else deliver_all(out, "max", result, cast=False)


class MaxAll(Function):
    """derivatives.yaml: max."""

    node_name = "MaxBackward1"

    @staticmethod
    def forward(ctx, input):
        result = wrap(input.kernels.amax(input.array, None, False, input.array.dtype))
        ctx.save_for_backward(input, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        return _share_nan(grad, ctx)


class Max(Function):
    """derivatives.yaml: max.dim."""

    @staticmethod
    def forward(ctx, input, axis, keepdim):
        return _select(ctx, input, axis, keepdim, True)

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None


def min(
    input: Tensor,
    dim: "int | Tensor | None" = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
    out=None,
    **numpy,
) -> "Tensor | return_types.min":
    """The smallest element; along a dimension, (values, indices); of two tensors, the smaller of each pair.

    The index is the first of equal elements. PyTorch: torch.min.
    """
    if numpy:
        dim, keepdim = numpy_names("min", numpy, dim, keepdim)
    check_tensor(input, "min", "input", 1)
    if other is not None or isinstance(dim, Tensor):
        return minimum(input, dim if other is None else other, out=out)
    if dim is None:
        _check_not_empty("min", input)
        result = MinAll.apply(input)
        return result if out is None else deliver(out, "min", result, input)
    axis = _axis("min", input, dim)
    result = return_types.min(Min.apply(input, axis, keepdim))
    return result if out is None else deliver_all(out, "min", result, cast=False)


class MinAll(Function):
    """derivatives.yaml: min."""

    node_name = "MinBackward1"

    @staticmethod
    def forward(ctx, input):
        result = wrap(input.kernels.amin(input.array, None, False, input.array.dtype))
        ctx.save_for_backward(input, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        return _share_nan(grad, ctx)


class Min(Function):
    """derivatives.yaml: min.dim."""

    @staticmethod
    def forward(ctx, input, axis, keepdim):
        return _select(ctx, input, axis, keepdim, False)

    @staticmethod
    def backward(ctx, grad, unused):
        return place(grad, ctx), None, None


def _delivered(out: Tensor, function: str, result: Tensor, input: Tensor) -> Tensor:
    if isinstance(out, Tensor) and out.array.dtype != result.array.dtype:
        have, want = (types.SCALAR_NAME[each.dtype] for each in (out, result))
        raise RuntimeError(
            f"Expected the dtype for input and out to match, but got {want} for input's dtype and {have} for out's dtype."
        )
    return deliver(out, function, result, input)


def aminmax(
    input: Tensor, *, dim: int | None = None, keepdim: bool = False, out: tuple[Tensor, Tensor] | None = None
) -> "return_types.aminmax":
    """amin and amax as (min, max). PyTorch: torch.aminmax."""
    check_tensor(input, "aminmax", "input", 1)
    if dim is None and input.array.size == 0:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    dims = () if dim is None else _axis("aminmax", input, dim)
    result = return_types.aminmax((amin(input, dims, keepdim), amax(input, dims, keepdim)))
    return result if out is None else deliver_all(out, "aminmax", result, cast=False)


def argmax(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None, **numpy
) -> Tensor:
    """The first place of the largest element along dim, or among all, int64. PyTorch: torch.argmax."""
    if numpy:
        dim, keepdim = numpy_names("argmax", numpy, dim, keepdim)
    result = _place_of("argmax", input, dim, keepdim, True)
    return result if out is None else deliver(out, "argmax", result, input, cast=False)


def argmin(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None, **numpy
) -> Tensor:
    """The first place of the smallest element along dim, or among all, int64. PyTorch: torch.argmin."""
    if numpy:
        dim, keepdim = numpy_names("argmin", numpy, dim, keepdim)
    result = _place_of("argmin", input, dim, keepdim, False)
    return result if out is None else deliver(out, "argmin", result, input, cast=False)


def _place_of(function: str, input: Tensor, dim: int | None, keepdim: bool, largest: bool) -> Tensor:
    check_tensor(input, function, "input", 1)
    if input.array.dtype.kind == "b":
        raise RuntimeError(f"{function}(): does not support bool input")
    if dim is None:
        if input.array.size == 0:
            raise IndexError(f"{function}(): Expected reduction dim to be specified for input.numel() == 0.")
        return wrap(input.kernels.extreme(input.array, None, keepdim, largest)[1])
    return wrap(input.kernels.extreme(input.array, _axis(function, input, dim), keepdim, largest)[1])


# Checks, in PyTorch's words.


def _axes(function: str, input: Tensor, dim: Dims) -> Axes:
    check_tensor(input, function, "input", 1)
    axes = axes_of(dim, input.array.ndim, function)
    if input.array.size == 0:
        if axes is None:
            _check_not_empty(function, input)
        for given in several(dim):
            _check_length(f"{function}()", input, given)
    return axes


def _axis(function: str, input: Tensor, dim: int) -> int:
    if isinstance(dim, (bool, float, str, tuple, list)):
        kind = type(dim).__name__
        if function.startswith("arg"):
            raise TypeError(f"{function}(): argument 'dim' (position 1) must be int, not {kind}")
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({kind}), but expected one of:"
        )
    axis = wrap_dim(dim, input.array.ndim)
    if input.array.size == 0:
        _check_length(function if function == "aminmax" else f"{function}()", input, axis)
    return axis


def _check_length(who: str, input: Tensor, axis: int) -> None:
    if input.array.ndim and input.array.shape[axis] == 0:
        raise IndexError(f"{who}: Expected reduction dim {axis} to have non-zero size.")


def _check_not_empty(function: str, input: Tensor) -> None:
    if input.array.size == 0:
        raise RuntimeError(
            f"{function}(): Expected reduction dim to be specified for input.numel() == 0. "
            "Specify the reduction dim with the 'dim' argument."
        )


# What the derivatives share.


def _select(ctx, input: Tensor, axis: int, keepdim: bool, largest: bool) -> tuple[Tensor, Tensor]:
    values, indices = input.kernels.extreme(input.array, axis, keepdim, largest)
    values, indices = wrap(values), wrap(indices)
    save_places(ctx, indices, input.array.shape, axis, keepdim)
    return values, indices


def save_places(ctx, indices: Tensor, shape: tuple[int, ...], axis: int, keepdim: bool) -> None:
    """For an operation that picked one element of each line: what `place` needs."""
    ctx.save_for_backward(indices)
    ctx.mark_non_differentiable(indices)
    ctx.shape, ctx.axis, ctx.keepdim = shape, axis, keepdim


def place(grad: Tensor, ctx) -> Tensor:
    """The gradient at the places picked, 0 elsewhere. PyTorch: value_selecting_reduction_backward."""
    (indices,) = ctx.saved_tensors
    if not ctx.shape:
        return grad
    grad, indices = (restore(each, ctx.shape, (ctx.axis,), ctx.keepdim) for each in (grad, indices))
    return grad.new_zeros(ctx.shape).scatter(ctx.axis, indices, grad)


def _share(grad: Tensor, ctx) -> Tensor:
    """Equal parts of the gradient for all elements that reach the extreme."""
    input, result = ctx.saved_tensors
    grad, result = (restore(each, input.array.shape, ctx.axes, ctx.keepdim) for each in (grad, result))
    reached = input == result
    return grad * reached / sum(reached, ctx.axes, True)


def _share_nan(grad: Tensor, ctx) -> Tensor:
    """The same over all elements; a NaN is reached by every NaN. PyTorch: evenly_distribute_backward."""
    input, result = ctx.saved_tensors
    reached = input.isnan() if result.isnan() else input == result
    return reached * (grad / sum(reached))
