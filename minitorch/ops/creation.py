"""Tensors from nothing. PyTorch: aten/src/ATen/native/TensorFactories.cpp."""

import math
import numbers
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, contiguous_strides, wrap
from minitorch.kernels.layout import memory_order, strides_in_order
from minitorch.ops.devices import kernels_on, pinned
from minitorch.ops.numbers import checked_number
from minitorch.ops.promotion import Number, check_tensor, dtype_of_number
from minitorch.ops.shape import detach, window
from minitorch.ops.sizes import (
    CHANNELS_LAST_3D_ORDER,
    CHANNELS_LAST_ORDER,
    MAX,
    channels_last,
    check_format,
    check_sizes,
    contiguous_format,
    preserve_format,
    sizes_of,
)

# Every function takes what PyTorch's takes: `dtype` (the default dtype if None), `device`, `requires_grad`, `pin_memory` (see
# Tensor.pin_memory), and `layout`, which changes nothing. `memory_format` decides the strides of the functions ending in _like only.


def empty(
    *sizes, size=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False,
    memory_format=None,
) -> Tensor:
    """Memory as it comes. Raises RuntimeError for negative sizes or too much memory. PyTorch: torch.empty."""
    shape = _shape(_given(sizes, size, "empty"), "empty")
    return _finish(kernels_on(device).empty(shape, _dtype(dtype, "empty", out).numpy), requires_grad, out, pin_memory)


def zeros(
    *sizes, size=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
) -> Tensor:
    """All zeros. PyTorch: torch.zeros."""
    shape = sizes_of(_given(sizes, size, "zeros"), "zeros")
    if any(each < 0 for each in shape):
        raise RuntimeError("zeros: Dimension size must be non-negative.")
    shape = _shape((shape,), "zeros")
    return _finish(kernels_on(device).zeros(shape, _dtype(dtype, "zeros", out).numpy), requires_grad, out, pin_memory)


def ones(
    *sizes, size=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
) -> Tensor:
    """All ones. PyTorch: torch.ones."""
    shape = _shape(_given(sizes, size, "ones"), "ones")
    return _filled(shape, 1, _dtype(dtype, "ones", out), device, requires_grad, out, pin_memory)


def full(
    size: Sequence[int], fill_value: Number, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
) -> Tensor:
    """All `fill_value`; its kind decides the dtype. PyTorch: torch.full."""
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    if not isinstance(fill_value, numbers.Number):
        raise TypeError(f"full(): argument 'fill_value' (position 2) must be Number, not {type(fill_value).__name__}")
    kind = dtype_of_number(fill_value) if dtype is None and out is None else _dtype(dtype, "full", out)
    return _filled(_shape((size,), "full"), fill_value, kind, device, requires_grad, out, pin_memory)


def empty_like(
    input: Tensor, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, memory_format=None
) -> Tensor:
    """Memory as it comes, with the shape and (where it has no gaps) the strides of input. PyTorch: torch.empty_like."""
    check_tensor(input, "empty_like", "input", 1)
    check_format(memory_format, "empty_like")
    stride = strides_in_format(input, memory_format)
    device = input.device if device is None else device
    result = empty_strided(input.array.shape, stride, dtype=dtype or input.dtype, device=device, pin_memory=pin_memory)
    return requiring_grad(result) if requires_grad else result


def zeros_like(
    input: Tensor, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, memory_format=None
) -> Tensor:
    """Zeros with the shape of input. PyTorch: torch.zeros_like."""
    check_tensor(input, "zeros_like", "input", 1)
    return full_like(
        input, 0, dtype=dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory, memory_format=memory_format
    )


def ones_like(
    input: Tensor, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, memory_format=None
) -> Tensor:
    """Ones with the shape of input. PyTorch: torch.ones_like."""
    check_tensor(input, "ones_like", "input", 1)
    return full_like(
        input, 1, dtype=dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory, memory_format=memory_format
    )


def full_like(
    input: Tensor, fill_value: Number, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False,
    memory_format=None,
) -> Tensor:
    """`fill_value` with the shape of input. PyTorch: torch.full_like."""
    check_tensor(input, "full_like", "input", 1)
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    result = empty_like(input, dtype=dtype, device=device, pin_memory=pin_memory, memory_format=memory_format)
    result.array.fill(checked_number(fill_value, result.dtype))
    return requiring_grad(result) if requires_grad else result


