"""Jacobians, Hessians and their products with vectors. PyTorch: torch/autograd/functional.py."""

from collections.abc import Callable

import minitorch
from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import enable_grad, is_grad_enabled, set_grad_enabled


def vjp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(inputs), v J): the vector v, of the outputs' shapes, times the Jacobian.

    `v` may be None for a single output of one element. `strict`: raise RuntimeError for an output or a gradient that does
    not depend on the inputs. PyTorch: torch.autograd.functional.vjp.
    """
    with enable_grad():
        many_in, inputs = _tensors(inputs, "inputs", "vjp")
        inputs = _fresh(inputs, create_graph, True)
        many_out, outputs = _outputs(func, inputs, "vjp", strict)
        if v is None and (len(outputs) != 1 or outputs[0].nelement() != 1):
            raise RuntimeError(
                "The vector v can only be None if the user-provided function returns a single Tensor with a single "
                "element."
            )
        v = _vector(v, "vjp", outputs, many_out, create_graph)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        grads = _grad(outputs, inputs, v, create_graph)
        product = _filled(grads, inputs, strict, create_graph, _BACK, _JACOBIAN)
    return _result(outputs, many_out, create_graph), _result(product, many_in, create_graph)


def jvp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(inputs), J v): the Jacobian times the vector v, of the inputs' shapes.

    The product u J is linear in u, so its derivative with respect to u, times v, is J v: two backward passes.
    PyTorch: torch.autograd.functional.jvp.
    """
    with enable_grad():
        many_in, inputs = _tensors(inputs, "inputs", "jvp")
        inputs = _fresh(inputs, create_graph, True)
        if v is None:
            _check_single(inputs, "the input to the user-provided function")
        v = _vector(v, "jvp", inputs, many_in, create_graph)
        many_out, outputs = _outputs(func, inputs, "jvp", strict)
        u = tuple(out.new_zeros(out.shape).requires_grad_() for out in outputs)
        grads = _grad(outputs, inputs, u, True)
        if strict:
            _check_dependent(grads, _GRADIENT)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        product = _grad(grads, u, v, create_graph)
        product = _filled(product, outputs, strict, create_graph, _BACK_TRICK, _JACOBIAN)
    return _result(outputs, many_out, create_graph), _result(product, many_out, create_graph)


def vhp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(inputs), v H): the vector v times the Hessian of a function of one element.

    PyTorch: torch.autograd.functional.vhp.
    """
    with enable_grad():
        many_in, inputs = _tensors(inputs, "inputs", "vhp")
        inputs = _fresh(inputs, create_graph, True)
        v = _hessian_vector(v, "vhp", inputs, many_in, create_graph)
        output, gradient = _gradient(func, inputs, "vhp", strict)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        grads = _grad(gradient, inputs, v, create_graph)
        product = _filled(grads, inputs, strict, create_graph, _DOUBLE_BACK, _HESSIAN)
    return _result((output,), False, create_graph), _result(product, many_in, create_graph)


def hvp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(inputs), H v): the Hessian of a function of one element times the vector v.

    The same numbers as vhp for a twice continuously differentiable function, at one more backward pass.
    PyTorch: torch.autograd.functional.hvp.
    """
    with enable_grad():
        many_in, inputs = _tensors(inputs, "inputs", "hvp")
        inputs = _fresh(inputs, create_graph, True)
        v = _hessian_vector(v, "hvp", inputs, many_in, create_graph)
        output, gradient = _gradient(func, inputs, "hvp", strict)
        u = tuple(each.new_zeros(each.shape).requires_grad_() for each in inputs)
        twice = _grad(gradient, inputs, u, True)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        grads = _grad(twice, u, v, create_graph)
        product = _filled(grads, inputs, strict, create_graph, _DOUBLE_BACK_TRICK, _HESSIAN)
    return _result((output,), False, create_graph), _result(product, many_in, create_graph)


def jacobian(
    func: Callable,
    inputs,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
):
    """d func / d inputs: of one output and one input a tensor of shape (*output, *input), else (nested) tuples.

    `vectorize` and `strategy` change nothing but which arguments go together: rows are computed one by one.
    PyTorch: torch.autograd.functional.jacobian.
    """
    _check_strategy(strategy, create_graph, strict, vectorize)
    with enable_grad():
        many_in, inputs = _tensors(inputs, "inputs", "jacobian")
        inputs = _fresh(inputs, create_graph, True)
        many_out, outputs = _outputs(func, inputs, "jacobian", strict)
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
                "Please either set `strict=False` or `vectorize=False`."
            )
        result = tuple(
            _jacobian_of(number, output, inputs, create_graph, strict) for number, output in enumerate(outputs)
        )
    if not create_graph:
        result = tuple(tuple(each.detach() for each in row) for row in result)
    if not many_in:
        result = tuple(row[0] for row in result)
    return result if many_out else result[0]


