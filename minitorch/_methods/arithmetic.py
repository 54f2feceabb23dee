"""Operators, arithmetic and comparisons as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import numbers

import numpy as np

import minitorch
from minitorch._methods.in_place import write, write_number


class Arithmetic:
    """`x.add(y)` is an operation on x; its docstring stands there."""

    def __add__(self, other):
        return minitorch.add(self, other) if is_operand(other) else NotImplemented

    def __sub__(self, other):
        return minitorch.sub(self, other) if is_operand(other) else NotImplemented

    def __mul__(self, other):
        return minitorch.mul(self, other) if is_operand(other) else NotImplemented

    def __truediv__(self, other):
        return minitorch.div(self, other) if is_operand(other) else NotImplemented

    def __floordiv__(self, other):
        return minitorch.floor_divide(self, other) if is_operand(other) else NotImplemented

    def __mod__(self, other):
        return minitorch.remainder(self, other) if is_operand(other) else NotImplemented

    def __pow__(self, other):
        return minitorch.pow(self, other) if is_operand(other) else NotImplemented

    def __radd__(self, other):
        return minitorch.add(self, other) if are_operands(self, other) else NotImplemented

    def __rsub__(self, other):
        return minitorch.rsub(self, other) if is_operand(other) else NotImplemented

    def __rmul__(self, other):
        return minitorch.mul(self, other) if are_operands(self, other) else NotImplemented

    def __rtruediv__(self, other):
        return minitorch.reciprocal(self) * other if is_operand(other) or isinstance(other, np.ndarray) else NotImplemented

    __rdiv__ = __rtruediv__

    def __rfloordiv__(self, other):
        return minitorch.floor_divide(tensor_like(self, other), self) if is_operand(other) else NotImplemented

    def __rmod__(self, other):
        return minitorch.remainder(tensor_like(self, other), self) if is_operand(other) else NotImplemented

    def __rpow__(self, other):
        return minitorch.pow(other, self) if is_operand(other) else NotImplemented

    def __iadd__(self, other):
        return minitorch.ops.inplace.add_(self, other) if is_operand(other) else NotImplemented

    def __isub__(self, other):
        return minitorch.ops.inplace.sub_(self, other) if is_operand(other) else NotImplemented

    def __imul__(self, other):
        return minitorch.ops.inplace.mul_(self, other) if is_operand(other) else NotImplemented

    def __itruediv__(self, other):
        return minitorch.ops.inplace.div_(self, other) if is_operand(other) else NotImplemented

    def __ifloordiv__(self, other):
        return write_number(self, minitorch.floor_divide, other) if is_operand(other) else NotImplemented

    def __imod__(self, other):
        return write_number(self, minitorch.remainder, other) if is_operand(other) else NotImplemented

    def __ipow__(self, other):
        return write(self, minitorch.pow, other) if is_operand(other) else NotImplemented

    def __iand__(self, other):
        return write_number(self, minitorch.bitwise_and, other) if is_operand(other) else NotImplemented

    def __ior__(self, other):
        return write_number(self, minitorch.bitwise_or, other) if is_operand(other) else NotImplemented

    def __ixor__(self, other):
        return write_number(self, minitorch.bitwise_xor, other) if is_operand(other) else NotImplemented

    def __neg__(self):
        return minitorch.neg(self)

    def __pos__(self):
        return minitorch.positive(self)

    def __abs__(self):
        return minitorch.abs(self)

    def __invert__(self):
        if self.is_floating_point():
            raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
        return minitorch.bitwise_not(self)

    def __and__(self, other):
        return minitorch.bitwise_and(self, other) if are_operands(self, other) else NotImplemented

    __rand__ = __and__

    def __or__(self, other):
        return minitorch.bitwise_or(self, other) if are_operands(self, other) else NotImplemented

    __ror__ = __or__

    def __xor__(self, other):
        return minitorch.bitwise_xor(self, other) if are_operands(self, other) else NotImplemented

    __rxor__ = __xor__

    def __matmul__(self, other):
        return minitorch.matmul(self, other) if isinstance(other, Arithmetic) else NotImplemented

    def __rmatmul__(self, other):
        return minitorch.matmul(other, self) if isinstance(other, Arithmetic) else NotImplemented

    def __eq__(self, other):
        if isinstance(other, np.ndarray):  # the one comparison that PyTorch makes with an array
            other = minitorch.from_numpy(other)
        return minitorch.eq(self, other) if is_operand(other) else NotImplemented

    def __ne__(self, other):
        return minitorch.ne(self, other) if is_operand(other) else NotImplemented

    def __lt__(self, other):
        return minitorch.lt(self, other) if is_operand(other) else NotImplemented

    def __le__(self, other):
        return minitorch.le(self, other) if is_operand(other) else NotImplemented

    def __gt__(self, other):
        return minitorch.gt(self, other) if is_operand(other) else NotImplemented

    def __ge__(self, other):
        return minitorch.ge(self, other) if is_operand(other) else NotImplemented

    __hash__ = object.__hash__

    def add(self, other, *, alpha=1):
        """See `minitorch.add`."""
        return minitorch.add(self, other, alpha=alpha)

    def sub(self, other, *, alpha=1):
        """See `minitorch.sub`."""
        return minitorch.sub(self, other, alpha=alpha)

    def mul(self, other):
        """See `minitorch.mul`."""
        return minitorch.mul(self, other)

    def floor_divide(self, other):
        """See `minitorch.floor_divide`."""
        return minitorch.floor_divide(self, other)

    def remainder(self, other):
        """See `minitorch.remainder`."""
        return minitorch.remainder(self, other)

    def fmod(self, other):
        """See `minitorch.fmod`."""
        return minitorch.fmod(self, other)

    def pow(self, exponent):
        """See `minitorch.pow`."""
        return minitorch.pow(self, exponent)

    def atan2(self, other):
        """See `minitorch.atan2`."""
        return minitorch.atan2(self, other)

    def maximum(self, other):
        """See `minitorch.maximum`."""
        return minitorch.maximum(self, other)

    def minimum(self, other):
        """See `minitorch.minimum`."""
        return minitorch.minimum(self, other)

    def div(self, other, *, rounding_mode=None):
        """See `minitorch.div`."""
        return minitorch.div(self, other, rounding_mode=rounding_mode)

    subtract, multiply, divide, true_divide = sub, mul, div, div

    def eq(self, other):
        """See `minitorch.eq`."""
        return minitorch.eq(self, other)

    def ne(self, other):
        """See `minitorch.ne`."""
        return minitorch.ne(self, other)

    def lt(self, other):
        """See `minitorch.lt`."""
        return minitorch.lt(self, other)

    def le(self, other):
        """See `minitorch.le`."""
        return minitorch.le(self, other)

    def gt(self, other):
        """See `minitorch.gt`."""
        return minitorch.gt(self, other)

    def ge(self, other):
        """See `minitorch.ge`."""
        return minitorch.ge(self, other)

    def logical_and(self, other):
        """See `minitorch.logical_and`."""
        return minitorch.logical_and(self, other)

    def logical_or(self, other):
        """See `minitorch.logical_or`."""
        return minitorch.logical_or(self, other)

    def logical_xor(self, other):
        """See `minitorch.logical_xor`."""
        return minitorch.logical_xor(self, other)

    def bitwise_and(self, other):
        """See `minitorch.bitwise_and`."""
        return minitorch.bitwise_and(self, other)

    def bitwise_or(self, other):
        """See `minitorch.bitwise_or`."""
        return minitorch.bitwise_or(self, other)

    def bitwise_xor(self, other):
        """See `minitorch.bitwise_xor`."""
        return minitorch.bitwise_xor(self, other)

    def equal(self, other):
        """See `minitorch.equal`."""
        return minitorch.equal(self, other)

    def where(self, condition, other):
        """See `minitorch.where`."""
        return minitorch.where(condition, self, other)

    def isclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False):
        """See `minitorch.isclose`."""
        return minitorch.isclose(self, other, rtol, atol, equal_nan)

    def allclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False):
        """See `minitorch.allclose`."""
        return minitorch.allclose(self, other, rtol, atol, equal_nan)

    def neg(self):
        """See `minitorch.neg`."""
        return minitorch.neg(self)

    def abs(self):
        """See `minitorch.abs`."""
        return minitorch.abs(self)

    def exp(self):
        """See `minitorch.exp`."""
        return minitorch.exp(self)

    def exp2(self):
        """See `minitorch.exp2`."""
        return minitorch.exp2(self)

    def expm1(self):
        """See `minitorch.expm1`."""
        return minitorch.expm1(self)

    def log(self):
        """See `minitorch.log`."""
        return minitorch.log(self)

    def log2(self):
        """See `minitorch.log2`."""
        return minitorch.log2(self)

    def log10(self):
        """See `minitorch.log10`."""
        return minitorch.log10(self)

    def log1p(self):
        """See `minitorch.log1p`."""
        return minitorch.log1p(self)

    def sqrt(self):
        """See `minitorch.sqrt`."""
        return minitorch.sqrt(self)

    def rsqrt(self):
        """See `minitorch.rsqrt`."""
        return minitorch.rsqrt(self)

    def reciprocal(self):
        """See `minitorch.reciprocal`."""
        return minitorch.reciprocal(self)

    def square(self):
        """See `minitorch.square`."""
        return minitorch.square(self)

    def sin(self):
        """See `minitorch.sin`."""
        return minitorch.sin(self)

    def cos(self):
        """See `minitorch.cos`."""
        return minitorch.cos(self)

    def tan(self):
        """See `minitorch.tan`."""
        return minitorch.tan(self)

    def asin(self):
        """See `minitorch.asin`."""
        return minitorch.asin(self)

    def acos(self):
        """See `minitorch.acos`."""
        return minitorch.acos(self)

    def atan(self):
        """See `minitorch.atan`."""
        return minitorch.atan(self)

    def sinh(self):
        """See `minitorch.sinh`."""
        return minitorch.sinh(self)

    def cosh(self):
        """See `minitorch.cosh`."""
        return minitorch.cosh(self)

    def tanh(self):
        """See `minitorch.tanh`."""
        return minitorch.tanh(self)

    def sigmoid(self):
        """See `minitorch.sigmoid`."""
        return minitorch.sigmoid(self)

    def erf(self):
        """See `minitorch.erf`."""
        return minitorch.erf(self)

    def floor(self):
        """See `minitorch.floor`."""
        return minitorch.floor(self)

    def ceil(self):
        """See `minitorch.ceil`."""
        return minitorch.ceil(self)

    def trunc(self):
        """See `minitorch.trunc`."""
        return minitorch.trunc(self)

    def sign(self):
        """See `minitorch.sign`."""
        return minitorch.sign(self)

    def relu(self):
        """See `minitorch.relu`."""
        return minitorch.relu(self)

    def logical_not(self):
        """See `minitorch.logical_not`."""
        return minitorch.logical_not(self)

    def bitwise_not(self):
        """See `minitorch.bitwise_not`."""
        return minitorch.bitwise_not(self)

    def isnan(self):
        """See `minitorch.isnan`."""
        return minitorch.isnan(self)

    def isinf(self):
        """See `minitorch.isinf`."""
        return minitorch.isinf(self)

    def isfinite(self):
        """See `minitorch.isfinite`."""
        return minitorch.isfinite(self)

    def positive(self):
        """See `minitorch.positive`."""
        return minitorch.positive(self)

    absolute, negative = abs, neg

    def exp2_(self):
        """See `minitorch.exp2`."""
        return write(self, minitorch.exp2)

    def expm1_(self):
        """See `minitorch.expm1`."""
        return write(self, minitorch.expm1)

    def log2_(self):
        """See `minitorch.log2`."""
        return write(self, minitorch.log2)

    def log10_(self):
        """See `minitorch.log10`."""
        return write(self, minitorch.log10)

    def log1p_(self):
        """See `minitorch.log1p`."""
        return write(self, minitorch.log1p)

    def tan_(self):
        """See `minitorch.tan`."""
        return write(self, minitorch.tan)

    def asin_(self):
        """See `minitorch.asin`."""
        return write(self, minitorch.asin)

    def acos_(self):
        """See `minitorch.acos`."""
        return write(self, minitorch.acos)

    def atan_(self):
        """See `minitorch.atan`."""
        return write(self, minitorch.atan)

    def sinh_(self):
        """See `minitorch.sinh`."""
        return write(self, minitorch.sinh)

    def cosh_(self):
        """See `minitorch.cosh`."""
        return write(self, minitorch.cosh)

    def erf_(self):
        """See `minitorch.erf`."""
        return write(self, minitorch.erf)

    def round(self, *, decimals=0):
        """See `minitorch.round`."""
        return minitorch.round(self, decimals=decimals)

    def clamp(self, min=None, max=None):
        """See `minitorch.clamp`."""
        return minitorch.clamp(self, min, max)

    clip = clamp

    def clamp_min(self, min):
        """See `minitorch.clamp_min`."""
        return minitorch.clamp_min(self, min)

    def clamp_max(self, max):
        """See `minitorch.clamp_max`."""
        return minitorch.clamp_max(self, max)

    arcsin, arccos, arctan, arctan2, fix, sgn = asin, acos, atan, atan2, trunc, sign
    arcsin_, arccos_, arctan_ = asin_, acos_, atan_
    greater, greater_equal, less, less_equal, not_equal = gt, ge, lt, le, ne


def tensor_like(tensor, number):
    """A tensor as it is; a number as a 0-d tensor that promotes nothing; an integer wraps around where it does not fit."""
    if isinstance(number, minitorch.Tensor):
        return number
    number = minitorch.ops.promotion.operand(number, "tensor")  # NumPy's truth is a floating-point number
    return minitorch.tensor(number, device=tensor.device).to(minitorch.result_type(tensor, number))


def is_operand(other: object) -> bool:
    """Whether an operator takes it: a tensor or a number. For anything else Python asks the other operand."""
    return isinstance(other, (Arithmetic, int, float, np.generic, numbers.Real))


def are_operands(tensor: object, other: object) -> bool:
    """As is_operand. Raises TypeError where Tensor.__radd__ and its like are called with something else than a tensor."""
    if not isinstance(tensor, Arithmetic):
        raise minitorch.ops.promotion.not_a_tensor(tensor, "operator", "input", 1)
    return is_operand(other)