def empty_strided(
    size: Sequence[int], stride: Sequence[int], *, dtype=None, layout=None, device=None, requires_grad=False,
    pin_memory=False,
) -> Tensor:
    """Memory as it comes, with strides (in elements). PyTorch: torch.empty_strided."""
    shape, stride = tuple(size), tuple(stride)
    check_sizes(shape)
    if len(shape) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(stride)})"
        )
    numpy_dtype = _dtype(dtype, "empty_strided").numpy
    if stride == contiguous_strides(shape):
        return _finish(kernels_on(device).empty(shape, numpy_dtype), requires_grad, None, pin_memory)
    reach = 0 if 0 in shape else 1 + sum((n - 1) * step for n, step in zip(shape, stride))
    if any(step < 0 for step in stride) or reach * numpy_dtype.itemsize > MAX:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(shape)} and strides={list(stride)}"
        )
    flat = _finish(kernels_on(device).empty((reach,), numpy_dtype), False, None, pin_memory)
    result = detach(window(flat, shape, stride, 0))
    return requiring_grad(result) if requires_grad else result


def strides_in_format(input: Tensor, memory_format) -> tuple[int, ...]:
    """The strides of a new tensor like this one in a memory format. Raises RuntimeError where channels are missing."""
    if memory_format is None or memory_format is preserve_format:
        return dense_strides(input)
    shape = input.array.shape
    if memory_format is contiguous_format:
        return contiguous_strides(shape)
    order = CHANNELS_LAST_ORDER if memory_format is channels_last else CHANNELS_LAST_3D_ORDER
    if len(shape) != len(order):
        raise RuntimeError(f"required rank {len(order)} tensor to use {memory_format.name} format")
    return strides_in_order(shape, order)


def dense_strides(input: Tensor) -> tuple[int, ...]:
    """The strides of a new tensor like this one: its own order of dimensions, without gaps; row-major if they overlap."""
    shape, stride = input.array.shape, input.stride()
    if 0 in shape:
        return stride
    if input.array.flags.c_contiguous and 1 not in shape:
        return contiguous_strides(shape)
    order = sorted(range(len(shape)), key=lambda axis: (stride[axis], shape[axis]))
    if any(stride[axis] == 0 and shape[axis] > 1 for axis in order):
        return strides_in_order(shape, memory_order(shape, [stride]))
    step = 1
    for axis in order:
        if shape[axis] > 1:
            if stride[axis] != step:
                return strides_in_order(shape, memory_order(shape, [stride]))
            step *= shape[axis]
    return stride


