"""Products of matrices and vectors. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp, Linear.cpp."""

import math

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import mode
from minitorch.ops.creation import ones
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, broadcast, check_tensor
from minitorch.ops.shape import expand, reshape, squeeze, t, transpose, unsqueeze
from minitorch.ops.where import where


def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Two matrices: (n, k) @ (k, m) -> (n, m). Raises RuntimeError for shapes that do not fit. PyTorch: torch.mm."""
    check_tensor(input, "mm", "input", 1)
    check_tensor(mat2, "mm", "mat2", 2)
    if input.is_sparse or mat2.is_sparse:
        return input.matmul(mat2) if input.is_sparse else mat2.__rmatmul__(input)
    _check_matrices(input, mat2)
    result = Mm.apply(input, mat2)
    return result if out is None else deliver(out, "mm", result, input, mat2, cast=False)


class Mm(Function):
    """derivatives.yaml: mm."""

    @staticmethod
    def forward(ctx, input, mat2):
        ctx.save_for_backward(
            input if ctx.needs_input_grad[1] else None, mat2 if ctx.needs_input_grad[0] else None
        )
        ctx.columns = _by_columns(input), _by_columns(mat2)
        return wrap(input.kernels.matmul(input.array, mat2.array))

    @staticmethod
    def backward(ctx, grad):
        input, mat2 = ctx.saved_tensors
        needs = ctx.needs_input_grad
        return (
            _left_gradient(grad, mat2, ctx.columns[0]) if needs[0] else None,
            _right_gradient(grad, input, ctx.columns[1]) if needs[1] else None,
        )


def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """beta * input + alpha * (mat1 @ mat2); input is broadcast to (n, m). PyTorch: torch.addmm."""
    _check_matrices(mat1, mat2)
    size = (mat1.array.shape[0], mat2.array.shape[1])
    if input.array.shape != size:
        _check_broadcast(input, size)
    if input.array.dtype != mat1.array.dtype:
        _refuse_bias(input, mat2)
    result = Addmm.apply(input, mat1, mat2, beta, alpha)
    return result if out is None else deliver(out, "addmm", result, input, mat1, mat2, cast=False)


class Addmm(Function):
    """derivatives.yaml: addmm."""

    @staticmethod
    def forward(ctx, input, mat1, mat2, beta, alpha):
        needs = ctx.needs_input_grad
        ctx.save_for_backward(mat1 if needs[2] else None, mat2 if needs[1] else None)
        ctx.columns = _by_columns(mat1), _by_columns(mat2)
        ctx.factors = beta, alpha
        return wrap(mat1.kernels.addmm(input.array, mat1.array, mat2.array, alpha, beta))

    @staticmethod
    def backward(ctx, grad):
        mat1, mat2 = ctx.saved_tensors
        beta, alpha = ctx.factors
        product = grad if alpha == 1 else grad * alpha
        needs = ctx.needs_input_grad
        return (
            (grad if beta == 1 else grad * beta) if needs[0] else None,
            _left_gradient(product, mat2, ctx.columns[0]) if needs[1] else None,
            _right_gradient(product, mat1, ctx.columns[1]) if needs[2] else None,
            None,
            None,
        )


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None, *, out: Tensor | None = None) -> Tensor:
    """input @ weight.T + bias: (*, in), (out, in), (out) -> (*, out). PyTorch: torch.nn.functional.linear."""
    if out is not None:
        return deliver(out, "linear", linear(input, weight, bias), input, weight, cast=False)
    if not isinstance(input, Tensor):
        check_tensor(input, "linear", "input", 1)
    if not isinstance(weight, Tensor):
        check_tensor(weight, "linear", "weight", 2)
    if bias is not None and weight.array.ndim != 2:
        raise RuntimeError(f"mat2 must be a matrix, got {weight.array.ndim}-D tensor")
    if weight.array.ndim == 1:
        product = matmul(input, weight)
        return product if bias is None else product + bias
    if input.array.ndim == 2:
        if bias is None:
            return mm(input, t(weight))
        _check_linear(input, weight, bias)
        if bias.array.shape != weight.array.shape[:1]:
            return addmm(bias, input, t(weight))
        return Linear.apply(bias, input, weight)
    if bias is not None and input.array.ndim > 2 and input.array.flags.c_contiguous:
        rows = reshape(input, (math.prod(input.array.shape[:-1]), input.array.shape[-1]))
        return reshape(addmm(bias, rows, t(weight)), (*input.array.shape[:-1], weight.array.shape[0]))
    product = matmul(input, t(weight))
    return product if bias is None else product + bias


class Linear(Function):
    """addmm(bias, input, weight.t()) as one node: the hottest line of small models. derivatives.yaml: addmm."""

    node_name = "AddmmBackward0"

    @staticmethod
    def forward(ctx, bias, input, weight):
        needs = ctx.needs_input_grad
        ctx.save_for_backward(input if needs[2] else None, weight if needs[1] else None)
        return wrap(input.kernels.linear(input.array, weight.array, bias.array))

    @staticmethod
    def backward(ctx, grad):
        input, weight = ctx.saved_tensors
        to_bias, to_input, to_weight = ctx.needs_input_grad
        if mode.enabled:  # the gradients are differentiated again: each with a history of its own
            return (
                grad.sum(0) if to_bias else None,
                mm(grad, weight) if to_input else None,
                mm(t(grad), input) if to_weight else None,
            )
        arrays = input.array if to_weight else None, weight.array if to_input else None
        gradients = grad.kernels.linear_backward(grad.array, *arrays, to_bias)
        return tuple([None if each is None else wrap(each) for each in gradients])


def _check_linear(input: Tensor, weight: Tensor, bias: Tensor) -> None:
    a, b, c = input.array, weight.array, bias.array
    if b.ndim != 2 or a.shape[1] != b.shape[1] or a.dtype != b.dtype:
        _check_matrices(input, t(weight))
    if c.shape != (b.shape[0],):
        _check_broadcast(bias, (a.shape[0], b.shape[0]))
    if c.dtype != a.dtype:
        _refuse_bias(bias, weight)


def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Matrices in pairs: (b, n, k) @ (b, k, m) -> (b, n, m). PyTorch: torch.bmm."""
    check_tensor(input, "bmm", "input", 1)
    check_tensor(mat2, "bmm", "mat2", 2)
    if input.array.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if mat2.array.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    batch, _, inner = input.array.shape
    if mat2.array.shape[:2] != (batch, inner):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {inner}] but got: "
            f"[{mat2.array.shape[0]}, {mat2.array.shape[1]}]."
        )
    if input.array.dtype.kind == "b":
        raise NotImplementedError("\"bmm\" not implemented for 'Bool'")
    if input.array.dtype != mat2.array.dtype:
        raise RuntimeError(
            f"expected scalar type {types.SCALAR_NAME[input.dtype]} but found {types.SCALAR_NAME[mat2.dtype]}"
        )
    result = Bmm.apply(input, mat2)
    return result if out is None else deliver(out, "bmm", result, input, mat2, cast=False)


