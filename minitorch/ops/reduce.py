"""Sums, products, means and variances over dimensions. PyTorch: aten/src/ATen/native/ReduceOps.cpp."""

import math
import warnings
from builtins import max as larger
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops.joining import cat
from minitorch.ops.out import deliver
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import is_expandable_to, numpy_names, sizes_of, wrap_dim
from minitorch.ops.where import where

Dims = int | Sequence[int] | None
Axes = tuple[int, ...] | None  # ascending, counted from the front; None: all of them


def sum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: types.dtype | None = None, **numpy
) -> Tensor:
    """The sum of all elements or over dimensions; of integers and bool in int64. PyTorch: torch.sum."""
    if numpy:
        dim, keepdim = numpy_names("sum", numpy, dim, keepdim)
    check_tensor(input, "sum", "input", 1)
    if dtype is not None:
        dtype = types.as_dtype(dtype, "sum")
        input = _cast(input, dtype)
    if dim is None and not keepdim:
        return Sum.apply(input, dtype)
    return SumDim.apply(input, axes_of(dim, input.array.ndim, "sum"), keepdim, dtype)


class Sum(Function):
    """derivatives.yaml: sum."""

    @staticmethod
    def forward(ctx, input, dtype):
        ctx.shape = input.array.shape
        return wrap(_sum(input, None, False, dtype))

    @staticmethod
    def backward(ctx, grad):
        return grad.expand(ctx.shape), None


class SumDim(Function):
    """derivatives.yaml: sum.dim_IntList."""

    node_name = "SumBackward1"

    @staticmethod
    def forward(ctx, input, axes, keepdim, dtype):
        ctx.shape, ctx.axes, ctx.keepdim = input.array.shape, axes, keepdim
        return wrap(_sum(input, axes, keepdim, dtype))

    @staticmethod
    def backward(ctx, grad):
        return restore(grad, ctx.shape, ctx.axes, ctx.keepdim).expand(ctx.shape), None, None, None


def _sum(input: Tensor, axes: Axes, keepdim: bool, dtype: types.dtype | None) -> np.ndarray:
    array = input.array
    if array.dtype.kind == "f":
        return input.kernels.sum(array, axes, keepdim, array.dtype if dtype is None else dtype.numpy)
    return input.kernels.integer_sum(array, axes, keepdim, (dtype or types.int64).numpy)


def sum_to_size(input: Tensor, *size) -> Tensor:
    """The sum over the dimensions that broadcasting `size` to the shape of input adds or widens.

    Raises RuntimeError where that is not possible. PyTorch: torch.Tensor.sum_to_size.
    """
    shape = input.array.shape
    size = sizes_of(size, "sum_to_size")
    if size == shape:
        return input if shape else SumDim.apply(input, None, False, None)  # a new tensor, of integers in int64
    if not is_expandable_to(size, shape):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    added = len(shape) - len(size)
    axes = tuple(
        [axis for axis, n in enumerate(shape) if axis < added or (n != 1 and size[axis - added] == 1)]
    )
    if not added:
        return SumDim.apply(input, axes, True, None)
    if len(axes) == added:
        return SumDim.apply(input, axes, False, None)
    return SumDim.apply(input, axes, True, None).view(size)


def mean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: types.dtype | None = None, out=None, **numpy
) -> Tensor:
    """The mean of all elements or over dimensions. Raises RuntimeError for integers. PyTorch: torch.mean."""
    if numpy:
        dim, keepdim = numpy_names("mean", numpy, dim, keepdim)
    check_tensor(input, "mean", "input", 1)
    if dtype is not None:
        dtype = types.as_dtype(dtype, "mean")
        _check_mean(dtype, "Optional")
        input = _cast(input, dtype)
    elif input.array.dtype.kind != "f":
        _check_mean(input.dtype, "Input")
    if dim is None and not keepdim:
        result = Mean.apply(input, dtype)
    else:
        result = MeanDim.apply(input, axes_of(dim, input.array.ndim, "mean"), keepdim, dtype)
    return result if out is None else deliver(out, "mean", result, input)


class Mean(Function):
    """derivatives.yaml: mean."""

    @staticmethod
    def forward(ctx, input, dtype):
        array = input.array
        ctx.shape = array.shape
        dtype = array.dtype if dtype is None else dtype.numpy
        return wrap(input.kernels.sum(array, None, False, dtype, float(array.size)))

    @staticmethod
    def backward(ctx, grad):
        return (grad / math.prod(ctx.shape)).expand(ctx.shape), None