def hessian(
    func: Callable,
    inputs,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
):
    """The second derivatives of a function of one element: (*input, *input), for several inputs a tuple of tuples.

    PyTorch: torch.autograd.functional.hessian.
    """
    many_in, inputs = _tensors(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def scalar(*args):
        output = func(*args)
        many, outputs = _tensors(output, "outputs of the user-provided function", "hessian")
        if strict:
            _check_dependent(outputs, _OUTPUT)
        _check_scalar(many, outputs, "hessian")
        return output.squeeze()

    def gradient(*args):
        if outer_jacobian_strategy == "forward-mode":
            args = tuple(each.requires_grad_(True) for each in args)
        result = jacobian(scalar, args, create_graph=True)
        if strict:
            _check_dependent(result, _GRADIENT_OF_HESSIAN)
        return result

    result = jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return result if many_in else result[0][0]


# ---- The pieces ----


def _jacobian_of(number: int, output: Tensor, inputs: tuple, create_graph: bool, strict: bool) -> tuple[Tensor, ...]:
    """One backward pass per element of the output."""
    rows: list[list[Tensor]] = [[] for _ in inputs]
    for place in range(output.nelement()):
        grads = _grad((output.reshape(-1)[place],), inputs, None, create_graph, retain_graph=True)
        for other, (grad, input) in enumerate(zip(grads, inputs)):
            if grad is None and strict:
                raise RuntimeError(
                    f"Output {number} of the user-provided function is independent of input {other}. This is not "
                    "allowed in strict mode."
                )
            if grad is not None and strict and create_graph and not grad.requires_grad:
                raise RuntimeError(_JACOBIAN.format(number))
            rows[other].append(minitorch.zeros_like(input) if grad is None else grad)
    return tuple(
        minitorch.stack(each, 0).view(output.size() + input.size()) if each else _no_rows(output, input)
        for each, input in zip(rows, inputs)
    )


def _no_rows(output: Tensor, input: Tensor) -> Tensor:
    """The Jacobian of an output without elements."""
    return input.new_zeros(output.size() + input.size())


def _gradient(func: Callable, inputs: tuple, name: str, strict: bool) -> tuple[Tensor, tuple]:
    """The function's output of one element, and its gradient, which can be differentiated."""
    many, outputs = _outputs(func, inputs, name, strict)
    _check_scalar(many, outputs, name)
    gradient = _grad(outputs, inputs, None, True)
    if strict:
        _check_dependent(gradient, _GRADIENT_OF_HESSIAN)
    return outputs[0], gradient


def _grad(outputs: tuple, inputs: tuple, v: tuple | None, create_graph: bool, retain_graph=None) -> tuple:
    """autograd.grad of the outputs that have a gradient; None for an input that none of them depends on."""
    v = (None,) * len(outputs) if v is None else v
    pairs = [(out, each) for out, each in zip(outputs, v) if out is not None and out.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    outputs, v = zip(*pairs)
    return minitorch.autograd.grad(
        outputs, inputs, v, retain_graph=retain_graph, create_graph=create_graph, allow_unused=True
    )


def _fresh(tensors: tuple, create_graph: bool, requires_grad: bool) -> tuple:
    """New tensors of the same memory: the function may have captured the old ones, which must not count as inputs."""
    return tuple(
        each.view_as(each) if create_graph and each.requires_grad else each.detach().requires_grad_(requires_grad)
        for each in tensors
    )


def _result(tensors: tuple, many: bool, create_graph: bool):
    if not create_graph:
        tensors = tuple(each.detach() for each in tensors)
    return tuple(tensors) if many else tensors[0]


def _filled(grads: tuple, refs: tuple, strict: bool, create_graph: bool, missing: str, constant: str) -> tuple:
    """Zeros for what does not depend on anything, or the error of strict mode."""
    filled = []
    for number, (grad, ref) in enumerate(zip(grads, refs)):
        if grad is None and strict:
            raise RuntimeError(missing.format(number))
        if grad is not None and strict and create_graph and not grad.requires_grad:
            raise RuntimeError(constant.format(number))
        filled.append(minitorch.zeros_like(ref) if grad is None else grad)
    return tuple(filled)


# ---- Checks, in PyTorch's words ----

_BACK = "The output of the user-provided function is independent of input {}. This is not allowed in strict mode."
_BACK_TRICK = (
    "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double backward "
    "trick to compute forward mode gradients. This is not allowed in strict mode."
)
_DOUBLE_BACK = (
    "The jacobian of the user-provided function is independent of input {}. This is not allowed in strict mode."
)
_DOUBLE_BACK_TRICK = (
    "The hessian of the user-provided function is independent of entry {} in the grad_jacobian. This is not allowed in "
    "strict mode as it prevents from using the double backward trick to replace forward mode AD."
)
_JACOBIAN = (
    "The jacobian of the user-provided function is independent of input {}. This is not allowed in strict mode when "
    "create_graph=True."
)
_HESSIAN = (
    "The hessian of the user-provided function is independent of input {}. This is not allowed in strict mode when "
    "create_graph=True."
)
_OUTPUT = (
    "Output {} of the user-provided function does not require gradients. The outputs must be computed in a differentiable "
    "manner from the input when running in strict mode."
)
_GRADIENT = (
    "The gradient with respect to input {} is independent of the inputs of the user-provided function. This is not allowed "
    "in strict mode."
)
_GRADIENT_OF_HESSIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
    "independent of the input. This is not allowed in strict mode. You should ensure that your function is twice "
    "differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for example)."
)


def _check_dependent(tensors: tuple | Tensor, words: str) -> None:
    """Strict mode: each must be there, and have a gradient."""
    for number, each in enumerate((tensors,) if isinstance(tensors, Tensor) else tensors):
        if each is None:
            raise RuntimeError(_BACK.format(number))
        if not each.requires_grad:
            raise RuntimeError(words.format(number))


def _outputs(func: Callable, inputs: tuple, name: str, strict: bool) -> tuple[bool, tuple]:
    many, outputs = _tensors(func(*inputs), "outputs of the user-provided function", name)
    if strict:
        _check_dependent(outputs, _OUTPUT)
    return many, outputs


def _tensors(value, what: str, name: str) -> tuple[bool, tuple]:
    """Whether it was a tuple, and it as a tuple of tensors."""
    many = isinstance(value, tuple)
    for place, each in enumerate(value if many else (value,)):
        if not isinstance(each, Tensor):
            which = f"value at index {place}" if many else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {which} has type "
                f"{type(each)}."
            )
    return many, value if many else (value,)