def arange(*args, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, **names) -> Tensor:
    """start, start + step, … below end; integers give int64. PyTorch: torch.arange."""
    bounds = dict(zip(("end",) if len(args) == 1 else ("start", "end", "step"), args)) | names
    for name, value in bounds.items():
        if isinstance(value, Tensor):
            bounds[name] = value = value.item()
        if not isinstance(value, numbers.Real):
            raise TypeError(f"arange(): argument '{name}' (position 1) must be Number, not {type(value).__name__}")
    if "end" not in bounds:
        raise TypeError("arange() received an invalid combination of arguments - got (), but expected one of:")
    start, end, step = bounds.get("start", 0), bounds["end"], bounds.get("step", 1)
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (step > 0 and end < start) or (step < 0 and end > start):
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is None:
        whole = all(isinstance(value, (int, np.integer)) for value in (start, end, step))
        dtype = out.dtype if out is not None else types.int64 if whole else types.get_default_dtype()
    kind = _dtype(dtype, "arange", out).numpy
    count = math.ceil((end - start) / step)
    if kind.kind == "f":
        # As PyTorch, start + i * step is computed in the accumulation type, float64, and rounded once.
        values = (start + step * np.arange(count, dtype=np.float64)).astype(kind)
    else:
        start, end, step = int(start), int(end), int(step)
        if kind == np.int64:  # counted in integers; other dtypes count before they truncate
            if step == 0:
                raise ValueError("step must be nonzero")
            count = max(0, -((start - end) // step))
        values = (start + step * np.arange(count, dtype=np.int64)).astype(kind)
    return _finish_line(kernels_on(device).from_host(values), requires_grad, out, pin_memory)


def linspace(
    start: Number | Tensor,
    end: Number | Tensor,
    steps: int,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
) -> Tensor:
    """`steps` evenly spaced numbers from start to end, both included. PyTorch: torch.linspace."""
    kind = _dtype(dtype, "linspace", out).numpy
    start, end = _ends("linspace", start, end, steps)
    if kind.kind != "f":  # both ends are truncated first
        start, end = int(start), int(end)
    work = kind.type if kind.kind == "f" else np.float64
    values = _evenly(start, end, steps, work).astype(kind)
    return _finish_line(kernels_on(device).from_host(values), requires_grad, out, pin_memory)


def logspace(
    start: Number | Tensor,
    end: Number | Tensor,
    steps: int,
    base: float = 10.0,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
) -> Tensor:
    """base to the power of evenly spaced numbers from start to end, both included. PyTorch: torch.logspace."""
    kind = _dtype(dtype, "logspace", out).numpy
    start, end = _ends("logspace", start, end, steps)
    if kind.kind != "f":
        start, end = int(start), int(end)
    work = kind.type if kind.kind == "f" else np.float64
    with np.errstate(all="ignore"):
        values = np.power(work(base), _evenly(start, end, steps, work)).astype(kind)
    return _finish_line(kernels_on(device).from_host(values), requires_grad, out, pin_memory)


def _ends(function: str, start: Number | Tensor, end: Number | Tensor, steps: int) -> tuple[Number, Number]:
    dims = [each.array.ndim if isinstance(each, Tensor) else 0 for each in (start, end)]
    if any(dims):
        who = " and ".join(f"{name} with {n} dimension(s)" for name, n in zip(("start", "end"), dims) if n)
        raise RuntimeError(f"{function} only supports 0-dimensional start and end tensors, but got {who}.")
    if not isinstance(steps, (int, np.integer)):
        given = ", ".join(type(each).__name__ for each in (start, end, steps))
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got ({given}), but expected one of:"
        )
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    first, last = (each.item() if isinstance(each, Tensor) else each for each in (start, end))
    return first, last


def _evenly(start: Number, end: Number, steps: int, work: type) -> np.ndarray:
    """Counted from both ends, in the precision `work`: start + step * i, then end - step * (steps - i - 1)."""
    if steps == 1:
        return np.array([start], work)
    step = work((work(end) - work(start)) / work(max(steps - 1, 1)))
    index = np.arange(steps)
    low = work(start) + step * index.astype(work)
    high = work(end) - step * (steps - 1 - index).astype(work)
    return np.where(index < steps // 2, low, high)


def scalar_tensor(s: Number, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False) -> Tensor:
    """One number without dimensions, in the default dtype. PyTorch: torch.scalar_tensor."""
    return full((), s, dtype=_dtype(dtype, "scalar_tensor"), device=device, requires_grad=requires_grad, pin_memory=pin_memory)


def eye(n: int, m: int | None = None, *, out=None, dtype=None, layout=None, device=None, requires_grad=False) -> Tensor:
    """Ones on the diagonal. PyTorch: torch.eye."""
    for name, size in (("n", n), ("m", m)):
        if size is not None and size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    values = np.eye(n, m, dtype=_dtype(dtype, "eye", out).numpy)
    return _finish(kernels_on(device).from_host(values), requires_grad, out)


def _given(sizes: tuple, size, function: str) -> tuple:
    """The sizes, given one by one or by name."""
    if size is None and not sizes:
        raise TypeError(f'{function}() missing 1 required positional arguments: "size"')
    if size is not None and sizes:
        raise TypeError(f"{function}() got multiple values for argument 'size'")
    return sizes if size is None else (size,)


def _shape(size: tuple, function: str) -> tuple[int, ...]:
    shape = sizes_of(size, function)
    for place, each in enumerate(shape):
        if each > MAX:
            raise TypeError(
                f"{function}(): argument 'size' failed to unpack the object at pos {place + 1} with error "
                "\"Overflow when unpacking long long"
            )
        if each < 0:
            check_sizes(shape)
    if math.prod(shape) * 8 > MAX:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    return shape


def _dtype(dtype: object, function: str, out: Tensor | None = None) -> types.dtype:
    if dtype is None:
        return types.get_default_dtype() if out is None else out.dtype
    kind = types.as_dtype(dtype, function)
    if out is not None and kind is not out.dtype:
        raise RuntimeError(
            f"dtype {types.SCALAR_NAME[kind]} does not match dtype of out tensor ({types.SCALAR_NAME[out.dtype]})"
        )
    return kind


def _filled(shape: tuple[int, ...], value: Number, dtype: types.dtype, device, requires_grad: bool, out=None, pin_memory=False) -> Tensor:
    array = kernels_on(device).empty(shape, dtype.numpy)
    array.fill(checked_number(value, dtype))
    return _finish(array, requires_grad, out, pin_memory)


def requiring_grad(result: Tensor) -> Tensor:
    """A new tensor that requires a gradient. Raises RuntimeError for dtypes that cannot."""
    if result.array.dtype.kind != "f":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return result.requires_grad_()


def _finish(array: np.ndarray, requires_grad: bool, out: Tensor | None = None, pin_memory: bool = False) -> Tensor:
    result = wrap(pinned(array) if pin_memory else array)
    if out is not None:  # new tensors resize it without a warning
        return (out if out.array.shape == array.shape else out.resize_(array.shape)).copy_(result)
    return requiring_grad(result) if requires_grad else result


def _finish_line(array: np.ndarray, requires_grad: bool, out: Tensor | None, pin_memory: bool) -> Tensor:
    """As _finish; an `out` with as many elements keeps its shape."""
    if out is not None and out.array.size == array.size:
        return out.copy_(wrap(array.reshape(out.array.shape)))
    return _finish(array, requires_grad, out, pin_memory)
