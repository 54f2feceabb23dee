"""More methods that write into the tensor, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase)."""

import minitorch
from minitorch._methods.in_place import InPlace, write


class InPlaceFunctions:
    """`x.asinh_()` is an operation on x; its docstring stands there."""

    def asinh_(self):
        """See `minitorch.asinh`."""
        return write(self, minitorch.asinh)

    def acosh_(self):
        """See `minitorch.acosh`."""
        return write(self, minitorch.acosh)

    def atanh_(self):
        """See `minitorch.atanh`."""
        return write(self, minitorch.atanh)

    def sinc_(self):
        """See `minitorch.sinc`."""
        return write(self, minitorch.sinc)

    def deg2rad_(self):
        """See `minitorch.deg2rad`."""
        return write(self, minitorch.deg2rad)

    def rad2deg_(self):
        """See `minitorch.rad2deg`."""
        return write(self, minitorch.rad2deg)

    def erfc_(self):
        """See `minitorch.erfc`."""
        return write(self, minitorch.erfc)

    def erfinv_(self):
        """See `minitorch.erfinv`."""
        return write(self, minitorch.erfinv)

    def lgamma_(self):
        """See `minitorch.lgamma`."""
        return write(self, minitorch.lgamma)

    def digamma_(self):
        """See `minitorch.digamma`."""
        return write(self, minitorch.digamma)

    def i0_(self):
        """See `minitorch.i0`."""
        return write(self, minitorch.i0)

    def frac_(self):
        """See `minitorch.frac`."""
        return write(self, minitorch.frac)

    def copysign_(self, other):
        """See `minitorch.copysign`."""
        return write(self, minitorch.copysign, other)

    def hypot_(self, other):
        """See `minitorch.hypot`."""
        return write(self, minitorch.hypot, other)

    def heaviside_(self, values):
        """See `minitorch.heaviside`."""
        return write(self, minitorch.heaviside, values)

    def nextafter_(self, other):
        """See `minitorch.nextafter`."""
        return write(self, minitorch.nextafter, other)

    def gcd_(self, other):
        """See `minitorch.gcd`."""
        return write(self, minitorch.gcd, other)

    def lcm_(self, other):
        """See `minitorch.lcm`."""
        return write(self, minitorch.lcm, other)

    def bitwise_left_shift_(self, other):
        """See `minitorch.bitwise_left_shift`."""
        return write(self, minitorch.bitwise_left_shift, other)

    def bitwise_right_shift_(self, other):
        """See `minitorch.bitwise_right_shift`."""
        return write(self, minitorch.bitwise_right_shift, other)

    def xlogy_(self, other):
        """See `minitorch.xlogy`."""
        return write(self, minitorch.xlogy, other)

    def float_power_(self, exponent):
        """See `minitorch.float_power`. Raises RuntimeError unless it is float64."""
        minitorch.ops.binary.check_base(self)
        return write(self, minitorch.float_power, exponent)

    def ldexp_(self, other):
        """See `minitorch.ldexp`."""
        return write(self, minitorch.ldexp, other)

    def igamma_(self, other):
        """See `minitorch.igamma`."""
        return write(self, minitorch.igamma, other)

    def igammac_(self, other):
        """See `minitorch.igammac`."""
        return write(self, minitorch.igammac, other)

    def mvlgamma_(self, p):
        """See `minitorch.mvlgamma`."""
        return write(self, minitorch.mvlgamma, p)

    def logit_(self, eps=None):
        """See `minitorch.logit`."""
        return write(self, minitorch.logit, eps)

    def nan_to_num_(self, nan=None, posinf=None, neginf=None):
        """See `minitorch.nan_to_num`."""
        return write(self, minitorch.nan_to_num, nan, posinf, neginf)

    def lerp_(self, end, weight):
        """See `minitorch.lerp`."""
        return write(self, minitorch.lerp, end, weight)

    def polygamma_(self, n):
        """See `minitorch.polygamma`."""
        minitorch.ops.writable.check(self)
        return minitorch.ops.inplace.assign(self, minitorch.polygamma(n, self))

    def addcmul_(self, tensor1, tensor2, *, value=1):
        """See `minitorch.addcmul`."""
        return write(self, minitorch.addcmul, tensor1, tensor2, value=value)

    def addcdiv_(self, tensor1, tensor2, *, value=1):
        """See `minitorch.addcdiv`."""
        return write(self, minitorch.addcdiv, tensor1, tensor2, value=value)

    def atan2_(self, other):
        """See `minitorch.atan2`."""
        return write(self, minitorch.atan2, other)

    def bitwise_and_(self, other):
        """See `minitorch.bitwise_and`."""
        return write(self, minitorch.bitwise_and, other)

    def bitwise_or_(self, other):
        """See `minitorch.bitwise_or`."""
        return write(self, minitorch.bitwise_or, other)

    def bitwise_xor_(self, other):
        """See `minitorch.bitwise_xor`."""
        return write(self, minitorch.bitwise_xor, other)

    def eq_(self, other):
        """See `minitorch.eq`."""
        return write(self, minitorch.eq, other)

    def ne_(self, other):
        """See `minitorch.ne`."""
        return write(self, minitorch.ne, other)

    def lt_(self, other):
        """See `minitorch.lt`."""
        return write(self, minitorch.lt, other)

    def le_(self, other):
        """See `minitorch.le`."""
        return write(self, minitorch.le, other)

    def gt_(self, other):
        """See `minitorch.gt`."""
        return write(self, minitorch.gt, other)

    def ge_(self, other):
        """See `minitorch.ge`."""
        return write(self, minitorch.ge, other)

    def logical_and_(self, other):
        """See `minitorch.logical_and`."""
        return write(self, minitorch.logical_and, other)

    def logical_or_(self, other):
        """See `minitorch.logical_or`."""
        return write(self, minitorch.logical_or, other)

    def logical_xor_(self, other):
        """See `minitorch.logical_xor`."""
        return write(self, minitorch.logical_xor, other)

    def clamp_min_(self, min):
        """See `minitorch.clamp_min`."""
        return write(self, minitorch.clamp_min, min)

    def clamp_max_(self, max):
        """See `minitorch.clamp_max`."""
        return write(self, minitorch.clamp_max, max)

    def bitwise_not_(self):
        """See `minitorch.bitwise_not`."""
        return write(self, minitorch.bitwise_not)

    def logical_not_(self):
        """See `minitorch.logical_not`."""
        return write(self, minitorch.logical_not)

    def cumsum_(self, dim, *, dtype=None):
        """See `minitorch.cumsum`."""
        minitorch.ops.writable.check(self)
        return minitorch.ops.inplace.assign(self, minitorch.cumsum(self, dim, dtype=dtype or self.dtype))

    def cumprod_(self, dim, *, dtype=None):
        """See `minitorch.cumprod`."""
        minitorch.ops.writable.check(self)
        return minitorch.ops.inplace.assign(self, minitorch.cumprod(self, dim, dtype=dtype or self.dtype))

    def renorm_(self, p, dim, maxnorm):
        """See `minitorch.renorm`."""
        return write(self, minitorch.renorm, p, dim, maxnorm)

    def tril_(self, diagonal=0):
        """See `minitorch.tril`."""
        return write(self, minitorch.tril, diagonal)

    def triu_(self, diagonal=0):
        """See `minitorch.triu`."""
        return write(self, minitorch.triu, diagonal)

    def fill_diagonal_(self, fill_value, wrap=False):
        """See `minitorch.ops.diagonals.fill_diagonal_`."""
        return minitorch.ops.diagonals.fill_diagonal_(self, fill_value, wrap)

    true_divide_, sgn_ = InPlace.div_, InPlace.sign_
    divide_, multiply_, subtract_ = InPlace.div_, InPlace.mul_, InPlace.sub_
    clip_, absolute_, negative_, fix_ = InPlace.clamp_, InPlace.abs_, InPlace.neg_, InPlace.trunc_
    arcsinh_, arccosh_, arctanh_, arctan2_ = asinh_, acosh_, atanh_, atan2_
    greater_, greater_equal_, less_, less_equal_, not_equal_ = gt_, ge_, lt_, le_, ne_
