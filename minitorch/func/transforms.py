"""grad, vjp and jvp of functions. PyTorch: torch/_functorch/eager_transforms.py.

There is one tape only. What PyTorch does with levels is done with fresh inputs here: a transform gives its function new
tensors with the values of the arguments and asks for the gradients with respect to these; being made from the arguments by
an operation on the tape, they also lead the outer transform to them.
"""

import functools
from collections.abc import Callable
from typing import Any

from minitorch import autograd
from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.node import AccumulateGrad, Node
from minitorch.ops.creation import zeros_like
from minitorch.utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten

Argnums = int | tuple[int, ...]


def grad(func: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The function that computes the gradient of `func`, whose result has no dimensions, in the arguments `argnums`.

    `has_aux`: func returns (result, anything), and so does the gradient's function. PyTorch: torch.func.grad.
    """
    compute = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def gradient(*args, **kwargs):
        grads, value = compute(*args, **kwargs)
        return (grads, value[1]) if has_aux else grads

    return gradient


def grad_and_value(func: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The function that computes (gradient, value); with `has_aux` (gradient, (value, anything)).

    PyTorch: torch.func.grad_and_value.
    """

    @functools.wraps(func)
    def gradient_and_value(*args, **kwargs):
        wanted = sliced(args, argnums)
        with enable_grad():
            fresh = Fresh(wanted)
            output = func(*replaced(args, fresh.tree, argnums), **kwargs)
            aux = None
            if has_aux:
                output, aux = _pair(output, "grad_and_value(f)(*args)")
            if not isinstance(output, Tensor):
                raise RuntimeError(
                    f"grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(output)}"
                )
            if output.dim() != 0:
                raise RuntimeError(
                    "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
                    f"{output.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
                )
            grads = fresh.gradients([output], [None])
        return grads, (fresh.outside(output), fresh.outside(aux)) if has_aux else fresh.outside(output)

    return gradient_and_value


def vjp(func: Callable, *primals, has_aux: bool = False):
    """(func(*primals), the function that maps a cotangent v, shaped like the result, to the tuple of v J).

    PyTorch: torch.func.vjp.
    """
    return vjp_of(func, primals, None, has_aux)


def vjp_of(func: Callable, primals: tuple, argnums: Argnums | None, has_aux: bool):
    """vjp with respect to some of the arguments; for a number in `argnums` the product is no tuple."""
    wanted = primals if argnums is None else sliced(primals, argnums)
    with enable_grad():
        fresh = Fresh(wanted)
        outputs = func(*(fresh.tree if argnums is None else replaced(primals, fresh.tree, argnums)))
        aux = None
        if has_aux:
            outputs, aux = _pair(outputs, "vjp(f, *primals)")
    flat, spec = tree_flatten(outputs)
    check_outputs(flat, "vjp(f, *primals)")
    for each in flat:
        if not each.is_floating_point():
            raise RuntimeError(
                "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                f"{each.dtype}"
            )

    def product(cotangents, *unused, **also_unused):
        v, v_spec = tree_flatten(cotangents)
        if v_spec != spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. "
                f"cotangents: {v_spec}, primal output: {spec}"
            )
        with enable_grad():
            return fresh.gradients(flat, v)

    if has_aux:
        return fresh.outside(outputs), product, fresh.outside(aux)
    return fresh.outside(outputs), product


def jvp(func: Callable, primals: tuple, tangents: tuple, *, strict: bool = False, has_aux: bool = False):
    """(func(*primals), J v) for the vector v = `tangents`, shaped like `primals`. PyTorch: torch.func.jvp.

    The product u J is linear in u, so its derivative with respect to u, times v, is J v: two backward passes.
    """
    return jvp_of(func, primals, tangents, None, strict, has_aux)


def jvp_of(func: Callable, primals: tuple, tangents, argnums: Argnums | None, strict: bool, has_aux: bool):
    """jvp with respect to some of the arguments."""
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{_JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    wanted = primals if argnums is None else sliced(primals, argnums)
    _, spec = tree_flatten(wanted)
    v, v_spec = tree_flatten(tangents)
    if spec != v_spec:
        raise RuntimeError(
            f"{_JVP}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple "
            f"of 3 tensors, tangents also must be. Got primals with structure {spec} and tangents with structure {v_spec}"
        )
    for name, leaves in (("primals", tree_leaves(wanted)), ("tangents", v)):
        if not leaves:
            raise RuntimeError(f"{_JVP}: Expected {name} to contain at least one Tensor.")
        for each in leaves:
            if not isinstance(each, Tensor):
                raise RuntimeError(f"{_JVP}: Expected {name} to only contain Tensors, got {type(each)}")
    for primal, tangent in zip(tree_leaves(wanted), v):
        if primal.shape != tangent.shape:
            raise RuntimeError(
                "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
                f"supported. Tensor is of size {list(primal.shape)} while the given forward gradient is of size {list(tangent.shape)}."
            )
    with enable_grad():
        fresh = Fresh(wanted)
        outputs = func(*(fresh.tree if argnums is None else replaced(primals, fresh.tree, argnums)))
        aux = None
        if has_aux:
            outputs, aux = _pair(outputs, _JVP)
        flat, out_spec = tree_flatten(outputs)
        check_outputs(flat, _JVP)
        product = [_forward(out, fresh, v, strict) for out in flat]
    result = fresh.outside(outputs), fresh.outside(tree_unflatten(product, out_spec))
    return (*result, fresh.outside(aux)) if has_aux else result


def linearize(func: Callable, *primals):
    """(func(*primals), the function that maps a tangent v to J v at that point). PyTorch: torch.func.linearize."""
    output = jvp(func, primals, tree_map(zeros_like, primals))[0]

    def product(*tangents):
        return jvp(func, primals, tangents)[1]

    return output, product


_JVP = "jvp(f, primals, tangents)"


def _forward(output: Tensor, fresh: "Fresh", v: list[Tensor], strict: bool) -> Tensor:
    """J v of one output."""
    if output.requires_grad and output.is_floating_point():
        u = zeros_like(output).requires_grad_()
        grads = autograd.grad(output, fresh.leaves, u, retain_graph=True, create_graph=True, allow_unused=True)
        pairs = [(each, tangent) for each, tangent in zip(grads, v) if each is not None and each.requires_grad]
        if pairs:
            grads, v = zip(*pairs)
            (product,) = autograd.grad(grads, u, v, retain_graph=True, create_graph=True, allow_unused=True)
            if product is not None:
                return product
    if strict:
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not allowed with "
            "strict=True."
        )
    return zeros_like(output)


