"""vmap: a function of one example applied to a batch. PyTorch: torch/_functorch/vmap.py."""

import functools
from collections.abc import Callable
from typing import Any

from minitorch._tensor import Tensor
from minitorch.ops.joining import stack
from minitorch.random import default_states, set_default_states
from minitorch.utils._pytree import broadcast_to, tree_flatten, tree_unflatten


def vmap(
    func: Callable, in_dims=0, out_dims=0, randomness: str = "error", *, chunk_size: int | None = None
) -> Callable:
    """The function that calls `func` for every index of the dimensions `in_dims` and stacks the results at `out_dims`.

    Both may be nested like the arguments (results), None where there is no such dimension; keyword arguments go to
    every call as they are. A loop: what it gives is
    PyTorch's, how fast it is, is not; and so it takes also functions that ask for values. `randomness`: "error",
    "different" numbers for each call, or the "same". PyTorch: torch.vmap.
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}"
        )
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def batched(*args, **kwargs):
        leaves, spec = tree_flatten(args)
        dims = _input_dims(func, in_dims, args, leaves, spec)
        size = _batch_size(leaves, dims)

        def call(number: int):
            chosen = [leaf if dim is None else leaf.select(dim, number) for leaf, dim in zip(leaves, dims)]
            return func(*tree_unflatten(chosen, spec), **kwargs)

        if size == 0:
            return _nothing(func, out_dims, leaves, dims, spec, kwargs)
        return _stacked(func, out_dims, _calls(call, size, randomness))

    return batched


def _calls(call: Callable, size: int, randomness: str) -> list:
    """The results for all indices, with the random numbers that were asked for."""
    before = default_states()
    results = []
    for number in range(size):
        if randomness == "same":
            set_default_states(before)
        results.append(call(number))
        if randomness == "error" and number == 0 and not all(each.get_state().equal(state) for each, state in before):
            set_default_states(before)
            raise RuntimeError(
                "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
                "randomness flags on vmap or perform the randomness operation out of vmap"
            )
    return results


def _stacked(func: Callable, out_dims, results: list) -> Any:
    flat = [tree_flatten(result) for result in results]
    spec = flat[0][1]
    dims = _output_dims(func, out_dims, spec)
    columns = zip(*[leaves for leaves, _ in flat])
    return tree_unflatten([_joined(func, list(each), dim) for each, dim in zip(columns, dims)], spec)


def _joined(func: Callable, parts: list, dim: int | None) -> Any:
    if dim is None:
        if isinstance(parts[0], Tensor) and any(each is not parts[0] for each in parts):
            name = _name(func)
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return parts[0]
    if not isinstance(parts[0], Tensor):
        name = _name(func)
        raise ValueError(
            f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(parts[0])}. Did you mean to set out_dims= "
            "to None for output?"
        )
    return stack(parts).movedim(0, dim)


def _nothing(func: Callable, out_dims, leaves: list, dims: list, spec, kwargs: dict) -> Any:
    """The result for a batch of size 0: the shapes are those of one example of zeros."""
    examples = [
        leaf if dim is None else leaf.new_zeros(leaf.shape[:dim] + leaf.shape[dim + 1 :])
        for leaf, dim in zip(leaves, dims)
    ]
    flat, result_spec = tree_flatten(func(*tree_unflatten(examples, spec), **kwargs))
    places = _output_dims(func, out_dims, result_spec)
    empty = [_joined(func, [each], dim).narrow(dim, 0, 0) for each, dim in zip(flat, places)]
    return tree_unflatten(empty, result_spec)


# ---- Checks, in PyTorch's words ----


def _input_dims(func: Callable, in_dims, args: tuple, leaves: list, spec) -> list:
    """One dimension, counted from the front, or None for every leaf of the arguments."""
    call = f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>)"
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{call}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, got: "
            f"{type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({_name(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    dims = broadcast_to(in_dims, spec)
    if dims is None:
        raise ValueError(
            f"{call}: in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{tree_flatten(in_dims)[1]} but inputs has structure {spec}."
        )
    for place, (leaf, dim) in enumerate(zip(leaves, dims)):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(
                f"{call}: Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(leaf, Tensor):
            raise ValueError(
                f"{call}: Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -leaf.dim() <= dim < leaf.dim():
            raise ValueError(
                f"{call}: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {leaf.dim()} so "
                f"expected in_dim to satisfy -{leaf.dim()} <= in_dim < {leaf.dim()}."
            )
        dims[place] = dim % leaf.dim()
    return dims


def _batch_size(leaves: list, dims: list) -> int:
    sizes = [leaf.size(dim) for leaf, dim in zip(leaves, dims) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if any(size != sizes[0] for size in sizes):
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped "
            "dimension"
        )
    return sizes[0]


def _output_dims(func: Callable, out_dims, spec) -> list:
    leaves, dims_spec = tree_flatten(out_dims)
    if any(not (each is None or isinstance(each, int)) for each in leaves):
        raise ValueError(
            f"vmap({_name(func)}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    dims = broadcast_to(out_dims, spec)
    if dims is None and spec.type is None and isinstance(out_dims, tuple) and len(leaves) == 1:
        dims = leaves  # one result, one dimension in a tuple
    if dims is None:
        raise ValueError(
            f"vmap({_name(func)}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {dims_spec} but outputs has structure {spec}."
        )
    return dims


def _name(func: Callable) -> str:
    return getattr(func, "__name__", repr(func))
