"""Products made of other products: addmv, kron, tensordot, cross and their like. PyTorch: aten/src/ATen/native/LinearAlgebra.cpp."""

import math
import warnings
from collections.abc import Sequence

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.creation import arange, eye, ones
from minitorch.ops.diagonals import diagonal
from minitorch.ops.inplace import deliver_recorded
from minitorch.ops.joining import atleast_1d, stack
from minitorch.ops.matmul import bmm, dot, matmul, mm, mv, outer, scaled_sum
from minitorch.ops.matrices import check_square
from minitorch.ops.out import deliver
from minitorch.ops.promotion import Number, broadcast, check_tensor
from minitorch.ops.reduce import sum
from minitorch.ops.shape import expand, movedim, permute, reshape, unsqueeze
from minitorch.ops.sizes import several, wrap_dim
from minitorch.ops.solving import inv, solve
from minitorch.ops.where import where


def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """beta * input + alpha * (mat @ vec): (n), (n, m), (m) -> (n). PyTorch: torch.addmv."""
    product = mv(mat, vec)
    expand(input, product.array.shape)  # raises, in PyTorch's words, where it does not fit
    result = scaled_sum(input, product, beta, alpha)
    return result if out is None else deliver(out, "addmv", result, input, mat, vec, cast=False)


def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """beta * input + alpha * the sum of bmm(batch1, batch2) over the batches: (n, p), (b, n, m), (b, m, p). PyTorch: torch.addbmm."""
    if batch1.array.ndim == batch2.array.ndim == 3 and batch1.array.shape[0] != batch2.array.shape[0]:
        raise RuntimeError(
            "batch1 and batch2 must have same number of batches, got "
            f"{batch1.array.shape[0]} and {batch2.array.shape[0]}"
        )
    product = sum(bmm(batch1, batch2), 0, dtype=batch1.dtype)
    expand(input, product.array.shape)
    result = scaled_sum(input, product, beta, alpha)
    return result if out is None else deliver(out, "addbmm", result, input, batch1, batch2, cast=False)


def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """beta * input + alpha * outer(vec1, vec2): (n, m), (n), (m) -> (n, m). Dtypes promote. PyTorch: torch.addr."""
    for name, each in (("vec1", vec1), ("vec2", vec2)):
        if each.array.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {each.array.ndim}-D")
    check_scalars(input, beta, alpha)
    product = outer(vec1, vec2)
    expand(input, product.array.shape)
    if input.dtype is types.bool and product.dtype is types.bool:
        product = product & bool(alpha)
        result = (input & bool(beta)) | product
    else:
        result = scaled_sum(input, product, beta, alpha)
    return result if out is None else deliver(out, "addr", result, input, vec1, vec2)


def check_scalars(input: Tensor, beta: Number, alpha: Number) -> None:
    """Raise RuntimeError in PyTorch's words for a fraction with integer tensors."""
    for name, each in (("beta", beta), ("alpha", alpha)):
        if isinstance(each, float) and input.array.dtype.kind != "f":
            raise RuntimeError(f"For integral input tensors, argument {name} must not be a floating point number.")


def vdot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """dot, which would take the conjugate of complex numbers. PyTorch: torch.vdot."""
    return dot(input, other, out=out)


def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sums of products over the last dimension of both: (*, n), (+, n) -> (*, +). PyTorch: torch.inner."""
    check_tensor(input, "inner", "input", 1)
    check_tensor(other, "inner", "other", 2)
    if input.array.ndim == 0 or other.array.ndim == 0:
        result = input * other
        return result if out is None else deliver(out, "inner", result)
    if input.array.shape[-1] != other.array.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.array.shape)} and {list(other.array.shape)}"
        )
    return tensordot(input, other, ([-1], [-1]), out=out)


def kron(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Every element of input times all of other, as blocks; sizes multiply. PyTorch: torch.kron."""
    check_tensor(input, "kron", "input", 1)
    check_tensor(other, "kron", "other", 2)
    ndim = max(input.array.ndim, other.array.ndim)
    first = (1,) * (ndim - input.array.ndim) + input.array.shape
    second = (1,) * (ndim - other.array.ndim) + other.array.shape
    left = reshape(input, [size for each in first for size in (each, 1)])
    right = reshape(other, [size for each in second for size in (1, each)])
    result = reshape(left * right, [a * b for a, b in zip(first, second)])
    return result if out is None else deliver(out, "kron", result)


