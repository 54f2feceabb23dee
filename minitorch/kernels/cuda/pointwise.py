"""Pointwise kernels: one loop, compiled over every formula. PyTorch: aten/src/ATen/native/cuda/{Loops,CUDALoops}.cuh.

Threads take consecutive elements, so that a warp reads consecutive memory, and go on in steps of the whole grid. Where
shapes or layouts differ, the place of an element in each operand is found by division; neighbouring dimensions are
merged before.
"""

from collections.abc import Callable

import numpy as np

from minitorch.kernels import formulas, special_formulas
from minitorch.kernels.cuda import _driver
from minitorch.kernels.cuda._compile import THREADS, blocks, formula, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._loops import (
    FLAT,
    ROWS,
    flat_of_number,
    merged,
    offset,
    padded,
    result_layout,
    rows_of_number,
)
from minitorch.kernels.cuda.array import MISMATCH, DeviceArray
from minitorch.kernels.cuda.memory import empty, from_host, to_host
from minitorch.kernels.layout import memory_order, restored

_HALF = np.dtype(np.float16)


class Pointwise:
    """The kernel of one formula: `kernel(a, b, ..., dtype, scalars, out)`, as on the CPU.

    Operands are arrays of any dtype and strides, or numbers; they broadcast, and are cast to `dtype`, the one the
    formula computes in. `scalars` are passed to the formula behind the elements. The result has `dtype`, or the
    dtype this kernel was made with, and is written to `out` where given.
    """

    __slots__ = ("_flat", "_formula", "_left", "_result", "_right", "_rows", "operands")

    def __init__(self, formula: Callable, operands: int, result: type | None = None):
        self.operands = operands
        self._formula = formula
        self._result = None if result is None else np.dtype(result)
        self._flat = self._rows = self._left = self._right = None

    def __call__(self, *operands, dtype: np.dtype, scalars: tuple = (), out: DeviceArray | None = None) -> DeviceArray:
        if dtype is _HALF:
            return self._in_single(operands, scalars, out)
        if scalars:
            scalars = tuple([dtype.type(each) for each in scalars])
        if len(operands) == 2:
            first, second = operands
            if type(second) is not DeviceArray and type(first) is DeviceArray:
                return self._with_number(_as_array(first, dtype), _as_number(second, dtype), dtype, scalars, out)
            if type(first) is not DeviceArray and type(second) is DeviceArray:
                return self._of_number(_as_number(first, dtype), _as_array(second, dtype), dtype, scalars, out)
        arrays = [_as_array(each, dtype) for each in operands]
        first = arrays[0]
        flat = first.flags.c_contiguous
        for each in arrays[1:]:
            flat = flat and each.shape == first.shape and each.flags.c_contiguous
        if not flat:
            return self._strided(arrays, dtype, scalars, out)
        if out is None:
            out = empty(first.shape, self._result or dtype)
        elif not (out.flags.c_contiguous and out.shape == first.shape):
            self._run_rows(out, arrays, scalars)
            return out
        if out.size:
            if self._flat is None:
                self._flat = kernel(FLAT[self.operands](formula(self._formula)))
            self._flat[blocks(out.size), THREADS](out, *arrays, out.size, scalars)
        return out

    def _in_single(self, operands: tuple, scalars: tuple, out: DeviceArray | None) -> DeviceArray:
        """float16 is computed in float32 and rounded once, as PyTorch does."""
        result = self(*operands, dtype=np.dtype(np.float32), scalars=scalars)
        if self._result is None:
            result = cast(result, _HALF)
        if out is None:
            return result
        copy_into(out, result)
        return out

    def _with_number(self, first: DeviceArray, number, dtype: np.dtype, scalars: tuple, out) -> DeviceArray:
        """The second operand is one number: the formula runs over the first, as if of one operand."""
        if self._right is None:
            self._right = Pointwise(self._formula, 1, self._result)
        return self._right(first, dtype=dtype, scalars=(number, *scalars), out=out)

    def _of_number(self, number, second: DeviceArray, dtype: np.dtype, scalars: tuple, out) -> DeviceArray:
        """The first operand is one number."""
        if self._left is None:
            self._left = Pointwise(self._formula, 1, self._result)
            self._left._flat = kernel(flat_of_number(formula(self._formula)))
            self._left._rows = kernel(rows_of_number(formula(self._formula)))
        return self._left(second, dtype=dtype, scalars=(number, *scalars), out=out)

    def _strided(self, arrays: list, dtype: np.dtype, scalars: tuple, out: DeviceArray | None) -> DeviceArray:
        """Operands of several shapes or layouts. The result is laid out as they are, like PyTorch's."""
        if out is not None:
            self._run_rows(out, arrays, scalars)
            return out
        sizes, places = result_layout(arrays)
        if sizes is None:
            return self._same_strides(next(each for each in arrays if each.ndim), arrays, dtype, scalars)
        out = empty(sizes, self._result or dtype)
        out = out if places is None else out.transpose(places)
        self._run_rows(out, arrays, scalars)
        return out

    def _same_strides(self, first: DeviceArray, arrays: list, dtype: np.dtype, scalars: tuple) -> DeviceArray:
        """The result has the operands' strides to the letter, also those of dimensions of size 1."""
        kind = self._result or dtype
        steps = tuple([step // first.itemsize * kind.itemsize for step in first.strides])
        out = empty((first.size,), kind).window(first.shape, steps)
        self._run_rows(out, arrays, scalars)
        return out

    def _run_rows(self, out: DeviceArray, arrays: list, scalars: tuple) -> None:
        if out.size == 0:
            return
        sizes, steps = padded(*merged(out, arrays))
        if self._rows is None:
            self._rows = kernel(ROWS[self.operands](formula(self._formula)))
        self._rows[blocks(out.size), THREADS](out, *arrays, out.size, sizes, *steps, scalars)


def _as_array(operand, dtype: np.dtype) -> DeviceArray:
    if type(operand) is DeviceArray:
        return operand if operand.dtype == dtype else cast(operand, dtype)
    return from_host(np.asarray(_as_number(operand, dtype)))


def _as_number(operand, dtype: np.dtype):
    """One element of the dtype; an integer wraps around where it does not fit. A tensor of one number may be on the CPU."""
    if isinstance(operand, np.ndarray) and operand.ndim:
        raise RuntimeError(MISMATCH)
    if type(operand) is float and dtype.kind == "f":
        return dtype.type(operand)
    with np.errstate(over="ignore"):
        return np.asarray(operand).astype(dtype)[()]


# ---- Copies ----


def cast(array: DeviceArray, dtype: np.dtype) -> DeviceArray:
    """The same values in another dtype, in the same order in memory. PyTorch: aten/src/ATen/native/cuda/Copy.cu."""
    dtype = np.dtype(dtype)
    order = memory_order(array.shape, [array.strides])
    result = restored(empty([array.shape[axis] for axis in order], dtype), order)
    copy_into(result, array)
    return result


def contiguous(array: DeviceArray) -> DeviceArray:
    """A row-major copy."""
    result = empty(array.shape, array.dtype)
    copy_into(result, array)
    return result


def copy_into(target, source) -> None:
    """Write `source`, broadcast and cast, into `target`; one of the two may be a NumPy array on the CPU."""
    if isinstance(target, np.ndarray):
        np.copyto(target, to_host(source), casting="unsafe")
        return
    if isinstance(source, np.ndarray):
        source = from_host(source if source.dtype == target.dtype else _cast_on_host(source, target.dtype))
    if target.size == 0:
        return
    if source.dtype == _HALF and target.dtype.kind == "b":
        source = cast(source, np.dtype(np.float32))  # NVVM refuses Numba's conversion
    if source.dtype == target.dtype and source.shape == target.shape and source.flags.carray and target.flags.carray:
        _driver.copy_bytes(target.address, source.address, source.nbytes)
        return
    copy._run_rows(target, [source], ())


def _cast_on_host(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    with np.errstate(invalid="ignore", over="ignore"):
        return array.astype(dtype)


def fill(array: DeviceArray, value) -> None:
    """Every element becomes `value`."""
    if array.size:
        number = _as_number(value, array.dtype)
        if array.dtype == _HALF:
            copy_into(array, from_host(np.asarray(number)))
            return
        sizes, steps = padded(*merged(array, []))
        _fill[blocks(array.size), THREADS](array, array.size, sizes, steps[0], number)


@kernel
def _fill(out, count, sizes, steps, value):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[offset(i, sizes, steps)] = value


# ---- The kernels ----

copy = Pointwise(formulas.copy, 1)
where = Pointwise(formulas.where, 3)

add = Pointwise(formulas.add, 2)
add_scaled = Pointwise(formulas.add_scaled, 2)
sub = Pointwise(formulas.sub, 2)
mul = Pointwise(formulas.mul, 2)
div = Pointwise(formulas.div, 2)
floor_divide = Pointwise(formulas.floor_divide, 2)
trunc_divide = Pointwise(formulas.trunc_divide, 2)
remainder = Pointwise(formulas.remainder, 2)
fmod = Pointwise(formulas.fmod, 2)
integer_floor_divide = Pointwise(formulas.integer_floor_divide, 2)
integer_trunc_divide = Pointwise(formulas.integer_trunc_divide, 2)
integer_remainder = Pointwise(formulas.integer_remainder, 2)
integer_fmod = Pointwise(formulas.integer_fmod, 2)
pow = Pointwise(formulas.pow, 2)
integer_pow = Pointwise(formulas.integer_pow, 2)
atan2 = Pointwise(formulas.atan2, 2)
maximum = Pointwise(formulas.maximum, 2)
minimum = Pointwise(formulas.minimum, 2)

neg = Pointwise(formulas.neg, 1)
abs = Pointwise(formulas.abs, 1)
integer_abs = Pointwise(formulas.integer_abs, 1)
exp = Pointwise(formulas.exp, 1)
exp2 = Pointwise(formulas.exp2, 1)
expm1 = Pointwise(formulas.expm1, 1)
log = Pointwise(formulas.log, 1)
log2 = Pointwise(formulas.log2, 1)
log10 = Pointwise(formulas.log10, 1)
log1p = Pointwise(formulas.log1p, 1)
sqrt = Pointwise(formulas.sqrt, 1)
rsqrt = Pointwise(formulas.rsqrt, 1)
reciprocal = Pointwise(formulas.reciprocal, 1)
square = Pointwise(formulas.square, 1)
sin = Pointwise(formulas.sin, 1)
cos = Pointwise(formulas.cos, 1)
tan = Pointwise(formulas.tan, 1)
asin = Pointwise(formulas.asin, 1)
acos = Pointwise(formulas.acos, 1)
atan = Pointwise(formulas.atan, 1)
sinh = Pointwise(formulas.sinh, 1)
cosh = Pointwise(formulas.cosh, 1)
tanh = Pointwise(formulas.tanh, 1)
sigmoid = Pointwise(formulas.sigmoid, 1)
erf = Pointwise(formulas.erf, 1)
floor = Pointwise(formulas.floor, 1)
ceil = Pointwise(formulas.ceil, 1)
trunc = Pointwise(formulas.trunc, 1)
round = Pointwise(formulas.round, 1)
sign = Pointwise(formulas.sign, 1)
clamp = Pointwise(formulas.clamp, 1)

relu = Pointwise(formulas.relu, 1)
integer_relu = Pointwise(formulas.integer_relu, 1)
threshold_backward = Pointwise(formulas.threshold_backward, 2)
leaky_relu = Pointwise(formulas.leaky_relu, 1)
leaky_relu_backward = Pointwise(formulas.leaky_relu_backward, 2)
tanh_backward = Pointwise(formulas.tanh_backward, 2)
sigmoid_backward = Pointwise(formulas.sigmoid_backward, 2)
gelu = Pointwise(formulas.gelu, 1)
gelu_backward = Pointwise(formulas.gelu_backward, 2)
silu = Pointwise(formulas.silu, 1)
silu_backward = Pointwise(formulas.silu_backward, 2)
softplus = Pointwise(formulas.softplus, 1)

eq = Pointwise(formulas.eq, 2, np.bool_)
ne = Pointwise(formulas.ne, 2, np.bool_)
lt = Pointwise(formulas.lt, 2, np.bool_)
le = Pointwise(formulas.le, 2, np.bool_)
gt = Pointwise(formulas.gt, 2, np.bool_)
ge = Pointwise(formulas.ge, 2, np.bool_)
logical_and = Pointwise(formulas.logical_and, 2, np.bool_)
logical_or = Pointwise(formulas.logical_or, 2, np.bool_)
logical_xor = Pointwise(formulas.logical_xor, 2, np.bool_)
logical_not = Pointwise(formulas.logical_not, 1, np.bool_)
bitwise_and = Pointwise(formulas.bitwise_and, 2)
bitwise_or = Pointwise(formulas.bitwise_or, 2)
bitwise_xor = Pointwise(formulas.bitwise_xor, 2)
bitwise_not = Pointwise(formulas.bitwise_not, 1)
isnan = Pointwise(formulas.isnan, 1, np.bool_)
isinf = Pointwise(formulas.isinf, 1, np.bool_)
isfinite = Pointwise(formulas.isfinite, 1, np.bool_)

asinh = Pointwise(formulas.asinh, 1)
acosh = Pointwise(formulas.acosh, 1)
atanh = Pointwise(formulas.atanh, 1)
frac = Pointwise(formulas.frac, 1)
signbit = Pointwise(formulas.signbit, 1, np.bool_)
nan_to_num = Pointwise(formulas.nan_to_num, 1)
fmax = Pointwise(formulas.fmax, 2)
fmin = Pointwise(formulas.fmin, 2)
copysign = Pointwise(formulas.copysign, 2)
hypot = Pointwise(formulas.hypot, 2)
heaviside = Pointwise(formulas.heaviside, 2)
nextafter = Pointwise(formulas.nextafter, 2)
gcd = Pointwise(formulas.gcd, 2)
lcm = Pointwise(formulas.lcm, 2)
left_shift = Pointwise(formulas.left_shift, 2)
right_shift = Pointwise(formulas.right_shift, 2)
lerp = Pointwise(formulas.lerp, 3)
addcmul = Pointwise(formulas.addcmul, 3)
addcdiv = Pointwise(formulas.addcdiv, 3)

erfc = Pointwise(special_formulas.erfc, 1)
erfinv = Pointwise(special_formulas.erfinv, 1)
lgamma = Pointwise(special_formulas.lgamma, 1)
digamma = Pointwise(special_formulas.digamma, 1)
polygamma = Pointwise(special_formulas.polygamma, 1)
i0 = Pointwise(special_formulas.i0, 1)
i1 = Pointwise(special_formulas.i1, 1)
sinc = Pointwise(special_formulas.sinc, 1)
logit = Pointwise(special_formulas.logit, 1)
igamma = Pointwise(special_formulas.igamma, 2)
igammac = Pointwise(special_formulas.igammac, 2)
xlogy = Pointwise(special_formulas.xlogy, 2)
logaddexp = Pointwise(special_formulas.logaddexp, 2)
logaddexp2 = Pointwise(special_formulas.logaddexp2, 2)


def contains_zero(array: DeviceArray) -> bool:
    """Whether any element is zero: integer division asks before its kernel runs."""
    return not to_host(array).all()


def frexp(array: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """The mantissas and the exponents (int32). Computed on the CPU."""
    mantissa, exponent = np.frexp(to_host(array))
    return from_host(np.asarray(mantissa)), from_host(np.asarray(exponent).astype(np.int32, copy=False))
