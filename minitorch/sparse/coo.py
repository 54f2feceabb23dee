"""Sparse tensors by coordinates, as graph networks use them. PyTorch: torch/sparse, aten/src/ATen/native/sparse/SparseTensor.cpp.

A sparse tensor is two dense ones, where and what, and every operation here is made of dense ones: gradients reach the
values and the dense factor of a product. What is not here raises NotImplementedError.
"""

import math
from collections.abc import Sequence

import minitorch
from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.sizes import wrap_dim


class SparseTensor(Tensor):
    """Values at coordinates, which may name a place more than once (their values add up). PyTorch: layout torch.sparse_coo.

    `_indices`: (dimensions, elements) int64; `_values`: (elements,) or (elements, *dense dimensions), which have the gradient.
    """

    is_sparse = True
    _where: Tensor
    _what: Tensor
    _size: types.Size
    _coalesced: bool

    @property
    def array(self):
        """There is none: an operation that asks for it does not know sparse tensors."""
        raise NotImplementedError(
            "this operation does not know sparse tensors; minitorch's have products with dense matrices, sparse.sum, "
            "coalesce, t, and to_dense() for all else"
        )

    @property
    def shape(self) -> types.Size:
        return self._size

    def size(self, dim: int | None = None):
        return self._size if dim is None else self._size[wrap_dim(dim, self.dim())]

    @property
    def ndim(self) -> int:
        return len(self._size)

    def dim(self) -> int:
        return len(self._size)

    def numel(self) -> int:
        return self._size.numel()

    @property
    def dtype(self) -> types.dtype:
        return self._what.dtype

    @property
    def device(self) -> types.device:
        return self._what.device

    @property
    def layout(self):
        return minitorch.sparse_coo

    @property
    def requires_grad(self) -> bool:
        return self._what.requires_grad

    def is_floating_point(self) -> bool:
        return self._what.is_floating_point()

    def sparse_dim(self) -> int:
        """Dimensions that have coordinates."""
        return self._where.shape[0]

    def dense_dim(self) -> int:
        """Dimensions that the values have besides."""
        return self._what.dim() - 1

    def is_coalesced(self) -> bool:
        """Whether every place is named once, in order."""
        return self._coalesced

    def _nnz(self) -> int:
        return self._where.shape[1]

    def _indices(self) -> Tensor:
        return self._where

    def _values(self) -> Tensor:
        return self._what

    def indices(self) -> Tensor:
        """The coordinates. RuntimeError unless coalesced."""
        return self._checked("indices")._where

    def values(self) -> Tensor:
        """The values. RuntimeError unless coalesced."""
        return self._checked("values")._what

    def _checked(self, name: str) -> "SparseTensor":
        if not self._coalesced:
            raise RuntimeError(f"Cannot get {name} on an uncoalesced tensor, please call .coalesce() first")
        return self

    def coalesce(self) -> "SparseTensor":
        """Each place once, in order, with the sum of its values."""
        if self._coalesced:
            return self
        sizes = self._size[: self.sparse_dim()]
        places, which = minitorch.unique(_places(self._where, sizes), return_inverse=True)
        sums = minitorch.zeros((places.numel(), *self._what.shape[1:]), dtype=self.dtype, device=self.device)
        return made(_coordinates(places, sizes), sums.index_add(0, which, self._what), self._size, True)

    def to_dense(self) -> Tensor:
        """The whole tensor."""
        sizes = self._size[: self.sparse_dim()]
        flat = minitorch.zeros((math.prod(sizes), *self._what.shape[1:]), dtype=self.dtype, device=self.device)
        return flat.index_add(0, _places(self._where, sizes), self._what).reshape(self._size)

    def transpose(self, dim0: int, dim1: int) -> "SparseTensor":
        dim0, dim1 = wrap_dim(dim0, self.dim()), wrap_dim(dim1, self.dim())
        if max(dim0, dim1) >= self.sparse_dim():
            raise RuntimeError(
                "sparse transpose: transposed dimensions must be sparse "
                f"Got sparse_dim: {self.sparse_dim()}, d0: {dim0}, d1: {dim1}"
            )
        order = list(range(self.dim()))
        order[dim0], order[dim1] = dim1, dim0
        size = types.Size(self._size[each] for each in order)
        return made(self._where[order[: self.sparse_dim()]], self._what, size, False)

    def t(self) -> "SparseTensor":
        return self.transpose(0, 1)

    @property
    def T(self) -> "SparseTensor":  # noqa: N802
        return self.transpose(0, 1)

    def matmul(self, other: Tensor) -> Tensor:
        """(n, k) @ (k, m) -> (n, m), or (n, k) @ (k) -> (n)."""
        if self.dim() != 2 or other.dim() not in (1, 2):
            raise NotImplementedError("minitorch multiplies sparse matrices with dense matrices and vectors only")
        if self._size[1] != other.shape[0]:
            if other.dim() == 1:
                raise RuntimeError("mv: expected self.size(-1) == vec.size(-1)")
            raise RuntimeError(
                f"addmm: Argument #3 (dense): Expected dim 0 size {self._size[1]}, got {other.shape[0]}"
            )
        if other.is_sparse:
            raise NotImplementedError("minitorch has no products of two sparse matrices")
        if self.dtype != other.dtype:
            names = types.SCALAR_NAME[self.dtype], types.SCALAR_NAME[other.dtype]
            raise RuntimeError("expected scalar type {} but found {}".format(*names))
        rows, columns = self._where.unbind()
        weights = self._what if other.dim() == 1 else self._what.unsqueeze(1)
        result = minitorch.zeros((self._size[0], *other.shape[1:]), dtype=other.dtype, device=other.device)
        return result.index_add(0, rows, weights * other.index_select(0, columns))

    mm = __matmul__ = matmul

    def __rmatmul__(self, other: Tensor) -> Tensor:
        return self.t().matmul(other.t()).t()

    def __mul__(self, other: "float | Tensor") -> "SparseTensor":
        if isinstance(other, Tensor) and other.dim():
            raise NotImplementedError("minitorch multiplies sparse tensors with numbers only, element by element")
        return made(self._where, self._what * other, self._size, self._coalesced)

    __rmul__ = mul = __mul__

    def __truediv__(self, other: "float | Tensor") -> "SparseTensor":
        if isinstance(other, Tensor) and other.dim():
            raise NotImplementedError("minitorch divides sparse tensors by numbers only, element by element")
        return made(self._where, self._what / other, self._size, self._coalesced)

    div = __truediv__

    def __neg__(self) -> "SparseTensor":
        return self * -1

    def __add__(self, other: "SparseTensor") -> "SparseTensor":
        if not isinstance(other, SparseTensor):
            raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
        if self._size != other._size:
            raise RuntimeError(
                f"add: expected sizes of 'self' and 'other' to match, but {list(self._size)} != {list(other._size)}"
            )
        where = minitorch.cat([self._where, other._where], 1)
        return made(where, minitorch.cat([self._what, other._what]), self._size, False).coalesce()

    add = __add__

    def __radd__(self, other: Tensor) -> Tensor:
        return self.to_dense() + other

    def __sub__(self, other: "SparseTensor") -> "SparseTensor":
        return self + -other

    sub = __sub__

    def sum(self, dim: int | None = None) -> Tensor:
        return self._what.sum() if dim is None else sum(self, dim)

    def to(self, *args, **kwargs) -> "SparseTensor":
        what = self._what.to(*args, **kwargs)
        return made(self._where.to(what.device), what, self._size, self._coalesced)

    def float(self) -> "SparseTensor":
        return self.to(types.float32)

    def double(self) -> "SparseTensor":
        return self.to(types.float64)

    def cpu(self) -> "SparseTensor":
        return self.to("cpu")

    def cuda(self, *args, **kwargs) -> "SparseTensor":
        return self.to("cuda")

    def detach(self) -> "SparseTensor":
        return made(self._where, self._what.detach(), self._size, self._coalesced)

    def clone(self) -> "SparseTensor":
        return made(self._where.clone(), self._what.clone(), self._size, self._coalesced)

    def requires_grad_(self, requires_grad: bool = True) -> "SparseTensor":
        self._what.requires_grad_(requires_grad)
        return self

    def __len__(self) -> int:
        return self._size[0]

    def __deepcopy__(self, memo: dict) -> "SparseTensor":
        return self.detach().clone()

    def __repr__(self) -> str:
        where = repr(self._where).replace("\n", "\n" + " " * 15)
        what = repr(self._what.detach()).replace("\n", "\n" + " " * 14)
        grad = ", requires_grad=True" if self._what.is_leaf and self.requires_grad else ""
        rest = f"size={tuple(self._size)}, nnz={self._nnz()}, layout=torch.sparse_coo{grad}"
        return f"tensor(indices={where},\n       values={what},\n       {rest})"

    __str__ = __repr__