def tensordot(
    a: Tensor, b: Tensor, dims: int | Sequence[Sequence[int]] | Tensor = 2, out: Tensor | None = None
) -> Tensor:
    """Sums of products over dims: the last ones of a with the first ones of b, or pairs given. PyTorch: torch.tensordot."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.array.ndim, b.array.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims = list(range(a.array.ndim - dims, a.array.ndim)), list(range(dims))
    first, second = (several(each) for each in dims)
    if len(first) != len(second):
        raise RuntimeError("both dimension lists should have same length")
    if a.array.dtype != b.array.dtype:
        raise RuntimeError("both inputs should have same dtype")
    first = [wrap_dim(dim, a.array.ndim) for dim in first]
    second = [wrap_dim(dim, b.array.ndim) for dim in second]
    for one, other in zip(first, second):
        sizes = a.array.shape[one] if a.array.ndim else 1, b.array.shape[other] if b.array.ndim else 1
        if sizes[0] == 1 or sizes[1] == 1:  # they are broadcast: the other is summed first
            a = sum(a, one, True) if sizes[1] == 1 and a.array.ndim else a
            b = sum(b, other, True) if sizes[0] == 1 and b.array.ndim else b
        elif sizes[0] != sizes[1]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {sizes[0]} in dim {one} and second has size "
                f"{sizes[1]} in dim {other}"
            )
    kept_a = [dim for dim in range(a.array.ndim) if dim not in first]
    kept_b = [dim for dim in range(b.array.ndim) if dim not in second]
    shape = [a.array.shape[dim] for dim in kept_a] + [b.array.shape[dim] for dim in kept_b]
    count = 1
    for dim in first if a.array.ndim else ():
        count *= a.array.shape[dim]
    rows = reshape(permute(a, kept_a + first) if a.array.ndim else a, _size(a, kept_a), count)
    columns = reshape(permute(b, second + kept_b) if b.array.ndim else b, count, _size(b, kept_b))
    result = reshape(mm(rows, columns), shape)
    return result if out is None else deliver_recorded(out, "tensordot", result, a, b)


def _size(tensor: Tensor, dims: list[int]) -> int:
    count = 1
    for dim in dims:
        count *= tensor.array.shape[dim]
    return count


def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix, 0-d. PyTorch: torch.trace."""
    check_tensor(input, "trace", "input", 1)
    if input.array.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.array.ndim}")
    return sum(diagonal(input))


def linalg_cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The vector product along a dimension of size 3; other dimensions broadcast. PyTorch: torch.linalg.cross."""
    check_tensor(input, "linalg_cross", "input", 1)
    check_tensor(other, "linalg_cross", "other", 2)
    if input.array.ndim != other.array.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    axis = wrap_dim(dim, input.array.ndim)
    sizes = [each.array.shape[axis] if each.array.ndim else 1 for each in (input, other)]
    if sizes != [3, 3]:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {sizes[0]} and {sizes[1]}"
        )
    broadcast(input.array.shape, other.array.shape)
    a, b = input.unbind(axis), other.unbind(axis)
    parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    result = stack(parts, axis)
    return result if out is None else deliver(out, "linalg_cross", result, input, other, cast=False)


def cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """linalg.cross along `dim`, by default the first dimension of size 3. PyTorch: torch.cross."""
    if dim is None:
        warnings.warn(
            "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or "
            "simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in "
            "a future release.",
            stacklevel=2,
        )
        if 3 not in input.array.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = input.array.shape.index(3)
    return linalg_cross(input, other, dim=dim, out=out)


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The sums of products along a dimension; others broadcast. PyTorch: torch.linalg.vecdot."""
    broadcast(x.array.shape, y.array.shape)
    result = sum(x * y, dim, dtype=types.promote_types(x.dtype, y.dtype))
    return result if out is None else deliver(out, "linalg_vecdot", result, x, y, cast=False)