class MeanDim(Function):
    """derivatives.yaml: mean.dim."""

    node_name = "MeanBackward1"

    @staticmethod
    def forward(ctx, input, axes, keepdim, dtype):
        array = input.array
        ctx.shape, ctx.axes, ctx.keepdim = array.shape, axes, keepdim
        dtype = array.dtype if dtype is None else dtype.numpy
        return wrap(input.kernels.sum(array, axes, keepdim, dtype, float(count(array.shape, axes))))

    @staticmethod
    def backward(ctx, grad):
        grad = restore(grad / count(ctx.shape, ctx.axes), ctx.shape, ctx.axes, ctx.keepdim)
        return grad.expand(ctx.shape), None, None, None


def _check_mean(dtype: types.dtype, whose: str) -> None:
    if not dtype.is_floating_point:
        raise RuntimeError(
            f"mean(): could not infer output dtype. {whose} dtype must be either a floating point or complex "
            f"dtype. Got: {types.SCALAR_NAME[dtype]}"
        )


def prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: types.dtype | None = None, **numpy
) -> Tensor:
    """The product of all elements or along a dimension; of integers in int64. PyTorch: torch.prod."""
    if numpy:
        dim, keepdim = numpy_names("prod", numpy, dim, keepdim)
    check_tensor(input, "prod", "input", 1)
    if dtype is not None:
        dtype = types.as_dtype(dtype, "prod")
        input = _cast(input, dtype)
    if dim is None:
        return Prod.apply(input, dtype)
    return ProdDim.apply(input, wrap_dim(dim, input.array.ndim), keepdim, dtype)


