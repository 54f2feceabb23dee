"""Transforms of vectors and matrices, and of parts of a tensor. PyTorch: torch/distributions/transforms.py."""

import math
from collections.abc import Callable, Sequence

import minitorch
from minitorch import Size, Tensor
from minitorch.distributions import constraints
from minitorch.distributions.constraints import Constraint
from minitorch.distributions.transforms.transform import Transform
from minitorch.distributions.utils import clipped_sigmoid, sum_rightmost, tril_matrix_to_vec, vec_to_tril_matrix
from minitorch.nn.functional import logsigmoid, pad, softplus


class SoftmaxTransform(Transform):
    """y = exp(x) over its sum; the inverse is one of many. PyTorch: torch.distributions.transforms.SoftmaxTransform."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Tensor) -> Tensor:
        weights = (x - x.max(-1, keepdim=True)[0]).exp()
        return weights / weights.sum(-1, keepdim=True)

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()


class StickBreakingTransform(Transform):
    """n numbers as n + 1 pieces of a stick of length 1. PyTorch: torch.distributions.transforms.StickBreakingTransform."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    def _call(self, x: Tensor) -> Tensor:
        broken = clipped_sigmoid(x - _pieces_left(x, x.shape[-1] + 1).log())
        left = (1 - broken).cumprod(-1)
        return pad(broken, [0, 1], value=1) * pad(left, [1, 0], value=1)

    def _inverse(self, y: Tensor) -> Tensor:
        pieces = y[..., :-1]
        left = minitorch.clamp(1 - pieces.cumsum(-1), min=minitorch.finfo(y.dtype).tiny)
        return pieces.log() - left.log() + _pieces_left(pieces, y.shape[-1]).log()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        x = x - _pieces_left(x, x.shape[-1] + 1).log()
        return (-x + logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Size) -> Size:
        return Size(shape[:-1] + (shape[-1] + 1,))

    def inverse_shape(self, shape: Size) -> Size:
        return Size(shape[:-1] + (shape[-1] - 1,))


def _pieces_left(x: Tensor, pieces: int) -> Tensor:
    return pieces - x.new_ones(x.shape[-1]).cumsum(-1)


class LowerCholeskyTransform(Transform):
    """The lower triangle, with exp of the diagonal. PyTorch: torch.distributions.transforms.LowerCholeskyTransform."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Tensor) -> Tensor:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(Transform):
    """The lower triangle, with exp of the diagonal, times its transpose. PyTorch: as named."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Tensor) -> Tensor:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Tensor) -> Tensor:
        return LowerCholeskyTransform().inv(minitorch.linalg.cholesky(y))


class CorrCholeskyTransform(Transform):
    """n (n - 1) / 2 numbers as the Cholesky factor of a correlation matrix. PyTorch: as named."""

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Tensor) -> Tensor:
        eps = minitorch.finfo(x.dtype).eps
        partial = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        left = (1 - partial**2).sqrt().cumprod(-1)
        partial = partial + minitorch.eye(partial.shape[-1], dtype=partial.dtype, device=partial.device)
        return partial * pad(left[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Tensor) -> Tensor:
        left = pad((1 - minitorch.cumsum(y * y, dim=-1))[..., :-1], [1, 0], value=1)
        t = tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(left, diag=-1).sqrt()
        return (t.log1p() - t.neg().log1p()) / 2

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        left = tril_matrix_to_vec(1 - (y * y).cumsum(dim=-1), diag=-2)
        return 0.5 * left.log().sum(-1) - 2 * (x + softplus(-2 * x) - math.log(2.0)).sum(dim=-1)

    def forward_shape(self, shape: Size) -> Size:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        size = round((0.25 + 2 * shape[-1]) ** 0.5 + 0.5)
        if size * (size - 1) // 2 != shape[-1]:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return Size(shape[:-1] + (size, size))

    def inverse_shape(self, shape: Size) -> Size:
        if len(shape) < 2:
            raise ValueError("Too few dimensions on input")
        if shape[-2] != shape[-1]:
            raise ValueError("Input is not square")
        return Size(shape[:-2] + (shape[-1] * (shape[-1] - 1) // 2,))


class _Parts(Transform):
    """Several transforms, each of its part of a dimension."""

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.transforms = [each.with_cache(cache_size) for each in tseq]
        self.dim = dim

    def _parameters(self) -> tuple:
        return self.transforms, self.dim

    @property
    def bijective(self) -> bool:
        return all(each.bijective for each in self.transforms)

    def _split(self, x: Tensor) -> Sequence[Tensor]:
        raise NotImplementedError

    def _join(self, parts: list[Tensor], dim: int) -> Tensor:
        raise NotImplementedError

    def _of(self, constraint: Callable[[Transform], Constraint]) -> list[Constraint]:
        return [constraint(each) for each in self.transforms]

    def _call(self, x: Tensor) -> Tensor:
        return self._join([each(part) for each, part in zip(self.transforms, self._split(x))], self.dim)

    def _inverse(self, y: Tensor) -> Tensor:
        return self._join([each.inv(part) for each, part in zip(self.transforms, self._split(y))], self.dim)


class CatTransform(_Parts):
    """For parts of `lengths` along `dim`. PyTorch: torch.distributions.transforms.CatTransform."""

    def __init__(
        self, tseq: Sequence[Transform], dim: int = 0, lengths: Sequence[int] | None = None, cache_size: int = 0
    ) -> None:
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)

    @property
    def event_dim(self) -> int:
        return max(each.event_dim for each in self.transforms)

    @property
    def domain(self) -> Constraint:
        return constraints.cat(self._of(lambda each: each.domain), self.dim, self.lengths)

    @property
    def codomain(self) -> Constraint:
        return constraints.cat(self._of(lambda each: each.codomain), self.dim, self.lengths)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        logs = []
        for each, before, after in zip(self.transforms, self._split(x), self._split(y)):
            logs.append(sum_rightmost(each.log_abs_det_jacobian(before, after), self.event_dim - each.event_dim))
        dim = (self.dim - x.dim() if self.dim >= 0 else self.dim) + self.event_dim
        return minitorch.cat(logs, dim=dim) if dim < 0 else sum(logs)

    def _split(self, x: Tensor) -> Sequence[Tensor]:
        return x.split(self.lengths, self.dim)

    def _join(self, parts: list[Tensor], dim: int) -> Tensor:
        return minitorch.cat(parts, dim=dim)


class StackTransform(_Parts):
    """For every index of `dim`. PyTorch: torch.distributions.transforms.StackTransform."""

    @property
    def domain(self) -> Constraint:
        return constraints.stack(self._of(lambda each: each.domain), self.dim)

    @property
    def codomain(self) -> Constraint:
        return constraints.stack(self._of(lambda each: each.codomain), self.dim)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        parts = zip(self.transforms, self._split(x), self._split(y))
        return minitorch.stack([each.log_abs_det_jacobian(a, b) for each, a, b in parts], dim=self.dim)

    def _split(self, x: Tensor) -> Sequence[Tensor]:
        return x.unbind(self.dim)

    def _join(self, parts: list[Tensor], dim: int) -> Tensor:
        return minitorch.stack(parts, dim=dim)
