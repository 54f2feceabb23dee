"""erf of ONE element, in plain arithmetic. PyTorch: its SLEEF library (Sleef_erff16_u10, Sleef_erfd8_u10).

As in exponential.py: steps without a branch or a call, so that the compiler can do a vector of elements: 0.5 ns instead of 7 in
float32. It must be told to inline them (`forceinline`): a call it finds too long to inline is not vectorised. Below 1 erf(x) is
x + x times a polynomial of x**2; above, erf = 1 - exp(-q) where q = -log(erfc(x)) is a polynomial of x - 1. Both are computed, one is
taken. The polynomials are fitted by weighted least squares at Chebyshev nodes in 50 digits, each point's weight raised where the
error is largest until the errors are level: within 2**-29 for float32, 2**-59 for float64, of erf below 1 and of 1 above.
"""

import math

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from minitorch.kernels.exponential import exp, exp_single

_CONTRACT = {"contract"}  # a multiplication and an addition may be one instruction

_ONE = np.float32(1)
_FAR = np.float32(4)  # erf is 1 in float32 from 3.84 on
_S0, _S1, _S2, _S3, _S4, _S5, _S6 = map(
    np.float32,
    (0.128379166, -0.37612626, 0.112835862, -0.0268538389, 0.00518837292, -0.000801055518, 7.85497105e-05),
)
_Q0, _Q1, _Q2, _Q3, _Q4, _Q5, _Q6 = map(
    np.float32,
    (1.84960556, 2.6389668, 0.84311831, 0.041500736, -0.00989098381, 0.00182623637, -0.000185594632),
)


def erf(a):
    """The error function, within 1 unit in the last place; NaN stays."""
    return math.erf(a)


@overload(erf)
def _erf(a):
    return _of_single if a == types.float32 else _of_double


def _of_single(a):
    return _erf_single(a)


def _of_double(a):
    return _erf_double(np.float64(a))


@register_jitable(fastmath=_CONTRACT, forceinline=True)
def _erf_single(a):
    x = math.fabs(a)
    z = x * x
    near = x + x * (_S0 + z * (_S1 + z * (_S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6))))))
    u = (_FAR if x > _FAR else x) - _ONE
    far = _ONE - exp_single(-(_Q0 + u * (_Q1 + u * (_Q2 + u * (_Q3 + u * (_Q4 + u * (_Q5 + u * _Q6)))))))
    return math.copysign(near if x < _ONE else far, a)


_D = (
    0.12837916709551257, -0.3761263890318375, 0.11283791670954858, -0.026866170645073087, 0.005223977624782482,
    -0.000854832697882771, 0.0001205533103986306, -1.4925593575765515e-05, 1.6460973895821922e-06,
    -1.63500364429415e-07, 1.465795404015842e-08, -1.1365948132830838e-09, 5.945731367517011e-11,
)  # fmt: skip
_D0, _D1, _D2, _D3, _D4, _D5, _D6, _D7, _D8, _D9, _D10, _D11, _D12 = _D
_R = (
    1.8496055099332482, 2.638967514234788, 0.8431072563586783, 0.041561098041795426, -0.010033825374354065,
    0.001977902567743184, -0.00023732248070040853, -2.6277878592460215e-05, 2.7159123219025063e-05,
    -9.608923060500196e-06, 2.0598041286661494e-06, -1.4290737989390444e-07, -9.752440483594668e-08,
    5.2025939070038854e-08, -1.4907001021073177e-08, 2.8628822018422952e-09, -3.6804869923711705e-10,
    2.879519503683626e-11, -1.0381668641644332e-12,
)  # fmt: skip
_R0, _R1, _R2, _R3, _R4, _R5, _R6, _R7, _R8, _R9, _R10, _R11, _R12, _R13, _R14, _R15, _R16, _R17, _R18 = _R


@register_jitable(fastmath=_CONTRACT, forceinline=True)
def _erf_double(a):
    x = math.fabs(a)
    z = x * x
    near = _D6 + z * (_D7 + z * (_D8 + z * (_D9 + z * (_D10 + z * (_D11 + z * _D12)))))
    near = x + x * (_D0 + z * (_D1 + z * (_D2 + z * (_D3 + z * (_D4 + z * (_D5 + z * near))))))
    u = (6.0 if x > 6.0 else x) - 1.0  # erf is 1 in float64 from 5.93 on
    q = _R12 + u * (_R13 + u * (_R14 + u * (_R15 + u * (_R16 + u * (_R17 + u * _R18)))))
    q = _R6 + u * (_R7 + u * (_R8 + u * (_R9 + u * (_R10 + u * (_R11 + u * q)))))
    q = _R0 + u * (_R1 + u * (_R2 + u * (_R3 + u * (_R4 + u * (_R5 + u * q)))))
    return math.copysign(near if x < 1.0 else 1.0 - exp(-q), a)
