"""What the views show, as row-major copies. PyTorch: torchgen/packaged/ATen/native/native_functions.yaml (view_copy).

`permute_copy(x, dims)` is `permute(x, dims)` in memory of its own; sizes, arguments and errors are those of the view.
"""

from collections.abc import Sequence

from minitorch._tensor import Tensor
from minitorch.ops import diagonals, shape, slicing, strided
from minitorch.ops.convert import clone
from minitorch.ops.inplace import deliver_recorded
from minitorch.ops.out import deliver_all
from minitorch.ops.sizes import contiguous_format


def alias_copy(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """All of it, as a copy. PyTorch: torch.alias_copy."""
    return _copied("alias_copy", input, out)


def permute_copy(input: Tensor, *order, dims=None, out: Tensor | None = None) -> Tensor:
    """The dimensions in another order, as a copy. PyTorch: torch.permute_copy."""
    return _copied("permute_copy", shape.permute(input, *order, dims=dims), out)


def transpose_copy(input: Tensor, dim0: int, dim1: int, *, out: Tensor | None = None) -> Tensor:
    """Two dimensions exchanged, as a copy. PyTorch: torch.transpose_copy."""
    return _copied("transpose_copy", shape.transpose(input, dim0, dim1), out)


def t_copy(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """A matrix transposed, as a copy. PyTorch: torch.t_copy."""
    return _copied("t_copy", shape.t(input), out)


def view_copy(input: Tensor, *size, out: Tensor | None = None) -> Tensor:
    """The same elements in another shape, or their bytes as another dtype, as a copy. PyTorch: torch.view_copy."""
    return _copied("view_copy", shape.view(input, *size), out)


def expand_copy(input: Tensor, *sizes, size=None, out: Tensor | None = None) -> Tensor:
    """Dimensions of size 1 repeated, as a copy. PyTorch: torch.expand_copy."""
    return _copied("expand_copy", shape.expand(input, *sizes, size=size), out)


def squeeze_copy(
    input: Tensor, dim: int | Sequence[int] | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Without dimensions of size 1, as a copy. PyTorch: torch.squeeze_copy."""
    return _copied("squeeze_copy", shape.squeeze(input, dim), out)


def unsqueeze_copy(input: Tensor, dim: int, *, out: Tensor | None = None) -> Tensor:
    """A new dimension of size 1, as a copy. PyTorch: torch.unsqueeze_copy."""
    return _copied("unsqueeze_copy", shape.unsqueeze(input, dim), out)


def select_copy(input: Tensor, dim: int, index: int, *, out: Tensor | None = None) -> Tensor:
    """One slice of a dimension, as a copy. PyTorch: torch.select_copy."""
    return _copied("select_copy", slicing.select(input, dim, index), out)


def slice_copy(
    input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1, *, out: Tensor | None = None
) -> Tensor:
    """Every step-th slice of a dimension, as a copy. PyTorch: torch.slice_copy."""
    return _copied("slice_copy", slicing.slice(input, dim, start, end, step), out)


def diagonal_copy(
    input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1, *, out: Tensor | None = None
) -> Tensor:
    """A diagonal, as the last dimension, as a copy. PyTorch: torch.diagonal_copy."""
    return _copied("diagonal_copy", diagonals.diagonal(input, offset, dim1, dim2), out)


def unfold_copy(input: Tensor, dimension: int, size: int, step: int, *, out: Tensor | None = None) -> Tensor:
    """Windows along a dimension, as a new last dimension, as a copy. PyTorch: torch.unfold_copy."""
    return _copied("unfold_copy", strided.unfold(input, dimension, size, step), out)


def as_strided_copy(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Any window onto the storage, as a copy. PyTorch: torch.as_strided_copy."""
    return _copied("as_strided_copy", strided.as_strided(input, size, stride, storage_offset), out)


def narrow_copy(
    input: Tensor, dim: int, start: int | Tensor, length: int, *, out: Tensor | None = None
) -> Tensor:
    """`length` elements of a dimension from `start`, as a copy. PyTorch: torch.narrow_copy."""
    if dim >= max(input.array.ndim, 1):
        raise RuntimeError("Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false.")
    return _copied("narrow_copy", slicing.narrow(input, dim, start, length), out)


def unbind_copy(input: Tensor, dim: int = 0, *, out: Sequence[Tensor] | None = None):
    """All slices of a dimension, as a tuple of copies. PyTorch: torch.unbind_copy."""
    return _all_copied("unbind_copy", slicing.unbind(input, dim), out)


def split_copy(input: Tensor, split_size: int, dim: int = 0, *, out: Sequence[Tensor] | None = None):
    """Parts of one size, as a tuple of copies. PyTorch: torch.split_copy."""
    return _all_copied("split_copy", slicing.split(input, split_size, dim), out)


def split_with_sizes_copy(input: Tensor, split_sizes: Sequence[int], dim: int = 0, *, out: Sequence[Tensor] | None = None):
    """Parts of the sizes given, as a tuple of copies. PyTorch: torch.split_with_sizes_copy."""
    return _all_copied("split_with_sizes_copy", slicing.split_with_sizes(input, split_sizes, dim), out)


def _copied(function: str, view: Tensor, out: Tensor | None) -> Tensor:
    copy = clone(view, memory_format=contiguous_format)
    return copy if out is None else deliver_recorded(out, function, copy)


def _all_copied(function: str, views: tuple[Tensor, ...], out: Sequence[Tensor] | None):
    if out is None:
        return tuple([clone(each, memory_format=contiguous_format) for each in views])
    deliver_all(out, function, [each.detach() for each in views], cast=False)
    return None