def made(where: Tensor, what: Tensor, size: Sequence[int], coalesced: bool) -> SparseTensor:
    """A sparse tensor of its parts, which are not checked."""
    result = object.__new__(SparseTensor)
    result._where, result._what, result._size, result._coalesced = where, what, types.Size(size), coalesced
    return result


def sparse_coo_tensor(
    indices,
    values,
    size: Sequence[int] | None = None,
    *,
    dtype: types.dtype | None = None,
    device=None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> SparseTensor:
    """`values` at `indices`, (dimensions, elements). PyTorch: torch.sparse_coo_tensor.

    RuntimeError for an index outside of `size`, also without `check_invariants`: PyTorch then reads foreign memory.
    """
    where = minitorch.as_tensor(indices, dtype=types.int64, device=device)
    what = minitorch.as_tensor(values, dtype=dtype, device=device)
    if where.dim() != 2:
        raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(where.shape)}")
    if what.dim() == 0 or where.shape[1] != what.shape[0]:
        count = what.shape[0] if what.dim() else 0
        raise RuntimeError(
            f"indices and values must have same nnz, but got nnz from indices: {where.shape[1]}, nnz from values: {count}"
        )
    largest = (where.max(1)[0] + 1).tolist() if where.shape[1] else [0] * where.shape[0]
    size = types.Size((*largest, *what.shape[1:])) if size is None else types.Size(size)
    if len(size) != where.shape[0] + what.dim() - 1:
        raise RuntimeError(
            f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, "
            f"sparse_dim = {where.shape[0]}, dense_dim = {what.dim() - 1}"
        )
    for dim, (found, allowed) in enumerate(zip(largest, size)):
        if where.shape[1] and int(where[dim].min()) < 0:
            raise RuntimeError(f"found negative index {int(where[dim].min())} for dim {dim}")
        if found > allowed:
            raise RuntimeError(
                f"size is inconsistent with indices: for dim {dim}, size is {allowed} but found index {found - 1}"
            )
    if requires_grad:
        what = what.detach().requires_grad_()
    return made(where, what, size, bool(is_coalesced) or where.shape[1] < 2)