class Fresh:
    """New tensors in place of the arguments of a function, and the gradients with respect to them."""

    def __init__(self, tree: Any):
        leaves, self.spec = tree_flatten(tree)
        for each in leaves:
            if not isinstance(each, Tensor):
                raise ValueError(f"Thing passed to transform API must be Tensor, got {type(each)}")
        # A copy, not the tensor: it may be written to, and is an argument even where the function captured the tensor.
        self.roots = [each if each.requires_grad else each.detach().requires_grad_() for each in leaves]
        self.leaves = [each.clone() for each in self.roots]
        self.tree = tree_unflatten(self.leaves, self.spec)
        self._own = {each for each, given in zip(self.roots, leaves) if each is not given}

    def gradients(self, outputs: list[Tensor], v: list) -> Any:
        """v J, in the structure of the arguments; zeros where nothing depends on one."""
        pairs = [(out, each) for out, each in zip(outputs, v) if out.requires_grad]
        if not pairs:
            return tree_unflatten([zeros_like(each) for each in self.leaves], self.spec)
        outputs, v = zip(*pairs)
        grads = autograd.grad(outputs, self.leaves, v, retain_graph=True, create_graph=True, allow_unused=True)
        filled = [zeros_like(each) if grad is None else grad for grad, each in zip(grads, self.leaves)]
        return self.outside(tree_unflatten(filled, self.spec))

    def outside(self, tree: Any) -> Any:
        """Results as the caller sees them: without a history where that leads to nothing but the fresh arguments."""
        return tree_map(self._outside, tree)

    def _outside(self, value: Any) -> Any:
        if not isinstance(value, Tensor) or value.grad_fn is None:
            return value
        if all(leaf in self._own for leaf in _leaves_of(value.grad_fn)):
            return value.detach()
        return value


def _leaves_of(node: Node) -> list[Tensor]:
    """The leaves that a history leads to."""
    found, seen, stack = [], {node}, [node]
    while stack:
        node = stack.pop()
        if isinstance(node, AccumulateGrad):
            found.append(node.variable)
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                stack.append(following)
    return found


# ---- Arguments ----


def sliced(args: tuple, argnums: Argnums) -> Any:
    """The arguments that `argnums` names: one for a number, a tuple for a tuple."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    if isinstance(argnums, int):
        return args[_place(argnums, len(args))]
    places = tuple(_place(each, len(args)) for each in argnums)
    if not places:
        raise RuntimeError("argnums must be non-empty")
    if len(set(places)) != len(places):
        raise RuntimeError(f"argnums elements must be unique, got {places}")
    return tuple(args[place] for place in places)


def replaced(args: tuple, new: Any, argnums: Argnums) -> tuple:
    """The arguments with new ones in the places that `argnums` names."""
    args = list(args)
    if isinstance(argnums, int):
        args[argnums] = new
    else:
        for place, each in zip(argnums, new):
            args[place] = each
    return tuple(args)


def _place(argnum: int, number: int) -> int:
    if not isinstance(argnum, int):
        raise RuntimeError(f"argnum must be int, got: {type(argnum)}")
    if not -number <= argnum < number:
        raise RuntimeError(f"Got argnum={argnum}, but only {number} positional inputs")
    return argnum % number


def _pair(output: Any, api: str) -> tuple:
    if not (isinstance(output, tuple) and len(output) == 2):
        raise RuntimeError(f"{api}: output of function f should be a tuple: (output, aux) if has_aux is True")
    for each in tree_leaves(output[1]):
        if not isinstance(each, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(each)}")
    return output


def check_outputs(outputs: list, api: str) -> None:
    """Raise RuntimeError unless a function returned tensors."""
    if not outputs or (len(outputs) == 1 and outputs[0] is None):
        raise RuntimeError(
            f"{api}: Expected f to be a function that has non-empty output (got output = {outputs})"
        )
    for each in outputs:
        if not isinstance(each, Tensor):
            raise RuntimeError(
                f"{api}: expected f(*primals) to return only tensors, got unsupported type {type(each)}"
            )