class Bmm(Function):
    """derivatives.yaml: bmm."""

    @staticmethod
    def forward(ctx, input, mat2):
        ctx.save_for_backward(input, mat2)
        return wrap(input.kernels.bmm(input.array, mat2.array))

    @staticmethod
    def backward(ctx, grad):
        input, mat2 = ctx.saved_tensors
        return (
            bmm(grad, transpose(mat2, 1, 2)) if ctx.needs_input_grad[0] else None,
            bmm(transpose(input, 1, 2), grad) if ctx.needs_input_grad[1] else None,
        )


def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """beta * input + alpha * bmm(batch1, batch2). PyTorch: torch.baddbmm."""
    product = bmm(batch1, batch2)
    expand(input, product.array.shape)  # raises, in PyTorch's words, where it does not fit
    result = scaled_sum(input, product, beta, alpha)
    return result if out is None else deliver(out, "baddbmm", result, input, batch1, batch2, cast=False)


def scaled_sum(input: Tensor, product: Tensor, beta: Number, alpha: Number) -> Tensor:
    """beta * input + alpha * product; factors of integers are truncated."""
    if product.array.dtype.kind in "iu":
        beta, alpha = int(beta), int(alpha)
    product = product if alpha == 1 else product * alpha
    if beta == 0:
        return product + where(ones((), dtype=types.bool, device=input.device), 0, input)  # input is not read, but has a gradient of zeros
    return product + (input if beta == 1 else input * beta)