def matrix_power(A: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:
    """A multiplied by itself n times by squaring; a negative n takes the inverse. PyTorch: torch.linalg.matrix_power."""
    check_tensor(A, "linalg_matrix_power", "A", 1)
    if not isinstance(n, int):
        raise TypeError(f"linalg_matrix_power(): argument 'n' (position 2) must be int, not {type(n).__name__}")
    if A.array.ndim < 2:
        raise RuntimeError("linalg.matrix_power: The input tensor A must have at least 2 dimensions.")
    if A.array.shape[-1] != A.array.shape[-2] or n < 0:
        check_square(A, "linalg.matrix_power")
    result = _power(inv(A) if n < 0 else A, abs(n))
    return result if out is None else deliver(out, "linalg_matrix_power", result, A, cast=n == 0)


def _power(A: Tensor, n: int) -> Tensor:
    if n == 0:
        identity = eye(A.shape[-1], dtype=A.dtype, device=A.device)
        return where(ones(A.shape, dtype=types.bool, device=A.device), identity, A)  # a gradient of zeros
    if n == 1:
        return A.clone()
    result = None
    while n:
        n, odd = divmod(n, 2)
        if odd:
            result = A if result is None else matmul(result, A)
        A = matmul(A, A) if n else A
    return result


def multi_dot(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """The product of several matrices in the cheapest order; the first and last may be vectors. PyTorch: torch.linalg.multi_dot."""
    tensors = list(tensors)
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    first, last = tensors[0].array.ndim, tensors[-1].array.ndim
    if first not in (1, 2):
        raise RuntimeError(f"multi_dot(): the first tensor must be 1D or 2D but got {first}D")
    if last not in (1, 2):
        raise RuntimeError(f"multi_dot(): the last tensor must be 1D or 2D but got {last}D")
    for place, each in enumerate(tensors[1:-1], 1):
        if each.array.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {place} must be 2D but got {each.array.ndim}D")
    for place, each in enumerate(tensors[1:], 1):
        if each.dtype is not tensors[0].dtype:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {types.SCALAR_NAME[tensors[0].dtype]} "
                f"and tensor {place} {types.SCALAR_NAME[each.dtype]}"
            )
    matrices = list(tensors)
    matrices[0] = unsqueeze(tensors[0], 0) if first == 1 else tensors[0]
    matrices[-1] = unsqueeze(tensors[-1], 1) if last == 1 else tensors[-1]
    for place, (one, other) in enumerate(zip(matrices, matrices[1:])):
        if one.array.shape[1] != other.array.shape[0]:
            shapes = [list(each.array.shape) for each in (tensors[place], tensors[place + 1])]
            raise RuntimeError(
                f"multi_dot(): tensors {place} and {place + 1} with shapes {shapes[0]} and {shapes[1]} cannot be multiplied"
            )
    result = _chain(matrices, _cheapest([each.array.shape for each in matrices]), 0, len(matrices) - 1)
    shape = [result.array.shape[axis] for axis, ndim in ((0, first), (1, last)) if ndim == 2]
    result = reshape(result, shape)
    return result if out is None else deliver(out, "multi_dot", result, *tensors, cast=False)


def _cheapest(shapes: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Where to cut each run of matrices, by dynamic programming. Cormen et al., Introduction to Algorithms, 15.2."""
    cost, cut = {(i, i): 0 for i in range(len(shapes))}, {}
    for length in range(1, len(shapes)):
        for i in range(len(shapes) - length):
            j = i + length
            cost[i, j], cut[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + shapes[i][0] * shapes[k][1] * shapes[j][1], k) for k in range(i, j)
            )
    return cut


def _chain(matrices: list[Tensor], cut: dict, i: int, j: int) -> Tensor:
    if i == j:
        return matrices[i]
    k = cut[i, j]
    return mm(_chain(matrices, cut, i, k), _chain(matrices, cut, k + 1, j))


def chain_matmul(*matrices: Tensor, out: Tensor | None = None) -> Tensor:
    """linalg.multi_dot under its old name; a single matrix is itself. PyTorch: torch.chain_matmul."""
    if len(matrices) == 1 and isinstance(matrices[0], Tensor):
        return matrices[0]
    return multi_dot(matrices, out=out)


def matrix_exp(A: Tensor) -> Tensor:
    """The exponential series of square matrices: 1 + A + A @ A / 2 + ..., by halving A and squaring the result.

    PyTorch: torch.linalg.matrix_exp.
    """
    check_square(A, "linalg.matrix_exp")
    if A.array.size == 0:
        return A.clone()
    norm = float(A.detach().abs().sum(-2).max().item())
    halvings = max(0, math.frexp(norm / _LARGEST[A.array.dtype.itemsize])[1]) if math.isfinite(norm) else 0
    scaled = A / 2**halvings
    identity = expand(eye(A.shape[-1], dtype=A.dtype, device=A.device), A.shape)
    result = identity
    for order in range(18, 0, -1):  # Horner's scheme
        result = identity + matmul(scaled, result) / order
    for _ in range(halvings):
        result = matmul(result, result)
    return result


_LARGEST = {4: 3.0, 8: 1.0}  # the norm of which the 18th term is below the precision of float32, float64


def tensorinv(A: Tensor, ind: int = 2, *, out: Tensor | None = None) -> Tensor:
    """The inverse with respect to tensordot(A, B, ind): A is a matrix of its first `ind` dimensions by the others.

    PyTorch: torch.linalg.tensorinv.
    """
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    rows, columns = A.array.shape[:ind], A.array.shape[ind:]
    if math.prod(rows) != math.prod(columns):
        raise RuntimeError(
            f"Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{math.prod(columns)} != {math.prod(rows)}"
        )
    result = reshape(inv(reshape(A, math.prod(rows), math.prod(columns))), (*columns, *rows))
    return result if out is None else deliver_recorded(out, "linalg_tensorinv", result)


def tensorsolve(
    A: Tensor, B: Tensor, dims: Sequence[int] | None = None, *, out: Tensor | None = None
) -> Tensor:
    """X with tensordot(A, X, X.ndim) = B; `dims` of A are moved to its end before. PyTorch: torch.linalg.tensorsolve."""
    if dims is not None:
        A = movedim(A, tuple(dims), tuple(range(A.array.ndim - len(dims), A.array.ndim)))
    shape = A.array.shape[B.array.ndim :]
    if math.prod(A.array.shape[: B.array.ndim]) != math.prod(shape):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got "
            f"{math.prod(shape)} != {math.prod(A.array.shape[: B.array.ndim])}"
        )
    size = math.prod(shape)
    result = reshape(solve(reshape(A, size, size), reshape(B, -1)), shape)
    return result if out is None else deliver_recorded(out, "linalg_tensorsolve", result)


def vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """Powers of the elements as columns, 0 to N - 1: (*, n) -> (*, n, N). PyTorch: torch.linalg.vander."""
    count = N if N is not None else x.array.shape[-1] if x.array.ndim else 1
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    x = x if x.array.dtype.kind == "f" else x.to(types.int64)
    column = unsqueeze(atleast_1d(x), -1)
    powers = [column * 0 + 1]
    for _ in range(count - 1):
        powers.append(powers[-1] * column)
    return stack([each.squeeze(-1) for each in powers], -1)


def legacy_vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """Powers of the elements as columns, the highest first unless `increasing`: (n) -> (n, N). PyTorch: torch.vander."""
    if x.array.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x.array.shape[0] if N is None else N
    x = x if x.array.dtype.kind == "f" else x.to(types.int64)
    powers = arange(count, device=x.device) if increasing else arange(count - 1, -1, -1, device=x.device)
    return unsqueeze(x, -1) ** powers
