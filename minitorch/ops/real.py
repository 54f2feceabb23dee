"""What complex numbers would need: real tensors are their own conjugates. PyTorch: aten/src/ATen/native/UnaryOps.cpp (conj, real)."""

from minitorch._tensor import Tensor
from minitorch.ops.promotion import check_tensor


def conj(input: Tensor) -> Tensor:
    """The tensor itself, as of every real tensor. PyTorch: torch.conj."""
    check_tensor(input, "conj", "input", 1)
    return input


def conj_physical(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The tensor itself, as of every real tensor. PyTorch: torch.conj_physical."""
    check_tensor(input, "conj_physical", "input", 1)
    return input if out is None else out.resize_(input.shape).copy_(input)


def resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself: there is no lazy conjugation. PyTorch: torch.resolve_conj."""
    check_tensor(input, "resolve_conj", "input", 1)
    return input


def resolve_neg(input: Tensor) -> Tensor:
    """The tensor itself: there is no lazy negation. PyTorch: torch.resolve_neg."""
    check_tensor(input, "resolve_neg", "input", 1)
    return input


def real(input: Tensor) -> Tensor:
    """The tensor itself. PyTorch: torch.real."""
    check_tensor(input, "real", "input", 1)
    return input


def imag(input: Tensor) -> Tensor:
    """Raises RuntimeError, as PyTorch does for a tensor that is not complex. PyTorch: torch.imag."""
    check_tensor(input, "imag", "input", 1)
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