def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Tensor:
    """A matrix and a vector: (n, k) @ (k) -> (n). PyTorch: torch.mv."""
    if input.array.ndim != 2 or vec.array.ndim != 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got 1, {input.array.ndim}, {vec.array.ndim}"
        )
    if input.array.shape[1] != vec.array.shape[0]:
        rows, columns = input.array.shape
        raise RuntimeError(f"size mismatch, got input ({rows}), mat ({rows}x{columns}), vec ({vec.array.shape[0]})")
    if input.array.dtype.kind == "b":
        raise NotImplementedError("\"addmv_impl_cpu\" not implemented for 'Bool'")
    if input.array.dtype != vec.array.dtype:
        names = [types.SCALAR_NAME[each.dtype] for each in (vec, input)]
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and {names[0]}")
    result = Mv.apply(input, vec)
    return result if out is None else deliver(out, "mv", result, input, vec, cast=False)


class Mv(Function):
    """derivatives.yaml: mv."""

    @staticmethod
    def forward(ctx, input, vec):
        ctx.save_for_backward(input, vec)
        return wrap(input.kernels.mv(input.array, vec.array))

    @staticmethod
    def backward(ctx, grad):
        input, vec = ctx.saved_tensors
        return (
            outer(grad, vec) if ctx.needs_input_grad[0] else None,
            mv(t(input), grad) if ctx.needs_input_grad[1] else None,
        )


