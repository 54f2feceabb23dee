"""Questions to a tensor, or to something that may be one. PyTorch: torch/__init__.py, torch/functional.py."""

from minitorch._storage import Storage
from minitorch._tensor import Tensor


def is_tensor(obj: object) -> bool:
    """Whether it is a Tensor. PyTorch: torch.is_tensor."""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """The number of elements. PyTorch: torch.numel."""
    return input.numel()


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a floating-point one. PyTorch: torch.is_floating_point."""
    return input.is_floating_point()


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not 0. RuntimeError for several elements. PyTorch: torch.is_nonzero."""
    return input.__bool__()


def is_complex(input: Tensor) -> bool:
    """Whether the dtype is a complex one. PyTorch: torch.is_complex."""
    return input.is_complex()


def is_signed(input: Tensor) -> bool:
    """Whether the dtype has numbers below zero. PyTorch: torch.is_signed."""
    return input.array.dtype.kind in "if"


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two shapes are equal. PyTorch: torch.is_same_size."""
    return input.array.shape == other.array.shape


def is_conj(input: Tensor) -> bool:
    """False: no tensor is conjugated lazily. PyTorch: torch.is_conj."""
    return input.is_conj()


def is_neg(input: Tensor) -> bool:
    """False: no tensor is negated lazily. PyTorch: torch.is_neg."""
    return input.is_neg()


def is_storage(obj: object) -> bool:
    """Whether it is the memory of a tensor. PyTorch: torch.is_storage."""
    return isinstance(obj, Storage)


def typename(obj: object) -> str:
    """The name of its type, of a tensor the older one: "torch.FloatTensor". PyTorch: torch.typename."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
