"""Sums without NaN, distances, covariances. PyTorch: aten/src/ATen/native/ReduceOps.cpp, Distance.cpp, Correlation.cpp."""

import warnings

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.comparison import isnan
from minitorch.ops.devices import on_host
from minitorch.ops.linalg import vector_norm
from minitorch.ops.out import deliver
from minitorch.ops.pointwise import where
from minitorch.ops.promotion import Number, broadcast, check_tensor
from minitorch.ops.reduce import Dims, sum
from minitorch.ops.sizes import wrap_dim


def nansum(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: types.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """As sum, NaN counting as 0. PyTorch: torch.nansum."""
    check_tensor(input, "nansum", "input", 1)
    numbers = input.masked_fill(isnan(input), 0) if input.array.dtype.kind == "f" else input
    result = sum(numbers, dim, keepdim, dtype=dtype)
    return result if out is None else deliver(out, "nansum", result, input)


def nanmean(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: types.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """The mean of the elements that are not NaN. Raises RuntimeError for integers. PyTorch: torch.nanmean."""
    check_tensor(input, "nanmean", "input", 1)
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{types.SCALAR_NAME[input.dtype]}"
        )
    count = sum(~isnan(input.detach()), dim, keepdim)
    result = nansum(input, dim, keepdim, dtype=dtype) / count
    return result if out is None else deliver(out, "nanmean", result, input)


def dist(input: Tensor, other: Tensor, p: Number = 2) -> Tensor:
    """The p-norm of input - other. PyTorch: torch.dist."""
    check_tensor(other, "dist", "other", 2)
    return vector_norm(input - other, p)


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """The p-norms between each row of x1 and each of x2. Shapes: (..., P, M), (..., R, M) to (..., P, R).

    PyTorch: torch.cdist; every `compute_mode` subtracts, here.
    """
    modes = (
        "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist",
    )
    if compute_mode not in modes:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for name, each in (("X1", x1), ("X2", x2)):
        if each.array.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {each.array.ndim}D")
    if x1.array.shape[-1] != x2.array.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.array.shape[-1]} X2: {x2.array.shape[-1]}"
        )
    for name, each in (("X1", x1), ("X2", x2)):
        if each.array.dtype.kind != "f":
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {types.SCALAR_NAME[each.dtype]}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    broadcast(x1.array.shape[:-2], x2.array.shape[:-2])
    difference = x1.unsqueeze(-2) - x2.unsqueeze(-3)  # (..., P, R, M)
    if difference.array.shape[-1] == 0:
        return difference.sum(-1)
    return vector_norm(difference, p, -1)


def renorm(input: Tensor, p: Number, dim: int, maxnorm: Number, *, out: Tensor | None = None) -> Tensor:
    """Every slice along dim whose p-norm is above maxnorm is scaled down to it. PyTorch: torch.renorm."""
    check_tensor(input, "renorm", "input", 1)
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if input.array.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.array.ndim} dimensions")
    axis = wrap_dim(dim, input.array.ndim)
    norms = vector_norm(input, p, [each for each in range(input.array.ndim) if each != axis], True)
    result = input * where(norms > maxnorm, maxnorm / (norms + 1e-7), 1.0)
    return result if out is None else deliver(out, "renorm", result, input, cast=False)


def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """The covariances of variables (rows) over observations (columns), which may be weighted. PyTorch: torch.cov.

    `fweights` says how often an observation was made, `aweights` how important it is.
    """
    check_tensor(input, "cov", "input", 1)
    if input.array.ndim > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with {input.array.ndim} dimensions")
    if input.array.dtype.kind == "b":
        raise RuntimeError("cov(): bool dtype is not supported for input")
    rows = input if input.array.ndim == 2 else input.reshape(1, -1)
    count = rows.array.shape[1]
    _check_weights(fweights, aweights, count)
    weights = fweights if aweights is None else aweights if fweights is None else fweights * aweights
    if weights is None:
        average, freedom = rows.sum(1) / count, count - correction
    else:
        total = weights.sum()
        if float(total) == 0:
            raise ZeroDivisionError("cov(): weights sum to zero, can't be normalized")
        average = (rows * weights).sum(1) / total
        if aweights is None or correction == 0:
            freedom = total - correction
        else:
            freedom = total - correction * (weights * aweights).sum() / total
    if float(freedom) <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            stacklevel=2,
        )
        freedom = freedom * 0
    centered = rows - average.unsqueeze(1)
    other = centered if weights is None else centered * weights
    product = centered.mm(other.to(centered.dtype).t())
    return (product / freedom).squeeze()


def _check_weights(fweights: Tensor | None, aweights: Tensor | None, count: int) -> None:
    for name, weights, kinds, wanted in (
        ("fweights", fweights, "iu", "integral"), ("aweights", aweights, "f", "floating point")
    ):
        if weights is None:
            continue
        if weights.array.ndim > 1:
            raise RuntimeError(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.array.ndim} dimensions"
            )
        if weights.array.dtype.kind not in kinds:
            raise RuntimeError(
                f"cov(): expected {name} to have {wanted} dtype but got {name} with {types.SCALAR_NAME[weights.dtype]} dtype"
            )
        if weights.array.size != count:
            raise RuntimeError(
                f"cov(): expected {name} to have the same numel as there are observations in the input but got "
                f"{weights.array.size} != {count}"
            )
        if weights.array.size and on_host(weights).min() < 0:
            raise RuntimeError(f"cov(): {name} cannot be negative")


def corrcoef(input: Tensor) -> Tensor:
    """The correlations of variables (rows) over observations (columns), between -1 and 1. PyTorch: torch.corrcoef."""
    check_tensor(input, "corrcoef", "input", 1)
    if input.array.ndim > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.array.ndim} dimensions"
        )
    result = cov(input)
    if not result.array.ndim:
        return result / result
    deviation = result.diagonal().sqrt()
    return (result / deviation.view(-1, 1) / deviation.view(1, -1)).clamp(-1, 1)
