"""More functions of elements as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase)."""

import minitorch
from minitorch._methods.arithmetic import is_operand


class Functions:
    """`x.asinh()` is an operation on x; its docstring stands there."""

    def asinh(self):
        """See `minitorch.asinh`."""
        return minitorch.asinh(self)

    def acosh(self):
        """See `minitorch.acosh`."""
        return minitorch.acosh(self)

    def atanh(self):
        """See `minitorch.atanh`."""
        return minitorch.atanh(self)

    def sinc(self):
        """See `minitorch.sinc`."""
        return minitorch.sinc(self)

    def deg2rad(self):
        """See `minitorch.deg2rad`."""
        return minitorch.deg2rad(self)

    def rad2deg(self):
        """See `minitorch.rad2deg`."""
        return minitorch.rad2deg(self)

    def erfc(self):
        """See `minitorch.erfc`."""
        return minitorch.erfc(self)

    def erfinv(self):
        """See `minitorch.erfinv`."""
        return minitorch.erfinv(self)

    def lgamma(self):
        """See `minitorch.lgamma`."""
        return minitorch.lgamma(self)

    def digamma(self):
        """See `minitorch.digamma`."""
        return minitorch.digamma(self)

    def i0(self):
        """See `minitorch.i0`."""
        return minitorch.i0(self)

    def frac(self):
        """See `minitorch.frac`."""
        return minitorch.frac(self)

    def signbit(self):
        """See `minitorch.signbit`."""
        return minitorch.signbit(self)

    def frexp(self):
        """See `minitorch.frexp`."""
        return minitorch.frexp(self)

    def isposinf(self):
        """See `minitorch.isposinf`."""
        return minitorch.isposinf(self)

    def isneginf(self):
        """See `minitorch.isneginf`."""
        return minitorch.isneginf(self)

    def fmax(self, other):
        """See `minitorch.fmax`."""
        return minitorch.fmax(self, other)

    def fmin(self, other):
        """See `minitorch.fmin`."""
        return minitorch.fmin(self, other)

    def copysign(self, other):
        """See `minitorch.copysign`."""
        return minitorch.copysign(self, other)

    def hypot(self, other):
        """See `minitorch.hypot`."""
        return minitorch.hypot(self, other)

    def heaviside(self, values):
        """See `minitorch.heaviside`."""
        return minitorch.heaviside(self, values)

    def nextafter(self, other):
        """See `minitorch.nextafter`."""
        return minitorch.nextafter(self, other)

    def gcd(self, other):
        """See `minitorch.gcd`."""
        return minitorch.gcd(self, other)

    def lcm(self, other):
        """See `minitorch.lcm`."""
        return minitorch.lcm(self, other)

    def bitwise_left_shift(self, other):
        """See `minitorch.bitwise_left_shift`."""
        return minitorch.bitwise_left_shift(self, other)

    def bitwise_right_shift(self, other):
        """See `minitorch.bitwise_right_shift`."""
        return minitorch.bitwise_right_shift(self, other)

    def logaddexp(self, other):
        """See `minitorch.logaddexp`."""
        return minitorch.logaddexp(self, other)

    def logaddexp2(self, other):
        """See `minitorch.logaddexp2`."""
        return minitorch.logaddexp2(self, other)

    def xlogy(self, other):
        """See `minitorch.xlogy`."""
        return minitorch.xlogy(self, other)

    def float_power(self, exponent):
        """See `minitorch.float_power`."""
        return minitorch.float_power(self, exponent)

    def ldexp(self, other):
        """See `minitorch.ldexp`."""
        return minitorch.ldexp(self, other)

    def igamma(self, other):
        """See `minitorch.igamma`."""
        return minitorch.igamma(self, other)

    def igammac(self, other):
        """See `minitorch.igammac`."""
        return minitorch.igammac(self, other)

    def polygamma(self, n):
        """See `minitorch.polygamma`."""
        return minitorch.polygamma(n, self)

    def mvlgamma(self, p):
        """See `minitorch.mvlgamma`."""
        return minitorch.mvlgamma(self, p)

    def logit(self, eps=None):
        """See `minitorch.logit`."""
        return minitorch.logit(self, eps)

    def nan_to_num(self, nan=None, posinf=None, neginf=None):
        """See `minitorch.nan_to_num`."""
        return minitorch.nan_to_num(self, nan, posinf, neginf)

    def lerp(self, end, weight):
        """See `minitorch.lerp`."""
        return minitorch.lerp(self, end, weight)

    def addcmul(self, tensor1, tensor2, *, value=1):
        """See `minitorch.addcmul`."""
        return minitorch.addcmul(self, tensor1, tensor2, value=value)

    def addcdiv(self, tensor1, tensor2, *, value=1):
        """See `minitorch.addcdiv`."""
        return minitorch.addcdiv(self, tensor1, tensor2, value=value)

    def hardshrink(self, lambd=0.5):
        """See `minitorch.hardshrink`."""
        return minitorch.hardshrink(self, lambd)

    def prelu(self, weight):
        """See `minitorch.prelu`."""
        return minitorch.prelu(self, weight)

    def is_nonzero(self):
        """See `minitorch.is_nonzero`."""
        return minitorch.is_nonzero(self)

    def is_same_size(self, other):
        """See `minitorch.is_same_size`."""
        return minitorch.is_same_size(self, other)

    def __lshift__(self, other):
        return minitorch.bitwise_left_shift(self, other) if is_operand(other) else NotImplemented

    def __rshift__(self, other):
        return minitorch.bitwise_right_shift(self, other) if is_operand(other) else NotImplemented

    def __rlshift__(self, other):
        return minitorch.bitwise_left_shift(other, self) if is_operand(other) else NotImplemented

    def __rrshift__(self, other):
        return minitorch.bitwise_right_shift(other, self) if is_operand(other) else NotImplemented

    arcsinh, arccosh, arctanh = asinh, acosh, atanh
