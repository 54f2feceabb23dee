"""Named tuples for operations with several results. PyTorch: torch/return_types.py."""

from minitorch._tensor import Tensor


class _Named(tuple):
    """A tuple of tensors, made of an iterable like any tuple."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    def __repr__(self) -> str:
        fields = ",\n".join(f"{name}={value!r}" for name, value in zip(self._fields, self))
        return f"torch.return_types.{type(self).__name__}(\n{fields})"


class _ValuesAndIndices(_Named):
    __slots__ = ()
    _fields = ("values", "indices")

    @property
    def values(self) -> Tensor:
        """The elements."""
        return self[0]

    @property
    def indices(self) -> Tensor:
        """Where in the input they are, int64."""
        return self[1]


class max(_ValuesAndIndices):
    """What max(input, dim) returns."""

    __slots__ = ()


class min(_ValuesAndIndices):
    """What min(input, dim) returns."""

    __slots__ = ()


class median(_ValuesAndIndices):
    """What median(input, dim) returns."""

    __slots__ = ()


class sort(_ValuesAndIndices):
    """What sort returns."""

    __slots__ = ()


class topk(_ValuesAndIndices):
    """What topk returns."""

    __slots__ = ()


class aminmax(_Named):
    """What aminmax returns."""

    __slots__ = ()
    _fields = ("min", "max")

    @property
    def min(self) -> Tensor:
        """The smallest elements."""
        return self[0]

    @property
    def max(self) -> Tensor:
        """The largest elements."""
        return self[1]


class frexp(_Named):
    """What frexp(input) returns."""

    __slots__ = ()
    _fields = ("mantissa", "exponent")

    @property
    def mantissa(self) -> Tensor:
        """Between a half and 1."""
        return self[0]

    @property
    def exponent(self) -> Tensor:
        """Powers of 2, int32."""
        return self[1]


class cummax(_ValuesAndIndices):
    """What cummax(input, dim) returns."""

    __slots__ = ()


class cummin(_ValuesAndIndices):
    """What cummin(input, dim) returns."""

    __slots__ = ()


class mode(_ValuesAndIndices):
    """What mode(input) returns."""

    __slots__ = ()


class kthvalue(_ValuesAndIndices):
    """What kthvalue(input, k) returns."""

    __slots__ = ()


class nanmedian(_ValuesAndIndices):
    """What nanmedian(input, dim) returns."""

    __slots__ = ()


class _QAndR(_Named):
    __slots__ = ()
    _fields = ("Q", "R")

    @property
    def Q(self) -> Tensor:
        """Orthonormal columns."""
        return self[0]

    @property
    def R(self) -> Tensor:
        """Upper triangular."""
        return self[1]


class linalg_qr(_QAndR):
    """What linalg.qr returns."""

    __slots__ = ()


class qr(_QAndR):
    """What qr returns."""

    __slots__ = ()


class linalg_eigh(_Named):
    """What linalg.eigh returns."""

    __slots__ = ()
    _fields = ("eigenvalues", "eigenvectors")

    @property
    def eigenvalues(self) -> Tensor:
        """Ascending."""
        return self[0]

    @property
    def eigenvectors(self) -> Tensor:
        """As columns."""
        return self[1]


class linalg_svd(_Named):
    """What linalg.svd returns."""

    __slots__ = ()
    _fields = ("U", "S", "Vh")

    @property
    def U(self) -> Tensor:
        """Orthonormal columns."""
        return self[0]

    @property
    def S(self) -> Tensor:
        """Singular values, descending."""
        return self[1]

    @property
    def Vh(self) -> Tensor:
        """Orthonormal rows."""
        return self[2]


class svd(_Named):
    """What svd returns."""

    __slots__ = ()
    _fields = ("U", "S", "V")

    @property
    def U(self) -> Tensor:
        """Orthonormal columns."""
        return self[0]

    @property
    def S(self) -> Tensor:
        """Singular values, descending."""
        return self[1]

    @property
    def V(self) -> Tensor:
        """Orthonormal columns."""
        return self[2]


class triangular_solve(_Named):
    """What triangular_solve returns."""

    __slots__ = ()
    _fields = ("solution", "cloned_coefficient")

    @property
    def solution(self) -> Tensor:
        """X."""
        return self[0]

    @property
    def cloned_coefficient(self) -> Tensor:
        """A copy of A."""
        return self[1]


class linalg_cholesky_ex(_Named):
    """What linalg.cholesky_ex returns."""

    __slots__ = ()
    _fields = ("L", "info")

    @property
    def L(self) -> Tensor:
        """The factor."""
        return self[0]

    @property
    def info(self) -> Tensor:
        """Per matrix the order of the first bad minor, or 0."""
        return self[1]


class linalg_slogdet(_Named):
    """What linalg.slogdet returns."""

    __slots__ = ()
    _fields = ("sign", "logabsdet")

    @property
    def sign(self) -> Tensor:
        """-1, 0 or 1."""
        return self[0]

    @property
    def logabsdet(self) -> Tensor:
        """The logarithm of the absolute value."""
        return self[1]


class linalg_inv_ex(_Named):
    """What linalg.inv_ex returns."""

    __slots__ = ()
    _fields = ("inverse", "info")

    @property
    def inverse(self) -> Tensor:
        """The inverses."""
        return self[0]

    @property
    def info(self) -> Tensor:
        """Per matrix the column where it broke down, or 0."""
        return self[1]


class linalg_solve_ex(_Named):
    """What linalg.solve_ex returns."""

    __slots__ = ()
    _fields = ("result", "info")

    @property
    def result(self) -> Tensor:
        """X."""
        return self[0]

    @property
    def info(self) -> Tensor:
        """Per matrix the column where it broke down, or 0."""
        return self[1]


class linalg_lstsq(_Named):
    """What linalg.lstsq returns."""

    __slots__ = ()
    _fields = ("solution", "residuals", "rank", "singular_values")

    @property
    def solution(self) -> Tensor:
        """X."""
        return self[0]

    @property
    def residuals(self) -> Tensor:
        """Sums of squares that remain."""
        return self[1]

    @property
    def rank(self) -> Tensor:
        """Per matrix, int64."""
        return self[2]

    @property
    def singular_values(self) -> Tensor:
        """Descending."""
        return self[3]


class _LuAndPivots(_Named):
    __slots__ = ()
    _fields = ("LU", "pivots")

    @property
    def LU(self) -> Tensor:
        """L below the diagonal, U above and on it."""
        return self[0]

    @property
    def pivots(self) -> Tensor:
        """The rows exchanged at each step, from 1."""
        return self[1]


class linalg_lu_factor(_LuAndPivots):
    """What linalg.lu_factor returns."""

    __slots__ = ()


class linalg_lu_factor_ex(_LuAndPivots):
    """What linalg.lu_factor_ex returns."""

    __slots__ = ()
    _fields = ("LU", "pivots", "info")

    @property
    def info(self) -> Tensor:
        """0, or which pivot is zero, from 1."""
        return self[2]


class _PAndLAndU(_Named):
    __slots__ = ()
    _fields = ("P", "L", "U")

    @property
    def P(self) -> Tensor:
        """A permutation."""
        return self[0]

    @property
    def L(self) -> Tensor:
        """Lower triangular, ones on the diagonal."""
        return self[1]

    @property
    def U(self) -> Tensor:
        """Upper triangular."""
        return self[2]


class linalg_lu(_PAndLAndU):
    """What linalg.lu returns."""

    __slots__ = ()


class lu_unpack(_PAndLAndU):
    """What lu_unpack returns."""

    __slots__ = ()