class Prod(Function):
    """derivatives.yaml: prod."""

    @staticmethod
    def forward(ctx, input, dtype):
        result = wrap(_prod(input, None, False, dtype))
        ctx.save_for_backward(input, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        if input.kernels.contains_zero(input.array):
            return grad * _product_of_others(input.reshape(-1), 0).reshape(input.shape), None
        return grad * (result / input), None


class ProdDim(Function):
    """derivatives.yaml: prod.dim_int."""

    node_name = "ProdBackward1"

    @staticmethod
    def forward(ctx, input, axis, keepdim, dtype):
        result = wrap(_prod(input, (axis,) if input.array.ndim else None, keepdim, dtype))
        ctx.save_for_backward(input, result)
        ctx.axis, ctx.keepdim = axis, keepdim
        return result

    @staticmethod
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        shape, axes = input.array.shape, (ctx.axis,)
        grad = restore(grad, shape, axes, ctx.keepdim)
        if input.array.ndim == 0:
            return grad, None, None, None
        if input.kernels.contains_zero(input.array):
            return grad * _product_of_others(input, ctx.axis), None, None, None
        return grad * (restore(result, shape, axes, ctx.keepdim) / input), None, None, None


def _prod(input: Tensor, axes: Axes, keepdim: bool, dtype: types.dtype | None) -> np.ndarray:
    array = input.array
    if array.dtype.kind == "f":
        return input.kernels.prod(array, axes, keepdim, array.dtype if dtype is None else dtype.numpy)
    return input.kernels.integer_prod(array, axes, keepdim, (dtype or types.int64).numpy)


def _product_of_others(input: Tensor, axis: int) -> Tensor:
    """For each element the product of all others along the axis, without dividing."""
    length = input.array.shape[axis]
    if length == 1:
        return input.new_ones(input.array.shape)
    one = input.narrow(axis, 0, 1) * 0 + 1
    before = cat((one, input.narrow(axis, 0, length - 1)), axis).cumprod(axis)
    backwards = input.narrow(axis, 1, length - 1).flip(axis)
    return before * cat((one, backwards), axis).cumprod(axis).flip(axis)


def var(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    out: Tensor | None = None,
    **numpy,
) -> Tensor:
    """The variance: squared deviations from the mean, summed and divided by (elements - correction).

    `unbiased` stands for a correction of 1. Raises RuntimeError for integers. PyTorch: torch.var.
    """
    if numpy:
        dim, keepdim = numpy_names("var", numpy, dim, keepdim)
    result = Var.apply(input, *_deviation_arguments("var", input, dim, unbiased, correction), keepdim)
    return result if out is None else deliver(out, "var", result, input)


class Var(Function):
    """derivatives.yaml: var.correction."""

    @staticmethod
    def forward(ctx, input, axes, freedom, keepdim):
        ctx.save_for_backward(input)
        ctx.axes, ctx.freedom, ctx.keepdim = axes, freedom, keepdim
        return _variance(input, axes, freedom, keepdim)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return _variance_backward(grad, input, ctx), None, None, None


def std(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    out: Tensor | None = None,
    **numpy,
) -> Tensor:
    """The square root of `var`, with the same arguments. PyTorch: torch.std."""
    if numpy:
        dim, keepdim = numpy_names("std", numpy, dim, keepdim)
    result = Std.apply(input, *_deviation_arguments("std", input, dim, unbiased, correction), keepdim)
    return result if out is None else deliver(out, "std", result, input)


class Std(Function):
    """derivatives.yaml: std.correction. The gradient at a deviation of 0 is 0."""

    @staticmethod
    def forward(ctx, input, axes, freedom, keepdim):
        result = _variance(input, axes, freedom, keepdim).sqrt()
        ctx.save_for_backward(input, result)
        ctx.axes, ctx.freedom, ctx.keepdim = axes, freedom, keepdim
        return result

    @staticmethod
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        grad = (grad / (result * 2)).masked_fill(result == 0, 0)
        return _variance_backward(grad, input, ctx), None, None, None


def var_mean(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """The variance and the mean. PyTorch: torch.var_mean."""
    axes, freedom = _deviation_arguments("var_mean", input, dim, unbiased, correction)
    return Var.apply(input, axes, freedom, keepdim), mean(input, axes, keepdim)


def std_mean(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """The standard deviation and the mean. PyTorch: torch.std_mean."""
    axes, freedom = _deviation_arguments("std_mean", input, dim, unbiased, correction)
    return Std.apply(input, axes, freedom, keepdim), mean(input, axes, keepdim)


def _deviation_arguments(function: str, input: Tensor, dim, unbiased: bool, correction) -> tuple[Axes, float]:
    check_tensor(input, function, "input", 1)
    if isinstance(dim, bool):  # var(input, unbiased)
        dim, unbiased = None, dim
    if input.array.dtype.kind != "f":
        raise RuntimeError("std and var only support floating point and complex dtypes")
    correction = (1 if unbiased else 0) if correction is None else correction
    axes = axes_of(dim, input.array.ndim, function)
    freedom = count(input.array.shape, axes) - correction
    if freedom <= 0:
        warnings.warn(
            f"{function}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel).",
            stacklevel=4,
        )
    return axes, freedom


def _variance(input: Tensor, axes: Axes, freedom: float, keepdim: bool) -> Tensor:
    """Of the distances to the first element, so that equal elements have a variance of exactly 0."""
    window = [slice(0, 1 if axes is None or axis in axes else None) for axis in range(input.array.ndim)]
    distance = input - wrap(input.array[tuple(window)])
    deviation = distance - mean(distance, axes, True)
    kernels, array = input.kernels, (deviation * deviation).array
    return wrap(kernels.sum(array, axes, keepdim, array.dtype, larger(float(freedom), 0.0)))


def _variance_backward(grad: Tensor, input: Tensor, ctx) -> Tensor:
    grad = restore(grad, input.array.shape, ctx.axes, ctx.keepdim)
    center = mean(input, ctx.axes, True)
    if ctx.freedom > 0:
        return (2 / ctx.freedom) * grad * (input - center)
    if ctx.axes is None or not input.array.ndim:  # constant: infinite, or NaN where 0 is divided by 0
        return grad * where(input == center, math.nan, math.inf)
    return (2 / ctx.freedom if ctx.freedom else math.inf) * grad * (input - center)


def any(input: Tensor, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None, **numpy) -> Tensor:
    """Whether some element is not zero; bool, but uint8 for uint8. PyTorch: torch.any."""
    if numpy:
        dim, keepdim = numpy_names("any", numpy, dim, keepdim)
    result = _truth("any", input, dim, keepdim)
    return result if out is None else deliver(out, "any", result, input, cast=False)


def all(input: Tensor, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None, **numpy) -> Tensor:
    """Whether no element is zero; bool, but uint8 for uint8. PyTorch: torch.all."""
    if numpy:
        dim, keepdim = numpy_names("all", numpy, dim, keepdim)
    result = _truth("all", input, dim, keepdim)
    return result if out is None else deliver(out, "all", result, input, cast=False)


def _truth(function: str, input: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    check_tensor(input, function, "input", 1)
    array, kernels = input.array, input.kernels
    kernel = kernels.any if function == "any" else kernels.all
    dtype = array.dtype if array.dtype.kind == "u" else np.dtype(np.bool_)
    if isinstance(dim, (tuple, list)) and len(dim) == 0:  # unlike the sums: no dimensions at all
        return (input != 0).to(types.of_numpy(dtype))
    return wrap(kernel(array, axes_of(dim, array.ndim, function), keepdim, dtype))


def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """How many elements are not zero, int64. PyTorch: torch.count_nonzero."""
    check_tensor(input, "count_nonzero", "input", 1)
    return sum(input != 0, dim)


def logsumexp(input: Tensor, dim: int | Sequence[int], keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """log(sum(exp(input))) over dimensions, without overflow. PyTorch: torch.logsumexp."""
    check_tensor(input, "logsumexp", "input", 1)
    if input.array.dtype.kind != "f":
        input = input.to(types.get_default_dtype())
    result = Logsumexp.apply(input, axes_of(dim, input.array.ndim, "logsumexp"), keepdim)
    return result if out is None else deliver(out, "logsumexp", result, input)


class Logsumexp(Function):
    """derivatives.yaml: logsumexp: the gradient is softmax."""

    @staticmethod
    def forward(ctx, input, axes, keepdim):
        array = input.array
        if array.size:
            largest = wrap(input.kernels.amax(array, axes, True, array.dtype))
            largest = largest.masked_fill(largest.abs() == math.inf, 0)
            result = sum((input - largest).exp(), axes, True).log() + largest
            if not keepdim:
                result = result.reshape(_kept(array.shape, axes))
        else:
            result = sum(input.exp(), axes, keepdim).log()
        ctx.save_for_backward(input, result)
        ctx.axes, ctx.keepdim = axes, keepdim
        return result

    @staticmethod
    def backward(ctx, grad):
        input, result = ctx.saved_tensors
        grad, result = (restore(each, input.array.shape, ctx.axes, ctx.keepdim) for each in (grad, result))
        return grad * (input - result).exp(), None, None


# What the families of reductions share.


def axes_of(dim: Dims, ndim: int, function: str) -> Axes:
    """The dimensions as a kernel wants them: ascending, or None for all.

    Raises IndexError for one out of range, RuntimeError for one given twice, TypeError for anything else.
    """
    if dim is None:
        return None
    if type(dim) is int:
        axis = wrap_dim(dim, ndim)
        return (axis,) if ndim else None
    if isinstance(dim, (tuple, list)):
        axes = sorted([wrap_dim(each, ndim) for each in dim])
        for first, second in zip(axes, axes[1:]):
            if first == second:
                raise RuntimeError(f"dim {first} appears multiple times in the list of dims")
        return tuple(axes) if ndim and axes else None
    if isinstance(dim, (bool, float, str)) or not hasattr(dim, "__index__"):
        kind = type(dim).__name__
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({kind}), but expected one of:"
        )
    return axes_of(dim.__index__(), ndim, function)


def count(shape: tuple[int, ...], axes: Axes) -> int:
    """How many elements each result is made of."""
    return math.prod(shape) if axes is None else math.prod([shape[axis] for axis in axes])


def restore(grad: Tensor, shape: tuple[int, ...], axes: Axes, keepdim: bool) -> Tensor:
    """A result, or its gradient, with the reduced dimensions put back as dimensions of size 1."""
    if keepdim or not shape:
        return grad
    if axes is None:
        return grad.reshape((1,) * len(shape))
    return grad.reshape([1 if axis in axes else size for axis, size in enumerate(shape)])


def _kept(shape: tuple[int, ...], axes: Axes) -> list[int]:
    return [] if axes is None else [size for axis, size in enumerate(shape) if axis not in axes]


def _cast(input: Tensor, dtype: types.dtype) -> Tensor:
    """To the dtype asked for, before anything is added up."""
    return input if input.array.dtype == dtype.numpy else input.to(dtype)
