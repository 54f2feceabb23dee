"""Views: other windows onto the same storage. PyTorch: aten/src/ATen/native/TensorShape.cpp.

All of them are `window()` with other sizes, strides and offset; the arithmetic is here, once for every device.
"""

import math
from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, contiguous_strides, wrap
from minitorch.autograd.function import Function
from minitorch.ops.promotion import broadcast, check_tensor
from minitorch.ops.sizes import (
    checked_numel,
    infer_size,
    numpy_names,
    several,
    sizes_of,
    view_strides,
    wrap_dim,
)


def window(
    source: Tensor, shape: Sequence[int], stride: Sequence[int], offset: int, array: np.ndarray | None = None
) -> Tensor:
    """Another window onto the storage of `source`; `stride` and `offset` count elements. The caller checks the bounds.

    `array` is that window, where the caller has it at hand.
    """
    view = object.__new__(Tensor)
    shape = tuple(shape)
    view._stride = stride = tuple(stride)
    view._offset = offset
    view._storage = source._storage
    view.kernels = source.kernels
    try:
        if array is None:
            array = source.kernels.window(source._storage.bytes, source.array.dtype, shape, stride, offset)
        view.array = array
    except (ValueError, OverflowError):  # NumPy has no array of 2**63 bytes or more, even with strides of 0
        checked_numel(shape)
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}") from None
    view._base = source if source._base is None else source._base
    if source._made is not None:
        view._made = source._made
    view._seen = view._storage.version
    return view


def detach(input: Tensor) -> Tensor:
    """The same window, without history. PyTorch: torch.detach."""
    alias = object.__new__(Tensor)
    alias.array = input.array
    alias.kernels = input.kernels
    alias._storage = input._storage
    alias._stride = input._stride
    alias._offset = input._offset
    return alias


def alias(input: Tensor) -> Tensor:
    """A view of all of it. PyTorch: torch.ops.aten.alias."""
    return window(input, input.array.shape, input.stride(), input._offset)


def view(input: Tensor, *shape) -> Tensor:
    """The same elements in another shape; one size may be -1. With a dtype: the same bytes read as that.

    Raises RuntimeError where the strides do not allow it without a copy. PyTorch: Tensor.view.
    """
    if not shape:
        raise TypeError("view() received an invalid combination of arguments - got (), but expected one of:")
    if isinstance(shape[0], (types.dtype, type)):
        return view_bytes(input, types.as_dtype(shape[0], "view"))
    sizes = sizes_of(shape, "view")
    new = infer_size(sizes, checked_numel(input.array.shape))
    stride = _view_strides(input, new)
    if stride is None:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return View.apply(input, new, stride)


