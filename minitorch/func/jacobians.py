"""jacrev, jacfwd and hessian of functions. PyTorch: torch/_functorch/eager_transforms.py."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from minitorch._tensor import Tensor
from minitorch.func.transforms import Argnums, jvp_of, sliced, vjp_of
from minitorch.ops.creation import zeros_like
from minitorch.ops.joining import stack
from minitorch.utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten


def jacrev(
    func: Callable,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable:
    """The function that computes the Jacobian of `func` by rows: one backward pass per element of the result.

    Every tensor of the result becomes what the arguments `argnums` are, of tensors (*result, *argument).
    `chunk_size` is accepted: rows are computed one by one. PyTorch: torch.func.jacrev.
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def jacobian(*args):
        output, product, *aux = vjp_of(func, args, argnums, has_aux)
        outputs, spec = tree_flatten(output)
        wanted = sliced(args, argnums)
        inputs, input_spec = tree_flatten(wanted)
        rows = [tree_leaves(product(tree_unflatten(v, spec))) for v in _units(outputs)]  # [row][input]
        result, first = [], 0
        for out in outputs:
            part = rows[first : first + out.numel()]
            first += out.numel()
            leaves = [
                _joined([row[place] for row in part], (*out.shape, *each.shape), each, 0)
                for place, each in enumerate(inputs)
            ]
            result.append(tree_unflatten(leaves, input_spec))
        jacobian = tree_unflatten(result, spec)
        return (jacobian, aux[0]) if has_aux else jacobian

    return jacobian


def jacfwd(
    func: Callable, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable:
    """The function that computes the Jacobian of `func` by columns: one forward product per element of the arguments.

    The result is that of jacrev. PyTorch: torch.func.jacfwd.
    """

    @functools.wraps(func)
    def jacobian(*args):
        wanted = sliced(args, argnums)
        inputs, input_spec = tree_flatten(wanted)
        aux: Any = None
        output, columns = None, []  # [column][output]
        for v in _units(inputs):
            output, product, *aux = jvp_of(func, args, tree_unflatten(v, input_spec), argnums, False, has_aux)
            columns.append(tree_leaves(product))
        if not columns:
            raise RuntimeError("jacfwd: Expected the arguments to have at least one element")
        outputs, spec = tree_flatten(output)
        result = []
        for number, out in enumerate(outputs):
            leaves, first = [], 0
            for each in inputs:
                part = [column[number] for column in columns[first : first + each.numel()]]
                first += each.numel()
                leaves.append(_joined(part, (*out.shape, *each.shape), out, -1))
            result.append(tree_unflatten(leaves, input_spec))
        jacobian = tree_unflatten(result, spec)
        return (jacobian, aux[0]) if has_aux else jacobian

    return jacobian


def hessian(func: Callable, argnums: Argnums = 0) -> Callable:
    """The function that computes the second derivatives of `func`. PyTorch: torch.func.hessian."""
    return jacfwd(jacrev(func, argnums), argnums)


def _units(tensors: list[Tensor]) -> Iterator[list[Tensor]]:
    """For every element of the tensors: tensors that are 1 there and 0 elsewhere."""
    for number, each in enumerate(tensors):
        for place in range(each.numel()):
            unit = tree_map(lambda t: zeros_like(t.detach()), tensors)
            unit[number].view(-1)[place] = 1
            yield unit


def _joined(parts: list[Tensor], shape: tuple[int, ...], like: Tensor, dim: int) -> Tensor:
    return stack(parts).movedim(0, dim).reshape(shape) if parts else like.new_zeros(shape)