def FloatTensor(indices: Tensor, values: Tensor, size: Sequence[int] | None = None) -> SparseTensor:  # noqa: N802
    """The old name of sparse_coo_tensor, for float32. PyTorch: torch.sparse.FloatTensor."""
    return sparse_coo_tensor(indices, values, size, dtype=types.float32)


def to_sparse(input: Tensor) -> SparseTensor:
    """The elements that are not zero. PyTorch: Tensor.to_sparse."""
    if input.is_sparse:
        return input
    where = input.detach().nonzero().t().contiguous()
    return made(where, input[tuple(where)], input.shape, True)


def mm(mat1: Tensor, mat2: Tensor) -> Tensor:
    """A sparse matrix times a dense one. PyTorch: torch.sparse.mm."""
    return mat1.matmul(mat2)


def spmm(input: Tensor, mat2: Tensor) -> Tensor:
    """A sparse matrix times a dense one, or two dense ones. PyTorch: torch.spmm."""
    return input.matmul(mat2)


def sum(input: SparseTensor, dim: int | Sequence[int] | None = None, dtype: types.dtype | None = None) -> Tensor:  # noqa: A001
    """The sum of all elements, or over sparse dimensions: a sparse tensor of the others. PyTorch: torch.sparse.sum."""
    input = input if dtype is None else input.to(dtype)
    if dim is None:
        return input._values().sum()
    gone = {each % input.dim() for each in ([dim] if isinstance(dim, int) else dim)}
    if any(each >= input.sparse_dim() for each in gone):
        raise NotImplementedError("minitorch sums over the sparse dimensions of a sparse tensor only")
    kept = [each for each in range(input.sparse_dim()) if each not in gone]
    if not kept:
        return input._values().sum(0)
    size = [length for each, length in enumerate(input.shape) if each not in gone]
    return made(input._indices()[kept], input._values(), size, False).coalesce()


def _places(where: Tensor, sizes: Sequence[int]) -> Tensor:
    """Coordinates as places in a line of all elements."""
    place = minitorch.zeros(where.shape[1], dtype=types.int64, device=where.device)
    for row, size in zip(where, sizes):
        place = place * size + row
    return place


def _coordinates(places: Tensor, sizes: Sequence[int]) -> Tensor:
    rows = []
    for size in reversed(sizes):
        rows.append(places % size)
        places = places // size
    return minitorch.stack(rows[::-1])