def _view_strides(input: Tensor, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    array = input.array
    if array.flags.c_contiguous and array.size and array.ndim and array.strides[-1] == array.itemsize:
        return contiguous_strides(shape)  # the common case, 3 us faster
    return view_strides(array.shape, input.stride(), shape)


class View(Function):
    """derivatives.yaml: view."""

    @staticmethod
    def forward(ctx, input, shape, stride):
        array = input.array
        ctx.shape = array.shape
        plain = array.flags.c_contiguous and array.size and (not array.ndim or array.strides[-1] == array.itemsize)
        seen = array.reshape(shape) if plain and shape != array.shape else None
        return window(input, shape, stride, input._offset, seen)

    @staticmethod
    def backward(ctx, grad):
        return reshape(grad, ctx.shape), None, None


def view_bytes(input: Tensor, dtype: types.dtype) -> Tensor:
    """The bytes as another dtype. Raises RuntimeError where they do not fit. PyTorch: Tensor.view(dtype)."""
    old, new = input.array.itemsize, dtype.itemsize
    shape, stride, offset = list(input.array.shape), list(input.stride()), input._offset
    names = types.SCALAR_NAME
    kinds = f"to view {names[input.dtype]} as {names[dtype]} (different element sizes)"
    if old != new:
        if not shape:
            raise RuntimeError(f"self.dim() cannot be 0 {kinds}")
        if stride[-1] != 1:
            raise RuntimeError(f"self.stride(-1) must be 1 {kinds}, but got {stride[-1]}")
    if old < new:
        ratio = new // old
        counted = [("size(-1)", shape[-1]), ("storage_offset()", offset)]
        counted += [(f"stride({axis})", step) for axis, step in enumerate(stride[:-1])]
        for name, count in counted:
            if count % ratio:
                raise RuntimeError(f"self.{name} must be divisible by {ratio} {kinds}, but got {count}")
    shape[-1:] = [size * old // new for size in shape[-1:]]
    result = detach(input)
    result._stride = (*[step * old // new for step in stride[:-1]], *stride[-1:])
    result._offset = offset * old // new
    memory = input._storage.bytes
    result.array = input.kernels.window(memory, dtype.numpy, tuple(shape), result._stride, result._offset)
    return result


def reshape(input: Tensor, *sizes, shape=None) -> Tensor:
    """The same elements in another shape, as a view where the strides allow it. PyTorch: torch.reshape."""
    check_tensor(input, "reshape", "input", 1)
    new = infer_size(sizes_of(sizes if shape is None else (shape,), "reshape", "shape"), checked_numel(input.array.shape))
    stride = _view_strides(input, new)
    if stride is None:
        return UnsafeView.apply(input.contiguous(), new)
    return (View if input.array.flags.c_contiguous else ReshapeAlias).apply(input, new, stride)


class ReshapeAlias(View):
    """derivatives.yaml: _reshape_alias: a view of what has gaps or other strides."""


class UnsafeView(Function):
    """derivatives.yaml: _unsafe_view: a copy in another shape, not tracked as a view."""

    node_name = "UnsafeViewBackward0"

    @staticmethod
    def forward(ctx, input, shape):
        ctx.shape = input.array.shape
        return wrap(input.array.reshape(shape))

    @staticmethod
    def backward(ctx, grad):
        return reshape(grad, ctx.shape), None


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions from start_dim to end_dim as one. PyTorch: torch.flatten."""
    check_tensor(input, "flatten", "input", 1)
    shape = input.array.shape
    start, end = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return reshape(input, 1)
    if start == end:
        return input
    return reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


def ravel(input: Tensor) -> Tensor:
    """One dimension, as a view where possible. PyTorch: torch.ravel."""
    return view(input.contiguous(), -1)


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """One dimension as several. PyTorch: torch.unflatten."""
    shape = input.array.shape
    dim = wrap_dim(dim, len(shape))
    sizes = tuple(sizes)
    if not shape:
        raise RuntimeError("unflatten got an unexpected error:")
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    known = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) == 1 and known and shape[dim] % known == 0:
        sizes = tuple(shape[dim] // known if size == -1 else size for size in sizes)
    if math.prod(sizes) != shape[dim] or -1 in sizes:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({shape[dim]}) "
            "in the input tensor"
        )
    return view(input, (*shape[:dim], *sizes, *shape[dim + 1 :]))


def permute(input: Tensor, *order, dims=None) -> Tensor:
    """The dimensions in another order. PyTorch: torch.permute."""
    if not order and dims is None:
        raise TypeError('permute() missing 1 required positional arguments: "dims"')
    dims = sizes_of(order if dims is None else (dims,), "permute", "dims")
    ndim = input.array.ndim
    if len(dims) != ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {ndim} is not equal to len(dims) = {len(dims)}"
        )
    order = tuple(wrap_dim(dim, ndim) for dim in dims)
    if len(set(order)) != ndim:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return Permute.apply(input, order)


class Permute(Function):
    """derivatives.yaml: permute."""

    @staticmethod
    def forward(ctx, input, order):
        ctx.order = order
        shape, stride = input.array.shape, input.stride()
        return window(input, [shape[axis] for axis in order], [stride[axis] for axis in order], input._offset)

    @staticmethod
    def backward(ctx, grad):
        inverse = sorted(range(len(ctx.order)), key=ctx.order.__getitem__)
        return Permute.apply(grad, tuple(inverse)), None


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """transpose, with NumPy's names. PyTorch: torch.swapaxes."""
    return transpose(input, axis0, axis1)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions exchanged. PyTorch: torch.transpose."""
    ndim = input.array.ndim
    first = wrap_dim(dim0, ndim, "transpose(): argument 'dim0' (position 1)")
    second = wrap_dim(dim1, ndim, "transpose(): argument 'dim1' (position 2)")
    return Transpose.apply(input, first, second)


class Transpose(Function):
    """derivatives.yaml: transpose."""

    @staticmethod
    def forward(ctx, input, dim0, dim1):
        ctx.dims = dim0, dim1
        shape, stride = list(input.array.shape), list(input.stride())
        if shape:
            shape[dim0], shape[dim1] = shape[dim1], shape[dim0]
            stride[dim0], stride[dim1] = stride[dim1], stride[dim0]
        array = input.array.swapaxes(dim0, dim1) if shape else None
        return window(input, shape, stride, input._offset, array)

    @staticmethod
    def backward(ctx, grad):
        return Transpose.apply(grad, *ctx.dims), None, None


def t(input: Tensor) -> Tensor:
    """A matrix transposed; fewer dimensions as they are. PyTorch: torch.t."""
    check_tensor(input, "t", "input", 1)
    if input.array.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D")
    return T.apply(input)


class T(Function):
    """derivatives.yaml: t."""

    @staticmethod
    def forward(ctx, input):
        return window(input, input.array.shape[::-1], input.stride()[::-1], input._offset)

    @staticmethod
    def backward(ctx, grad):
        return T.apply(grad)


def numpy_T(input: Tensor) -> Tensor:
    """All dimensions reversed. PyTorch: Tensor.T."""
    return Permute.apply(input, tuple(range(input.array.ndim))[::-1])


def matrix_T(input: Tensor, name: str = "mT") -> Tensor:
    """The last two dimensions exchanged; a 0-d tensor as it is. PyTorch: Tensor.mT, Tensor.mH."""
    if input.array.ndim == 0:
        return input
    if input.array.ndim < 2:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got "
            f"{input.array.ndim}-D tensor."
        )
    return transpose(input, -2, -1)


def adjoint(input: Tensor) -> Tensor:
    """Matrices transposed (and conjugated, if they were complex). PyTorch: torch.adjoint."""
    if input.array.ndim < 2:
        raise RuntimeError(
            "tensor.adjoint() is only supported on matrices or batches of matrices. Got "
            f"{input.array.ndim}-D tensor."
        )
    return transpose(input, -2, -1)


def matrix_H(input: Tensor) -> Tensor:
    """A matrix transposed (and conjugated, if it were complex); a 0-d tensor as it is. PyTorch: Tensor.H."""
    ndim = input.array.ndim
    if ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor."
            + (" For batches of matrices, consider using tensor.mH" if ndim > 2 else "")
        )
    return transpose(input, 0, 1) if ndim else input


def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Dimensions moved to other places, the others in order. PyTorch: torch.movedim."""
    ndim = input.array.ndim
    sources = [wrap_dim(dim, ndim) for dim in several(source)]
    targets = [wrap_dim(dim, ndim) for dim in several(destination)]
    if len(sources) != len(targets):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({list(several(source))} dims) should contain the same number of dims as destination "
            f"({list(several(destination))} dims)"
        )
    for name, given, dims in (("source", source, sources), ("destination", destination, targets)):
        if len(set(dims)) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(several(given))})")
    rest = iter([axis for axis in range(ndim) if axis not in sources])
    place = dict(zip(targets, sources))
    return permute(input, [place[axis] if axis in place else next(rest) for axis in range(ndim)])


def expand(input: Tensor, *sizes, size=None) -> Tensor:
    """Dimensions of size 1 repeated without a copy (stride 0); -1 keeps a size. PyTorch: Tensor.expand."""
    target = sizes_of(sizes if size is None else (size,), "expand")
    shape, stride = input.array.shape, input.stride()
    new = len(target) - len(shape)
    if new < 0:
        raise RuntimeError(
            f"expand({input.type()}{{{list(shape)}}}, size={list(target)}): the number of sizes provided "
            f"({len(target)}) must be greater or equal to the number of dimensions in the tensor ({len(shape)})"
        )
    final, steps = list(target), [0] * len(target)
    for axis in reversed(range(len(target))):
        size = target[axis]
        if axis < new:
            if size == -1 and shape:
                raise RuntimeError(f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {axis}")
            if size < 0:
                raise RuntimeError("numel: integer multiplication overflow")
            if size == 1 and shape:
                steps[axis] = final[axis + 1] * steps[axis + 1]
            continue
        have = shape[axis - new]
        if size in (-1, have):
            final[axis], steps[axis] = have, stride[axis - new]
        elif have != 1 or size < 0:
            raise RuntimeError(
                f"The expanded size of the tensor ({size}) must match the existing size ({have}) at non-singleton "
                f"dimension {axis}.  Target sizes: {list(target)}.  Tensor sizes: {list(shape)}"
            )
    return Expand.apply(input, final, steps)


class Expand(Function):
    """derivatives.yaml: expand. The engine sums the gradient back to the input's shape."""

    @staticmethod
    def forward(ctx, input, shape, stride):
        return window(input, shape, stride, input._offset)

    @staticmethod
    def backward(ctx, grad):
        return grad, None, None


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Expanded to the shape of other. PyTorch: Tensor.expand_as."""
    return expand(input, other.array.shape)


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """Expanded to a shape. PyTorch: torch.broadcast_to."""
    return expand(input, size)


def squeeze(input: Tensor, dim: int | Sequence[int] | None = None, **numpy) -> Tensor:
    """Without dimensions of size 1: all of them, or those named. PyTorch: torch.squeeze."""
    if numpy:
        dim, _ = numpy_names("squeeze", numpy, dim)
    shape, stride = input.array.shape, input.stride()
    function = Squeeze
    if dim is None:
        named = set(range(len(shape)))
    else:
        named = {wrap_dim(each, len(shape)) for each in several(dim)}
        function = SqueezeDims if isinstance(dim, (tuple, list)) else SqueezeDim
    kept = [axis for axis in range(len(shape)) if axis not in named or shape[axis] != 1]
    return function.apply(input, [shape[axis] for axis in kept], [stride[axis] for axis in kept])


class Squeeze(Function):
    """derivatives.yaml: squeeze."""

    @staticmethod
    def forward(ctx, input, shape, stride):
        array = input.array
        ctx.shape = array.shape
        plain = array.flags.c_contiguous and array.size and 1 not in shape
        return window(input, shape, stride, input._offset, array.reshape(shape) if plain else None)

    @staticmethod
    def backward(ctx, grad):
        return reshape(grad, ctx.shape), None, None


class SqueezeDim(Squeeze):
    """derivatives.yaml: squeeze.dim."""

    node_name = "SqueezeBackward1"


class SqueezeDims(Squeeze):
    """derivatives.yaml: squeeze.dims."""

    node_name = "SqueezeBackward2"


def unsqueeze(input: Tensor, dim: int | None = None, **numpy) -> Tensor:
    """A new dimension of size 1. PyTorch: torch.unsqueeze."""
    if numpy:
        dim, _ = numpy_names("unsqueeze", numpy, dim)
    check_tensor(input, "unsqueeze", "input", 1)
    shape, stride = input.array.shape, input.stride()
    dim = wrap_dim(dim, len(shape) + 1, "unsqueeze(): argument 'dim' (position 1)")
    step = shape[dim] * stride[dim] if dim < len(shape) else 1
    return Unsqueeze.apply(input, dim, (*shape[:dim], 1, *shape[dim:]), (*stride[:dim], step, *stride[dim:]))


class Unsqueeze(Function):
    """derivatives.yaml: unsqueeze."""

    @staticmethod
    def forward(ctx, input, dim, shape, stride):
        ctx.dim = dim
        array = input.array
        plain = array.flags.c_contiguous and array.size and 1 not in array.shape  # whose step may be any number
        return window(input, shape, stride, input._offset, array.reshape(shape) if plain else None)  # a third of the time

    @staticmethod
    def backward(ctx, grad):
        return squeeze(grad, ctx.dim), None, None, None


def broadcast_shapes(*shapes) -> types.Size:
    """The shape that all can be expanded to, numbers counting as shapes of one dimension. PyTorch: torch.broadcast_shapes.

    Raises RuntimeError where there is none, ValueError for a negative size.
    """
    given = []
    for shape in shapes:
        if not isinstance(shape, (int, tuple, list)):
            raise RuntimeError(f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {shape}")
        given.append((shape,) if isinstance(shape, int) else tuple(shape))
    common = [1] * max([len(shape) for shape in given], default=0)
    for place, shape in enumerate(given):
        for axis in range(-1, -1 - len(shape), -1):
            if shape[axis] < 0:
                raise ValueError("Attempting to broadcast a dimension with negative length!")
            if shape[axis] in (1, common[axis]):
                continue
            if common[axis] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[axis]} at {axis}! Mismatching argument at "
                    f"index {place} had {shape}; but expected shape should be broadcastable to {common}"
                )
            common[axis] = shape[axis]
    return types.Size(common)


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All expanded to the shape that they have in common. PyTorch: torch.broadcast_tensors."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        (tensors,) = tensors
    size = broadcast(*[each.array.shape for each in tensors]) if tensors else ()
    return tuple([each if each.array.shape == size else expand(each, size) for each in tensors])
