"""Variable, the older name of a tensor that has gradients. PyTorch: torch/autograd/variable.py."""

from minitorch._tensor import Tensor


class _VariableMeta(type):
    """Calling `Variable` makes a Tensor; every Tensor is an instance of it."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)

    def __call__(cls, data: Tensor | None = None, requires_grad: bool = False, volatile: bool | None = None) -> Tensor:
        if data is None:
            return Tensor().requires_grad_(requires_grad)
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)


class Variable(metaclass=_VariableMeta):
    """`Variable(data, requires_grad)`: a new tensor with the memory of `data` and no history; `volatile` does nothing.

    Raises TypeError for what is no tensor. PyTorch: torch.autograd.Variable.
    """
