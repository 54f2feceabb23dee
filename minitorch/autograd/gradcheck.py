"""gradcheck: derivatives compared with finite differences. PyTorch: torch/autograd/gradcheck.py.

A program that uses minitorch, and no part of it: everything here goes through public names.
"""

import warnings
from collections.abc import Callable, Iterator
from itertools import product

import minitorch
from minitorch._tensor import Tensor
from minitorch.autograd.function import Function


class GradcheckError(RuntimeError):
    """A derivative disagrees with finite differences. PyTorch: torch.autograd.gradcheck.GradcheckError."""


def gradcheck(
    func: Callable,
    inputs,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether backward() gives the Jacobian that central differences of step `eps` give, within atol + rtol * |J|.

    `inputs`: a tensor or a tuple, float64 where a derivative is checked. `nondet_tol`: how far two backward passes may
    differ. `fast_mode`: compare v J u for one random u and v each instead of all of J.
    `masked` is for sparse tensors, and batched gradients are a loop here, which cannot differ: both are accepted.
    Raises GradcheckError if not (False without `raise_exception`), ValueError if no input requires a gradient.
    PyTorch: torch.autograd.gradcheck.
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    if check_forward_ad:
        raise NotImplementedError("gradcheck: check_forward_ad=True, minitorch has no forward-mode derivatives")
    inputs = _as_tuple(inputs)
    _check_inputs(inputs)
    func_out = func(*inputs)
    outputs = _differentiable(func_out)
    try:
        compare = _compare_products if fast_mode else _compare_jacobians
        compare(func, _as_tuple(func_out), inputs, outputs, eps, rtol, atol, check_grad_dtypes, nondet_tol)
        _check_zero_grads(outputs, inputs)
        if check_undefined_grad:
            _check_undefined_grads(func, outputs, inputs)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable,
    inputs,
    grad_outputs=None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """gradcheck of the gradients themselves, as functions of `inputs` and of the cotangents `grad_outputs`.

    `grad_outputs`: random ones in [-1, 1) by default. PyTorch: torch.autograd.gradgradcheck.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    if check_undefined_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
    if check_batched_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")
    inputs = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(func(*inputs))
        grad_outputs = tuple(_random_cotangent(each, gen_non_contig_grad_outputs) for each in outputs)
    grad_outputs = _as_tuple(grad_outputs)
    number = len(grad_outputs)
    places = [place for place, each in enumerate(inputs) if isinstance(each, Tensor) and each.requires_grad]

    def gradients(*args):
        outputs = _differentiable(func(*args[:-number]))
        wanted = tuple(args[place] for place in places)
        grads = minitorch.autograd.grad(outputs, wanted, args[-number:], create_graph=True, allow_unused=True)
        return tuple(grad for grad in grads if grad is not None)

    return gradcheck(
        gradients,
        inputs + grad_outputs,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


def _random_cotangent(output: Tensor, strided: bool) -> Tensor:
    """Uniform in [-1, 1), on request with gaps between its elements."""
    if not strided or output.ndim == 0:
        return output.new_empty(output.shape).uniform_(-1, 1).requires_grad_()
    wide = output.new_empty((*output.shape[:-1], 2 * output.shape[-1])).uniform_(-1, 1)
    return wide[..., ::2].requires_grad_()


# ---- What is compared ----


def _compare_jacobians(func, func_out, inputs, outputs, eps, rtol, atol, check_grad_dtypes, nondet_tol) -> None:
    """Every entry of every Jacobian."""
    numerical = [_numerical_jacobian(func, inputs, place, func_out, eps) for place in _places(inputs)]
    if not outputs:  # nothing is said to depend on the inputs, so nothing may
        _check_all_zero([each for of_input in numerical for each in of_input])
        return
    floating = [each for each in func_out if each.is_floating_point()]
    differentiable = [place for place, each in enumerate(floating) if each.requires_grad]
    for i, (place, output) in enumerate(zip(differentiable, outputs)):
        analytical = _analytical_rows(inputs, output, _unit_vectors(output), nondet_tol, check_grad_dtypes)
        for j, (a, of_input) in enumerate(zip(analytical, numerical)):
            if not _allclose(a, of_input[place], rtol, atol):
                raise GradcheckError(_mismatch(a, of_input[place], i, j))


def _compare_products(func, func_out, inputs, outputs, eps, rtol, atol, check_grad_dtypes, nondet_tol) -> None:
    """v J u for one random v per output and one random u per input."""
    generator = minitorch.Generator()
    places = _places(inputs)
    directions = [_random_unit(inputs[place], generator) for place in places]
    cotangents = [_random_unit(output, generator) for output in outputs]
    moved = [
        _directional(func, inputs, inputs[place].data, u.reshape(inputs[place].shape) * eps, eps)
        for place, u in zip(places, directions)
    ]
    if not outputs:
        _check_all_zero([each for of_input in moved for each in of_input], nondet_tol)
    moved = [[each for each, out in zip(of_input, func_out) if out.is_floating_point()] for of_input in moved]
    analytical = [
        _analytical_rows(inputs, output, [v.reshape(output.shape)], nondet_tol, check_grad_dtypes)
        for output, v in zip(outputs, cotangents)
    ]
    for i, (place, u) in enumerate(zip(places, directions)):
        for j, v in enumerate(cotangents):
            a = analytical[j][i].reshape(-1).dot(u)
            n = (v * moved[i][j]).sum()
            # Each entry of J may be wrong by atol, so the product by atol * sum(u) * sum(v).
            if not _allclose(a, n, rtol, atol * float(u.sum()) * float(v.sum())):
                slow = _numerical_jacobian(func, inputs, place, func_out, eps)[j]
                rows = _analytical_rows(inputs, outputs[j], _unit_vectors(outputs[j]), float("inf"), False)[i]
                raise GradcheckError(_mismatch(a, n, j, i) + _in_full(slow, rows, rtol, atol))


def _check_zero_grads(outputs: tuple, inputs: tuple) -> None:
    """A gradient is linear in the cotangent: zeros give zeros, in the shape and dtype of the input."""
    wanted = _wanted(inputs)
    if not outputs:
        return
    zeros = [output.new_zeros(output.shape) for output in outputs]
    grads = minitorch.autograd.grad(outputs, wanted, zeros, retain_graph=True, allow_unused=True)
    for grad, input in zip(grads, wanted):
        if grad is None:
            continue
        if not grad.eq(0).all():
            raise GradcheckError("backward not multiplied by grad_output")
        if grad.dtype != input.dtype:
            raise GradcheckError("grad is incorrect type")
        if grad.size() != input.size():
            raise GradcheckError("grad is incorrect size")


def _check_undefined_grads(func: Callable, outputs: tuple, inputs: tuple) -> None:
    """A backward pass in which no gradient arrives, at all outputs or at one of several, must work too."""
    for undefined in [None, *range(len(outputs))] if len(outputs) > 1 else [None]:
        fresh = _differentiable(func(*inputs))
        if not fresh:
            return
        probes = [
            _UndefinedGrad.apply(each) if undefined in (None, place) else each for place, each in enumerate(fresh)
        ]
        zeros = [each.new_zeros(each.shape) for each in probes]
        try:
            grads = minitorch.autograd.grad(probes, _wanted(inputs), zeros, allow_unused=True)
        except RuntimeError as error:
            _warn_of_undefined()
            raise GradcheckError(
                'Expected backward function to handle undefined output grads. Please look at "Notes about undefined '
                'output gradients" in "tools/autograd/derivatives.yaml"'
            ) from error
        for grad in grads:
            if grad is not None and not grad.eq(0).all():
                _warn_of_undefined()
                raise GradcheckError(
                    "Expected all input grads to be undefined or zero when all output grads are undefined or zero. "
                    'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
                )


class _UndefinedGrad(Function):
    """The identity, through which no gradient passes."""

    @staticmethod
    def forward(ctx, input):
        return input.clone()

    @staticmethod
    def backward(ctx, grad):
        return None


def _warn_of_undefined() -> None:
    warnings.warn(
        "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but it may "
        "break existing callers of this function. If this is true for you, you can call this function with "
        '"check_undefined_grad=False" to disable the feature',
        stacklevel=2,
    )


# ---- Finite differences ----


def _numerical_jacobian(func: Callable, inputs: tuple, place: int, func_out: tuple, eps: float) -> list[Tensor]:
    """d output / d input for every floating-point output, as (elements of the input, elements of the output)."""
    input = inputs[place]
    memory = input.data
    floating = [number for number, out in enumerate(func_out) if out.is_floating_point()]
    jacobians = [func_out[number].new_zeros((input.numel(), func_out[number].numel())) for number in floating]
    for row, index in enumerate(product(*[range(size) for size in input.size()])):
        columns = _directional(func, inputs, memory[index], eps, eps, index)
        for jacobian, number in zip(jacobians, floating):
            jacobian[row] = columns[number]
    return jacobians


def _directional(func, inputs: tuple, entry: Tensor, step, eps: float, index=None) -> list[Tensor]:
    """(f(x + step) - f(x - step)) / (2 eps), flat, for every output; `entry` is the part of the inputs that moves."""
    before = entry.clone()
    entry.copy_(before - step)
    low = [each.clone() for each in _as_tuple(func(*inputs))]
    entry.copy_(before + step)
    high = [each.clone() for each in _as_tuple(func(*inputs))]
    entry.copy_(before)
    for a, b in zip(low, high):
        _check_alike(a, b, eps, index)
    return [((b - a) / (2 * eps)).detach().reshape(-1) for a, b in zip(low, high)]


def _check_alike(a: Tensor, b: Tensor, eps: float, index) -> None:
    where = f"on index {index} " if index is not None else ""
    for what, one, other in (("shape", a.shape, b.shape), ("dtype", a.dtype, b.dtype)):
        if one != other:
            raise AssertionError(
                f"Expected `func` to return outputs with the same {what} when inputs are perturbed {where}by {eps}, "
                f"but got: {what}s {one} and {other}."
            )


def _check_all_zero(derivatives: list[Tensor], tolerance: float = 0.0) -> None:
    for each in derivatives:
        if each.numel() and float(each.abs().max()) > tolerance:
            raise GradcheckError("Numerical gradient for function expected to be zero")


# ---- Backward passes ----


def _analytical_rows(inputs, output, cotangents, nondet_tol: float, check_grad_dtypes: bool) -> list[Tensor]:
    """Of each input, (its elements, one column per cotangent); computed twice, which must give the same."""
    wanted = _wanted(inputs)
    sizes_ok = types_ok = reentrant = True
    results = [input.new_zeros((input.numel(), len(cotangents))) for input in wanted]
    for column, cotangent in enumerate(cotangents):
        first, second = [
            minitorch.autograd.grad(output, wanted, cotangent, retain_graph=True, allow_unused=True) for _ in range(2)
        ]
        for input, result, one, other in zip(wanted, results, first, second):
            if one is None:
                continue
            if one.size() != input.size():
                sizes_ok = False
                continue
            types_ok = types_ok and one.dtype == input.dtype
            if one.numel() and other is not None and float((one - other).abs().max()) > nondet_tol:
                reentrant = False
            result[:, column] = one.detach().reshape(-1)
    if not types_ok and check_grad_dtypes:
        raise GradcheckError("Gradient has dtype mismatch")
    if not sizes_ok:
        raise GradcheckError("Analytical gradient has incorrect size")
    if not reentrant:
        raise GradcheckError(
            "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
            "different values, although analytical gradient matches numerical gradient."
            f"The tolerance for nondeterminism was {nondet_tol}."
        )
    return results


def _unit_vectors(output: Tensor) -> Iterator[Tensor] | list[Tensor]:
    """Cotangents that pick one element of the output each."""
    vectors = []
    for place in range(output.numel()):
        flat = output.new_zeros(output.numel())
        flat[place] = 1
        vectors.append(flat.reshape(output.shape))
    return vectors


def _random_unit(like: Tensor, generator) -> Tensor:
    """A random vector of length 1 with positive elements, one for each of the tensor."""
    vector = minitorch.rand(like.numel(), generator=generator, device="cpu").to(like.device, like.dtype)
    return vector / vector.norm()


# ---- Words ----


def _mismatch(analytical: Tensor, numerical: Tensor, output: int, input: int) -> str:
    return (
        f"Jacobian mismatch for output {output:d} with respect to input {input:d},\n"
        f"numerical:{numerical}\nanalytical:{analytical}\n"
    )


def _in_full(numerical: Tensor, analytical: Tensor, rtol: float, atol: float) -> str:
    """What the slow mode would have seen."""
    text = (
        "\nThe above quantities relating the numerical and analytical jacobians are computed \nin fast mode. See: "
        "https://github.com/pytorch/pytorch/issues/53876 for more background \nabout fast mode. Below, we recompute "
        f"numerical and analytical jacobians in slow mode:\n\nNumerical:\n {numerical}\nAnalytical:\n{analytical}\n\n"
        f"The max per-element difference (slow mode) is: {(numerical - analytical).abs().max()}.\n"
    )
    if _allclose(analytical, numerical, rtol, atol):
        text += (
            "\nFast gradcheck failed but element-wise differences are small. This means that the\ntest might've passed "
            "in slow_mode!"
        )
    return text


def _allclose(a: Tensor, b: Tensor, rtol: float, atol: float) -> bool:
    dtype = minitorch.promote_types(a.dtype, b.dtype)
    return minitorch.allclose(a.to(dtype), b.to(dtype), rtol=rtol, atol=atol)


# ---- Inputs and outputs ----


def _check_inputs(inputs: tuple) -> None:
    for place, input in enumerate(inputs):
        if not (isinstance(input, Tensor) and input.requires_grad):
            continue
        if input.dtype != minitorch.float64:
            warnings.warn(
                f"Input #{place} requires gradient and is not a double precision floating point or complex. "
                "This check will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=3,
            )
        if any(step == 0 and size > 1 for step, size in zip(input.stride(), input.size())):
            raise RuntimeError(
                f"The {place}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous "
                "on the input before passing it to gradcheck."
            )
    if not _places(inputs):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


def _places(inputs: tuple) -> list[int]:
    return [place for place, each in enumerate(inputs) if isinstance(each, Tensor) and each.requires_grad]


def _wanted(inputs: tuple) -> list[Tensor]:
    return [inputs[place] for place in _places(inputs)]


def _as_tuple(value) -> tuple:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _differentiable(outputs) -> tuple[Tensor, ...]:
    return tuple(each for each in _as_tuple(outputs) if each.requires_grad)
