"""Parameter: a tensor that a module owns and an optimizer updates. PyTorch: torch/nn/parameter.py."""

from minitorch._tensor import Tensor
from minitorch.ops.creation import empty


class Parameter(Tensor):
    """A leaf tensor that a Module lists among its parameters() when it is assigned to an attribute.

    It shares the memory of `data`. Raises RuntimeError if `requires_grad` is asked of an integer tensor.
    PyTorch: torch.nn.Parameter.
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> "Parameter":
        parameter = _share(cls, data)
        if requires_grad:
            if not parameter.is_floating_point():
                raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
            parameter.requires_grad_(True)
        return parameter

    def __deepcopy__(self, memo: dict) -> "Parameter":
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol):
        return type(self), (self.data, self.requires_grad)

    def __repr__(self, *, tensor_contents=None) -> str:
        return "Parameter containing:\n" + super().__repr__()


class Buffer(Tensor):
    """A tensor that a Module lists among its buffers() when it is assigned to an attribute.

    `persistent`: whether it is part of the state_dict. PyTorch: torch.nn.Buffer.
    """

    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> "Buffer":
        buffer = _share(cls, data)
        if data is not None and data.requires_grad:
            buffer.requires_grad_(True)
        buffer.persistent = persistent
        return buffer


class UninitializedParameter(Parameter):
    """A parameter without a shape, until `materialize`. PyTorch: torch.nn.UninitializedParameter."""

    def __new__(cls, requires_grad: bool = True, device=None, dtype=None) -> "UninitializedParameter":
        return super().__new__(cls, empty(0, device=device, dtype=dtype), requires_grad)

    def materialize(self, shape: tuple[int, ...], device=None, dtype=None) -> None:
        """Become a Parameter of this shape, uninitialised memory."""
        _materialize(self, Parameter, shape, dtype)

    @property
    def shape(self):
        """Raises RuntimeError: there is none yet."""
        raise RuntimeError(_NO_SHAPE)

    def __deepcopy__(self, memo: dict) -> "UninitializedParameter":
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, dtype=self.dtype)
        return memo[id(self)]

    def __repr__(self, *, tensor_contents=None) -> str:
        return f"<{type(self).__name__}>"


class UninitializedBuffer(Tensor):
    """A buffer without a shape, until `materialize`. PyTorch: torch.nn.UninitializedBuffer."""

    def __new__(cls, requires_grad: bool = False, device=None, dtype=None) -> "UninitializedBuffer":
        return _share(cls, empty(0, device=device, dtype=dtype))

    def materialize(self, shape: tuple[int, ...], device=None, dtype=None) -> None:
        """Become a Tensor of this shape, uninitialised memory."""
        _materialize(self, Tensor, shape, dtype)

    @property
    def shape(self):
        """Raises RuntimeError: there is none yet."""
        raise RuntimeError(_NO_SHAPE)

    def __repr__(self, *, tensor_contents=None) -> str:
        return f"<{type(self).__name__}>"


_NO_SHAPE = (
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when "
    "trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before "
    "accessing their attributes."
)


def _materialize(tensor: Tensor, kind: type, shape: tuple[int, ...], dtype) -> None:
    memory = empty(shape, dtype=dtype or tensor.dtype, device=tensor.device)
    tensor.array, tensor._storage, tensor._stride = memory.array, memory._storage, memory._stride
    tensor.__class__ = kind


def _share(cls: type, data: Tensor | None) -> Tensor:
    """A leaf of class `cls` on the memory of `data`."""
    if data is None:
        data = empty(0)
    tensor = object.__new__(cls)
    tensor.array = data.array
    tensor.kernels = data.kernels
    tensor._storage = data._storage
    tensor._stride = data._stride
    return tensor
