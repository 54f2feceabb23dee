"""Which elements or slices are different. PyTorch: aten/src/ATen/native/Unique.cpp."""


from minitorch._tensor import Tensor, wrap
from minitorch.ops.promotion import check_tensor
from minitorch.ops.sizes import wrap_dim


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Tensor | tuple[Tensor, ...]:
    """The different elements, or slices of a dimension, in ascending order, sorted or not.

    Also, where asked for, which of them each element is, and how often each occurs. PyTorch: torch.unique.
    """
    check_tensor(input, "unique", "input", 1)
    if dim is None:
        found = tuple([wrap(each) for each in input.kernels.unique(input.array)])
    else:
        found = _slices(input, dim, input.kernels.unique_slices)
    return _asked_for(found, return_inverse, return_counts)


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Tensor | tuple[Tensor, ...]:
    """The elements, or slices of a dimension, that differ from the one before, in their order.

    PyTorch: torch.unique_consecutive.
    """
    check_tensor(input, "unique_consecutive", "input", 1)
    if dim is None:
        line = input.array.reshape(-1)
        places, inverse, counts = input.kernels.unique_runs(line, 0)
        found = wrap(input.kernels.index(line, (places,))), wrap(inverse.reshape(input.array.shape)), wrap(counts)
    else:
        found = _slices(input, dim, input.kernels.unique_runs)
    return _asked_for(found, return_inverse, return_counts)


def _slices(input: Tensor, dim: int, kernel) -> tuple[Tensor, Tensor, Tensor]:
    if input.array.ndim == 0:
        wrap_dim(dim, 0)
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, input.array.ndim)
    shape = input.array.shape
    if shape.count(0) > 1:
        raise RuntimeError("Number of zero sized dimensions is more than one, so unique cannot be applied ")
    if 0 in shape and shape[dim]:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    places, inverse, counts = kernel(input.array, dim)
    order = [dim, *[axis for axis in range(len(shape)) if axis != dim]]
    rows = input.kernels.index(input.array.transpose(order), (places,))
    elements = wrap(rows).movedim(0, dim).detach() if rows.size else wrap(input.array.copy())
    return elements, wrap(inverse), wrap(counts)


def _asked_for(found: tuple[Tensor, Tensor, Tensor], return_inverse: bool, return_counts: bool):
    elements, inverse, counts = found
    results = (elements,) + (inverse,) * return_inverse + (counts,) * return_counts
    return results if len(results) > 1 else elements
