"""FloatTensor and its like: a dtype's older name. PyTorch: torch/csrc/tensor/python_tensor.cpp."""

from collections.abc import Sequence

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.convert import legacy_tensor, tensor


class TensorType(type):
    """The type of `FloatTensor`: calling it makes a Tensor, isinstance asks for the dtype."""

    dtype: types.dtype

    def __call__(cls, *args, device=None) -> Tensor:
        if len(args) == 1 and isinstance(args[0], Sequence | np.ndarray) and not isinstance(args[0], types.Size):
            return tensor(args[0], dtype=cls.dtype)
        made = legacy_tensor(Tensor, *args, device=device)
        if len(args) == 1 and isinstance(args[0], Tensor) and made.dtype is not cls.dtype:
            raise TypeError(f"expected {cls.dtype} (got {made.dtype})")
        return made.to(cls.dtype)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


class FloatTensor(metaclass=TensorType):
    """A tensor of float32. PyTorch: torch.FloatTensor."""

    dtype = types.float32


class DoubleTensor(metaclass=TensorType):
    """A tensor of float64. PyTorch: torch.DoubleTensor."""

    dtype = types.float64


class HalfTensor(metaclass=TensorType):
    """A tensor of float16. PyTorch: torch.HalfTensor."""

    dtype = types.float16


class LongTensor(metaclass=TensorType):
    """A tensor of int64. PyTorch: torch.LongTensor."""

    dtype = types.int64


class IntTensor(metaclass=TensorType):
    """A tensor of int32. PyTorch: torch.IntTensor."""

    dtype = types.int32


class ShortTensor(metaclass=TensorType):
    """A tensor of int16. PyTorch: torch.ShortTensor."""

    dtype = types.int16


class CharTensor(metaclass=TensorType):
    """A tensor of int8. PyTorch: torch.CharTensor."""

    dtype = types.int8


class ByteTensor(metaclass=TensorType):
    """A tensor of uint8. PyTorch: torch.ByteTensor."""

    dtype = types.uint8


class BoolTensor(metaclass=TensorType):
    """A tensor of bool. PyTorch: torch.BoolTensor."""

    dtype = types.bool
