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