def _vector(v, name: str, like: tuple, many: bool, create_graph: bool) -> tuple | None:
    """`v` as a tuple of the shapes of `like`."""
    if v is None:
        return None
    v = _fresh(_tensors(v, "v", name)[1], create_graph, False)
    if len(like) != len(v):
        if many:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for place, (each, other) in enumerate(zip(v, like)):
        if each.size() != other.size():
            entry = f"Entry {place} in " if many else ""
            raise RuntimeError(f"{entry}v has invalid size: should be {other.size()} but got {each.size()}.")
    return v


def _hessian_vector(v, name: str, inputs: tuple, many: bool, create_graph: bool) -> tuple | None:
    if v is None:
        _check_single(inputs, "the input to the user-provided function")
    return _vector(v, name, inputs, many, create_graph)


def _check_single(tensors: tuple, what: str) -> None:
    if len(tensors) != 1 or tensors[0].nelement() != 1:
        raise RuntimeError(f"The vector v can only be None if {what} is a single Tensor with a single element.")


def _check_scalar(many: bool, outputs: tuple, name: str) -> None:
    if many:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0].nelement() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")


def _check_strategy(strategy: str, create_graph: bool, strict: bool, vectorize: bool) -> None:
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than '
            'inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "reverse-mode":
        return
    if create_graph:
        raise NotImplementedError(
            "torch.autograd.functional.jacobian: `create_graph=True` and `strategy=\"forward-mode\"` are not supported "
            "together (yet). Please either set `create_graph=False` or `strategy=\"reverse-mode\"`."
        )
    if strict:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `strategy=\"forward-mode\"` are not supported together "
            "(yet). Please either set `strict=False` or `strategy=\"reverse-mode\"`."
        )
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`."
        )