def dot(input: Tensor, tensor: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sum of the products of two vectors of one length, 0-d. PyTorch: torch.dot."""
    check_tensor(input, "dot", "input", 1)
    check_tensor(tensor, "dot", "tensor", 2)
    if input.array.ndim != 1 or tensor.array.ndim != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {input.array.ndim}D and {tensor.array.ndim}D tensors"
        )
    if input.array.dtype != tensor.array.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{types.SCALAR_NAME[input.dtype]} and {types.SCALAR_NAME[tensor.dtype]}"
        )
    first, second = input.array.size, tensor.array.size
    if first != second:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{first}] and src [{second}] to have the same number of "
            f"elements, but got {first} and {second} elements respectively"
        )
    if input.array.dtype.kind == "b":
        raise NotImplementedError("\"dot\" not implemented for 'Bool'")
    result = Dot.apply(input, tensor)
    return result if out is None else deliver(out, "dot", result, input, tensor, cast=False)


class Dot(Function):
    """derivatives.yaml: dot."""

    @staticmethod
    def forward(ctx, input, tensor):
        ctx.save_for_backward(input, tensor)
        return wrap(input.kernels.dot(input.array, tensor.array))

    @staticmethod
    def backward(ctx, grad):
        input, tensor = ctx.saved_tensors
        return grad * tensor, grad * input


def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """All products of two vectors: (n), (m) -> (n, m). PyTorch: torch.outer."""
    check_tensor(input, "outer", "input", 1)
    check_tensor(vec2, "outer", "vec2", 2)
    for place, each in enumerate((input, vec2)):
        if each.array.ndim != 1:
            name = ("self", "vec2")[place]
            raise RuntimeError(
                f"outer: Expected 1-D argument {name}, but got {each.array.ndim}-D"
            )
    result = unsqueeze(input, 1) * vec2
    return result if out is None else deliver(out, "outer", result, input, vec2, cast=True)


def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product that the numbers of dimensions suggest: dot, matrix-vector, matrix, or broadcast batches of matrices.

    Raises RuntimeError for shapes that do not fit. PyTorch: torch.matmul.
    """
    if out is not None:
        return deliver(out, "matmul", matmul(input, other), input, other, cast=False)
    check_tensor(input, "matmul", "input", 1)
    check_tensor(other, "matmul", "other", 2)
    if input.is_sparse or other.is_sparse:
        return mm(input, other)
    first, second = input.array.ndim, other.array.ndim
    if first == 0 or second == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {first}D and {second}D")
    if first == 1 and second == 1:
        return dot(input, other)
    if first == 2 and second == 1:
        return mv(input, other)
    if first == 1 and second == 2:
        return squeeze(mm(unsqueeze(input, 0), other), 0)
    if first == 2 and second == 2:
        return mm(input, other)
    if second > 2 and first == 2 and mode.enabled and input.requires_grad:
        # (n, k) @ (*, k, m), the same seen from the other side: the gradient of input needs no batches of it
        return transpose(matmul(transpose(other, -2, -1), t(input)), -2, -1).contiguous()
    if second <= 2:  # (*, n, k) @ (k, m): the rows of all batches make one matrix
        *batch, inner = input.array.shape
        rows = reshape(input, (math.prod(batch), inner))
        if second == 1:
            return reshape(mv(rows, other), batch)
        return reshape(mm(rows, other), (*batch, other.array.shape[1]))
    if first == 1:
        return squeeze(matmul(unsqueeze(input, 0), other), -2)
    batch = broadcast(input.array.shape[:-2], other.array.shape[:-2])
    count = math.prod(batch)
    n, k = input.array.shape[-2:]
    k2, m = other.array.shape[-2:]
    left = reshape(expand(input, (*batch, n, k)), (count, n, k))
    right = reshape(expand(other, (*batch, k2, m)), (count, k2, m))
    return reshape(bmm(left, right), (*batch, n, m))


def _by_columns(matrix: Tensor) -> bool:
    """Whether neighbours in a column are neighbours in memory, as in a transposed weight. Its gradient is laid out alike."""
    array = matrix.array
    return array.strides[0] == array.itemsize and array.strides[1] == array.shape[0] * array.itemsize


def _left_gradient(grad: Tensor, mat2: Tensor, columns: bool) -> Tensor:
    return t(mm(mat2, t(grad))) if columns else mm(grad, t(mat2))


def _right_gradient(grad: Tensor, mat1: Tensor, columns: bool) -> Tensor:
    return t(mm(t(grad), mat1)) if columns else mm(t(mat1), grad)


def _check_matrices(mat1: Tensor, mat2: Tensor) -> None:
    a, b = mat1.array, mat2.array
    if a.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if b.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )
    _check_dtypes(mat1, mat2)


def _refuse_bias(bias: Tensor, mat2: Tensor) -> None:
    raise RuntimeError(
        f"self and mat2 must have the same dtype, but got {types.SCALAR_NAME[bias.dtype]} and "
        f"{types.SCALAR_NAME[mat2.dtype]}"
    )


def _check_dtypes(mat1: Tensor, mat2: Tensor) -> None:
    if mat1.array.dtype.kind == "b":
        raise NotImplementedError("\"addmm_impl_cpu_\" not implemented for 'Bool'")
    if mat1.array.dtype != mat2.array.dtype:
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: "
            f"{types.C_NAME[mat1.dtype]} != {types.C_NAME[mat2.dtype]}"
        )


def _check_broadcast(input: Tensor, size: tuple[int, int]) -> None:
    shape = input.array.shape
    if len(shape) <= 2 and all(have in (1, want) for have, want in zip(shape[::-1], size[::-1])):
        return
    expand(input, size)  # raises, in PyTorch's words
